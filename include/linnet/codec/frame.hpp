// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Encodes and decodes the header of a WebSocket frame (RFC 6455 5.2). Pure functions, no
// allocation.
//
//   byte 0                  byte 1          then
//   FIN RSV1-3 opcode(4)  | MASK length(7) | [length, 16 or 64 bits] | [masking key] | payload
//
// Example:
//
//     const linnet::Bytes payload = linnet::bytes_of("Hello");
//     const linnet::FrameHeader header{.opcode = linnet::Opcode::text,
//                                      .payload_size = payload.size()};
//     std::array<std::uint8_t, 64> out;
//     const std::size_t size = linnet::encode_frame_header(header, out);  // 81 05
//     std::copy(payload.begin(), payload.end(), out.begin() + size);
#pragma once

#include "linnet/bytes.hpp"
#include "linnet/codec/mask.hpp"
#include "linnet/step.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The type of a frame (RFC 6455 5.2, 11.8).
enum class Opcode : std::uint8_t {
    continuation = 0,
    text = 1,
    binary = 2,
    close = 8,
    ping = 9,
    pong = 10,
};

/// Returns true for close, ping and pong (RFC 6455 5.5).
constexpr bool is_control(Opcode opcode) {
    return static_cast<unsigned>(opcode) >= 8;
}

/// An end of the connection. A client masks its frames, a server does not (RFC 6455 5.1).
enum class Role : std::uint8_t { client, server };

/// Maximum size of a frame header, in bytes.
inline constexpr std::size_t frame_header_size_max = 14;
/// Maximum payload of a control frame, in bytes (RFC 6455 5.5).
inline constexpr std::size_t control_payload_size_max = 125;

/// The fields of a frame header.
struct FrameHeader {
    Opcode opcode = Opcode::continuation;
    bool fin = true;                 ///< the last frame of its message
    bool masked = false;             ///< the payload is masked with `key`
    std::uint64_t payload_size = 0;  ///< bytes after the header, below 2^63
    MaskKey key{};                   ///< ignored unless `masked`

    friend constexpr bool operator==(const FrameHeader&, const FrameHeader&) = default;
};

/// Decodes the frame header at the front of `in`, which may be followed by other bytes. `receiver`
/// is the role of the caller: a client rejects masked frames, a server unmasked ones.
///
/// Fails with `Cause::frame_*` at the first byte that is invalid, without waiting for the rest of
/// the header. The caller enforces its own limit on `payload_size`.
Step<FrameHeader> decode_frame_header(Bytes in, Role receiver);

/// Returns the encoded size of `header`, 2 to 14 bytes.
constexpr std::size_t frame_header_size(const FrameHeader& header) {
    const std::size_t length = header.payload_size < 126       ? 0
                               : header.payload_size <= 0xFFFF ? 2
                                                               : 8;
    return 2 + length + (header.masked ? sizeof(MaskKey) : 0);
}

/// Writes `header`, with the shortest form of its length, to the front of `out`, which has at least
/// `frame_header_size(header)` bytes. Returns that size.
std::size_t encode_frame_header(const FrameHeader& header, MutableBytes out);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
