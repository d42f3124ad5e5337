// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "x509/name_match.hpp"

#include <algorithm>

#include "base/endian.hpp"
#include "codec/text.hpp"
#include "linnet/codec/utf8.hpp"
#include "x509/name.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

// ---- strings ---------------------------------------------------------------------------------

constexpr std::string_view printable_marks = " '()+,-./:=?";

bool is_printable_string(Bytes text) {
    return std::all_of(text.begin(), text.end(), [](std::uint8_t byte) {
        const char c = static_cast<char>(byte);
        return is_alpha(c) || is_digit(c) || is_one_of(c, printable_marks);
    });
}

bool is_ascii(Bytes text) {
    return std::all_of(text.begin(), text.end(), [](std::uint8_t byte) { return byte < 0x80; });
}

// Reads big-endian characters of `size` bytes: none is a surrogate or above U+10FFFF.
bool is_unicode(Bytes text, std::size_t size) {
    if (text.size() % size != 0) return false;
    for (; !text.empty(); text = text.subspan(size)) {
        const std::uint64_t code = load_be(text.first(size));
        if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
    }
    return true;
}

// Returns true if the characters are known and valid for the type; others are compared as bytes.
bool is_legible(const DerItem& value) {
    switch (value.tag) {
        case der::utf8_string: return is_utf8(value.content);
        case der::printable_string: return is_printable_string(value.content);
        case der::ia5_string: return is_ascii(value.content);
        case der::bmp_string: return is_unicode(value.content, 2);
        case der::universal_string: return is_unicode(value.content, 4);
        default: return false;
    }
}

// Reads the characters of a legible string one by one, in the form in which they are compared:
// lower case, with single spaces, and none at either end.
class CharacterReader {
 public:
    static constexpr std::uint32_t end = UINT32_MAX;

    explicit CharacterReader(const DerItem& value) : tag_(value.tag), rest_(value.content) {}

    std::uint32_t next() {
        bool after_space = false;
        while (!rest_.empty() && peek() == ' ') {
            take();
            after_space = true;
        }
        if (rest_.empty()) return end;
        if (after_space && !at_start_) {
            at_start_ = true;  // the space is returned once
            return ' ';
        }
        at_start_ = false;
        const std::uint32_t code = take();
        return code < 0x80 ? static_cast<std::uint8_t>(to_lower(static_cast<char>(code))) : code;
    }

 private:
    std::uint32_t peek() const {
        Bytes rest = rest_;
        return take_from(rest);
    }
    std::uint32_t take() { return take_from(rest_); }
    std::uint32_t take_from(Bytes& rest) const;

    std::uint8_t tag_;
    Bytes rest_;
    bool at_start_ = true;  // or after a space that was returned
};

std::uint32_t CharacterReader::take_from(Bytes& rest) const {
    std::size_t size = 1;
    std::uint32_t code = rest[0];
    if (tag_ == der::bmp_string || tag_ == der::universal_string) {
        size = tag_ == der::bmp_string ? 2 : 4;
        code = static_cast<std::uint32_t>(load_be(rest.first(size)));
    } else if (code >= 0xC0) {  // UTF-8: the other types have no such bytes
        size = code >= 0xF0 ? 4 : code >= 0xE0 ? 3 : 2;
        code &= 0x7Fu >> size;
        for (const std::uint8_t tail : rest.subspan(1, size - 1)) code = code << 6 | (tail & 0x3Fu);
    }
    rest = rest.subspan(size);
    return code;
}

bool same_value(const DerItem& a, const DerItem& b) {
    if (text_of(a.whole) == text_of(b.whole)) return true;
    if (!is_legible(a) || !is_legible(b)) return false;
    CharacterReader left(a), right(b);
    for (;;) {
        const std::uint32_t code = left.next();
        if (code != right.next()) return false;
        if (code == CharacterReader::end) return true;
    }
}

// ---- names -----------------------------------------------------------------------------------

// Attributes in one part of a name that are compared in any order; with more, bytes are compared.
constexpr std::size_t attributes_max = 8;

std::size_t attribute_count(Bytes part) {
    std::size_t count = 0;
    for (NameAttribute attribute; take_attribute(part, attribute);) ++count;
    return count;
}

// Finds `attribute` among those of `part` that are not marked in `used`, and marks it.
bool use_attribute(Bytes part, const NameAttribute& attribute, unsigned& used) {
    NameAttribute other;
    for (unsigned bit = 1; take_attribute(part, other); bit <<= 1) {
        if ((used & bit) != 0 || text_of(other.type) != text_of(attribute.type)) continue;
        if (!same_value(other.value, attribute.value)) continue;
        used |= bit;
        return true;
    }
    return false;
}

// RelativeDistinguishedName: a set.
bool same_part(Bytes a, Bytes b) {
    if (text_of(a) == text_of(b)) return true;
    const std::size_t count = attribute_count(a);
    if (count > attributes_max || count != attribute_count(b)) return false;
    unsigned used = 0;
    for (NameAttribute attribute; take_attribute(a, attribute);) {
        if (!use_attribute(b, attribute, used)) return false;
    }
    return true;
}

// Returns the parts of a whole Name.
Bytes parts_of(Bytes name) {
    Bytes parts;
    take_content(name, der::sequence, parts);
    return parts;
}

// Removes from both lists the parts with which both begin, as far as they are the same.
void take_same_parts(Bytes& a, Bytes& b) {
    for (Bytes rest_a = a, rest_b = b, part_a, part_b; take_content(rest_a, der::set, part_a) &&
                                                       take_content(rest_b, der::set, part_b) &&
                                                       same_part(part_a, part_b);) {
        a = rest_a;
        b = rest_b;
    }
}

}  // namespace

bool same_name(Bytes a, Bytes b) {
    if (text_of(a) == text_of(b)) return true;
    Bytes left = parts_of(a), right = parts_of(b);
    take_same_parts(left, right);
    return left.empty() && right.empty();
}

bool is_below_name(Bytes name, Bytes base) {
    Bytes parts = parts_of(name), base_parts = parts_of(base);
    take_same_parts(parts, base_parts);
    return base_parts.empty();
}

bool is_empty_name(Bytes name) {
    return parts_of(name).empty();
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
