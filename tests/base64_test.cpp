// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Base64 with padding, RFC 4648 4, compared with the RFC's vectors and a decoder that searches the
// table. Decoding works in pieces for every cut of the text.
#include "codec/base64.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "testkit/exact.hpp"

namespace linnet {
namespace {

using test::ExactBytes;
using test::shown;

constexpr std::string_view alphabet =  // RFC 4648 4, table 1
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The input and the output are in blocks of their exact size.
std::string encoded(std::string_view plain) {
    const ExactBytes in(plain);
    ExactBytes out(base64_size(plain.size()));
    base64_encode(in.bytes(), out.chars());
    return std::string(out.text());
}

// Decodes bit by bit; nothing if `text` is not canonical base64.
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

TEST(Base64, agrees_with_a_naive_decoder_at_every_size) {
    std::string plain;
    for (unsigned size = 0; size <= 60; ++size) {
        const std::string text = encoded(plain);
        EXPECT_EQ(decoded(text), plain) << "size " << size << ": " << text;
        EXPECT_EQ(text.size(), (size + 2) / 3 * 4) << "size " << size;
        plain += static_cast<char>(static_cast<unsigned char>(255 - size * 37));
    }
}

TEST(Base64, writes_nothing_after_its_last_character) {
    for (std::size_t size = 0; size <= 60; ++size) {
        const ExactBytes in(size);
        ExactBytes out(base64_size(size) + 8);
        base64_encode(in.bytes(), out.chars());
        for (const std::uint8_t byte : out.bytes().subspan(base64_size(size))) {
            EXPECT_EQ(byte, ExactBytes::fill) << "size " << size;
        }
    }
}

// ---- decoding --------------------------------------------------------------------------------

// Decodes `pieces`, with each piece and the output buffer in blocks of their exact size.
std::optional<std::string> decoded_in_pieces(const std::vector<std::string_view>& pieces,
                                             std::size_t buffer_size) {
    ExactBytes out(buffer_size);
    std::size_t written = 0;
    Base64Decoder decoder;
    for (const std::string_view piece : pieces) {
        const auto size = decoder.decode(ExactBytes(piece).bytes(), out.buffer().subspan(written));
        if (!size) return std::nullopt;
        written += *size;
    }
    if (!decoder.is_complete()) return std::nullopt;
    return std::string(out.text().substr(0, written));
}

// Whole, byte by byte, and in three pieces cut at every pair of offsets.
void check_decoding(std::string_view text, const std::optional<std::string>& expected,
                    std::size_t buffer_size) {
    EXPECT_EQ(decoded_in_pieces({text}, buffer_size), expected) << shown(text);
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
    EXPECT_EQ(decoded_in_pieces(bytes, buffer_size), expected) << "byte by byte: " << shown(text);
    for (std::size_t a = 0; a <= text.size(); ++a) {
        for (std::size_t b = a; b <= text.size(); ++b) {
            const std::vector<std::string_view> pieces = {text.substr(0, a), text.substr(a, b - a),
                                                          text.substr(b)};
            ASSERT_EQ(decoded_in_pieces(pieces, buffer_size), expected)
                << "cut at " << a << " and " << b << " of " << shown(text);
        }
    }
}

TEST(Base64Decoder, decodes_what_was_encoded_at_every_size_and_cut) {
    std::string plain;
    for (unsigned size = 0; size <= 40; ++size) {
        check_decoding(encoded(plain), plain, plain.size());
        plain += static_cast<char>(static_cast<unsigned char>(255 - size * 37));
    }
}

TEST(Base64Decoder, skips_blanks_and_line_ends_anywhere) {
    constexpr std::string_view rows[] = {
        "Zm9v YmE=",        " Zm9vYmE=",    "Zm9vYmE= \r\n", "Zm9vYm E\t=",
        "Z\nm\n9\nv\nYmE=", "Zm9v\r\nYmE=", "Zm9v\rYmE=",    "Zm9vY\v\fmE=\n\n\n",
    };
    for (const std::string_view row : rows) check_decoding(row, "fooba", 5);
}

TEST(Base64Decoder, refuses_what_is_not_base64_in_canonical_form) {
    constexpr std::string_view rows[] = {
        "Z",
        "Zg",
        "Zg=",
        "Zm9vY",
        "Zm9",  // incomplete
        "=",
        "Z===",
        "A===",
        "AA=A",
        "Z=g=",
        "Zg=g",
        "====",
        "Zm9v=",
        "Zm9v====",
        "Zg==Zg==",
        "Zg==Zm9v",
        "Zm8=Zg==",
        "Zg===",
        "Zg==g",  // something after
                  // end
        "Zh==",
        "Zm9=",
        "Z/==",
        "Zm//Zm/=",  // unused bits that are not zero
        "Zm9v*mFy",
        "Zm9vYmF-",
        "Zm9vYmF_",
        "Zm.v",
    };
    for (const std::string_view row : rows) check_decoding(row, std::nullopt, 12);
}

TEST(Base64Decoder, classifies_each_byte) {
    for (unsigned byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        std::optional<std::string> expected = decoded(std::string("Zm9") + c);
        if (std::string_view(" \t\v\f\r\n").find(c) != std::string_view::npos) {
            expected = "foo";
            EXPECT_EQ(decoded_in_pieces({std::string("Zm9") + c + "v"}, 3), expected) << byte;
            continue;
        }
        EXPECT_EQ(decoded_in_pieces({std::string("Zm9") + c}, 3), expected) << byte;
    }
}

TEST(Base64Decoder, writes_nothing_outside_a_buffer_that_is_too_small) {
    for (std::size_t size = 1; size <= 20; ++size) {
        const std::string plain(size, 'p');
        for (std::size_t buffer = 0; buffer < size; ++buffer) {
            check_decoding(encoded(plain), std::nullopt, buffer);
        }
        check_decoding(encoded(plain), plain, size);
    }
}

}  // namespace
}  // namespace linnet
