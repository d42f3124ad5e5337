// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "x509/name.hpp"

#include <algorithm>
#include <array>

#include "base/endian.hpp"
#include "base/text_writer.hpp"
#include "codec/printable.hpp"
#include "codec/text.hpp"
#include "linnet/codec/utf8.hpp"
#include "linnet/x509_certificate.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view common_name_type = "\x55\x04\x03"sv;

struct Keyword {
    std::string_view type;  // the content of an OBJECT IDENTIFIER
    std::string_view text;
};

// RFC 4514 3, RFC 5280 A.1.
constexpr Keyword keywords[] = {
    {common_name_type, "CN"},
    {"\x55\x04\x05"sv, "serialNumber"},
    {"\x55\x04\x06"sv, "C"},
    {"\x55\x04\x07"sv, "L"},
    {"\x55\x04\x08"sv, "ST"},
    {"\x55\x04\x0A"sv, "O"},
    {"\x55\x04\x0B"sv, "OU"},
    {"\x09\x92\x26\x89\x93\xF2\x2C\x64\x01\x19"sv, "DC"},
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x01"sv, "emailAddress"},
};

bool has_one_byte_characters(std::uint8_t tag) {
    return tag == der::utf8_string || tag == der::numeric_string || tag == der::printable_string ||
           tag == der::teletex_string || tag == der::ia5_string || tag == der::visible_string;
}

// Each arc in its shortest form, the last one complete, X.690 8.19.
bool is_object_identifier(Bytes id) {
    bool at_start = true;
    for (const std::uint8_t byte : id) {
        if (at_start && byte == 0x80) return false;
        at_start = byte < 0x80;
    }
    return !id.empty() && at_start;
}

}  // namespace

bool take_attribute(Bytes& relative_name, NameAttribute& attribute) {
    Bytes rest = relative_name;
    Bytes content;
    if (!take_content(rest, der::sequence, content)) return false;
    if (!take_content(content, der::object_identifier, attribute.type)) return false;
    if (!take_item(content, attribute.value) || !content.empty()) return false;
    if (!is_object_identifier(attribute.type)) return false;
    relative_name = rest;
    return true;
}

bool is_name(Bytes name) {
    Bytes list, relative_name;
    if (!take_content(name, der::sequence, list) || !name.empty()) return false;
    while (!list.empty()) {
        if (!take_content(list, der::set, relative_name) || relative_name.empty()) return false;
        NameAttribute attribute;
        while (!relative_name.empty()) {
            if (!take_attribute(relative_name, attribute)) return false;
        }
    }
    return true;
}

namespace {

// UTF-8 is valid, and wide characters are whole. Other types are not looked at: their texts often
// contain characters that the type does not have.
bool is_whole_text(const DerItem& value) {
    switch (value.tag) {
        case der::utf8_string: return is_utf8(value.content);
        case der::bmp_string: return value.content.size() % 2 == 0;
        case der::universal_string: return value.content.size() % 4 == 0;
        default: return true;
    }
}

}  // namespace

bool has_whole_texts(Bytes name) {
    Bytes list, relative_name;
    take_content(name, der::sequence, list);
    while (take_content(list, der::set, relative_name)) {
        for (NameAttribute attribute; take_attribute(relative_name, attribute);) {
            if (!is_whole_text(attribute.value)) return false;
        }
    }
    return true;
}

Bytes common_name_of(Bytes name) {
    Bytes list, relative_name, found;
    if (!take_content(name, der::sequence, list)) return {};
    while (take_content(list, der::set, relative_name)) {
        NameAttribute attribute;
        while (take_attribute(relative_name, attribute)) {
            if (text_of(attribute.type) != common_name_type) continue;
            const bool is_legible = has_one_byte_characters(attribute.value.tag);
            found = is_legible ? attribute.value.content : Bytes();
        }
    }
    return found;
}

namespace {

// ---- RFC 4514 --------------------------------------------------------------------------------

void put_hex(TextWriter& writer, Bytes bytes, std::string_view before_each) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const std::uint8_t byte : bytes) {
        writer.put(before_each).put(digits.substr(byte >> 4, 1)).put(digits.substr(byte & 15, 1));
    }
}

// Writes `code`, at most U+FFFF and not a surrogate, to `out` as UTF-8.
Bytes encoded(unsigned code, std::array<std::uint8_t, 3>& out) {
    const auto tail = [](unsigned bits) { return static_cast<std::uint8_t>(0x80 | (bits & 0x3F)); };
    if (code < 0x80) {
        out = {static_cast<std::uint8_t>(code)};
        return Bytes(out).first(1);
    }
    if (code < 0x800) {
        out = {static_cast<std::uint8_t>(0xC0 | code >> 6), tail(code)};
        return Bytes(out).first(2);
    }
    out = {static_cast<std::uint8_t>(0xE0 | code >> 12), tail(code >> 6), tail(code)};
    return out;
}

// Returns the first character of a value that `is_text`, converted to UTF-8 in `out` if necessary.
Character take_stored(std::uint8_t tag, Bytes& rest, std::array<std::uint8_t, 3>& out) {
    if (tag != der::bmp_string && tag != der::teletex_string) {
        std::string_view text = text_of(rest);
        const Character character = take_character(text);
        rest = bytes_of(text);
        return character;
    }
    // In practice a TeletexString contains Latin-1, not T.61.
    const std::size_t size = tag == der::bmp_string ? 2 : 1;
    std::string_view text = text_of(encoded(static_cast<unsigned>(load_be(rest.first(size))), out));
    rest = rest.subspan(size);
    return take_character(text);
}

bool is_text(const DerItem& value) {
    if (value.tag != der::bmp_string) return has_one_byte_characters(value.tag);
    for (Bytes rest = value.content; !rest.empty(); rest = rest.subspan(2)) {
        if (rest.size() == 1 || (rest[0] & 0xF8) == 0xD8) return false;  // incomplete, or surrogate
    }
    return true;
}

// RFC 4514 2.4.
void put_text(TextWriter& writer, const DerItem& value) {
    std::array<std::uint8_t, 3> utf8;
    for (Bytes rest = value.content; !rest.empty();) {
        const bool is_first = rest.size() == value.content.size();
        const Character character = take_stored(value.tag, rest, utf8);
        const std::string_view text = character.bytes;
        if (!character.is_printable) {
            put_hex(writer, bytes_of(text), "\\");
            continue;
        }
        const bool at_an_end = is_first || rest.empty();
        const bool is_special = is_one_of(text[0], "\"+,;<>\\") || (text == "#" && is_first) ||
                                (text == " " && at_an_end);
        writer.put(is_special ? "\\" : "").put(text);
    }
}

// Writes an object identifier as dotted-decimal, RFC 4512 1.4. An arc of more than 64 bits is "?".
void put_dotted(TextWriter& writer, Bytes id) {
    std::uint64_t arc = 0;
    bool is_first = true, is_too_large = false;
    for (const std::uint8_t byte : id) {
        if (arc >> 57 != 0) is_too_large = true;
        arc = arc << 7 | (byte & 0x7F);
        if (byte >= 0x80) continue;
        if (is_first) {  // two arcs in one number, X.690 8.19.4
            const std::uint64_t root = is_too_large ? 2 : std::min<std::uint64_t>(arc / 40, 2);
            writer.put_number(root);
            arc -= root * 40;
        }
        writer.put(".");
        is_too_large ? writer.put("?") : writer.put_number(arc);
        arc = 0;
        is_first = is_too_large = false;
    }
}

void put_attribute(TextWriter& writer, const NameAttribute& attribute) {
    for (const Keyword& keyword : keywords) {
        if (keyword.type != text_of(attribute.type) || !is_text(attribute.value)) continue;
        writer.put(keyword.text).put("=");
        return put_text(writer, attribute.value);
    }
    put_dotted(writer, attribute.type);
    put_hex(writer.put("=#"), attribute.value.whole, "");
}

// Writes a part of a Name and the comma after it; the first part, which is written last, has no
// comma.
std::size_t put_relative_name(Bytes relative_name, bool is_first, MutableBytes out) {
    TextWriter writer(out);
    NameAttribute attribute;
    for (bool more = false; take_attribute(relative_name, attribute); more = true) {
        put_attribute(writer.put(more ? "+" : ""), attribute);
    }
    return writer.put(is_first ? "" : ",").size();
}

}  // namespace

std::size_t write_name(Bytes name, MutableBytes out) {
    Bytes list, relative_name;
    if (!is_name(name) || !take_content(name, der::sequence, list)) return 0;
    const std::size_t list_size = list.size();
    std::size_t size = 0;
    for (Bytes rest = list; !rest.empty();) {
        const bool is_first = rest.size() == list_size;
        take_content(rest, der::set, relative_name);
        size += put_relative_name(relative_name, is_first, {});
    }
    // The last part is written first: offsets are counted from the end.
    std::size_t offset = size;
    for (Bytes rest = list; !rest.empty();) {
        const bool is_first = rest.size() == list_size;
        take_content(rest, der::set, relative_name);
        offset -= put_relative_name(relative_name, is_first, {});
        put_relative_name(relative_name, is_first, out.subspan(std::min(offset, out.size())));
    }
    return size;
}

bool take_alt_name(Bytes& alt_names, AltName& name) {
    // GeneralName, RFC 5280 4.2.1.6.
    constexpr std::uint8_t dns_name = der::context(2, false);
    constexpr std::uint8_t ip_address = der::context(7, false);
    DerItem item;
    if (!take_item(alt_names, item)) return false;
    name = {AltName::Kind::other, item.content};
    const auto is_visible = [](std::uint8_t byte) { return byte > 0x20 && byte < 0x7F; };
    if (item.tag == dns_name && std::all_of(item.content.begin(), item.content.end(), is_visible)) {
        name.kind = AltName::Kind::dns;
    }
    if (item.tag == ip_address && (item.content.size() == 4 || item.content.size() == 16)) {
        name.kind = AltName::Kind::ip;
    }
    return true;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
