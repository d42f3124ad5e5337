// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Base64 with padding (RFC 4648 4) for handshake keys, Authorization: Basic and PEM.
#pragma once

#include <optional>
#include <span>

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

constexpr std::size_t base64_size(std::size_t size) {
    return (size + 2) / 3 * 4;
}

/// Writes `base64_size(in.size())` characters to `out`, which must be large enough.
void base64_encode(Bytes in, std::span<char> out);

/// Decodes a text that arrives in pieces of any size.
class Base64Decoder {
 public:
    /// Decodes the next piece to `out`, ignoring blanks and line ends, and returns the number of
    /// bytes written. Returns nothing if the text is not canonical base64 (padded, unused bits
    /// zero) or if `out` is too small; the decoder must not be used after that.
    std::optional<std::size_t> decode(Bytes piece, MutableBytes out);
    /// Returns true between groups of four characters, where a text may end.
    bool is_complete() const { return group_size_ == 0; }

 private:
    bool take(std::uint8_t meaning);

    std::uint32_t group_ = 0;  // six bits per character
    std::uint8_t group_size_ = 0;
    std::uint8_t padding_count_ = 0;  // in the last group
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
