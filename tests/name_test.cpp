// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Names in certificates: their text form, RFC 4514, and alternative names, RFC 5280 4.2.1.6.
#include "x509/name.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "linnet/x509_certificate.hpp"
#include "testkit/der_builder.hpp"
#include "testkit/exact.hpp"
#include "testkit/vector_file.hpp"

namespace linnet {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using test::attribute;
using test::dns;
using test::ExactBytes;
using test::item;
using test::null;
using test::oid;
using test::sequence;
using test::set_of;
using test::shown;

constexpr unsigned utf8 = 0x0C, printable = 0x13, t61 = 0x14, ia5 = 0x16, bmp = 0x1E;

std::string written(std::string_view name) {
    const ExactBytes exact(name);
    ExactBytes out(write_name(exact.bytes(), {}));
    EXPECT_EQ(write_name(exact.bytes(), out.buffer()), out.bytes().size());
    return std::string(out.text());
}

// A Name with one CN, as written after "CN=".
std::string written_value(unsigned tag, std::string_view text) {
    const std::string all = written(sequence({set_of({attribute(3, text, tag)})}));
    EXPECT_TRUE(all.starts_with("CN=")) << all;
    return all.substr(std::min<std::size_t>(all.size(), 3));
}

TEST(Name, is_written_from_its_last_part_to_its_first) {
    struct Row {
        std::vector<std::string> parts;
        std::string_view text;
    };
    const Row rows[] = {
        {{}, ""},
        {{set_of({attribute(3, "example.com")})}, "CN=example.com"},
        {{set_of({attribute(6, "DE", printable)}), set_of({attribute(10, "Example")}),
          set_of({attribute(3, "example.com")})},
         "CN=example.com,O=Example,C=DE"},
        {{set_of({attribute(10, "A"), attribute(11, "B")}), set_of({attribute(3, "C")})},
         "CN=C,O=A+OU=B"},
        {{set_of({attribute(3, "")}), set_of({attribute(3, "")})}, "CN=,CN="},
    };
    for (const Row& row : rows) EXPECT_EQ(written(sequence(row.parts)), row.text);
}

TEST(Name, uses_keywords_for_common_types_and_numbers_for_the_others) {
    struct Row {
        std::vector<unsigned long long> type;
        std::string_view text;
    };
    const Row rows[] = {
        {{2, 5, 4, 3}, "CN=x"},
        {{2, 5, 4, 5}, "serialNumber=x"},
        {{2, 5, 4, 6}, "C=x"},
        {{2, 5, 4, 7}, "L=x"},
        {{2, 5, 4, 8}, "ST=x"},
        {{2, 5, 4, 10}, "O=x"},
        {{2, 5, 4, 11}, "OU=x"},
        {{0, 9, 2342, 19200300, 100, 1, 25}, "DC=x"},
        {{1, 2, 840, 113549, 1, 9, 1}, "emailAddress=x"},
        {{2, 5, 4, 97}, "2.5.4.97=#0C0178"},
        {{2, 5, 4}, "2.5.4=#0C0178"},
        {{2, 5, 4, 3, 1}, "2.5.4.3.1=#0C0178"},
        {{0, 0}, "0.0=#0C0178"},
        {{0, 39, 0}, "0.39.0=#0C0178"},
        {{1, 0}, "1.0=#0C0178"},
        {{1, 39, 127, 128}, "1.39.127.128=#0C0178"},
        {{2, 0}, "2.0=#0C0178"},
        {{2, 40, 16383, 16384}, "2.40.16383.16384=#0C0178"},
        {{2, 999, 18446744073709551615u}, "2.999.18446744073709551615=#0C0178"},
        {{2, 18446744073709551535u}, "2.18446744073709551535=#0C0178"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(written(sequence({set_of({sequence({oid(row.type), item(utf8, "x")})})})),
                  row.text);
    }
}

TEST(Name, shows_numbers_of_more_than_64_bits_as_a_question_mark) {
    const std::string large = "\x82" + std::string(8, '\x80') + "\0"s;  // 2^64
    const std::string type_1 = item(0x06, "\x55" + large + "\x05");
    const std::string type_2 = item(0x06, large + "\x05");
    EXPECT_EQ(written(sequence({set_of({sequence({type_1, item(utf8, "x")})})})),
              "2.5.?.5=#0C0178");
    EXPECT_EQ(written(sequence({set_of({sequence({type_2, item(utf8, "x")})})})), "2.?.5=#0C0178");
}

// RFC 4514 2.4.
TEST(Name, escapes_what_would_look_like_another_name) {
    struct Row {
        std::string_view value, text;
    };
    constexpr Row rows[] = {
        {"James \"Jim\" Smith, III", "James \\\"Jim\\\" Smith\\, III"},
        {"a+b;c<d>e\\f", "a\\+b\\;c\\<d\\>e\\\\f"},
        {"a=b", "a=b"},
        {" a b ", "\\ a b\\ "},
        {" ", "\\ "},
        {"  ", "\\ \\ "},
        {"   ", "\\  \\ "},
        {"#a#", "\\#a#"},
        {"a,CN=other.test", "a\\,CN=other.test"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(written_value(utf8, row.value), row.text);
        EXPECT_EQ(written_value(printable, row.value), row.text);
    }
}

TEST(Name, escapes_what_could_break_a_line_or_a_terminal) {
    struct Row {
        std::string_view value, text;
    };
    constexpr Row rows[] = {
        {"a\0b"sv, "a\\00b"},
        {"a\r\nb", "a\\0D\\0Ab"},
        {"\x1B[2J", "\\1B[2J"},
        {"\x1F\x20x", "\\1F x"},
        {"~\x7F", "~\\7F"},
        {"\xC2\x80\xC2\x9B\xC2\x9F\xC2\xA0", "\\C2\\80\\C2\\9B\\C2\\9F\xC2\xA0"},  // C1
        {"\xE2\x80\xA8\xE2\x80\xA9", "\\E2\\80\\A8\\E2\\80\\A9"},  // line and paragraph separators
        {"\xE2\x80\xAE\xE2\x80\xAF", "\\E2\\80\\AE\xE2\x80\xAF"},  // right-to-left override
        {"\xE2\x80\x8D\xE2\x80\x8E\xE2\x80\x8F\xE2\x80\x90",
         "\xE2\x80\x8D\\E2\\80\\8E\\E2\\80\\8F\xE2\x80\x90"},
        {"\xE2\x81\xA5\xE2\x81\xA6\xE2\x81\xA9\xE2\x81\xAA",
         "\xE2\x81\xA5\\E2\\81\\A6\\E2\\81\\A9\xE2\x81\xAA"},
        {"\xD8\x9C", "\\D8\\9C"},
    };
    for (const Row& row : rows) EXPECT_EQ(written_value(utf8, row.value), row.text);
    for (unsigned byte = 0; byte < 0x20; ++byte) {
        const char c = static_cast<char>(byte);
        EXPECT_EQ(written_value(ia5, {&c, 1}).substr(0, 1), "\\") << byte;
    }
}

TEST(Name, keeps_utf_8_and_escapes_other_bytes) {
    struct Row {
        std::string_view value, text;
    };
    constexpr Row rows[] = {
        {"\xC3\xA9", "\xC3\xA9"},
        {"\xE2\x82\xAC", "\xE2\x82\xAC"},
        {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
        {"\x80", "\\80"},
        {"\xFF", "\\FF"},
        {"\xC3", "\\C3"},
        {"\xC3(", "\\C3("},
        {"\xE2\x82", "\\E2\\82"},
        {"\xE2\x82x", "\\E2\\82x"},
        {"\xC0\x80", "\\C0\\80"},                  // overlong
        {"\xED\xA0\x80", "\\ED\\A0\\80"},          // a surrogate
        {"\xF4\x90\x80\x80", "\\F4\\90\\80\\80"},  // above U+10FFFF
        {"\xF0\x9F\x98", "\\F0\\9F\\98"},
        {"a\xC3\xA9\xFFz", "a\xC3\xA9\\FFz"},
        {" \xFF ", "\\ \\FF\\ "},
    };
    for (const Row& row : rows) {
        for (const unsigned tag : {utf8, printable, ia5, 0x12u, 0x1Au}) {
            EXPECT_EQ(written_value(tag, row.value), row.text) << shown(row.value);
        }
    }
}

TEST(Name, reads_t61_as_latin_1_and_bmp_as_utf_16) {
    EXPECT_EQ(written_value(t61, "\xE9t\xE9 \x85"), "\xC3\xA9t\xC3\xA9 \\C2\\85");
    EXPECT_EQ(written_value(t61, "\xFF#"), "\xC3\xBF#");
    EXPECT_EQ(written_value(bmp, ""), "");
    EXPECT_EQ(written_value(bmp, "\0A\0\xE9\x20\xAC\0,"sv), "A\xC3\xA9\xE2\x82\xAC\\,");
    EXPECT_EQ(written_value(bmp, "\x07\xFF\x08\0\xD7\xFF\xE0\0\xFF\xFF"sv),
              "\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF");
    EXPECT_EQ(written_value(bmp, "\0 \0a\0 "sv), "\\ a\\ ");
    EXPECT_EQ(written_value(bmp, "\x20\x2E"), "\\E2\\80\\AE");
}

// "#" and the value in DER, RFC 4514 2.4.
TEST(Name, shows_values_that_are_not_text_in_hexadecimal) {
    struct Row {
        std::string value;
        std::string_view text;
    };
    const Row rows[] = {
        {item(bmp, "a"), "2.5.4.3=#1E0161"},          // half a character
        {item(bmp, "\xD8\0"s), "2.5.4.3=#1E02D800"},  // a surrogate
        {item(bmp, "\xDF\xFF"), "2.5.4.3=#1E02DFFF"},
        {item(0x1C, "\0\0\0A"s), "2.5.4.3=#1C0400000041"},  // UniversalString
        {item(0x02, "\x01"), "2.5.4.3=#020101"},
        {item(0x30, null()), "2.5.4.3=#30020500"},
        {null(), "2.5.4.3=#0500"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(written(sequence({set_of({sequence({oid({2, 5, 4, 3}), row.value})})})),
                  row.text);
    }
}

// Writes as much of the text as fits, and returns its full size.
TEST(Name, is_cut_at_the_end_of_the_buffer) {
    const std::string name = sequence(
        {set_of({attribute(6, "DE")}), set_of({attribute(10, "A, B\n"), attribute(11, "C")}),
         set_of({attribute(99, "x")}), set_of({attribute(3, "\xE2\x82\xAC.test")})});
    const std::string text = "CN=\xE2\x82\xAC.test,2.5.4.99=#0C0178,O=A\\, B\\0A+OU=C,C=DE";
    EXPECT_EQ(written(name), text);
    for (std::size_t size = 0; size <= text.size() + 3; ++size) {
        ExactBytes out(size);
        EXPECT_EQ(write_name(ExactBytes(name).bytes(), out.buffer()), text.size());
        const std::string filler(size - std::min(size, text.size()), '\xA5');
        EXPECT_EQ(out.text(), text.substr(0, size) + filler);
    }
}

const std::string good_attribute = attribute(3, "x");

// Each is invalid in one part; `sequence({set_of({good_attribute})})` is valid.
TEST(Name, is_empty_if_it_is_malformed) {
    const std::string type = oid({2, 5, 4, 3});
    const std::string value = item(utf8, "x");
    const std::string rows[] = {
        "",
        "x",
        null(),
        set_of({}),
        sequence({good_attribute}),
        sequence({set_of({})}),
        sequence({sequence({good_attribute})}),
        sequence({set_of({good_attribute}), null()}),
        sequence({set_of({good_attribute})}) + "x",
        sequence({set_of({good_attribute}), "\x31"}),
        sequence({set_of({good_attribute, "\x30"})}),
        sequence({set_of({good_attribute, null()})}),
        sequence({set_of({set_of({type, value})})}),
        sequence({set_of({sequence({})})}),
        sequence({set_of({sequence({type})})}),
        sequence({set_of({sequence({value, type})})}),
        sequence({set_of({sequence({type, value, null()})})}),
        sequence({set_of({sequence({type, "\x0C\x02x"})})}),
        sequence({set_of({sequence({item(0x06, ""), value})})}),
        sequence({set_of({sequence({item(0x06, "\x55\x84"), value})})}),      // an unterminated arc
        sequence({set_of({sequence({item(0x06, "\x55\x80\x04"), value})})}),  // a leading zero
        sequence({set_of({sequence({item(0x06, "\x80\x04"), value})})}),
    };
    for (const std::string& row : rows) {
        ExactBytes out(40);
        EXPECT_EQ(write_name(ExactBytes(row).bytes(), out.buffer()), 0u) << shown(row);
        EXPECT_EQ(out.text(), std::string(40, '\xA5')) << shown(row);
        EXPECT_FALSE(is_name(ExactBytes(row).bytes())) << shown(row);
    }
    EXPECT_TRUE(is_name(ExactBytes(sequence({set_of({good_attribute})})).bytes()));
    EXPECT_TRUE(is_name(ExactBytes(sequence({})).bytes()));
}

TEST(Name, takes_linear_time) {
    const std::vector<std::string> parts(100'000, set_of({attribute(3, "x")}));
    const std::string name = sequence(parts);
    std::uint8_t out[9];
    EXPECT_EQ(write_name(ExactBytes(name).bytes(), out), 5 * parts.size() - 1);
    EXPECT_EQ(text_of(out), "CN=x,CN=x");
}

TEST(CommonName, is_the_last_one_if_it_can_be_read) {
    struct Row {
        std::vector<std::string> parts;
        std::string_view name;
    };
    const Row rows[] = {
        {{}, ""},
        {{set_of({attribute(10, "o")})}, ""},
        {{set_of({attribute(3, "a")})}, "a"},
        {{set_of({attribute(3, "a")}), set_of({attribute(3, "b")})}, "b"},
        {{set_of({attribute(3, "a")}), set_of({attribute(10, "o")})}, "a"},
        {{set_of({attribute(3, "a"), attribute(3, "b"), attribute(10, "o")})}, "b"},
        {{set_of({attribute(3, "a", printable)})}, "a"},
        {{set_of({attribute(3, "a", t61)})}, "a"},
        {{set_of({attribute(3, "a", ia5)})}, "a"},
        {{set_of({attribute(3, "\0a"sv, bmp)})}, ""},
        {{set_of({attribute(3, "a")}), set_of({attribute(3, "\0b"sv, bmp)})}, ""},
    };
    for (const Row& row : rows) {
        const ExactBytes name(sequence(row.parts));
        EXPECT_EQ(text_of(common_name_of(name.bytes())), row.name) << written(name.text());
    }
    EXPECT_TRUE(common_name_of({}).empty());
}

TEST(Name, is_written_as_openssl_does) {
    const std::string der = test::certificate_der("good");
    const std::string name =
        sequence({set_of({attribute(10, "linnet")}), set_of({attribute(3, "good")})});
    EXPECT_NE(der.find(name), der.npos);
    EXPECT_EQ(written(name), "CN=good,O=linnet");
}

// ---- alternative names -----------------------------------------------------------------------

std::string described_alt_names(std::string_view names) {
    const ExactBytes exact(names);
    std::string line;
    AltName name;
    Bytes rest = exact.bytes();
    while (take_alt_name(rest, name)) {
        constexpr std::string_view kinds[] = {"dns", "ip", "other"};
        line.append(kinds[static_cast<std::size_t>(name.kind)]).append(":");
        line.append(text_of(name.value)).append(" ");
    }
    if (!rest.empty()) line.append("and ").append(text_of(rest));
    return line;
}

TEST(AltName, is_taken_one_at_a_time) {
    struct Row {
        std::string names;
        std::string_view described;
    };
    const std::string ipv6 = "1234567890123456";
    const Row rows[] = {
        {"", ""},
        {dns("a.test"), "dns:a.test "},
        {dns("a.test") + dns("*.b.test") + item(0x87, "1234"), "dns:a.test dns:*.b.test ip:1234 "},
        {item(0x87, ipv6), "ip:1234567890123456 "},
        {item(0x87, "123"), "other:123 "},
        {item(0x87, "12345"), "other:12345 "},
        {item(0x87, ""), "other: "},
        {item(0x81, "me@a.test") + dns("b"), "other:me@a.test dns:b "},
        {item(0x86, "http://a.test"), "other:http://a.test "},
        {item(0xA2, "a.test"), "other:a.test "},  // constructed
        {item(0x0C, "a.test"), "other:a.test "},
        {dns(""), "dns: "},
        {dns("a b"), "other:a b "},
        {dns("a.test\0.b"sv), "other:a.test\0.b "sv},
        {dns("a\x7F"), "other:a\x7F "},
        {dns("\xC3\xA9.test"), "other:\xC3\xA9.test "},
        {dns("~!"), "dns:~! "},
        {dns("a") + "\x82\x05x", "dns:a and \x82\x05x"},
        {"x", "and x"},
    };
    for (const Row& row : rows)
        EXPECT_EQ(described_alt_names(row.names), row.described) << shown(row.names);
}

}  // namespace
}  // namespace linnet
