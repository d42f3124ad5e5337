// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Bytes as a person reads them. Pure.
#pragma once

#include <string>

#include "linnet/bytes.hpp"

namespace linnet::cli {

/// Lines of offset, 16 bytes in hex and as ASCII, and the size as the last line: as `hexdump -C`.
void append_hex_dump(std::string& out, Bytes bytes);

/// "00ff17".
void append_hex(std::string& out, Bytes bytes);

/// `text` with each character that is not printable as \xNN, unless it is one of `kept`: nothing
/// moves the cursor, switches modes of a terminal or reorders the line.
void append_harmless(std::string& out, std::string_view text, std::string_view kept = {});

/// Is something all there, or only its front?
enum class Preview : bool { whole, cut };
/// A quoted text, or hex where it is none.
void append_preview(std::string& out, Bytes bytes, Preview preview);

/// "12.345".
std::string milliseconds(std::uint64_t us);

}  // namespace linnet::cli
