// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// `NetworkedMultiplayerPeer` and `WebSocketMultiplayerPeer` as Godot 3 documents them, for a
// client: a peer among others in a room that the server keeps (gd_mp_api). Without gd_mp_api there
// is no room, and none of the signals here is emitted.
#pragma once

#include "linnet/codec/multiplayer_packet.hpp"
#include "linnet/packet_peer.hpp"
#include "linnet/signal.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class WebSocketPeer;

class NetworkedMultiplayerPeer : public PacketPeer {
 public:
    enum ConnectionStatus : std::uint8_t {
        CONNECTION_DISCONNECTED = 0,
        CONNECTION_CONNECTING = 1,  ///< from `connect_to_url` to the accepted handshake, and with
                                    ///< gd_mp_api until the server has told our id
        CONNECTION_CONNECTED = 2,   ///< open, and closing (also from a room not yet joined)
    };

    ConnectionStatus get_connection_status() const;

    /// Call it once a frame. Does everything there is to do without waiting, and emits the signals;
    /// never blocks, and handles at most `Limits::poll_*`. A nested call, from within a signal,
    /// returns at once.
    void poll();

    // ---- the room (gd_mp_api)

    enum TransferMode : std::uint8_t {
        TRANSFER_MODE_UNRELIABLE = 0,
        TRANSFER_MODE_UNRELIABLE_ORDERED = 1,
        TRANSFER_MODE_RELIABLE = 2,
    };

    /// Where `put_packet` sends: 0, as at first, to all; 1 to the server; n > 1 to that peer; -n to
    /// all but that peer. It goes out as it is: the server decides. Works in any state.
    void set_target_peer(int id);
    /// Who has sent the packet that `get_packet` gives next; 1 if there is none.
    int get_packet_peer() const;
    /// Ours, from `connection_succeeded` until the connection is closing; otherwise 0.
    int get_unique_id() const;
    /// The ids of all other peers, including the server (1), in ascending order. Valid until the
    /// next `poll`, `wait`, `connect_to_url` or the client's end; inside a `poll` its elements
    /// change as peers join and leave.
    std::span<const PeerId> peers() const;

    /// WebSocket is always reliable: setting is ignored, as in the original.
    void set_transfer_mode(TransferMode) {}
    TransferMode get_transfer_mode() const { return TRANSFER_MODE_RELIABLE; }
    /// Only a flag: nobody connects to a client.
    void set_refuse_new_connections(bool enable) { refuses_new_connections_ = enable; }
    bool is_refusing_new_connections() const { return refuses_new_connections_; }

    /// We are in the room: behind `peer_connected(1)`, before those of the others.
    Signal<> connection_succeeded;
    /// The attempt ended before that; behind `connection_error` or `connection_closed`.
    Signal<> connection_failed;
    /// The room is gone: the last signal of all, behind `connection_closed` and
    /// `peer_disconnected` for each peer that was there.
    Signal<> server_disconnected;
    /// A peer is there, is gone: 1 is the server.
    Signal<int> peer_connected;
    Signal<int> peer_disconnected;

 protected:
    NetworkedMultiplayerPeer(ClientCore* core, Memory* memory)
        : PacketPeer(core, Face::client),
          connection_succeeded(memory),
          connection_failed(memory),
          server_disconnected(memory),
          peer_connected(memory),
          peer_disconnected(memory) {}
    ~NetworkedMultiplayerPeer() = default;

 private:
    bool refuses_new_connections_ = false;
};

class WebSocketMultiplayerPeer : public NetworkedMultiplayerPeer {
 public:
    /// The bounds of the queues, from the next `connect_to_url` on: sizes in KiB, and packets. They
    /// are exact. Failed while connecting or open; invalid_parameter if one is below 1 or above
    /// `payload_max_max` or `message_count_max_max`.
    Error set_buffers(int input_buffer_size_kb, int input_max_packets, int output_buffer_size_kb,
                      int output_max_packets);

    /// The server for `peer_id` 1, null for any other. The same object for the client's whole life.
    WebSocketPeer* get_peer(int peer_id);

    /// A packet of that peer was queued (gd_mp_api): once for each.
    Signal<int> peer_packet;

 protected:
    WebSocketMultiplayerPeer(ClientCore* core, Memory* memory)
        : NetworkedMultiplayerPeer(core, memory), peer_packet(memory) {}
    ~WebSocketMultiplayerPeer() = default;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
