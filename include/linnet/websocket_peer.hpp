// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// `WebSocketPeer` as Godot 3 documents it: the server, seen from a client. Comes from `get_peer(1)`
// and lives as long as the client.
#pragma once

#include "linnet/packet_peer.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class WebSocketPeer : public PacketPeer {
 public:
    enum WriteMode : std::uint8_t { WRITE_MODE_TEXT = 0, WRITE_MODE_BINARY = 1 };

    /// How later `put_packet` calls send. Binary again after each successful `connect_to_url`.
    WriteMode get_write_mode() const;
    void set_write_mode(WriteMode mode);

    /// Was the last packet from `get_packet` a text message? False before the first.
    bool was_string_packet() const;

    /// From the accepted handshake until the connection is closed, also while it is closing.
    bool is_connected_to_host() const;

    /// As `WebSocketClient::disconnect_from_host`, but while connecting it does nothing.
    Error close(int code = 1000, std::string_view reason = "");

    /// The server's IP address as text, valid until the next `connect_to_url`; empty when not open.
    std::string_view get_connected_host() const;
    /// The server's port; 0 when not open.
    std::uint16_t get_connected_port() const;

    /// TCP_NODELAY; it is on when a connection opens. Failed when not open or the OS refuses.
    Error set_no_delay(bool enabled);

    /// Payload bytes of messages not yet fully with the OS; 0 when not open.
    std::size_t get_current_outbound_buffered_amount() const;

 private:
    friend class ClientCore;
    explicit WebSocketPeer(ClientCore* core) : PacketPeer(core, Face::peer) {}
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
