// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// ASCII text as HTTP and URLs define it, independent of the locale.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_hex_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
constexpr char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
/// Returns the value of a hex digit.
constexpr std::uint8_t hex_value(char c) {
    return static_cast<std::uint8_t>(is_digit(c) ? c - '0' : to_lower(c) - 'a' + 10);
}
constexpr bool is_one_of(char c, std::string_view set) {
    return set.find(c) != set.npos;
}

/// Compares without regard to letter case.
constexpr bool same_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return to_lower(x) == to_lower(y); });
}

/// tchar, RFC 9110 5.6.2.
constexpr bool is_token_char(char c) {
    return is_alpha(c) || is_digit(c) || is_one_of(c, "!#$%&'*+-.^_`|~");
}
constexpr bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

/// field-value: visible characters, spaces, tabs and bytes above 127, RFC 9110 5.5.
constexpr bool is_header_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
    });
}

/// A header value that a client may send: RFC 9110 5.5 allows only ASCII in new values.
constexpr bool is_ascii_header_value(std::string_view text) {
    return is_header_value(text) && std::all_of(text.begin(), text.end(), [](char c) {
               return static_cast<unsigned char>(c) < 0x80;
           });
}

/// Returns `text` without leading and trailing spaces and tabs (OWS, RFC 9110 5.6.3).
constexpr std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_one_of(text.front(), " \t")) text.remove_prefix(1);
    while (!text.empty() && is_one_of(text.back(), " \t")) text.remove_suffix(1);
    return text;
}

/// Removes and returns the front of `rest` up to, not including, the first of `ends`, or all of it.
constexpr std::string_view take_until(std::string_view& rest, std::string_view ends) {
    const std::string_view front = rest.substr(0, rest.find_first_of(ends));
    rest.remove_prefix(front.size());
    return front;
}

/// Removes and returns the first element of a comma-separated `list`, RFC 9110 5.6.1; it may be
/// empty.
constexpr std::string_view take_element(std::string_view& list) {
    const std::string_view element = trimmed(take_until(list, ","));
    if (!list.empty()) list.remove_prefix(1);
    return element;
}

/// Returns true if the comma-separated `list` contains `token`, in any letter case.
constexpr bool list_has(std::string_view list, std::string_view token) {
    while (!list.empty()) {
        if (same_ignoring_case(take_element(list), token)) return true;
    }
    return false;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
