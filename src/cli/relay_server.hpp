// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A Godot 3 multiplayer room on loopback: assigns peer ids, announces peers that join and leave,
// and forwards packets. Unlike in the original, "all but the server" (-1) excludes the server.
#pragma once

#include <functional>

#include "cli/embedded_server.hpp"
#include "linnet/codec/multiplayer_packet.hpp"
#include "linnet/system_clock.hpp"

namespace linnet::cli {

class RelayServer final : public EmbeddedServer {
 public:
    /// Callbacks for events at the server. Each is optional.
    struct Listeners {
        std::function<void(PeerId)> joined;
        std::function<void(PeerId)> left;
        /// A packet for the server, and its sender.
        std::function<void(PeerId, Bytes)> packet;
    };

    /// Uses wss:// if `tls` is set (it must outlive the server), else ws://.
    explicit RelayServer(const Limits& limits, const TlsServer* tls = nullptr)
        : EmbeddedServer(limits, tls) {}

    Listeners listeners;

    /// Sends a packet from the server: to all (0), to one, or to all but one (-n).
    void put(PeerId target, Bytes body);
    /// Closes the connection of that peer, if there is one.
    void disconnect_peer(PeerId peer, std::uint16_t code, std::string_view reason);

    /// Senders to a peer with a full queue wait this long; then that peer is dropped.
    void set_patience_us(std::uint64_t patience_us) { patience_us_ = patience_us; }
    std::uint64_t next_deadline_us() const override;

 private:
    struct Member;

    std::unique_ptr<Connection> make_connection(SocketHandle socket) override;
    void opened(Connection& connection) override;
    bool can_take(const Connection& connection) const override;
    void take(Connection& connection) override;
    void end_step() override;
    void closed(Connection& connection) override;

    PeerId new_id();
    std::vector<Member*> members() const;
    static void announce(Member& member, MultiplayerPacket::Type type, PeerId subject);
    static void pass(Member& member, Bytes front, Bytes body);
    bool is_accepted(const Member& sender, Bytes message, MultiplayerPacket& packet) const;
    bool has_space(const Member& member, std::size_t size) const;
    bool waits_for(const Member& sender, const Member& member) const;
    void relay(Member& sender, Bytes message);

    SystemClock clock_;
    std::uint64_t patience_us_ = 5'000'000;
};

}  // namespace linnet::cli
