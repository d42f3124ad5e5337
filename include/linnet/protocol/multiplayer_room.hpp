// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The state of a room in Godot 3's high-level multiplayer, as one peer sees it: its own id and the
// ids of the others. Messages in, events out; no clock, no socket.
//
// The server may be faulty or hostile. Only these rules change the state; ignored messages are
// counted:
//
//     message                                  before joining      after joining
//     ---------------------------------------  ------------------  ------------------
//     shorter than a header, unknown type,     ignored             ignored
//       or an add, del or id without subject
//     4 bytes, as the very first message       failed: a Godot 4   ignored
//                                                server
//     add, del or id not from the server       ignored             ignored
//     id from 2 to 2^31 - 1                    sets our id         ignored
//     id out of that range                     failed              ignored
//     add of the server                        joined if our id    ignored
//                                                is set, otherwise
//                                                ignored
//     add of a new peer                        ignored             peer_connected
//     add of a known peer, of ourselves, or    ignored             ignored
//       of an invalid id
//     add of a peer beyond the limit           ignored             failed
//     del of a known peer                      ignored             peer_disconnected
//     del of an unknown peer, of the server    ignored             ignored
//       or of ourselves
//     payload from the server or a known peer  ignored             packet
//     payload from an unknown peer             ignored             ignored
#pragma once

#include "linnet/block.hpp"
#include "linnet/cause.hpp"
#include "linnet/codec/multiplayer_packet.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The effect of one message.
struct RoomEvent {
    enum class Kind : std::uint8_t {
        none,               ///< the message was ignored, or set our id
        joined,             ///< the room was joined; `peer` is the server
        peer_connected,     ///< `peer` joined
        peer_disconnected,  ///< `peer` left
        packet,             ///< a packet from `peer`, for the program
        failed,             ///< the connection must be closed, because of `cause`
    };
    Kind kind = Kind::none;
    PeerId peer = no_peer;
    Cause cause = Cause::none;
};

/// The rules and the state of a room.
///
/// Example:
///
///     using Type = linnet::MultiplayerPacket::Type;
///     linnet::MultiplayerRoom room(nullptr, 100);
///     if (!room.reserve(1)) return print("out of memory");
///     room.receive(linnet::system_packet(Type::id, 42));
///     const auto event = room.receive(linnet::system_packet(Type::add, linnet::server_peer));
///     if (event.kind == linnet::RoomEvent::Kind::joined) print("joined as peer 42");
class MultiplayerRoom {
 public:
    /// `peer_count_max` limits the other peers, not counting the server. No allocation before
    /// `reserve`. `memory` may be null (`malloc`).
    MultiplayerRoom(Memory* memory, std::size_t peer_count_max)
        : block_(memory), peer_count_max_(peer_count_max) {}

    /// Returns the maximum number of bytes allocated at any time, growing included.
    static constexpr std::size_t memory_max(std::size_t peer_count_max) {
        const std::size_t capacity = 2 * (peer_count_max + 1);  // with the server
        return (capacity > first_capacity ? capacity : first_capacity) * sizeof(PeerId) * 3 / 2;
    }

    /// Allocates space for `count` more peers, within `peer_count_max`. Views returned by `peers`
    /// become invalid. Returns false, and changes nothing, if memory is exhausted.
    bool reserve(std::size_t count);
    /// Frees the unused space if it is at least half of what is allocated. Views returned by
    /// `peers` become invalid.
    void shrink();
    /// Applies `message` to the state and returns its effect. A message adds at most one peer,
    /// which needs reserved space: otherwise the event is `failed` with `Cause::out_of_memory`. No
    /// allocation.
    RoomEvent receive(Bytes message);

    /// Returns true once our id is set and the server was added.
    bool is_joined() const { return is_joined_; }
    /// Returns our id, or `no_peer` before it is set.
    PeerId unique_id() const { return unique_id_; }
    /// Returns the ids of all other peers, including the server, in ascending order. The view is
    /// valid until the next `reserve` or `shrink`; its elements change as peers join and leave.
    std::span<const PeerId> peers() const;
    /// Removes and returns the first peer, or returns `no_peer` if no peer remains. Used when the
    /// connection has ended.
    PeerId take_peer();
    /// Resets the state, and keeps the memory.
    void clear();

    /// Returns the number of ignored messages.
    std::uint64_t ignored_count() const { return ignored_count_; }

 private:
    RoomEvent ignore();
    RoomEvent receive_system(const MultiplayerPacket& packet);
    RoomEvent receive_id(PeerId id);
    RoomEvent receive_add(PeerId peer);
    RoomEvent receive_del(PeerId peer);
    bool insert(PeerId peer);
    bool resize(std::size_t capacity);
    std::size_t capacity() const { return block_.size() / sizeof(PeerId); }
    bool has(PeerId peer) const;
    PeerId* begin() const { return reinterpret_cast<PeerId*>(block_.data()) + taken_count_; }

    static constexpr std::size_t first_capacity = 16;

    Block block_;  // of PeerId, sorted
    std::size_t count_ = 0;
    std::size_t taken_count_ = 0;  // peers removed from the front by `take_peer`
    std::size_t peer_count_max_;
    PeerId unique_id_ = no_peer;
    bool is_joined_ = false;
    bool has_received_ = false;  // the first message has been received
    std::uint64_t ignored_count_ = 0;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
