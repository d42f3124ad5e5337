// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/codec/frame.hpp"

#include <algorithm>

#include "base/endian.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr bool is_defined(unsigned opcode) {
    return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

// Checks the first byte, RFC 6455 5.2 and 5.5.
Cause check_first(std::uint8_t byte) {
    const unsigned opcode = byte & 0x0Fu;
    if ((byte & 0x70) != 0) return Cause::frame_reserved_bits;
    if (!is_defined(opcode)) return Cause::frame_reserved_opcode;
    if (opcode >= 8 && (byte & 0x80) == 0) return Cause::frame_control_fragmented;
    return Cause::none;
}

// Checks the mask bit, RFC 6455 5.1.
Cause check_mask(bool masked, Role receiver) {
    if (masked == (receiver == Role::server)) return Cause::none;
    return masked ? Cause::frame_masked : Cause::frame_not_masked;
}

// Checks the 16-bit length that follows a first length of 126, RFC 6455 5.2.
Step<std::uint64_t> decode_length16(Bytes in) {
    if (in.size() < 2) return need_more;
    const std::uint64_t length = load_be(in.first(2));
    if (length < 126) return Cause::frame_length_not_minimal;
    return {2, length};
}

// Checks the 64-bit length that follows a first length of 127, RFC 6455 5.2. If its first six bytes
// are zero, 16 bits would have been enough.
Step<std::uint64_t> decode_length64(Bytes in) {
    if (!in.empty() && (in[0] & 0x80) != 0) return Cause::frame_length_top_bit;
    if (in.size() < 6) return need_more;
    if (load_be(in.first(6)) == 0) return Cause::frame_length_not_minimal;
    if (in.size() < 8) return need_more;
    return {8, load_be(in.first(8))};
}

// Fills `header` and returns its encoded size.
Step<std::size_t> read_header(Bytes in, Role receiver, FrameHeader& header) {
    if (in.empty()) return need_more;
    if (const Cause cause = check_first(in[0]); cause != Cause::none) return cause;
    header.opcode = static_cast<Opcode>(in[0] & 0x0F);
    header.fin = (in[0] & 0x80) != 0;

    if (in.size() < 2) return need_more;
    header.masked = (in[1] & 0x80) != 0;
    header.payload_size = in[1] & 0x7Fu;
    if (const Cause cause = check_mask(header.masked, receiver); cause != Cause::none) return cause;

    std::size_t size = 2;
    if (header.payload_size > control_payload_size_max) {
        if (is_control(header.opcode)) return Cause::frame_control_too_long;
        const bool wide = header.payload_size == 127;
        const auto length = wide ? decode_length64(in.subspan(2)) : decode_length16(in.subspan(2));
        if (length.failed()) return length.cause;
        if (!length.done()) return need_more;
        header.payload_size = length.value;
        size += length.consumed;
    }
    if (header.masked) {
        if (in.size() - size < header.key.size()) return need_more;
        std::copy_n(in.begin() + static_cast<std::ptrdiff_t>(size), header.key.size(),
                    header.key.begin());
        size += header.key.size();
    }
    return {size, size};
}

}  // namespace

// The header is filled in place instead of being copied: a copy would read as words what was just
// written as bytes, and that store-forwarding stall costs more than the rest of the function.
Step<FrameHeader> decode_frame_header(Bytes in, Role receiver) {
    Step<FrameHeader> step = need_more;
    const Step<std::size_t> size = read_header(in, receiver, step.value);
    if (!size.done()) step.value = {};
    step.status = static_cast<Step<FrameHeader>::Outcome>(size.status);
    step.cause = size.cause;
    step.consumed = size.consumed;
    return step;
}

std::size_t encode_frame_header(const FrameHeader& header, MutableBytes out) {
    const std::size_t size = frame_header_size(header);
    const std::size_t key_size = header.masked ? header.key.size() : 0;
    const std::size_t length_size = size - 2 - key_size;

    out[0] = static_cast<std::uint8_t>((header.fin ? 0x80 : 0) | static_cast<int>(header.opcode));
    const std::uint64_t length7 = length_size == 0   ? header.payload_size
                                  : length_size == 2 ? 126
                                                     : 127;
    out[1] = static_cast<std::uint8_t>((header.masked ? 0x80u : 0u) | length7);
    store_be(out.subspan(2, length_size), header.payload_size);
    std::copy_n(header.key.begin(), key_size,
                out.begin() + static_cast<std::ptrdiff_t>(2 + length_size));
    return size;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
