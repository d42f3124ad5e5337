// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "protocol/closing.hpp"

#include <algorithm>

#include "base/endian.hpp"
#include "linnet/codec/utf8.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

Cause decode_close(Bytes payload, ClosePayload& close) {
    close = {};
    if (payload.empty()) return Cause::none;
    if (payload.size() == 1) return Cause::close_payload_too_short;  // RFC 6455 5.5.1
    close.code = static_cast<std::uint16_t>(load_be(payload.first(2)));
    if (!is_close_code(close.code)) return Cause::close_code_not_allowed;  // RFC 6455 7.4.2
    if (!is_utf8(payload.subspan(2))) return Cause::close_reason_not_utf8;
    close.reason = text_of(payload.subspan(2));
    return Cause::none;
}

std::size_t encode_close(const ClosePayload& close,
                         std::span<std::uint8_t, control_payload_size_max> out) {
    if (close.code == no_close_code) return 0;
    const Bytes reason = bytes_of(close.reason);
    const std::size_t size = utf8_prefix_size(reason, out.size() - 2);
    store_be(out.first(2), close.code);
    std::copy_n(reason.begin(), size, out.begin() + 2);
    return 2 + size;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
