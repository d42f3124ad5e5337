// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// `NetworkedMultiplayerPeer` and `WebSocketMultiplayerPeer` as Godot 3 documents them, on the
// client's side: with gd_mp_api the client is one peer in a room, and the server relays packets
// between the peers. Without gd_mp_api there is no room: only `get_connection_status`, `poll`,
// `set_buffers` and `get_peer` matter, and the signals of this header are not emitted.
//
// codec/multiplayer_packet.hpp describes the wire format, protocol/multiplayer_room.hpp the rules
// of a room.
#pragma once

#include "linnet/codec/multiplayer_packet.hpp"
#include "linnet/packet_peer.hpp"
#include "linnet/signal.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class WebSocketPeer;

/// A peer of Godot 3's high-level multiplayer. In a room its own `put_packet` and `get_packet`
/// exchange packets with the other peers; those of `get_peer(1)` then return
/// `Error::unconfigured`.
///
/// Example:
///
///     client.connection_succeeded.connect([&] {
///         client.set_target_peer(0);  // to all
///         if (client.put_packet("hello") != linnet::Error::ok) print("not sent");
///     });
///     client.peer_packet.connect([&](int) {
///         const std::string sender = std::to_string(client.get_packet_peer());
///         print(sender + ": " + std::string(linnet::text_of(client.get_packet())));
///     });
///     if (client.connect_to_url("ws://127.0.0.1/", {}, true) != linnet::Error::ok) return;
class NetworkedMultiplayerPeer : public PacketPeer {
 public:
    /// The diagram in websocket_client.hpp shows the transitions and their signals.
    enum ConnectionStatus : std::uint8_t {
        CONNECTION_DISCONNECTED = 0,  ///< before the first attempt, and after the end of each
        CONNECTION_CONNECTING = 1,    ///< from `connect_to_url` until the handshake is accepted;
                                      ///< with gd_mp_api until the room is joined
        CONNECTION_CONNECTED = 2,     ///< open or closing, also closing before the room is joined
    };

    /// Returns the status. It changes only in `connect_to_url`, `disconnect_from_host`, `close`,
    /// `poll` and `wait`.
    ConnectionStatus get_connection_status() const;

    /// Makes all progress that is possible without waiting, and emits the signals. Call it once per
    /// frame. Never blocks; the work is bounded by `Limits::poll_size_max` and
    /// `Limits::poll_item_count_max`, and the next call continues. A nested call, made in a signal,
    /// returns at once.
    void poll();

    // ---- the room (gd_mp_api)

    /// How packets are transferred; see `set_transfer_mode`.
    enum TransferMode : std::uint8_t {
        TRANSFER_MODE_UNRELIABLE = 0,
        TRANSFER_MODE_UNRELIABLE_ORDERED = 1,
        TRANSFER_MODE_RELIABLE = 2,
    };

    /// Sets the target of later `put_packet` calls: 0 (the default) all peers, 1 the server, n > 1
    /// peer n, -n all peers but n. The id is sent unchecked: the server routes the packet. Allowed
    /// in any state.
    void set_target_peer(int id);
    /// Returns the sender of the packet that `get_packet` returns next; 1 if the queue is empty.
    int get_packet_peer() const;
    /// Returns this peer's id, from `connection_succeeded` until closing begins; otherwise 0.
    int get_unique_id() const;
    /// Returns the ids of all other peers, including the server (1), in ascending order. The view
    /// is valid until the next `poll`, `wait` or `connect_to_url`, or until the client is
    /// destroyed; within a `poll` its elements change as peers join and leave.
    std::span<const PeerId> peers() const;

    /// Does nothing, as in Godot: WebSocket transfers are always reliable.
    void set_transfer_mode(TransferMode) {}
    /// Returns TRANSFER_MODE_RELIABLE.
    TransferMode get_transfer_mode() const { return TRANSFER_MODE_RELIABLE; }
    /// Sets a flag without further effect: a client accepts no connections.
    void set_refuse_new_connections(bool enable) { refuses_new_connections_ = enable; }
    /// Returns the flag; false by default.
    bool is_refusing_new_connections() const { return refuses_new_connections_; }

    /// Emitted when the room has been joined, after `peer_connected(1)` and before `peer_connected`
    /// of other peers. The status is CONNECTED.
    Signal<> connection_succeeded;
    /// Emitted when the attempt has ended without joining the room, after `connection_error` or
    /// `connection_closed`.
    Signal<> connection_failed;
    /// Emitted last, when a joined room has been left: after `connection_closed` and
    /// `peer_disconnected` of each peer.
    Signal<> server_disconnected;
    /// Emitted with the id of a peer that has joined; 1 is the server.
    Signal<int> peer_connected;
    /// Emitted with the id of a peer that has left; once for each peer when the connection ends.
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

/// What Godot's WebSocket client and server have in common: queue sizes and access to the peers.
///
/// Example:
///
///     // 64 KiB and 256 packets in each direction
///     if (client.set_buffers(64, 256, 64, 256) != linnet::Error::ok) print("already connecting");
///     linnet::WebSocketPeer* peer = client.get_peer(1);  // the server; never null
class WebSocketMultiplayerPeer : public NetworkedMultiplayerPeer {
 public:
    /// Sets the bounds of the queues from the next `connect_to_url` on: payload in KiB, and the
    /// number of packets (`Limits::input_*_max` and `Limits::output_*_max`). The bounds are exact,
    /// not rounded to powers of two as in Godot. Returns
    /// - `failed` while connecting or open;
    /// - `invalid_parameter` if a value is below 1, or above `payload_max_max` or
    ///   `message_count_max_max`.
    Error set_buffers(int input_buffer_size_kb, int input_max_packets, int output_buffer_size_kb,
                      int output_max_packets);

    /// Returns the server for `peer_id` 1, and null for any other id. The object is the same for
    /// the lifetime of the client.
    WebSocketPeer* get_peer(int peer_id);

    /// gd_mp_api: emitted once for each received packet, which is queued for `get_packet`, with the
    /// id of its sender.
    Signal<int> peer_packet;

 protected:
    WebSocketMultiplayerPeer(ClientCore* core, Memory* memory)
        : NetworkedMultiplayerPeer(core, memory), peer_packet(memory) {}
    ~WebSocketMultiplayerPeer() = default;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
