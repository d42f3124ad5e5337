// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Points in time within the stages of a client, in microseconds.
#pragma once

#include <cstdint>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

inline constexpr std::uint64_t never = UINT64_MAX;
inline constexpr std::uint64_t now_or_earlier = 0;

/// Returns the time `timeout_ms` after `since_us`; a timeout of 0 means no limit.
constexpr std::uint64_t deadline(std::uint64_t since_us, std::uint32_t timeout_ms) {
    return timeout_ms == 0 ? never : since_us + std::uint64_t{timeout_ms} * 1000;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
