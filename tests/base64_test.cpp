// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Base64 with padding, RFC 4648 4, against the RFC's vectors and a decoder that searches the table.
#include "codec/base64.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "testkit/exact.hpp"

namespace linnet {
namespace {

using test::ExactBytes;
using test::shown;

constexpr std::string_view alphabet =  // RFC 4648 4, table 1
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The input and the output in blocks of their exact size.
std::string encoded(std::string_view plain) {
    const ExactBytes in(plain);
    ExactBytes out(base64_size(plain.size()));
    base64_encode(in.bytes(), out.chars());
    return std::string(out.text());
}

// Bit by bit; nothing if `text` is not canonical base64.
std::optional<std::string> decoded(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t pad_count = 0;
    for (; pad_count < 2 && !text.empty() && text.back() == '='; ++pad_count) text.remove_suffix(1);
    std::string bits;
    for (const char c : text) {
        const std::size_t value = alphabet.find(c);
        if (value == alphabet.npos) return std::nullopt;
        for (std::size_t bit = 32; bit > 0; bit /= 2) bits += (value & bit) != 0 ? '1' : '0';
    }
    std::string plain;
    for (; bits.size() >= 8; bits.erase(0, 8)) {
        plain += static_cast<char>(std::stoi(bits.substr(0, 8), nullptr, 2));
    }
    if (bits != std::string(pad_count * 2, '0')) return std::nullopt;
    return plain;
}

TEST(Base64, encodes_the_vectors_of_rfc_4648_section_10) {
    struct Row {
        std::string_view plain, text;
    };
    constexpr Row rows[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    for (const Row& row : rows) EXPECT_EQ(encoded(row.plain), row.text) << shown(row.plain);
}

TEST(Base64, uses_each_character_of_the_table_for_its_value) {
    for (std::size_t value = 0; value < 64; ++value) {
        const char first = static_cast<char>(static_cast<unsigned char>(value << 2));
        EXPECT_EQ(encoded({&first, 1})[0], alphabet[value]) << "value " << value;
    }
}

TEST(Base64, comes_back_from_a_naive_decoder_at_every_size) {
    std::string plain;
    for (unsigned size = 0; size <= 60; ++size) {
        const std::string text = encoded(plain);
        EXPECT_EQ(decoded(text), plain) << "size " << size << ": " << text;
        EXPECT_EQ(text.size(), (size + 2) / 3 * 4) << "size " << size;
        plain += static_cast<char>(static_cast<unsigned char>(255 - size * 37));
    }
}

TEST(Base64, writes_nothing_behind_its_last_character) {
    for (std::size_t size = 0; size <= 60; ++size) {
        const ExactBytes in(size);
        ExactBytes out(base64_size(size) + 8);
        base64_encode(in.bytes(), out.chars());
        for (const std::uint8_t byte : out.bytes().subspan(base64_size(size))) {
            EXPECT_EQ(byte, ExactBytes::fill) << "size " << size;
        }
    }
}

}  // namespace
}  // namespace linnet
