// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/codec/url.hpp"

#include "codec/text.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

// Allowed in addition to letters, digits and "%", RFC 3986 3.2.1, 3.3 and 3.4:
constexpr std::string_view userinfo_marks = "-._~!$&'()*+,;=:";
constexpr std::string_view path_marks = "-._~!$&'()*+,;=:@/";
constexpr std::string_view query_marks = "-._~!$&'()*+,;=:@/?";

// Accepts letters, digits, `marks`, and "%" followed by two hex digits (RFC 3986 2.1).
bool consists_of(std::string_view text, std::string_view marks) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (text.size() - i < 3) return false;
            if (!is_hex_digit(text[i + 1]) || !is_hex_digit(text[i + 2])) return false;
        } else if (!is_alpha(text[i]) && !is_digit(text[i]) && !is_one_of(text[i], marks)) {
            return false;
        }
    }
    return true;
}

// RFC 7617 2: neither part contains a control character, and the user name, which ends at the first
// colon, contains no encoded colon. Each "%" in `userinfo` begins a complete percent-encoding.
bool suits_basic_authentication(std::string_view userinfo) {
    bool in_name = true;
    for (std::size_t i = 0; i < userinfo.size(); ++i) {
        if (userinfo[i] == ':') in_name = false;
        if (userinfo[i] != '%') continue;
        const int byte = hex_value(userinfo[i + 1]) * 16 + hex_value(userinfo[i + 2]);
        if (byte < 0x20 || byte == 0x7F || (in_name && byte == ':')) return false;
        i += 2;
    }
    return true;
}

bool is_userinfo(std::string_view text) {
    return consists_of(text, userinfo_marks) && suits_basic_authentication(text);
}

bool is_ipv6_literal(std::string_view text) {
    for (const char c : text) {
        if (!is_hex_digit(c) && !is_one_of(c, ":.")) return false;
    }
    return text.find(':') != text.npos;
}

bool is_registered_name(std::string_view text) {
    for (const char c : text) {
        if (!is_alpha(c) && !is_digit(c) && !is_one_of(c, "-_.")) return false;
    }
    return !text.empty();
}

// Accepts an empty text, or one that begins with `mark`.
bool begins_with(std::string_view text, char mark) {
    return text.empty() || text.front() == mark;
}

Cause check_userinfo(const Url& url) {
    return is_userinfo(url.userinfo) ? Cause::none : Cause::url_userinfo;
}

Cause check_host(const Url& url) {
    const bool is_host =
        url.ipv6_literal ? is_ipv6_literal(url.host) : is_registered_name(url.host);
    return is_host ? Cause::none : Cause::url_host;
}

Cause check_path_and_query(const Url& url) {
    const bool are_good = begins_with(url.path, '/') && begins_with(url.query, '?') &&
                          consists_of(url.path, path_marks) && consists_of(url.query, query_marks);
    return are_good ? Cause::none : Cause::url_character;
}

bool take_scheme(std::string_view& rest, Url& url) {
    const std::size_t size = rest.find("://");
    if (size == rest.npos) return false;
    const std::string_view scheme = rest.substr(0, size);
    url.secure = same_ignoring_case(scheme, "wss");
    rest.remove_prefix(size + 3);
    return url.secure || same_ignoring_case(scheme, "ws");
}

// Returns false if brackets are not closed or are followed by something other than a port.
bool take_host(std::string_view& rest, Url& url) {
    if (rest.empty() || rest.front() != '[') {
        url.host = take_until(rest, ":");
        return true;
    }
    const std::size_t end = rest.find(']');
    if (end == rest.npos) return false;
    url.ipv6_literal = true;
    url.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return begins_with(rest, ':');
}

// `rest` is empty or begins with ":".
bool take_port(std::string_view rest, Url& url) {
    url.port = url.default_port();
    if (rest.empty()) return true;
    const std::string_view digits = rest.substr(1);
    unsigned port = 0;
    for (const char c : digits) {
        if (!is_digit(c)) return false;
        port = port * 10 + static_cast<unsigned>(c - '0');
        if (port > 0xFFFF) return false;
    }
    url.port = static_cast<std::uint16_t>(port);
    return port != 0;
}

}  // namespace

Cause check_url_parts(const Url& url) {
    if (const Cause cause = check_userinfo(url); cause != Cause::none) return cause;
    if (const Cause cause = check_host(url); cause != Cause::none) return cause;
    if (url.port == 0) return Cause::url_port;
    return check_path_and_query(url);
}

// The parts are checked in the order in which they are written: the first wrong one is the cause.
Step<Url> parse_url(std::string_view in) {
    Url url;
    std::string_view rest = in;
    if (!take_scheme(rest, url)) return Cause::url_scheme;

    std::string_view authority = take_until(rest, "/?#");
    if (const std::size_t at = authority.rfind('@'); at != authority.npos) {
        url.userinfo = authority.substr(0, at);
        authority.remove_prefix(at + 1);
    }
    if (const Cause cause = check_userinfo(url); cause != Cause::none) return cause;
    if (!take_host(authority, url)) return Cause::url_host;
    if (const Cause cause = check_host(url); cause != Cause::none) return cause;
    if (!take_port(authority, url)) return Cause::url_port;

    url.path = take_until(rest, "?#");
    url.query = take_until(rest, "#");
    if (!rest.empty()) return Cause::url_fragment;
    if (const Cause cause = check_path_and_query(url); cause != Cause::none) return cause;
    return {in.size(), url};
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
