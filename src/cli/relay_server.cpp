// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/relay_server.hpp"

#include <algorithm>

namespace linnet::cli {
namespace {

constexpr std::uint16_t too_slow = 1008;  // RFC 6455 7.4.1

// Does a packet for `target` reach `peer`?
bool is_for(PeerId target, PeerId peer) {
    return target == 0 || target == peer || (target < 0 && -std::int64_t{target} != peer);
}

}  // namespace

struct RelayServer::Member final : Connection {
    using Connection::Connection;
    PeerId id = no_peer;
};

std::unique_ptr<EmbeddedServer::Connection> RelayServer::make_connection(SocketHandle socket) {
    return std::make_unique<Member>(network_, socket, limits_, entropy_);
}

// In ascending order, as the original tells them.
std::vector<RelayServer::Member*> RelayServer::members() const {
    std::vector<Member*> members;
    for (const auto& connection : connections()) {
        auto* const member = static_cast<Member*>(connection.get());
        if (member->id != no_peer && !member->gone) members.push_back(member);
    }
    std::sort(members.begin(), members.end(),
              [](const Member* a, const Member* b) { return a->id < b->id; });
    return members;
}

PeerId RelayServer::new_id() {
    for (;;) {
        std::array<std::uint8_t, 4> random;
        if (!entropy_.fill(random)) return no_peer;
        std::uint32_t bits = 0;
        for (const std::uint8_t byte : random) bits = bits << 8 | byte;
        const auto id = static_cast<PeerId>(bits & 0x7FFFFFFF);
        const auto all = members();
        const bool is_taken =
            std::any_of(all.begin(), all.end(), [&](const Member* each) { return each->id == id; });
        if (id > server_peer && !is_taken) return id;
    }
}

// A peer that does not read is none: the others do not wait for it.
void RelayServer::pass(Member& member, Bytes front, Bytes body) {
    const Error error = member.session.put(Opcode::binary, front, body);
    if (error == Error::out_of_memory) {
        member.gone = member.session.close(too_slow, "too slow") != Error::ok;
    }
}

void RelayServer::tell(Member& member, MultiplayerPacket::Type type, PeerId subject) {
    pass(member, {}, system_packet(type, subject));
}

void RelayServer::opened(Connection& connection) {
    auto& newcomer = static_cast<Member&>(connection);
    const PeerId id = new_id();
    newcomer.gone = id == no_peer;
    if (newcomer.gone) return;
    tell(newcomer, MultiplayerPacket::Type::id, id);
    tell(newcomer, MultiplayerPacket::Type::add, server_peer);
    for (Member* const member : members()) {
        tell(*member, MultiplayerPacket::Type::add, id);
        tell(newcomer, MultiplayerPacket::Type::add, member->id);
    }
    newcomer.id = id;
    if (listeners.joined) listeners.joined(id);
}

void RelayServer::closed(Connection& connection) {
    const PeerId id = static_cast<Member&>(connection).id;
    if (id == no_peer) return;
    for (Member* const member : members()) tell(*member, MultiplayerPacket::Type::del, id);
    if (listeners.left) listeners.left(id);
}

void RelayServer::heard(Connection& connection) {
    auto& sender = static_cast<Member&>(connection);
    while (sender.session.packet_count() > 0) relay(sender, sender.session.take().payload);
}

// What is malformed or under a false name is dropped, and nobody is told.
void RelayServer::relay(Member& sender, Bytes message) {
    MultiplayerPacket packet;
    if (!decode_multiplayer_packet(message, packet)) return;
    if (packet.type != MultiplayerPacket::Type::payload || packet.source != sender.id) return;
    for (Member* const member : members()) {
        if (member != &sender && is_for(packet.target, member->id)) pass(*member, {}, message);
    }
    if (is_for(packet.target, server_peer) && listeners.packet) {
        listeners.packet(sender.id, packet.body);
    }
}

void RelayServer::put(PeerId target, Bytes body) {
    const auto header = multiplayer_header(MultiplayerPacket::Type::payload, server_peer, target);
    for (Member* const member : members()) {
        if (is_for(target, member->id)) pass(*member, header, body);
    }
}

void RelayServer::disconnect_peer(PeerId peer, std::uint16_t code, std::string_view reason) {
    for (Member* const member : members()) {
        if (member->id != peer) continue;
        member->gone = member->session.close(code, reason) != Error::ok;
    }
}

}  // namespace linnet::cli
