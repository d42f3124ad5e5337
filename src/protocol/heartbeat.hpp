// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Keep-alive. After `ping_us` without traffic a ping is due (RFC 6455 5.5.2); after another
// `pong_us` without traffic the connection is dead. Any received byte and any progress of a blocked
// send counts as traffic. The caller passes the time.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Round-trip times of pings in microseconds; 0 before the first.
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

    /// `ping_us` 0 switches keep-alive off: no ping is due and no pong has a deadline, even after a
    /// ping by the program. `pong_us` 0 switches off that deadline only.
    Heartbeat(std::uint64_t ping_us, std::uint64_t pong_us)
        : ping_us_(ping_us), pong_us_(pong_us) {}

    /// Notes traffic, or that the silence so far proves nothing.
    void alive(std::uint64_t now_us);
    Due due(std::uint64_t now_us) const;
    /// Returns the time of the next event; UINT64_MAX for never.
    std::uint64_t next_deadline() const;

    /// Returns the payload of the next ping; each is unique.
    PingPayload next_payload() const;
    /// Notes that a ping with that payload is queued. The deadline of its pong starts now unless
    /// one is running: another ping does not postpone it.
    void ping_queued(std::uint64_t now_us);
    /// Notes that the OS has taken the last queued ping. Its pong has its full time from now on,
    /// unless an earlier pong is awaited.
    void ping_sent(std::uint64_t now_us);
    bool ping_is_on_its_way() const { return is_on_its_way_; }

    /// Number of queued pings, and of those answered: a pong also answers all earlier pings (RFC
    /// 6455 5.5.3).
    std::uint64_t queued_count() const { return number_; }
    std::uint64_t answered_count() const { return answered_; }

    /// Notes a pong. Returns true if it is the first to answer one of our pings: `round_trip` then
    /// has a new value.
    bool pong(Bytes payload, std::uint64_t now_us);
    const RoundTrip& round_trip() const { return round_trip_; }

 private:
    // A ping whose round trip is being measured.
    struct Sent {
        std::uint64_t number;
        std::uint64_t sent_us;
    };
    // If more pings are in flight, the oldest and the last are measured.
    static constexpr std::size_t measured_count_max = 8;

    // The state of a ping while there is no traffic.
    enum class Wait : std::uint8_t { none, to_send, for_pong };

    std::uint64_t pong_deadline(std::uint64_t since_us) const;
    std::span<Sent> measured() { return std::span(measured_).first(measured_count_); }

    std::uint64_t ping_us_;
    std::uint64_t pong_us_;
    std::uint64_t alive_us_ = 0;  // the last traffic
    std::uint64_t number_ = 0;    // of the last ping queued
    std::uint64_t sent_ = 0;      // of the last ping taken by the OS
    std::uint64_t answered_ = 0;  // of the last ping answered by a pong
    std::uint64_t dead_us_ = 0;   // while waiting: when the connection is considered dead
    std::array<Sent, measured_count_max> measured_{};  // oldest first
    std::size_t measured_count_ = 0;
    RoundTrip round_trip_;
    Wait wait_ = Wait::none;
    bool is_on_its_way_ = false;  // the last ping is queued but not taken by the OS
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
