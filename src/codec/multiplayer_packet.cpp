// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/codec/multiplayer_packet.hpp"

#include <algorithm>
#include <cstring>

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t id_size = 4;
constexpr std::size_t source_offset = 1;
constexpr std::size_t target_offset = 5;

PeerId load_id(Bytes bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = id_size; i-- > 0;) value = value << 8 | bytes[i];
    return static_cast<PeerId>(value);
}

void store_id(MutableBytes out, PeerId id) {
    auto value = static_cast<std::uint32_t>(id);
    for (std::size_t i = 0; i < id_size; ++i, value >>= 8) {
        out[i] = static_cast<std::uint8_t>(value & 0xFF);
    }
}

}  // namespace

bool decode_multiplayer_packet(Bytes message, MultiplayerPacket& packet) {
    if (message.size() < multiplayer_header_size) return false;
    const auto type = static_cast<MultiplayerPacket::Type>(message[0]);
    if (type > MultiplayerPacket::Type::id) return false;
    const Bytes body = message.subspan(multiplayer_header_size);
    if (type != MultiplayerPacket::Type::payload && body.size() < id_size) return false;
    packet = {.type = type,
              .source = load_id(message.subspan(source_offset)),
              .target = load_id(message.subspan(target_offset)),
              .body = body};
    return true;
}

PeerId subject_of(const MultiplayerPacket& packet) {
    return load_id(packet.body);
}

std::array<std::uint8_t, multiplayer_header_size> multiplayer_header(MultiplayerPacket::Type type,
                                                                     PeerId source, PeerId target) {
    std::array<std::uint8_t, multiplayer_header_size> header;
    header[0] = static_cast<std::uint8_t>(type);
    store_id(MutableBytes(header).subspan(source_offset), source);
    store_id(MutableBytes(header).subspan(target_offset), target);
    return header;
}

std::size_t encode_multiplayer_packet(const MultiplayerPacket& packet, MutableBytes out) {
    if (out.size() < multiplayer_header_size) return 0;
    if (packet.body.size() > out.size() - multiplayer_header_size) return 0;
    const auto header = multiplayer_header(packet.type, packet.source, packet.target);
    std::copy(header.begin(), header.end(), out.begin());
    // The body may already be at its destination.
    if (!packet.body.empty()) {
        std::memmove(out.data() + multiplayer_header_size, packet.body.data(), packet.body.size());
    }
    return multiplayer_header_size + packet.body.size();
}

std::array<std::uint8_t, system_packet_size> system_packet(MultiplayerPacket::Type type,
                                                           PeerId subject) {
    std::array<std::uint8_t, system_packet_size> packet;
    const auto header = multiplayer_header(type, server_peer, no_peer);
    std::copy(header.begin(), header.end(), packet.begin());
    store_id(MutableBytes(packet).subspan(multiplayer_header_size), subject);
    return packet;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
