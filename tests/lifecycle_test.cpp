// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The lifecycle of a connection: invariants of the two tables, for any content.
#include "protocol/lifecycle.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>

#include "testkit/golden.hpp"
#include "testkit/state_graph.hpp"

namespace linnet {
namespace {

constexpr Event events[] = {Event::resolved,
                            Event::connected_to_secure,
                            Event::connected,
                            Event::upgraded,
                            Event::upgraded_to_join,
                            Event::joined,
                            Event::we_closed,
                            Event::they_closed,
                            Event::protocol_error,
                            Event::close_done,
                            Event::begun,
                            Event::ended,
                            Event::abandoned};

TEST(Lifecycle, has_one_row_for_each_state_in_their_order) {
    for (std::size_t i = 0; i < state_count; ++i) {
        EXPECT_EQ(static_cast<std::size_t>(states[i].state), i) << states[i].name;
    }
    EXPECT_EQ(states[state_count - 1].state, State::closed);
}

TEST(Lifecycle, names_each_state_differently) {
    std::set<std::string_view> names;
    for (const StateRow& facts : states) names.insert(facts.name);
    EXPECT_EQ(names.size(), state_count);
}

TEST(Lifecycle, has_at_most_one_edge_for_each_state_and_event) {
    for (const StateRow& facts : states) {
        for (const Event event : events) {
            int count = 0;
            for (const Edge& edge : edges) count += edge.from == facts.state && edge.on == event;
            for (const GroupEdge& edge : group_edges) {
                count += is_in(facts.state, edge.from) && edge.on == event;
            }
            EXPECT_LE(count, 1) << facts.name;
            EXPECT_EQ(after(facts.state, event).has_value(), count == 1) << facts.name;
        }
    }
}

TEST(Lifecycle, can_end_in_every_active_state_and_be_abandoned_before_it_is_open) {
    for (const StateRow& facts : states) {
        SCOPED_TRACE(facts.name);
        const bool is_alive = facts.state != State::idle && facts.state != State::closed;
        EXPECT_EQ(linnet::is_alive(facts.state), is_alive);
        EXPECT_EQ(after(facts.state, Event::ended) == State::closed, is_alive);
        const bool can_be_abandoned = is_connecting(facts.state);
        EXPECT_EQ(after(facts.state, Event::abandoned) == State::idle, can_be_abandoned);
    }
}

TEST(Lifecycle, never_goes_back_within_an_attempt) {
    for (const StateRow& facts : states) {
        for (const Event event : events) {
            const std::optional<State> next = after(facts.state, event);
            if (!next || event == Event::abandoned) continue;
            EXPECT_GT(*next, facts.state) << facts.name;
            EXPECT_GE(
                facts_of(*next).phase == Phase::request ? Phase::closing : facts_of(*next).phase,
                facts.phase)
                << facts.name;
        }
    }
}

TEST(Lifecycle, reaches_every_state_from_idle) {
    std::set<State> reached{State::idle};
    for (std::size_t round = 0; round < state_count; ++round) {
        for (const State state : std::set<State>(reached)) {
            for (const Event event : events) {
                if (const auto next = after(state, event)) reached.insert(*next);
            }
        }
    }
    EXPECT_EQ(reached.size(), state_count);
}

TEST(Lifecycle, is_connecting_or_conversing_in_every_active_state) {
    for (const StateRow& facts : states) {
        SCOPED_TRACE(facts.name);
        EXPECT_EQ(is_alive(facts.state), is_connecting(facts.state) != is_conversing(facts.state));
        if (is_established(facts.state)) {
            EXPECT_TRUE(is_in(facts.state, group::decoding)) << "data is decoded";
        }
        if (is_in(facts.state, group::decoding)) {
            EXPECT_TRUE(is_conversing(facts.state));
        }
    }
}

// Open has separate deadlines: those of messages and pongs.
TEST(Lifecycle, has_a_deadline_in_every_waiting_state) {
    for (const StateRow& facts : states) {
        SCOPED_TRACE(facts.name);
        const bool waits = is_alive(facts.state) && facts.state != State::open;
        EXPECT_EQ(facts.limit != nullptr, waits);
        const bool is_failure = waits && facts.state != State::draining;
        EXPECT_EQ(facts.late != Cause::none, is_failure);
    }
}

std::string with_states(const std::string& readme) {
    return test::with_part(readme, "<!-- states -->\n", "<!-- /states -->\n",
                           test::state_diagram() + "\n" + test::state_table());
}

TEST(Lifecycle, matches_its_documentation) {
    test::expect_golden(LINNET_VECTORS_DIR "/../../src/README.md", with_states);
}

TEST(Lifecycle, restores_damaged_documentation) {
    const std::string readme = with_states("a <!-- states -->\n<!-- /states -->\n z");
    EXPECT_NE(readme.find("    idle --> resolving : begun\n"), readme.npos);
    std::string damaged = readme;
    damaged.replace(damaged.find("resolving"), 9, "?");
    EXPECT_EQ(with_states(damaged), readme);
}

}  // namespace
}  // namespace linnet
