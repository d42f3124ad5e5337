// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A second implementation of names in certificates: comparison (RFC 5280 7.1) and constraints (RFC
// 5280 4.2.1.10). It is simple and slow: everything is copied, and brought to one form first.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "fuzz_input.hpp"
#include "linnet/codec/utf8.hpp"
#include "x509/der.hpp"

namespace linnet::fuzz {

using Codes = std::vector<std::uint32_t>;

// ---- strings ---------------------------------------------------------------------------------

inline std::optional<Codes> codes_of_width(Bytes text, std::size_t width) {
    if (text.size() % width != 0) return std::nullopt;
    Codes codes;
    for (std::size_t i = 0; i < text.size(); i += width) {
        std::uint32_t code = 0;
        for (const std::uint8_t byte : text.subspan(i, width)) code = code * 256 + byte;
        const bool is_surrogate = code / 0x800 == 0xD800 / 0x800;
        if (is_surrogate || code > 0x10FFFF) return std::nullopt;
        codes.push_back(code);
    }
    return codes;
}

inline std::optional<Codes> codes_of_utf8(Bytes text) {
    if (!is_utf8(text)) return std::nullopt;
    Codes codes;
    for (const std::uint8_t byte : text) {
        if ((byte & 0xC0) == 0x80) {
            codes.back() = codes.back() * 64 + (byte & 0x3Fu);
        } else {
            const unsigned lead = byte < 0x80 ? 0x7F : byte < 0xE0 ? 0x1F : byte < 0xF0 ? 0xF : 7;
            codes.push_back(byte & lead);
        }
    }
    return codes;
}

/// The characters of a string; nothing if its type has none that are known, or they are invalid.
inline std::optional<Codes> codes_of(const DerItem& value) {
    static const std::string printable =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?";
    const std::string text(text_of(value.content));
    switch (value.tag) {
        case der::utf8_string: return codes_of_utf8(value.content);
        case der::bmp_string: return codes_of_width(value.content, 2);
        case der::universal_string: return codes_of_width(value.content, 4);
        case der::printable_string:
            if (text.find_first_not_of(printable) != text.npos) return std::nullopt;
            return codes_of_width(value.content, 1);
        case der::ia5_string: {
            const auto codes = codes_of_width(value.content, 1);
            const bool is_ascii =
                std::all_of(codes->begin(), codes->end(), [](auto code) { return code < 128; });
            return is_ascii ? codes : std::nullopt;
        }
        default: return std::nullopt;
    }
}

/// Lower case in ASCII, single spaces, none at the ends.
inline Codes folded(const Codes& codes) {
    Codes result;
    for (const std::uint32_t code : codes) {
        if (code == ' ' && (result.empty() || result.back() == ' ')) continue;
        result.push_back(code >= 'A' && code <= 'Z' ? code + 32 : code);
    }
    if (!result.empty() && result.back() == ' ') result.pop_back();
    return result;
}

// ---- names -----------------------------------------------------------------------------------

/// Attributes in one form, sorted. With more than eight, only the bytes count.
struct NamePart {
    std::vector<std::string> attributes;

    friend bool operator==(const NamePart&, const NamePart&) = default;
};

inline std::string in_one_form(const DerItem& type, const DerItem& value) {
    std::string text(text_of(type.whole));
    const auto codes = codes_of(value);
    if (!codes) return text.append(text_of(value.whole));
    // No item begins with this byte.
    text += '\xFF';
    for (const std::uint32_t code : folded(*codes)) text += std::to_string(code) + ' ';
    return text;
}

inline bool is_type(Bytes id) {
    if (id.empty() || id.back() >= 0x80) return false;
    for (std::size_t i = 0; i < id.size(); ++i) {
        if (id[i] == 0x80 && (i == 0 || id[i - 1] < 0x80)) return false;
    }
    return true;
}

inline std::optional<NamePart> read_part(Bytes set) {
    NamePart part;
    const std::string bytes(text_of(set));
    while (!set.empty()) {
        DerItem attribute, type, value;
        if (!take_item(set, der::sequence, attribute)) return std::nullopt;
        Bytes rest = attribute.content;
        if (!take_item(rest, der::object_identifier, type) || !is_type(type.content) ||
            !take_item(rest, value) || !rest.empty()) {
            return std::nullopt;
        }
        part.attributes.push_back(in_one_form(type, value));
    }
    if (part.attributes.size() > 8) part.attributes = {"bytes", bytes};
    std::sort(part.attributes.begin(), part.attributes.end());
    return part;
}

using NameParts = std::vector<NamePart>;

/// The parts of a Name; nothing if it is malformed.
inline std::optional<NameParts> read_name(Bytes name) {
    NameParts parts;
    DerItem list, set;
    if (!take_item(name, der::sequence, list) || !name.empty()) return std::nullopt;
    for (Bytes rest = list.content; !rest.empty();) {
        if (!take_item(rest, der::set, set) || set.content.empty()) return std::nullopt;
        const auto part = read_part(set.content);
        if (!part) return std::nullopt;
        parts.push_back(*part);
    }
    return parts;
}

inline bool begins_with(const NameParts& name, const NameParts& base) {
    return name.size() >= base.size() && std::equal(base.begin(), base.end(), name.begin());
}

// ---- host names, RFC 9525 6.3 ----------------------------------------------------------------

inline std::vector<std::string> lower_labels(std::string_view name) {
    std::vector<std::string> labels(1);
    for (const char c : name) {
        if (c == '.') {
            labels.emplace_back();
        } else {
            labels.back() += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        }
    }
    return labels;
}

inline bool has_empty(const std::vector<std::string>& labels) {
    return std::any_of(labels.begin(), labels.end(),
                       [](const std::string& label) { return label.empty(); });
}

// ---- constraints, RFC 5280 4.2.1.10 ----------------------------------------------------------

class ConstraintsOpinion {
 public:
    /// Nothing if the extension is malformed.
    static std::optional<ConstraintsOpinion> read(Bytes value) {
        ConstraintsOpinion opinion;
        DerItem list;
        if (!take_item(value, der::sequence, list) || !value.empty() || list.content.empty())
            return std::nullopt;
        DerItem each;
        unsigned number = 0;
        for (Bytes rest = list.content; !rest.empty(); ++number) {
            if (!take_item(rest, each)) return std::nullopt;
            if (number == 0 && each.tag == 0xA1) number = 1;
            if (number > 1 || each.tag != 0xA0 + number || each.content.empty())
                return std::nullopt;
            if (!read_bases(each.content, number == 0 ? opinion.permitted_ : opinion.excluded_))
                return std::nullopt;
        }
        return opinion;
    }

    std::size_t size() const { return permitted_.size() + excluded_.size(); }

    bool allow(Bytes subject, Bytes alt_names, bool has_alt_names) const {
        if (!read_name(subject)->empty() && !allow_name(0xA4, subject)) return false;
        DerItem name;
        while (take_item(alt_names, name)) {
            if (!allow_name(name.tag, name.content)) return false;
        }
        return has_alt_names || !has_base(0x81) || !has_email(subject);
    }

 private:
    static constexpr std::uint8_t dns = 0x82, directory = 0xA4, ip = 0x87;

    struct Base {
        std::uint8_t tag;
        std::string value;
    };

    static bool read_bases(Bytes list, std::vector<Base>& bases) {
        DerItem subtree, base;
        while (!list.empty()) {
            if (!take_item(list, der::sequence, subtree)) return false;
            Bytes rest = subtree.content;
            if (!take_item(rest, base) || !rest.empty()) return false;
            bases.push_back({base.tag, std::string(text_of(base.content))});
            if (!is_base(bases.back())) return false;
        }
        return true;
    }

    static bool is_dns(std::string_view name) {
        static const std::string allowed =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
        return name.find_first_not_of(allowed) == name.npos && !has_empty(lower_labels(name));
    }

    // Bits as characters.
    static std::string bits(std::string_view bytes) {
        std::string text;
        for (const char byte : bytes) {
            for (int bit = 7; bit >= 0; --bit)
                text += ((static_cast<unsigned char>(byte) >> bit) & 1) != 0 ? '1' : '0';
        }
        return text;
    }

    static bool is_base(const Base& base) {
        const std::string_view value = base.value;
        if (base.tag == directory) return read_name(bytes_of(value)).has_value();
        if (base.tag == dns) {
            if (value.empty()) return true;
            return is_dns(value[0] == '.' ? value.substr(1) : value);
        }
        if (base.tag != ip) return true;
        return (value.size() == 8 || value.size() == 32) &&
               bits(value.substr(value.size() / 2)).find("01") == std::string::npos;
    }

    static bool is_good(std::uint8_t tag, Bytes value) {
        const std::string_view text = text_of(value);
        if (tag == directory) return read_name(value).has_value();
        if (tag == dns) return is_dns(text.substr(0, 2) == "*." ? text.substr(2) : text);
        return tag == ip && (value.size() == 4 || value.size() == 16);
    }

    static bool is_dns_in(std::vector<std::string> labels, std::string_view base) {
        if (base.empty()) return true;
        const bool is_strict = base[0] == '.';
        std::vector<std::string> wanted = lower_labels(base.substr(is_strict ? 1 : 0));
        if (labels.size() < wanted.size() + (is_strict ? 1 : 0)) return false;
        return std::equal(wanted.rbegin(), wanted.rend(), labels.rbegin());
    }

    // A wildcard stands for every label: those of the base, and another.
    static std::vector<bool> dns_results(std::string_view name, std::string_view base) {
        std::vector<std::string> labels = lower_labels(name);
        if (labels[0] != "*") return {is_dns_in(labels, base)};
        std::vector<std::string> each = lower_labels(base);
        each.push_back("a-label-that-nothing-else-has");
        std::vector<bool> results;
        for (const std::string& label : each) {
            if (label.empty()) continue;
            labels[0] = label;
            results.push_back(is_dns_in(labels, base));
        }
        return results;
    }

    static bool is_ip_in(std::string_view address, std::string_view base) {
        if (base.size() != 2 * address.size()) return false;
        const std::string a = bits(address), network = bits(base.substr(0, address.size())),
                          mask = bits(base.substr(address.size()));
        const std::size_t size = std::min(mask.find('0'), mask.size());
        return a.substr(0, size) == network.substr(0, size);
    }

    static bool is_in(std::uint8_t tag, Bytes name, const Base& base, bool all) {
        if (tag == ip) return is_ip_in(text_of(name), base.value);
        if (tag == directory)
            return begins_with(*read_name(name), *read_name(bytes_of(base.value)));
        const std::vector<bool> results = dns_results(text_of(name), base.value);
        const auto wrong = std::count(results.begin(), results.end(), false);
        return all ? wrong == 0 : wrong < static_cast<std::ptrdiff_t>(results.size());
    }

    bool has_base(std::uint8_t tag) const {
        const auto is_same = [&](const Base& base) { return base.tag == tag; };
        return std::any_of(permitted_.begin(), permitted_.end(), is_same) ||
               std::any_of(excluded_.begin(), excluded_.end(), is_same);
    }

    bool allow_name(std::uint8_t tag, Bytes name) const {
        if (!has_base(tag)) return true;
        if (!is_good(tag, name)) return false;
        bool is_restricted = false, is_permitted = false;
        for (const Base& base : excluded_) {
            if (base.tag == tag && is_in(tag, name, base, false)) return false;
        }
        for (const Base& base : permitted_) {
            if (base.tag != tag) continue;
            is_restricted = true;
            is_permitted = is_permitted || is_in(tag, name, base, true);
        }
        return !is_restricted || is_permitted;
    }

    static bool has_email(Bytes subject) {
        static const std::string type("\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x09\x01");
        DerItem list, set, attribute;
        take_item(subject, list);
        for (Bytes sets = list.content; take_item(sets, set);) {
            for (Bytes rest = set.content; take_item(rest, attribute);) {
                if (text_of(attribute.content).substr(0, type.size()) == type) return true;
            }
        }
        return false;
    }

    std::vector<Base> permitted_, excluded_;
};

}  // namespace linnet::fuzz
