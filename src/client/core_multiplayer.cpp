// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// gd_mp_api: a connection as a peer of Godot 3's high-level multiplayer. The session queues every
// message; what is none of the user's packets leaves the queue here, before anybody sees it.
#include "client/core.hpp"

namespace linnet::inline v0 {

ClientCore::Delivery ClientCore::hear_packet() {
    const RoomEvent event = room_.hear(session_->newest());
    const bool is_kept = event.kind == RoomEvent::Kind::packet && !options_.discard_input;
    if (event.kind == RoomEvent::Kind::packet && !is_kept) {
        stats_.discarded_size += session_->newest().size() - multiplayer_header_size;
    }
    if (!is_kept) session_->drop_newest();
    switch (event.kind) {
        case RoomEvent::Kind::none: break;
        case RoomEvent::Kind::joined: return announce_joined(attempt_count_);
        case RoomEvent::Kind::peer_connected:
            return deliver([&] { face_.peer_connected.notify(event.peer); });
        case RoomEvent::Kind::peer_disconnected:
            return deliver([&] { face_.peer_disconnected.notify(event.peer); });
        case RoomEvent::Kind::packet:
            if (is_kept) return deliver([&] { face_.peer_packet.notify(event.peer); });
            break;
        case RoomEvent::Kind::failed: break_off(event.cause); break;
    }
    return Delivery::go_on;
}

// So that `peers` stays where it is while this poll delivers.
void ClientCore::reserve_peers() {
    constexpr std::size_t message_size_min = 2 + system_packet_size;
    static_cast<void>(room_.reserve(session_->unparsed().size() / message_size_min + 1));
}

// Two signals, and after each everything may be different.
ClientCore::Delivery ClientCore::announce_joined(std::uint64_t attempt) {
    enter(Event::joined);
    journal_.joined(room_.unique_id());
    if (deliver([&] { face_.peer_connected.notify(server_peer); }) == Delivery::stop) {
        return Delivery::stop;
    }
    if (attempt != attempt_count_ || !is_conversing(state_)) return Delivery::go_on;
    return deliver([&] { face_.connection_succeeded.notify(); });
}

// Behind the signal of the end: who was there is gone, and then the room itself.
ClientCore::Delivery ClientCore::leave_room(std::uint64_t attempt) {
    const bool was_joined = room_.is_joined();
    while (attempt == attempt_count_) {
        const PeerId peer = room_.take_peer();
        if (peer == no_peer) break;
        if (deliver([&] { face_.peer_disconnected.notify(peer); }) == Delivery::stop) {
            return Delivery::stop;
        }
    }
    if (attempt != attempt_count_) return Delivery::go_on;
    return deliver([&] {
        if (was_joined) {
            face_.server_disconnected.notify();
        } else {
            face_.connection_failed.notify();
        }
    });
}

void ClientCore::judge_joining() {
    const bool has_more = session_->input_is_held() || work_is_left_;
    if (has_more || now_us_ < state_deadline()) return;
    break_off(Cause::join_timed_out);
}

Error ClientCore::take_multiplayer_packet(Bytes& packet) {
    packet = {};
    if (!is_multiplayer_) return Error::unconfigured;
    const Error error = take_message(packet);
    if (error == Error::ok) packet = packet.subspan(multiplayer_header_size);
    return error;
}

Error ClientCore::put_multiplayer_packet(Bytes packet) {
    if (!is_multiplayer_) return Error::unconfigured;
    const auto header =
        multiplayer_header(MultiplayerPacket::Type::payload, room_.unique_id(), target_);
    return put_message(Opcode::binary, header, packet);
}

// Of the next packet, as Godot has it: 1 when there is none.
PeerId ClientCore::packet_source() const {
    MultiplayerPacket packet;
    const bool is_there = is_multiplayer_ && packet_count() > 0 &&
                          decode_multiplayer_packet(session_->oldest(), packet);
    return is_there ? packet.source : server_peer;
}

}  // namespace linnet::inline v0
