// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Distinguished encoding rules (X.690), read item by item without copying.
#pragma once

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

namespace der {
inline constexpr std::uint8_t boolean = 0x01;
inline constexpr std::uint8_t integer = 0x02;
inline constexpr std::uint8_t bit_string = 0x03;
inline constexpr std::uint8_t octet_string = 0x04;
inline constexpr std::uint8_t object_identifier = 0x06;
inline constexpr std::uint8_t utf8_string = 0x0C;
inline constexpr std::uint8_t numeric_string = 0x12;
inline constexpr std::uint8_t printable_string = 0x13;
inline constexpr std::uint8_t teletex_string = 0x14;
inline constexpr std::uint8_t ia5_string = 0x16;
inline constexpr std::uint8_t utc_time = 0x17;
inline constexpr std::uint8_t generalized_time = 0x18;
inline constexpr std::uint8_t visible_string = 0x1A;
inline constexpr std::uint8_t universal_string = 0x1C;
inline constexpr std::uint8_t bmp_string = 0x1E;
inline constexpr std::uint8_t sequence = 0x30;
inline constexpr std::uint8_t set = 0x31;
/// [number], constructed or primitive (X.690 8.1.2.2).
constexpr std::uint8_t context(unsigned number, bool constructed) {
    return static_cast<std::uint8_t>((constructed ? 0xA0u : 0x80u) | number);
}
}  // namespace der

struct DerItem {
    std::uint8_t tag = 0;
    Bytes whole;  ///< including tag and length
    Bytes content;
};

/// Removes the first item from `rest`. Returns false and leaves `rest` unchanged unless it begins
/// with a complete item with a one-byte tag and a definite length in its shortest form.
bool take_item(Bytes& rest, DerItem& item);
/// Does the same for an item with that `tag`.
bool take_item(Bytes& rest, std::uint8_t tag, DerItem& item);
/// Does the same and returns only its content.
bool take_content(Bytes& rest, std::uint8_t tag, Bytes& content);
/// Removes a positive INTEGER in its shortest form (X.690 8.3) and returns its value, big-endian
/// without leading zeros.
bool take_positive(Bytes& rest, Bytes& number);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
