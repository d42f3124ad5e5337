// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A client, the world it lives in, and the story it tells.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "testkit/story.hpp"
#include "testkit/world.hpp"

namespace linnet::test {

struct Play {
    using Prepare = std::function<void(World&, Options&)>;

    explicit Play(const ServerScript& server, const Prepare& prepare = {}) {
        world.network.scripts = {server};
        Options options = world.options();
        if (prepare) prepare(world, options);
        client = std::make_unique<WebSocketClient>(options);
        story = std::make_unique<Story>(*client);
    }
    WebSocketPeer& peer() { return *client->get_peer(1); }
    Error connect() { return client->connect_to_url("ws://host.example/"); }
    /// Polls until the attempt has ended, at most a minute of the fake clock.
    void run() {
        for (int i = 0; i < 4'000 && client && is_under_way(); ++i) poll(1);
    }
    /// Polls so many times, 16 ms apart.
    void poll(int times) {
        for (int i = 0; i < times && client; ++i) {
            client->poll();
            world.clock.advance_ms(16);
        }
    }
    bool is_under_way() const {
        return client->get_connection_status() !=
                   NetworkedMultiplayerPeer::CONNECTION_DISCONNECTED ||
               client->next_deadline() != WebSocketClient::no_deadline;
    }

    World world;
    std::unique_ptr<WebSocketClient> client;
    std::unique_ptr<Story> story;
};

}  // namespace linnet::test
