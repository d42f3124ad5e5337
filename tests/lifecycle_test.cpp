// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The life of a connection: all states and all events against a table that is written out here.
#include "protocol/lifecycle.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>

namespace linnet {
namespace {

constexpr State states[] = {State::idle,      State::resolving, State::connecting, State::securing,
                            State::upgrading, State::joining,   State::open,       State::closing,
                            State::answering, State::failing,   State::draining,   State::closed};
constexpr Event events[] = {Event::begun,     Event::resolved,     Event::connected_to_secure,
                            Event::connected, Event::upgraded,     Event::upgraded_to_join,
                            Event::joined,    Event::we_closed,    Event::they_closed,
                            Event::broken,    Event::goodbye_sent, Event::ended,
                            Event::abandoned};
static_assert(std::size(states) == state_count && std::size(events) == event_count);

// A row for each state, a column for each event, in the order above; the first letter or two of
// the state that follows, "." for none.
//                      begun res sec con upg join joined we_c they brok good end aband
constexpr std::string_view table[state_count][event_count] = {
    /* idle       */ {"res", ".", ".", ".", ".", ".", ".", ".", ".", ".", ".", ".", "."},
    /* resolving  */ {".", "con", ".", ".", ".", ".", ".", ".", ".", ".", ".", "end", "idle"},
    /* connecting */ {".", ".", "sec", "upg", ".", ".", ".", ".", ".", ".", ".", "end", "idle"},
    /* securing   */ {".", ".", ".", "upg", ".", ".", ".", ".", ".", ".", ".", "end", "idle"},
    /* upgrading  */ {".", ".", ".", ".", "open", "join", ".", ".", ".", ".", ".", "end", "idle"},
    /* joining    */
    {".", ".", ".", ".", ".", ".", "open", "closing", "answ", "fail", ".", "end", "idle"},
    /* open       */
    {".", ".", ".", ".", ".", ".", ".", "closing", "answ", "fail", ".", "end", "idle"},
    /* closing    */ {".", ".", ".", ".", ".", ".", ".", ".", "answ", ".", ".", "end", "idle"},
    /* answering  */ {".", ".", ".", ".", ".", ".", ".", ".", ".", ".", "drain", "end", "idle"},
    /* failing    */ {".", ".", ".", ".", ".", ".", ".", ".", ".", ".", "drain", "end", "idle"},
    /* draining   */ {".", ".", ".", ".", ".", ".", ".", ".", ".", ".", ".", "end", "idle"},
    /* closed     */ {"res", ".", ".", ".", ".", ".", ".", ".", ".", ".", ".", ".", "."},
};

constexpr std::optional<State> state_of(std::string_view name) {
    if (name == ".") return std::nullopt;
    if (name == "end") return State::closed;
    for (const State state : states) {
        if (text(state).substr(0, name.size()) == name) return state;
    }
    return std::nullopt;
}

constexpr bool is_as_in_the_table() {
    for (std::size_t s = 0; s < state_count; ++s) {
        for (std::size_t e = 0; e < event_count; ++e) {
            if (after(states[s], events[e]) != state_of(table[s][e])) return false;
        }
    }
    return true;
}
static_assert(is_as_in_the_table());

TEST(Lifecycle, follows_the_table_for_every_state_and_event) {
    for (std::size_t s = 0; s < state_count; ++s) {
        for (std::size_t e = 0; e < event_count; ++e) {
            SCOPED_TRACE(std::string(text(states[s])) + ", event " + std::to_string(e));
            EXPECT_EQ(static_cast<std::size_t>(states[s]), s);
            EXPECT_EQ(static_cast<std::size_t>(events[e]), e);
            EXPECT_EQ(after(states[s], events[e]), state_of(table[s][e]));
        }
    }
}

TEST(Lifecycle, can_end_and_be_abandoned_wherever_it_is_alive) {
    for (const State state : states) {
        SCOPED_TRACE(text(state));
        const bool alive = state != State::idle && state != State::closed;
        EXPECT_EQ(is_alive(state), alive);
        EXPECT_EQ(after(state, Event::ended) == State::closed, alive);
        EXPECT_EQ(after(state, Event::abandoned) == State::idle, alive);
    }
}

TEST(Lifecycle, leaves_idle_and_closed_only_by_a_new_attempt) {
    for (const State state : {State::idle, State::closed}) {
        for (const Event event : events) {
            const auto next = after(state, event);
            EXPECT_EQ(next.has_value(), event == Event::begun) << text(state);
            if (next) {
                EXPECT_EQ(*next, State::resolving);
            }
        }
    }
}

TEST(Lifecycle, never_goes_back_within_an_attempt) {
    for (const State state : states) {
        if (!is_alive(state)) continue;
        for (const Event event : events) {
            const auto next = after(state, event);
            if (!next || event == Event::abandoned) continue;
            EXPECT_GT(*next, state);
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

TEST(Lifecycle, is_connecting_before_the_handshake_and_conversing_after_it) {
    struct Row {
        State state;
        bool connecting, conversing;
    };
    constexpr Row rows[] = {
        {State::idle, false, false},      {State::resolving, true, false},
        {State::connecting, true, false}, {State::securing, true, false},
        {State::upgrading, true, false},  {State::joining, false, true},
        {State::open, false, true},       {State::closing, false, true},
        {State::answering, false, true},  {State::failing, false, true},
        {State::draining, false, true},   {State::closed, false, false},
    };
    static_assert(std::size(rows) == state_count);
    for (const Row& row : rows) {
        SCOPED_TRACE(text(row.state));
        EXPECT_EQ(is_connecting(row.state), row.connecting);
        EXPECT_EQ(is_conversing(row.state), row.conversing);
        EXPECT_EQ(is_alive(row.state), row.connecting || row.conversing);
    }
}

TEST(Lifecycle, names_each_state_differently) {
    std::set<std::string_view> names;
    for (const State state : states) names.insert(text(state));
    EXPECT_EQ(names.size(), state_count);
    EXPECT_EQ(names.count("unknown state"), 0u);
}

}  // namespace
}  // namespace linnet
