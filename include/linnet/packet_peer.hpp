// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// `PacketPeer` as Godot 3 documents it, without `get_var` and `put_var`.
#pragma once

#include "linnet/bytes.hpp"
#include "linnet/error.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class ClientCore;

/// A queue of packets in each direction. A packet is one WebSocket message.
///
/// As in Godot, `get_peer(1)` has the packets of a plain WebSocket connection, and the client
/// itself has those of a room (gd_mp_api). On the other of the two, the packet count is 0 and
/// calls return `Error::unconfigured`.
///
/// Example:
///
///     while (server.get_available_packet_count() > 0) {
///         const linnet::Bytes packet = server.get_packet();  // valid until the next get_packet
///         print(linnet::text_of(packet));
///     }
///     const std::vector<std::uint8_t> state = {1, 2, 3};
///     if (server.put_packet(state) == linnet::Error::out_of_memory) print("the queue is full");
class PacketPeer {
 public:
    PacketPeer(const PacketPeer&) = delete;
    PacketPeer& operator=(const PacketPeer&) = delete;

    /// Returns the number of packets waiting for `get_packet`. Packets received before the
    /// connection ended stay readable until the next `connect_to_url`.
    std::size_t get_available_packet_count() const;

    /// Removes the oldest packet, possibly an empty one, and returns a view into the receive
    /// buffer, valid until the next `get_packet`, `poll`, `wait` or `connect_to_url`, or until the
    /// client is destroyed. No copy, no allocation. If the queue is empty, the view is empty and
    /// `get_packet_error` returns the reason.
    Bytes get_packet();

    /// Returns the result of the last `get_packet`:
    /// - `ok`;
    /// - `unavailable` if the queue was empty while the connection was open;
    /// - `failed` if the queue was empty and the connection was not open;
    /// - `unconfigured` on the wrong object.
    Error get_packet_error() const { return packet_error_; }

    /// Sends `packet`, which may be empty, as one message, or does nothing and returns
    /// - `failed` if not open, if closing, if the connection turns out to be lost, or if the
    ///   entropy source fails;
    /// - `out_of_memory` if the send queue has too little space now (`Limits::output_*_max`), or if
    ///   memory is exhausted;
    /// - `invalid_parameter` if the packet is larger than the send queue;
    /// - `invalid_data` if the write mode is text and the packet is not UTF-8 (RFC 6455 8.1);
    /// - `unconfigured` on the wrong object.
    ///
    /// The packet is copied and masked (RFC 6455 5.3); no reference to it is kept. In a room
    /// it is always binary and addressed to the target peer (`set_target_peer`).
    ///
    /// The argument is either text, without a final NUL (a string literal, a `const char*`, or
    /// anything else that converts to `std::string_view`), or bytes (`ContiguousBytes`), of which
    /// all are sent. A `char` array that is not const counts as bytes.
    Error put_packet(Bytes packet);
    Error put_packet(std::string_view packet) { return put_packet(bytes_of(packet)); }
    template <ContiguousBytes Packet>
    Error put_packet(Packet&& packet) {
        return put_packet(bytes_of(packet));
    }

 protected:
    // Which of the two objects this is, and thus which packets it has.
    enum class Face : std::uint8_t { client, peer };
    PacketPeer(ClientCore* core, Face face) : core_(core), face_(face) {}
    ~PacketPeer() = default;

    ClientCore* core_;

 private:
    Face face_;
    Error packet_error_ = Error::ok;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
