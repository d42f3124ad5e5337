// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Bytes that are lent, never owned. A span is the contract: nothing is read or written outside it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace linnet::inline v0 {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

/// The bytes of `text`; lives as long as what `text` views.
inline Bytes bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// `bytes` seen as text, unchecked; lives as long as what `bytes` views.
inline std::string_view text_of(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace linnet::inline v0
