// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Clients in two threads that share one TLS context and one set of roots, or one resolver, and a
// server in a third. With ThreadSanitizer, library and all (./dev test threads), a data
// race is a failed test.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "cli/echo_server.hpp"
#include "cli/relay_server.hpp"
#include "linnet/linnet.hpp"
#include "linnet/system_network.hpp"
#include "linnet/system_resolver.hpp"
#include "tls/default_context.hpp"

namespace linnet::test {
namespace {

constexpr int client_count = 2;
constexpr int round_count = 10;
constexpr int message_count = 20;

// An embedded server in a separate thread.
class ServerThread {
 public:
    explicit ServerThread(cli::EmbeddedServer& server) : server_(server) {
        EXPECT_TRUE(server_.listen(0));
        thread_ = std::thread([this] { run(); });
    }
    ServerThread(const ServerThread&) = delete;
    ServerThread& operator=(const ServerThread&) = delete;
    ~ServerThread() {
        stops_ = true;
        thread_.join();
    }

    std::string url(std::string_view begin) const {
        return std::string(begin) + ":" + std::to_string(server_.port()) + "/";
    }

 private:
    void run() {
        SystemNetwork network;
        std::vector<WaitItem> items;
        while (!stops_) {
            server_.step();
            items.clear();
            server_.wait_set(items);
            network.wait(items, 10'000);
        }
    }

    cli::EmbeddedServer& server_;
    std::atomic<bool> stops_ = false;
    std::thread thread_;
};

// Polls until the end, and returns its cause.
Cause lives_to_the_end(WebSocketClient& client) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (client.get_connection_status() != WebSocketClient::CONNECTION_DISCONNECTED) {
        if (std::chrono::steady_clock::now() >= deadline) break;
        client.wait(100);
    }
    return client.failure().cause;
}

// One connection: messages back and forth, one at a time, and a close. Returns the cause of its
// end.
Cause converse(const std::string& url, const Options& options, int& received) {
    WebSocketClient client(options);
    WebSocketPeer& peer = *client.get_peer(1);
    const auto say = [&] { EXPECT_EQ(peer.put_packet(std::string(1000, 'x')), Error::ok); };
    client.connection_established.connect([&](std::string_view) { say(); });
    client.data_received.connect([&] {
        EXPECT_EQ(peer.get_packet().size(), 1000u);
        if (++received < message_count) return say();
        EXPECT_EQ(client.disconnect_from_host(), Error::ok);
    });
    EXPECT_EQ(client.connect_to_url(url), Error::ok);
    return lives_to_the_end(client);
}

// A peer of a room: packets to the server and back, one at a time, and a close.
Cause converse_in_room(const std::string& url, const Options& options, int& received) {
    WebSocketClient client(options);
    const auto say = [&] { EXPECT_EQ(client.put_packet(std::string(1000, 'x')), Error::ok); };
    client.connection_succeeded.connect([&] {
        client.set_target_peer(1);
        say();
    });
    client.peer_packet.connect([&](int) {
        EXPECT_EQ(client.get_packet().size(), 1000u);
        if (++received < message_count) return say();
        EXPECT_EQ(client.disconnect_from_host(), Error::ok);
    });
    EXPECT_EQ(client.connect_to_url(url, {}, true), Error::ok);
    return lives_to_the_end(client);
}

using Conversation = Cause (*)(const std::string& url, const Options& options, int& received);

void converse_in_threads(Conversation converse, const std::string& url, const Options& options) {
    std::vector<std::thread> threads;
    for (int i = 0; i < client_count; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < round_count; ++round) {
                int received = 0;
                ASSERT_EQ(converse(url, options, received), Cause::closed_by_client);
                ASSERT_EQ(received, message_count);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
}

TEST(Threads, share_a_tls_context_and_roots) {
    const auto tls = cli::make_tls_server();
    cli::EchoServer echo(Limits{}, tls.get());
    const ServerThread server(echo);
    X509Certificate roots;
    ASSERT_EQ(roots.load_from_memory(bytes_of(tls->certificate())), Error::ok);
    Options options;
    options.tls = default_tls_context();
    options.ca_bundle = &roots;
    converse_in_threads(converse, server.url("wss://127.0.0.1"), options);
}

TEST(Threads, share_a_resolver) {
    cli::EchoServer echo(Limits{});
    const ServerThread server(echo);
    SystemResolver resolver;
    Options options;
    options.resolver = &resolver;
    converse_in_threads(converse, server.url("ws://localhost"), options);
    resolver.join();
}

TEST(Threads, share_a_resolver_while_joining_a_room) {
    cli::RelayServer buffer(Limits{});
    buffer.listeners.packet = [&](PeerId peer, Bytes body) { buffer.put(peer, body); };
    const ServerThread server(buffer);
    SystemResolver resolver;
    Options options;
    options.resolver = &resolver;
    converse_in_threads(converse_in_room, server.url("ws://localhost"), options);
    resolver.join();
}

}  // namespace
}  // namespace linnet::test
