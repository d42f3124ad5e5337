// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Bytes that are lent, never owned. A span is the contract: nothing is read or written outside it.
#pragma once

#include "linnet/version.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace linnet::inline LINNET_INLINE_NAMESPACE {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

template <class T, class... Kinds>
inline constexpr bool is_any_of = (std::is_same_v<T, Kinds> || ...);
template <class T>
inline constexpr bool is_byte =
    is_any_of<std::remove_cv_t<T>, char, signed char, unsigned char, std::byte>;

/// What bytes are made of. Not `bool`, and no number wider than a byte.
template <class T>
concept ByteLike = is_byte<T>;

/// Bytes one after the other in memory: an array of `ByteLike`, or a container or view of them that
/// has `data` and `size`, such as `std::vector`, `std::array`, `std::span` and `std::string`.
template <class T>
concept ContiguousBytes = requires(T& range) {
    requires ByteLike<std::remove_pointer_t<decltype(std::data(range))>>;
    static_cast<std::size_t>(std::size(range));
};

/// The bytes of `text`; valid as long as what `text` views.
inline Bytes bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// All bytes of `range`; valid as long as they are. A NUL is a byte like any other.
template <ContiguousBytes Range>
Bytes bytes_of(Range&& range) {
    return {reinterpret_cast<const std::uint8_t*>(std::data(range)),
            static_cast<std::size_t>(std::size(range))};
}

/// The bytes of a string literal, or of another array of `const char`, without the NUL at its end.
template <std::size_t size>
Bytes bytes_of(const char (&text)[size]) {
    return bytes_of(std::string_view(text, text[size - 1] == '\0' ? size - 1 : size));
}

/// `bytes` seen as text, unchecked; lives as long as what `bytes` views.
inline std::string_view text_of(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
