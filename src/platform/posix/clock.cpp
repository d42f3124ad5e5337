// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include <time.h>

#include "linnet/system_clock.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

std::uint64_t SystemClock::now_us() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1'000;
}

std::int64_t SystemClock::unix_s() {
    return static_cast<std::int64_t>(time(nullptr));
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
