// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Which characters of a foreign text are shown as they are: one list, for the log, explanations,
// names in certificates and the command. Pure.
#pragma once

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// One character of a text.
struct Character {
    std::string_view bytes;     ///< of one UTF-8 character, or one byte that belongs to none
    bool is_printable = false;  ///< false: it could break a line, steer a terminal or reorder text
};

/// Cuts the first character off `rest`, which must not be empty.
Character take_character(std::string_view& rest);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
