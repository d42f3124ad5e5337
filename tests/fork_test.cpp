// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A program that forks while a client is connected: the child destroys its copy of the client, and
// the parent's conversation is unaffected.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>

#include "cli/echo_server.hpp"
#include "linnet/linnet.hpp"
#include "linnet/system_clock.hpp"
#include "testkit/world.hpp"
#include "tls/default_context.hpp"

namespace linnet::test {
namespace {

constexpr int all_is_well = 42;

// Runs `act` in a child process. Returns its exit status, or minus the signal that ended it: a
// child that hangs is killed.
int status_of_child(const std::function<int()>& act) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(20);
        ::_exit(act());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int open_descriptor_count() {
    int count = 0;
    for (int fd = 0; fd < 256; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return count;
}

// ---- on sockets ------------------------------------------------------------------------------

struct Talk {
    explicit Talk(const cli::TlsServer* tls) : server(Limits{}, tls) {
        EXPECT_TRUE(server.listen(0));
        client = std::make_unique<WebSocketClient>();
        client->set_verify_ssl_enabled(false);
        const std::string scheme = tls != nullptr ? "wss" : "ws";
        const std::string url = scheme + "://127.0.0.1:" + std::to_string(server.port()) + "/";
        EXPECT_EQ(client->connect_to_url(url), Error::ok);
    }
    // Polls until `holds`; false after a minute.
    template <class Holds>
    bool until(Holds holds) {
        SystemClock clock;
        for (const std::uint64_t begin_us = clock.now_us(); !holds();) {
            if (clock.now_us() - begin_us > 60'000'000) return false;
            server.step();
            client->poll();
        }
        return true;
    }
    WebSocketPeer& peer() { return *client->get_peer(1); }
    bool opens() {
        return until([&] { return peer().is_connected_to_host(); });
    }
    bool echoes(std::string_view text) {
        if (peer().put_packet(text) != Error::ok) return false;
        const bool came = until([&] {
            return peer().get_available_packet_count() > 0 || !peer().is_connected_to_host();
        });
        return came && text_of(peer().get_packet()) == text;
    }
    Cause closes() {
        EXPECT_EQ(client->disconnect_from_host(), Error::ok);
        EXPECT_TRUE(until([&] { return client->failure().cause != Cause::none; }));
        return client->failure().cause;
    }
    // The faults that a child finds when it destroys its copy.
    int destroy() {
        const int before = open_descriptor_count();
        client.reset();
        return open_descriptor_count() == before - 1 ? all_is_well : 1;
    }

    cli::EchoServer server;
    std::unique_ptr<WebSocketClient> client;
};

void go_on_in_the_parent(const cli::TlsServer* tls) {
    Talk talk(tls);
    ASSERT_TRUE(talk.opens());
    ASSERT_TRUE(talk.echoes("before"));
    EXPECT_EQ(status_of_child([&] { return talk.destroy(); }), all_is_well);
    EXPECT_TRUE(talk.echoes("after")) << talk.client->failure().explain();
    EXPECT_EQ(talk.client->stats().discarded_size, 0u);
    // Even if something is queued, which the parent must send.
    ASSERT_EQ(talk.peer().put_packet("queued"), Error::ok);
    EXPECT_EQ(status_of_child([&] { return talk.destroy(); }), all_is_well);
    ASSERT_TRUE(talk.until([&] { return talk.peer().get_available_packet_count() > 0; }));
    EXPECT_EQ(text_of(talk.peer().get_packet()), "queued");
    EXPECT_EQ(talk.closes(), Cause::closed_by_client) << talk.client->failure().explain();
}

TEST(Fork, leaves_the_connection_to_the_parent) {
    go_on_in_the_parent(nullptr);
}

TEST(Fork, leaves_the_connection_over_tls_to_the_parent) {
    if (default_tls_context() == nullptr) GTEST_SKIP() << "this build has no TLS";
    const auto tls = cli::make_tls_server();
    go_on_in_the_parent(tls.get());
}

TEST(Fork, leaves_an_opening_connection_to_the_parent) {
    Talk talk(nullptr);
    EXPECT_EQ(status_of_child([&] { return talk.destroy(); }), all_is_well);
    EXPECT_TRUE(talk.opens());
    EXPECT_TRUE(talk.echoes("after"));
}

// ---- in memory -------------------------------------------------------------------------------

// Counts the calls: in a child, those of its own copy.
class CountingResolver final : public Resolver {
 public:
    Request start(std::string_view) override { return 1; }
    Result take(Request, std::span<SocketAddress>) override { return {}; }
    void cancel(Request) override { ++cancelled; }
    int cancelled = 0;
};

TEST(Fork, does_not_call_the_resolver_in_the_child) {
    CountingResolver resolver;
    Options options;
    options.resolver = &resolver;
    auto client = std::make_unique<WebSocketClient>(options);
    ASSERT_EQ(client->connect_to_url("ws://host.example/"), Error::ok);
    client->poll();
    const auto destroy = [&] {
        client.reset();
        return resolver.cancelled == 0 ? all_is_well : 1;
    };
    EXPECT_EQ(status_of_child(destroy), all_is_well);
    client.reset();
    EXPECT_EQ(resolver.cancelled, 1) << "the parent sends it";
}

// In each state, the child's network is only called to close.
TEST(Fork, sends_nothing_in_the_child) {
    for (int polls = 0; polls < 8; ++polls) {
        World world;
        world.network.scripts = {{.steps = {AwaitRequest{}, Accept{}, Pause{1000}}}};
        auto client = std::make_unique<WebSocketClient>(world.options());
        ASSERT_EQ(client->connect_to_url("ws://host.example/"), Error::ok);
        for (int i = 0; i < polls; ++i) client->poll();
        const int sent = world.network.send_count;
        const auto destroy = [&] {
            client.reset();
            const bool is_silent =
                world.network.send_count == sent && world.network.open_count() == 0 &&
                (world.network.connections.empty() || !world.connection().client_shut_down);
            return is_silent ? all_is_well : 1;
        };
        EXPECT_EQ(status_of_child(destroy), all_is_well) << polls << " polls";
    }
}

}  // namespace
}  // namespace linnet::test
