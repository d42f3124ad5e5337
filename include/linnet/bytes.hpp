// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Borrowed bytes. No function reads or writes outside the span that it is given.
#pragma once

#include "linnet/version.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// A view of bytes that someone else owns. Each function that returns one states how long it is
/// valid.
///
/// Example:
///
///     const std::vector<char> data = {'h', 'i', '\0'};
///     linnet::Bytes all = linnet::bytes_of(data);      // 3 bytes: NUL is a byte like any other
///     linnet::Bytes literal = linnet::bytes_of("hi");  // 2 bytes: without the final NUL
///     print(linnet::text_of(literal));
using Bytes = std::span<const std::uint8_t>;
/// The same, writable.
using MutableBytes = std::span<std::uint8_t>;

template <class T, class... Kinds>
inline constexpr bool is_any_of = (std::is_same_v<T, Kinds> || ...);
template <class T>
inline constexpr bool is_byte =
    is_any_of<std::remove_cv_t<T>, char, signed char, unsigned char, std::byte>;

/// The element types that count as bytes: `char`, `signed char`, `unsigned char` and `std::byte`.
/// `bool` and wider integers do not.
template <class T>
concept ByteLike = is_byte<T>;

/// A contiguous range of `ByteLike`: a C array, or any container or view with `data()` and
/// `size()`, such as `std::vector`, `std::array`, `std::span` or `std::string`.
template <class T>
concept ContiguousBytes = requires(T& range) {
    requires ByteLike<std::remove_pointer_t<decltype(std::data(range))>>;
    static_cast<std::size_t>(std::size(range));
};

/// Returns the bytes of `text`. Valid as long as the text.
inline Bytes bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Returns all bytes of `range`, NULs included. Valid until the range changes or is destroyed.
template <ContiguousBytes Range>
Bytes bytes_of(Range&& range) {
    return {reinterpret_cast<const std::uint8_t*>(std::data(range)),
            static_cast<std::size_t>(std::size(range))};
}

/// Returns the bytes of a string literal, or of another array of `const char`, without the NUL at
/// its end. NULs within it are kept.
template <std::size_t size>
Bytes bytes_of(const char (&text)[size]) {
    return bytes_of(std::string_view(text, text[size - 1] == '\0' ? size - 1 : size));
}

/// Returns `bytes` as text without validating it. Valid as long as the bytes.
inline std::string_view text_of(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
