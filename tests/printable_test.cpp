// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Which characters are printed unchanged: every code point, and every invalid sequence.
#include "codec/printable.hpp"

#include <gtest/gtest.h>

#include <string>

#include "testkit/exact.hpp"

namespace linnet::test {
namespace {

std::string utf8_of(unsigned code) {
    const auto tail = [](unsigned bits) { return static_cast<char>(0x80 | (bits & 0x3F)); };
    const auto head = [](unsigned bits) { return static_cast<char>(bits); };
    if (code < 0x80) return {head(code)};
    if (code < 0x800) return {head(0xC0 | code >> 6), tail(code)};
    if (code < 0x10000) return {head(0xE0 | code >> 12), tail(code >> 6), tail(code)};
    return {head(0xF0 | code >> 18), tail(code >> 12), tail(code >> 6), tail(code)};
}

bool may_be_shown(unsigned code) {
    if (code < 0x20 || (code >= 0x7F && code <= 0x9F)) return false;  // Cc
    if (code == 0x2028 || code == 0x2029) return false;               // Zl, Zp
    // Bidi_Control
    if (code == 0x061C || code == 0x200E || code == 0x200F) return false;
    return !(code >= 0x202A && code <= 0x202E) && !(code >= 0x2066 && code <= 0x2069);
}

TEST(Printable, classifies_every_code_point) {
    for (unsigned code = 0; code <= 0x10FFFF; ++code) {
        if (code >= 0xD800 && code <= 0xDFFF) continue;
        const std::string character = utf8_of(code);
        std::string text = character + "x";
        std::string_view rest = text;
        const Character taken = take_character(rest);
        ASSERT_EQ(taken.bytes, character) << code;
        ASSERT_EQ(taken.is_printable, may_be_shown(code)) << code;
        ASSERT_EQ(rest, "x") << code;
    }
}

TEST(Printable, consumes_one_byte_of_invalid_utf8) {
    for (const std::string_view invalid :
         {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3x", "\xE2\x82", "\xE2\x82x",
          "\xED\xA0\x80", "\xE0\x80\x80", "\xF0\x9F\x8E", "\xF4\x90\x80\x80", "\xF8\x80\x80\x80",
          "\xFE", "\xFF"}) {
        const ExactBytes exact(invalid);
        std::string_view rest = exact.text();
        const Character taken = take_character(rest);
        EXPECT_EQ(taken.bytes, invalid.substr(0, 1)) << shown(invalid);
        EXPECT_FALSE(taken.is_printable) << shown(invalid);
        EXPECT_EQ(rest, invalid.substr(1));
    }
}

}  // namespace
}  // namespace linnet::test
