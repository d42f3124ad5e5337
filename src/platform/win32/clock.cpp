// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include <time.h>

#include "linnet/system_clock.hpp"
#include "platform/win32/windows_os.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

std::uint64_t SystemClock::now_us() {
    LARGE_INTEGER ticks;
    LARGE_INTEGER frequency;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&frequency);
    const auto count = static_cast<std::uint64_t>(ticks.QuadPart);
    const auto per_second = static_cast<std::uint64_t>(frequency.QuadPart);
    // Computed in two parts, because count * 1000000 would overflow after some weeks.
    return count / per_second * 1'000'000 + count % per_second * 1'000'000 / per_second;
}

std::int64_t SystemClock::unix_s() {
    return static_cast<std::int64_t>(time(nullptr));
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
