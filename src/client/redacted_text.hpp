// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// URLs, headers and texts of the server in a form that may be shown: without secrets, and without
// characters that break a line, a terminal or UTF-8.
#pragma once

#include "base/text_writer.hpp"
#include "linnet/codec/http.hpp"
#include "linnet/codec/url.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Authorization, Proxy-Authorization, Cookie, Set-Cookie and the obsolete Cookie2 and Set-Cookie2:
/// their values allow impersonating the user (RFC 9110 11, RFC 6265, RFC 2965).
bool is_secret_header(std::string_view name);

/// Writes the URL without user information, query and fragment; host and path are cut to 160 bytes
/// each.
void put_url(TextWriter& out, const Url& url);

/// Returns true for Location, Referer and similar headers, and for values that contain "//" or
/// similar, or a ":" before an "@".
bool may_contain_url(const HttpHeader& header);

/// Writes a value that may contain URLs (RFC 3986 3), quoted, without their user information and
/// without everything after the first query or fragment. Writes "(not shown)" if there is an "@"
/// that belongs neither to user information after "//" nor to a path or query.
void put_location(TextWriter& out, std::string_view location);

/// Writes untrusted text, cut to 160 bytes after a whole character. Characters that are not
/// printable, and quotation marks, become spaces.
void put_harmless(TextWriter& out, std::string_view words);
void put_quoted(TextWriter& out, std::string_view words);

/// Writes "Name: value" without a secret value.
void put_header(TextWriter& out, const HttpHeader& header);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
