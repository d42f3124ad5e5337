// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The last part of the demo: three Godot 3 multiplayer peers in one room.
#pragma once

#include <array>
#include <functional>
#include <memory>

#include "cli/demo_printer.hpp"
#include "cli/relay_server.hpp"
#include "linnet/linnet.hpp"
#include "linnet/system_clock.hpp"
#include "linnet/system_network.hpp"

namespace linnet::cli {

class RoomDemo {
 public:
    /// Returns true if every step succeeds.
    bool run();

 private:
    static constexpr std::size_t peer_count = 3;
    struct Peer {
        std::string name;
        WebSocketClient client;
        std::string received;  // all packets received: "<name of the sender>: <text> "
        bool left = false;
    };

    bool expect(bool condition, const std::string& what);
    bool until(const std::string& what, const std::function<bool()>& condition);
    bool join(Peer& peer);
    bool send_to(Peer& peer, int target, const std::string& whom, const std::string& words);
    bool leave(Peer& peer);
    void listen(Peer& peer);
    std::string name_of(int id) const;

    Printer printer_;
    SystemClock clock_;
    SystemNetwork network_;
    RelayServer server_{Limits{}};
    std::array<Peer, peer_count> peers_{{{"Ann", {}, {}}, {"Bob", {}, {}}, {"Cy", {}, {}}}};
};

}  // namespace linnet::cli
