// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The opening handshake of a client (RFC 6455 4.1): writes the request and checks the response.
// Pure functions, no allocation.
//
// Example:
//
//     linnet::SystemEntropy entropy;
//     std::array<std::uint8_t, 16> nonce;
//     if (!entropy.fill(nonce)) return;
//     const linnet::HandshakeKey key = linnet::handshake_key(nonce);
//     const linnet::Url url = linnet::parse_url("ws://example.com/chat").value;
//     std::array<std::uint8_t, 1024> request;
//     const auto written = linnet::write_request({.url = url, .key = key}, request);
//     if (written.cause != linnet::Cause::none) return print(linnet::text(written.cause));
//     // send the request, and read the response with a ResponseHeadReader; then
//     const linnet::HandshakeOffer offer{.accept = linnet::handshake_accept(key)};
//     const auto result = linnet::check_response(linnet::ResponseHead{}, offer);
#pragma once

#include <array>

#include "linnet/bytes.hpp"
#include "linnet/codec/http.hpp"
#include "linnet/codec/url.hpp"
#include "linnet/step.hpp"
#include "linnet/strings.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The value of Sec-WebSocket-Key: 16 random bytes in base64.
using HandshakeKey = std::array<char, 24>;
/// The value of Sec-WebSocket-Accept.
using HandshakeAccept = std::array<char, 28>;

/// Encodes a nonce, which must be new and unpredictable for each request (RFC 6455 4.1 point 7).
HandshakeKey handshake_key(std::span<const std::uint8_t, 16> nonce);

/// Returns the value with which a server must respond to `key` (RFC 6455 4.2.2 point 5).
HandshakeAccept handshake_accept(const HandshakeKey& key);

/// The contents of an upgrade request. All views are borrowed for the call.
struct HandshakeRequest {
    Url url;
    /// Sub-protocols in order of preference: HTTP tokens; surrounding spaces are ignored.
    Strings protocols;
    /// Additional "Name: value" lines without line ends.
    Strings headers;
    HandshakeKey key{};
};

/// The result of `write_request`.
struct WrittenRequest {
    Cause cause = Cause::none;   ///< `url_*`, `protocol_*` or `header_*` if the request is invalid
    std::size_t size = 0;        ///< size of the whole request in bytes
    std::string_view protocols;  ///< the list of sub-protocols, a view into the request
};

/// Writes the upgrade request to the front of `out`. If the returned `size` is larger than `out`,
/// only a part was written; a call with an empty span measures the size.
///
/// A custom `Host` or `Authorization` header replaces the generated one. `Authorization` is
/// generated from the URL's user information (RFC 7617), of which at most 1024 bytes are
/// allowed. The headers of the handshake (`Upgrade`, `Connection`, `Sec-WebSocket-*`), headers that
/// announce a body (`Content-Length`, `Transfer-Encoding`) and any byte that could end a line are
/// rejected. A `Url` that the program has assembled itself is checked too (`check_url_parts`).
WrittenRequest write_request(const HandshakeRequest& request, MutableBytes out);

/// Whether a server must choose one of the offered sub-protocols.
enum class ProtocolChoice : std::uint8_t {
    required,  ///< as in Godot and browsers: otherwise the handshake fails
    optional,  ///< as RFC 6455 4.1 allows
};

/// The parts of a request that the response must match.
struct HandshakeOffer {
    HandshakeAccept accept{};
    std::string_view protocols;  ///< `WrittenRequest::protocols`
    ProtocolChoice protocol_choice = ProtocolChoice::required;
};

/// The result of `check_response`.
struct HandshakeResult {
    Cause cause = Cause::none;  ///< none if the upgrade is accepted, otherwise why it is not
    std::string_view protocol;  ///< the chosen sub-protocol or empty; a view into the response
};

/// Checks that a response accepts the upgrade (RFC 6455 4.1). Fails with `Cause::upgrade_refused`
/// for any status except 101, and with `Cause::response_*` for a 101 that breaks a rule:
///
/// - The version is HTTP/1.1 (or a later 1.x).
/// - `Upgrade` appears once, with the value `websocket`. Lists are rejected.
/// - `Connection` is a list that contains `Upgrade` (RFC 9110 7.6.1).
/// - Sec-WebSocket-Accept equals `offer.accept`.
/// - The sub-protocol is one of those offered, compared case-sensitively.
///
/// Header names, `websocket` and `Upgrade` are compared case-insensitively. Linear time.
HandshakeResult check_response(const ResponseHead& head, const HandshakeOffer& offer);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
