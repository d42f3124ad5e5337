// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "protocol/heartbeat.hpp"

#include <algorithm>

#include "base/endian.hpp"

namespace linnet::inline v0 {

void RoundTrip::add(std::uint64_t us) {
    last_us = us;
    min_us = is_measured_ ? std::min(min_us, us) : us;
    smoothed_us = is_measured_ ? (7 * smoothed_us + us) / 8 : us;
    is_measured_ = true;
}

void Heartbeat::alive(std::uint64_t now_us) {
    alive_us_ = now_us;
    waits_ = false;
}

std::uint64_t Heartbeat::next_deadline() const {
    if (waits_) return pong_us_ == 0 ? UINT64_MAX : waits_us_ + pong_us_;
    return ping_us_ == 0 ? UINT64_MAX : alive_us_ + ping_us_;
}

Heartbeat::Due Heartbeat::due(std::uint64_t now_us) const {
    if (now_us < next_deadline()) return Due::nothing;
    return waits_ ? Due::dead : Due::ping;
}

Heartbeat::PingPayload Heartbeat::ping_queued(std::uint64_t now_us) {
    PingPayload payload;
    store_be(payload, ++number_);
    waits_ = true;
    ping_ = Ping::queued;
    // A ping that cannot even leave is given as long again, so that a dead link is noticed although
    // our own output blocks it.
    waits_us_ = now_us + pong_us_;
    return payload;
}

void Heartbeat::ping_sent(std::uint64_t now_us) {
    ping_ = Ping::sent;
    sent_us_ = waits_us_ = now_us;
}

bool Heartbeat::pong(Bytes payload, std::uint64_t now_us) {
    if (ping_ != Ping::sent) return false;
    if (payload.size() != sizeof number_ || load_be(payload) != number_) return false;
    ping_ = Ping::answered;
    round_trip_.add(now_us - sent_us_);
    return true;
}

}  // namespace linnet::inline v0
