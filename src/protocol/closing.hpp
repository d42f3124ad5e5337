// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The payload of close frames and the codes in it, RFC 6455 5.5.1, 7.4 and the IANA registry.
#pragma once

#include <array>

#include "linnet/cause.hpp"
#include "linnet/codec/frame.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Represents a close frame without a code, as in Godot (RFC 6455 7.1.5 uses 1005 instead).
inline constexpr std::uint16_t no_close_code = 0;

/// Returns true if a close frame may contain `code`: 1000-1014 except 1004, 1005 and 1006, which
/// are reserved or never sent; 3000-4999.
constexpr bool is_close_code(std::uint32_t code) {
    if (code >= 3000 && code <= 4999) return true;
    return code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
}

/// Returns the code to fail the connection with, RFC 6455 7.4.1.
constexpr std::uint16_t close_code_for(Cause cause) {
    switch (cause) {
        case Cause::text_not_utf8:
        case Cause::close_reason_not_utf8: return 1007;
        case Cause::message_too_many_fragments: return 1008;
        case Cause::message_too_large: return 1009;
        case Cause::out_of_memory: return 1011;
        default: return 1002;
    }
}

struct ClosePayload {
    std::uint16_t code = no_close_code;
    std::string_view reason;  // UTF-8; points into the payload
};

/// Returns the reason sent to the peer with that code: the cause, without the names of our limits.
constexpr std::string_view close_reason_for(Cause cause) {
    switch (cause) {
        case Cause::message_too_many_fragments: return "a message has too many fragments";
        case Cause::message_too_large: return "a message is too large";
        default: return text(cause);
    }
}

/// Decodes `payload`; returns the error, or none.
Cause decode_close(Bytes payload, ClosePayload& close);

/// Encodes `close` to the front of `out` and returns its size; a long reason is cut after a
/// character.
std::size_t encode_close(const ClosePayload& close,
                         std::span<std::uint8_t, control_payload_size_max> out);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
