// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The table at the top of multiplayer_room.hpp, row by row, and what a server cannot change.
#include "linnet/protocol/multiplayer_room.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "testkit/world.hpp"

namespace linnet::test {
namespace {

using Kind = RoomEvent::Kind;
using Type = MultiplayerPacket::Type;

constexpr PeerId us = 100;

std::string system(Type type, PeerId subject, PeerId source = server_peer) {
    auto packet = system_packet(type, subject);
    packet[1] = static_cast<std::uint8_t>(source & 0xFF);
    return std::string(text_of(Bytes(packet)));
}
std::string payload(PeerId source, std::string_view body = "body", PeerId target = us) {
    const auto header = multiplayer_header(Type::payload, source, target);
    return std::string(text_of(Bytes(header))) + std::string(body);
}

class Room {
 public:
    explicit Room(std::size_t peer_count_max = 8) : room(&memory, peer_count_max) {}
    RoomEvent receive(const std::string& message) {
        static_cast<void>(room.reserve(1));
        return room.receive(bytes_of(message));
    }
    void join() {
        EXPECT_EQ(receive(system(Type::id, us)).kind, Kind::none);
        EXPECT_EQ(receive(system(Type::add, server_peer)).kind, Kind::joined);
    }
    std::vector<PeerId> peers() const { return {room.peers().begin(), room.peers().end()}; }

    Faults faults;
    CountingMemory memory{faults};
    MultiplayerRoom room;
};

TEST(MultiplayerRoom, is_joined_by_our_id_and_the_server) {
    Room room;
    EXPECT_FALSE(room.room.is_joined());
    EXPECT_EQ(room.room.unique_id(), no_peer);
    room.join();
    EXPECT_TRUE(room.room.is_joined());
    EXPECT_EQ(room.room.unique_id(), us);
    EXPECT_EQ(room.peers(), (std::vector<PeerId>{server_peer}));
    EXPECT_EQ(room.room.ignored_count(), 0u);
}

TEST(MultiplayerRoom, lists_its_peers_in_ascending_order) {
    Room room;
    room.join();
    for (const PeerId peer : {50, 7, 2147483647, 101}) {
        const RoomEvent event = room.receive(system(Type::add, peer));
        EXPECT_EQ(event.kind, Kind::peer_connected);
        EXPECT_EQ(event.peer, peer);
    }
    EXPECT_EQ(room.peers(), (std::vector<PeerId>{1, 7, 50, 101, 2147483647}));
    const RoomEvent gone = room.receive(system(Type::del, 50));
    EXPECT_EQ(gone.kind, Kind::peer_disconnected);
    EXPECT_EQ(gone.peer, 50);
    EXPECT_EQ(room.peers(), (std::vector<PeerId>{1, 7, 101, 2147483647}));
    EXPECT_EQ(room.receive(system(Type::add, 50)).kind, Kind::peer_connected) << "and back again";
}

TEST(MultiplayerRoom, receives_packets_from_present_peers) {
    Room room;
    room.join();
    EXPECT_EQ(room.receive(system(Type::add, 7)).kind, Kind::peer_connected);
    for (const PeerId peer : {server_peer, 7}) {
        const RoomEvent event = room.receive(payload(peer));
        EXPECT_EQ(event.kind, Kind::packet);
        EXPECT_EQ(event.peer, peer);
    }
    EXPECT_EQ(room.receive(payload(7, "")).kind, Kind::packet) << "empty";
}

struct Row {
    const char* what;
    std::string message;
    Kind before;  // joining, the id has not arrived
    Kind joined;  // peer 7 is in the room
    Cause cause = Cause::none;
};

const Row rows[] = {
    {"nothing", "", Kind::none, Kind::none},
    {"8 bytes", std::string(8, '\0'), Kind::none, Kind::none},
    {"an unknown type", std::string("\x04\x01\0\0\0\0\0\0\0", 9), Kind::none, Kind::none},
    {"an add without a peer", system(Type::add, 9).substr(0, 12), Kind::none, Kind::none},
    {"4 bytes", std::string(4, '\2'), Kind::failed, Kind::none, Cause::join_godot4},
    {"an id without a peer", system(Type::id, 9).substr(0, 9), Kind::none, Kind::none},
    {"a del with 3 bytes of a peer", system(Type::del, 7).substr(0, 12), Kind::none, Kind::none},
    {"an add by a peer", system(Type::add, 9, 7), Kind::none, Kind::none},
    {"a del by a peer", system(Type::del, 7, 7), Kind::none, Kind::none},
    {"an id by a peer", system(Type::id, 9, 7), Kind::none, Kind::none},
    {"a system message from id 0", system(Type::add, 9, 0), Kind::none, Kind::none},
    {"the smallest id", system(Type::id, 2), Kind::none, Kind::none},
    {"id 0", system(Type::id, 0), Kind::failed, Kind::none, Cause::join_id_out_of_range},
    {"id 1", system(Type::id, 1), Kind::failed, Kind::none, Cause::join_id_out_of_range},
    {"id -5", system(Type::id, -5), Kind::failed, Kind::none, Cause::join_id_out_of_range},
    {"the smallest number as id", system(Type::id, INT32_MIN), Kind::failed, Kind::none,
     Cause::join_id_out_of_range},
    {"the server ahead of the id", system(Type::add, 1), Kind::none, Kind::none},
    {"a new peer", system(Type::add, 9), Kind::none, Kind::peer_connected},
    {"a peer that is there", system(Type::add, 7), Kind::none, Kind::none},
    {"ourselves", system(Type::add, us), Kind::none, Kind::none},
    {"peer 0", system(Type::add, 0), Kind::none, Kind::none},
    {"peer -7", system(Type::add, -7), Kind::none, Kind::none},
    {"peer INT32_MIN", system(Type::add, INT32_MIN), Kind::none, Kind::none},
    {"peer INT32_MIN that goes", system(Type::del, INT32_MIN), Kind::none, Kind::none},
    {"a peer that goes", system(Type::del, 7), Kind::none, Kind::peer_disconnected},
    {"a stranger that goes", system(Type::del, 9), Kind::none, Kind::none},
    {"the server that goes", system(Type::del, 1), Kind::none, Kind::none},
    {"we that go", system(Type::del, us), Kind::none, Kind::none},
    {"a packet of the server", payload(1), Kind::none, Kind::packet},
    {"a packet of a peer", payload(7), Kind::none, Kind::packet},
    {"a packet of a stranger", payload(9), Kind::none, Kind::none},
    {"a packet of ourselves", payload(us), Kind::none, Kind::none},
    {"a packet from id 0", payload(0), Kind::none, Kind::none},
    {"a packet of INT32_MIN", payload(INT32_MIN), Kind::none, Kind::none},
    {"a packet to INT32_MIN", payload(7, "body", INT32_MIN), Kind::none, Kind::packet},
    {"a packet to its sender", payload(7, "body", 7), Kind::none, Kind::packet},
};

// Case 46: any message before our id
TEST(MultiplayerRoom, follows_the_table_before_joining) {
    for (const Row& row : rows) {
        SCOPED_TRACE(row.what);
        Room room;
        const RoomEvent event = room.receive(row.message);
        EXPECT_EQ(event.kind, row.before);
        EXPECT_EQ(event.cause, row.cause);
        EXPECT_FALSE(room.room.is_joined());
        EXPECT_TRUE(room.peers().empty());
        const bool is_printed = event.kind == Kind::failed || room.room.unique_id() != no_peer;
        EXPECT_EQ(room.room.ignored_count(), is_printed ? 0u : 1u);
    }
}

// Case 46: changed ids, duplicate or unknown peers, server messages from others
TEST(MultiplayerRoom, follows_the_table_once_joined) {
    for (const Row& row : rows) {
        SCOPED_TRACE(row.what);
        Room room;
        room.join();
        EXPECT_EQ(room.receive(system(Type::add, 7)).kind, Kind::peer_connected);
        const RoomEvent event = room.receive(row.message);
        EXPECT_EQ(event.kind, row.joined);
        EXPECT_EQ(event.cause, Cause::none);
        EXPECT_EQ(room.room.unique_id(), us) << "it never changes";
        EXPECT_EQ(room.room.ignored_count(), event.kind == Kind::none ? 1u : 0u);
        const std::size_t change = event.kind == Kind::peer_connected ? 3u : 2u;
        EXPECT_EQ(room.peers().size(), event.kind == Kind::peer_disconnected ? 1u : change);
        EXPECT_EQ(room.receive(system(Type::add, server_peer)).kind, Kind::none) << "joined once";
    }
}

TEST(MultiplayerRoom, recognises_godot_4_by_four_bytes_only_in_the_first_message) {
    Room room;
    EXPECT_EQ(room.receive("x").kind, Kind::none);
    EXPECT_EQ(room.receive("1234").kind, Kind::none);
    EXPECT_EQ(room.room.ignored_count(), 2u);
}

// Case 46: too many peers
TEST(MultiplayerRoom, fails_at_one_peer_too_many) {
    Room room(3);
    room.join();
    for (const PeerId peer : {2, 3, 4}) {
        EXPECT_EQ(room.receive(system(Type::add, peer)).kind, Kind::peer_connected);
    }
    const RoomEvent event = room.receive(system(Type::add, 5));
    EXPECT_EQ(event.kind, Kind::failed);
    EXPECT_EQ(event.cause, Cause::too_many_peers);
    EXPECT_EQ(room.peers().size(), 4u);
}

// Case 46: a million peers
TEST(MultiplayerRoom, never_grows_beyond_its_limit) {
    Room room(4096);
    room.join();
    int failed = 0;
    for (PeerId peer = 2; peer < 1'000'000; ++peer) {
        failed += room.receive(system(Type::add, peer)).kind == Kind::failed ? 1 : 0;
    }
    EXPECT_EQ(room.peers().size(), 4097u);
    EXPECT_GT(failed, 990'000);
    EXPECT_LE(room.memory.peak, (8192u + 4096u) * sizeof(PeerId));
}

// Case 67: a view of the peers, and more peers in the same poll
TEST(MultiplayerRoom, moves_its_peers_only_when_space_is_reserved) {
    for (const std::size_t count : {1u, 16u, 17u, 100u}) {
        Room room(100);
        ASSERT_TRUE(room.room.reserve(count + 1));
        EXPECT_EQ(room.room.receive(bytes_of(system(Type::id, us))).kind, Kind::none);
        EXPECT_EQ(room.room.receive(bytes_of(system(Type::add, server_peer))).kind, Kind::joined);
        const PeerId* const first = room.room.peers().data();
        const int allocation_count = room.memory.allocation_count;
        for (std::size_t i = 0; i < count; ++i) {
            const auto peer = static_cast<PeerId>(1000 + i);
            EXPECT_EQ(room.room.receive(bytes_of(system(Type::add, peer))).kind,
                      Kind::peer_connected);
        }
        EXPECT_EQ(room.room.peers().data(), first);
        EXPECT_EQ(room.memory.allocation_count, allocation_count);
    }
}

TEST(MultiplayerRoom, fails_at_a_peer_without_reserved_space) {
    Room room(100);
    room.join();
    RoomEvent event;
    PeerId peer = 2;
    while ((event = room.room.receive(bytes_of(system(Type::add, peer)))).kind ==
           Kind::peer_connected)
        ++peer;
    EXPECT_EQ(event.cause, Cause::out_of_memory);
    EXPECT_EQ(room.peers().size(), 16u);
    EXPECT_EQ(room.receive(system(Type::add, peer)).kind, Kind::peer_connected);
}

TEST(MultiplayerRoom, reserves_no_more_than_its_limit) {
    Room room(20);
    room.join();
    EXPECT_TRUE(room.room.reserve(SIZE_MAX));
    EXPECT_LE(room.memory.used, MultiplayerRoom::memory_max(20));
    Room unlimited(SIZE_MAX);
    EXPECT_TRUE(unlimited.room.reserve(100));
    EXPECT_LE(unlimited.memory.used, 101 * sizeof(PeerId));
}

TEST(MultiplayerRoom, never_exceeds_its_maximum_when_it_shrinks) {
    for (const std::size_t peer_count_max : {16u, 32u, 33u, 100u, 4096u}) {
        Room room(peer_count_max);
        room.join();
        for (std::size_t i = 0; i < peer_count_max; ++i) {
            room.receive(system(Type::add, static_cast<PeerId>(1000 + i)));
        }
        for (std::size_t i = 0; i < peer_count_max; ++i) {
            room.receive(system(Type::del, static_cast<PeerId>(1000 + i)));
            room.room.shrink();
        }
        EXPECT_LE(room.memory.peak, MultiplayerRoom::memory_max(peer_count_max)) << peer_count_max;
        EXPECT_EQ(room.peers(), std::vector<PeerId>{server_peer});
        EXPECT_LE(room.memory.used, 64u);
    }
}

TEST(MultiplayerRoom, frees_the_memory_that_its_peers_do_not_need) {
    Room room(4096);
    room.join();
    ASSERT_TRUE(room.room.reserve(3000));
    EXPECT_GE(room.memory.used, 3000 * sizeof(PeerId));
    room.room.shrink();
    EXPECT_LE(room.memory.used, 64u);
    EXPECT_EQ(room.peers(), std::vector<PeerId>{server_peer});
    room.memory.limit = 0;
    room.room.shrink();
    EXPECT_EQ(room.peers(), std::vector<PeerId>{server_peer});
}

// Case 38: no memory for a peer
TEST(MultiplayerRoom, reports_exhausted_memory) {
    for (const std::size_t n : {0u, 1u}) {
        Room room(100);
        room.memory.limit = n * 16 * sizeof(PeerId);
        RoomEvent event = room.receive(system(Type::id, us));
        for (PeerId peer = 1; event.kind != Kind::failed && peer < 100; ++peer) {
            event = room.receive(system(Type::add, peer));
        }
        EXPECT_EQ(event.cause, Cause::out_of_memory);
        EXPECT_EQ(room.room.is_joined(), n > 0);
        EXPECT_EQ(room.peers().size(), n == 0 ? 0u : 16u) << "nothing is lost";
    }
}

TEST(MultiplayerRoom, is_emptied_starting_with_the_first_peer) {
    Room room;
    room.join();
    for (const PeerId peer : {9, 4}) room.receive(system(Type::add, peer));
    for (const PeerId peer : {server_peer, 4, 9, no_peer, no_peer}) {
        EXPECT_EQ(room.room.take_peer(), peer);
    }
    EXPECT_TRUE(room.room.is_joined()) << "that it was stays recorded";
}

TEST(MultiplayerRoom, starts_again) {
    Room room;
    room.join();
    room.receive("nonsense");
    room.room.clear();
    EXPECT_FALSE(room.room.is_joined());
    EXPECT_EQ(room.room.unique_id(), no_peer);
    EXPECT_EQ(room.room.ignored_count(), 0u);
    EXPECT_EQ(room.receive("1234").cause, Cause::join_godot4) << "the first message again";
    room.room.clear();
    room.join();
}

}  // namespace
}  // namespace linnet::test
