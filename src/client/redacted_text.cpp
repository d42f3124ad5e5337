// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "client/redacted_text.hpp"

#include <algorithm>

#include "codec/printable.hpp"
#include "codec/text.hpp"

namespace linnet::inline v0 {
namespace {

constexpr std::size_t quote_size_max = 160;

}  // namespace

bool is_secret_header(std::string_view name) {
    constexpr std::string_view names[] = {"Authorization", "Proxy-Authorization", "Cookie",
                                          "Set-Cookie"};
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

bool may_hold_url(const HttpField& field) {
    constexpr std::string_view names[] = {"Location", "Content-Location", "Refresh", "Link",
                                          "Referer"};
    const bool is_named = std::any_of(std::begin(names), std::end(names), [&](auto each) {
        return same_ignoring_case(field.name, each);
    });
    return is_named || field.value.find("//") != field.value.npos;
}

void put_location(TextWriter& out, std::string_view location) {
    std::string_view rest = take_until(location, "?#");
    out.put("\"");
    while (!rest.empty()) {
        const std::size_t slashes = rest.find("//");
        const std::size_t size = slashes == rest.npos ? rest.size() : slashes + 2;
        put_harmless(out, rest.substr(0, size));
        rest.remove_prefix(size);
        const std::size_t at = rest.substr(0, rest.find('/')).rfind('@');
        if (at != rest.npos) rest.remove_prefix(at + 1);
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

void put_header(TextWriter& out, const HttpField& field) {
    put_harmless(out, field.name);
    out.put(": ");
    if (is_secret_header(field.name)) {
        out.put("(not shown)");
    } else if (may_hold_url(field)) {
        put_location(out, field.value);
    } else {
        put_harmless(out, field.value);
    }
}

}  // namespace linnet::inline v0
