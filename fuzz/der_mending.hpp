// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#pragma once

#include <algorithm>
#include "fuzz_input.hpp"
#include "x509/der.hpp"

namespace linnet::fuzz {

/// The same items with correct lengths, so that inserted or removed bytes do more than invalidate
/// the enclosing item.
inline std::string mended(Bytes items, int depth = 0) {
    std::string result;
    while (items.size() >= 2 && depth < 16) {
        const std::uint8_t tag = items[0];
        const std::size_t head = items[1] < 0x80 ? 2 : 2u + (items[1] & 3u);
        std::size_t length = items[1] & 0x7Fu;
        if (head > items.size()) break;
        if (head > 2) length = 0;
        for (const std::uint8_t byte : items.subspan(2, head - 2)) length = length << 8 | byte;
        items = items.subspan(head);
        const Bytes content = items.first(std::min(length, items.size()));
        items = items.subspan(content.size());
        const bool has_items = (tag & 0x20) != 0 || (tag == der::octet_string && !content.empty() &&
                                                     content[0] == der::sequence);
        const std::string inner =
            has_items ? mended(content, depth + 1) : std::string(text_of(content));
        result += static_cast<char>(tag);
        if (inner.size() > 255) result += {'\x82', static_cast<char>(inner.size() >> 8)};
        if (inner.size() > 127 && inner.size() < 256) result += '\x81';
        result.append(1, static_cast<char>(inner.size())).append(inner);
    }
    return result;
}

}  // namespace linnet::fuzz
