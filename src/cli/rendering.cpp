// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/rendering.hpp"

#include <algorithm>

#include "codec/printable.hpp"
#include "linnet/codec/utf8.hpp"

namespace linnet::cli {
namespace {

constexpr std::size_t row_size = 16;

char hex_digit(unsigned value) {
    return "0123456789abcdef"[value & 0xF];
}

void append_byte(std::string& out, std::uint8_t byte) {
    out.append(1, hex_digit(byte >> 4u)).append(1, hex_digit(byte));
}

void append_offset(std::string& out, std::size_t offset) {
    for (int shift = 28; shift >= 0; shift -= 4) {
        out.append(1, hex_digit(static_cast<unsigned>(offset >> shift)));
    }
}

bool is_printable(std::uint8_t byte) {
    return byte >= 0x20 && byte < 0x7F;
}

void append_row(std::string& out, std::size_t offset, Bytes row) {
    append_offset(out, offset);
    for (std::size_t i = 0; i < row_size; ++i) {
        out.append(i % 8 == 0 ? "  " : " ");
        if (i < row.size()) append_byte(out, row[i]);
        if (i >= row.size()) out.append("  ");
    }
    out.append("  |");
    for (const std::uint8_t byte : row) {
        out.append(1, is_printable(byte) ? static_cast<char>(byte) : '.');
    }
    out.append("|\n");
}

}  // namespace

void append_hex_dump(std::string& out, Bytes bytes) {
    for (std::size_t offset = 0; offset < bytes.size(); offset += row_size) {
        append_row(out, offset, bytes.subspan(offset, std::min(row_size, bytes.size() - offset)));
    }
    append_offset(out, bytes.size());
    out.append("\n");
}

void append_hex(std::string& out, Bytes bytes) {
    for (const std::uint8_t byte : bytes) append_byte(out, byte);
}

void append_harmless(std::string& out, std::string_view text, std::string_view kept) {
    while (!text.empty()) {
        const Character character = take_character(text);
        if (character.is_printable || kept.find(character.bytes) != kept.npos) {
            out.append(character.bytes);
            continue;
        }
        for (const std::uint8_t byte : bytes_of(character.bytes)) {
            append_byte(out.append("\\x"), byte);
        }
    }
}

void append_preview(std::string& out, Bytes bytes, Preview preview) {
    // The last character may be incomplete.
    Bytes text = bytes;
    while (preview == Preview::cut && bytes.size() - text.size() < 3 && !is_utf8(text)) {
        text = text.first(text.size() - 1);
    }
    if (is_utf8(text)) {
        append_harmless(out.append("\""), text_of(text));
        out.append("\"");
    } else {
        append_hex(out, bytes);
    }
    if (preview == Preview::cut) out.append("...");
}

std::string milliseconds(std::uint64_t us) {
    const std::string fraction = std::to_string(us % 1000 + 1000);
    return std::to_string(us / 1000).append(".").append(fraction, 1, 3);
}

}  // namespace linnet::cli
