// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Validates UTF-8 (RFC 3629), which RFC 6455 8.1 requires of text messages. No allocation.
#pragma once

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Validates a text that arrives in pieces, cut anywhere. The text is valid if every `feed`
/// returned true and `complete()` is true after the last.
///
/// Example:
///
///     linnet::Utf8Validator validator;
///     bool is_valid = validator.feed(linnet::bytes_of("caf\xC3"));    // true, not complete
///     is_valid = is_valid && validator.feed(linnet::bytes_of("\xA9"));
///     if (is_valid && validator.complete()) print("valid");
class Utf8Validator {
 public:
    /// Returns false at the first byte after which the text cannot be valid, and in all later
    /// calls: overlong forms, surrogates and values above U+10FFFF are detected at the earliest
    /// byte.
    bool feed(Bytes piece);

    /// Returns true if the text so far does not end within a character.
    bool complete() const { return state_ == 0; }

 private:
    std::uint8_t state_ = 0;  // which bytes may follow: see utf8.cpp
};

/// Returns true if `text` is valid and complete.
bool is_utf8(Bytes text);

/// Returns the size of the longest prefix of at most `size_max` bytes that does not cut a character
/// of `text`, which is valid UTF-8.
std::size_t utf8_prefix_size(Bytes text, std::size_t size_max);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
