// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Failures as paragraphs, word by word, and what they must never contain.
#include "client/explanation.hpp"

#include <gtest/gtest.h>
#include <netdb.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "platform/os_error.hpp"
#include "testkit/exact.hpp"

namespace linnet {
namespace {

using test::ExactBytes;

Url url_of(std::string_view text) {
    const auto url = parse_url(text);
    EXPECT_TRUE(url.done()) << text;
    return url.value;
}

std::string explained(const Failure& failure, std::string_view url = "ws://game.example/play") {
    ExactBytes buffer(4096);
    TextWriter out(buffer.buffer());
    explain_failure(out, failure, url_of(url));
    return std::string(out.text());
}

// The error text of the machine's OS.
std::string os_text(int os_error) {
    ExactBytes buffer(200);
    TextWriter out(buffer.buffer());
    put_os_error(out, os_error);
    return std::string(out.text());
}
std::string resolve_text(int os_error) {
    ExactBytes buffer(200);
    TextWriter out(buffer.buffer());
    put_resolve_error(out, os_error);
    return std::string(out.text());
}

Failure with_response(int status, std::string_view reason, std::string_view headers = "",
                      std::string_view body = "") {
    Failure failure{.cause = Cause::upgrade_refused, .phase = Phase::upgrade};
    failure.http_status = status;
    failure.http_reason = reason;
    failure.http_headers = headers;
    failure.http_body = body;
    return failure;
}

// ---- the paragraphs --------------------------------------------------------------------------

TEST(Explanation, names_the_destination) {
    struct Row {
        std::string_view url, shown;
    };
    constexpr Row rows[] = {
        {"ws://game.example", "ws://game.example"},
        {"ws://game.example/", "ws://game.example/"},
        {"ws://game.example:80/play", "ws://game.example/play"},
        {"ws://game.example:443/play", "ws://game.example:443/play"},
        {"wss://game.example:443/play", "wss://game.example/play"},
        {"wss://game.example:80", "wss://game.example:80"},
        {"ws://[2001:db8::1]:9000/a", "ws://[2001:db8::1]:9000/a"},
        {"ws://user:secret@game.example/play", "ws://game.example/play"},
        {"ws://game.example/play?token=secret", "ws://game.example/play?..."},
        {"wss://user:secret@game.example?secret", "wss://game.example?..."},
    };
    for (const Row& row : rows) {
        const Failure failure{.cause = Cause::tls_not_built, .phase = Phase::request};
        EXPECT_EQ(explained(failure, row.url), "Could not connect to " + std::string(row.shown) +
                                                   ": " + std::string(text(Cause::tls_not_built)) +
                                                   ".");
    }
}

// EAI_SYSTEM is only "System error".
TEST(Explanation, quotes_the_system_if_a_name_did_not_resolve) {
    EXPECT_EQ(resolve_text(resolver_errno_base + EMFILE), os_text(EMFILE));
    EXPECT_EQ(resolve_text(resolver_errno_base + 1), os_text(1));
    EXPECT_NE(resolve_text(EAI_NONAME), os_text(EAI_NONAME));
}

TEST(Explanation, explains_why_a_name_did_not_resolve) {
    Failure failure{.cause = Cause::resolve_failed, .phase = Phase::resolve, .os_error = -2};
    failure.phase_ms[static_cast<std::size_t>(Phase::resolve)] = 12;
    EXPECT_EQ(explained(failure),
              "Could not connect to ws://game.example/play: the host name does not resolve: " +
                  resolve_text(-2) + ". This happened in phase resolve after 12 ms.");
}

TEST(Explanation, lists_the_addresses_tried) {
    std::vector<AddressTried> tried(3);
    tried[0] = {{.bytes = {192, 0, 2, 1}, .port = 80}, ECONNREFUSED};
    tried[1] = {{.bytes = {0x20, 0x01, 0x0D, 0xB8}, .ipv6 = true, .port = 8080}, ENETUNREACH};
    tried[2] = {{.bytes = {192, 0, 2, 2}, .port = 80}, 0};
    Failure failure{
        .cause = Cause::connect_failed, .phase = Phase::connect, .os_error = ENETUNREACH};
    failure.addresses_tried = tried;
    failure.phase_ms = {0, 5, 300, 0, 0, 0};
    EXPECT_EQ(explained(failure),
              "Could not connect to ws://game.example/play: no address of the host accepts a "
              "connection: " +
                  os_text(ENETUNREACH) + ". Tried: 192.0.2.1 port 80 (" + os_text(ECONNREFUSED) +
                  "); 2001:db8:: port 8080 (" + os_text(ENETUNREACH) +
                  "); 192.0.2.2 port 80. This happened in phase connect after 305 ms.");

    failure.phase = Phase::upgrade;
    failure.os_error = 0;
    EXPECT_EQ(explained(failure).find("Tried"), std::string::npos) << "this was not the cause";
}

TEST(Explanation, describes_the_response_of_the_server) {
    const std::string lead =
        "Could not connect to ws://game.example/play: the server refused the upgrade. The "
        "server responded with HTTP ";
    const std::string end = ". This happened in phase upgrade after 0 ms.";
    EXPECT_EQ(explained(with_response(404, "Not Found")), lead + "404 \"Not Found\"" + end);
    EXPECT_EQ(explained(with_response(500, "")), lead + "500" + end);
    EXPECT_EQ(explained(with_response(403, "Forbidden", "Server: x\r\n", "You are banned")),
              lead + "403 \"Forbidden\" and the body \"You are banned\"" + end);
    EXPECT_EQ(explained(with_response(301, "Moved", "A: b\r\nlocation: /new\r\nC: d\r\n")),
              lead + "301 \"Moved\", redirecting to \"/new\"" + end);
}

TEST(Explanation, describes_how_a_connection_ended) {
    Failure failure{.cause = Cause::closed_by_server, .phase = Phase::closing};
    failure.close_code = 4001;
    failure.close_reason = "kicked";
    failure.phase_ms = {1, 2, 3, 4, 1000, 5};
    EXPECT_EQ(explained(failure, "wss://game.example"),
              "The connection to wss://game.example ended: the server closed the connection and "
              "this side agreed. The server's close frame has code 4001 and reason "
              "\"kicked\". This happened in phase closing after 1015 ms.");
    failure.close_reason = {};
    EXPECT_NE(explained(failure).find("has code 4001. This"), std::string::npos);

    Failure lost{.cause = Cause::connection_lost, .phase = Phase::open, .os_error = ECONNRESET};
    EXPECT_EQ(explained(lost),
              "The connection to ws://game.example/play ended: the connection "
              "was lost: " +
                  os_text(ECONNRESET) + ". This happened in phase open after 0 ms.");
    lost.phase_ms.fill(UINT32_MAX);
    EXPECT_NE(explained(lost).find("after 34359738360 ms"), std::string::npos);
}

TEST(Explanation, has_a_paragraph_for_every_cause) {
    for (const auto& row : cause_texts::rows) {
        const Failure failure{.cause = row.cause, .phase = Phase::open};
        EXPECT_EQ(explained(failure),
                  "The connection to ws://game.example/play ended: " + std::string(row.text) +
                      ". This happened in phase open after 0 ms.");
    }
}

// ---- no secrets ------------------------------------------------------------------------------

struct RedirectRow {
    std::string_view location, shown;
};

void check_redirects(std::span<const RedirectRow> rows) {
    for (const RedirectRow& row : rows) {
        SCOPED_TRACE(row.location);
        const std::string headers = "Location: " + std::string(row.location) + "\r\n";
        const std::string paragraph = explained(with_response(302, "Found", headers));
        EXPECT_EQ(paragraph.find("secret"), paragraph.npos);
        EXPECT_NE(paragraph.find(", redirecting to \"" + std::string(row.shown) + "\"."),
                  paragraph.npos)
            << paragraph;
    }
}

TEST(Explanation, shows_no_query_and_no_fragment_of_a_redirect) {
    constexpr RedirectRow rows[] = {
        {"/login", "/login"},
        {"https://other.example/login", "https://other.example/login"},
        {"https://other.example/login?token=secret", "https://other.example/login"},
        {"https://other.example/login#secret", "https://other.example/login"},
        {"/login?to=https://a@b/secret", "/login"},
        {"https://other.example/@here", "https://other.example/@here"},
    };
    check_redirects(rows);
}

TEST(Explanation, shows_no_user_information_of_a_redirect) {
    constexpr RedirectRow rows[] = {
        {"https://user:secret@other.example/login", "https://other.example/login"},
        {"//secret@other.example/login", "//other.example/login"},
        {"wss://secret:p@ss@other.example", "wss://other.example"},
    };
    check_redirects(rows);
    for (const char* location :
         {"https:/\\user:secret@other.example/", "user:secret@other.example/x",
          "mailto:user:secret@other.example"}) {
        const std::string header = std::string("Location: ") + location + "\r\n";
        const std::string paragraph = explained(with_response(302, "Found", header));
        EXPECT_NE(paragraph.find(", redirecting to (not shown)"), paragraph.npos) << paragraph;
        EXPECT_EQ(paragraph.find("secret"), paragraph.npos) << paragraph;
    }
}

TEST(Explanation, shows_no_other_header) {
    const std::string paragraph = explained(with_response(
        401, "Unauthorized",
        "Set-Cookie: session=secret\r\nWWW-Authenticate: Basic realm=\"secret\"\r\n"));
    EXPECT_EQ(paragraph.find("secret"), paragraph.npos);
}

// ---- the words of the server are harmless ----------------------------------------------------

TEST(Explanation, escapes_control_characters_and_quotes_of_the_server) {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string words = std::string("a") + static_cast<char>(byte) + "b";
        const std::string headers = "Location: " + words + "\r\n";
        Failure failure = with_response(400, words, headers, words);
        failure.close_code = 1000;
        failure.close_reason = words;
        const std::string paragraph = explained(failure);
        for (const char c : paragraph) {
            const auto shown = static_cast<std::uint8_t>(c);
            ASSERT_TRUE(shown >= 0x20 && shown != 0x7F) << "byte " << byte;
        }
        // Only our own quotation marks appear; a location with an "@" is not shown.
        EXPECT_EQ(std::count(paragraph.begin(), paragraph.end(), '"'), byte == '@' ? 6 : 8)
            << "byte " << byte;
    }
}

// C1 controls, separators, and characters that reorder text.
TEST(Explanation, shows_nothing_of_the_server_that_controls_a_terminal) {
    for (const std::string_view harmful :
         {"\xC2\x80", "\xC2\x85", "\xC2\x9B", "\xC2\x9D", "\xC2\x9F", "\xE2\x80\xA8",
          "\xE2\x80\xA9", "\xE2\x80\xAA", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA9",
          "\xD8\x9C"}) {
        const std::string words = "a" + std::string(harmful) + "b";
        const std::string headers = "Location: " + words + "\r\n";
        Failure failure = with_response(400, words, headers, words);
        failure.close_code = 1000;
        failure.close_reason = words;
        const std::string paragraph = explained(failure);
        EXPECT_EQ(paragraph.find(harmful), paragraph.npos) << paragraph;
        EXPECT_NE(paragraph.find("a b"), paragraph.npos) << paragraph;
    }
}

TEST(Explanation, contains_its_cause_for_any_length_of_the_url) {
    Failure failure;
    failure.phase = Phase::upgrade;
    failure.cause = Cause::upgrade_refused;
    const std::string url = "wss://" + std::string(250, 'h') + ":1/" + std::string(7000, 'x');
    const Url parsed = url_of(url);
    ExactBytes buffer(1023);
    TextWriter out(buffer.buffer());
    explain_failure(out, failure, parsed);
    EXPECT_NE(out.text().find(text(Cause::upgrade_refused)), std::string_view::npos) << out.text();
}

TEST(Explanation, cuts_long_text_of_the_server) {
    const std::string fitting(160, 'x');
    EXPECT_NE(explained(with_response(400, "", "", fitting)).find("body \"" + fitting + "\"."),
              std::string::npos);
    const std::string longer(100'000, 'x');
    EXPECT_NE(explained(with_response(400, "", "", longer)).find("body \"" + fitting + "...\"."),
              std::string::npos);
}

// ---- small buffers ---------------------------------------------------------------------

TEST(Explanation, writes_no_more_than_fits_and_returns_the_full_length) {
    Failure failure = with_response(301, "Moved", "Location: /new\r\n", "body");
    failure.close_code = 1000;
    failure.close_reason = "bye";
    const std::string whole = explained(failure, "ws://[::1]:8080/path?query");
    const Url url = url_of("ws://[::1]:8080/path?query");
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        ExactBytes buffer(size);
        TextWriter out(buffer.buffer());
        explain_failure(out, failure, url);
        EXPECT_EQ(out.text(), whole.substr(0, size));
        EXPECT_EQ(out.size(), whole.size());
    }
}

}  // namespace
}  // namespace linnet
