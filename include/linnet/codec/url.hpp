// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Parses ws:// and wss:// URLs (RFC 6455 3, RFC 3986), strictly: invalid URLs are rejected, never
// repaired. Pure functions, no allocation.
//
//   url       = ("ws" / "wss") "://" [ userinfo "@" ] host [ ":" port ] [ path ] [ "?" query ]
//   host      = name of letters, digits, "-", "_" and "."  /  "[" IPv6 literal "]"
//
// Example:
//
//     const auto step = linnet::parse_url("wss://example.com/chat?room=1");
//     if (step.failed()) return print(linnet::text(step.cause));
//     const linnet::Url& url = step.value;
//     print(url.host);   // "example.com"; url.port is 443
//     print(url.query);  // "?room=1"
#pragma once

#include "linnet/bytes.hpp"
#include "linnet/step.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The parts of a URL. All views point into the parsed text.
struct Url {
    bool secure = false;        ///< true for wss://
    bool ipv6_literal = false;  ///< the host was in brackets, which `host` does not include
    std::uint16_t port = 0;     ///< as given, otherwise 80 or 443
    std::string_view userinfo;  ///< still percent-encoded; empty if absent
    std::string_view host;      ///< in its original case
    std::string_view path;      ///< begins with "/", or is empty
    std::string_view query;     ///< begins with "?", or is empty

    /// Returns the default port of the scheme.
    constexpr std::uint16_t default_port() const { return secure ? 443 : 80; }
};

/// Parses `in`, all of which must be a URL. The result is done, or failed with `Cause::url_*`; it
/// is never partial. The scheme is not case-sensitive. Percent-encoded bytes are not decoded.
///
/// The characters of an IPv6 literal are checked, but not its structure, which `connect_to_url`
/// checks.
///
/// User information becomes HTTP Basic authentication, which cannot express a control character, or
/// a colon in the user name (RFC 7617 2): both are rejected even if they are percent-encoded.
Step<Url> parse_url(std::string_view in);

/// Applies the same rules to the parts of a `Url` that the program has assembled itself. Returns
/// `Cause::none`, or the `Cause::url_*` of the first invalid part. Port 0 is invalid.
Cause check_url_parts(const Url& url);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
