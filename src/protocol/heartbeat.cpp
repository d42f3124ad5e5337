// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "protocol/heartbeat.hpp"

#include <algorithm>

#include "base/endian.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

void RoundTrip::add(std::uint64_t us) {
    last_us = us;
    min_us = is_measured_ ? std::min(min_us, us) : us;
    smoothed_us = is_measured_ ? (7 * smoothed_us + us) / 8 : us;
    is_measured_ = true;
}

void Heartbeat::alive(std::uint64_t now_us) {
    alive_us_ = now_us;
    wait_ = Wait::none;
}

std::uint64_t Heartbeat::next_deadline() const {
    if (wait_ != Wait::none) return dead_us_;
    return ping_us_ == 0 ? UINT64_MAX : alive_us_ + ping_us_;
}

Heartbeat::Due Heartbeat::due(std::uint64_t now_us) const {
    if (now_us < next_deadline()) return Due::nothing;
    return wait_ == Wait::none ? Due::ping : Due::dead;
}

std::uint64_t Heartbeat::pong_deadline(std::uint64_t since_us) const {
    return ping_us_ == 0 || pong_us_ == 0 ? UINT64_MAX : since_us + pong_us_;
}

Heartbeat::PingPayload Heartbeat::next_payload() const {
    PingPayload payload;
    store_be(payload, number_ + 1);
    return payload;
}

void Heartbeat::ping_queued(std::uint64_t now_us) {
    ++number_;
    is_on_its_way_ = true;
    if (wait_ != Wait::none) return;
    wait_ = Wait::to_send;
    // A ping that cannot be sent gets twice the time, so that a dead connection is detected even if
    // our own output blocks the ping.
    dead_us_ = pong_deadline(now_us + pong_us_);
}

void Heartbeat::ping_sent(std::uint64_t now_us) {
    is_on_its_way_ = false;
    sent_ = number_;
    if (measured_count_ < measured_.size()) ++measured_count_;
    measured().back() = {number_, now_us};
    if (wait_ == Wait::for_pong) return;
    wait_ = Wait::for_pong;
    dead_us_ = pong_deadline(now_us);
}

bool Heartbeat::pong(Bytes payload, std::uint64_t now_us) {
    std::uint64_t number = 0;
    if (payload.size() != sizeof number) return false;
    number = load_be(payload);
    if (number > sent_) return false;
    answered_ = std::max(answered_, number);
    // A pong also answers all earlier pings.
    const auto from = std::find_if(measured().begin(), measured().end(),
                                   [=](const Sent& sent) { return sent.number >= number; });
    const bool is_measured = from != measured().end() && from->number == number;
    if (is_measured) round_trip_.add(now_us - from->sent_us);
    const auto rest = from + (is_measured ? 1 : 0);
    const auto rest_end = std::copy(rest, measured().end(), measured().begin());
    measured_count_ = static_cast<std::size_t>(rest_end - measured().begin());
    return is_measured;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
