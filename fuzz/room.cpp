// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A room of Godot 3's multiplayer and the packets in it. Input: the maximum number of peers, the
// n-th allocation that fails (0: none), then messages: each a size in one byte, and the bytes.
//
// Checks: a slow model of the table in multiplayer_room.hpp agrees for every message; packets that
// were read are written as the same bytes; the room always stays within its limit, sorted, and
// without our own id.
#include "linnet/protocol/multiplayer_room.hpp"

#include <algorithm>
#include <vector>

#include "fuzz_input.hpp"

namespace linnet::fuzz {
namespace {

using Kind = RoomEvent::Kind;

std::int32_t id_at(Bytes message, std::size_t offset) {
    std::int64_t id = 0;
    for (std::size_t i = 0; i < 4; ++i) id |= std::int64_t{message[offset + i]} << (8 * i);
    return static_cast<std::int32_t>(id > INT32_MAX ? id - (std::int64_t{1} << 32) : id);
}

// The table, implemented directly.
struct Model {
    explicit Model(std::size_t limit) : peer_count_max(limit) {}

    RoomEvent receive(Bytes message) {
        const bool is_first = first;
        first = false;
        if (is_first && message.size() == 4) return failed(Cause::join_godot4);
        if (message.size() < 9 || message[0] > 3) return {};
        const std::int32_t source = id_at(message, 1);
        if (message[0] == 0) {
            const bool counts = joined && (source == 1 || has(source));
            return counts ? RoomEvent{.kind = Kind::packet, .peer = source} : RoomEvent{};
        }
        if (message.size() < 13 || source != 1) return {};
        const std::int32_t subject = id_at(message, 9);
        if (message[0] == 3) return receive_id(subject);
        return message[0] == 1 ? receive_add(subject) : receive_del(subject);
    }
    RoomEvent receive_id(std::int32_t id) {
        if (own != 0) return {};
        if (id < 2) return failed(Cause::join_id_out_of_range);
        own = id;
        return {};
    }
    RoomEvent receive_add(std::int32_t peer) {
        if (peer == 1 && own != 0 && !joined) {
            joined = true;
            return {.kind = Kind::joined, .peer = 1};
        }
        if (!joined || peer < 2 || peer == own || has(peer)) return {};
        if (peers.size() == peer_count_max) return failed(Cause::too_many_peers);
        peers.push_back(peer);
        return {.kind = Kind::peer_connected, .peer = peer};
    }
    RoomEvent receive_del(std::int32_t peer) {
        if (peer < 2 || std::erase(peers, peer) == 0) return {};
        return {.kind = Kind::peer_disconnected, .peer = peer};
    }
    static RoomEvent failed(Cause cause) { return {.kind = Kind::failed, .cause = cause}; }

    std::size_t peer_count_max;
    bool first = true;
    bool joined = false;
    std::int32_t own = 0;
    std::vector<std::int32_t> peers;

    bool has(std::int32_t peer) const { return std::count(peers.begin(), peers.end(), peer) > 0; }
};

void check_codec(Bytes message) {
    MultiplayerPacket packet;
    if (!decode_multiplayer_packet(message, packet)) return;
    ExactCopy out(message.size());
    require(encode_multiplayer_packet(packet, out.buffer()) == message.size(),
            "it fits as it came");
    require(out.text() == text_of(message), "a packet that was read is written as the same bytes");
}

void check_room(const MultiplayerRoom& room, const Model& model) {
    const auto peers = room.peers();
    require(room.unique_id() == model.own && room.is_joined() == model.joined,
            "our own id is the same");
    require(peers.size() == model.peers.size() + (model.joined ? 1 : 0),
            "the number of packets is the number announced");
    for (std::size_t i = 0; i < peers.size(); ++i) {
        require(i == 0 ? peers[0] == 1 : model.has(peers[i]), "both have the same code");
        require(i == 0 || peers[i - 1] < peers[i], "the peers are in ascending order");
    }
}

void run(FuzzInput input) {
    const std::size_t limit = input.byte();
    FuzzMemory memory;
    const std::size_t failing = input.byte();
    if (failing > 0) memory.allocations_left = failing - 1;
    MultiplayerRoom room(&memory, limit);
    Model model(limit);
    while (!input.is_empty()) {
        const ExactCopy message(input.take_part().rest());
        check_codec(message.bytes());
        const std::uint64_t ignored = room.ignored_count();
        static_cast<void>(room.reserve(1));
        const RoomEvent event = room.receive(message.bytes());
        // The model does not cover exhausted memory: the test ends here.
        if (event.kind == Kind::failed && event.cause == Cause::out_of_memory) {
            require(memory.allocations_left == 0, "an allocation failed");
            return;
        }
        const RoomEvent expected = model.receive(message.bytes());
        require(event.kind == expected.kind && event.peer == expected.peer &&
                    event.cause == expected.cause,
                "the table gives the same result");
        const bool is_ignored = room.ignored_count() > ignored;
        require(!is_ignored || event.kind == Kind::none, "an ignored message changes nothing");
        check_room(room, model);
    }
}

}  // namespace
}  // namespace linnet::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    linnet::fuzz::run(linnet::fuzz::FuzzInput(data, size));
    return 0;
}
