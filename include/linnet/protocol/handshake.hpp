// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The opening handshake of a client, RFC 6455 4.1: the request and the judgement of its answer.
// Pure.
#pragma once

#include <array>

#include "linnet/bytes.hpp"
#include "linnet/codec/http.hpp"
#include "linnet/codec/url.hpp"
#include "linnet/step.hpp"
#include "linnet/strings.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// 16 random bytes in base64: the value of Sec-WebSocket-Key.
using HandshakeKey = std::array<char, 24>;
/// The value of Sec-WebSocket-Accept.
using HandshakeAccept = std::array<char, 28>;

/// `nonce` must be new and unpredictable for each request, RFC 6455 4.1 point 7.
HandshakeKey handshake_key(std::span<const std::uint8_t, 16> nonce);

/// What a server must answer to `key`, RFC 6455 4.2.2 point 5.
HandshakeAccept handshake_accept(const HandshakeKey& key);

struct HandshakeRequest {
    Url url;
    Strings
        protocols;    ///< sub-protocols in order of preference: tokens, spaces around them ignored
    Strings headers;  ///< further "Name: value" lines, without line ends
    HandshakeKey key{};
};

struct WrittenRequest {
    Cause cause = Cause::none;   ///< why nothing can be sent: `url_*`, `protocol_*`, `header_*`
    std::size_t size = 0;        ///< bytes of the whole request
    std::string_view protocols;  ///< the offered list as it stands in the request
};

/// Writes the upgrade request to the front of `out`. If `size` is larger than `out`, only a part of
/// it was written: an empty span measures.
///
/// A custom `Host` or `Authorization` replaces ours (the latter made of the URL's user information,
/// RFC 7617). Refused are the headers of the handshake itself (`Upgrade`, `Connection`,
/// `Sec-WebSocket-*`), those that announce a body (`Content-Length`, `Transfer-Encoding`), and any
/// byte that could end a line, in the URL too: a `Url` that was put together by hand is checked as
/// `parse_url` checks (`check_url_parts`). User information has at most 1024 bytes, unless a custom
/// `Authorization` replaces it.
WrittenRequest write_request(const HandshakeRequest& request, MutableBytes out);

/// Must a server choose one of the sub-protocols that were offered?
enum class ProtocolChoice : std::uint8_t {
    required,  ///< as Godot and browsers have it: choosing none fails the handshake
    optional,  ///< as RFC 6455 4.1 allows
};

struct HandshakeOffer {
    HandshakeAccept accept{};
    std::string_view protocols;  ///< `WrittenRequest::protocols`
    ProtocolChoice protocol_choice = ProtocolChoice::required;
};

/// What an answer means. `protocol` points into the head that was judged.
struct HandshakeResult {
    Cause cause = Cause::none;  ///< none: the connection is open; else `answer_*`
    std::string_view protocol;  ///< the server's choice, or empty
};

/// Is this the 101 that was asked for? RFC 6455 4.1. Header names, `websocket` and `Upgrade` are
/// compared ignoring the letter case. `Connection` is a list that contains `Upgrade` (RFC 9110
/// 7.6.1). `Upgrade` must appear once, and its value must be `websocket`: no list, not even of one
/// element and empty ones. The accept value and the sub-protocol are compared exactly. HTTP/1.0
/// cannot upgrade. Linear time, no allocation.
HandshakeResult check_response(const ResponseHead& head, const HandshakeOffer& offer);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
