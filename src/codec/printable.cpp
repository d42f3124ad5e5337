// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "codec/printable.hpp"

#include <algorithm>

#include "base/endian.hpp"
#include "linnet/codec/utf8.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

struct Range {
    std::uint64_t first, last;  // UTF-8 bytes read as one number
};

// Controls, line and paragraph separators, and characters that change the direction of text
// (Unicode UAX 9).
constexpr Range unprintable[] = {
    {0x00, 0x1F},         {0x7F, 0x7F},          // C0 controls, DEL
    {0xC280, 0xC29F},     {0xD89C, 0xD89C},      // C1 controls; U+061C
    {0xE2808E, 0xE2808F}, {0xE280A8, 0xE280AE},  // U+200E to U+200F; U+2028 to U+202E
    {0xE281A6, 0xE281A9},                        // U+2066 to U+2069
};

bool is_printable(Bytes character) {
    const std::uint64_t number = load_be(character);
    return std::none_of(std::begin(unprintable), std::end(unprintable), [=](const Range& range) {
        return number >= range.first && number <= range.last;
    });
}

}  // namespace

Character take_character(std::string_view& rest) {
    const auto first = static_cast<std::uint8_t>(rest[0]);
    const std::size_t size = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    const bool is_whole = size <= rest.size() && is_utf8(bytes_of(rest.substr(0, size)));
    const std::string_view bytes = rest.substr(0, is_whole ? size : 1);
    rest.remove_prefix(bytes.size());
    return {bytes, is_whole && is_printable(bytes_of(bytes))};
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
