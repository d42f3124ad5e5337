// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/protocol/url.hpp"

#include "codec/text.hpp"

namespace linnet::inline v0 {
namespace {

// Beside letters, digits and "%", RFC 3986 3.2.1, 3.3 and 3.4 allow:
constexpr std::string_view userinfo_marks = "-._~!$&'()*+,;=:";
constexpr std::string_view path_marks = "-._~!$&'()*+,;=:@/";
constexpr std::string_view query_marks = "-._~!$&'()*+,;=:@/?";

// Letters, digits, `marks`, and "%" with two hex digits behind it (RFC 3986 2.1).
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

bool take_scheme(std::string_view& rest, Url& url) {
    const std::size_t size = rest.find("://");
    if (size == rest.npos) return false;
    const std::string_view scheme = rest.substr(0, size);
    url.secure = same_ignoring_case(scheme, "wss");
    rest.remove_prefix(size + 3);
    return url.secure || same_ignoring_case(scheme, "ws");
}

bool take_ipv6_literal(std::string_view& rest, Url& url) {
    const std::size_t end = rest.find(']');
    if (end == rest.npos) return false;
    url.ipv6_literal = true;
    url.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    for (const char c : url.host) {
        if (!is_hex_digit(c) && !is_one_of(c, ":.")) return false;
    }
    return url.host.find(':') != url.host.npos && (rest.empty() || rest.front() == ':');
}

bool take_name(std::string_view& rest, Url& url) {
    url.host = take_until(rest, ":");
    for (const char c : url.host) {
        if (!is_alpha(c) && !is_digit(c) && !is_one_of(c, "-_.")) return false;
    }
    return !url.host.empty();
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

Step<Url> parse_url(std::string_view in) {
    Url url;
    std::string_view rest = in;
    if (!take_scheme(rest, url)) return Cause::url_scheme;

    std::string_view authority = take_until(rest, "/?#");
    if (const std::size_t at = authority.rfind('@'); at != authority.npos) {
        url.userinfo = authority.substr(0, at);
        authority.remove_prefix(at + 1);
        if (!consists_of(url.userinfo, userinfo_marks)) return Cause::url_userinfo;
    }
    const bool bracketed = !authority.empty() && authority.front() == '[';
    const bool host_stands =
        bracketed ? take_ipv6_literal(authority, url) : take_name(authority, url);
    if (!host_stands) return Cause::url_host;
    if (!take_port(authority, url)) return Cause::url_port;

    url.path = take_until(rest, "?#");
    url.query = take_until(rest, "#");
    if (!rest.empty()) return Cause::url_fragment;
    if (!consists_of(url.path, path_marks)) return Cause::url_character;
    if (!consists_of(url.query, query_marks)) return Cause::url_character;
    return {in.size(), url};
}

}  // namespace linnet::inline v0
