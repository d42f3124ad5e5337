// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The response to the upgrade: computes the expected accept value, parses the response and checks
// it.
#include "linnet/protocol/handshake.hpp"

#include <algorithm>

#include "bench.hpp"
#include "linnet/limits.hpp"

namespace linnet::bench {
namespace {

constexpr std::string_view upgrade =
    "HTTP/1.1 101 Switching Protocols\r\n"
    "Date: Mon, 06 Jan 2025 10:00:00 GMT\r\n"
    "Server: example\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n";

constexpr std::string_view of_a_proxy =
    "Strict-Transport-Security: max-age=31536000; includeSubDomains; preload\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "X-Request-Id: 6f1d2c3b-8a4e-4f57-9c1b-2d3e4f5a6b7c\r\n"
    "Set-Cookie: session=0123456789abcdef0123456789abcdef; Path=/; HttpOnly; Secure\r\n"
    "Set-Cookie: region=eu-central; Path=/; Max-Age=86400; Secure\r\n"
    "Cache-Control: no-store, no-cache, must-revalidate\r\n"
    "Access-Control-Allow-Origin: https://game.example.com\r\n"
    "Access-Control-Allow-Credentials: true\r\n"
    "Via: 1.1 cache-7.example.net, 1.1 edge-12.example.net\r\n"
    "Vary: Origin, Accept-Encoding\r\n";

struct Response {
    const char* name;
    std::string_view more;
};
constexpr Response responses[] = {{"5 headers", ""}, {"16 headers", of_a_proxy}};

std::string text_of_response(const Response& response) {
    std::string text(upgrade);
    text.append(response.more).append("Sec-WebSocket-Accept: ").append(handshake_accept_text);
    return text.append("\r\n\r\n");
}

bool check_by_linnet(std::string_view response) {
    HandshakeKey key;
    std::copy_n(handshake_key_text.begin(), key.size(), key.begin());
    const Limits limits;
    ResponseHeadReader reader(limits.response_size_max, limits.response_header_count_max);
    const auto head = reader.read(response);
    if (!head.done()) return false;
    return check_response(head.value, {.accept = handshake_accept(key), .protocols = {}}).cause ==
           Cause::none;
}

// A minimal implementation: finds the accept value, which was computed before, and the end.
bool check_by_strstr(std::string_view response) {
    return response.substr(0, 12) == "HTTP/1.1 101" &&
           std::strstr(response.data(), "\r\n\r\n") != nullptr &&
           std::strstr(response.data(), handshake_accept_text.data()) != nullptr;
}

const Entered entered([] {
    enter_handshake("linnet", check_by_linnet);
    enter_handshake("strstr", check_by_strstr);
});

}  // namespace

void enter_handshake(const char* contender, CheckResponse check) {
    for (const Response& response : responses) {
        add("handshake", contender, response.name, [=](benchmark::State& state) {
            const std::string text = text_of_response(response);
            bool accepted = true;
            measure(state, {1, 0}, [&] { accepted &= check(text); });
            if (!accepted) state.SkipWithError("a valid response was refused");
        });
    }
}

}  // namespace linnet::bench
