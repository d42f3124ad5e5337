// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Signals: which slots are called, in which order, and what a callable may do to the signal that
// calls it.
#include "linnet/signal.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "testkit/world.hpp"

namespace linnet {
namespace {

using test::CountingMemory;
using test::Faults;

// Callables that append one letter each to `called`.
struct Chorus {
    template <char letter>
    auto singer() {
        return [this] { called += letter; };
    }
    std::string called;
};

// ---- calling ---------------------------------------------------------------------------------

TEST(Signal, calls_nothing_if_no_slot_is_connected) {
    Signal<int> signal;
    signal.notify(1);
    EXPECT_EQ(signal.slot_count(), 0u);
}

TEST(Signal, calls_its_slots_in_the_order_of_connection_with_its_arguments) {
    Signal<int, std::string_view> signal;
    std::string called;
    signal.connect([&](int number, std::string_view text) {
        called += "first " + std::to_string(number) + " " + std::string(text) + ";";
    });
    signal.connect(
        [&](int number, std::string_view) { called += "second " + std::to_string(number) + ";"; });
    EXPECT_EQ(signal.slot_count(), 2u);
    signal.notify(7, "seven");
    signal.notify(8, "eight");
    EXPECT_EQ(called, "first 7 seven;second 7;first 8 eight;second 8;");
}

TEST(Signal, accepts_callables_of_six_words_and_plain_functions) {
    static int calls;
    calls = 0;
    Signal<int> signal;
    signal.connect(+[](int number) { calls += number; });
    std::uint64_t words[5] = {1, 2, 3, 4, 5};
    std::uint64_t sum = 0;
    signal.connect(
        [&sum, a = words[0], b = words[1], c = words[2], d = words[3], e = words[4]](int number) {
            sum += a + b + c + d + e + static_cast<std::uint64_t>(number);
        });
    signal.notify(100);
    EXPECT_EQ(calls, 100);
    EXPECT_EQ(sum, 115u);
}

TEST(Signal, calls_a_copy_so_that_each_call_starts_in_the_same_state) {
    Signal<> signal;
    std::string called;
    signal.connect([&called, count = 0]() mutable { called += std::to_string(++count); });
    signal.notify();
    signal.notify();
    EXPECT_EQ(called, "11");
}

TEST(Signal, disconnects_each_slot_by_its_id) {
    for (std::size_t gone = 0; gone < 4; ++gone) {
        Chorus chorus;
        Signal<> signal;
        const SlotId ids[] = {
            signal.connect(chorus.singer<'a'>()), signal.connect(chorus.singer<'b'>()),
            signal.connect(chorus.singer<'c'>()), signal.connect(chorus.singer<'d'>())};
        EXPECT_TRUE(signal.disconnect(ids[gone]));
        EXPECT_FALSE(signal.disconnect(ids[gone]));
        EXPECT_FALSE(signal.disconnect(SlotId::none));
        EXPECT_EQ(signal.slot_count(), 3u);
        signal.notify();
        std::string expected = "abcd";
        expected.erase(gone, 1);
        EXPECT_EQ(chorus.called, expected);
    }
}

TEST(Signal, never_returns_an_id_twice) {
    Signal<> signal;
    Chorus chorus;
    SlotId last = SlotId::none;
    for (int i = 0; i < 100; ++i) {
        const SlotId id = signal.connect(chorus.singer<'a'>());
        EXPECT_GT(id, last);
        last = id;
        EXPECT_TRUE(signal.disconnect(id));
    }
}

// ---- memory ----------------------------------------------------------------------------------

TEST(Signal, allocates_nothing_for_the_first_two) {
    Faults faults;
    CountingMemory memory(faults);
    Signal<> signal(&memory);
    Chorus chorus;
    signal.connect(chorus.singer<'a'>());
    signal.connect(chorus.singer<'b'>());
    signal.notify();
    EXPECT_EQ(memory.allocation_count, 0);
    signal.connect(chorus.singer<'c'>());
    EXPECT_EQ(memory.allocation_count, 1);
    signal.notify();
    EXPECT_EQ(chorus.called, "ababc");
}

TEST(Signal, stores_any_number_of_slots_in_its_memory) {
    Faults faults;
    CountingMemory memory(faults);
    Signal<> signal(&memory);
    std::vector<int> called;
    std::vector<SlotId> ids;
    for (int i = 0; i < 100; ++i) {
        ids.push_back(signal.connect([&called, i] { called.push_back(i); }));
        EXPECT_NE(ids.back(), SlotId::none);
    }
    signal.notify();
    ASSERT_EQ(called.size(), 100u);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(called[static_cast<std::size_t>(i)], i);
    for (const SlotId id : ids) EXPECT_TRUE(signal.disconnect(id));
    called.clear();
    signal.notify();
    EXPECT_TRUE(called.empty());
    EXPECT_LE(memory.allocation_count, 8);
}

// Case 38: no memory for a listener
TEST(Signal, returns_no_id_without_memory_and_keeps_its_slots) {
    Faults faults;
    CountingMemory memory(faults);
    memory.limit = 0;
    Signal<> signal(&memory);
    Chorus chorus;
    const SlotId first = signal.connect(chorus.singer<'a'>());
    signal.connect(chorus.singer<'b'>());
    EXPECT_EQ(signal.connect(chorus.singer<'c'>()), SlotId::none);
    EXPECT_EQ(signal.slot_count(), 2u);
    signal.notify();
    EXPECT_EQ(chorus.called, "ab");
    EXPECT_TRUE(signal.disconnect(first));
    EXPECT_NE(signal.connect(chorus.singer<'d'>()), SlotId::none);
    signal.notify();
    EXPECT_EQ(chorus.called, "abbd");
    EXPECT_FALSE(ScopedConnection(signal, chorus.singer<'e'>()).is_connected());
}

// ---- during an emission ----------------------------------------------------------------------

TEST(Signal, calls_a_slot_connected_during_an_emission_from_the_next_one_on) {
    Signal<> signal;
    Chorus chorus;
    signal.connect([&] {
        chorus.called += '<';
        for (int i = 0; i < 10; ++i) signal.connect(chorus.singer<'n'>());  // grows
    });
    signal.connect(chorus.singer<'b'>());
    signal.notify();
    EXPECT_EQ(chorus.called, "<b");
    EXPECT_EQ(signal.slot_count(), 12u);
    chorus.called.clear();
    signal.notify();
    EXPECT_EQ(chorus.called, "<bnnnnnnnnnn");
}

// One of four slots disconnects another, or itself: the others are called once each.
TEST(Signal, does_not_call_a_slot_disconnected_before_its_turn) {
    constexpr std::string_view letters = "abcd";
    for (std::size_t who = 0; who < 4; ++who) {
        for (std::size_t whom = 0; whom < 4; ++whom) {
            SCOPED_TRACE(std::to_string(who) + " disconnects " + std::to_string(whom));
            Signal<> signal;
            std::string called;
            SlotId ids[4] = {};
            const auto call = [&](std::size_t i) {
                called += letters[i];
                if (i == who) signal.disconnect(ids[whom]);
            };
            for (std::size_t i = 0; i < 4; ++i) {
                ids[i] = signal.connect([&call, i] { call(i); });
            }
            signal.notify();
            std::string expected(letters);
            if (whom > who) expected.erase(whom, 1);
            EXPECT_EQ(called, expected);
            called.clear();
            signal.notify();
            expected = letters;
            expected.erase(whom, 1);
            EXPECT_EQ(called, expected);
        }
    }
}

TEST(Signal, may_lose_all_its_slots_during_an_emission) {
    Signal<> signal;
    std::string called;
    std::vector<SlotId> ids;
    for (int i = 0; i < 5; ++i) {
        ids.push_back(signal.connect([&] {
            called += 'x';
            for (const SlotId id : ids) signal.disconnect(id);
        }));
    }
    signal.notify();
    EXPECT_EQ(called, "x");
    EXPECT_EQ(signal.slot_count(), 0u);
}

TEST(Signal, may_be_emitted_inside_an_emission) {
    Signal<int> signal;
    std::string called;
    signal.connect([&](int depth) {
        called += "a" + std::to_string(depth);
        if (depth < 2) signal.notify(depth + 1);
    });
    signal.connect([&](int depth) { called += "b" + std::to_string(depth); });
    signal.notify(0);
    EXPECT_EQ(called, "a0a1a2b2b1b0");
}

TEST(Signal, lets_an_inner_emission_call_a_slot_that_the_outer_one_may_not) {
    Signal<int> signal;
    Chorus chorus;
    signal.connect([&](int depth) {
        chorus.called += 'a';
        if (depth > 0) return;
        signal.connect([&](int) { chorus.called += 'n'; });
        signal.notify(1);
    });
    signal.notify(0);
    EXPECT_EQ(chorus.called, "aan");
}

// ---- the signal dies inside a callable -------------------------------------------------------

// Case 37: destruction within a signal
TEST(Signal, may_be_destroyed_by_any_of_its_slots) {
    for (std::size_t who = 0; who < 4; ++who) {
        auto signal = std::make_unique<Signal<std::string_view>>();
        std::string called;
        for (std::size_t i = 0; i < 4; ++i) {
            signal->connect([&, i](std::string_view text) {
                called += std::to_string(i);
                if (i == who) signal.reset();
                called += text;  // the callable and its arguments still exist
            });
        }
        signal->notify(".");
        EXPECT_EQ(called, std::string("0.1.2.3.").substr(0, 2 * (who + 1)));
    }
}

TEST(Signal, may_be_destroyed_in_an_inner_emission) {
    auto signal = std::make_unique<Signal<int>>();
    std::string called;
    signal->connect([&](int depth) {
        called += 'a';
        if (depth < 3) {
            signal->notify(depth + 1);
        } else {
            signal.reset();
        }
        called += 'z';
    });
    signal->connect([&](int) { called += 'b'; });
    signal->connect([&](int) { called += 'c'; });
    signal->notify(0);
    EXPECT_EQ(called, "aaaazzzz");
    EXPECT_EQ(signal, nullptr);
}

TEST(Signal, may_be_destroyed_in_an_outer_emission_after_an_inner_one) {
    auto signal = std::make_unique<Signal<int>>();
    std::string called;
    signal->connect([&](int depth) {
        called += std::to_string(depth);
        if (depth > 0) return;
        signal->notify(1);
        signal.reset();
    });
    signal->connect([&](int depth) { called += "b" + std::to_string(depth); });
    signal->notify(0);
    EXPECT_EQ(called, "01b1");
}

// ---- ScopedConnection ------------------------------------------------------------------------

TEST(ScopedConnection, disconnects_at_the_end_of_its_scope) {
    Signal<> signal;
    Chorus chorus;
    {
        const ScopedConnection a(signal, chorus.singer<'a'>());
        const ScopedConnection b(signal, chorus.singer<'b'>());
        EXPECT_TRUE(a.is_connected());
        signal.notify();
    }
    EXPECT_EQ(signal.slot_count(), 0u);
    signal.notify();
    EXPECT_EQ(chorus.called, "ab");
    EXPECT_FALSE(ScopedConnection().is_connected());
}

TEST(ScopedConnection, disconnects_when_it_is_reset) {
    // In every order of three, as they are links of one list.
    constexpr std::size_t orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                         {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (const auto& order : orders) {
        Signal<> signal;
        Chorus chorus;
        ScopedConnection connections[] = {{signal, chorus.singer<'a'>()},
                                          {signal, chorus.singer<'b'>()},
                                          {signal, chorus.singer<'c'>()}};
        std::string expected = "abc";
        for (const std::size_t index : order) {
            connections[index].reset();
            EXPECT_FALSE(connections[index].is_connected());
            connections[index].reset();
            std::erase(expected, static_cast<char>('a' + index));
            chorus.called.clear();
            signal.notify();
            EXPECT_EQ(chorus.called, expected);
        }
    }
}

TEST(ScopedConnection, passes_its_slot_on_when_it_is_moved) {
    Signal<> signal;
    Chorus chorus;
    ScopedConnection before(signal, chorus.singer<'a'>());
    ScopedConnection a(signal, chorus.singer<'b'>());
    ScopedConnection other(signal, chorus.singer<'c'>());
    ScopedConnection b(std::move(a));
    EXPECT_FALSE(a.is_connected());  // NOLINT(bugprone-use-after-move): that is the promise
    EXPECT_TRUE(b.is_connected());
    signal.notify();
    EXPECT_EQ(chorus.called, "abc");

    other = std::move(b);            // its previous connection is disconnected
    EXPECT_FALSE(b.is_connected());  // NOLINT(bugprone-use-after-move)
    EXPECT_TRUE(other.is_connected());
    EXPECT_EQ(signal.slot_count(), 2u);
    chorus.called.clear();
    signal.notify();
    EXPECT_EQ(chorus.called, "ab");

    before = ScopedConnection();
    EXPECT_FALSE(before.is_connected());
    ScopedConnection& same = other;
    other = std::move(same);
    EXPECT_TRUE(other.is_connected());
    EXPECT_EQ(signal.slot_count(), 1u);
    chorus.called.clear();
    signal.notify();
    EXPECT_EQ(chorus.called, "b");
}

TEST(ScopedConnection, may_move_to_another_signal) {
    Signal<> first;
    Signal<> second;
    Chorus chorus;
    ScopedConnection connection(first, chorus.singer<'a'>());
    connection = ScopedConnection(second, chorus.singer<'b'>());
    first.notify();
    second.notify();
    EXPECT_EQ(chorus.called, "b");
    EXPECT_EQ(first.slot_count(), 0u);
}

TEST(ScopedConnection, outlives_its_signal) {
    std::optional<Signal<>> signal(std::in_place);
    Chorus chorus;
    ScopedConnection a(*signal, chorus.singer<'a'>());
    ScopedConnection b(*signal, chorus.singer<'b'>());
    ScopedConnection c(std::move(a));
    signal.reset();
    EXPECT_FALSE(b.is_connected());
    EXPECT_FALSE(c.is_connected());
    b.reset();
    Signal<> another;
    b = ScopedConnection(another, chorus.singer<'n'>());
    another.notify();
    EXPECT_EQ(chorus.called, "n");
}

TEST(ScopedConnection, may_end_during_the_emission_that_calls_it) {
    Signal<> signal;
    Chorus chorus;
    std::optional<ScopedConnection> own;
    std::optional<ScopedConnection> later;
    own.emplace(signal, [&] {
        own.reset();
        later.reset();
        chorus.called += 'o';
    });
    later.emplace(signal, chorus.singer<'l'>());
    const ScopedConnection last(signal, chorus.singer<'z'>());
    signal.notify();
    signal.notify();
    EXPECT_EQ(chorus.called, "ozz");
}

TEST(ScopedConnection, survives_the_destruction_of_its_signal_during_the_emission) {
    auto signal = std::make_unique<Signal<>>();
    Chorus chorus;
    const ScopedConnection first(*signal, [&] {
        chorus.called += 'a';
        signal.reset();
    });
    const ScopedConnection second(*signal, chorus.singer<'b'>());
    signal->notify();
    EXPECT_EQ(chorus.called, "a");
    EXPECT_FALSE(first.is_connected());
    EXPECT_FALSE(second.is_connected());
}

}  // namespace
}  // namespace linnet
