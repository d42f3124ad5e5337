// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The clock of the operating system.
#pragma once

#include "linnet/platform.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The default of `Options::clock`. It has no state: all instances are equivalent, and threads may
/// share one. A custom clock can wrap it, for example to replay a recording ten times as fast.
///
/// Example:
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
    /// Returns CLOCK_MONOTONIC or QueryPerformanceCounter in microseconds. It may stop while the
    /// machine is suspended; see `WebSocketClient::notify_resume`.
    std::uint64_t now_us() override;
    /// Returns the system's Unix time in seconds.
    std::int64_t unix_s() override;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
