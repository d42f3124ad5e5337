// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The opening handshake of a client, RFC 6455 4.1: requests byte for byte, responses by their
// meaning.
#include "linnet/protocol/handshake.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "testkit/exact.hpp"

namespace linnet {
namespace {

using namespace std::string_view_literals;
using test::ExactBytes;
using test::lies_within;
using test::shown;

using Views = std::vector<std::string_view>;

// RFC 6455 1.3: the client's key there, and the server's reply.
constexpr std::string_view sample_key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view sample_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

HandshakeKey key_of(std::string_view text) {
    HandshakeKey key;
    EXPECT_EQ(text.size(), key.size());
    std::copy(text.begin(), text.end(), key.begin());
    return key;
}

std::string_view text_of_array(const auto& array) {
    return {array.data(), array.size()};
}

// ---- key and accept --------------------------------------------------------------------------

TEST(Handshake, computes_the_key_of_rfc_6455_from_its_nonce) {
    const ExactBytes nonce("the sample nonce");
    const auto key = handshake_key(std::span<const std::uint8_t, 16>(nonce.bytes()));
    EXPECT_EQ(text_of_array(key), sample_key);
}

TEST(Handshake, uses_all_16_bytes_of_the_nonce) {
    const ExactBytes nonce("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F\x10");
    const auto key = handshake_key(std::span<const std::uint8_t, 16>(nonce.bytes()));
    EXPECT_EQ(text_of_array(key), "AQIDBAUGBwgJCgsMDQ4PEA==");
}

TEST(Handshake, computes_the_accept_value_of_rfc_6455_from_its_key) {
    EXPECT_EQ(text_of_array(handshake_accept(key_of(sample_key))), sample_accept);
}

// ---- the request: byte for byte --------------------------------------------------------------

struct Asked {
    std::string_view url = "ws://h/";
    Views protocols = {};
    Views headers = {};
};

WrittenRequest write(const Asked& asked, MutableBytes out) {
    const auto url = parse_url(asked.url);
    EXPECT_TRUE(url.done()) << asked.url;
    return write_request({.url = url.value,
                          .protocols = Strings(asked.protocols),
                          .headers = Strings(asked.headers),
                          .key = key_of(sample_key)},
                         out);
}

Cause cause_of(const Asked& asked) {
    const auto request = write(asked, {});
    EXPECT_EQ(request.size == 0, request.cause != Cause::none);
    EXPECT_TRUE(request.protocols.empty());
    return request.cause;
}

// Measures, then writes into a buffer of exactly that size.
std::string written(const Asked& asked) {
    const auto measured = write(asked, {});
    EXPECT_EQ(measured.cause, Cause::none);
    ExactBytes out(measured.size);
    const auto request = write(asked, out.buffer());
    EXPECT_EQ(request.cause, Cause::none);
    EXPECT_EQ(request.size, measured.size);
    EXPECT_TRUE(lies_within(request.protocols, out.text()));
    return std::string(out.text());
}

// The lines in the middle of every request.
constexpr std::string_view middle =
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n";

struct RequestRow {
    std::string_view name;
    Asked asked;
    std::string_view front;  // before `middle`
    std::string_view back;   // after it, without the empty line
};

const RequestRow request_rows[] = {
    {"no path", {.url = "ws://h"}, "GET / HTTP/1.1\r\nHost: h\r\n", ""},
    {"path and query", {.url = "ws://h/a%20b?c=d"}, "GET /a%20b?c=d HTTP/1.1\r\nHost: h\r\n", ""},
    {"query without path", {.url = "ws://h?c"}, "GET /?c HTTP/1.1\r\nHost: h\r\n", ""},
    {"empty query", {.url = "ws://h/?"}, "GET /? HTTP/1.1\r\nHost: h\r\n", ""},
    {"letter case kept", {.url = "WS://Ex.COM/A"}, "GET /A HTTP/1.1\r\nHost: Ex.COM\r\n", ""},
    {"ws's own port", {.url = "ws://h:80/"}, "GET / HTTP/1.1\r\nHost: h\r\n", ""},
    {"wss's own port", {.url = "wss://h:443/"}, "GET / HTTP/1.1\r\nHost: h\r\n", ""},
    {"wss without a port", {.url = "wss://h/"}, "GET / HTTP/1.1\r\nHost: h\r\n", ""},
    {"wss's port for ws", {.url = "ws://h:443/"}, "GET / HTTP/1.1\r\nHost: h:443\r\n", ""},
    {"ws's port for wss", {.url = "wss://h:80/"}, "GET / HTTP/1.1\r\nHost: h:80\r\n", ""},
    {"smallest port", {.url = "ws://h:1/"}, "GET / HTTP/1.1\r\nHost: h:1\r\n", ""},
    {"greatest port", {.url = "ws://h:65535/"}, "GET / HTTP/1.1\r\nHost: h:65535\r\n", ""},
    {"a port with zeros", {.url = "ws://h:1000/"}, "GET / HTTP/1.1\r\nHost: h:1000\r\n", ""},
    {"IPv6", {.url = "ws://[::1]/"}, "GET / HTTP/1.1\r\nHost: [::1]\r\n", ""},
    {"IPv6 and port", {.url = "ws://[::1]:81/"}, "GET / HTTP/1.1\r\nHost: [::1]:81\r\n", ""},
    {"one protocol",
     {.protocols = {"chat"}},
     "GET / HTTP/1.1\r\nHost: h\r\n",
     "Sec-WebSocket-Protocol: chat\r\n"},
    {"protocols in their order, without the spaces around them",
     {.protocols = {" chat", "superchat\t ", "\tA-1 "}},
     "GET / HTTP/1.1\r\nHost: h\r\n",
     "Sec-WebSocket-Protocol: chat, superchat, A-1\r\n"},
    {"protocols that differ in letter case only",
     {.protocols = {"chat", "Chat"}},
     "GET / HTTP/1.1\r\nHost: h\r\n",
     "Sec-WebSocket-Protocol: chat, Chat\r\n"},
    {"headers in their order",
     {.headers = {"X-B: 2", "Cookie:a=b", "x-b:  3 \t", "X-Empty:", "Origin: http://o:1"}},
     "GET / HTTP/1.1\r\nHost: h\r\n",
     "X-B: 2\r\nCookie: a=b\r\nx-b: 3\r\nX-Empty: \r\nOrigin: http://o:1\r\n"},
    {"a Host of its own",
     {.url = "ws://h:81/", .headers = {"host: other:9", "A: b"}},
     "GET / HTTP/1.1\r\n",
     "host: other:9\r\nA: b\r\n"},
    {"user and password",
     {.url = "ws://Aladdin:open%20sesame@h/"},
     "GET / HTTP/1.1\r\nHost: h\r\n",
     "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"},  // RFC 7617 2
    {"user without a password",
     {.url = "ws://Aladdin@h/"},
     "GET / HTTP/1.1\r\nHost: h\r\n",
     "Authorization: Basic QWxhZGRpbjo=\r\n"},
    {"user with an empty password",
     {.url = "ws://Aladdin:@h/"},
     "GET / HTTP/1.1\r\nHost: h\r\n",
     "Authorization: Basic QWxhZGRpbjo=\r\n"},
    {"password without a user",
     {.url = "ws://:p@h/"},
     "GET / HTTP/1.1\r\nHost: h\r\n",
     "Authorization: Basic OnA=\r\n"},
    {"a password of any bytes but control characters",
     {.url = "ws://u:%3a%20%fF%Aa%80@h/"},
     "GET / HTTP/1.1\r\nHost: h\r\n",
     "Authorization: Basic dTo6IP+qgA==\r\n"},
    {"empty user information", {.url = "ws://@h/"}, "GET / HTTP/1.1\r\nHost: h\r\n", ""},
    {"an Authorization of its own instead of the user information",
     {.url = "ws://u:p@h/", .headers = {"AUTHORIZATION: Bearer x"}},
     "GET / HTTP/1.1\r\nHost: h\r\n",
     "AUTHORIZATION: Bearer x\r\n"},
    {"everything at once",
     {.url = "wss://u:p@[::2]:444/x?y", .protocols = {"a", "b"}, .headers = {"C: d"}},
     "GET /x?y HTTP/1.1\r\nHost: [::2]:444\r\n",
     "Sec-WebSocket-Protocol: a, b\r\nAuthorization: Basic dTpw\r\nC: d\r\n"},
};

std::string expected_of(const RequestRow& row) {
    return std::string(row.front) + std::string(middle) + std::string(row.back) + "\r\n";
}

// Case 25, 26, 27, 28, 29: Host for every port and address; no extension is offered
TEST(Handshake, writes_requests_byte_for_byte) {
    for (const RequestRow& row : request_rows) {
        EXPECT_EQ(written(row.asked), expected_of(row)) << row.name;
    }
}

TEST(Handshake, returns_the_same_size_for_any_buffer_and_writes_nothing_outside_it) {
    constexpr std::size_t guard_size = 64;
    for (const RequestRow& row : request_rows) {
        const std::string expected = expected_of(row);
        for (std::size_t size = 0; size < expected.size(); ++size) {
            SCOPED_TRACE(std::string(row.name) + ", room for " + std::to_string(size));
            ExactBytes exact(size);
            const auto request = write(row.asked, exact.buffer());
            EXPECT_EQ(request.cause, Cause::none);
            EXPECT_EQ(request.size, expected.size());
            EXPECT_TRUE(lies_within(request.protocols, exact.text()));

            ExactBytes guarded(size + guard_size);
            (void)write(row.asked, guarded.buffer().first(size));
            EXPECT_EQ(guarded.text().substr(size), std::string(guard_size, '\xA5'));
        }
        ExactBytes wide(expected.size() + guard_size);
        EXPECT_EQ(write(row.asked, wide.buffer()).size, expected.size());
        EXPECT_EQ(wide.text(), expected + std::string(guard_size, '\xA5'));
    }
}

TEST(Handshake, returns_the_protocols_as_written_in_the_request) {
    struct Row {
        Views protocols;
        std::string_view list;
    };
    const Row rows[] = {{{}, ""}, {{"a"}, "a"}, {{" a", "b\t", " c "}, "a, b, c"}};
    for (const Row& row : rows) {
        ExactBytes out(1000);
        const auto request = write({.protocols = row.protocols}, out.buffer());
        EXPECT_EQ(request.protocols, row.list);
        EXPECT_TRUE(lies_within(request.protocols, out.text())) << row.list;
    }
}

// ---- the request: what is refused ------------------------------------------------------------

struct RefusedRow {
    Asked asked;
    Cause cause;
};

const RefusedRow refused_rows[] = {
    {{.protocols = {""}}, Cause::protocol_not_token},
    {{.protocols = {" \t"}}, Cause::protocol_not_token},
    {{.protocols = {"a b"}}, Cause::protocol_not_token},
    {{.protocols = {"a,b"}}, Cause::protocol_not_token},
    {{.protocols = {"a", "b, c"}}, Cause::protocol_not_token},
    {{.protocols = {"a\r\nX: y"}}, Cause::protocol_not_token},
    {{.protocols = {"a\r\n"}}, Cause::protocol_not_token},
    {{.protocols = {"a", "a"}}, Cause::protocol_repeated},
    {{.protocols = {"a", "b", " a "}}, Cause::protocol_repeated},
    {{.headers = {""}}, Cause::header_malformed},
    {{.headers = {"A"}}, Cause::header_malformed},
    {{.headers = {"A b"}}, Cause::header_malformed},
    {{.headers = {":"}}, Cause::header_malformed},
    {{.headers = {": b"}}, Cause::header_malformed},
    {{.headers = {"A : b"}}, Cause::header_malformed},
    {{.headers = {" A: b"}}, Cause::header_malformed},
    {{.headers = {"A B: c"}}, Cause::header_malformed},
    {{.headers = {"A: b\r\n"}}, Cause::header_malformed},
    {{.headers = {"A: b\n"}}, Cause::header_malformed},
    {{.headers = {"A: b\r\n c"}}, Cause::header_malformed},
    {{.headers = {"A: b\r\nC: d"}}, Cause::header_malformed},
    {{.headers = {"A\r\nB: c"}}, Cause::header_malformed},
    {{.headers = {"A: b\0"sv}}, Cause::header_malformed},
    {{.headers = {"A: b", "C"}}, Cause::header_malformed},
    {{.headers = {"Upgrade: h2c"}}, Cause::header_reserved},
    {{.headers = {"UPGRADE:"}}, Cause::header_reserved},
    {{.headers = {"Connection: close"}}, Cause::header_reserved},
    {{.headers = {"connection: close"}}, Cause::header_reserved},
    {{.headers = {"A: b", "Sec-WebSocket-Key: c"}}, Cause::header_reserved},
    {{.headers = {"sec-websocket-version: 8"}}, Cause::header_reserved},
    {{.headers = {"SEC-WEBSOCKET-PROTOCOL: x"}}, Cause::header_reserved},
    {{.headers = {"Sec-WebSocket-Extensions: x"}}, Cause::header_reserved},
    {{.headers = {"Sec-WebSocket-Accept: x"}}, Cause::header_reserved},
    {{.headers = {"Sec-WebSocket-Whatever: x"}}, Cause::header_reserved},
    {{.headers = {"Content-Length: 5"}}, Cause::header_reserved},
    {{.headers = {"content-length: 0"}}, Cause::header_reserved},
    {{.headers = {"Transfer-Encoding: chunked"}}, Cause::header_reserved},
    {{.headers = {"transfer-Encoding: chunked"}}, Cause::header_reserved},
    {{.headers = {"Host: a", "Host: a"}}, Cause::header_repeated},
    {{.headers = {"Host: a", "B: c", "hOST: b"}}, Cause::header_repeated},
    {{.headers = {"Authorization: a", "authorization: b"}}, Cause::header_repeated},
};

// Case 25, 26, 27, 28, 29: headers that contain two lines, or offer an extension
TEST(Handshake, refuses_what_must_not_appear_in_a_request) {
    for (const RefusedRow& row : refused_rows) {
        const Views& asked = row.asked.headers.empty() ? row.asked.protocols : row.asked.headers;
        SCOPED_TRACE(testing::PrintToString(asked));
        EXPECT_EQ(cause_of(row.asked), row.cause);
        ExactBytes out(1000);
        EXPECT_EQ(write(row.asked, out.buffer()).cause, row.cause);
        EXPECT_EQ(out.text(), std::string(1000, '\xA5')) << "the buffer was written to";
    }
}

TEST(Handshake, accepts_headers_whose_names_resemble_reserved_ones) {
    for (const std::string_view name :
         {"Upgrades", "Upgrad", "Upgrade-Insecure-Requests", "Connections", "Sec-WebSocket",
          "Sec-WebSocketX", "Sec-Web", "X-Sec-WebSocket-Key", "Content-Lengths", "Content-Type",
          "Transfer-Encodings", "X-Host", "Hos", "Origin", "Cookie"}) {
        const std::string header = std::string(name) + ": x";
        EXPECT_EQ(cause_of({.headers = {header, header}}), Cause::none) << header;
    }
}

TEST(Handshake, accepts_user_information_of_up_to_1024_bytes) {
    struct Row {
        std::size_t size;
        Cause cause;
    };
    for (const Row& row : {Row{1023, Cause::none}, Row{1024, Cause::none},
                           Row{1025, Cause::url_userinfo}, Row{5000, Cause::url_userinfo}}) {
        const std::string url = "ws://" + std::string(row.size, 'u') + "@h/";
        EXPECT_EQ(cause_of({.url = url}), row.cause) << row.size;
        // With a custom Authorization header, none is generated.
        EXPECT_EQ(cause_of({.url = url, .headers = {"Authorization: x"}}), Cause::none) << row.size;
    }
    const std::string request = written({.url = "ws://" + std::string(1024, 'u') + "@h/"});
    // 1023 bytes are 341 groups of "uuu"; then "u:".
    std::string expected = "Authorization: Basic ";
    for (int i = 0; i < 341; ++i) expected += "dXV1";
    EXPECT_NE(request.find(expected + "dTo=\r\n\r\n"), request.npos);
}

// ---- the request: a hand-made URL --------------------------------------------------------------

WrittenRequest write(const Url& url, MutableBytes out) {
    return write_request({.url = url, .key = key_of(sample_key)}, out);
}

// One part of a URL, in a block without spare bytes.
struct PartRow {
    std::string_view Url::*part;
    std::string_view front;
    std::string_view back;
    Cause cause;
};

constexpr PartRow part_rows[] = {
    {&Url::host, "h", "h", Cause::url_host},
    {&Url::path, "/", "p", Cause::url_character},
    {&Url::query, "?", "q", Cause::url_character},
    {&Url::userinfo, "u", "p", Cause::url_userinfo},
};

// Case 25: every byte in every part of a URL
TEST(Handshake, lets_no_byte_of_a_hand_made_url_end_a_line) {
    for (const PartRow& row : part_rows) {
        for (int c = 0; c < 256; ++c) {
            const std::string text =
                std::string(row.front) + static_cast<char>(c) + std::string(row.back);
            const ExactBytes part(text);
            Url url{.port = 80, .host = "h"};
            url.*row.part = part.text();
            ExactBytes out(1000);
            const WrittenRequest request = write(url, out.buffer());
            if (request.cause == Cause::none) {
                EXPECT_TRUE(c > 0x20 && c < 0x7F) << shown(text);
                continue;
            }
            EXPECT_EQ(request.cause, row.cause) << shown(text);
            EXPECT_EQ(out.text(), std::string(1000, '\xA5')) << "the buffer was written to";
        }
    }
}

// AddressSanitizer checks that nothing is read past its end.
TEST(Handshake, refuses_user_information_that_ends_within_a_percent_encoding) {
    constexpr std::string_view whole = "%20user%C3%a9:%3Apass%41";
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const ExactBytes userinfo(whole.substr(0, size));
        const std::size_t percent = userinfo.text().rfind('%');
        const bool is_cut = percent != userinfo.text().npos && size - percent < 3;
        const Url url{.port = 80, .userinfo = userinfo.text(), .host = "h"};
        const WrittenRequest measured = write(url, {});
        EXPECT_EQ(measured.cause, is_cut ? Cause::url_userinfo : Cause::none) << userinfo.text();
        EXPECT_EQ(measured.size == 0, is_cut) << userinfo.text();
    }
}

TEST(Handshake, checks_the_url_even_if_custom_headers_replace_its_headers) {
    const Views headers = {"Host: h", "Authorization: Bearer x"};
    const Url urls[] = {{.port = 80, .host = "h\r\nX: y"},
                        {.port = 80, .userinfo = "u%", .host = "h"}};
    const Cause causes[] = {Cause::url_host, Cause::url_userinfo};
    for (std::size_t i = 0; i < std::size(urls); ++i) {
        const WrittenRequest request = write_request(
            {.url = urls[i], .headers = Strings(headers), .key = key_of(sample_key)}, {});
        EXPECT_EQ(request.cause, causes[i]);
    }
}

// ---- the request: every byte -----------------------------------------------------------------

bool is_token_byte(int c) {  // RFC 9110 5.6.2
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           "!#$%&'*+-.^_`|~"sv.find(static_cast<char>(c)) != std::string_view::npos;
}

// RFC 9110 5.5: new senders may only use ASCII.
bool is_value_byte(int c) {
    return c == '\t' || (c >= 0x20 && c < 0x7F);
}

std::string with_byte(std::string_view front, int byte, std::string_view back) {
    return std::string(front) + static_cast<char>(byte) + std::string(back);
}

// Every CR is followed by LF and every LF preceded by CR, and the number of lines is as intended.
void check_lines(const std::string& request, std::ptrdiff_t line_count) {
    for (std::size_t i = 0; i < request.size(); ++i) {
        EXPECT_EQ(request[i] == '\r', i + 1 < request.size() && request[i + 1] == '\n')
            << shown(request) << " at " << i;
    }
    EXPECT_EQ(std::count(request.begin(), request.end(), '\n'), line_count) << shown(request);
    EXPECT_EQ(request.find("\r\n\r\n"), request.size() - 4) << shown(request);
}

// One additional line, with the expected content, if `cause` is none.
void check_line(const Asked& asked, Cause cause, const std::string& line) {
    SCOPED_TRACE(shown(line));
    EXPECT_EQ(cause_of(asked), cause);
    if (cause != Cause::none) return;
    const std::string request = written(asked);
    check_lines(request, 8);
    EXPECT_NE(request.find("\r\nSec-WebSocket-Version: 13\r\n" + line + "\r\n\r\n"), request.npos)
        << shown(request);
}

// Case 25: every byte in a header name
TEST(Handshake, lets_only_token_bytes_into_a_header_name) {
    for (int c = 0; c < 256; ++c) {
        const Cause cause = is_token_byte(c) ? Cause::none : Cause::header_malformed;
        const std::string first = with_byte("", c, "Y: v");
        check_line({.headers = {first}}, cause, first);
        if (c == ':') continue;  // that would end the name
        const std::string within = with_byte("X", c, "Y: v");
        const std::string last = with_byte("X", c, ": v");
        check_line({.headers = {within}}, cause, within);
        check_line({.headers = {last}}, cause, last);
    }
    check_line({.headers = {"X:Y: v"}}, Cause::none, "X: Y: v");
}

// Case 25: every byte in a header value
TEST(Handshake, lets_only_printable_ascii_into_a_header_value) {
    for (int c = 0; c < 256; ++c) {
        const Cause cause = is_value_byte(c) ? Cause::none : Cause::header_malformed;
        const bool white = c == ' ' || c == '\t';
        const std::string first = with_byte("X: ", c, "v");
        const std::string within = with_byte("X: v", c, "w");
        const std::string last = with_byte("X: v", c, "");
        check_line({.headers = {first}}, cause, white ? "X: v" : first);
        check_line({.headers = {within}}, cause, within);
        check_line({.headers = {last}}, cause, white ? "X: v" : last);
    }
}

// Case 25: every byte in a sub-protocol
TEST(Handshake, lets_only_token_bytes_into_a_protocol) {
    const std::string name = "Sec-WebSocket-Protocol: ";
    for (int c = 0; c < 256; ++c) {
        const bool white = c == ' ' || c == '\t';
        const Cause cause = is_token_byte(c) ? Cause::none : Cause::protocol_not_token;
        const Cause at_end = white ? Cause::none : cause;
        const std::string first = with_byte("", c, "p");
        const std::string within = with_byte("p", c, "q");
        const std::string last = with_byte("p", c, "");
        check_line({.protocols = {first}}, at_end, name + (white ? "p" : first));
        check_line({.protocols = {within}}, cause, name + within);
        check_line({.protocols = {last}}, at_end, name + (white ? "p" : last));
    }
}

// Case 25: every byte in a URL
TEST(Handshake, lets_no_byte_of_a_url_end_a_line) {
    for (int c = 0; c < 256; ++c) {
        for (const std::string_view front : {"ws://h", "ws://u", "ws://h/p", "ws://h/?q"}) {
            for (const std::string_view back : {"x", "x@h/"}) {
                const std::string text = with_byte(front, c, back);
                const auto url = parse_url(text);
                if (!url.done()) continue;
                SCOPED_TRACE(shown(text));
                check_lines(written({.url = text}), url.value.userinfo.empty() ? 7 : 8);
            }
        }
    }
}

// ---- the response -----------------------------------------------------------------------------

struct ResponseRow {
    std::string_view name;
    std::string_view headers;
    std::string_view offered;  // sub-protocols
    Cause cause = Cause::none;
    std::string_view protocol = "";
};

struct ResponseText {
    std::string status_line = "HTTP/1.1 101 Switching Protocols";
    std::string headers;
    std::string_view offered;
    ProtocolChoice protocol_choice = ProtocolChoice::required;
};

struct Result {
    Cause cause;
    std::string protocol;
};

// Goes through the parser, as it would arrive from the wire.
Result result_of(const ResponseText& response) {
    const ExactBytes in(response.status_line + "\r\n" + response.headers + "\r\n");
    const ExactBytes offered(response.offered);
    ResponseHeadReader reader(4096, 64);
    const auto head = reader.read(in.text());
    EXPECT_TRUE(head.done()) << text(head.cause) << ": " << shown(in.text());

    HandshakeOffer offer = {.protocols = offered.text(),
                            .protocol_choice = response.protocol_choice};
    std::copy(sample_accept.begin(), sample_accept.end(), offer.accept.begin());
    const HandshakeResult result = check_response(head.value, offer);
    EXPECT_TRUE(lies_within(result.protocol, in.text()));
    return {result.cause, std::string(result.protocol)};
}

// The three required lines of a response.
constexpr std::string_view good_headers =
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

// In addition to the correct Sec-WebSocket-Accept.
constexpr ResponseRow upgrade_rows[] = {
    {"as the RFC has it", "Upgrade: websocket\r\nConnection: Upgrade\r\n", ""},
    {"letter case", "UPGRADE: WebSocket\r\ncOnNeCtIoN: uPGRADE\r\n", ""},
    {"in lists", "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n", ""},
    {"first in lists", "Upgrade: websocket\r\nConnection: upgrade,close\r\n", ""},
    {"a list with empty elements", "Upgrade: websocket\r\nConnection: , \tUpgrade\t ,,\r\n", ""},
    {"two lines of Connection", "Upgrade: websocket\r\nConnection: a\r\nConnection: Upgrade\r\n",
     ""},
    {"two lines of Connection, the other way",
     "Upgrade: websocket\r\nConnection: Upgrade\r\nConnection: a\r\n", ""},
    {"two lines of Connection, one empty",
     "Upgrade: websocket\r\nConnection:\r\nConnection: Upgrade\r\n", ""},
    {"white space around", "Upgrade: \twebsocket \r\nConnection:Upgrade\r\n", ""},
    {"no Upgrade", "Connection: Upgrade\r\n", "", Cause::response_upgrade_missing},
    {"empty Upgrade", "Upgrade:\r\nConnection: Upgrade\r\n", "", Cause::response_upgrade_other},
    {"an Upgrade of empty elements", "Upgrade: , ,\r\nConnection: Upgrade\r\n", "",
     Cause::response_upgrade_other},
    {"websocket twice", "Upgrade: websocket, websocket\r\nConnection: Upgrade\r\n", "",
     Cause::response_upgrade_other},
    {"websocket between empty elements", "Upgrade: ,websocket,\r\nConnection: Upgrade\r\n", "",
     Cause::response_upgrade_other},
    {"websocket before an empty element", "Upgrade: websocket,\r\nConnection: Upgrade\r\n", "",
     Cause::response_upgrade_other},
    {"websocket quoted", "Upgrade: \"websocket\"\r\nConnection: Upgrade\r\n", "",
     Cause::response_upgrade_other},
    {"two lines of Upgrade", "Upgrade: websocket\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
     "", Cause::response_header_repeated},
    {"two lines of Upgrade, apart",
     "Upgrade: websocket\r\nConnection: Upgrade\r\nUPGRADE: WebSocket\r\n", "",
     Cause::response_header_repeated},
    {"an empty line of Upgrade after it",
     "Upgrade: websocket\r\nUpgrade:\r\nConnection: Upgrade\r\n", "",
     Cause::response_header_repeated},
    {"an empty line of Upgrade before it",
     "Upgrade:\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n", "",
     Cause::response_upgrade_other},
    {"another Upgrade", "Upgrade: h2c\r\nConnection: Upgrade\r\n", "",
     Cause::response_upgrade_other},
    {"another Upgrade beside it", "Upgrade: h2c, websocket\r\nConnection: Upgrade\r\n", "",
     Cause::response_upgrade_other},
    {"another Upgrade after it", "Upgrade: websocket,h2c\r\nConnection: Upgrade\r\n", "",
     Cause::response_upgrade_other},
    {"another Upgrade in another line",
     "Upgrade: websocket\r\nUpgrade: a\r\nConnection: Upgrade\r\n", "",
     Cause::response_header_repeated},
    {"more than websocket", "Upgrade: websockets\r\nConnection: Upgrade\r\n", "",
     Cause::response_upgrade_other},
    {"less than websocket", "Upgrade: websocke\r\nConnection: Upgrade\r\n", "",
     Cause::response_upgrade_other},
    {"no list of Upgrade", "Upgrade: websocket h2c\r\nConnection: Upgrade\r\n", "",
     Cause::response_upgrade_other},
    {"a version of websocket", "Upgrade: websocket/13\r\nConnection: Upgrade\r\n", "",
     Cause::response_upgrade_other},
    {"the wrong header", "X-Upgrade: websocket\r\nConnection: Upgrade\r\n", "",
     Cause::response_upgrade_missing},
    {"no Connection", "Upgrade: websocket\r\n", "", Cause::response_connection_missing},
    {"empty Connection", "Upgrade: websocket\r\nConnection:\r\n", "",
     Cause::response_connection_missing},
    {"another Connection", "Upgrade: websocket\r\nConnection: keep-alive\r\n", "",
     Cause::response_connection_missing},
    {"part of a Connection", "Upgrade: websocket\r\nConnection: keep-alive, Upgrades\r\n", "",
     Cause::response_connection_missing},
    {"no list of Connection", "Upgrade: websocket\r\nConnection: keep-alive Upgrade\r\n", "",
     Cause::response_connection_missing},
};

// Case 48: only a 101 requires HTTP/1.1
TEST(Handshake, upgrades_from_http_1_1_on) {
    const auto cause_of = [](const char* status_line) {
        return result_of({.status_line = status_line, .headers = std::string(good_headers)}).cause;
    };
    EXPECT_EQ(cause_of("HTTP/1.0 101 x"), Cause::response_http_version);
    EXPECT_EQ(cause_of("HTTP/1.1 101 x"), Cause::none);
    EXPECT_EQ(cause_of("HTTP/1.2 101 x"), Cause::none);
    EXPECT_EQ(cause_of("HTTP/1.0 404 x"), Cause::upgrade_refused);
}

// Case 22: Upgrade and Connection: lists, repeated lines, letter case
TEST(Handshake, accepts_one_upgrade_to_websocket_and_a_connection_that_lists_upgrade) {
    const std::string accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
    for (const ResponseRow& row : upgrade_rows) {
        EXPECT_EQ(result_of({.headers = std::string(row.headers) + accept}).cause, row.cause)
            << row.name;
        EXPECT_EQ(result_of({.headers = accept + std::string(row.headers)}).cause, row.cause)
            << row.name << ", accept first";
    }
}

// In addition to the correct Upgrade and Connection.
constexpr ResponseRow accept_rows[] = {
    {"right", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", ""},
    {"name in small letters", "sec-websocket-accept:s3pPLMBiTxaQ9kYGzzhZRbK+xOo= \t\r\n", ""},
    {"name in capitals", "SEC-WEBSOCKET-ACCEPT: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", ""},
    {"missing", "", "", Cause::response_accept_missing},
    {"in the wrong header", "Sec-WebSocket-Key: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", "",
     Cause::response_accept_missing},
    {"empty", "Sec-WebSocket-Accept:\r\n", "", Cause::response_accept_wrong},
    {"of another key", "Sec-WebSocket-Accept: Kfh9QIsMVZcl6xEPYxPHzW8SZ8w=\r\n", "",
     Cause::response_accept_wrong},
    {"the key itself", "Sec-WebSocket-Accept: dGhlIHNhbXBsZSBub25jZQ==\r\n", "",
     Cause::response_accept_wrong},
    {"one letter in another case", "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", "",
     Cause::response_accept_wrong},
    {"the last letter in another case", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOO=\r\n",
     "", Cause::response_accept_wrong},
    {"without its end", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo\r\n", "",
     Cause::response_accept_wrong},
    {"with more after it", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=x\r\n", "",
     Cause::response_accept_wrong},
    {"as a list", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=, x\r\n", "",
     Cause::response_accept_wrong},
    {"quoted", "Sec-WebSocket-Accept: \"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\"\r\n", "",
     Cause::response_accept_wrong},
    {"twice",
     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
     "", Cause::response_header_repeated},
    {"right, then wrong",
     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nsec-websocket-accept: x\r\n", "",
     Cause::response_header_repeated},
    {"wrong, then right",
     "Sec-WebSocket-Accept: x\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", "",
     Cause::response_accept_wrong},
};

// Case 22: a wrong accept value, and two values
TEST(Handshake, accepts_only_its_own_accept_value) {
    for (const ResponseRow& row : accept_rows) {
        const std::string headers =
            "Upgrade: websocket\r\nConnection: Upgrade\r\n" + std::string(row.headers);
        EXPECT_EQ(result_of({.headers = headers}).cause, row.cause) << row.name;
    }
}

// After the three correct lines; the server must choose if something was offered.
constexpr ResponseRow choice_rows[] = {
    {"nothing offered, nothing chosen", "", ""},
    {"the only one", "Sec-WebSocket-Protocol: chat\r\n", "chat", Cause::none, "chat"},
    {"the first", "Sec-WebSocket-Protocol: a\r\n", "a, b, c", Cause::none, "a"},
    {"one in the middle", "sec-websocket-protocol:b \r\n", "a, b, c", Cause::none, "b"},
    {"the last", "SEC-WEBSOCKET-PROTOCOL: c\r\n", "a, b, c", Cause::none, "c"},
    {"one of two that differ in case", "Sec-WebSocket-Protocol: Chat\r\n", "chat, Chat",
     Cause::none, "Chat"},
    {"none offered", "Sec-WebSocket-Protocol: chat\r\n", "", Cause::response_protocol_not_offered},
    {"another", "Sec-WebSocket-Protocol: d\r\n", "a, b, c", Cause::response_protocol_not_offered},
    {"in another letter case", "Sec-WebSocket-Protocol: CHAT\r\n", "chat",
     Cause::response_protocol_not_offered},
    {"the beginning of one", "Sec-WebSocket-Protocol: cha\r\n", "chat",
     Cause::response_protocol_not_offered},
    {"more than one", "Sec-WebSocket-Protocol: chats\r\n", "chat",
     Cause::response_protocol_not_offered},
    {"a list", "Sec-WebSocket-Protocol: a, b\r\n", "a, b", Cause::response_protocol_not_offered},
    {"a list of one", "Sec-WebSocket-Protocol: a,\r\n", "a, b",
     Cause::response_protocol_not_offered},
    {"a comma", "Sec-WebSocket-Protocol: ,\r\n", "a, b", Cause::response_protocol_not_offered},
    {"empty", "Sec-WebSocket-Protocol:\r\n", "chat", Cause::response_protocol_not_offered},
    {"empty, and none offered", "Sec-WebSocket-Protocol:\r\n", "",
     Cause::response_protocol_not_offered},
    {"twice", "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: a\r\n", "a, b",
     Cause::response_header_repeated},
    {"two", "Sec-WebSocket-Protocol: a\r\nsec-webSocket-Protocol: b\r\n", "a, b",
     Cause::response_header_repeated},
    {"an empty list of extensions", "Sec-WebSocket-Extensions:\r\n", ""},
    {"a blank list of extensions", "Sec-WebSocket-Extensions: \t \r\n", ""},
    {"an extension", "Sec-WebSocket-Extensions: permessage-deflate\r\n", "",
     Cause::response_extension_not_offered},
    {"an extension, in small letters", "sec-websocket-extensions: x; y=1\r\n", "",
     Cause::response_extension_not_offered},
    {"an extension after none", "Sec-WebSocket-Extensions:\r\nSec-WebSocket-Extensions: x\r\n", "",
     Cause::response_extension_not_offered},
    {"a body that no 101 has", "Content-Length: 500\r\nContent-Length: 7\r\n", ""},
    {"a coding of a body", "Transfer-Encoding: chunked\r\nContent-Type: text/html\r\n", ""},
    {"other headers, twice", "Server: x\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nDate:\r\n", ""},
};

// Case 22, 26, 27, 28, 29: a sub-protocol or extension that was not offered
TEST(Handshake, accepts_no_choice_that_was_not_offered) {
    for (const ResponseRow& row : choice_rows) {
        for (const auto choice : {ProtocolChoice::required, ProtocolChoice::optional}) {
            SCOPED_TRACE(row.name);
            const auto result =
                result_of({.headers = std::string(good_headers) + std::string(row.headers),
                           .offered = row.offered,
                           .protocol_choice = choice});
            EXPECT_EQ(result.cause, row.cause);
            EXPECT_EQ(result.protocol, row.protocol);
        }
    }
}

TEST(Handshake, lets_the_options_decide_whether_a_protocol_must_be_chosen) {
    struct Row {
        std::string_view offered;
        ProtocolChoice choice;
        Cause cause;
    };
    constexpr Row rows[] = {
        {"", ProtocolChoice::required, Cause::none},
        {"", ProtocolChoice::optional, Cause::none},
        {"a", ProtocolChoice::required, Cause::response_protocol_missing},
        {"a", ProtocolChoice::optional, Cause::none},
        {"a, b", ProtocolChoice::required, Cause::response_protocol_missing},
        {"a, b", ProtocolChoice::optional, Cause::none},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(testing::Message() << shown(row.offered) << ", " << text(row.cause));
        const auto result = result_of({.headers = std::string(good_headers),
                                       .offered = row.offered,
                                       .protocol_choice = row.choice});
        EXPECT_EQ(result.cause, row.cause);
        EXPECT_EQ(result.protocol, "");
    }
}

TEST(Handshake, accepts_only_status_101) {
    for (int status = 0; status < 1000; ++status) {
        if (status / 100 == 1 && status != 101) continue;  // interim: the reader skips these
        const std::string digits = std::to_string(1000 + status).substr(1);
        const auto result =
            result_of({.status_line = "HTTP/1.1 " + digits, .headers = std::string(good_headers)});
        EXPECT_EQ(result.cause, status == 101 ? Cause::none : Cause::upgrade_refused) << digits;
    }
    // With any other fault: it is a refusal, not an upgrade.
    EXPECT_EQ(result_of({.status_line = "HTTP/1.1 401 No", .headers = "Upgrade: x\r\n"}).cause,
              Cause::upgrade_refused);
}

TEST(Handshake, reads_the_response_in_any_order_of_its_lines) {
    std::vector<std::string> lines = {"connection: keep-alive, Upgrade\r\n",
                                      "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
                                      "sec-websocket-protocol: b\r\n", "server: x\r\n",
                                      "upgrade: websocket\r\n"};
    do {
        std::string headers;
        for (const std::string& line : lines) headers += line;
        const auto result = result_of({.headers = headers, .offered = "a, b"});
        EXPECT_EQ(result.cause, Cause::none) << headers;
        EXPECT_EQ(result.protocol, "b") << headers;
    } while (std::next_permutation(lines.begin(), lines.end()));
}

// `check_response` compares with the offer that `write_request` returned.
TEST(Handshake, compares_the_choice_with_its_own_offer) {
    ExactBytes out(1000);
    const auto request = write({.protocols = {" first ", "second\t"}}, out.buffer());
    for (const std::string_view choice : {"first", "second"}) {
        const auto result =
            result_of({.headers = std::string(good_headers) +
                                  "Sec-WebSocket-Protocol: " + std::string(choice) + "\r\n",
                       .offered = request.protocols});
        EXPECT_EQ(result.cause, Cause::none) << choice;
        EXPECT_EQ(result.protocol, choice);
    }
}

}  // namespace
}  // namespace linnet
