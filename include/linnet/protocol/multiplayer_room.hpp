// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What a peer of Godot 3's high-level multiplayer knows of its room: its own id, and who is there.
// Messages in, events out; no clock, no socket.
//
// A server may be broken or hostile. Nothing changes but by these rules; what is ignored is
// counted:
//
//     message                                  before joining      joined
//     ---------------------------------------  ------------------  ------------------
//     shorter than a header, of an unknown     ignored             ignored
//       type, or an add, del or id without
//       a peer
//     4 bytes, the first message of all        failed: a Godot 4   ignored
//                                                server
//     add, del or id not from the server       ignored             ignored
//     id from 2 to 2^31 - 1                    ours                ignored (a second one)
//     id out of that range                     failed              ignored
//     add of the server                        joined, if the id   ignored (it is there)
//                                                has come, else
//                                                ignored
//     add of a peer that is not there          ignored             peer_connected
//     add of one that is, of ourselves, or     ignored             ignored
//       of an id that is none
//     add of one peer more than the limit      ignored             failed
//     del of a peer that is there              ignored             peer_disconnected
//     del of another, of the server or of      ignored             ignored
//       ourselves
//     payload from the server or a peer        ignored             packet
//       that is there
//     payload from another                     ignored             ignored
#pragma once

#include "linnet/block.hpp"
#include "linnet/cause.hpp"
#include "linnet/codec/multiplayer_packet.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

struct RoomEvent {
    enum class Kind : std::uint8_t {
        none,               ///< ignored, or our id has come
        joined,             ///< `peer` is the server: our id and it are there
        peer_connected,     ///< `peer`
        peer_disconnected,  ///< `peer`
        packet,             ///< of `peer`: the message stays in the queue
        failed,             ///< `cause`
    };
    Kind kind = Kind::none;
    PeerId peer = no_peer;
    Cause cause = Cause::none;
};

class MultiplayerRoom {
 public:
    /// Takes no memory before `reserve`.
    MultiplayerRoom(Memory* memory, std::size_t peer_count_max)
        : block_(memory), peer_count_max_(peer_count_max) {}

    /// The most it takes: while it grows, the old block too.
    static constexpr std::size_t memory_max(std::size_t peer_count_max) {
        const std::size_t capacity = 2 * (peer_count_max + 1);  // with the server
        return (capacity > first_capacity ? capacity : first_capacity) * sizeof(PeerId) * 3 / 2;
    }

    /// Makes space for `count` more peers, as far as `peer_count_max` allows; only here may the
    /// memory behind `peers` move. False, and nothing has changed, if there is no memory.
    bool reserve(std::size_t count);
    /// Gives back what `reserve` took and no peer needs, if it is half at least; the memory behind
    /// `peers` may move.
    void shrink();
    /// What `message` means and changes. A peer that joins needs space: at most one per message.
    /// Without it the event is `failed` with out_of_memory.
    RoomEvent receive(Bytes message);

    bool is_joined() const { return is_joined_; }
    /// Ours, or no_peer.
    PeerId unique_id() const { return unique_id_; }
    /// Who is there, the server too, in ascending order. The memory is valid until the next
    /// `reserve`; its elements change as peers join and leave.
    std::span<const PeerId> peers() const;
    /// Takes the first peer away and returns it, or no_peer if none is left: for the end.
    PeerId take_peer();
    /// As if nothing had been heard; keeps the memory.
    void clear();

    /// Messages that meant nothing.
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
    std::size_t taken_count_ = 0;  // from the front, at the end
    std::size_t peer_count_max_;
    PeerId unique_id_ = no_peer;
    bool is_joined_ = false;
    bool has_received_ = false;  // any message
    std::uint64_t ignored_count_ = 0;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
