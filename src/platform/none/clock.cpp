// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/system_clock.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

std::uint64_t SystemClock::now_us() {
    return 0;
}

std::int64_t SystemClock::unix_s() {
    return 0;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
