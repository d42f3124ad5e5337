// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Rooms of Godot 3's server: linnet's peers together with one of Godot's own, calls between
// instances of MultiplayerAPI, and the same scenario with Godot's server and with the embedded one.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/relay_server.hpp"
#include "linnet/linnet.hpp"
#include "linnet/system_clock.hpp"
#include "live/foreign_server.hpp"
#include "testkit/certificates.hpp"

namespace linnet::test {
namespace {

constexpr std::uint64_t deadline_us = 20'000'000;

Launch godot(const std::string& script, Scheme scheme = Scheme::ws) {
    const std::string project = std::string(LINNET_LIVE_DIR) + "/godot_room";
    Launch launch{.command = {"godot3-server", "--path", project, "-s", script},
                  .gets_its_port = true};
    if (scheme == Scheme::wss) {
        launch.settings = {"LINNET_LIVE_CERTIFICATE=" LINNET_CERTIFICATES_DIR "/good.pem",
                           "LINNET_LIVE_KEY=" LINNET_CERTIFICATES_DIR "/good.key"};
    }
    return launch;
}

class GodotServer : public ForeignServer {
 public:
    using ForeignServer::ForeignServer;
    /// Skips the test; under CI, where it is required, fails it.
    bool is_there() {
        const bool may_be_absent = std::getenv("CI") == nullptr;
        EXPECT_TRUE(is_ready() || (is_absent() && may_be_absent)) << printed();
        return is_ready();
    }
};

// A peer that logs its signals and packets, with the actual ids.
struct Peer {
    explicit Peer(const Options& options = {}) : client(options) {
        const auto with_id = [this](const char* name) {
            return [this, name](int id) { note(name, id); };
        };
        client.peer_connected.connect(with_id("here"));
        client.peer_disconnected.connect(with_id("gone"));
        client.connection_succeeded.connect([this] { lines.push_back("joined"); });
        client.connection_failed.connect([this] { lines.push_back("failed"); });
        client.server_disconnected.connect([this] { lines.push_back("server gone"); });
        client.server_close_request.connect([this](int code, std::string_view reason) {
            // Godot sends a NUL after its reason.
            lines.push_back("close " + std::to_string(code) + " " +
                            std::string(reason.substr(0, reason.find('\0'))));
        });
        client.connection_closed.connect(
            [this](bool clean) { lines.push_back(clean ? "closed" : "cut off"); });
        client.peer_packet.connect([this](int) {
            const int source = client.get_packet_peer();
            lines.push_back("packet " + std::to_string(source) + " " +
                            std::string(text_of(client.get_packet())));
        });
    }
    void note(const char* name, int id) { lines.push_back(name + (" " + std::to_string(id))); }
    int id() const { return client.get_unique_id(); }
    bool put(int target, std::string_view packet) {
        client.set_target_peer(target);
        return client.put_packet(packet) == Error::ok;
    }
    bool has(const std::string& line) const {
        return std::find(lines.begin(), lines.end(), line) != lines.end();
    }

    std::vector<std::string> lines;
    WebSocketClient client;
};

class Room {
 public:
    Room(std::string url, std::size_t count, const X509Certificate* roots = nullptr,
         cli::RelayServer* own = nullptr)
        : url_(std::move(url)), own_(own) {
        Options options;
        options.ca_bundle = roots;
        for (std::size_t i = 0; i < count; ++i) {
            peers.push_back(std::make_unique<Peer>(options));
            join(i);
        }
    }
    void join(std::size_t index) {
        Peer& peer = *peers[index];
        ASSERT_EQ(peer.client.connect_to_url(url_, {}, true), Error::ok);
        // One after the other; all others know a peer before the next one joins.
        ASSERT_TRUE(until([&] {
            const auto joined_count = static_cast<std::size_t>(std::count_if(
                peers.begin(), peers.end(), [](const auto& each) { return each->id() != 0; }));
            return peer.id() != 0 && peer.client.peers().size() == joined_count &&
                   std::all_of(peers.begin(), peers.end(), [&](const auto& each) {
                       return each->id() == 0 || &*each == &peer ||
                              each->has("here " + std::to_string(peer.id()));
                   });
        })) << peer.client.failure().explain();
    }
    template <class Holds>
    bool until(Holds holds) {
        SystemClock clock;
        const std::uint64_t begin_us = clock.now_us();
        while (!holds()) {
            if (clock.now_us() - begin_us > deadline_us) return false;
            if (own_ != nullptr) own_->step();
            for (const auto& peer : peers) peer->client.poll();
            if (own_ == nullptr && !peers.empty()) peers[0]->client.wait(1);
        }
        return true;
    }
    Peer& operator[](std::size_t index) { return *peers[index]; }

    std::vector<std::unique_ptr<Peer>> peers;

 private:
    std::string url_;
    cli::RelayServer* own_;
};

std::string packet(int source, std::string_view text) {
    return "packet " + std::to_string(source) + " " + std::string(text);
}

class GodotRoom : public testing::TestWithParam<Scheme> {
 protected:
    std::string url(std::uint16_t port) const {
        const std::string scheme = GetParam() == Scheme::ws ? "ws" : "wss";
        return scheme + "://127.0.0.1:" + std::to_string(port) + "/";
    }
    void SetUp() override {
        if (GetParam() == Scheme::ws) return;
        const std::string reason = why_no_certificates();
        if (!reason.empty()) GTEST_SKIP() << reason;
        ASSERT_EQ(roots.load(LINNET_CERTIFICATES_DIR "/root.crt"), Error::ok);
    }
    const X509Certificate* trusted() const { return GetParam() == Scheme::ws ? nullptr : &roots; }

    X509Certificate roots;
};

TEST_P(GodotRoom, carries_packets_to_their_targets) {
    GodotServer server(godot("room.gd", GetParam()));
    if (!server.is_there()) GTEST_SKIP() << "godot3-server is not installed";
    Room room(url(server.port()), 3, trusted());
    const int a = room[0].id(), b = room[1].id(), c = room[2].id();

    ASSERT_TRUE(room[0].put(0, "to all"));
    ASSERT_TRUE(room[1].put(a, "to a"));
    ASSERT_TRUE(room[2].put(-b, "to all but b"));
    ASSERT_TRUE(room[1].put(1, "to the server"));
    ASSERT_TRUE(room[0].put(1, "others hello"));
    ASSERT_TRUE(room[0].put(1, "back hello"));
    ASSERT_TRUE(room.until([&] {
        return room[0].has(packet(b, "to a")) && room[0].has(packet(c, "to all but b")) &&
               room[0].has(packet(1, "hello")) && room[1].has(packet(a, "to all")) &&
               room[1].has(packet(1, "hello")) && room[2].has(packet(1, "hello"));
    }));
    EXPECT_TRUE(server.has_printed(packet(b, "13 to the server")));
    using Lines = std::vector<std::string>;
    const auto here = [](int id) { return "here " + std::to_string(id); };
    EXPECT_EQ(room[1].lines, (Lines{"here 1", "joined", here(a), here(c), packet(a, "to all"),
                                    packet(1, "hello")}));
    // In the order of joining, since ids are random.
    const Lines others = a < b ? Lines{here(a), here(b)} : Lines{here(b), here(a)};
    EXPECT_EQ(room[2].lines, (Lines{"here 1", "joined", others[0], others[1], packet(a, "to all"),
                                    packet(1, "hello")}));
}

TEST_P(GodotRoom, carries_packets_of_every_size) {
    GodotServer server(godot("room.gd", GetParam()));
    if (!server.is_there()) GTEST_SKIP() << "godot3-server is not installed";
    Room room(url(server.port()), 2, trusted());
    for (const std::size_t size : {0u, 1u, 125u, 126u, 65526u, 1'000'000u}) {
        SCOPED_TRACE(size);
        const std::string words(size, 'z');
        ASSERT_TRUE(room[0].put(1, words));
        const std::string shown = size <= 200 ? words : "";
        EXPECT_TRUE(server.has_printed(packet(room[0].id(), std::to_string(size) + " " + shown)));
        ASSERT_TRUE(room[0].put(room[1].id(), words));
        ASSERT_TRUE(room.until([&] { return room[1].has(packet(room[0].id(), words)); }));
        if (size == 0) continue;  // Godot sends no empty packet
        ASSERT_TRUE(room[0].put(1, "big " + std::to_string(size)));
        ASSERT_TRUE(room.until([&] { return room[0].has(packet(1, words)); }));
    }
}

TEST_P(GodotRoom, kicks_peers_closes_and_dies_as_documented) {
    using Lines = std::vector<std::string>;
    struct Row {
        const char* what;
        std::string command;  // empty: the server is killed
        Lines ending;         // before the announcements of the remaining peers
    };
    const Row rows[] = {
        {"kick", "kick", {"close 4001 kick", "closed"}},
        {"stop", "stop", {"close 1000 ", "closed"}},
        {"killed", "", {"cut off"}},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.what);
        GodotServer server(godot("room.gd", GetParam()));
        if (!server.is_there()) GTEST_SKIP() << "godot3-server is not installed";
        Room room(url(server.port()), 2, trusted());
        const std::string other = std::to_string(room[0].id());
        const int own = room[1].id();
        room[1].lines.clear();
        if (row.command.empty()) {
            server.kill();
        } else {
            ASSERT_TRUE(room[1].put(1, row.command));
        }
        ASSERT_TRUE(room.until([&] { return room[1].has("server gone"); }));
        Lines expected = row.ending;
        for (const std::string& line : {std::string("gone 1"), "gone " + other}) {
            expected.push_back(line);
        }
        expected.push_back("server gone");
        // Nothing can be sent after close_notify: our close frame only if it is sent earlier.
        const bool is_overtaken =
            GetParam() == Scheme::wss && row.command == "stop" && room[1].has("cut off");
        if (is_overtaken) expected[1] = "cut off";
        EXPECT_EQ(room[1].lines, expected) << room[1].client.failure().explain();
        if (row.command != "kick") continue;
        ASSERT_TRUE(room.until([&] { return room[0].has("gone " + std::to_string(own)); }));
        room.join(1);
        EXPECT_NE(room[1].id(), own) << "a peer that joins again has a new id";
    }
}

INSTANTIATE_TEST_SUITE_P(Both, GodotRoom, testing::Values(Scheme::ws, Scheme::wss),
                         [](const auto& row) {
                             return std::string(row.param == Scheme::ws ? "ws" : "wss");
                         });

// Only over ws://: Godot's client does not accept a custom root.
TEST(GodotGuest, is_a_peer_in_our_room) {
    GodotServer server(godot("room.gd"));
    if (!server.is_there()) GTEST_SKIP() << "godot3-server is not installed";
    const std::string url = "ws://127.0.0.1:" + std::to_string(server.port()) + "/";
    Room room(url, 3);
    Launch launch = godot("guest.gd");
    launch.gets_its_port = false;
    launch.settings.push_back("LINNET_LIVE_URL=" + url);
    GodotServer guest(launch);
    ASSERT_TRUE(guest.is_there());
    ASSERT_TRUE(room.until([&] { return room[2].client.peers().size() == 4; }));
    const std::string printed = guest.printed();
    const int guest_id = std::atoi(printed.c_str() + printed.find("READY ") + 6);
    EXPECT_TRUE(room[0].has("here " + std::to_string(guest_id)));

    ASSERT_TRUE(room[0].put(guest_id, "hi"));
    EXPECT_TRUE(guest.has_printed(packet(room[0].id(), "2 hi")));
    ASSERT_TRUE(room[0].put(guest_id, "say 0 to all"));
    ASSERT_TRUE(room[1].put(guest_id, "say " + std::to_string(room[1].id()) + " to you"));
    ASSERT_TRUE(room[1].put(guest_id, "say -" + std::to_string(room[0].id()) + " not to a"));
    ASSERT_TRUE(room.until([&] {
        return room[0].has(packet(guest_id, "to all")) && room[1].has(packet(guest_id, "to you")) &&
               room[1].has(packet(guest_id, "not to a")) &&
               room[2].has(packet(guest_id, "not to a"));
    }));
    EXPECT_FALSE(room[0].has(packet(guest_id, "not to a")));
    const std::string leaver = std::to_string(room[2].id());
    EXPECT_EQ(room[2].client.disconnect_from_host(), Error::ok);
    ASSERT_TRUE(room.until([&] { return room[0].has("gone " + leaver); }));
    EXPECT_TRUE(guest.has_printed("gone " + leaver));
    guest.kill();
    ASSERT_TRUE(room.until([&] { return room[0].has("gone " + std::to_string(guest_id)); }));
}

// ---- MultiplayerAPI --------------------------------------------------------------------------

std::string bytes_of_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    }
    return bytes;
}

// Calls of Godot's MultiplayerAPI: the path "N" is assigned the number 1, and until that is
// confirmed, a call ends with the path.
const std::string path_n = bytes_of_hex("02010000004e00");
const std::string call_greet_hi = bytes_of_hex(
    "0018000080"
    "677265657400"
    "01"
    "0400000002000000"
    "68690000"
    "4e00");
const std::string call_answer_7 = bytes_of_hex(
    "0015000080"
    "616e7377657200"
    "01"
    "0200000007000000"
    "4e00");
const std::string raw_call = bytes_of_hex(
    "04"
    "63616c6c");

TEST(GodotCalls, arrive_byte_for_byte_and_are_executed) {
    GodotServer server(godot("calls.gd"));
    if (!server.is_there()) GTEST_SKIP() << "godot3-server is not installed";
    Room room("ws://127.0.0.1:" + std::to_string(server.port()) + "/", 1);
    const std::string id = std::to_string(room[0].id());
    EXPECT_TRUE(server.has_printed("here " + id));
    ASSERT_TRUE(room[0].put(1, path_n));
    ASSERT_TRUE(room[0].put(1, call_greet_hi));
    EXPECT_TRUE(server.has_printed("greeted by " + id + ": hi"));
    ASSERT_TRUE(room[0].put(1, raw_call));
    EXPECT_TRUE(server.has_printed("bytes " + id + " call"));
    ASSERT_TRUE(room.until([&] { return room[0].has(packet(1, call_answer_7)); }));
    EXPECT_TRUE(room[0].has(packet(1, path_n)));
    EXPECT_TRUE(room[0].has(packet(1, bytes_of_hex("034e00")))) << "our path is confirmed";
}

// ---- one scenario, two servers ---------------------------------------------------------------

// What each of four peers received, with letters for the other peers.
std::map<std::string, std::vector<std::string>> scenario(Room& room) {
    std::map<std::string, std::string> letters;
    const auto settle = [&](std::size_t line_count) {
        return room.until([&] {
            std::size_t count = 0;
            for (const auto& peer : room.peers) count += peer->lines.size();
            return count >= line_count;
        });
    };
    for (std::size_t i = 0; i < 4; ++i) {
        letters[std::to_string(room[i].id())] = std::string(1, static_cast<char>('a' + i));
    }
    const int b = room[1].id(), d = room[3].id();
    EXPECT_TRUE(settle(20));
    EXPECT_TRUE(room[0].put(0, "to all") && settle(23));
    EXPECT_TRUE(room[2].put(b, "to b") && settle(24));
    EXPECT_TRUE(room[1].put(-d, "not to d") && settle(26));
    EXPECT_TRUE(room[3].put(1, "all from the server") && settle(30));
    EXPECT_TRUE(room[3].put(1, "others again") && settle(33));
    EXPECT_TRUE(room[1].put(12345, "to no peer"));
    EXPECT_TRUE(room[1].put(1, "back done") && settle(34));
    EXPECT_EQ(room[0].client.disconnect_from_host(), Error::ok);
    EXPECT_TRUE(settle(34 + 3 + 6));
    EXPECT_TRUE(room[2].put(1, "kick") && settle(43 + 2 + 6));

    std::map<std::string, std::vector<std::string>> lines_by_peer;
    for (std::size_t i = 0; i < 4; ++i) {
        std::vector<std::string>& lines = lines_by_peer[std::string(1, static_cast<char>('a' + i))];
        for (std::string line : room[i].lines) {
            for (const auto& [id, letter] : letters) {
                const std::size_t at = line.find(id);
                if (at != line.npos) line.replace(at, id.size(), letter);
            }
            lines.push_back(line);
        }
        // Peers in the room are announced by their ids, which are random.
        std::sort(lines.begin(), lines.end());
    }
    return lines_by_peer;
}

// As in room.gd.
void obey(cli::RelayServer& server, PeerId source, std::string_view text) {
    const std::string_view word = text.substr(0, text.find(' '));
    const Bytes rest = bytes_of(text.substr(std::min(text.size(), word.size() + 1)));
    if (word == "all") server.put(0, rest);
    if (word == "back") server.put(source, rest);
    if (word == "others") server.put(-source, rest);
    if (word == "kick") server.disconnect_peer(source, 4001, "kick");
}

TEST(Scenario, is_the_same_with_godots_server_and_the_embedded_one) {
    GodotServer godots(godot("room.gd"));
    if (!godots.is_there()) GTEST_SKIP() << "godot3-server is not installed";
    Room foreign("ws://127.0.0.1:" + std::to_string(godots.port()) + "/", 4);
    const auto expected = scenario(foreign);

    cli::RelayServer own{Limits{}};
    ASSERT_TRUE(own.listen(0));
    own.listeners.packet = [&](PeerId source, Bytes body) { obey(own, source, text_of(body)); };
    Room room("ws://127.0.0.1:" + std::to_string(own.port()) + "/", 4, nullptr, &own);
    EXPECT_EQ(scenario(room), expected);
}

}  // namespace
}  // namespace linnet::test
