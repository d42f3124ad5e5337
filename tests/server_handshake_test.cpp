// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The server's side of the opening handshake, RFC 6455 4.2, compared with the client's.
#include "cli/server_handshake.hpp"

#include <gtest/gtest.h>

#include <string>

#include "linnet/protocol/handshake.hpp"
#include "testkit/exact.hpp"

namespace linnet::cli {
namespace {

using test::ExactBytes;

// The request of RFC 6455 1.2, one header line per row.
const std::string line = "GET /chat?room=1 HTTP/1.1\r\n";
const std::string host = "Host: server.example.com\r\n";
const std::string upgrade = "Upgrade: websocket\r\n";
const std::string connection = "Connection: Upgrade\r\n";
const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const std::string version = "Sec-WebSocket-Version: 13\r\n";
const std::string good = line + host + upgrade + connection + key + version + "\r\n";

UpgradeRequest read(std::string_view wire) {
    return read_upgrade_request(ExactBytes(wire).bytes());
}

// The client's result for `response`.
Cause checked(const std::string& response, const HandshakeOffer& offer, std::string& protocol) {
    const ExactBytes exact(response);
    ResponseHeadReader reader(16 * 1024, 100);
    const auto head = reader.read(exact.text());
    EXPECT_TRUE(head.done());
    EXPECT_EQ(head.consumed, response.size());
    const HandshakeResult result = check_response(head.value, offer);
    protocol = result.protocol;
    return result.cause;
}

TEST(ServerHandshake, reads_the_request_of_rfc_6455) {
    const UpgradeRequest request = read(good);
    EXPECT_EQ(request.size, good.size());
    EXPECT_EQ(request.target, "/chat?room=1");
    EXPECT_EQ(request.key, "dGhlIHNhbXBsZSBub25jZQ==");
    EXPECT_EQ(request.protocol, "");
    EXPECT_EQ(accept_upgrade(request),
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
}

TEST(ServerHandshake, waits_for_the_whole_request) {
    for (std::size_t size = 0; size < good.size(); ++size) {
        const UpgradeRequest request = read(good.substr(0, size));
        EXPECT_EQ(request.size, 0u) << size;
        EXPECT_EQ(request.target, "") << size;
    }
    EXPECT_EQ(read(good + "\x81\x80").size, good.size()) << "the rest is ignored";
}

TEST(ServerHandshake, accepts_what_http_allows) {
    const std::string rows[] = {
        line + host + "upgrade:WebSocket\r\n" + connection + key + version + "\r\n",
        line + host + upgrade + "CONNECTION: keep-alive, Upgrade\r\n" + key + version + "\r\n",
        line + host + "Upgrade: other, websocket\r\n" + connection + key + version + "\r\n",
        line + version + key + connection + upgrade + host + "Cookie: a=b\r\n\r\n",
        line + upgrade + "Connection: keep-alive\r\n" + connection + key + version + "\r\n",
    };
    for (const std::string& wire : rows) {
        EXPECT_EQ(read(wire).target, "/chat?room=1") << wire;
        EXPECT_EQ(read(wire).size, wire.size());
    }
}

TEST(ServerHandshake, refuses_what_is_not_an_upgrade_request) {
    const std::string headers = host + upgrade + connection + key + version + "\r\n";
    const std::string rows[] = {
        line + host + connection + key + version + "\r\n",
        line + host + upgrade + key + version + "\r\n",
        line + host + upgrade + connection + version + "\r\n",
        line + host + upgrade + connection + key + "\r\n",
        line + host + upgrade + connection + key + "Sec-WebSocket-Version: 8\r\n\r\n",
        line + host + "Upgrade: websockets\r\n" + connection + key + version + "\r\n",
        line + host + upgrade + "Connection: close\r\n" + key + version + "\r\n",
        line + host + upgrade + connection + "Sec-WebSocket-Key: short\r\n" + version + "\r\n",
        line + host + upgrade + connection + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==x\r\n" +
            version + "\r\n",
        "POST /chat HTTP/1.1\r\n" + headers,
        "get /chat HTTP/1.1\r\n" + headers,
        "GET /chat HTTP/1.0\r\n" + headers,
        "GET /chat HTTP/1.1 \r\n" + headers,
        "GET /chat\r\n" + headers,
        "GET\r\n" + headers,
        "GET  HTTP/1.1\r\n" + headers,
        "\r\n\r\n",
        "nonsense\r\n\r\n",
        "a\rb\r\n" + headers,
        "GET / HTTP/1.1\r\n\r\n",
        line + "\r\n" + headers,  // after the empty line
    };
    for (const std::string& wire : rows) {
        const UpgradeRequest request = read(wire);
        EXPECT_EQ(request.target, "") << wire;
        EXPECT_EQ(request.size, wire.find("\r\n\r\n") + 4) << wire;
    }
}

TEST(ServerHandshake, does_not_wait_for_the_end_of_an_invalid_request) {
    for (const std::string_view begin : {"\x16\x03\x01\x02", "\x81\x85", " GET", ":", "\r"}) {
        const UpgradeRequest request = read_upgrade_request(bytes_of(begin));
        EXPECT_EQ(request.size, begin.size());
        EXPECT_TRUE(request.target.empty());
    }
    EXPECT_EQ(read_upgrade_request({}).size, 0u);
}

TEST(ServerHandshake, chooses_the_first_offered_protocol) {
    const auto offered = [](const std::string& list) {
        return read(good.substr(0, good.size() - 2) + "Sec-WebSocket-Protocol: " + list +
                    "\r\n\r\n")
            .protocol;
    };
    EXPECT_EQ(offered("chat"), "chat");
    EXPECT_EQ(offered("superchat, chat"), "superchat");
    EXPECT_EQ(offered(" chat ,superchat"), "chat");
    EXPECT_EQ(offered(""), "");
}

TEST(ServerHandshake, sends_a_response_that_the_client_accepts) {
    const std::string_view offers[] = {"chat", "superchat"};
    for (const std::size_t count : {0u, 1u, 2u}) {
        const std::array<std::uint8_t, 16> nonce{1, 2, 3, static_cast<std::uint8_t>(count)};
        HandshakeRequest request;
        request.url = parse_url("ws://game.example:8080/play?x=1").value;
        request.protocols = std::span(offers).first(count);
        request.key = handshake_key(nonce);
        ExactBytes buffer(1000);
        const WrittenRequest written = write_request(request, buffer.buffer());
        ASSERT_EQ(written.cause, Cause::none);

        const UpgradeRequest seen = read(buffer.text().substr(0, written.size));
        EXPECT_EQ(seen.size, written.size);
        EXPECT_EQ(seen.target, "/play?x=1");
        const HandshakeOffer offer{.accept = handshake_accept(request.key),
                                   .protocols = written.protocols};
        std::string protocol;
        EXPECT_EQ(checked(accept_upgrade(seen), offer, protocol), Cause::none);
        EXPECT_EQ(protocol, count == 0 ? "" : "chat");
    }
}

TEST(ServerHandshake, sends_a_refusal_that_the_client_can_read) {
    const std::string response = refuse_upgrade("404 Not Found", "no such room");
    EXPECT_TRUE(response.ends_with("\r\n\r\nno such room"));
    ResponseHeadReader reader(16 * 1024, 100);
    const auto head = reader.read(response);
    ASSERT_TRUE(head.done());
    EXPECT_EQ(head.value.status, 404);
    EXPECT_EQ(head.value.reason, "Not Found");
    EXPECT_EQ(response.substr(head.consumed), "no such room");
    EXPECT_NE(head.value.headers.find("Content-Length: 12\r\n"), std::string_view::npos);
    EXPECT_EQ(check_response(head.value, {}).cause, Cause::upgrade_refused);
}

}  // namespace
}  // namespace linnet::cli
