// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Points in time as the stages of a client say them, in microseconds.
#pragma once

#include <cstdint>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

inline constexpr std::uint64_t never = UINT64_MAX;
inline constexpr std::uint64_t now_or_earlier = 0;

/// `timeout_ms` after `since_us`; 0 is no limit.
constexpr std::uint64_t deadline(std::uint64_t since_us, std::uint32_t timeout_ms) {
    return timeout_ms == 0 ? never : since_us + std::uint64_t{timeout_ms} * 1000;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
