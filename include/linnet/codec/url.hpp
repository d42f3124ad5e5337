// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// ws:// and wss:// URLs, RFC 6455 3 and RFC 3986: strict, nothing is repaired or guessed. Pure.
//
//   url       = ("ws" / "wss") "://" [ userinfo "@" ] host [ ":" port ] [ path ] [ "?" query ]
//   host      = name of letters, digits, "-", "_" and "."  /  "[" IPv6 literal "]"
#pragma once

#include "linnet/bytes.hpp"
#include "linnet/step.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The parts of a URL. All views point into the text that was parsed.
struct Url {
    bool secure = false;        ///< wss
    bool ipv6_literal = false;  ///< the host stood in brackets; `host` is without them
    std::uint16_t port = 0;     ///< as given, else 80 or 443
    std::string_view userinfo;  ///< as written, percent-encoding and all; empty when absent
    std::string_view host;      ///< as written, in its own letter case
    std::string_view path;      ///< begins with "/", or is empty
    std::string_view query;     ///< begins with "?", or is empty

    constexpr std::uint16_t default_port() const { return secure ? 443 : 80; }
};

/// Parses all of `in`. Done or failed with one of `url_*`, never "need more". Percent-encoded bytes
/// stay as they are; the scheme may be in either letter case. No allocation.
///
/// That the text between brackets is an IPv6 address is only checked by its characters here; the
/// client asks the OS for the rest.
///
/// As user information becomes HTTP Basic authentication, an encoded control character in it and an
/// encoded colon in the user name are refused (RFC 7617 2).
Step<Url> parse_url(std::string_view in);

/// The same rules for a `Url` that was put together by hand, part by part: none, or the `url_*` of
/// the first part that breaks them. A port of 0 does.
Cause check_url_parts(const Url& url);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
