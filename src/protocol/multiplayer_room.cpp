// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/protocol/multiplayer_room.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

// Size of the first message of a Godot 4 server, which consists of the peer's id.
constexpr std::size_t godot4_hello_size = 4;

using Kind = RoomEvent::Kind;
using Type = MultiplayerPacket::Type;

bool is_client_id(PeerId id) {
    return id > server_peer;
}

}  // namespace

std::span<const PeerId> MultiplayerRoom::peers() const {
    return {begin(), count_};
}

bool MultiplayerRoom::has(PeerId peer) const {
    return std::binary_search(begin(), begin() + count_, peer);
}

void MultiplayerRoom::clear() {
    count_ = taken_count_ = 0;
    unique_id_ = no_peer;
    is_joined_ = has_received_ = false;
    ignored_count_ = 0;
}

PeerId MultiplayerRoom::take_peer() {
    if (count_ == 0) return no_peer;
    const PeerId first = *begin();
    ++taken_count_;
    --count_;
    return first;
}

// At least doubles the capacity.
bool MultiplayerRoom::reserve(std::size_t count) {
    // The limit does not count the server.
    const std::size_t left = peer_count_max_ - std::min(count_, peer_count_max_);
    const std::size_t needed = count_ + (count > left ? left + 1 : count);
    return needed <= capacity() || resize(std::max({needed, capacity() * 2, first_capacity}));
}

// Keeps its size if memory runs out.
void MultiplayerRoom::shrink() {
    const std::size_t enough = std::max(2 * count_, first_capacity);
    if (capacity() / 2 >= enough) static_cast<void>(resize(enough));
}

bool MultiplayerRoom::resize(std::size_t capacity) {
    const Bytes peers(reinterpret_cast<const std::uint8_t*>(begin()), count_ * sizeof(PeerId));
    if (!block_.reallocate(capacity * sizeof(PeerId), peers)) return false;
    taken_count_ = 0;
    return true;
}

// Returns false if the array is full.
bool MultiplayerRoom::insert(PeerId peer) {
    if (taken_count_ + count_ == capacity()) return false;
    PeerId* const position = std::upper_bound(begin(), begin() + count_, peer);
    std::copy_backward(position, begin() + count_, begin() + count_ + 1);
    *position = peer;
    ++count_;
    return true;
}

RoomEvent MultiplayerRoom::ignore() {
    ++ignored_count_;
    return {};
}

RoomEvent MultiplayerRoom::receive(Bytes message) {
    const bool is_first = !std::exchange(has_received_, true);
    MultiplayerPacket packet;
    if (!decode_multiplayer_packet(message, packet)) {
        if (is_first && message.size() == godot4_hello_size) {
            return {.kind = Kind::failed, .cause = Cause::join_godot4};
        }
        return ignore();
    }
    if (packet.type != Type::payload) return receive_system(packet);
    if (!is_joined_ || !has(packet.source)) return ignore();
    return {.kind = Kind::packet, .peer = packet.source};
}

RoomEvent MultiplayerRoom::receive_system(const MultiplayerPacket& packet) {
    if (packet.source != server_peer) return ignore();
    const PeerId subject = subject_of(packet);
    switch (packet.type) {
        case Type::payload: break;
        case Type::id: return receive_id(subject);
        case Type::add: return receive_add(subject);
        case Type::del: return receive_del(subject);
    }
    return ignore();
}

RoomEvent MultiplayerRoom::receive_id(PeerId id) {
    if (unique_id_ != no_peer) return ignore();
    if (!is_client_id(id)) return {.kind = Kind::failed, .cause = Cause::join_id_out_of_range};
    unique_id_ = id;
    return {};
}

RoomEvent MultiplayerRoom::receive_add(PeerId peer) {
    const bool is_server = peer == server_peer;
    const bool can_join = is_server && unique_id_ != no_peer && !is_joined_;
    const bool is_new = is_joined_ && is_client_id(peer) && peer != unique_id_ && !has(peer);
    if (!can_join && !is_new) return ignore();
    // The limit does not count the server.
    if (count_ > peer_count_max_) return {.kind = Kind::failed, .cause = Cause::too_many_peers};
    if (!insert(peer)) return {.kind = Kind::failed, .cause = Cause::out_of_memory};
    is_joined_ = true;
    return {.kind = is_server ? Kind::joined : Kind::peer_connected, .peer = peer};
}

RoomEvent MultiplayerRoom::receive_del(PeerId peer) {
    if (!is_client_id(peer) || !has(peer)) return ignore();
    PeerId* const position = std::lower_bound(begin(), begin() + count_, peer);
    std::copy(position + 1, begin() + count_, position);
    --count_;
    return {.kind = Kind::peer_disconnected, .peer = peer};
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
