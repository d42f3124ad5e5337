// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Clients on the sockets of this machine: behaviour that only the OS can cause. Conversations with
// real servers are in tests/live.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>

#include "cli/echo_server.hpp"
#include "linnet/linnet.hpp"
#include "linnet/system_clock.hpp"
#include "linnet/system_network.hpp"

namespace linnet::test {
namespace {

constexpr std::uint64_t deadline_us = 60'000'000;

// Polls until `holds`; false after a minute.
template <class Holds>
bool until(WebSocketClient& client, Holds holds) {
    SystemClock clock;
    for (const std::uint64_t begin_us = clock.now_us(); !holds();) {
        if (clock.now_us() - begin_us > deadline_us) return false;
        client.poll();
    }
    return true;
}

bool is_over(const WebSocketClient& client) {
    return client.get_connection_status() == client.CONNECTION_DISCONNECTED;
}

// A socket of the test that accepts one connection.
class Listener {
 public:
    Listener() : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
        EXPECT_EQ(::listen(fd_, 8), 0);
        port_ = ntohs(address.sin_port);
    }
    ~Listener() { ::close(fd_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    std::string url() const { return "ws://127.0.0.1:" + std::to_string(port_) + "/"; }
    int accept() const { return ::accept(fd_, nullptr, nullptr); }

 private:
    int fd_;
    std::uint16_t port_ = 0;
};

// Reads the request, which a client on loopback has sent in one piece, and accepts it.
void accept_upgrade(int fd) {
    char request[4096];
    const ssize_t size = ::recv(fd, request, sizeof request, 0);
    ASSERT_GT(size, 0);
    const std::string_view text(request, static_cast<std::size_t>(size));
    HandshakeKey key;
    text.substr(text.find("Sec-WebSocket-Key: ") + 19).copy(key.data(), key.size());
    const HandshakeAccept accept = handshake_accept(key);
    const std::string response =
        "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        std::string(accept.begin(), accept.end()) + "\r\n\r\n";
    ASSERT_EQ(::send(fd, response.data(), response.size(), 0),
              static_cast<ssize_t>(response.size()));
}

// At once, or when something is sent to it: the errors are ECONNRESET and EPIPE.
enum class Reset : bool { at_once, later };

void close_with(Reset reset, int fd) {
    const linger at_once{1, 0};
    if (reset == Reset::at_once) {
        ASSERT_EQ(::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    }
    ::close(fd);
}

// The default of SIGPIPE, which kills the program.
void have_default_signals() {
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    ASSERT_EQ(::sigaction(SIGPIPE, &action, nullptr), 0);
}

// An open client whose server disappears without a close frame. `send` decides what happens then.
void meet_a_reset(Reset reset, void (*send)(WebSocketClient&)) {
    const Listener listener;
    WebSocketClient client;
    ASSERT_EQ(client.connect_to_url(listener.url()), Error::ok);
    const int fd = listener.accept();
    ASSERT_TRUE(until(client, [&] { return client.stats().bytes_sent > 0; }));
    accept_upgrade(fd);
    ASSERT_TRUE(until(client, [&] { return client.get_peer(1)->is_connected_to_host(); }));
    close_with(reset, fd);
    send(client);
    if (!is_over(client)) return;
    // Linux reports the reset to one call, and an end of the stream to the next one.
    const Cause cause = client.failure().cause;
    EXPECT_TRUE(cause == Cause::connection_lost || cause == Cause::end_of_stream) << text(cause);
}

// Every way to send: within put_packet, poll, disconnect_from_host and the destructor.
// Case 40: SIGPIPE
TEST(SystemNetwork, raises_no_signal_when_the_peer_has_reset) {
    have_default_signals();
    using Send = void (*)(WebSocketClient&);
    const Send sends[] = {
        [](WebSocketClient& client) {
            while (client.get_peer(1)->put_packet("x") == Error::ok) {
            }
            EXPECT_TRUE(until(client, [&] { return is_over(client); }));
        },
        [](WebSocketClient& client) {
            static_cast<void>(client.disconnect_from_host());
            EXPECT_TRUE(until(client, [&] { return is_over(client); }));
        },
        [](WebSocketClient& client) {
            for (int i = 0; i < 100; ++i) static_cast<void>(client.ping());
            EXPECT_TRUE(until(client, [&] { return is_over(client); }));
        },
        // Destroys it, which sends a close frame.
        [](WebSocketClient& client) { static_cast<void>(client.get_peer(1)->put_packet("x")); },
    };
    for (const Reset reset : {Reset::at_once, Reset::later}) {
        for (const Send send : sends) meet_a_reset(reset, send);
    }
}

int open_descriptor_count() {
    int count = 0;
    for (int fd = 0; fd < 1024; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return count;
}

// Until its end, until a refusal, given up early, and destroyed while open.
void connect_in_every_way(cli::EchoServer& server, const std::string& closed_port) {
    const std::string url = "ws://127.0.0.1:" + std::to_string(server.port()) + "/";
    const std::string ways[] = {url, url + "refuse", closed_port, url, url};
    for (std::size_t way = 0; way < std::size(ways); ++way) {
        WebSocketClient client;
        ASSERT_EQ(client.connect_to_url(ways[way]), Error::ok);
        if (way == 3) continue;
        const auto is_open = [&] {
            server.step();
            return client.get_connection_status() != client.CONNECTION_CONNECTING;
        };
        ASSERT_TRUE(until(client, is_open));
        if (way == 4) continue;
        ASSERT_EQ(client.disconnect_from_host(), Error::ok);
        const auto has_ended = [&] {
            server.step();
            return is_over(client);
        };
        ASSERT_TRUE(until(client, has_ended));
    }
    while (server.connection_count() > 0) server.step();
}

// Case 39: file descriptors that stay open (godot#117251)
TEST(SystemNetwork, leaves_no_descriptor_open) {
    cli::EchoServer server{Limits{}};
    ASSERT_TRUE(server.listen(0));
    std::string closed_port;
    {
        const Listener gone;
        closed_port = gone.url();
    }
    connect_in_every_way(server, closed_port);
    const int before = open_descriptor_count();
    for (int i = 0; i < 300; ++i) {
        connect_in_every_way(server, closed_port);
        ASSERT_FALSE(HasFatalFailure()) << i;
        ASSERT_EQ(open_descriptor_count(), before) << i;
    }
}

}  // namespace
}  // namespace linnet::test
