// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "client/redacted_text.hpp"

#include <algorithm>

#include "codec/printable.hpp"
#include "codec/text.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t quote_size_max = 160;
// Characters that end a URL within other text. Browsers read "\" as "/" and ignore tabs.
constexpr std::string_view url_ends = " \t,;<>\"'\\";

// Returns the size of the user information before a host, including its "@"; RFC 3986 3.2.1.
std::size_t user_information_size(std::string_view after_slashes) {
    const std::size_t at = after_slashes.substr(0, after_slashes.find('/')).rfind('@');
    return at == after_slashes.npos ? 0 : at + 1;
}

// Approximates RFC 3986 3.2.2 and 3.2.3.
bool is_host_and_port(std::string_view text) {
    const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
    if (bracket == text.npos) return false;
    const std::size_t colon = std::min(text.find(':', bracket), text.size());
    const std::string_view port = text.substr(std::min(colon + 1, text.size()));
    return colon > 0 && text.find_first_of(url_ends) == text.npos &&
           std::all_of(port.begin(), port.end(), is_digit);
}

// Returns true if each "@" is known to belong to user information after "//", which is not shown,
// or to a path or query after a host or a leading "/". Text before any other "@" may be user
// information for other URL parsers, as in "https:/\me:secret@host/".
bool is_every_at_known(std::string_view location) {
    std::string_view query = location;
    std::string_view rest = take_until(query, "?#");
    bool is_path = rest.starts_with('/');
    for (;;) {
        const std::size_t slashes = rest.find("//");
        const std::string_view path = rest.substr(0, slashes);
        const bool is_last = slashes == rest.npos;
        const bool is_in_query = is_last && query.find('@') != query.npos;
        const std::size_t at = is_in_query ? path.size() : path.rfind('@');
        const bool is_known = is_path && path.substr(0, at).find_first_of(url_ends) == path.npos;
        if (at != path.npos && !is_known) return false;
        if (is_last) return true;
        rest.remove_prefix(slashes + 2);
        rest.remove_prefix(user_information_size(rest));
        is_path = is_host_and_port(take_until(rest, "/"));
    }
}

}  // namespace

bool is_secret_header(std::string_view name) {
    constexpr std::string_view names[] = {
        "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "Cookie2", "Set-Cookie2"};
    return std::any_of(std::begin(names), std::end(names),
                       [name](std::string_view each) { return same_ignoring_case(name, each); });
}

void put_url(TextWriter& out, const Url& url) {
    out.put(url.secure ? "wss://" : "ws://");
    if (url.ipv6_literal) out.put("[");
    put_harmless(out, url.host);
    if (url.ipv6_literal) out.put("]");
    if (url.port != url.default_port()) out.put(":").put_number(url.port);
    put_harmless(out, url.path);
    if (!url.query.empty()) out.put("?...");
}

bool may_contain_url(const HttpHeader& header) {
    constexpr std::string_view names[] = {"Location", "Content-Location", "Refresh", "Link",
                                          "Referer"};
    const bool is_named = std::any_of(std::begin(names), std::end(names), [&](auto each) {
        return same_ignoring_case(header.name, each);
    });
    const std::string_view before_at = header.value.substr(0, header.value.rfind('@'));
    const bool may_have_password =
        before_at.size() < header.value.size() && before_at.find(':') != before_at.npos;
    constexpr std::string_view signs[] = {"//", ":/", ":\\"};
    return is_named || may_have_password ||
           std::any_of(std::begin(signs), std::end(signs), [&](std::string_view sign) {
               return header.value.find(sign) != header.value.npos;
           });
}

void put_location(TextWriter& out, std::string_view location) {
    if (!is_every_at_known(location)) {
        out.put("(not shown)");
        return;
    }
    std::string_view rest = take_until(location, "?#");
    out.put("\"");
    while (!rest.empty()) {
        const std::size_t slashes = rest.find("//");
        const std::size_t size = slashes == rest.npos ? rest.size() : slashes + 2;
        put_harmless(out, rest.substr(0, size));
        rest.remove_prefix(size);
        rest.remove_prefix(user_information_size(rest));
    }
    out.put("\"");
}

void put_harmless(TextWriter& out, std::string_view words) {
    const std::size_t size = words.size();
    while (!words.empty()) {
        const Character character = take_character(words);
        if (size - words.size() > quote_size_max) {
            out.put("...");
            return;
        }
        const bool is_shown = character.is_printable && character.bytes != "\"";
        out.put(is_shown ? character.bytes : " ");
    }
}

void put_quoted(TextWriter& out, std::string_view words) {
    out.put("\"");
    put_harmless(out, words);
    out.put("\"");
}

void put_header(TextWriter& out, const HttpHeader& header) {
    put_harmless(out, header.name);
    out.put(": ");
    if (is_secret_header(header.name)) {
        out.put("(not shown)");
    } else if (may_contain_url(header)) {
        put_location(out, header.value);
    } else {
        put_harmless(out, header.value);
    }
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
