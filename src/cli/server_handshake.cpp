// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/server_handshake.hpp"

#include <algorithm>

#include "codec/text.hpp"
#include "linnet/protocol/handshake.hpp"

namespace linnet::cli {
namespace {

struct Seen {
    bool upgrade = false;
    bool connection = false;
    bool version = false;
    bool complete() const { return upgrade && connection && version; }
};

void read_header(const HttpHeader& header, Seen& seen, UpgradeRequest& request) {
    const auto is = [&](std::string_view name) { return same_ignoring_case(header.name, name); };
    if (is("Upgrade")) seen.upgrade |= list_has(header.value, "websocket");
    if (is("Connection")) seen.connection |= list_has(header.value, "upgrade");
    if (is("Sec-WebSocket-Version")) seen.version = header.value == "13";
    if (is("Sec-WebSocket-Key")) request.key = header.value;
    if (is("Sec-WebSocket-Protocol")) {
        std::string_view list = header.value;
        request.protocol = take_element(list);
    }
}

}  // namespace

UpgradeRequest read_upgrade_request(Bytes in) {
    UpgradeRequest request;
    const std::string_view text = text_of(in);
    const std::size_t end = text.find("\r\n\r\n");
    // Input that does not begin like HTTP, such as a TLS ClientHello, never becomes a request.
    const bool may_be_http = text.empty() || is_token_char(text.front());
    if (end == text.npos && may_be_http) return request;
    request.size = may_be_http ? end + 4 : text.size();
    if (!may_be_http) return request;

    std::string_view rest = text.substr(0, end + 2);
    std::string_view line = take_until(rest, "\r");
    rest.remove_prefix(2);
    const std::string_view method = take_until(line, " ");
    if (!line.empty()) line.remove_prefix(1);
    const std::string_view target = take_until(line, " ");

    Seen seen;
    for (HttpHeader header; take_header(rest, header);) read_header(header, seen, request);
    const bool is_upgrade = method == "GET" && line == " HTTP/1.1" && seen.complete() &&
                            request.key.size() == std::tuple_size_v<HandshakeKey>;
    if (is_upgrade) request.target = target;
    return request;
}

std::string accept_upgrade(const UpgradeRequest& request) {
    HandshakeKey key;
    std::copy_n(request.key.begin(), key.size(), key.begin());
    const HandshakeAccept accept = handshake_accept(key);
    std::string response =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: ";
    response.append(accept.begin(), accept.end()).append("\r\n");
    if (!request.protocol.empty()) {
        response.append("Sec-WebSocket-Protocol: ").append(request.protocol).append("\r\n");
    }
    return response.append("\r\n");
}

std::string refuse_upgrade(const std::string& status, const std::string& body) {
    return "HTTP/1.1 " + status + "\r\nContent-Type: text/plain; charset=utf-8\r\n" +
           "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" +
           body;
}

}  // namespace linnet::cli
