// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A borrowed list of strings, so that `connect_to_url(url, {"chat", "superchat"})` compiles, and
// likewise with a `std::vector<std::string>` and every other contiguous list.
#pragma once

#include <array>
#include <initializer_list>
#include <span>
#include <string_view>
#include <type_traits>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Converts to `std::string_view`: `std::string`, `const char*`, a view, a class of yours.
template <class T>
concept StringLike = std::is_convertible_v<const T&, std::string_view>;

/// Strings one after the other in memory: an array of `StringLike`, or a container or view of them
/// that has `data` and `size`, such as `std::vector`, `std::array` and `std::span`.
template <class T>
concept ListOfStrings = requires(const T& list) {
    requires StringLike<std::remove_pointer_t<decltype(std::data(list))>>;
    static_cast<std::size_t>(std::size(list));
};

/// Owns and copies nothing: it views the caller's list, whose strings are converted one by one as
/// they are read. Valid as long as the list and its strings are, unchanged; a temporary list lives
/// as long as the call in whose arguments it is made. Do not keep one.
class Strings {
 public:
    constexpr Strings() = default;
    constexpr Strings(std::initializer_list<std::string_view> list)
        : list_(list.begin()), size_(list.size()), get_(&get<const std::string_view>) {}
    template <ListOfStrings List>
    constexpr Strings(const List& list)
        : list_(std::data(list)),
          size_(static_cast<std::size_t>(std::size(list))),
          get_(&get<std::remove_pointer_t<decltype(std::data(list))>>) {}

    constexpr std::size_t size() const { return size_; }
    constexpr bool empty() const { return size_ == 0; }
    std::string_view operator[](std::size_t index) const { return get_(list_, index); }

    /// For `for`.
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
