// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Is the link alive? After a time of silence a ping asks, RFC 6455 5.5.2; after another it is dead.
// Any received byte and any progress of sending is life. Time is an argument.
#pragma once

#include <array>
#include <cstdint>

#include "linnet/bytes.hpp"

namespace linnet::inline v0 {

/// How long pings took, in microseconds; 0 while there was none.
struct RoundTrip {
    std::uint64_t last_us = 0;
    std::uint64_t min_us = 0;
    std::uint64_t smoothed_us = 0;  ///< SRTT of RFC 6298 2

    void add(std::uint64_t us);

 private:
    bool is_measured_ = false;
};

class Heartbeat {
 public:
    using PingPayload = std::array<std::uint8_t, 8>;
    enum class Due : std::uint8_t { nothing, ping, dead };

    /// Zero switches off: `ping_us` the pings, `pong_us` the verdict.
    Heartbeat(std::uint64_t ping_us, std::uint64_t pong_us)
        : ping_us_(ping_us), pong_us_(pong_us) {}

    /// A byte came in or went out, or nothing can be concluded from the silence.
    void alive(std::uint64_t now_us);
    Due due(std::uint64_t now_us) const;
    /// When something is due; UINT64_MAX for never.
    std::uint64_t next_deadline() const;

    /// A ping is queued: what it bears, different for each.
    PingPayload ping_queued(std::uint64_t now_us);
    /// It is with the OS: from now on its pong is waited for.
    void ping_sent(std::uint64_t now_us);
    bool ping_is_on_its_way() const { return ping_ == Ping::queued; }

    /// A pong came. True if it is the first to answer the last ping: `round_trip` then has another.
    bool pong(Bytes payload, std::uint64_t now_us);
    const RoundTrip& round_trip() const { return round_trip_; }

 private:
    // The last one.
    enum class Ping : std::uint8_t { none, queued, sent, answered };

    std::uint64_t ping_us_;
    std::uint64_t pong_us_;
    std::uint64_t alive_us_ = 0;  // the last sign of life
    std::uint64_t waits_us_ = 0;  // since when a pong is waited for
    std::uint64_t sent_us_ = 0;   // of the last ping
    std::uint64_t number_ = 0;    // of the last ping
    RoundTrip round_trip_;
    bool waits_ = false;  // no sign of life since the ping was queued
    Ping ping_ = Ping::none;
};

}  // namespace linnet::inline v0
