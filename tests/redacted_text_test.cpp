// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "client/redacted_text.hpp"

#include <gtest/gtest.h>

#include <string>

#include "testkit/exact.hpp"

namespace linnet {
namespace {

template <class Put>
std::string written(Put put) {
    test::ExactBytes buffer(2048);
    TextWriter out(buffer.buffer());
    put(out);
    return std::string(out.text());
}

TEST(RedactedText, shows_a_url_without_user_information_and_query) {
    struct Row {
        const char* url;
        const char* shown;
    };
    for (const Row& row : {
             Row{"ws://host", "ws://host"},
             Row{"ws://user:secret@host/a/b", "ws://host/a/b"},
             Row{"wss://host:444/play?token=secret", "wss://host:444/play?..."},
             Row{"wss://host:443/", "wss://host/"},
             Row{"ws://[::1]:80/?secret", "ws://[::1]/?..."},
         }) {
        const auto url = parse_url(row.url);
        ASSERT_TRUE(url.done()) << row.url;
        EXPECT_EQ(written([&](TextWriter& out) { put_url(out, url.value); }), row.shown);
    }
    const std::string long_url = "ws://host/" + std::string(8000, 'x');
    EXPECT_EQ(written([&](TextWriter& out) { put_url(out, parse_url(long_url).value); }),
              long_url.substr(0, 9 + 160) + "...");
}

TEST(RedactedText, shows_a_header_but_no_secret_value) {
    struct Row {
        HttpHeader header;
        const char* shown;
    };
    for (const Row& row : {
             Row{{"Server", "nginx"}, "Server: nginx"},
             Row{{"Authorization", "Bearer secret"}, "Authorization: (not shown)"},
             Row{{"AUTHORIZATION", "Bearer secret"}, "AUTHORIZATION: (not shown)"},
             Row{{"proxy-authorization", "secret"}, "proxy-authorization: (not shown)"},
             Row{{"Cookie", "id=secret"}, "Cookie: (not shown)"},
             Row{{"set-cookie", "id=secret"}, "set-cookie: (not shown)"},
             Row{{"Set-Cookie2", "id=secret"}, "Set-Cookie2: (not shown)"},
             Row{{"cookie2", "secret"}, "cookie2: (not shown)"},
             Row{{"Cookie", ""}, "Cookie: (not shown)"},
             Row{{"X-Authorization-Hint", "none"}, "X-Authorization-Hint: none"},
             Row{{"Location", "https://me:secret@host/x?token=secret#secret"},
                 "Location: \"https://host/x\""},
             Row{{"Referer", "/x?token=secret"}, "Referer: \"/x\""},
             Row{{"Link", "<http://me:secret@a/>, <http://me:secret@b/>"},
                 "Link: \"<http://a/>, <http://b/>\""},
             Row{{"X-Next", "http://me:secret@host"}, "X-Next: \"http://host\""},
             Row{{"X-Next", "http:/\\me:secret@host"}, "X-Next: (not shown)"},
             Row{{"X-Next", "me:secret@host/x"}, "X-Next: (not shown)"},
             Row{{"X-Next", "http:\\me"}, "X-Next: \"http:\\me\""},
             Row{{"From", "me@host"}, "From: me@host"},
         }) {
        EXPECT_EQ(written([&](TextWriter& out) { put_header(out, row.header); }), row.shown);
    }
}

TEST(RedactedText, shows_no_location_with_an_at_sign_in_an_unknown_part) {
    struct Row {
        const char* location;
        const char* shown;
    };
    for (const Row& row : {
             // user information for a browser, or for a person
             Row{"https:/\\me:secret@h/", "(not shown)"},
             Row{"https:\\\\me:secret@h/", "(not shown)"},
             Row{"https:/me:secret@h/", "(not shown)"},
             Row{"https:me:secret@h/", "(not shown)"},
             Row{"https:///me:secret@h/", "(not shown)"},
             Row{"https:////me:secret@h/", "\"https:////h/\""},
             Row{"https://\\me:secret@h/", "\"https://h/\""},
             Row{"https://\\/me:secret@h/", "(not shown)"},
             Row{"https:/\t/me:secret@h/", "(not shown)"},
             Row{"/\\me:secret@h/", "(not shown)"},
             Row{"/\t/me:secret@h/", "(not shown)"},
             Row{"me:secret@h/x", "(not shown)"},
             Row{"mailto:me:secret@h", "(not shown)"},
             Row{"5; url=me:secret@h/", "(not shown)"},
             Row{"<http://a/>, <me:secret@b/>", "(not shown)"},
             Row{"<http://a/>, <me:secret?@b/>", "(not shown)"},
             Row{"https://me:se/cret@h/", "(not shown)"},
             Row{"https://me:se?cret@h/", "(not shown)"},
             Row{"https://me:se#cret@h/", "(not shown)"},
             Row{"https://[me:secret/@h/", "(not shown)"},
             Row{"me:se?cret@h/", "(not shown)"},
             // not user information
             Row{"https://me:secret@h/@you/x@y", "\"https://h/@you/x@y\""},
             Row{"https://h:444/@you?mail=a@b", "\"https://h:444/@you\""},
             Row{"https://me:secret@[::1]:444/@you", "\"https://[::1]:444/@you\""},
             Row{"https://h?mail=a@b", "\"https://h\""},
             Row{"/@you#a@b", "\"/@you\""},
             Row{"//me:secret@h/@you", "\"//h/@you\""},
             Row{"https://a/?next=https://me:secret@b/", "\"https://a/\""},
             Row{"https://a/https://me:secret@b/@you", "\"https://a/https://b/@you\""},
             Row{"login", "\"login\""},
             Row{"", "\"\""},
         }) {
        const auto put = [&](TextWriter& out) { put_location(out, row.location); };
        EXPECT_EQ(written(put), row.shown) << row.location;
    }
}

TEST(RedactedText, escapes_and_shortens_text) {
    struct Row {
        std::string words;
        std::string shown;
    };
    for (const Row& row : {
             Row{"plain words", "plain words"},
             Row{"two\r\nlines\tand \x1b[31mred", "two  lines and  [31mred"},
             Row{"a \"quote\"", "a  quote "},
             Row{"gr\xC3\xBC\xC3\x9F", "gr\xC3\xBC\xC3\x9F"},
             Row{"bad \xC3", "bad  "},
             Row{"gr\xC3\xBC\xC3\x9F \xFF", "gr\xC3\xBC\xC3\x9F  "},
             Row{"\xC2\x9B"
                 "31m \xC2\x85 \xE2\x80\xA8\xE2\x80\xAE",
                 " 31m     "},
             Row{std::string(161, '\xFF'), std::string(160, ' ') + "..."},
             Row{std::string(161, 'x'), std::string(160, 'x') + "..."},
             Row{std::string(159, 'x') + "\xC3\xBC", std::string(159, 'x') + "..."},
         }) {
        EXPECT_EQ(written([&](TextWriter& out) { put_harmless(out, row.words); }), row.shown);
        EXPECT_EQ(written([&](TextWriter& out) { put_quoted(out, row.words); }),
                  "\"" + row.shown + "\"");
    }
}

}  // namespace
}  // namespace linnet
