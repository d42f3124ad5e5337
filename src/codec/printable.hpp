// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The characters of untrusted text that are shown unchanged. The log, explanations, names in
// certificates and the command share this list. Pure.
#pragma once

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// One character of a text.
struct Character {
    std::string_view bytes;  ///< one UTF-8 character, or one byte that is not part of a character
    bool is_printable =
        false;  ///< false: it could break a line, control a terminal or reorder text
};

/// Removes the first character from `rest`, which must not be empty, and returns it.
Character take_character(std::string_view& rest);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
