// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The relay server and clients in its room, over real sockets on loopback, all in one thread. The
// rules are those of Godot's server (tests/live has the same scenario with the real one), except
// for -1, which does not reach the server here.
#include "cli/relay_server.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <set>

#include "linnet/linnet.hpp"
#include "linnet/system_clock.hpp"
#include "testkit/tally_memory.hpp"

namespace linnet::cli {
namespace {

constexpr std::uint64_t deadline_us = 60'000'000;

Options with(Memory& memory) {
    Options options;
    options.memory = &memory;
    return options;
}

struct Member {
    explicit Member(Memory& memory) : client(with(memory)) {
        client.peer_packet.connect([this](int) {
            while (client.get_available_packet_count() > 0) {
                const int source = client.get_packet_peer();
                received.emplace(source, text_of(client.get_packet()));
            }
        });
    }
    int id() const { return client.get_unique_id(); }
    bool put(int target, std::string_view packet) {
        client.set_target_peer(target);
        return client.put_packet(packet) == Error::ok;
    }

    std::multimap<int, std::string> received;  // by sender
    WebSocketClient client;
};

class Room {
 public:
    explicit Room(std::size_t count) {
        EXPECT_TRUE(server.listen(0));
        server.listeners.packet = [this](PeerId peer, Bytes body) {
            at_server.emplace(peer, text_of(body));
        };
        for (std::size_t i = 0; i < count; ++i) {
            members.push_back(std::make_unique<Member>(memory));
        }
        const std::string url = "ws://127.0.0.1:" + std::to_string(server.port()) + "/";
        for (const auto& member : members) {
            EXPECT_EQ(member->client.connect_to_url(url, {}, true), Error::ok);
        }
        EXPECT_TRUE(until([&] {
            return all([&](const Member& member) {
                return member.id() != 0 && member.client.peers().size() == members.size();
            });
        }));
    }

    template <class Holds>
    bool until(Holds holds) {
        SystemClock clock;
        const std::uint64_t begin_us = clock.now_us();
        while (!holds()) {
            if (clock.now_us() - begin_us > deadline_us) return false;
            server.step();
            for (const auto& member : members) member->client.poll();
        }
        return true;
    }
    template <class Holds>
    bool all(Holds holds) {
        return std::all_of(members.begin(), members.end(),
                           [&](const auto& member) { return holds(*member); });
    }
    Member& operator[](std::size_t index) { return *members[index]; }

    test::TallyMemory memory;
    RelayServer server{Limits{}};
    std::multimap<int, std::string> at_server;
    std::vector<std::unique_ptr<Member>> members;
};

std::set<int> ids_but(Room& room, int own) {
    std::set<int> ids{server_peer};
    for (const auto& member : room.members) ids.insert(member->id());
    ids.erase(own);
    return ids;
}

TEST(RelayServer, announces_each_peer_to_all_others) {
    Room room(5);
    for (const auto& member : room.members) {
        const auto peers = member->client.peers();
        EXPECT_EQ(std::set<int>(peers.begin(), peers.end()), ids_but(room, member->id()));
        EXPECT_TRUE(std::is_sorted(peers.begin(), peers.end()));
    }
}

struct TargetRow {
    const char* what;
    int sign;                // of the target
    std::size_t of;          // the member whose id is the target; 9: `number` itself
    int number;              // used in that case
    std::set<int> received;  // by which members
    bool at_server;
};

TEST(RelayServer, forwards_packets_to_their_targets) {
    const TargetRow rows[] = {
        {"all", 1, 9, 0, {1, 2, 3}, true},
        {"the server", 1, 9, 1, {}, true},
        {"one", 1, 2, 0, {2}, false},
        {"all but one", -1, 2, 0, {1, 3}, true},
        {"all but the server", 1, 9, -1, {1, 2, 3}, false},
        {"an absent peer", 1, 9, 12345, {}, false},
        {"all but an absent peer", 1, 9, -12345, {1, 2, 3}, true},
        {"the sender", 1, 0, 0, {}, false},
        {"the smallest number", 1, 9, INT32_MIN, {1, 2, 3}, true},
    };
    for (const TargetRow& row : rows) {
        SCOPED_TRACE(row.what);
        Room room(4);
        const int target = row.of == 9 ? row.number : row.sign * room[row.of].id();
        ASSERT_TRUE(room[0].put(target, "x"));
        // A message after it in every direction proves that nothing more arrives.
        ASSERT_TRUE(room[0].put(0, "last"));
        ASSERT_TRUE(room.until([&] {
            const auto has_last = [](const Member& member) {
                return std::any_of(member.received.begin(), member.received.end(),
                                   [](const auto& each) { return each.second == "last"; });
            };
            return has_last(room[1]) && has_last(room[2]) && has_last(room[3]);
        }));
        const int sender = room[0].id();
        for (int i = 0; i < 4; ++i) {
            const std::size_t expected = row.received.count(i) + (i == 0 ? 0u : 1u);
            EXPECT_EQ(room[static_cast<std::size_t>(i)].received.count(sender), expected) << i;
        }
        EXPECT_EQ(room.at_server.count(sender), row.at_server ? 2u : 1u);
    }
}

TEST(RelayServer, carries_packets_of_every_size) {
    Room room(2);
    const std::size_t sizes[] = {0, 1, 116, 117, 125, 126, 65526, 65527, 1'000'000};
    for (const std::size_t size : sizes) {
        ASSERT_TRUE(room[0].put(room[1].id(), std::string(size, 'x')));
        ASSERT_TRUE(room.until([&] { return !room[1].received.empty(); }));
        EXPECT_EQ(room[1].received.begin()->second.size(), size);
        room[1].received.clear();
    }
}

// Case 46: peers that use the id of another
TEST(RelayServer, drops_packets_with_a_wrong_sender) {
    Room room(2);
    test::TallyMemory memory;
    WebSocketClient raw(with(memory));
    const std::string url = "ws://127.0.0.1:" + std::to_string(room.server.port()) + "/";
    ASSERT_EQ(raw.connect_to_url(url), Error::ok);
    ASSERT_TRUE(room.until([&] {
        raw.poll();
        return raw.get_peer(1)->get_available_packet_count() == 4;
    }));
    MultiplayerPacket id;
    ASSERT_TRUE(decode_multiplayer_packet(raw.get_peer(1)->get_packet(), id));
    const PeerId own = subject_of(id);
    using Type = MultiplayerPacket::Type;
    const auto spoof = multiplayer_header(Type::payload, room[1].id(), 0);
    const auto short_one = multiplayer_header(Type::payload, own, 0);
    const auto no_servers_word = system_packet(Type::del, room[1].id());
    const auto honest = multiplayer_header(Type::payload, own, 0);
    for (const Bytes packet :
         {Bytes(spoof), Bytes(short_one).first(8), Bytes(no_servers_word), Bytes(honest)}) {
        ASSERT_EQ(raw.get_peer(1)->put_packet(packet), Error::ok);
    }
    ASSERT_TRUE(room.until([&] {
        raw.poll();
        return !room[0].received.empty() && !room[1].received.empty();
    }));
    EXPECT_EQ(room[0].received.size(), 1u);
    EXPECT_EQ(room[0].received.count(own), 1u);
    EXPECT_EQ(room[0].client.peers().size(), 3u) << "no peer was removed from the room";
}

TEST(RelayServer, announces_peers_that_leave_or_are_kicked) {
    Room room(3);
    const int kicked = room[1].id();
    std::string reason;
    room[1].client.server_close_request.connect(
        [&](int code, std::string_view why) { reason = std::to_string(code).append(why); });
    room.server.disconnect_peer(kicked, 4001, "kick");
    ASSERT_TRUE(room.until(
        [&] { return room[0].client.peers().size() == 2 && room[2].client.peers().size() == 2; }));
    ASSERT_TRUE(room.until([&] { return room[1].id() == 0; }));
    EXPECT_EQ(reason, "4001kick");
    EXPECT_EQ(room[2].client.disconnect_from_host(), Error::ok);
    ASSERT_TRUE(room.until([&] { return room[0].client.peers().size() == 1; }));
    // A peer that joins again has a new id.
    const std::string url = "ws://127.0.0.1:" + std::to_string(room.server.port()) + "/";
    ASSERT_TRUE(room.until([&] {
        return room[1].client.get_connection_status() == room[1].client.CONNECTION_DISCONNECTED;
    }));
    ASSERT_EQ(room[1].client.connect_to_url(url, {}, true), Error::ok);
    ASSERT_TRUE(room.until([&] { return room[1].id() != 0; }));
    EXPECT_NE(room[1].id(), kicked);
}

TEST(RelayServer, sends_packets_of_its_own) {
    Room room(3);
    room.server.put(0, bytes_of("all"));
    room.server.put(room[1].id(), bytes_of("one"));
    room.server.put(-room[1].id(), bytes_of("others"));
    ASSERT_TRUE(room.until([&] {
        return room.all(
            [](const Member& member) { return member.received.count(server_peer) == 2; });
    }));
    const auto words = [&](std::size_t i) {
        std::set<std::string> texts;
        for (const auto& [peer, text] : room[i].received) texts.insert(text);
        return texts;
    };
    EXPECT_EQ(words(0), (std::set<std::string>{"all", "others"}));
    EXPECT_EQ(words(1), (std::set<std::string>{"all", "one"}));
}

// The number of descriptors needed, with both ends in this process.
bool can_open(std::size_t count) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, count);
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur >= count;
}

TEST(RelayServer, loses_and_repeats_no_packet_in_a_room_of_300) {
    constexpr std::size_t count = 300;
    ASSERT_TRUE(can_open(2 * count + 50)) << "raise the limit of open files";
    Room room(count);
    const std::size_t used = room.memory.used;
    std::cout << "memory per peer in a room of " << count << ": " << used / count
              << " bytes in blocks, " << sizeof(WebSocketClient) << " in the client\n";
    for (const auto& member : room.members) {
        ASSERT_TRUE(member->put(0, "from " + std::to_string(member->id())));
        room.server.step();
    }
    ASSERT_TRUE(room.until([&] {
        return room.all([&](const Member& member) { return member.received.size() == count - 1; });
    }));
    for (const auto& member : room.members) {
        for (const auto& [source, text] : member->received) {
            ASSERT_EQ(text, "from " + std::to_string(source));
            ASSERT_EQ(member->received.count(source), 1u);
            ASSERT_NE(source, member->id());
        }
    }
    for (std::size_t i = 0; i + 1 < count; ++i) {
        ASSERT_EQ(room[i].client.disconnect_from_host(), Error::ok);
    }
    ASSERT_TRUE(room.until([&] { return room[count - 1].client.peers().size() == 1; }));
    EXPECT_EQ(room.server.connection_count(), 1u);
}

}  // namespace
}  // namespace linnet::cli
