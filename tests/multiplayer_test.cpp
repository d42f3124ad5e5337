// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A client in a room of Godot 3's multiplayer (gd_mp_api), in a simulated world: the order of its
// signals, packets in both directions, and servers of another protocol. The handling of each
// message by a room is in multiplayer_room_test.
#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "testkit/play.hpp"

namespace linnet::test {
namespace {

using Status = NetworkedMultiplayerPeer::ConnectionStatus;
using Type = MultiplayerPacket::Type;

constexpr PeerId us = 53680760;
constexpr const char* established = "connection_established(\"\")";
constexpr const char* joined =
    "connection_established(\"\") -> peer_connected(1) -> connection_succeeded()";

std::string binary(std::string_view message) {
    return server_frame(Opcode::binary, message);
}
std::string system(Type type, PeerId subject) {
    const auto packet = system_packet(type, subject);
    return binary(text_of(Bytes(packet)));
}
std::string packet_of(PeerId source, std::string_view body, PeerId target = us) {
    const auto header = multiplayer_header(Type::payload, source, target);
    return std::string(text_of(Bytes(header))) + std::string(body);
}
std::string welcome() {
    return system(Type::id, us) + system(Type::add, server_peer);
}

struct MultiplayerPlay : Play {
    explicit MultiplayerPlay(std::vector<ServerStep> talk, const Prepare& prepare = {})
        : Play(script(std::move(talk)), prepare) {}

    static ServerScript script(std::vector<ServerStep> talk) {
        ServerScript script{.steps = {AwaitRequest{}, Accept{}}};
        script.steps.insert(script.steps.end(), talk.begin(), talk.end());
        return script;
    }
    void join() { ASSERT_EQ(client->connect_to_url("ws://host.example/", {}, true), Error::ok); }
};

// The server closes, the client replies, both end.
std::vector<ServerStep> with_close_frame(const std::string& bytes) {
    return {Send{bytes + server_close(1000)}, AwaitClose{}, Fin{}};
}

TEST(Multiplayer, emits_its_signals_in_the_documented_order) {
    MultiplayerPlay play(with_close_frame(welcome() + system(Type::add, 7) + system(Type::add, 9) +
                                          binary(packet_of(7, "hi")) + system(Type::del, 7)));
    play.join();
    play.run();
    EXPECT_EQ(play.story->signals,
              std::string(joined) +
                  " -> peer_connected(7) -> peer_connected(9) -> peer_packet(7) -> "
                  "peer_disconnected(7) -> server_close_request(1000, \"\") -> "
                  "connection_closed(true) -> peer_disconnected(1) -> peer_disconnected(9) -> "
                  "server_disconnected()");
    EXPECT_EQ(play.story->messages, (std::vector<std::string>{"7:hi"}));
    EXPECT_EQ(play.client->failure().cause, Cause::closed_by_server);
}

TEST(Multiplayer, emits_the_same_signals_cut_at_every_offset) {
    const std::string bytes = welcome() + system(Type::add, 7) + binary(packet_of(7, "hi"));
    MultiplayerPlay whole(with_close_frame(bytes));
    whole.join();
    whole.run();
    const std::size_t size = whole.world.connection().to_client.size();
    for (std::size_t cut = 0; cut < size; ++cut) {
        ServerScript script = MultiplayerPlay::script(with_close_frame(bytes));
        script.cuts = {cut};
        Play play(script);
        ASSERT_EQ(play.client->connect_to_url("ws://host.example/", {}, true), Error::ok);
        play.run();
        ASSERT_EQ(play.story->signals, whole.story->signals) << cut;
        ASSERT_EQ(play.story->messages, whole.story->messages) << cut;
    }
}

TEST(Multiplayer, ends_at_its_deadline_even_if_the_server_sends_other_messages) {
    for (const std::string& each : {binary("nonsense"), server_frame(Opcode::pong, "")}) {
        std::string flood;
        for (int i = 0; i < 1'000; ++i) flood += each;
        std::vector<ServerStep> talk;
        for (int i = 0; i < 2'000; ++i) {
            talk.push_back(Send{flood});
            talk.push_back(Pause{16});
        }
        MultiplayerPlay play(talk);
        play.join();
        const std::uint64_t begin_us = play.world.clock.now;
        // Input received before the deadline is decoded in as many polls as necessary.
        for (int i = 0; i < 10'000 && play.client->failure().cause == Cause::none; ++i) {
            play.client->poll();
            const bool is_due = play.client->next_deadline() <= play.world.clock.now;
            if (!is_due || i % 4 == 0) play.world.clock.advance_ms(16);
        }
        EXPECT_EQ(play.client->failure().cause, Cause::join_timed_out);
        EXPECT_LE(play.world.clock.now - begin_us, 25'000'000u);
    }
}

// A busy room frees the memory that it does not need afterwards.
TEST(Multiplayer, uses_no_more_memory_than_an_idle_connection_after_a_busy_time) {
    std::string bytes = welcome() + system(Type::add, 7);
    for (int i = 0; i < 600; ++i) bytes += binary(packet_of(7, std::string(1000, 'x')));
    MultiplayerPlay play({Send{bytes}, AwaitClose{}, Fin{}});
    play.join();
    play.poll(20);
    EXPECT_EQ(play.story->messages.size(), 600u);
    play.world.clock.advance_ms(11'000);
    play.poll(2);
    EXPECT_LE(play.world.memory.used, 4'096u);
    EXPECT_EQ(play.client->peers().size(), 2u);
}

// Case 67: more peers than there was memory for arrive in the same poll
TEST(Multiplayer, keeps_a_view_of_its_peers_through_the_poll) {
    std::string bytes = welcome();
    for (PeerId peer = 2; peer < 200; ++peer) bytes += system(Type::add, peer);
    MultiplayerPlay play({Send{bytes}, AwaitClose{}, Fin{}});
    std::span<const PeerId> first;
    play.story->on = [&](const std::string& signal) {
        if (signal == "connection_succeeded()") first = play.client->peers();
        ASSERT_TRUE(first.empty() || first[0] == server_peer);
    };
    play.join();
    play.poll(1);
    ASSERT_EQ(first.size(), 1u);
    EXPECT_EQ(first[0], server_peer);
    EXPECT_EQ(play.client->peers().size(), 199u);
    EXPECT_EQ(play.client->peers().data(), first.data());
}

// Case 46: a packet before there is a room (godot#46096)
TEST(Multiplayer, is_connecting_until_it_is_in_the_room) {
    MultiplayerPlay play({Pause{100}, Send{system(Type::id, us)}, Pause{100},
                          Send{system(Type::add, server_peer)}, AwaitClose{}});
    play.join();
    play.poll(4);
    EXPECT_EQ(play.story->signals, established);
    EXPECT_EQ(play.client->get_connection_status(), Status::CONNECTION_CONNECTING);
    EXPECT_EQ(play.client->put_packet("x"), Error::failed);
    EXPECT_EQ(play.client->get_unique_id(), 0);
    EXPECT_EQ(play.client->connect_to_url("ws://h/"), Error::already_in_use);
    play.poll(20);
    EXPECT_EQ(play.story->signals, joined);
    EXPECT_EQ(play.client->get_connection_status(), Status::CONNECTION_CONNECTED);
    EXPECT_EQ(play.client->get_unique_id(), us);
    const auto peers = play.client->peers();
    EXPECT_EQ(std::vector<PeerId>(peers.begin(), peers.end()), std::vector<PeerId>{1});
}

// Case 46: targets of every kind
TEST(Multiplayer, sends_to_its_target_with_one_header) {
    MultiplayerPlay play({Send{welcome()}, AwaitMessages{6}});
    play.join();
    play.poll(4);
    for (const int target : {0, 1, 7, -9, us, INT32_MIN}) {
        play.client->set_target_peer(target);
        EXPECT_EQ(play.client->put_packet("hello"), Error::ok);
    }
    play.poll(2);
    const auto& frames = play.world.connection().frames;
    ASSERT_EQ(frames.size(), 6u);
    const PeerId targets[] = {0, 1, 7, -9, us, INT32_MIN};
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_EQ(frames[i].header.opcode, Opcode::binary);
        EXPECT_EQ(frames[i].payload, packet_of(us, "hello", targets[i]));
    }
}

// Case 46: get_packet of an empty queue
TEST(Multiplayer, keeps_its_packets_at_the_client) {
    MultiplayerPlay play({Send{welcome() + binary(packet_of(1, "a")) + binary(packet_of(1, ""))}});
    play.story->reads = false;
    play.join();
    play.poll(4);
    EXPECT_EQ(play.client->get_available_packet_count(), 2u);
    EXPECT_EQ(play.peer().get_available_packet_count(), 0u);
    EXPECT_TRUE(play.peer().get_packet().empty());
    EXPECT_EQ(play.peer().get_packet_error(), Error::unconfigured);
    EXPECT_EQ(play.peer().put_packet("x"), Error::unconfigured);
    EXPECT_EQ(text_of(play.client->get_packet()), "a");
    EXPECT_EQ(play.client->get_packet().size(), 0u);
    EXPECT_EQ(play.client->get_packet_error(), Error::ok);
    EXPECT_TRUE(play.client->get_packet().empty());
    EXPECT_EQ(play.client->get_packet_error(), Error::unavailable);
    EXPECT_EQ(play.client->get_packet_peer(), 1) << "as Godot returns for an empty queue";
}

TEST(Multiplayer, reports_the_sender_of_the_next_packet) {
    MultiplayerPlay play({Send{welcome() + system(Type::add, 7) + binary(packet_of(7, "a")) +
                               binary(packet_of(1, "b"))}});
    play.story->reads = false;
    play.join();
    play.poll(4);
    EXPECT_EQ(play.client->get_packet_peer(), 7);
    EXPECT_EQ(play.client->get_packet_peer(), 7);
    EXPECT_EQ(text_of(play.client->get_packet()), "a");
    EXPECT_EQ(play.client->get_packet_peer(), 1);
}

TEST(Multiplayer, keeps_an_unread_packet_before_any_other_message) {
    MultiplayerPlay play({Send{welcome() + binary(packet_of(server_peer, "hello")) +
                               system(Type::add, 7) + binary("nothing of the room")}});
    play.story->reads = false;
    play.join();
    play.poll(3);
    ASSERT_EQ(play.client->get_available_packet_count(), 1u);
    EXPECT_EQ(text_of(play.client->get_packet()), "hello");
}

TEST(Multiplayer, receives_packets_in_text_frames_and_fragments_too) {
    const std::string packet = packet_of(1, "hi");
    MultiplayerPlay play({Send{
        welcome() + server_frame(Opcode::binary, packet.substr(0, 5), false) +
        server_frame(Opcode::ping, "p") + server_frame(Opcode::continuation, packet.substr(5))}});
    play.join();
    play.poll(4);
    EXPECT_EQ(play.story->messages, (std::vector<std::string>{"1:hi"}));
}

// Messages without a meaning in the room take no space in the queue.
TEST(Multiplayer, counts_messages_without_a_meaning) {
    std::string noise;
    for (int i = 0; i < 3000; ++i) noise += binary("noise") + system(Type::del, 3);
    MultiplayerPlay play({Send{welcome() + noise + binary(packet_of(1, "still here"))}},
                         [](World&, Options& options) {
                             options.limits.input_message_count_max = 2;
                             options.limits.input_payload_max = 100;
                         });
    play.join();
    play.poll(200);
    EXPECT_EQ(play.client->stats().ignored_messages, 6000u);
    EXPECT_EQ(play.story->messages, (std::vector<std::string>{"1:still here"}));
    EXPECT_EQ(play.story->signals, std::string(joined) + " -> peer_packet(1)");
}

struct EndRow {
    const char* what;
    std::vector<ServerStep> talk;
    std::string signals;
    Cause cause;
    Phase phase;
};

TEST(Multiplayer, with_a_server_of_another_protocol_ends_with_a_reason) {
    const std::string failed = " -> connection_failed()";
    const EndRow rows[] = {
        {"a plain server",
         {},
         std::string(established) + " -> connection_closed(false)" + failed,
         Cause::join_timed_out,
         Phase::join},
        {"a plain server that talks",
         {Send{binary("hello, this is no packet")}, AwaitClose{}, Send{server_close(1008)}, Fin{}},
         std::string(established) + " -> connection_closed(false)" + failed,
         Cause::join_timed_out,
         Phase::join},
        {"Godot 4's",
         {Send{binary(std::string("\x78\x1a\x33\x03", 4))}, AwaitClose{}, Fin{}},
         std::string(established) + " -> connection_closed(false)" + failed,
         Cause::join_godot4,
         Phase::join},
        {"an id of the server's own",
         {Send{system(Type::id, 1)}, AwaitClose{}, Fin{}},
         std::string(established) + " -> connection_closed(false)" + failed,
         Cause::join_id_out_of_range,
         Phase::join},
        {"the end of the stream",
         {Fin{}},
         std::string(established) + " -> connection_closed(false)" + failed,
         Cause::end_of_stream,
         Phase::join},
        {"a close ahead of the id",
         {Send{server_close(4000, "full")}, AwaitClose{}, Fin{}},
         std::string(established) +
             " -> server_close_request(4000, \"full\") -> "
             "connection_closed(true)" +
             failed,
         Cause::closed_by_server,
         Phase::closing},
        {"a reset in the room",
         {Send{welcome()}, Pause{50}, Reset{}},
         std::string(joined) +
             " -> connection_closed(false) -> peer_disconnected(1) -> server_disconnected()",
         Cause::connection_lost,
         Phase::open},
    };
    for (const EndRow& row : rows) {
        SCOPED_TRACE(row.what);
        MultiplayerPlay play(row.talk);
        play.join();
        play.run();
        EXPECT_EQ(play.story->signals, row.signals);
        EXPECT_EQ(play.client->failure().cause, row.cause);
        EXPECT_EQ(play.client->failure().phase, row.phase);
        EXPECT_TRUE(play.client->peers().empty());
        EXPECT_EQ(play.client->get_unique_id(), 0);
        EXPECT_EQ(play.client->get_connection_status(), Status::CONNECTION_DISCONNECTED);
    }
}

TEST(Multiplayer, joins_after_the_deadline_if_its_id_was_received_before) {
    std::string pings;
    for (int i = 0; i < 8; ++i) pings += server_frame(Opcode::ping, "");
    MultiplayerPlay play({Send{pings + welcome()}},
                         [](World&, Options& options) { options.limits.poll_item_count_max = 1; });
    play.join();
    play.poll(3);
    play.world.clock.advance_ms(Timeouts{}.join_ms + 1);
    play.poll(20);
    EXPECT_EQ(play.story->signals, joined);
}

TEST(Multiplayer, that_never_connects_fails_twice) {
    Play play({.connect_error = ECONNREFUSED});
    ASSERT_EQ(play.client->connect_to_url("ws://h/", {}, true), Error::ok);
    play.run();
    EXPECT_EQ(play.story->signals, "connection_error() -> connection_failed()");
}

// Case 46: too many peers
TEST(Multiplayer, sends_the_server_the_reason_for_leaving) {
    MultiplayerPlay play(
        {Send{welcome() + system(Type::add, 2) + system(Type::add, 3)}, AwaitClose{}, Fin{}},
        [](World&, Options& options) { options.limits.peer_count_max = 1; });
    play.join();
    play.run();
    EXPECT_EQ(play.client->failure().cause, Cause::too_many_peers);
    const auto& frames = play.world.connection().frames;
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(frames[0].payload, "\x03\xF0") << "1008, RFC 6455 7.4.1";
    EXPECT_EQ(play.story->signals, std::string(joined) +
                                       " -> peer_connected(2) -> connection_closed(false) -> "
                                       "peer_disconnected(1) -> peer_disconnected(2) -> "
                                       "server_disconnected()");
}

TEST(Multiplayer, can_leave_and_join_again) {
    MultiplayerPlay play({Send{welcome()}, AwaitClose{}, Send{server_close(1000)}, Fin{}});
    for (int round = 0; round < 2; ++round) {
        play.join();
        play.poll(4);
        EXPECT_EQ(play.client->get_unique_id(), us);
        EXPECT_EQ(play.client->disconnect_from_host(), Error::ok);
        play.run();
        EXPECT_EQ(play.story->signals, std::string(joined) +
                                           " -> connection_closed(true) -> peer_disconnected(1) "
                                           "-> server_disconnected()");
        play.story->signals.clear();
    }
    // The same client can be used without a room.
    ASSERT_EQ(play.client->connect_to_url("ws://host.example/"), Error::ok);
    play.poll(4);
    EXPECT_EQ(play.story->signals,
              std::string(established) + " -> data_received() -> data_received()");
}

// Case 37: destruction within a signal of the room
TEST(Multiplayer, can_be_destroyed_in_every_signal) {
    const auto talk =
        with_close_frame(welcome() + system(Type::add, 7) + binary(packet_of(7, "hi")));
    MultiplayerPlay whole(talk);
    whole.join();
    whole.run();
    const std::size_t signal_count = whole.story->lines.size();
    ASSERT_GE(signal_count, 9u);
    for (std::size_t n = 1; n <= signal_count; ++n) {
        for (const bool destroys : {true, false}) {
            SCOPED_TRACE(n);
            MultiplayerPlay play(talk);
            play.story->on = [&](const std::string&) {
                if (play.story->lines.size() != n) return;
                if (destroys) {
                    play.client.reset();
                } else if (play.client->disconnect_from_host() == Error::ok) {
                    // Refused while it is open; otherwise it starts again.
                    static_cast<void>(play.client->connect_to_url("ws://other.example/"));
                }
            };
            play.join();
            play.run();
            EXPECT_TRUE(whole.story->signals.starts_with(play.story->signals) || !destroys);
            EXPECT_EQ(play.world.network.open_count(), 0u);
            if (destroys) {
                EXPECT_EQ(play.story->lines.size(), n) << "nothing follows";
            }
        }
    }
}

// Case 38: no memory in a room
TEST(Multiplayer, with_the_nth_allocation_failing_has_one_ending) {
    std::string peers;
    for (PeerId peer = 2; peer < 60; ++peer) peers += system(Type::add, peer);
    const auto talk = with_close_frame(welcome() + peers);
    MultiplayerPlay whole(talk);
    whole.join();
    whole.run();
    const int calls = whole.world.memory_faults.calls;
    for (int n = 0; n < calls; ++n) {
        SCOPED_TRACE(n);
        MultiplayerPlay play(talk,
                             [n](World& world, Options&) { world.memory_faults.fail_at = n; });
        if (play.client->connect_to_url("ws://host.example/", {}, true) != Error::ok) continue;
        play.run();
        if (play.story->signals == whole.story->signals) continue;
        EXPECT_EQ(play.client->failure().cause, Cause::out_of_memory);
        const bool succeeded = play.story->signals.find("succeeded") != std::string::npos;
        EXPECT_TRUE(play.story->signals.ends_with(succeeded ? "server_disconnected()"
                                                            : "connection_failed()"))
            << play.story->signals;
    }
}

TEST(Multiplayer, is_always_reliable_and_refuses_no_peer) {
    WebSocketClient client;
    EXPECT_EQ(client.get_transfer_mode(), client.TRANSFER_MODE_RELIABLE);
    client.set_transfer_mode(client.TRANSFER_MODE_UNRELIABLE);
    EXPECT_EQ(client.get_transfer_mode(), client.TRANSFER_MODE_RELIABLE);
    EXPECT_FALSE(client.is_refusing_new_connections());
    client.set_refuse_new_connections(true);
    EXPECT_TRUE(client.is_refusing_new_connections());
    EXPECT_EQ(client.get_unique_id(), 0);
    EXPECT_EQ(client.get_packet_peer(), 1);
    EXPECT_TRUE(client.peers().empty());
}

}  // namespace
}  // namespace linnet::test
