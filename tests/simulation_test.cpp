// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Whole clients and servers on a simulated network, one simulation for each seed, and proofs that
// the simulator detects what it should. `./dev soak` continues with new seeds.
#include "testkit/simulation.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "testkit/sanitizer.hpp"

namespace linnet::test {
namespace {

constexpr std::uint64_t seed_count = is_sanitized ? 500 : 2000;
constexpr std::uint64_t replayed_count = is_sanitized ? 60 : 300;

TEST(Simulation, breaks_no_promise_with_any_seed) {
    SimulationResult sum;
    for (std::uint64_t seed = 1; seed <= seed_count; ++seed) {
        const SimulationResult result = simulate(seed);
        ASSERT_FALSE(result.violation) << report(seed, result);
        ASSERT_FALSE(HasFailure()) << "seed " << seed;
        sum.attempts += result.attempts;
        sum.opened += result.opened;
        sum.messages += result.messages;
        sum.polls += result.polls;
        sum.events += result.events;
        sum.event_polls += result.event_polls;
    }
    std::printf(
        "%llu seeds: %llu attempts, %llu opened, %llu messages, %llu polls; "
        "event-driven: %.2f polls per event\n",
        static_cast<unsigned long long>(seed_count), static_cast<unsigned long long>(sum.attempts),
        static_cast<unsigned long long>(sum.opened), static_cast<unsigned long long>(sum.messages),
        static_cast<unsigned long long>(sum.polls),
        static_cast<double>(sum.event_polls) / static_cast<double>(sum.events));
    // Simulations in which nothing happens would not violate an invariant either.
    EXPECT_GT(sum.opened, seed_count);
    EXPECT_GT(sum.messages, 10 * seed_count);
}

TEST(Simulation, repeats_the_same_story_for_the_same_seed) {
    for (std::uint64_t seed = 1; seed <= replayed_count; ++seed) {
        const std::string once = simulate(seed).story;
        ASSERT_FALSE(once.empty());
        ASSERT_TRUE(once == simulate(seed).story) << "seed " << seed;
    }
}

TEST(Simulation, has_a_different_story_for_each_seed) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        EXPECT_FALSE(simulate(seed).story == simulate(seed + 1).story) << "seed " << seed;
    }
}

// A simulator that cannot fail is worthless.
TEST(Simulation, detects_bytes_modified_in_transit) {
    for (const Tampering tampering :
         {Tampering::swap, Tampering::duplicate, Tampering::drop, Tampering::flip}) {
        std::uint64_t found_count = 0;
        for (std::uint64_t seed = 1; seed <= 100; ++seed) {
            if (simulate(seed, tampering).violation) ++found_count;
        }
        EXPECT_GT(found_count, 10u) << "tampering " << static_cast<int>(tampering);
    }
}

TEST(Simulation, reports_seed_promise_story_and_how_to_reproduce_it) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        const SimulationResult result = simulate(seed, Tampering::flip);
        if (!result.violation) continue;
        const std::string text = report(seed, result);
        EXPECT_TRUE(text.starts_with("seed " + std::to_string(seed) + " breaks "));
        EXPECT_NE(text.find(result.violation->invariant), text.npos);
        EXPECT_NE(text.find("BROKEN"), text.npos);
        EXPECT_NE(text.find("./dev soak --from " + std::to_string(seed) + " --seeds 1 --story"),
                  text.npos);
        const auto lines = std::count(text.begin(), text.end(), '\n');
        EXPECT_GT(lines, 3);
        EXPECT_LE(lines, 70);
        return;
    }
    FAIL() << "nothing was found to report";
}

}  // namespace
}  // namespace linnet::test
