// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Frames to and from wire bytes, with a mask applied byte by byte.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "linnet/cause.hpp"
#include "linnet/codec/frame.hpp"

namespace linnet::test {

struct WireFrame {
    FrameHeader header;
    std::string payload;  ///< unmasked
};

inline std::string masked_with(std::string_view payload, const MaskKey& key) {
    std::string text(payload);
    for (std::size_t i = 0; i < text.size(); ++i) {
        text[i] = static_cast<char>(static_cast<std::uint8_t>(text[i]) ^ key[i % 4]);
    }
    return text;
}

/// The encoded `header`.
inline std::string header_bytes(const FrameHeader& header) {
    std::array<std::uint8_t, frame_header_size_max> bytes;
    return std::string(text_of(Bytes(bytes).first(encode_frame_header(header, bytes))));
}

/// A whole frame from `sender`.
inline std::string frame_from(Role sender, Opcode opcode, std::string_view payload,
                              bool fin = true) {
    FrameHeader header{.opcode = opcode, .fin = fin, .payload_size = payload.size()};
    if (sender == Role::server) return header_bytes(header) + std::string(payload);
    header.masked = true;
    header.key = {0x37, 0xFA, 0x21, 0x3D};
    return header_bytes(header) + masked_with(payload, header.key);
}

/// The payload of a close frame.
inline std::string close_payload(int code, std::string_view reason = "") {
    return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)} +
           std::string(reason);
}

/// Removes one whole frame from `wire`. False if there is none.
inline bool take_frame(std::string_view& wire, Role receiver, WireFrame& frame) {
    const auto header = decode_frame_header(bytes_of(wire), receiver);
    if (header.failed()) ADD_FAILURE() << "an invalid frame was sent: " << text(header.cause);
    if (!header.done()) return false;
    const auto size = static_cast<std::size_t>(header.value.payload_size);
    if (wire.size() - header.consumed < size) return false;
    const std::string_view payload = wire.substr(header.consumed, size);
    frame = {header.value,
             header.value.masked ? masked_with(payload, header.value.key) : std::string(payload)};
    wire.remove_prefix(header.consumed + size);
    return true;
}

/// All frames of `wire`, which must end with the last of them.
inline std::vector<WireFrame> frames_of(std::string_view wire, Role receiver) {
    std::vector<WireFrame> frames;
    for (WireFrame frame; take_frame(wire, receiver, frame);) frames.push_back(frame);
    EXPECT_EQ(wire.size(), 0u) << "bytes after the last whole frame";
    return frames;
}

}  // namespace linnet::test
