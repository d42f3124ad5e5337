// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "codec/ip_text.hpp"

#include <cstring>
#include <optional>

#include "codec/text.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t group_count = 8;
using Groups = std::array<std::uint16_t, group_count>;

bool parse_ipv4(std::string_view text, std::span<std::uint8_t> out) {
    for (std::size_t i = 0; i < 4; ++i) {
        if (i > 0 && !text.starts_with('.')) return false;
        if (i > 0) text.remove_prefix(1);
        unsigned octet = 0;
        std::size_t size = 0;
        for (; size < text.size() && is_digit(text[size]); ++size) {
            octet = octet * 10 + hex_value(text[size]);
            if (octet > 255) return false;
        }
        const bool has_leading_zero = size > 1 && text[0] == '0';
        if (size == 0 || has_leading_zero) return false;
        text.remove_prefix(size);
        out[i] = static_cast<std::uint8_t>(octet);
    }
    return text.empty();
}

std::size_t hex_size(std::string_view text) {
    std::size_t size = 0;
    while (size < text.size() && is_hex_digit(text[size])) ++size;
    return size;
}

// The unread rest of an IPv6 address and the groups read so far.
struct Ipv6Reader {
    std::string_view rest;
    std::array<std::uint8_t, 16>& out;
    std::size_t size = 0;
    std::optional<std::size_t> gap;  // the offset of "::"

    bool take_gap() {
        if (!rest.starts_with("::")) return true;
        if (gap) return false;
        gap = size;
        rest.remove_prefix(2);
        return true;
    }
    bool take_group() {
        const std::size_t digits = hex_size(rest);
        if (digits == 0 || digits > 4 || size + 2 > out.size()) return false;
        unsigned group = 0;
        for (const char c : rest.substr(0, digits)) group = group << 4 | hex_value(c);
        out[size++] = static_cast<std::uint8_t>(group >> 8);
        out[size++] = static_cast<std::uint8_t>(group & 0xFF);
        rest.remove_prefix(digits);
        return true;
    }
    bool take_separator() {
        if (rest.empty() || rest.starts_with("::")) return take_gap();
        const bool is_separator = rest.starts_with(':') && rest.size() > 1;
        if (is_separator) rest.remove_prefix(1);
        return is_separator;
    }
    bool ends_with_ipv4() const {
        const std::size_t digits = hex_size(rest);
        return digits < rest.size() && rest[digits] == '.';
    }
    bool take_ipv4() {
        if (size + 4 > out.size() || !parse_ipv4(rest, std::span(out).subspan(size, 4))) {
            return false;
        }
        size += 4;
        rest = {};
        return true;
    }
    // "::" replaces at least one group.
    bool fill_gap() {
        if (!gap) return size == out.size();
        if (size + 2 > out.size()) return false;
        const std::size_t after = size - *gap;
        std::memmove(out.data() + out.size() - after, out.data() + *gap, after);
        std::memset(out.data() + *gap, 0, out.size() - size);
        return true;
    }
};

bool parse_ipv6(std::string_view text, std::array<std::uint8_t, 16>& out) {
    Ipv6Reader reader{text, out};
    if (!reader.take_gap()) return false;
    while (!reader.rest.empty()) {
        if (reader.ends_with_ipv4()) return reader.take_ipv4() && reader.fill_gap();
        if (!reader.take_group() || !reader.take_separator()) return false;
    }
    return reader.fill_gap();
}

void put_ipv4(TextWriter& out, std::span<const std::uint8_t> octets) {
    for (std::size_t i = 0; i < 4; ++i) out.put(i > 0 ? "." : "").put_number(octets[i]);
}

void put_group(TextWriter& out, unsigned group) {
    constexpr std::string_view digits = "0123456789abcdef";
    int shift = 12;
    while (shift > 0 && group >> shift == 0) shift -= 4;
    for (; shift >= 0; shift -= 4) out.put(digits.substr(group >> shift & 15, 1));
}

struct Run {
    std::size_t begin = 0;
    std::size_t size = 0;
};

// Finds the first of the longest runs of at least two zero groups, RFC 5952 4.2.
Run longest_zeros(const Groups& groups) {
    Run longest;
    for (std::size_t begin = 0; begin < group_count; ++begin) {
        std::size_t end = begin;
        while (end < group_count && groups[end] == 0) ++end;
        if (end - begin > longest.size) longest = {begin, end - begin};
        begin = end;
    }
    return longest.size >= 2 ? longest : Run{group_count, 0};
}

void put_ipv6(TextWriter& out, const std::array<std::uint8_t, 16>& bytes) {
    Groups groups;
    for (std::size_t i = 0; i < group_count; ++i) {
        groups[i] = static_cast<std::uint16_t>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    }
    const Run zeros = longest_zeros(groups);
    for (std::size_t i = 0; i < group_count; ++i) {
        if (i == zeros.begin) {
            out.put("::");
            i += zeros.size;
            if (i == group_count) return;
        } else if (i > 0) {
            out.put(":");
        }
        put_group(out, groups[i]);
    }
}

// ::ffff:0:0/96, RFC 4291 2.5.5.2.
constexpr std::array<std::uint8_t, 12> mapped_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

bool parse_ip_literal(std::string_view text, SocketAddress& address) {
    address = {};
    if (parse_ipv4(text, address.bytes)) return true;
    address = {};
    address.ipv6 = parse_ipv6(text, address.bytes);
    return address.ipv6;
}

void put_ip(TextWriter& out, const SocketAddress& address) {
    if (!address.ipv6) return put_ipv4(out, address.bytes);
    const bool is_mapped =
        std::memcmp(address.bytes.data(), mapped_prefix.data(), mapped_prefix.size()) == 0;
    if (!is_mapped) return put_ipv6(out, address.bytes);
    put_ipv4(out.put("::ffff:"), std::span(address.bytes).subspan(12));
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
