// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A borrowed list of strings: the parameter type that accepts `{"chat", "superchat"}`, a
// `std::vector<std::string>` and any other contiguous list.
#pragma once

#include <array>
#include <initializer_list>
#include <span>
#include <string_view>
#include <type_traits>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// A type that converts to `std::string_view`, such as `std::string` or `const char*`.
template <class T>
concept StringLike = std::is_convertible_v<const T&, std::string_view>;

/// A contiguous range of `StringLike`: a C array, or any container or view with `data()` and
/// `size()`, such as `std::vector`, `std::array` or `std::span`.
template <class T>
concept ListOfStrings = requires(const T& list) {
    requires StringLike<std::remove_pointer_t<decltype(std::data(list))>>;
    static_cast<std::size_t>(std::size(list));
};

/// A view of a list of strings. It copies nothing: strings are converted to `std::string_view` when
/// they are read. Valid as long as the list and its strings are unchanged; a list written as an
/// argument is valid during the call. Use it for parameters, not for members. No allocation.
///
/// Example:
///
///     const std::vector<std::string> protocols = {"chat", "superchat"};
///     const linnet::Strings list = protocols;
///     for (const std::string_view protocol : list) print(protocol);
///     if (client.connect_to_url("ws://127.0.0.1/", protocols) != linnet::Error::ok) return;
class Strings {
 public:
    /// An empty list.
    constexpr Strings() = default;
    /// A list in braces, valid during the call to which it is passed.
    constexpr Strings(std::initializer_list<std::string_view> list)
        : list_(list.begin()), size_(list.size()), get_(&get<const std::string_view>) {}
    /// Any contiguous list, borrowed.
    template <ListOfStrings List>
    constexpr Strings(const List& list)
        : list_(std::data(list)),
          size_(static_cast<std::size_t>(std::size(list))),
          get_(&get<std::remove_pointer_t<decltype(std::data(list))>>) {}

    constexpr std::size_t size() const { return size_; }
    constexpr bool empty() const { return size_ == 0; }
    /// Returns the string at `index`, which must be less than `size()`. Valid as long as the list.
    std::string_view operator[](std::size_t index) const { return get_(list_, index); }

    /// The iterator of range-based `for`; not a full standard iterator.
    class Iterator {
     public:
        Iterator(const Strings& strings, std::size_t index) : strings_(strings), index_(index) {}
        std::string_view operator*() const { return strings_[index_]; }
        Iterator& operator++() {
            ++index_;
            return *this;
        }
        bool operator!=(const Iterator& other) const { return index_ != other.index_; }

     private:
        const Strings& strings_;
        std::size_t index_;
    };
    Iterator begin() const { return {*this, 0}; }
    Iterator end() const { return {*this, size_}; }

 private:
    template <class String>
    static std::string_view get(const void* list, std::size_t index) {
        return static_cast<const String*>(list)[index];
    }

    const void* list_ = nullptr;
    std::size_t size_ = 0;
    std::string_view (*get_)(const void* list, std::size_t index) = nullptr;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
