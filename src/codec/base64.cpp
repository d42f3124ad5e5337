// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "codec/base64.hpp"

#include <algorithm>
#include <array>

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Meanings of characters other than the 64 digits.
constexpr std::uint8_t padding = 64;
constexpr std::uint8_t blank = 65;
constexpr std::uint8_t foreign = 66;

constexpr std::array<std::uint8_t, 256> meanings = [] {
    const auto at = [](char c) { return std::size_t{static_cast<unsigned char>(c)}; };
    std::array<std::uint8_t, 256> table{};
    table.fill(foreign);
    for (std::uint8_t i = 0; i < 64; ++i) table[at(alphabet[i])] = i;
    table[at('=')] = padding;
    for (const char c : {' ', '\t', '\v', '\f', '\r', '\n'}) table[at(c)] = blank;
    return table;
}();

// Decodes the groups at the front of `in` that contain neither blanks nor padding, which is nearly
// all of a text. Returns the number of bytes written.
std::size_t decode_whole_groups(Bytes& in, MutableBytes out) {
    std::size_t written = 0;
    for (; in.size() >= 4 && out.size() - written >= 3; in = in.subspan(4), written += 3) {
        const unsigned a = meanings[in[0]], b = meanings[in[1]];
        const unsigned c = meanings[in[2]], d = meanings[in[3]];
        if ((a | b | c | d) >= 64) break;
        out[written] = static_cast<std::uint8_t>(a << 2 | b >> 4);
        out[written + 1] = static_cast<std::uint8_t>((b << 4 | c >> 2) & 0xFF);
        out[written + 2] = static_cast<std::uint8_t>((c << 6 | d) & 0xFF);
    }
    return written;
}

}  // namespace

void base64_encode(Bytes in, std::span<char> out) {
    for (std::size_t at = 0; !in.empty(); at += 4) {
        const std::size_t size = std::min<std::size_t>(in.size(), 3);
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) group = group << 8 | (i < size ? in[i] : 0u);
        for (std::size_t i = 0; i < 4; ++i) {
            out[at + i] = i <= size ? alphabet[group >> (18 - 6 * i) & 63] : '=';
        }
        in = in.subspan(size);
    }
}

// Returns false if a character with this meaning is not allowed here.
bool Base64Decoder::take(std::uint8_t meaning) {
    if (meaning == foreign) return false;
    if (meaning == padding) {
        if (group_size_ < 2) return false;
        ++padding_count_;
    } else if (padding_count_ > 0) {
        return false;  // padding began in this group or an earlier one
    }
    group_ = group_ << 6 | (meaning & 63);
    ++group_size_;
    return true;
}

std::optional<std::size_t> Base64Decoder::decode(Bytes piece, MutableBytes out) {
    std::size_t written = 0;
    while (!piece.empty()) {
        if (group_size_ == 0 && padding_count_ == 0) {
            written += decode_whole_groups(piece, out.subspan(written));
            if (piece.empty()) break;
        }
        const std::uint8_t meaning = meanings[piece[0]];
        piece = piece.subspan(1);
        if (meaning == blank) continue;
        if (!take(meaning)) return std::nullopt;
        if (group_size_ < 4) continue;

        const std::size_t size = 3u - padding_count_;
        const std::uint32_t unused_bits = group_ & ((1u << 8 * padding_count_) - 1);
        if (unused_bits != 0 || size > out.size() - written) return std::nullopt;
        for (std::size_t i = 0; i < size; ++i) {
            out[written++] = static_cast<std::uint8_t>(group_ >> (16 - 8 * i) & 0xFF);
        }
        group_ = 0;
        group_size_ = 0;
    }
    return written;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
