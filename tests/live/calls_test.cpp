// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The system calls of a client: never one that waits, no signal, no thread except the resolver's,
// and almost none while idle. Every system call is checked.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cli/echo_server.hpp"
#include "cli/relay_server.hpp"
#include "linnet/linnet.hpp"
#include "live/call_watch.hpp"
#include "live/loopback.hpp"
#include "tls/default_context.hpp"

// ---- a name server that is silent ------------------------------------------------------------

namespace {

// Binds a socket that never replies; a received query shows that its sender is waiting.
class SilentNameServer {
 public:
    SilentNameServer() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        is_bound_ = ::bind(socket_, reinterpret_cast<sockaddr*>(&address_), size_) == 0;
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address_), &size_);
        const timeval patience{20, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    SilentNameServer(const SilentNameServer&) = delete;
    SilentNameServer& operator=(const SilentNameServer&) = delete;
    ~SilentNameServer() { ::close(socket_); }

    bool was_asked() {
        char question = 0;
        return is_bound_ && ::recvfrom(socket_, &question, 1, 0,
                                       reinterpret_cast<sockaddr*>(&asker_), &size_) == 1;
    }
    void reply() {
        ::sendto(socket_, "!", 1, 0, reinterpret_cast<const sockaddr*>(&asker_), size_);
    }
    // Like glibc, but without end.
    void ask() const {
        const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        char byte = '?';
        const bool is_connected =
            ::connect(fd, reinterpret_cast<const sockaddr*>(&address_), sizeof address_) == 0;
        if (is_connected && ::send(fd, &byte, 1, 0) == 1) {
            static_cast<void>(::recv(fd, &byte, 1, 0));
        }
        ::close(fd);
    }

 private:
    static sockaddr_in any_port() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }

    int socket_;
    socklen_t size_ = sizeof(sockaddr_in);
    sockaddr_in address_ = any_port();
    sockaddr_in asker_{};
    bool is_bound_ = false;
};

SilentNameServer& name_server() {
    static SilentNameServer server;
    return server;
}

}  // namespace

// A real silent name server requires a custom resolv.conf, and that requires a namespace, which not
// every machine permits. This one waits like the real one: in a blocking call.
extern "C" int getaddrinfo(const char*, const char*, const addrinfo*, addrinfo**) {
    name_server().ask();
    return EAI_AGAIN;
}

namespace linnet::test {
namespace {

constexpr std::size_t poll_count = 1000;

std::chrono::steady_clock::time_point deadline() {
    return std::chrono::steady_clock::now() + std::chrono::seconds(20);
}

// Polls without ever waiting until `done`.
template <class Done>
bool polls_until(WebSocketClient& client, Done done) {
    const auto end = deadline();
    while (!done()) {
        if (std::chrono::steady_clock::now() >= end) return false;
        client.poll();
    }
    return true;
}

bool opens(WebSocketClient& client, const std::string& url, bool gd_mp_api = false) {
    if (client.connect_to_url(url, {}, gd_mp_api) != Error::ok) return false;
    return polls_until(client, [&] {
        return client.get_connection_status() == WebSocketClient::CONNECTION_CONNECTED;
    });
}

// The names of this process's threads, in order.
std::vector<std::string> thread_names() {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
        std::string name;
        std::getline(std::ifstream(task.path() / "comm"), name);
        names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string own_name() {
    std::string name;
    std::getline(std::ifstream("/proc/self/comm"), name);
    return name;
}

// Threads that are ending are still listed for a moment.
bool are_at_last(const std::vector<std::string>& expected) {
    const auto end = deadline();
    while (thread_names() != expected) {
        if (std::chrono::steady_clock::now() >= end) return false;
    }
    return true;
}

#define RUN_WATCHED(watch, body)                             \
    do {                                                     \
        const std::string impossible = (watch).run(body);    \
        if (!impossible.empty()) GTEST_SKIP() << impossible; \
    } while (false)

// ---- the watch itself ------------------------------------------------------------------------

struct Crime {
    const char* name;
    void (*commit)();
};

const Crime crimes[] = {
    {"a pause", [] { ::usleep(1); }},
    {"waiting for events", [] { ::poll(nullptr, 0, 1); }},
    {"a blocking socket",
     [] {
         int ends[2];
         char byte = 'x';
         if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return;
         ::send(ends[0], &byte, 1, MSG_DONTWAIT);
         static_cast<void>(::recv(ends[1], &byte, 1, 0));
         ::close(ends[0]);
         ::close(ends[1]);
     }},
    {"a signal handler", [] { std::signal(SIGUSR2, SIG_IGN); }},
    {"a thread",
     [] {
         pthread_t thread;
         pthread_create(
             &thread, nullptr, [](void* nothing) { return nothing; }, nullptr);
     }},
    {"a name", [] { name_server().ask(); }},
};

TEST(CallWatch, detects_and_forbids_calls_that_wait) {
    name_server();  // created before the watch starts
    for (const Crime& crime : crimes) {
        CallWatch watch;
        RUN_WATCHED(watch, [&] {
            watch.watch(Watching::poller);
            crime.commit();
        });
        EXPECT_FALSE(watch.complaints().empty()) << crime.name;
    }
}

TEST(CallWatch, counts_exactly) {
    CallWatch watch;
    std::size_t counted = 0;
    RUN_WATCHED(watch, [&] {
        const std::size_t before = watch.count();
        watch.watch(Watching::poller);
        for (int i = 0; i < 100; ++i) ::close(-1);
        watch.watch(Watching::nothing);
        counted = watch.count() - before;
    });
    EXPECT_EQ(counted, 100u);
    EXPECT_EQ(watch.complaints(), std::vector<std::string>{});
}

// ---- under a flood ---------------------------------------------------------------------------

// Sends messages and pings as fast as the client receives them, and reads nothing.
void flood(int listener) {
    std::string frames;
    for (int i = 0; i < 100; ++i) {
        frames += "\x82\x64" + std::string(100, 'x');
        if (i % 10 == 0) {
            frames +=
                "\x89\x04"
                "ping";
        }
    }
    for (;;) {
        const int fd = accept_and_upgrade(listener);
        while (::send(fd, frames.data(), frames.size(), MSG_NOSIGNAL) > 0) continue;
        ::close(fd);
    }
}

TEST(Calls, none_waits_under_a_flood_both_ways) {
    const ServerProcess server(flood);
    ASSERT_TRUE(server.is_ready());
    CallWatch watch;
    bool flooded = false, ended = false;
    Stats stats;
    RUN_WATCHED(watch, [&] {
        watch.watch(Watching::poller);
        const std::string payload(10'000, 'x');
        std::size_t refused_count = 0;
        {
            WebSocketClient client;
            WebSocketPeer& peer = *client.get_peer(1);
            client.data_received.connect([&] { static_cast<void>(peer.get_packet()); });
            flooded = opens(client, server.url()) && polls_until(client, [&] {
                          const bool refused = peer.put_packet(payload) == Error::out_of_memory;
                          refused_count += refused ? 1 : 0;
                          stats = client.stats();
                          return refused_count >= 20 && stats.messages_received >= 20'000;
                      });
            ended = client.disconnect_from_host() == Error::ok;
            client.poll();
        }
        watch.watch(Watching::nothing);
    });
    EXPECT_TRUE(flooded);
    EXPECT_TRUE(ended);
    EXPECT_GT(stats.pings_received, 100u);
    EXPECT_EQ(watch.complaints(), std::vector<std::string>{});
    EXPECT_EQ(watch.thread_count(), 0u);
    EXPECT_EQ(thread_names(), std::vector<std::string>{own_name()});
}

// ---- while a name server is silent -----------------------------------------------------------

TEST(Calls, none_waits_while_a_name_server_is_silent) {
    name_server();
    CallWatch watch;
    bool asked = false;
    std::vector<std::string> names;
    auto status = WebSocketClient::CONNECTION_DISCONNECTED;
    std::size_t count = 0;
    RUN_WATCHED(watch, [&] {
        watch.watch(Watching::new_resolver);
        {
            WebSocketClient client;
            EXPECT_EQ(client.connect_to_url("ws://silent.test/"), Error::ok);
            watch.watch(Watching::nothing);
            asked = name_server().was_asked();
            names = thread_names();
            watch.watch(Watching::poller);
            const std::size_t before = watch.count();
            for (std::size_t i = 0; i < poll_count; ++i) client.poll();
            count = watch.count() - before;
            status = client.get_connection_status();
        }
        watch.watch(Watching::nothing);
        name_server().reply();
    });
    EXPECT_TRUE(asked);
    EXPECT_EQ(status, WebSocketClient::CONNECTION_CONNECTING);
    EXPECT_EQ(watch.complaints(), std::vector<std::string>{});
    EXPECT_EQ(count, 0u);
    EXPECT_EQ(watch.thread_count(), 1u);
    std::vector<std::string> expected{own_name(), own_name(), "linnet-resolver"};
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(names, expected);
    EXPECT_TRUE(are_at_last({own_name()}));
}

// ---- while nothing happens -------------------------------------------------------------------

struct Idleness {
    const char* name;
    std::size_t calls_max;  // per poll
    bool (*begin)(WebSocketClient& client);
};

template <class Server>
const ServerProcess& server_process() {
    static const ServerProcess server(servers_of<Server>());
    return server;
}

const ServerProcess& flooding_process() {
    static const ServerProcess server(flood);
    return server;
}

const ServerProcess& tls_server_process() {
    static const auto tls = cli::make_tls_server();
    static const ServerProcess server([] {
        ServerProcess::Servers servers;
        servers.push_back(std::make_unique<cli::EchoServer>(Limits{}, tls.get()));
        return servers;
    }());
    return server;
}

const DeafPort& deaf_port() {
    static const DeafPort port(false);
    return port;
}

bool begins_and_ends(WebSocketClient& client) {
    if (!opens(client, server_process<cli::EchoServer>().url())) return false;
    if (client.disconnect_from_host() != Error::ok) return false;
    return polls_until(client, [&] { return client.failure().cause != Cause::none; });
}

bool opens_over_tls(WebSocketClient& client) {
    if (default_tls_context() == nullptr) return true;
    client.set_verify_ssl_enabled(false);
    return opens(client, "wss" + tls_server_process().url().substr(2));
}

// Messages that the program does not take, until no more are received.
bool is_full(WebSocketClient& client) {
    return opens(client, flooding_process().url()) && polls_until(client, [&] {
               return client.get_peer(1)->get_available_packet_count() == 1024;
           });
}

const Idleness idlenesses[] = {
    {"never connected", 0, [](WebSocketClient&) { return true; }},
    {"connecting without a reply", 1,
     [](WebSocketClient& client) {
         const std::string url = "ws://127.0.0.1:" + std::to_string(deaf_port().number());
         return deaf_port().is_ready() && client.connect_to_url(url) == Error::ok;
     }},
    {"open", 1,
     [](WebSocketClient& client) {
         return opens(client, server_process<cli::EchoServer>().url());
     }},
    {"open over TLS", 1, opens_over_tls},
    {"in a room", 1,
     [](WebSocketClient& client) {
         return opens(client, server_process<cli::RelayServer>().url(), true);
     }},
    {"full", 1, is_full},
    {"closed", 0, begins_and_ends},
};

// Before the filter, which would apply to them as well.
void start_servers() {
    deaf_port();
    server_process<cli::EchoServer>();
    server_process<cli::RelayServer>();
    flooding_process();
    if (default_tls_context() != nullptr) tls_server_process();
}

TEST(Calls, are_at_most_one_per_idle_poll) {
    start_servers();
    for (const Idleness& row : idlenesses) {
        CallWatch watch;
        bool begun = false;
        std::size_t count = 0;
        RUN_WATCHED(watch, [&] {
            WebSocketClient client;
            watch.watch(Watching::poller);
            begun = row.begin(client);
            for (int i = 0; i < 10; ++i) client.poll();  // the rest of the start
            const std::size_t before = watch.count();
            for (std::size_t i = 0; i < poll_count; ++i) client.poll();
            count = watch.count() - before;
            watch.watch(Watching::nothing);
        });
        EXPECT_TRUE(begun) << row.name;
        EXPECT_LE(count, row.calls_max * poll_count) << row.name;
        EXPECT_EQ(watch.complaints(), std::vector<std::string>{}) << row.name;
        EXPECT_EQ(watch.thread_count(), 0u) << row.name;
    }
}

// ---- SIGPIPE ---------------------------------------------------------------------------------

// Whether it half-closes first: only then does the kernel return EPIPE and send the signal.
std::string send_into_a_reset(bool half_closes) {
    std::signal(SIGPIPE, SIG_DFL);
    const int listener = bound_socket(loopback_address(false, 0));
    if (listener < 0 || ::listen(listener, 1) != 0) return "no listener";
    ::fcntl(listener, F_SETFL, 0);
    WebSocketClient client;
    const std::string url = "ws://127.0.0.1:" + std::to_string(port_of(listener));
    if (client.connect_to_url(url) != Error::ok) return "no attempt";
    const auto asks = [&] { return client.stats().bytes_sent > 0; };
    if (!polls_until(client, asks)) return "no request";
    const int fd = accept_and_upgrade(listener);
    const auto is_open = [&] { return client.get_peer(1)->is_connected_to_host(); };
    if (!polls_until(client, is_open)) return "not open";
    WebSocketPeer& peer = *client.get_peer(1);
    if (half_closes) ::shutdown(fd, SHUT_WR);
    if (peer.put_packet("unread") != Error::ok) return "nothing was sent";
    reset(fd);
    if (peer.put_packet("more") != Error::failed) return "the reset was not seen";
    const auto has_ended = [&] { return client.failure().cause != Cause::none; };
    return polls_until(client, has_ended) ? "survived" : "it did not end";
}

// Case 40: SIGPIPE
TEST(Calls, raise_no_signal_when_the_peer_resets) {
    EXPECT_EQ(in_child([] { return send_into_a_reset(false); }), "survived");
    EXPECT_EQ(in_child([] { return send_into_a_reset(true); }), "survived");
}

}  // namespace
}  // namespace linnet::test
