// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Reads and writes big-endian integers on any host.
#pragma once

#include <cstddef>

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Returns the big-endian number stored in all of `bytes` (at most 8).
constexpr std::uint64_t load_be(Bytes bytes) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes) value = value << 8 | byte;
    return value;
}

/// Writes `value` in big-endian order to all of `bytes` (at most 8).
constexpr void store_be(MutableBytes bytes, std::uint64_t value) {
    for (std::size_t i = bytes.size(); i-- > 0; value >>= 8) {
        bytes[i] = static_cast<std::uint8_t>(value & 0xFF);
    }
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
