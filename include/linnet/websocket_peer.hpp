// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// `WebSocketPeer` as Godot 3 documents it: the server, as a client sees it. `get_peer(1)` returns
// it; it is valid as long as the client.
#pragma once

#include "linnet/packet_peer.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The server of a WebSocket connection. Without gd_mp_api its inherited `put_packet` and
/// `get_packet` exchange messages.
///
/// Example:
///
///     linnet::WebSocketPeer& peer = *client.get_peer(1);
///     peer.set_write_mode(linnet::WebSocketPeer::WRITE_MODE_TEXT);
///     if (peer.put_packet("{\"ready\": true}") != linnet::Error::ok) print("not open");
///     const linnet::Bytes packet = peer.get_packet();
///     if (peer.was_string_packet()) print(linnet::text_of(packet));
///     if (peer.get_current_outbound_buffered_amount() > 100'000) print("the network is slow");
class WebSocketPeer : public PacketPeer {
 public:
    /// The type of sent messages (RFC 6455 5.6). Text must be UTF-8.
    enum WriteMode : std::uint8_t { WRITE_MODE_TEXT = 0, WRITE_MODE_BINARY = 1 };

    /// Returns the type of messages that `put_packet` sends; binary by default.
    WriteMode get_write_mode() const;
    /// Sets the type for later `put_packet` calls. Each successful `connect_to_url` resets it to
    /// binary. In a room (gd_mp_api) it has no effect: packets are binary.
    void set_write_mode(WriteMode mode);

    /// Returns true if the last packet from `get_packet` was a text message; false before the
    /// first.
    bool was_string_packet() const;

    /// Returns true from the accepted handshake until the connection has ended, closing included.
    bool is_connected_to_host() const;

    /// As `WebSocketClient::disconnect_from_host`, except that it does nothing while connecting.
    Error close(int code = 1000, std::string_view reason = "");

    /// Returns the server's IP address as text, valid until the next `connect_to_url`; empty unless
    /// `is_connected_to_host()`.
    std::string_view get_connected_host() const;
    /// Returns the server's TCP port; 0 unless `is_connected_to_host()`.
    std::uint16_t get_connected_port() const;

    /// Sets TCP_NODELAY, which is on by default for each connection. Returns `failed` if
    /// not connected, or if the OS refuses.
    Error set_no_delay(bool enabled);

    /// Returns the total payload, in bytes, of messages not yet completely passed to the OS; 0
    /// unless `is_connected_to_host()`.
    std::size_t get_current_outbound_buffered_amount() const;

 private:
    friend class ClientCore;
    explicit WebSocketPeer(ClientCore* core) : PacketPeer(core, Face::peer) {}
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
