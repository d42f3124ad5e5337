// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "x509/der.hpp"

#include "base/endian.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t length_bytes_max = 4;

// Removes tag and length from `rest`, X.690 8.1.2, 8.1.3 and 10.1. The length may exceed what is
// left.
bool take_head(Bytes& rest, std::uint8_t& tag, std::uint64_t& length) {
    if (rest.size() < 2) return false;
    tag = rest[0];
    if ((tag & 0x1F) == 0x1F) return false;  // a multi-byte tag, which certificates do not need
    length = rest[1];
    rest = rest.subspan(2);
    if (length < 0x80) return true;

    const std::size_t count = length & 0x7F;  // 0, the indefinite form, gives a length of 0 below
    if (count > length_bytes_max || count > rest.size()) return false;
    length = load_be(rest.first(count));
    const bool shortest = length >= 0x80 && rest[0] != 0;
    rest = rest.subspan(count);
    return shortest;
}

}  // namespace

bool take_item(Bytes& rest, DerItem& item) {
    Bytes after_head = rest;
    std::uint64_t length = 0;
    std::uint8_t tag = 0;
    if (!take_head(after_head, tag, length) || length > after_head.size()) return false;
    const Bytes content = after_head.first(static_cast<std::size_t>(length));
    const std::size_t head_size = rest.size() - after_head.size();
    item = {tag, rest.first(head_size + content.size()), content};
    rest = after_head.subspan(content.size());
    return true;
}

bool take_item(Bytes& rest, std::uint8_t tag, DerItem& item) {
    if (rest.empty() || rest[0] != tag) return false;
    return take_item(rest, item);
}

bool take_content(Bytes& rest, std::uint8_t tag, Bytes& content) {
    DerItem item;
    if (!take_item(rest, tag, item)) return false;
    content = item.content;
    return true;
}

bool take_positive(Bytes& rest, Bytes& number) {
    if (!take_content(rest, der::integer, number) || number.empty() || number[0] >= 0x80)
        return false;
    if (number[0] != 0) return true;
    number = number.subspan(1);
    return !number.empty() && number[0] >= 0x80;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
