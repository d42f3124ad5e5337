// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Distinguished encoding rules, X.690: valid and invalid items; invalid ones are not consumed.
#include "x509/der.hpp"

#include <gtest/gtest.h>

#include <string>

#include "testkit/der_builder.hpp"
#include "testkit/exact.hpp"

namespace linnet {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using test::ExactBytes;
using test::item;
using test::shown;

struct Taken {
    unsigned tag;
    std::string content;
    std::string rest;
};

// All three ways of reading must agree; `rest` and the item are views into `bytes`.
void check_taken(std::string_view bytes, const Taken& expected) {
    const ExactBytes exact(bytes);
    Bytes rest = exact.bytes();
    DerItem got;
    ASSERT_TRUE(take_item(rest, got)) << shown(bytes);
    EXPECT_EQ(got.tag, expected.tag) << shown(bytes);
    EXPECT_EQ(text_of(got.content), expected.content) << shown(bytes);
    EXPECT_EQ(text_of(rest), expected.rest) << shown(bytes);
    EXPECT_EQ(text_of(got.whole).data(), exact.text().data());
    EXPECT_EQ(got.whole.size() + rest.size(), bytes.size()) << shown(bytes);
    EXPECT_EQ(got.content.data() + got.content.size(), got.whole.data() + got.whole.size());

    for (unsigned tag = 0; tag < 256; ++tag) {
        DerItem tagged;
        Bytes content, rest_1 = exact.bytes(), rest_2 = exact.bytes();
        const bool same = tag == expected.tag;
        ASSERT_EQ(take_item(rest_1, static_cast<std::uint8_t>(tag), tagged), same) << tag;
        ASSERT_EQ(take_content(rest_2, static_cast<std::uint8_t>(tag), content), same) << tag;
        ASSERT_EQ(rest_1.size(), same ? rest.size() : bytes.size());
        ASSERT_EQ(rest_2.size(), rest_1.size());
        ASSERT_EQ(tagged.content.size(), same ? got.content.size() : 0);
        ASSERT_EQ(content.size(), tagged.content.size());
        ASSERT_EQ(content.data(), tagged.content.data());
    }
}

void check_refused(std::string_view bytes) {
    const ExactBytes exact(bytes);
    Bytes rest = exact.bytes();
    DerItem got;
    EXPECT_FALSE(take_item(rest, got)) << shown(bytes.substr(0, 20)) << " of " << bytes.size();
    EXPECT_EQ(text_of(rest), bytes);
    if (bytes.empty()) return;
    const auto tag = static_cast<std::uint8_t>(bytes[0]);
    EXPECT_FALSE(take_item(rest, tag, got));
    EXPECT_FALSE(take_content(rest, tag, got.content));
    EXPECT_EQ(text_of(rest), bytes);
}

TEST(Der, reads_the_first_item_and_leaves_the_rest) {
    const Taken rows[] = {
        {0x05, "", ""},         {0x05, "", "\x05"},        {0x02, "\x01", ""},
        {0x30, "\x05\0"s, "x"}, {0x82, "example.org", ""}, {0xA3, "x", "yz"},
        {0x1E, "ab", ""},       {0x00, "", "\0\0"s},       {0x9E, "q", "q"},
    };
    for (const Taken& row : rows) check_taken(item(row.tag, row.content) + row.rest, row);
}

// Where the encoding of the length changes, X.690 8.1.3 and 10.1.
TEST(Der, reads_items_with_every_length_of_length) {
    for (const std::size_t size : {0u, 1u, 126u, 127u, 128u, 129u, 255u, 256u, 257u, 65'535u,
                                   65'536u, 65'537u, 16'777'215u, 16'777'216u}) {
        const std::string content(size, 'c');
        check_taken(item(0x04, content) + "rest", {0x04, content, "rest"});
    }
}

TEST(Der, refuses_every_truncated_item) {
    for (const std::size_t size : {0u, 1u, 5u, 127u, 128u, 255u, 256u, 300u}) {
        const std::string whole = item(0x30, std::string(size, 'c'));
        for (std::size_t cut = 0; cut < whole.size(); ++cut) check_refused(whole.substr(0, cut));
    }
}

TEST(Der, refuses_lengths_that_are_indefinite_or_not_in_their_shortest_form) {
    const std::string content(70'000, 'c');
    constexpr std::string_view heads[] = {
        "\x30\x80"sv,          // indefinite
        "\x30\xFF"sv,          // reserved, X.690 8.1.3.5
        "\x30\x81\x00"sv,      // 0 in two bytes
        "\x30\x81\x01"sv,      // 1 likewise
        "\x30\x81\x7F"sv,      // the largest that needs one
        "\x30\x82\x00\x80"sv,  // with a leading zero
        "\x30\x82\x00\xFF"sv,
        "\x30\x83\x00\xFF\xFF"sv,
        "\x30\x84\x00\x01\x00\x00"sv,
        "\x30\x85\x00\x00\x00\x00\x01"sv,  // longer than allowed
        "\x30\x85\x01\x00\x00\x00\x00"sv,
        "\x30\x88\x00\x00\x00\x00\x00\x00\x00\x01"sv,
        "\x30\x89\x01\x00\x00\x00\x00\x00\x00\x00\x80"sv,  // 128 in the last 64 bits
        "\x30\xFE"sv,
    };
    for (const std::string_view head : heads) check_refused(std::string(head) + content);
}

// Lengths that would overflow an addition.
TEST(Der, refuses_lengths_beyond_the_input) {
    constexpr std::string_view rows[] = {
        "\x30\x05zzzz"sv,
        "\x30\x81\x80zzzz"sv,
        "\x30\x84\xFF\xFF\xFF\xFF"sv,
        "\x30\x84\xFF\xFF\xFF\xFFzzzz"sv,
        "\x30\x84\x80\x00\x00\x00zzzz"sv,
        "\x30\x84\x7F\xFF\xFF\xFFzzzz"sv,
        "\x30\x88\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFFzzzz"sv,
        "\x30\x88\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFAzzzz"sv,
    };
    for (const std::string_view row : rows) check_refused(row);
}

TEST(Der, refuses_tags_of_more_than_one_byte) {
    for (const std::string_view row : {"\x1F\x01\x00"sv, "\x3F\x01\x00"sv, "\x5F\x01\x00"sv,
                                       "\x9F\x01\x00"sv, "\xBF\x21\x00"sv, "\xFF\x01\x00"sv}) {
        check_refused(row);
    }
}

// Every pair of length bytes, followed by 300 bytes.
TEST(Der, agrees_with_the_rules_on_every_short_length) {
    ExactBytes bytes(std::string(303, 'x'));
    const auto buffer = bytes.buffer();
    buffer[0] = 0x30;
    for (unsigned first = 0; first < 256; ++first) {
        for (unsigned second = 0; second < 256; ++second) {
            buffer[1] = static_cast<std::uint8_t>(first);
            buffer[2] = static_cast<std::uint8_t>(second);
            const bool is_short = first < 0x80;
            const bool is_long = first == 0x81 && second >= 0x80;
            const std::size_t size = is_short ? first : is_long ? second : 0;
            Bytes rest = bytes.bytes();
            DerItem got;
            // Three and more length bytes exceed the input or have a leading zero.
            ASSERT_EQ(take_item(rest, got), is_short || is_long) << first << " " << second;
            ASSERT_EQ(got.content.size(), size);
        }
    }
}

TEST(Der, tags_of_a_context_are_those_of_x_690) {
    EXPECT_EQ(der::context(0, true), 0xA0);
    EXPECT_EQ(der::context(3, true), 0xA3);
    EXPECT_EQ(der::context(1, false), 0x81);
    EXPECT_EQ(der::context(7, false), 0x87);
}

}  // namespace
}  // namespace linnet
