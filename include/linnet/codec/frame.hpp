// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The header of a WebSocket frame, RFC 6455 5.2: bytes to value and back. Pure.
//
//   0               1               2               3
//   FIN RSV1-3 opcode(4) | MASK length(7) | [length 16 or 64 bit] | [masking key 32 bit] | payload
#pragma once

#include "linnet/bytes.hpp"
#include "linnet/codec/mask.hpp"
#include "linnet/step.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// RFC 6455 5.2, 11.8.
enum class Opcode : std::uint8_t {
    continuation = 0,
    text = 1,
    binary = 2,
    close = 8,
    ping = 9,
    pong = 10,
};

/// Close, ping and pong, RFC 6455 5.5.
constexpr bool is_control(Opcode opcode) {
    return static_cast<unsigned>(opcode) >= 8;
}

/// Which end of the connection we are: a client masks what it sends, RFC 6455 5.1.
enum class Role : std::uint8_t { client, server };

inline constexpr std::size_t frame_header_size_max = 14;
inline constexpr std::size_t control_payload_size_max = 125;  // RFC 6455 5.5

struct FrameHeader {
    Opcode opcode = Opcode::continuation;
    bool fin = true;                 ///< last frame of its message
    bool masked = false;             ///< `key` is meant
    std::uint64_t payload_size = 0;  ///< bytes behind the header, below 2^63
    MaskKey key{};

    friend constexpr bool operator==(const FrameHeader&, const FrameHeader&) = default;
};

/// Decodes the frame header at the front of `in`; what follows it stays where it is. `receiver` is
/// our own role: a client accepts no masked frame, a server no other.
///
/// Each byte is judged as soon as it is there, so that a hostile header never makes anybody wait.
/// Fails with `frame_*`; a limit on the payload is for the caller to compare with. No allocation.
Step<FrameHeader> decode_frame_header(Bytes in, Role receiver);

/// The bytes that `header` takes, 2 to 14.
constexpr std::size_t frame_header_size(const FrameHeader& header) {
    const std::size_t length = header.payload_size < 126       ? 0
                               : header.payload_size <= 0xFFFF ? 2
                                                               : 8;
    return 2 + length + (header.masked ? sizeof(MaskKey) : 0);
}

/// Writes `header` to the front of `out`, which must have `frame_header_size(header)` bytes;
/// returns that size.
std::size_t encode_frame_header(const FrameHeader& header, MutableBytes out);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
