// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Formats bytes for people. Pure.
#pragma once

#include <string>

#include "linnet/bytes.hpp"

namespace linnet::cli {

/// Appends lines of offset, 16 bytes in hex and as ASCII, and the size as the last line, like
/// `hexdump -C`.
void append_hex_dump(std::string& out, Bytes bytes);

/// Appends "00ff17".
void append_hex(std::string& out, Bytes bytes);

/// Appends `text` with each character that is not printable as \xNN, except those in `kept`: no
/// output can move the cursor, switch modes of a terminal or reorder the line.
void append_harmless(std::string& out, std::string_view text, std::string_view kept = {});

/// Whether the bytes are complete or cut.
enum class Preview : bool { whole, cut };
/// Appends text in quotation marks, or hex if the bytes are not text.
void append_preview(std::string& out, Bytes bytes, Preview preview);

/// Returns "12.345".
std::string milliseconds(std::uint64_t us);

}  // namespace linnet::cli
