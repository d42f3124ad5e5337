// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Base64 with padding, RFC 4648 4: for the handshake's keys, Authorization: Basic, and PEM.
#pragma once

#include <optional>
#include <span>

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

constexpr std::size_t base64_size(std::size_t size) {
    return (size + 2) / 3 * 4;
}

/// Writes `base64_size(in.size())` characters to the front of `out`, which must have room for them.
void base64_encode(Bytes in, std::span<char> out);

/// Decodes a text that comes in pieces of any size.
class Base64Decoder {
 public:
    /// Decodes the next piece, blanks and line ends ignored, to the front of `out`. Returns how
    /// many bytes that made; nothing if it is no base64, or not in its only form (padded, unused
    /// bits zero), or if `out` is too small: then this decoder has nothing more to say.
    std::optional<std::size_t> decode(Bytes piece, MutableBytes out);
    /// No group of four characters is begun: the text may end here.
    bool is_complete() const { return group_size_ == 0; }

 private:
    bool take(std::uint8_t meaning);

    std::uint32_t group_ = 0;  // six bits for each of its characters
    std::uint8_t group_size_ = 0;
    std::uint8_t padding_count_ = 0;  // in the last group; there is none behind it
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
