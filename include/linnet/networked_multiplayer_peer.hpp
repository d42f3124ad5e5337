// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// `NetworkedMultiplayerPeer` and `WebSocketMultiplayerPeer` as Godot 3 documents them, as far as a
// plain WebSocket connection needs them.
#pragma once

#include "linnet/packet_peer.hpp"

namespace linnet::inline v0 {

class WebSocketPeer;

class NetworkedMultiplayerPeer : public PacketPeer {
 public:
    enum ConnectionStatus : std::uint8_t {
        CONNECTION_DISCONNECTED = 0,
        CONNECTION_CONNECTING = 1,  ///< from `connect_to_url` to the accepted handshake
        CONNECTION_CONNECTED = 2,   ///< open, and closing
    };

    ConnectionStatus get_connection_status() const;

    /// Call it once a frame. Does everything there is to do without waiting, and emits the signals;
    /// never blocks, and handles at most `Limits::poll_*`. A nested call, from within a signal,
    /// returns at once.
    void poll();

 protected:
    using PacketPeer::PacketPeer;
    ~NetworkedMultiplayerPeer() = default;
};

class WebSocketMultiplayerPeer : public NetworkedMultiplayerPeer {
 public:
    /// The bounds of the queues, from the next `connect_to_url` on: sizes in KiB, and packets. They
    /// are exact. Failed while connecting or open; invalid_parameter if one is below 1 or above
    /// `payload_max_max` or `packet_count_max_max`.
    Error set_buffers(int input_buffer_size_kb, int input_max_packets, int output_buffer_size_kb,
                      int output_max_packets);

    /// The server for `peer_id` 1, null for any other. The same object for the client's whole life.
    WebSocketPeer* get_peer(int peer_id);

 protected:
    using NetworkedMultiplayerPeer::NetworkedMultiplayerPeer;
    ~WebSocketMultiplayerPeer() = default;
};

}  // namespace linnet::inline v0
