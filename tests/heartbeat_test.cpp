// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Keep-alive, RFC 6455 5.5.2, with the time passed by the test.
#include "protocol/heartbeat.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <set>
#include <vector>

#include "testkit/exact.hpp"

namespace linnet {
namespace {

using test::ExactBytes;
using Due = Heartbeat::Due;

constexpr std::uint64_t ping_us = 20'000'000;
constexpr std::uint64_t pong_us = 7'000'000;
constexpr std::uint64_t start_us = 5'000'000'000;

// A heartbeat that saw traffic at `start_us`.
Heartbeat started(std::uint64_t ping = ping_us, std::uint64_t pong = pong_us) {
    Heartbeat heartbeat(ping, pong);
    heartbeat.alive(start_us);
    return heartbeat;
}

// Nothing is due before `at_us`, and `what` from then on.
void expect_due(const Heartbeat& heartbeat, std::uint64_t at_us, Due what) {
    EXPECT_EQ(heartbeat.next_deadline(), at_us);
    EXPECT_EQ(heartbeat.due(at_us - 1), Due::nothing);
    EXPECT_EQ(heartbeat.due(at_us), what);
    EXPECT_EQ(heartbeat.due(at_us + 1'000'000'000), what);
}
void expect_never(const Heartbeat& heartbeat) {
    EXPECT_EQ(heartbeat.next_deadline(), UINT64_MAX);
    EXPECT_EQ(heartbeat.due(UINT64_MAX - 1), Due::nothing);
}

Heartbeat::PingPayload queue_ping(Heartbeat& heartbeat, std::uint64_t now_us) {
    const Heartbeat::PingPayload payload = heartbeat.next_payload();
    heartbeat.ping_queued(now_us);
    return payload;
}

bool pong_matches(Heartbeat& heartbeat, Bytes payload, std::uint64_t now_us) {
    const ExactBytes exact(payload);
    return heartbeat.pong(exact.bytes(), now_us);
}

TEST(Heartbeat, sends_a_ping_after_a_silence) {
    Heartbeat heartbeat = started();
    expect_due(heartbeat, start_us + ping_us, Due::ping);
    heartbeat.alive(start_us + 1234);
    expect_due(heartbeat, start_us + 1234 + ping_us, Due::ping);
}

// Case 41: a link that is half open
TEST(Heartbeat, declares_the_link_dead_one_pong_timeout_after_the_ping_was_sent) {
    Heartbeat heartbeat = started();
    const std::uint64_t queued_us = start_us + ping_us + 10;
    heartbeat.ping_queued(queued_us);
    EXPECT_TRUE(heartbeat.ping_is_on_its_way());
    const std::uint64_t sent_us = queued_us + 3'000'000;
    heartbeat.ping_sent(sent_us);
    EXPECT_FALSE(heartbeat.ping_is_on_its_way());
    expect_due(heartbeat, sent_us + pong_us, Due::dead);
}

TEST(Heartbeat, gives_a_ping_that_cannot_be_sent_twice_the_pong_timeout) {
    Heartbeat heartbeat = started();
    const std::uint64_t queued_us = start_us + ping_us;
    heartbeat.ping_queued(queued_us);
    expect_due(heartbeat, queued_us + 2 * pong_us, Due::dead);

    // It is sent at the last moment: its pong then has the whole timeout.
    const std::uint64_t sent_us = queued_us + 2 * pong_us - 1;
    heartbeat.ping_sent(sent_us);
    expect_due(heartbeat, sent_us + pong_us, Due::dead);
}

TEST(Heartbeat, accepts_any_traffic_as_a_reply) {
    for (const bool sent : {false, true}) {
        Heartbeat heartbeat = started();
        heartbeat.ping_queued(start_us + ping_us);
        if (sent) heartbeat.ping_sent(start_us + ping_us + 1);
        const std::uint64_t alive_us = start_us + ping_us + 1000;
        heartbeat.alive(alive_us);
        expect_due(heartbeat, alive_us + ping_us, Due::ping);
    }
}

// The server read the blocked bytes and the following ping: the pong is still pending.
TEST(Heartbeat, starts_the_pong_timeout_when_its_ping_is_sent) {
    Heartbeat heartbeat = started();
    heartbeat.ping_queued(start_us + ping_us);
    heartbeat.alive(start_us + ping_us + 5);
    heartbeat.ping_sent(start_us + ping_us + 6);
    expect_due(heartbeat, start_us + ping_us + 6 + pong_us, Due::dead);
}

TEST(Heartbeat, is_disabled_by_zeros) {
    expect_never(started(0, 0));
    expect_never(started(0, pong_us));

    Heartbeat without_pong_timeout = started(ping_us, 0);
    expect_due(without_pong_timeout, start_us + ping_us, Due::ping);
    without_pong_timeout.ping_queued(start_us + ping_us);
    expect_never(without_pong_timeout);
    without_pong_timeout.ping_sent(start_us + ping_us);
    expect_never(without_pong_timeout);
    without_pong_timeout.alive(start_us + ping_us + 1);
    expect_due(without_pong_timeout, start_us + 2 * ping_us + 1, Due::ping);

    // A ping from the program has no deadline either.
    Heartbeat asked = started(0, pong_us);
    asked.ping_queued(start_us);
    expect_never(asked);
    asked.ping_sent(start_us + 1);
    expect_never(asked);
    asked.alive(start_us + 2);
    expect_never(asked);
}

// Case 66: a program that sends its own pings
TEST(Heartbeat, is_not_kept_alive_by_pings_from_the_program) {
    for (const std::uint64_t interval_us : {std::uint64_t{1}, pong_us / 3, pong_us - 1}) {
        Heartbeat heartbeat = started();
        heartbeat.ping_queued(start_us);
        heartbeat.ping_sent(start_us);
        for (std::uint64_t after_us = interval_us; after_us < pong_us; after_us += interval_us) {
            if (after_us > 1000 && interval_us == 1) break;
            heartbeat.ping_queued(start_us + after_us);
            expect_due(heartbeat, start_us + pong_us, Due::dead);
            heartbeat.ping_sent(start_us + after_us);
            expect_due(heartbeat, start_us + pong_us, Due::dead);
        }
    }
}

// Case 66: the same, while none of the pings can be sent
TEST(Heartbeat, is_not_kept_alive_by_pings_that_cannot_be_sent) {
    Heartbeat heartbeat = started();
    heartbeat.ping_queued(start_us);
    heartbeat.ping_queued(start_us + pong_us);
    heartbeat.ping_queued(start_us + 2 * pong_us - 1);
    expect_due(heartbeat, start_us + 2 * pong_us, Due::dead);
}

TEST(Heartbeat, measures_overlapping_pings) {
    Heartbeat heartbeat = started();
    std::vector<Heartbeat::PingPayload> payloads;
    for (std::uint64_t i = 0; i < 4; ++i) {
        payloads.push_back(queue_ping(heartbeat, start_us + 16 * i));
        heartbeat.ping_sent(start_us + 16 * i);
    }
    for (std::uint64_t i = 0; i < 4; ++i) {
        EXPECT_TRUE(pong_matches(heartbeat, payloads[i], start_us + 16 * i + 50 + i)) << i;
        EXPECT_EQ(heartbeat.round_trip().last_us, 50 + i);
    }
}

TEST(Heartbeat, measures_some_pings_of_any_number_that_overlap) {
    Heartbeat heartbeat = started();
    std::deque<Heartbeat::PingPayload> in_flight;
    int measured_count = 0;
    for (std::uint64_t i = 0; i < 1000; ++i) {
        in_flight.push_back(queue_ping(heartbeat, start_us + i));
        heartbeat.ping_sent(start_us + i);
        if (in_flight.size() <= 100) continue;
        if (pong_matches(heartbeat, in_flight.front(), start_us + i)) ++measured_count;
        in_flight.pop_front();
    }
    EXPECT_GE(measured_count, 50);
    EXPECT_EQ(heartbeat.round_trip().min_us, 100u);
    EXPECT_EQ(heartbeat.round_trip().last_us, 100u);
}

TEST(Heartbeat, counts_the_pings_that_are_answered) {
    Heartbeat heartbeat = started();
    const auto counts = [&] {
        return std::pair(heartbeat.queued_count(), heartbeat.answered_count());
    };
    std::vector<Heartbeat::PingPayload> payloads;
    for (int i = 0; i < 3; ++i) payloads.push_back(queue_ping(heartbeat, start_us));
    EXPECT_FALSE(pong_matches(heartbeat, payloads[2], start_us)) << "it was not sent";
    EXPECT_EQ(counts(), std::pair(std::uint64_t{3}, std::uint64_t{0}));
    heartbeat.ping_sent(start_us);
    EXPECT_FALSE(pong_matches(heartbeat, {}, start_us));
    EXPECT_EQ(counts(), std::pair(std::uint64_t{3}, std::uint64_t{0}));
    EXPECT_TRUE(pong_matches(heartbeat, payloads[2], start_us));
    EXPECT_EQ(counts(), std::pair(std::uint64_t{3}, std::uint64_t{3})) << "for all before it";
    EXPECT_FALSE(pong_matches(heartbeat, payloads[0], start_us));
    EXPECT_EQ(counts(), std::pair(std::uint64_t{3}, std::uint64_t{3}));
}

TEST(Heartbeat, measures_the_last_of_many_pings) {
    Heartbeat heartbeat = started();
    Heartbeat::PingPayload last{};
    for (std::uint64_t i = 0; i < 100; ++i) {
        last = queue_ping(heartbeat, start_us + i);
        heartbeat.ping_sent(start_us + i);
    }
    EXPECT_TRUE(pong_matches(heartbeat, last, start_us + 99 + 40));
    EXPECT_EQ(heartbeat.round_trip().last_us, 40u);
}

// RFC 6455 5.5.3: a peer may answer only the latest
TEST(Heartbeat, keeps_measuring_a_peer_that_skips_pings) {
    Heartbeat heartbeat = started();
    for (std::uint64_t round = 0; round < 5; ++round) {
        Heartbeat::PingPayload latest{};
        for (std::uint64_t i = 0; i < 7; ++i) {
            latest = queue_ping(heartbeat, start_us + i);
            heartbeat.ping_sent(start_us + i);
        }
        EXPECT_TRUE(pong_matches(heartbeat, latest, start_us + 106)) << round;
        EXPECT_EQ(heartbeat.round_trip().last_us, 100u);
    }
}

TEST(Heartbeat, recognises_its_own_pong_and_measures_the_round_trip) {
    Heartbeat heartbeat = started();
    EXPECT_EQ(heartbeat.round_trip().last_us, 0u);
    const Heartbeat::PingPayload payload = queue_ping(heartbeat, start_us);
    EXPECT_FALSE(pong_matches(heartbeat, payload, start_us + 5)) << "it was not sent";
    heartbeat.ping_sent(start_us + 100);
    EXPECT_TRUE(pong_matches(heartbeat, payload, start_us + 350));
    EXPECT_EQ(heartbeat.round_trip().last_us, 250u);

    const Heartbeat::PingPayload next = queue_ping(heartbeat, start_us + 1000);
    heartbeat.ping_sent(start_us + 1000);
    EXPECT_FALSE(pong_matches(heartbeat, payload, start_us + 1001)) << "for the previous ping";
    EXPECT_EQ(heartbeat.round_trip().last_us, 250u);
    EXPECT_TRUE(pong_matches(heartbeat, next, start_us + 1040));
    EXPECT_EQ(heartbeat.round_trip().last_us, 40u);
    EXPECT_FALSE(pong_matches(heartbeat, next, start_us + 1050)) << "once is enough";
    EXPECT_EQ(heartbeat.round_trip().last_us, 40u);
}

TEST(Heartbeat, keeps_the_last_the_smallest_and_the_smoothed_round_trip) {
    struct Row {
        std::uint64_t us, min_us, smoothed_us;
    };
    RoundTrip round_trip;
    for (const Row& row : {Row{800, 800, 800}, Row{1600, 800, 900}, Row{100, 100, 800},
                           Row{0, 0, 700}, Row{1500, 0, 800}}) {
        round_trip.add(row.us);
        EXPECT_EQ(round_trip.last_us, row.us);
        EXPECT_EQ(round_trip.min_us, row.min_us);
        EXPECT_EQ(round_trip.smoothed_us, row.smoothed_us);
    }
}

// Case 14: an unsolicited pong
TEST(Heartbeat, does_not_mistake_another_pong_for_its_own) {
    Heartbeat heartbeat = started();
    const std::array<std::uint8_t, 8> zeros{};
    EXPECT_FALSE(pong_matches(heartbeat, zeros, start_us)) << "before the first ping";
    EXPECT_FALSE(pong_matches(heartbeat, {}, start_us));

    const Heartbeat::PingPayload payload = queue_ping(heartbeat, start_us);
    heartbeat.ping_sent(start_us);
    EXPECT_FALSE(pong_matches(heartbeat, {}, start_us + 1));
    EXPECT_FALSE(pong_matches(heartbeat, zeros, start_us + 1));
    EXPECT_FALSE(pong_matches(heartbeat, Bytes(payload).first(7), start_us + 1));
    EXPECT_FALSE(pong_matches(heartbeat, Bytes(payload).last(1), start_us + 1));
    std::array<std::uint8_t, 9> longer{};
    std::copy(payload.begin(), payload.end(), longer.begin() + 1);
    EXPECT_FALSE(pong_matches(heartbeat, longer, start_us + 1));
    for (std::size_t i = 0; i < payload.size(); ++i) {
        Heartbeat::PingPayload other = payload;
        other[i] ^= 0x40;
        EXPECT_FALSE(pong_matches(heartbeat, other, start_us + 1)) << i;
    }
    EXPECT_EQ(heartbeat.round_trip().last_us, 0u);
    EXPECT_TRUE(pong_matches(heartbeat, payload, start_us + 1));
}

TEST(Heartbeat, gives_each_ping_a_payload_of_its_own) {
    Heartbeat heartbeat = started();
    std::set<Heartbeat::PingPayload> payloads;
    for (std::uint64_t i = 0; i < 1000; ++i) payloads.insert(queue_ping(heartbeat, start_us + i));
    EXPECT_EQ(payloads.size(), 1000u);
}

}  // namespace
}  // namespace linnet
