// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A borrowed list of strings, so that `connect_to_url(url, {"chat", "superchat"})` compiles.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>

namespace linnet::inline v0 {

/// Owns nothing: it views the caller's list for the length of one call. Do not keep one.
class Strings {
 public:
    constexpr Strings() = default;
    constexpr Strings(std::span<const std::string_view> views) : views_(views) {}
    constexpr Strings(std::initializer_list<std::string_view> views)
        : views_(views.begin(), views.size()) {}

    constexpr std::size_t size() const { return views_.size(); }
    constexpr bool empty() const { return views_.empty(); }
    constexpr std::string_view operator[](std::size_t index) const { return views_[index]; }
    constexpr auto begin() const { return views_.begin(); }
    constexpr auto end() const { return views_.end(); }

 private:
    std::span<const std::string_view> views_;
};

}  // namespace linnet::inline v0
