// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// One recorded conversation in every variation that the outside can cause: whole, in any pieces,
// cut short at any byte, with any call failing, and with hostile listeners.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "testkit/play.hpp"

namespace linnet::test {
namespace {

// Upgrade, a text in two fragments around a ping, 126 binary bytes, the server's close frame, its
// end.
std::string frames() {
    return server_frame(Opcode::text, "Hel", false) + server_frame(Opcode::ping, "hi") +
           server_frame(Opcode::continuation, "lo") +
           server_frame(Opcode::binary, std::string(126, 'x')) + server_close(1000, "bye");
}

const std::string whole_story =
    "connection_established(\"\") -> data_received() -> data_received() -> "
    "server_close_request(1000, \"bye\") -> connection_closed(true)";

ServerScript script() {
    return {.steps = {AwaitRequest{}, Accept{}, Send{frames()}, AwaitClose{}, Fin{}}};
}

std::string wire_of(Play& play) {
    return play.world.connection().to_client;
}

void expect_whole(Play& play) {
    EXPECT_EQ(play.story->signals, whole_story);
    ASSERT_EQ(play.story->messages.size(), 2u);
    EXPECT_EQ(play.story->messages[0], "T:Hello");
    EXPECT_EQ(play.story->messages[1], "B:" + std::string(126, 'x'));
    EXPECT_EQ(play.client->failure().cause, Cause::closed_by_server);
    const auto& sent = play.world.connection().frames;
    ASSERT_EQ(sent.size(), 2u);
    EXPECT_EQ(sent[0].header.opcode, Opcode::pong);
    EXPECT_EQ(sent[0].payload, "hi");
    EXPECT_EQ(sent[1].header.opcode, Opcode::close);
    EXPECT_EQ(sent[1].payload, std::string("\x03\xE8") + "bye");
}

TEST(Conversation, is_reported_completely) {
    Play play(script());
    ASSERT_EQ(play.connect(), Error::ok);
    play.run();
    expect_whole(play);
    EXPECT_EQ(play.world.network.open_count(), 0u);
}

// Case 3: one byte in each poll
TEST(Conversation, is_the_same_byte_by_byte_in_both_directions) {
    ServerScript server = script();
    server.receive_max = server.send_max = 1;
    Play play(server);
    ASSERT_EQ(play.connect(), Error::ok);
    play.run();
    expect_whole(play);
}

// Case 3, 23: frames in the segment of the 101, cut anywhere
TEST(Conversation, is_the_same_cut_at_every_pair_of_offsets) {
    Play first(script());
    ASSERT_EQ(first.connect(), Error::ok);
    first.run();
    const std::size_t size = wire_of(first).size();
    for (std::size_t a = 0; a < size; ++a) {
        for (std::size_t b = a; b < size; ++b) {
            ServerScript server = script();
            server.cuts = {a, b};
            Play play(server);
            ASSERT_EQ(play.connect(), Error::ok);
            play.run();
            expect_whole(play);
            if (testing::Test::HasFailure()) FAIL() << "cut at " << a << " and " << b;
        }
    }
}

// What the OS would report about the only socket to a program that sleeps until something is ready.
bool is_ready(World& world, const WaitItem& item) {
    ScriptedConnection& connection = world.connection();
    connection.advance(world.clock.now);
    const bool is_readable = connection.given < connection.to_client.size() || connection.ended;
    const bool is_writable = connection.taken < connection.script.send_window;
    return (item.writable && is_writable) || (item.readable && is_readable);
}

// The number of bytes moved in each poll and in each millisecond.
struct Pace {
    std::uint64_t poll_size_max;
    std::size_t send_size;
};

TEST(Conversation, is_reported_in_time_to_a_program_that_sleeps_until_each_deadline) {
    for (const Pace& pace : {Pace{256 * 1024, SIZE_MAX}, Pace{5, SIZE_MAX}, Pace{256 * 1024, 5}}) {
        ServerScript server = script();
        server.send_window = pace.send_size;
        // Data that arrives with the response is read with it; later data is not.
        server.steps.insert(server.steps.begin() + 2, Pause{20});
        Play play(server, [&](World&, Options& options) {
            options.limits.poll_size_max = pace.poll_size_max;
        });
        ASSERT_EQ(play.connect(), Error::ok);
        play.client->poll();
        const std::uint64_t begin = play.world.clock.now;
        while (play.is_under_way()) {
            std::array<WaitItem, 1> items;
            const bool ready = play.client->wait_set(items) == 1 && is_ready(play.world, items[0]);
            if (ready || play.client->next_deadline() <= play.world.clock.now) {
                play.client->poll();
                continue;
            }
            play.world.clock.advance_ms(1);
            ScriptedConnection& connection = play.world.connection();
            if (pace.send_size < SIZE_MAX) connection.script.send_window += pace.send_size;
            ASSERT_LT(play.world.clock.now - begin, 500'000u) << "asleep: " << play.story->signals;
        }
        expect_whole(play);
    }
}

// Checks for a prefix of the whole story, and exactly one ending with a cause.
void expect_true_beginning_and_one_ending(Play& play) {
    const std::string& received = play.story->signals;
    const std::size_t closed = received.find("connection_closed(");
    const std::size_t error = received.find("connection_error()");
    ASSERT_NE(closed == received.npos, error == received.npos) << received;
    const std::size_t ending = std::min(closed, error);
    EXPECT_TRUE(whole_story.starts_with(received.substr(0, ending))) << received;
    EXPECT_EQ(received.find(" -> ", ending), received.npos)
        << "something follows the ending: " << received;
    EXPECT_EQ(error != received.npos, received.find("established") == received.npos) << received;
    EXPECT_NE(play.client->failure().cause, Cause::none);
    EXPECT_FALSE(play.client->failure().explain().empty());
    EXPECT_EQ(play.world.network.open_count(), 0u) << "a socket is left open";
    EXPECT_EQ(play.world.resolver.open_count(), 0u) << "a request is left open";
}

// Case 32: an end at any offset; with TLS, without close_notify
TEST(Conversation, cut_short_at_every_byte_has_one_ending) {
    Play first(script());
    ASSERT_EQ(first.connect(), Error::ok);
    first.run();
    const std::string wire = wire_of(first);
    for (std::size_t size = 0; size < wire.size(); ++size) {
        for (const ServerStep& last : {ServerStep{Fin{}}, ServerStep{Reset{}}}) {
            SCOPED_TRACE("after " + std::to_string(size) + " bytes");
            Play play({.steps = {AwaitRequest{}, Send{wire.substr(0, size)}, last}});
            ASSERT_EQ(play.connect(), Error::ok);
            play.run();
            expect_true_beginning_and_one_ending(play);
            const bool was_open = play.story->signals.starts_with("connection_established");
            const Cause ended = plays_over_tls ? Cause::tls_truncated
                                : was_open     ? Cause::end_of_stream
                                               : Cause::response_incomplete;
            const bool fin = std::holds_alternative<Fin>(last);
            EXPECT_EQ(play.client->failure().cause, fin ? ended : Cause::connection_lost);
            EXPECT_EQ(play.client->failure().os_error, fin ? 0 : ECONNRESET);
        }
    }
}

TEST(Conversation, that_stalls_at_every_byte_has_one_ending) {
    Play first(script());
    ASSERT_EQ(first.connect(), Error::ok);
    first.run();
    const std::string wire = wire_of(first);
    for (std::size_t size = 0; size < wire.size(); ++size) {
        SCOPED_TRACE("after " + std::to_string(size) + " bytes");
        Play play({.steps = {AwaitRequest{}, Send{wire.substr(0, size)}}});
        ASSERT_EQ(play.connect(), Error::ok);
        play.run();
        expect_true_beginning_and_one_ending(play);
    }
}

// Every external call except for the clock: network, resolver and entropy.
TEST(Conversation, with_the_nth_external_call_failing_has_one_ending) {
    Play first(script());
    ASSERT_EQ(first.connect(), Error::ok);
    first.run();
    const int calls = first.world.faults.calls;
    ASSERT_GT(calls, 10);
    for (int n = 0; n < calls; ++n) {
        SCOPED_TRACE("call " + std::to_string(n));
        Play play(script(), [n](World& world, Options&) { world.faults.fail_at = n; });
        if (play.connect() != Error::ok) {
            EXPECT_EQ(play.client->failure().cause, Cause::no_entropy);
            EXPECT_EQ(play.story->signals, "");
            continue;
        }
        play.run();
        const bool survived = play.story->signals == whole_story;
        if (!survived) expect_true_beginning_and_one_ending(play);
    }
}

// Case 38: no memory at any moment
TEST(Conversation, with_the_nth_allocation_failing_has_one_ending_or_is_unaffected) {
    Play first(script());
    ASSERT_EQ(first.connect(), Error::ok);
    first.run();
    const int calls = first.world.memory_faults.calls;
    ASSERT_GT(calls, 2);
    for (int n = 0; n < calls; ++n) {
        SCOPED_TRACE("allocation " + std::to_string(n));
        Play play(script(), [n](World& world, Options&) { world.memory_faults.fail_at = n; });
        if (play.connect() != Error::ok) {
            EXPECT_EQ(play.client->failure().cause, Cause::out_of_memory);
            continue;
        }
        play.run();
        if (play.story->signals == whole_story) continue;
        expect_true_beginning_and_one_ending(play);
        EXPECT_EQ(play.client->failure().cause, Cause::out_of_memory);
    }
}

// ---- hostile listeners ------------------------------------------------------------------------

const char* const signal_names[] = {"connection_established", "data_received",
                                    "server_close_request", "connection_closed"};

bool is(const std::string& signal, const char* name) {
    return signal.starts_with(name);
}

// Case 37: destruction within a signal
TEST(Conversation, ends_silently_when_a_listener_destroys_the_client) {
    for (const char* name : signal_names) {
        SCOPED_TRACE(name);
        Play play(script());
        int received = 0;
        play.story->on = [&](const std::string& signal) {
            if (is(signal, name)) {
                ++received;
                play.client.reset();
            }
        };
        // A second listener of the same signal is not called.
        play.client->data_received.connect([&received] { received += 100; });
        ASSERT_EQ(play.connect(), Error::ok);
        play.run();
        EXPECT_FALSE(play.client);
        EXPECT_EQ(received % 100, 1);
        EXPECT_EQ(play.world.network.open_count(), 0u);
        EXPECT_EQ(play.world.memory.used, 0u);
    }
}

// Case 37: destruction within connection_error
TEST(Conversation, ends_silently_when_a_listener_of_an_error_destroys_the_client) {
    Play play({.connect_error = 111});
    play.story->on = [&](const std::string&) { play.client.reset(); };
    ASSERT_EQ(play.connect(), Error::ok);
    play.run();
    EXPECT_FALSE(play.client);
    EXPECT_EQ(play.story->signals, "connection_error()");
}

TEST(Conversation, can_start_again_in_the_signal_of_its_end) {
    Play play(script());
    int left = 3;
    play.story->on = [&](const std::string& signal) {
        if (!is(signal, "connection_closed") || --left == 0) return;
        EXPECT_EQ(play.connect(), Error::ok);
        EXPECT_EQ(play.client->get_peer(1)->get_available_packet_count(), 0u);
    };
    ASSERT_EQ(play.connect(), Error::ok);
    play.run();
    EXPECT_EQ(play.story->signals, whole_story + " -> " + whole_story + " -> " + whole_story);
    EXPECT_EQ(play.story->messages.size(), 6u);
    EXPECT_EQ(play.world.network.open_count(), 0u);
}

TEST(Conversation, can_start_again_in_the_signal_of_an_error) {
    Play play({.connect_error = 111});
    int left = 3;
    play.story->on = [&](const std::string&) {
        if (--left == 0) return;
        EXPECT_EQ(play.connect(), Error::ok);
    };
    ASSERT_EQ(play.connect(), Error::ok);
    play.run();
    EXPECT_EQ(play.story->signals,
              "connection_error() -> connection_error() -> connection_error()");
}

// While the reply to the server's close frame is being sent, the old connection may be abandoned
// for a new one; before that the call is refused and changes nothing.
TEST(Conversation, can_be_abandoned_for_a_new_one_while_it_is_closing) {
    Play play(script());
    bool again = true;
    play.story->on = [&](const std::string& signal) {
        if (is(signal, "connection_established") || is(signal, "data_received")) {
            EXPECT_EQ(play.connect(), Error::already_in_use);
        }
        if (is(signal, "server_close_request") && again) {
            again = false;
            EXPECT_EQ(play.connect(), Error::ok);
        }
    };
    ASSERT_EQ(play.connect(), Error::ok);
    play.run();
    const std::string left = whole_story.substr(0, whole_story.find(" -> connection_closed"));
    EXPECT_EQ(play.story->signals, left + " -> " + whole_story);
    EXPECT_EQ(play.world.network.open_count(), 0u);
}

TEST(Conversation, is_unaffected_by_a_listener_that_polls_or_waits) {
    Play play(script());
    play.story->on = [&](const std::string&) {
        const std::size_t received = play.story->lines.size();
        play.client->poll();
        play.client->wait(1000);
        EXPECT_EQ(play.story->lines.size(), received) << "a nested poll emitted a signal";
    };
    ASSERT_EQ(play.connect(), Error::ok);
    play.run();
    expect_whole(play);
}

TEST(Conversation, continues_when_a_listener_sends) {
    Play play(script());
    play.story->on = [&](const std::string& signal) {
        const Error error = play.client->get_peer(1)->put_packet("echo");
        const bool open = is(signal, "connection_established") || is(signal, "data_received");
        EXPECT_EQ(error, open ? Error::ok : Error::failed) << signal;
    };
    ASSERT_EQ(play.connect(), Error::ok);
    play.run();
    EXPECT_EQ(play.story->signals, whole_story);
    std::size_t messages = 0;
    for (const ReceivedFrame& frame : play.world.connection().frames) {
        messages += frame.payload == "echo";
    }
    EXPECT_EQ(messages, 3u) << "messages accepted before the close are sent before the close frame";
}

TEST(Conversation, closed_by_a_listener_discards_received_data) {
    Play play(script());
    play.story->on = [&](const std::string& signal) {
        if (is(signal, "data_received")) {
            EXPECT_EQ(play.client->disconnect_from_host(1000, "enough"), Error::ok);
        }
    };
    ASSERT_EQ(play.connect(), Error::ok);
    play.run();
    EXPECT_EQ(play.story->signals,
              "connection_established(\"\") -> data_received() -> connection_closed(true)");
    EXPECT_EQ(play.client->stats().discarded_size, 126u);
}

TEST(Conversation, continues_when_a_listener_connects_and_disconnects_others) {
    Play play(script());
    int late = 0;
    SlotId first = SlotId::none;
    first = play.client->data_received.connect([&] {
        play.client->data_received.disconnect(first);
        play.client->data_received.connect([&late] { ++late; });
    });
    ASSERT_EQ(play.connect(), Error::ok);
    play.run();
    expect_whole(play);
    EXPECT_EQ(late, 1) << "connected during the first emission, called in the second";
}

}  // namespace
}  // namespace linnet::test
