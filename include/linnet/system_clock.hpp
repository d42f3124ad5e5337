// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The clock of the operating system.
#pragma once

#include "linnet/platform.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The default of `Options::clock`. It has no state: any number of them is the same clock.
///
/// A clock of your own may wrap it, for example to play a recording at ten times its speed:
///
///     class FastClock final : public linnet::Clock {
///      public:
///         std::uint64_t now_us() override { return 10 * system_.now_us(); }
///         std::int64_t unix_s() override { return system_.unix_s(); }
///
///      private:
///         linnet::SystemClock system_;
///     };
class SystemClock final : public Clock {
 public:
    /// Monotonic time: CLOCK_MONOTONIC, QueryPerformanceCounter. It may stop while the machine is
    /// suspended; see `WebSocketClient::notify_resume`.
    std::uint64_t now_us() override;
    std::int64_t unix_s() override;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
