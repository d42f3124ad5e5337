// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A client, its simulated world, and the log of its signals (the story). Programs compiled with
// LINNET_PLAY_OVER_TLS use wss:// with a TLS engine in memory; the stories are the same.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "testkit/fake_tls.hpp"
#include "testkit/story.hpp"
#include "testkit/world.hpp"

namespace linnet::test {

#ifdef LINNET_PLAY_OVER_TLS
inline constexpr bool plays_over_tls = true;
#else
inline constexpr bool plays_over_tls = false;
#endif

struct Play {
    using Prepare = std::function<void(World&, Options&)>;

    explicit Play(const ServerScript& server, const Prepare& prepare = {}) {
        world.network.scripts = {server};
        Options options = world.options();
        options.tls = &tls;
        if (prepare) prepare(world, options);
        client = std::make_unique<WebSocketClient>(options);
        story = std::make_unique<Story>(*client);
    }
    WebSocketPeer& peer() { return *client->get_peer(1); }
    Error connect() {
        return client->connect_to_url(plays_over_tls ? "wss://host.example/"
                                                     : "ws://host.example/");
    }
    /// Polls until the attempt has ended, for at most a minute of the fake clock.
    void run() {
        for (int i = 0; i < 4'000 && client && is_under_way(); ++i) poll(1);
    }
    /// Polls `count` times, 16 ms apart.
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
    FakeTls tls;
    std::unique_ptr<WebSocketClient> client;
    std::unique_ptr<Story> story;
};

}  // namespace linnet::test
