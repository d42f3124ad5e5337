// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Is it UTF-8? RFC 3629, as RFC 6455 8.1 asks of text messages. Incremental, pure.
#pragma once

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Validates a text that arrives in pieces. A text is valid when every `feed` was true and
/// `complete()` holds after the last.
class Utf8Validator {
 public:
    /// False from the first byte on that no continuation could make valid: overlong forms,
    /// surrogates and values above U+10FFFF fail at the byte that proves them. The answer sticks.
    bool feed(Bytes piece);

    /// True between two characters: nothing is missing.
    bool complete() const { return state_ == 0; }

 private:
    std::uint8_t state_ = 0;  // what may follow: see utf8.cpp
};

/// One call for a text that is all there.
bool is_utf8(Bytes text);

/// The largest n <= `size_max` such that the first n bytes of the UTF-8 `text` end with a whole
/// character.
std::size_t utf8_prefix_size(Bytes text, std::size_t size_max);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
