// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// `PacketPeer` as Godot 3 documents it, without the coding of Variants.
#pragma once

#include "linnet/bytes.hpp"
#include "linnet/error.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class ClientCore;

/// A queue of packets each way. A packet is one WebSocket message.
///
/// As Godot has it, `get_peer(1)` is where the packets of a plain WebSocket connection are, and the
/// client itself where those of the room are (gd_mp_api). The other of the two answers
/// `unconfigured`.
class PacketPeer {
 public:
    PacketPeer(const PacketPeer&) = delete;
    PacketPeer& operator=(const PacketPeer&) = delete;

    /// Messages waiting for `get_packet`. What was received before the end of a connection stays
    /// readable until the next `connect_to_url`.
    std::size_t get_available_packet_count() const;

    /// The oldest message, possibly empty: a view into the receive buffer, valid until the next
    /// `get_packet`, `poll`, `wait`, `connect_to_url` or the client's end. No copy, no allocation.
    /// When there is none the view is empty and `get_packet_error` tells why.
    Bytes get_packet();

    /// Of the last `get_packet`: ok; unavailable when the queue was empty; failed when it was empty
    /// and the connection is not open; unconfigured on the wrong object.
    Error get_packet_error() const { return packet_error_; }

    /// Sends `packet`, which may be empty, as one message. All or nothing:
    /// failed when not open, while closing, or when the link turns out to be gone; out_of_memory
    /// when it does not fit behind what is queued (`Limits::output_*`); invalid_parameter when it
    /// can never fit; invalid_data when the write mode is text and it is not UTF-8; unconfigured on
    /// the wrong object. With gd_mp_api it is always binary, and goes to the target peer. Copies it
    /// once, masked, and keeps nothing of the caller's.
    ///
    /// A packet is text (a string literal, without the NUL at its end; `const char*`, up to its
    /// first NUL; anything that converts to `std::string_view`) or bytes (`ContiguousBytes`: all of
    /// them, also of an array of `char` that is not const).
    Error put_packet(Bytes packet);
    Error put_packet(std::string_view packet) { return put_packet(bytes_of(packet)); }
    template <ContiguousBytes Packet>
    Error put_packet(Packet&& packet) {
        return put_packet(bytes_of(packet));
    }

 protected:
    enum class Face : std::uint8_t { client, peer };
    PacketPeer(ClientCore* core, Face face) : core_(core), face_(face) {}
    ~PacketPeer() = default;

    ClientCore* core_;

 private:
    Face face_;
    Error packet_error_ = Error::ok;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
