// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/protocol/handshake.hpp"

#include <algorithm>

#include "base/text_writer.hpp"
#include "codec/base64.hpp"
#include "codec/sha1.hpp"
#include "codec/text.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

// ---- the request -----------------------------------------------------------------------------

void put_header(TextWriter& out, std::string_view name, std::string_view value) {
    out.put(name).put(": ").put(value).put("\r\n");
}

HttpHeader split(std::string_view header) {
    const std::size_t colon = std::min(header.find(':'), header.size());
    return {header.substr(0, colon),
            colon == header.size() ? "" : trimmed(header.substr(colon + 1))};
}

bool has_header(Strings headers, std::string_view name) {
    for (const std::string_view header : headers) {
        if (same_ignoring_case(split(header).name, name)) return true;
    }
    return false;
}

bool is_reserved(std::string_view name) {
    constexpr std::string_view prefix = "Sec-WebSocket-";
    return same_ignoring_case(name, "Upgrade") || same_ignoring_case(name, "Connection") ||
           same_ignoring_case(name.substr(0, prefix.size()), prefix) ||
           same_ignoring_case(name, "Content-Length") ||
           same_ignoring_case(name, "Transfer-Encoding");
}

// These headers may occur once: with two, the server would choose which one counts.
bool is_single(std::string_view name) {
    return same_ignoring_case(name, "Host") || same_ignoring_case(name, "Authorization");
}

Cause check_headers(Strings headers) {
    for (std::size_t i = 0; i < headers.size(); ++i) {
        const HttpHeader header = split(headers[i]);
        if (headers[i].find(':') == headers[i].npos || !is_token(header.name) ||
            !is_ascii_header_value(header.value)) {
            return Cause::header_malformed;
        }
        if (is_reserved(header.name)) return Cause::header_reserved;
        for (std::size_t j = 0; j < i && is_single(header.name); ++j) {
            if (same_ignoring_case(split(headers[j]).name, header.name)) {
                return Cause::header_repeated;
            }
        }
    }
    return Cause::none;
}

Cause check_protocols(Strings protocols) {
    for (std::size_t i = 0; i < protocols.size(); ++i) {
        const std::string_view protocol = trimmed(protocols[i]);
        if (!is_token(protocol)) return Cause::protocol_not_token;
        for (std::size_t j = 0; j < i; ++j) {
            if (trimmed(protocols[j]) == protocol) return Cause::protocol_repeated;
        }
    }
    return Cause::none;
}

// RFC 9110 7.2: the port only if it is not the scheme's default, an IPv6 address in brackets.
void put_host(TextWriter& out, const Url& url) {
    out.put("Host: ");
    if (url.ipv6_literal) out.put("[");
    out.put(url.host);
    if (url.ipv6_literal) out.put("]");
    if (url.port != url.default_port()) {
        out.put(":");
        out.put_number(url.port);
    }
    out.put("\r\n");
}

constexpr std::size_t userinfo_size_max = 1024;

// RFC 7617 2: the user information, percent-decoded, in base64. A URL without ":" has an empty
// password.
bool put_authorization(TextWriter& out, std::string_view userinfo) {
    if (userinfo.size() > userinfo_size_max) return false;
    std::array<std::uint8_t, userinfo_size_max + 1> plain;
    std::size_t size = 0;
    for (std::size_t i = 0; i < userinfo.size(); ++i) {
        std::uint8_t byte = static_cast<std::uint8_t>(userinfo[i]);
        if (byte == '%') {
            byte = static_cast<std::uint8_t>(hex_value(userinfo[i + 1]) * 16 +
                                             hex_value(userinfo[i + 2]));
            i += 2;
        }
        plain[size++] = byte;
    }
    if (userinfo.find(':') == userinfo.npos) plain[size++] = ':';

    std::array<char, base64_size(userinfo_size_max + 1)> credentials;
    base64_encode(Bytes(plain).first(size), credentials);
    out.put("Authorization: Basic ").put({credentials.data(), base64_size(size)}).put("\r\n");
    return true;
}

std::string_view put_protocols(TextWriter& out, Strings protocols) {
    if (protocols.empty()) return {};
    out.put("Sec-WebSocket-Protocol: ");
    const std::size_t begin = out.size();
    for (std::size_t i = 0; i < protocols.size(); ++i) {
        if (i > 0) out.put(", ");
        out.put(trimmed(protocols[i]));
    }
    const std::string_view list = out.text(begin);
    out.put("\r\n");
    return list;
}

// ---- the response ----------------------------------------------------------------------------

bool offers(std::string_view list, std::string_view protocol) {
    while (!list.empty()) {
        if (take_element(list) == protocol) return true;
    }
    return false;
}

struct Seen {
    int upgrade_count = 0;
    bool connection = false;
    int accept_count = 0;
    int protocol_count = 0;
};

// Checks one header of a 101 response, RFC 6455 4.1, points 2 to 6 at its end.
Cause check_header(const HttpHeader& header, const HandshakeOffer& offer, Seen& seen,
                   std::string_view& protocol) {
    const auto is = [&](std::string_view name) { return same_ignoring_case(header.name, name); };
    if (is("Upgrade")) {
        if (++seen.upgrade_count > 1) return Cause::response_header_repeated;
        if (!same_ignoring_case(header.value, "websocket")) return Cause::response_upgrade_other;
    }
    if (is("Connection")) seen.connection |= list_has(header.value, "upgrade");
    if (is("Sec-WebSocket-Accept")) {
        if (++seen.accept_count > 1) return Cause::response_header_repeated;
        const std::string_view expected(offer.accept.data(), offer.accept.size());
        if (header.value != expected) return Cause::response_accept_wrong;
    }
    if (is("Sec-WebSocket-Protocol")) {
        if (++seen.protocol_count > 1) return Cause::response_header_repeated;
        if (!offers(offer.protocols, header.value)) return Cause::response_protocol_not_offered;
        protocol = header.value;
    }
    if (is("Sec-WebSocket-Extensions") && !header.value.empty()) {
        return Cause::response_extension_not_offered;
    }
    return Cause::none;
}

}  // namespace

HandshakeKey handshake_key(std::span<const std::uint8_t, 16> nonce) {
    HandshakeKey key;
    base64_encode(nonce, key);
    return key;
}

HandshakeAccept handshake_accept(const HandshakeKey& key) {
    constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 1.3
    std::array<std::uint8_t, std::tuple_size_v<HandshakeKey> + guid.size()> joined;
    std::copy(guid.begin(), guid.end(), std::copy(key.begin(), key.end(), joined.begin()));
    HandshakeAccept accept;
    base64_encode(sha1(joined), accept);
    return accept;
}

WrittenRequest write_request(const HandshakeRequest& request, MutableBytes out) {
    if (const Cause cause = check_url_parts(request.url); cause != Cause::none) {
        return {.cause = cause};
    }
    if (const Cause cause = check_protocols(request.protocols); cause != Cause::none) {
        return {.cause = cause};
    }
    if (const Cause cause = check_headers(request.headers); cause != Cause::none) {
        return {.cause = cause};
    }
    const Url& url = request.url;
    TextWriter writer(out);
    writer.put("GET ");
    writer.put(url.path.empty() ? "/" : url.path);
    writer.put(url.query);
    writer.put(" HTTP/1.1\r\n");
    if (!has_header(request.headers, "Host")) put_host(writer, url);
    writer.put("Upgrade: websocket\r\nConnection: Upgrade\r\n");
    put_header(writer, "Sec-WebSocket-Key", {request.key.data(), request.key.size()});
    writer.put("Sec-WebSocket-Version: 13\r\n");
    const std::string_view protocols = put_protocols(writer, request.protocols);
    if (!url.userinfo.empty() && !has_header(request.headers, "Authorization") &&
        !put_authorization(writer, url.userinfo)) {
        return {.cause = Cause::url_userinfo};
    }
    for (const std::string_view line : request.headers) {
        const HttpHeader header = split(line);
        put_header(writer, header.name, header.value);
    }
    writer.put("\r\n");
    return {.size = writer.size(), .protocols = protocols};
}

HandshakeResult check_response(const ResponseHead& head, const HandshakeOffer& offer) {
    if (head.status != 101) return {.cause = Cause::upgrade_refused};
    // The upgrade mechanism begins with 1.1, RFC 9110 7.8.
    if (head.minor_version < 1) return {.cause = Cause::response_http_version};
    HandshakeResult result;
    Seen seen;
    std::string_view rest = head.headers;
    for (HttpHeader header; take_header(rest, header);) {
        const Cause cause = check_header(header, offer, seen, result.protocol);
        if (cause != Cause::none) return {.cause = cause};
    }
    if (seen.upgrade_count == 0) return {.cause = Cause::response_upgrade_missing};
    if (!seen.connection) return {.cause = Cause::response_connection_missing};
    if (seen.accept_count == 0) return {.cause = Cause::response_accept_missing};
    if (!offer.protocols.empty() && result.protocol.empty() &&
        offer.protocol_choice == ProtocolChoice::required) {
        return {.cause = Cause::response_protocol_missing};
    }
    return result;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
