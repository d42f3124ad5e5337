// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// ws:// and wss:// URLs: exactly what the grammar in url.hpp allows.
#include "linnet/codec/url.hpp"

#include <gtest/gtest.h>

#include <string>

#include "testkit/exact.hpp"

namespace linnet {
namespace {

using namespace std::string_view_literals;
using test::ExactBytes;
using test::lies_within;
using test::shown;

struct Parts {
    bool secure = false;
    bool ipv6_literal = false;
    int port = 80;
    std::string_view userinfo = "";
    std::string_view host = "h";
    std::string_view path = "";
    std::string_view query = "";
};

struct GoodRow {
    std::string_view text;
    Parts parts;
};

constexpr GoodRow good_rows[] = {
    {"ws://h", {}},
    {"wss://h", {.secure = true, .port = 443}},
    {"WS://h", {}},
    {"Ws://h", {}},
    {"wS://h", {}},
    {"WSS://h", {.secure = true, .port = 443}},
    {"wSs://h", {.secure = true, .port = 443}},
    {"ws://h/", {.path = "/"}},
    {"ws://h?", {.query = "?"}},
    {"ws://h?q", {.query = "?q"}},
    {"ws://h/?", {.path = "/", .query = "?"}},
    {"ws://h/a?b", {.path = "/a", .query = "?b"}},
    {"ws://h/a?b?c/d", {.path = "/a", .query = "?b?c/d"}},
    {"ws://h//a//", {.path = "//a//"}},
    {"ws://h/a/../b/.", {.path = "/a/../b/."}},
    {"ws://h/a@b:c", {.path = "/a@b:c"}},
    {"ws://h/?a@b:c", {.path = "/", .query = "?a@b:c"}},
    {"ws://h?u=ws://i/", {.query = "?u=ws://i/"}},
    {"ws://h:1", {.port = 1}},
    {"ws://h:80", {.port = 80}},
    {"ws://h:443", {.port = 443}},
    {"wss://h:80/", {.secure = true, .port = 80, .path = "/"}},
    {"ws://h:65535/", {.port = 65535, .path = "/"}},
    {"ws://h:00080", {.port = 80}},
    {"ws://h:9?q", {.port = 9, .query = "?q"}},
    {"ws://Example.COM/Chat", {.host = "Example.COM", .path = "/Chat"}},
    {"ws://a-b_c.d.", {.host = "a-b_c.d."}},
    {"ws://127.0.0.1:8080", {.port = 8080, .host = "127.0.0.1"}},
    {"ws://xn--bcher-kva.example", {.host = "xn--bcher-kva.example"}},
    {"ws://[::1]", {.ipv6_literal = true, .host = "::1"}},
    {"ws://[::]:9000/x", {.ipv6_literal = true, .port = 9000, .host = "::", .path = "/x"}},
    {"wss://[2001:DB8::a]?q",
     {.secure = true, .ipv6_literal = true, .port = 443, .host = "2001:DB8::a", .query = "?q"}},
    {"ws://[::ffff:192.0.2.1]:81", {.ipv6_literal = true, .port = 81, .host = "::ffff:192.0.2.1"}},
    {"ws://u@h", {.userinfo = "u"}},
    {"ws://@h", {}},
    {"ws://u:p@h:81/", {.port = 81, .userinfo = "u:p", .path = "/"}},
    {"ws://u:p:q@[::1]/", {.ipv6_literal = true, .userinfo = "u:p:q", .host = "::1", .path = "/"}},
    {"ws://:@h", {.userinfo = ":"}},
    {"ws://%40%20:%2F@h/", {.userinfo = "%40%20:%2F", .path = "/"}},
    {"ws://u:%3a%7e%80%9f%ff@h", {.userinfo = "u:%3a%7e%80%9f%ff"}},
    {"ws://h/%00%7f%C3%a9?%23%25", {.path = "/%00%7f%C3%a9", .query = "?%23%25"}},
};

// All parts of an accepted URL.
void check_parts(const Step<Url>& step, std::string_view in, const Parts& parts) {
    ASSERT_TRUE(step.done()) << text(step.cause);
    const Url& url = step.value;
    EXPECT_EQ(step.consumed, in.size());
    EXPECT_EQ(url.secure, parts.secure);
    EXPECT_EQ(url.default_port(), parts.secure ? 443 : 80);
    EXPECT_EQ(url.ipv6_literal, parts.ipv6_literal);
    EXPECT_EQ(url.port, parts.port);
    EXPECT_EQ(url.userinfo, parts.userinfo);
    EXPECT_EQ(url.host, parts.host);
    EXPECT_EQ(url.path, parts.path);
    EXPECT_EQ(url.query, parts.query);
    for (const std::string_view part : {url.userinfo, url.host, url.path, url.query}) {
        EXPECT_TRUE(lies_within(part, in)) << shown(part);
    }
}

TEST(Url, splits_valid_urls) {
    for (const GoodRow& row : good_rows) {
        SCOPED_TRACE(row.text);
        const ExactBytes in(row.text);
        check_parts(parse_url(in.text()), in.text(), row.parts);
    }
}

struct BadRow {
    std::string_view text;
    Cause cause;
};

constexpr BadRow bad_rows[] = {
    {"", Cause::url_scheme},
    {"h", Cause::url_scheme},
    {"h/path", Cause::url_scheme},
    {"//h", Cause::url_scheme},
    {"://h", Cause::url_scheme},
    {"ws", Cause::url_scheme},
    {"ws:", Cause::url_scheme},
    {"ws:h", Cause::url_scheme},
    {"ws:/h", Cause::url_scheme},
    {"ws//h", Cause::url_scheme},
    {"w://h", Cause::url_scheme},
    {"wsss://h", Cause::url_scheme},
    {"wsx://h", Cause::url_scheme},
    {"xws://h", Cause::url_scheme},
    {"http://h/", Cause::url_scheme},
    {"https://h/", Cause::url_scheme},
    {" ws://h", Cause::url_scheme},
    {"ws ://h", Cause::url_scheme},
    {"w\0://h"sv, Cause::url_scheme},
    {"h?u=ws://i", Cause::url_scheme},
    {"ws://", Cause::url_host},
    {"ws:///", Cause::url_host},
    {"ws:///path", Cause::url_host},
    {"ws://?q", Cause::url_host},
    {"ws://:80", Cause::url_host},
    {"ws://u@", Cause::url_host},
    {"ws://u@:80/", Cause::url_host},
    {"ws://u@/", Cause::url_host},
    {"ws://h ", Cause::url_host},
    {"ws://a b/", Cause::url_host},
    {"ws://a%62c/", Cause::url_host},
    {"ws://h\r\nX: y/", Cause::url_host},
    {"ws://h\\i/", Cause::url_host},
    {"ws://b\xC3\xBC"
     "cher.example/",
     Cause::url_host},
    {"ws://[::1", Cause::url_host},
    {"ws://[::1/", Cause::url_host},
    {"ws://[", Cause::url_host},
    {"ws://[]", Cause::url_host},
    {"ws://]", Cause::url_host},
    {"ws://::1]/", Cause::url_host},
    {"ws://::1/", Cause::url_host},
    {"ws://[::1]]", Cause::url_host},
    {"ws://[[::1]]", Cause::url_host},
    {"ws://[::1]x", Cause::url_host},
    {"ws://[::1]80", Cause::url_host},
    {"ws://[::1][::1]", Cause::url_host},
    {"ws://x[::1]", Cause::url_host},
    {"ws://[127.0.0.1]/", Cause::url_host},
    {"ws://[cafe]/", Cause::url_host},
    {"ws://[::g]/", Cause::url_host},
    {"ws://[fe80::1%25eth0]/", Cause::url_host},
    {"ws://[fe80::1%eth0]/", Cause::url_host},
    {"ws://[v1.fe:80]/", Cause::url_host},
    {"ws://[::1 ]/", Cause::url_host},
    {"ws://h:", Cause::url_port},
    {"ws://h:/", Cause::url_port},
    {"ws://[::1]:", Cause::url_port},
    {"ws://h:0", Cause::url_port},
    {"ws://h:00000", Cause::url_port},
    {"ws://h:65536", Cause::url_port},
    {"ws://h:99999", Cause::url_port},
    {"ws://h:4294967376", Cause::url_port},             // 2^32 + 80
    {"ws://h:18446744073709551696/", Cause::url_port},  // 2^64 + 80
    {"ws://h:+80", Cause::url_port},
    {"ws://h:-80", Cause::url_port},
    {"ws://h: 80", Cause::url_port},
    {"ws://h:80 ", Cause::url_port},
    {"ws://h:8a", Cause::url_port},
    {"ws://h:0x50", Cause::url_port},
    {"ws://h:80:80", Cause::url_port},
    {"ws://h:%38%30", Cause::url_port},
    {"ws://2001:db8::1/", Cause::url_port},
    {"ws://a@b@h/", Cause::url_userinfo},
    {"ws://a b@h/", Cause::url_userinfo},
    {"ws://a%@h/", Cause::url_userinfo},
    {"ws://a%4@h/", Cause::url_userinfo},
    {"ws://a%4g@h/", Cause::url_userinfo},
    {"ws://[@h/", Cause::url_userinfo},
    {"ws://a\r\n@h/", Cause::url_userinfo},
    {"ws://a%3Ab@h/", Cause::url_userinfo},
    {"ws://a%3ab:c@h/", Cause::url_userinfo},
    {"ws://%3a@h/", Cause::url_userinfo},
    {"ws://%3a:@h/", Cause::url_userinfo},
    {"ws://a%00@h/", Cause::url_userinfo},
    {"ws://a:%0d%0A@h/", Cause::url_userinfo},
    {"ws://a:b%1F@h/", Cause::url_userinfo},
    {"ws://a:%7f@h/", Cause::url_userinfo},
    {"ws://h#", Cause::url_fragment},
    {"ws://h#f", Cause::url_fragment},
    {"ws://h/#f", Cause::url_fragment},
    {"ws://h/a?b#f", Cause::url_fragment},
    {"ws://h/a#b?c", Cause::url_fragment},
    {"ws://h:80#", Cause::url_fragment},
    {"ws://h/%", Cause::url_character},
    {"ws://h/%4", Cause::url_character},
    {"ws://h/%4g", Cause::url_character},
    {"ws://h/%g4", Cause::url_character},
    {"ws://h/%%41", Cause::url_character},
    {"ws://h/%4%41", Cause::url_character},
    {"ws://h/% 41", Cause::url_character},
    {"ws://h/%4?1", Cause::url_character},
    {"ws://h/?%", Cause::url_character},
    {"ws://h/?%4", Cause::url_character},
    {"ws://h/?%x1", Cause::url_character},
    {"ws://h/a b", Cause::url_character},
    {"ws://h/ HTTP/1.1\r\nX: y", Cause::url_character},
    {"ws://h/?q\n", Cause::url_character},
};

// Case 25: URLs with invalid bytes
TEST(Url, refuses_invalid_urls_and_names_the_invalid_part) {
    for (const BadRow& row : bad_rows) {
        const auto step = parse_url(ExactBytes(row.text).text());
        EXPECT_TRUE(step.failed()) << shown(row.text);
        EXPECT_EQ(step.cause, row.cause) << shown(row.text);
    }
}

bool is_letter_or_digit(int c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Letters, digits and `marks`; NUL is not a mark.
bool is_letter_digit_or(int c, std::string_view marks) {
    return is_letter_or_digit(c) || marks.find(static_cast<char>(c)) != marks.npos;
}

// `front`, the byte, `back`: accepted, or refused with `cause`.
void check_byte(std::string_view front, int byte, std::string_view back, Cause cause) {
    const std::string text = std::string(front) + static_cast<char>(byte) + std::string(back);
    const ExactBytes in(text);
    const auto step = parse_url(in.text());
    EXPECT_EQ(step.done(), cause == Cause::none) << shown(text);
    EXPECT_EQ(step.cause, cause) << shown(text);
}

// Case 25: every byte in a host
TEST(Url, validates_every_byte_within_a_host) {
    for (int c = 0; c < 256; ++c) {
        Cause cause = Cause::url_host;
        if (is_letter_digit_or(c, "-_.")) cause = Cause::none;
        if (c == '/' || c == '?' || c == '@') cause = Cause::none;  // ends the host, or begins it
        if (c == ':') cause = Cause::url_port;                      // "b" is not a port
        if (c == '#') cause = Cause::url_fragment;
        check_byte("ws://a", c, "b", cause);
    }
}

// Case 25: every byte in an IPv6 address
TEST(Url, validates_every_byte_within_an_ipv6_literal) {
    for (int c = 0; c < 256; ++c) {
        const bool good = is_letter_digit_or(c, ":.") && (c <= '9' || (c | 0x20) <= 'f');
        Cause cause = good || c == ':' ? Cause::none : Cause::url_host;
        if (c == '@') cause = Cause::url_userinfo;  // "[a" is the user then, with a bracket
        check_byte("ws://[a", c, "::1]", cause);
    }
}

// Case 25: every byte in a path
TEST(Url, validates_every_byte_within_a_path) {
    for (int c = 0; c < 256; ++c) {
        Cause cause = Cause::url_character;
        if (is_letter_digit_or(c, "-._~!$&'()*+,;=:@/")) cause = Cause::none;
        if (c == '?') cause = Cause::none;  // a query begins
        if (c == '#') cause = Cause::url_fragment;
        check_byte("ws://h/a", c, "zz", cause);
    }
}

// Case 25: every byte in a query
TEST(Url, validates_every_byte_within_a_query) {
    for (int c = 0; c < 256; ++c) {
        Cause cause = Cause::url_character;
        if (is_letter_digit_or(c, "-._~!$&'()*+,;=:@/?")) cause = Cause::none;
        if (c == '#') cause = Cause::url_fragment;
        check_byte("ws://h?a", c, "zz", cause);
        check_byte("ws://h/?a", c, "zz", cause);
    }
}

// Case 25: every byte in user and password
TEST(Url, validates_every_byte_within_the_user_information) {
    for (int c = 0; c < 256; ++c) {
        Cause cause = Cause::url_userinfo;
        if (is_letter_digit_or(c, "-._~!$&'()*+,;=:")) cause = Cause::none;
        if (c == '/' || c == '?') cause = Cause::none;  // "u" is the host
        if (c == '#') cause = Cause::url_fragment;
        check_byte("ws://u", c, "zz@h/", cause);
    }
}

// RFC 7617 2: no control character, no colon in the user name.
TEST(Url, validates_every_percent_encoded_byte_of_the_user_information) {
    for (int c = 0; c < 256; ++c) {
        constexpr std::string_view digits = "0123456789abcdef";
        const std::string code{'%', digits[static_cast<std::size_t>(c) / 16],
                               digits[static_cast<std::size_t>(c) % 16]};
        const bool is_control = c < 0x20 || c == 0x7F;
        const Cause in_name = is_control || c == ':' ? Cause::url_userinfo : Cause::none;
        const Cause in_password = is_control ? Cause::url_userinfo : Cause::none;
        EXPECT_EQ(parse_url(ExactBytes("ws://u" + code + "@h").text()).cause, in_name) << code;
        EXPECT_EQ(parse_url(ExactBytes("ws://" + code + ":p@h").text()).cause, in_name) << code;
        EXPECT_EQ(parse_url(ExactBytes("ws://u:" + code + "@h").text()).cause, in_password) << code;
    }
}

struct HandMadeRow {
    std::string_view name;
    Url url;
    Cause cause = Cause::none;
};

constexpr HandMadeRow hand_made_rows[] = {
    {"all parts", {.port = 1, .userinfo = "u:p", .host = "h", .path = "/a", .query = "?b"}},
    {"host alone", {.port = 80, .host = "h"}},
    {"IPv6", {.ipv6_literal = true, .port = 80, .host = "::1"}},
    {"no host", {.port = 80}, Cause::url_host},
    {"a name for IPv6", {.ipv6_literal = true, .port = 80, .host = "h"}, Cause::url_host},
    {"IPv6 for a name", {.port = 80, .host = "::1"}, Cause::url_host},
    {"brackets", {.ipv6_literal = true, .port = 80, .host = "[::1]"}, Cause::url_host},
    {"a host with a port", {.port = 80, .host = "h:81"}, Cause::url_host},
    {"a host with a path", {.port = 80, .host = "h/"}, Cause::url_host},
    {"no port", {.host = "h"}, Cause::url_port},
    {"a path without /", {.port = 80, .host = "h", .path = "a"}, Cause::url_character},
    {"a path with a query", {.port = 80, .host = "h", .path = "/?"}, Cause::url_character},
    {"a query without ?", {.port = 80, .host = "h", .query = "a"}, Cause::url_character},
    {"a query with #", {.port = 80, .host = "h", .query = "?#"}, Cause::url_character},
    {"userinfo with @", {.port = 80, .userinfo = "u@", .host = "h"}, Cause::url_userinfo},
};

TEST(Url, checks_a_hand_made_url_part_by_part) {
    for (const HandMadeRow& row : hand_made_rows) {
        EXPECT_EQ(check_url_parts(row.url), row.cause) << row.name;
    }
    for (const GoodRow& row : good_rows) {
        EXPECT_EQ(check_url_parts(parse_url(row.text).value), Cause::none) << row.text;
    }
}

// Case 25: every byte in a port
TEST(Url, validates_every_byte_of_a_port) {
    for (int c = 0; c < 256; ++c) {
        Cause cause = c >= '0' && c <= '9' ? Cause::none : Cause::url_port;
        if (c == '/' || c == '?') cause = Cause::none;
        if (c == '@') cause = Cause::none;  // "h:1" is a name and a password, and "2" the host
        if (c == '#') cause = Cause::url_fragment;
        check_byte("ws://h:1", c, "2", cause);
    }
}

TEST(Url, validates_both_digits_of_a_percent_encoded_byte) {
    for (int c = 0; c < 256; ++c) {
        const bool hex = is_letter_or_digit(c) && (c <= '9' || (c | 0x20) <= 'f');
        const Cause invalid = c == '#' ? Cause::url_fragment : Cause::url_character;
        check_byte("ws://h/%", c, "1", hex ? Cause::none : invalid);
        check_byte("ws://h/%1", c, "", hex ? Cause::none : invalid);
        check_byte("ws://h/?%", c, "1", hex ? Cause::none : invalid);
    }
}

// No prefix of a URL is incomplete: each is valid or invalid.
TEST(Url, never_reads_past_the_end) {
    for (const GoodRow& row : good_rows) {
        for (std::size_t size = 0; size <= row.text.size(); ++size) {
            const ExactBytes in(row.text.substr(0, size));
            const auto step = parse_url(in.text());
            EXPECT_TRUE(step.done() || step.failed()) << shown(in.text());
            EXPECT_EQ(step.failed(), step.cause != Cause::none) << shown(in.text());
        }
    }
}

}  // namespace
}  // namespace linnet
