// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The packets of Godot 3's high-level multiplayer over WebSocket (gd_mp_api), versions 3.1 to 3.6.
// Each is one message, binary when linnet sends it, and looks the same on every machine:
//
//     packet  = type source target body
//     type    = %x00 payload / %x01 add / %x02 del / %x03 id
//     source  = int32, little-endian: who has sent it; 1 is the server
//     target  = int32, little-endian: 0 all, 1 the server, n > 1 that peer, -n all but that peer
//     body    = *OCTET           of a payload: the user's bytes
//             / int32 *OCTET     of add, del and id: the peer that is meant
//
// Only the server sends add, del and id, with source 1 and target 0.
#pragma once

#include <array>

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Names a peer: 1 is the server, others are above 1, 0 is none.
using PeerId = std::int32_t;
inline constexpr PeerId no_peer = 0;
inline constexpr PeerId server_peer = 1;

struct MultiplayerPacket {
    enum class Type : std::uint8_t { payload = 0, add = 1, del = 2, id = 3 };
    Type type = Type::payload;
    PeerId source = no_peer;
    PeerId target = no_peer;
    Bytes body;
};

inline constexpr std::size_t multiplayer_header_size = 9;
/// Of add, del and id.
inline constexpr std::size_t system_packet_size = multiplayer_header_size + 4;

/// Reads the packet that `message` is; its body is a view into it. False, and `packet` is as it
/// was, if it is shorter than a header, of an unknown type, or an add, del or id without the four
/// bytes of its peer.
bool decode_multiplayer_packet(Bytes message, MultiplayerPacket& packet);

/// The peer that an add, del or id is about.
PeerId subject_of(const MultiplayerPacket& packet);

/// What goes ahead of the body.
std::array<std::uint8_t, multiplayer_header_size> multiplayer_header(MultiplayerPacket::Type type,
                                                                     PeerId source, PeerId target);

/// Writes header and body to the front of `out` and returns their size; 0, and nothing is written,
/// when they do not fit.
std::size_t encode_multiplayer_packet(const MultiplayerPacket& packet, MutableBytes out);

/// An add, del or id as the server sends it.
std::array<std::uint8_t, system_packet_size> system_packet(MultiplayerPacket::Type type,
                                                           PeerId subject);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
