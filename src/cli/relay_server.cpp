// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/relay_server.hpp"

#include <algorithm>

namespace linnet::cli {
namespace {

constexpr std::uint16_t too_slow = 1008;  // RFC 6455 7.4.1
constexpr std::uint64_t never = UINT64_MAX;

// Returns true if a packet for `target` is sent to `peer`.
bool is_for(PeerId target, PeerId peer) {
    return target == 0 || target == peer || (target < 0 && -std::int64_t{target} != peer);
}

}  // namespace

struct RelayServer::Member final : Connection {
    using Connection::Connection;
    PeerId id = no_peer;
    std::uint64_t full_since_us = never;  // since then others have been waiting for it
};

std::unique_ptr<EmbeddedServer::Connection> RelayServer::make_connection(SocketHandle socket) {
    return std::make_unique<Member>(network_, socket, limits_, entropy_);
}

// Returns the members in ascending order, as the original announces them.
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

// Sends announcements and the server's own packets, which must not wait.
void RelayServer::pass(Member& member, Bytes front, Bytes body) {
    const Error error = member.session.put(Opcode::binary, front, body);
    if (error == Error::out_of_memory) {
        member.gone = member.session.close(too_slow, "too slow") != Error::ok;
    }
}

void RelayServer::announce(Member& member, MultiplayerPacket::Type type, PeerId subject) {
    pass(member, {}, system_packet(type, subject));
}

void RelayServer::opened(Connection& connection) {
    auto& newcomer = static_cast<Member&>(connection);
    const PeerId id = new_id();
    newcomer.gone = id == no_peer;
    if (newcomer.gone) return;
    announce(newcomer, MultiplayerPacket::Type::id, id);
    announce(newcomer, MultiplayerPacket::Type::add, server_peer);
    for (Member* const member : members()) {
        announce(*member, MultiplayerPacket::Type::add, id);
        announce(newcomer, MultiplayerPacket::Type::add, member->id);
    }
    newcomer.id = id;
    if (listeners.joined) listeners.joined(id);
}

void RelayServer::closed(Connection& connection) {
    const PeerId id = static_cast<Member&>(connection).id;
    if (id == no_peer) return;
    for (Member* const member : members()) announce(*member, MultiplayerPacket::Type::del, id);
    if (listeners.left) listeners.left(id);
}

// Forwarded packets use half of a queue; the rest is for announcements.
bool RelayServer::has_space(const Member& member, std::size_t size) const {
    const Outbox& out = member.session.outbox();
    if (out.message_count() == 0 || member.gone || member.session.close_is_queued()) return true;
    return out.message_count() < limits_.output_message_count_max / 2 &&
           out.queued_payload() + size <= limits_.output_payload_max / 2;
}

bool RelayServer::is_accepted(const Member& sender, Bytes message,
                              MultiplayerPacket& packet) const {
    return decode_multiplayer_packet(message, packet) &&
           packet.type == MultiplayerPacket::Type::payload && packet.source == sender.id;
}

// A packet waits until there is queue space for it at every recipient.
bool RelayServer::can_take(const Connection& connection) const {
    const auto& sender = static_cast<const Member&>(connection);
    return std::none_of(connections().begin(), connections().end(), [&](const auto& each) {
        const auto& member = static_cast<const Member&>(*each);
        return member.id != no_peer && waits_for(sender, member);
    });
}

void RelayServer::take(Connection& connection) {
    auto& sender = static_cast<Member&>(connection);
    relay(sender, sender.session.take().payload);
}

// A malformed packet, or one with the id of another peer, is dropped silently.
void RelayServer::relay(Member& sender, Bytes message) {
    MultiplayerPacket packet;
    if (!is_accepted(sender, message, packet)) return;
    for (Member* const member : members()) {
        if (member == &sender || !is_for(packet.target, member->id)) continue;
        pass(*member, {}, message);
        member->full_since_us = never;
    }
    if (is_for(packet.target, server_peer) && listeners.packet) {
        listeners.packet(sender.id, packet.body);
    }
}

// Returns true if the next packet of `sender` waits for space in the queue of `member`.
bool RelayServer::waits_for(const Member& sender, const Member& member) const {
    if (&sender == &member || sender.gone || sender.session.message_count() == 0) return false;
    const Bytes message = sender.session.oldest();
    MultiplayerPacket packet;
    return is_accepted(sender, message, packet) && is_for(packet.target, member.id) &&
           !has_space(member, message.size());
}

// Drops members whose queue has been full too long while others wait for them.
void RelayServer::end_step() {
    const std::uint64_t now_us = clock_.now_us();
    for (Member* const member : members()) {
        const bool is_waited_for =
            std::any_of(connections().begin(), connections().end(), [&](const auto& each) {
                return waits_for(static_cast<const Member&>(*each), *member);
            });
        if (!is_waited_for) member->full_since_us = never;
        if (is_waited_for && member->full_since_us == never) member->full_since_us = now_us;
        member->gone |= is_waited_for && now_us - member->full_since_us >= patience_us_;
    }
}

std::uint64_t RelayServer::next_deadline_us() const {
    std::uint64_t next_us = never;
    for (const Member* const member : members()) {
        if (member->full_since_us == never) continue;
        next_us = std::min(next_us, member->full_since_us + patience_us_);
    }
    return next_us;
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
