// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/demo_room.hpp"

#include <algorithm>

namespace linnet::cli {
namespace {

constexpr std::uint64_t step_timeout_us = 10'000'000;

}  // namespace

std::string RoomDemo::name_of(int id) const {
    if (id == server_peer) return "the server";
    for (const Peer& peer : peers_) {
        if (peer.client.get_unique_id() == id) return peer.name;
    }
    return std::to_string(id);
}

void RoomDemo::listen(Peer& peer) {
    Peer* const self = &peer;
    peer.client.connection_succeeded.connect([this, self] {
        printer_.signal(self->name + ": connection_succeeded(), as peer " +
                        std::to_string(self->client.get_unique_id()));
    });
    peer.client.peer_connected.connect([this, self](int id) {
        printer_.signal(self->name + ": peer_connected(" + std::to_string(id) + "), " +
                        name_of(id));
    });
    peer.client.peer_disconnected.connect([this, self](int id) {
        if (!self->left) {
            printer_.signal(self->name + ": peer_disconnected(" + std::to_string(id) + ")");
        }
    });
    peer.client.server_disconnected.connect([self] { self->left = true; });
    peer.client.peer_packet.connect([this, self](int id) {
        const std::string words(text_of(self->client.get_packet()));
        self->received += name_of(id) + ": " + words + " ";
        printer_.signal(self->name + " receives from " + name_of(id) + ": " + words);
    });
}

bool RoomDemo::expect(bool condition, const std::string& what) {
    if (condition) {
        printer_.good(what);
    } else {
        printer_.bad("failed: " + what);
    }
    return condition;
}

bool RoomDemo::until(const std::string& what, const std::function<bool()>& condition) {
    const std::uint64_t deadline_us = clock_.now_us() + step_timeout_us;
    while (!condition()) {
        if (clock_.now_us() >= deadline_us) return expect(false, what);
        server_.step();
        for (Peer& peer : peers_) peer.client.poll();
        std::vector<WaitItem> items;
        server_.wait_set(items);
        if (!condition()) network_.wait(items, 1000);
    }
    return true;
}

bool RoomDemo::join(Peer& peer) {
    const std::string url = "ws://127.0.0.1:" + std::to_string(server_.port()) + "/";
    listen(peer);
    printer_.call(peer.name + ": connect_to_url(\"" + url + "\", {}, true)");
    if (peer.client.connect_to_url(url, {}, true) != Error::ok)
        return expect(false, "the call is accepted");
    const auto is_in = [](const Peer& each) { return each.client.get_unique_id() != 0; };
    return until(peer.name + " and all others see one another", [&] {
        const auto there = std::count_if(peers_.begin(), peers_.end(), is_in);
        return is_in(peer) && std::all_of(peers_.begin(), peers_.end(), [&](const Peer& each) {
                   return !is_in(each) ||
                          each.client.peers().size() == static_cast<std::size_t>(there);
               });
    });
}

bool RoomDemo::send_to(Peer& peer, int target, const std::string& whom, const std::string& words) {
    printer_.call(peer.name + " to " + whom + ": " + words);
    peer.client.set_target_peer(target);
    return peer.client.put_packet(words) == Error::ok;
}

bool RoomDemo::leave(Peer& peer) {
    printer_.call(peer.name + ": disconnect_from_host()");
    if (peer.client.disconnect_from_host() != Error::ok)
        return expect(false, "the call is accepted");
    return until("all others see it", [&] {
        return std::all_of(peers_.begin(), peers_.end(), [&](const Peer& each) {
            return &each == &peer ? each.left : each.client.peers().size() == peer_count - 1;
        });
    });
}

bool RoomDemo::run() {
    printer_.chapter("Three peers in one room");
    if (!expect(server_.listen(0), "a relay server listens")) return false;
    Peer& ann = peers_[0];
    Peer& bob = peers_[1];
    Peer& cy = peers_[2];
    for (Peer& peer : peers_) {
        if (!join(peer)) return false;
    }
    const bool sent = send_to(ann, 0, "all", "hello") &&
                      send_to(bob, ann.client.get_unique_id(), "Ann", "psst") &&
                      send_to(cy, -bob.client.get_unique_id(), "all but Bob", "shh");
    // Bob's and Cy's packets use two connections: Ann may receive either first.
    const auto all_have_received = [&] {
        return ann.received.find("Bob: psst ") != std::string::npos &&
               ann.received.find("Cy: shh ") != std::string::npos &&
               bob.received == "Ann: hello " && cy.received == "Ann: hello ";
    };
    return sent &&
           until("each peer receives the packets addressed to it and no others",
                 all_have_received) &&
           expect(true, "each peer has received the packets addressed to it and no others") &&
           leave(bob) && expect(true, "Bob has left, and the others have been notified");
    // The analyzer loses track of the memory of std::function.
}  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks)

}  // namespace linnet::cli
