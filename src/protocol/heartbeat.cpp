// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "protocol/heartbeat.hpp"

#include "base/endian.hpp"

namespace linnet::inline v0 {

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
    waits_ = ping_is_on_its_way_ = true;
    // A ping that cannot even leave is given as long again, so that a dead link is noticed although
    // our own output blocks it.
    waits_us_ = now_us + pong_us_;
    return payload;
}

void Heartbeat::ping_sent(std::uint64_t now_us) {
    ping_is_on_its_way_ = false;
    sent_us_ = waits_us_ = now_us;
}

bool Heartbeat::pong(Bytes payload, std::uint64_t now_us) {
    const bool answers = payload.size() == sizeof number_ && load_be(payload) == number_ &&
                         number_ != 0 && !ping_is_on_its_way_;
    if (answers) round_trip_us_ = now_us - sent_us_;
    return answers;
}

}  // namespace linnet::inline v0
