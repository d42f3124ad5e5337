// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What may be shown to anybody of a URL, a header and a server's words: no secrets, and nothing
// that would break a line, a terminal or UTF-8.
#pragma once

#include "base/text_writer.hpp"
#include "linnet/codec/http.hpp"
#include "linnet/codec/url.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Authorization, Proxy-Authorization, Cookie, Set-Cookie and the obsolete Cookie2 and Set-Cookie2:
/// whoever reads their values can be taken for the user (RFC 9110 11, RFC 6265, RFC 2965).
bool is_secret_header(std::string_view name);

/// Without user information, query and fragment; host and path are cut to 160 bytes each.
void put_url(TextWriter& out, const Url& url);

/// Location, Referer and the like, and any other value with "//" or the like in it, or with a ":"
/// before an "@".
bool may_contain_url(const HttpHeader& header);

/// A value that may hold URLs (RFC 3986 3), quoted: without the user information of any, and
/// without what follows the first query or fragment. "(not shown)" if there is an "@" that belongs
/// neither to user information after "//" nor to a path or query.
void put_location(TextWriter& out, std::string_view location);

/// Text of the server, or of anybody: cut to 160 bytes after a whole character. A character that is
/// not printable, or a quotation mark, becomes a space.
void put_harmless(TextWriter& out, std::string_view words);
void put_quoted(TextWriter& out, std::string_view words);

/// "Name: value", without a secret value.
void put_header(TextWriter& out, const HttpHeader& header);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
