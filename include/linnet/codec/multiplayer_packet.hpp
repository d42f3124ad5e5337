// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Encodes and decodes the packets of Godot 3's high-level multiplayer over WebSocket (gd_mp_api),
// versions 3.1 to 3.6. Pure functions, no allocation. Each packet is one message, which linnet
// sends as binary:
//
//     packet  = type source target body
//     type    = %x00 payload / %x01 add / %x02 del / %x03 id
//     source  = int32, little-endian: the sender; 1 is the server
//     target  = int32, little-endian: 0 all, 1 the server, n > 1 peer n, -n all but peer n
//     body    = *OCTET           in a payload: the user's bytes
//             / int32 *OCTET     in add, del and id: the subject, a peer
//
// Only the server sends add (a peer joined), del (a peer left) and id (the id of the recipient),
// with source 1 and target 0.
//
// Example:
//
//     using Type = linnet::MultiplayerPacket::Type;
//     const auto add = linnet::system_packet(Type::add, 7);  // the server announces peer 7
//     linnet::MultiplayerPacket packet;
//     if (!linnet::decode_multiplayer_packet(add, packet)) return;
//     if (packet.type == Type::add && linnet::subject_of(packet) == 7) print("peer 7 joined");
#pragma once

#include <array>

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Identifies a peer: 1 is the server, other peers are above 1, 0 is not a peer.
using PeerId = std::int32_t;
inline constexpr PeerId no_peer = 0;
inline constexpr PeerId server_peer = 1;

/// A decoded packet. `body` is a view into the message.
struct MultiplayerPacket {
    enum class Type : std::uint8_t { payload = 0, add = 1, del = 2, id = 3 };
    Type type = Type::payload;
    PeerId source = no_peer;
    PeerId target = no_peer;
    Bytes body;
};

/// Size of type, source and target, in bytes.
inline constexpr std::size_t multiplayer_header_size = 9;
/// Size of an add, del or id, in bytes.
inline constexpr std::size_t system_packet_size = multiplayer_header_size + 4;

/// Decodes `message` into `packet`. Returns false, and leaves `packet` unchanged, if the message is
/// shorter than a header, has an unknown type, or is an add, del or id without a subject.
bool decode_multiplayer_packet(Bytes message, MultiplayerPacket& packet);

/// Returns the subject of an add, del or id.
PeerId subject_of(const MultiplayerPacket& packet);

/// Returns the encoded header of a packet.
std::array<std::uint8_t, multiplayer_header_size> multiplayer_header(MultiplayerPacket::Type type,
                                                                     PeerId source, PeerId target);

/// Writes `packet` to the front of `out` and returns its size. Returns 0, and writes nothing, if it
/// does not fit.
std::size_t encode_multiplayer_packet(const MultiplayerPacket& packet, MutableBytes out);

/// Returns an encoded add, del or id, as a server sends it.
std::array<std::uint8_t, system_packet_size> system_packet(MultiplayerPacket::Type type,
                                                           PeerId subject);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
