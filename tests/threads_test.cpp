// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Clients in two threads that share one TLS context and one set of roots, and a server in a third.
// Compiled with ThreadSanitizer, library and all: a data race is a failed test.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "cli/echo_server.hpp"
#include "linnet/linnet.hpp"
#include "net/system.hpp"
#include "tls/default_context.hpp"

namespace linnet::test {
namespace {

constexpr int client_count = 2;
constexpr int round_count = 10;
constexpr int message_count = 20;

// The embedded echo server, in a thread of its own.
class ServerThread {
 public:
    ServerThread() : tls_(cli::make_tls_server()), server_(Limits{}, tls_.get()) {
        EXPECT_TRUE(server_.listen(0));
        thread_ = std::thread([this] { run(); });
    }
    ServerThread(const ServerThread&) = delete;
    ServerThread& operator=(const ServerThread&) = delete;
    ~ServerThread() {
        stops_ = true;
        thread_.join();
    }

    const std::string& certificate() const { return tls_->certificate(); }
    std::string url() const { return "wss://127.0.0.1:" + std::to_string(server_.port()) + "/"; }

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

    std::unique_ptr<cli::TlsServer> tls_;
    cli::EchoServer server_;
    std::atomic<bool> stops_ = false;
    std::thread thread_;
};

// One connection: messages to and fro, one after the other, and a close. The cause of its end.
Cause converse(const std::string& url, const Options& options, int& heard) {
    WebSocketClient client(options);
    WebSocketPeer& peer = *client.get_peer(1);
    const auto say = [&] { EXPECT_EQ(peer.put_packet(std::string(1000, 'x')), Error::ok); };
    client.connection_established.connect([&](std::string_view) { say(); });
    client.data_received.connect([&] {
        EXPECT_EQ(peer.get_packet().size(), 1000u);
        if (++heard < message_count) return say();
        EXPECT_EQ(client.disconnect_from_host(), Error::ok);
    });
    EXPECT_EQ(client.connect_to_url(url), Error::ok);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (client.get_connection_status() != WebSocketClient::CONNECTION_DISCONNECTED) {
        if (std::chrono::steady_clock::now() >= deadline) break;
        client.wait(100);
    }
    return client.failure().cause;
}

TEST(Threads, share_a_tls_context_and_roots) {
    const ServerThread server;
    X509Certificate roots;
    ASSERT_EQ(roots.load_from_memory(bytes_of(server.certificate())), Error::ok);
    Options options;
    options.tls = default_tls_context();
    options.ca_bundle = &roots;
    std::vector<std::thread> threads;
    for (int i = 0; i < client_count; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < round_count; ++round) {
                int heard = 0;
                EXPECT_EQ(converse(server.url(), options, heard), Cause::closed_by_client);
                EXPECT_EQ(heard, message_count);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace linnet::test
