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

    /// `ping_us` 0 switches keep-alive off: no ping is due and no pong has a deadline, whoever sent
    /// the ping. `pong_us` 0 switches only that deadline off.
    Heartbeat(std::uint64_t ping_us, std::uint64_t pong_us)
        : ping_us_(ping_us), pong_us_(pong_us) {}

    /// There was traffic, or nothing can be concluded from the silence.
    void alive(std::uint64_t now_us);
    Due due(std::uint64_t now_us) const;
    /// When something is due; UINT64_MAX for never.
    std::uint64_t next_deadline() const;

    /// What the next ping carries, different for each.
    PingPayload next_payload() const;
    /// A ping with that payload is queued. The deadline of its pong starts now unless one is
    /// running: another ping does not postpone it.
    void ping_queued(std::uint64_t now_us);
    /// The last one queued is with the OS. Its pong has its time from now on, unless an earlier one
    /// is awaited.
    void ping_sent(std::uint64_t now_us);
    bool ping_is_on_its_way() const { return is_on_its_way_; }

    /// How many pings were queued, and how many of them are answered: one pong answers for all
    /// pings before it too (RFC 6455 5.5.3).
    std::uint64_t queued_count() const { return number_; }
    std::uint64_t answered_count() const { return answered_; }

    /// A pong arrived. True if it is the first to answer a ping of ours: `round_trip` then has
    /// another value.
    bool pong(Bytes payload, std::uint64_t now_us);
    const RoundTrip& round_trip() const { return round_trip_; }

 private:
    // A ping whose round trip is being measured.
    struct Sent {
        std::uint64_t number;
        std::uint64_t sent_us;
    };
    // Of more pings in flight the oldest and the last are measured.
    static constexpr std::size_t measured_count_max = 8;

    // No traffic since a ping: is it still ours to send?
    enum class Wait : std::uint8_t { none, to_send, for_pong };

    std::uint64_t pong_deadline(std::uint64_t since_us) const;
    std::span<Sent> measured() { return std::span(measured_).first(measured_count_); }

    std::uint64_t ping_us_;
    std::uint64_t pong_us_;
    std::uint64_t alive_us_ = 0;                       // the last traffic
    std::uint64_t number_ = 0;                         // of the last ping
    std::uint64_t sent_ = 0;                           // of the last one that is with the OS
    std::uint64_t answered_ = 0;                       // of the last one that a pong answered
    std::uint64_t dead_us_ = 0;                        // while waiting: when the connection is dead
    std::array<Sent, measured_count_max> measured_{};  // oldest first
    std::size_t measured_count_ = 0;
    RoundTrip round_trip_;
    Wait wait_ = Wait::none;
    bool is_on_its_way_ = false;  // the last ping is queued and not with the OS yet
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
