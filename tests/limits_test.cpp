// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Every limit at 0, at 1 and at the maximum, in a conversation with an event loop: its effect, and
// that no value makes the loop spin or hang. Also, one poll never exceeds its budget, for any
// backlog.
#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "testkit/play.hpp"

namespace linnet::test {
namespace {

constexpr auto ok = Error::ok;

std::string text(std::string_view message) {
    return server_frame(Opcode::text, message);
}

struct LimitRow {
    const char* name;
    std::size_t Limits::*limit;
    std::size_t value;
    Cause cause = Cause::closed_by_server;
    std::size_t messages = 3;
};

constexpr std::size_t all = SIZE_MAX;

const LimitRow rows[] = {
    {"input_payload_max", &Limits::input_payload_max, 0, Cause::message_too_large, 1},
    {"input_payload_max", &Limits::input_payload_max, 1, Cause::message_too_large, 1},
    {"input_payload_max", &Limits::input_payload_max, all},
    {"input_message_count_max", &Limits::input_message_count_max, 0},
    {"input_message_count_max", &Limits::input_message_count_max, 1},
    {"input_message_count_max", &Limits::input_message_count_max, all},
    {"output_payload_max", &Limits::output_payload_max, 0},
    {"output_payload_max", &Limits::output_payload_max, 1},
    {"output_payload_max", &Limits::output_payload_max, all},
    {"output_message_count_max", &Limits::output_message_count_max, 0},
    {"output_message_count_max", &Limits::output_message_count_max, 1},
    {"output_message_count_max", &Limits::output_message_count_max, all},
    {"fragment_count_max", &Limits::fragment_count_max, 0, Cause::message_too_many_fragments, 0},
    {"fragment_count_max", &Limits::fragment_count_max, 1, Cause::message_too_many_fragments, 2},
    {"fragment_count_max", &Limits::fragment_count_max, all},
    {"url_size_max", &Limits::url_size_max, 0, Cause::url_too_long, 0},
    {"url_size_max", &Limits::url_size_max, 1, Cause::url_too_long, 0},
    {"url_size_max", &Limits::url_size_max, all},
    {"request_size_max", &Limits::request_size_max, 0, Cause::request_too_large, 0},
    {"request_size_max", &Limits::request_size_max, 1, Cause::request_too_large, 0},
    {"request_size_max", &Limits::request_size_max, all},
    {"response_size_max", &Limits::response_size_max, 0, Cause::response_too_large, 0},
    {"response_size_max", &Limits::response_size_max, 1, Cause::response_too_large, 0},
    {"response_size_max", &Limits::response_size_max, all},
    {"response_header_count_max", &Limits::response_header_count_max, 0,
     Cause::response_too_many_headers, 0},
    {"response_header_count_max", &Limits::response_header_count_max, 1,
     Cause::response_too_many_headers, 0},
    {"response_header_count_max", &Limits::response_header_count_max, all},
    {"peer_count_max", &Limits::peer_count_max, 0},
    {"peer_count_max", &Limits::peer_count_max, 1},
    {"peer_count_max", &Limits::peer_count_max, all},
    {"poll_size_max", &Limits::poll_size_max, 0},
    {"poll_size_max", &Limits::poll_size_max, 1},
    {"poll_size_max", &Limits::poll_size_max, all},
    {"poll_item_count_max", &Limits::poll_item_count_max, 0},
    {"poll_item_count_max", &Limits::poll_item_count_max, 1},
    {"poll_item_count_max", &Limits::poll_item_count_max, all},
};

// An empty message, one of two bytes, and one in two fragments.
ServerScript server() {
    return {.steps = {AwaitRequest{}, Accept{},
                      Send{text("") + server_frame(Opcode::ping, "?") + text("hi") +
                           server_frame(Opcode::text, "a", false) +
                           server_frame(Opcode::continuation, "b") + server_close(1000)},
                      AwaitClose{}, Fin{}}};
}

// Polls at the deadline, and every 16 ms as if the socket were ready; an attempt that requests more
// polls spins.
void run_as_an_event_loop(Play& play) {
    for (int i = 0; i < 2'000 && play.is_under_way(); ++i) {
        play.client->poll();
        if (play.client->next_deadline() > play.world.clock.now) play.world.clock.advance_ms(16);
    }
}

TEST(Limits, work_at_both_extremes) {
    for (const bool over_tls : {false, true}) {
        for (const LimitRow& row : rows) {
            SCOPED_TRACE(std::string(row.name) + " " + std::to_string(row.value));
            Play play(server(),
                      [&](World&, Options& options) { options.limits.*row.limit = row.value; });
            const bool begins =
                row.cause != Cause::url_too_long && row.cause != Cause::request_too_large;
            const char* const url = over_tls ? "wss://host.example/" : "ws://host.example/";
            EXPECT_EQ(play.client->connect_to_url(url) == ok, begins);
            run_as_an_event_loop(play);
            EXPECT_FALSE(play.is_under_way()) << "it spins";
            EXPECT_EQ(play.client->failure().cause, row.cause);
            EXPECT_EQ(play.story->messages.size(), row.messages);
        }
    }
}

// In a room each message is decoded separately, so a count of 0 would never let one through.
TEST(Limits, work_at_both_extremes_in_a_room) {
    const auto system = [](MultiplayerPacket::Type type, PeerId subject) {
        const auto packet = system_packet(type, subject);
        return server_frame(Opcode::binary, text_of(Bytes(packet)));
    };
    using Type = MultiplayerPacket::Type;
    const std::string welcome = system(Type::id, 42) + system(Type::add, server_peer);
    for (const LimitRow& row : rows) {
        if (row.messages < 3) continue;
        SCOPED_TRACE(std::string(row.name) + " " + std::to_string(row.value));
        Play play({.steps = {AwaitRequest{}, Accept{},
                             Send{welcome + system(Type::add, 7) + server_close(1000)},
                             AwaitClose{}, Fin{}}},
                  [&](World&, Options& options) { options.limits.*row.limit = row.value; });
        ASSERT_EQ(play.client->connect_to_url("ws://host.example/", {}, true), ok);
        run_as_an_event_loop(play);
        EXPECT_FALSE(play.is_under_way()) << "it spins";
        const bool is_alone = row.limit == &Limits::peer_count_max && row.value == 0;
        EXPECT_EQ(play.client->failure().cause,
                  is_alone ? Cause::too_many_peers : Cause::closed_by_server);
        EXPECT_NE(play.story->signals.find("connection_succeeded()"), std::string::npos);
    }
}

// ---- one poll --------------------------------------------------------------------------------

// A program that takes nothing, and then closes: blocked input is discarded in steps.
TEST(Limits, bound_what_one_poll_discards_after_a_close) {
    std::string bytes;
    for (int i = 0; i < 200'000; ++i) bytes += server_frame(Opcode::binary, "");
    Play play({.steps = {AwaitRequest{}, Accept{}, Send{bytes}, AwaitClose{},
                         Send{server_close(1000)}, Fin{}}},
              [](World&, Options& options) { options.limits.input_payload_max = 1 << 20; });
    play.story->reads = false;
    ASSERT_EQ(play.connect(), ok);
    play.poll(50);
    ASSERT_EQ(play.client->get_connection_status(), play.client->CONNECTION_CONNECTED);
    ASSERT_EQ(play.client->disconnect_from_host(), ok);
    const std::uint64_t frames_max = Limits{}.poll_size_max / Session::frame_work;
    std::uint64_t before = play.client->stats().frames_received;
    int polls = 0;
    while (play.is_under_way() && ++polls < 1000) {
        play.client->poll();
        const std::uint64_t after = play.client->stats().frames_received;
        EXPECT_LE(after - before, frames_max);
        before = after;
        if (play.client->next_deadline() > play.world.clock.now) play.world.clock.advance_ms(1);
    }
    EXPECT_GE(polls, 10);
    EXPECT_EQ(play.client->failure().cause, Cause::closed_by_client);
}

TEST(Limits, bound_what_one_poll_drains) {
    Play play({.steps = {AwaitRequest{}, Accept{}, Send{server_close(1000)}, AwaitClose{},
                         Send{std::string(3'000'000, 'x')}, Fin{}}});
    ASSERT_EQ(play.connect(), ok);
    std::uint64_t before = 0;
    while (play.is_under_way()) {
        play.client->poll();
        const std::uint64_t after = play.client->stats().bytes_received;
        EXPECT_LE(after - before, 2 * Limits{}.poll_size_max) << "as it enters draining";
        before = after;
        play.world.clock.advance_ms(1);
    }
    EXPECT_EQ(play.client->failure().cause, Cause::closed_by_server);
    EXPECT_GT(before, 3'000'000u);
}

TEST(Limits, bound_what_one_poll_drains_to_the_byte) {
    Play play({.steps = {AwaitRequest{}, Accept{}, Send{server_close(1000)}, AwaitClose{},
                         Send{std::string(300, 'x')}}},
              [](World&, Options& options) { options.limits.poll_size_max = 1; });
    ASSERT_EQ(play.connect(), ok);
    std::uint64_t before = 0;
    for (int i = 0; i < 1'000 && play.is_under_way(); ++i) {
        play.client->poll();
        const std::uint64_t after = play.client->stats().bytes_received;
        EXPECT_LE(after - before, 2u) << "a byte, and another as it enters draining";
        before = after;
        play.world.clock.advance_ms(1);
    }
}

TEST(Limits, bound_how_many_signals_one_poll_emits_when_a_room_is_left) {
    using Type = MultiplayerPacket::Type;
    const auto system = [](Type type, PeerId subject) {
        const auto packet = system_packet(type, subject);
        return server_frame(Opcode::binary, text_of(Bytes(packet)));
    };
    std::string bytes = system(Type::id, 42) + system(Type::add, server_peer);
    for (PeerId peer = 1000; peer < 4000; ++peer) bytes += system(Type::add, peer);
    Play play({.steps = {AwaitRequest{}, Accept{}, Send{bytes}, Pause{2000}, Reset{}}});
    std::size_t signals = 0;
    play.story->on = [&](const std::string&) { ++signals; };
    ASSERT_EQ(play.client->connect_to_url("ws://host.example/", {}, true), ok);
    while (play.is_under_way()) {
        const std::size_t before = signals;
        play.client->poll();
        EXPECT_LE(signals - before, Limits{}.poll_item_count_max + 3);
        if (play.client->next_deadline() > play.world.clock.now) play.world.clock.advance_ms(16);
    }
    EXPECT_EQ(signals, 2u * 3001 + 4);
    const std::string& emitted = play.story->signals;
    EXPECT_EQ(emitted.substr(emitted.rfind(" -> ") + 4), "server_disconnected()");
}

}  // namespace
}  // namespace linnet::test
