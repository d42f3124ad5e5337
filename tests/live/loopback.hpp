// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Processes and sockets of the tests themselves, on loopback. No process outlives the test.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/embedded_server.hpp"

namespace linnet::test {

/// A separate process that serves, so that its calls are not made by the tested process.
class ServerProcess {
 public:
    using Servers = std::vector<std::unique_ptr<cli::EmbeddedServer>>;

    /// Embedded servers; each chooses its port.
    explicit ServerProcess(const Servers& servers);
    /// `serve` gets a listener with a queue of `backlog`, and may block.
    explicit ServerProcess(void (*serve)(int listener), int backlog = 64);
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;
    ~ServerProcess();

    bool is_ready() const { return process_ > 0; }
    std::uint16_t port(std::size_t index = 0) const { return ports_[index]; }
    std::string url(std::size_t index = 0, std::string_view path = "/") const;

 private:
    std::vector<std::uint16_t> ports_;
    pid_t process_ = -1;
};

template <class Server>
ServerProcess::Servers servers_of(std::size_t count = 1) {
    ServerProcess::Servers servers;
    for (std::size_t i = 0; i < count; ++i) servers.push_back(std::make_unique<Server>(Limits{}));
    return servers;
}

// ---- for servers that block

/// The next connection, upgraded; -1 on failure.
int accept_and_upgrade(int listener);
/// Resets a connection.
void reset(int socket);

/// Runs `body` in a separate process, which it may modify: signals, namespaces. Returns the result
/// of the body, or how the process died.
std::string in_child(const std::function<std::string()>& body);

/// A TCP port of `::1` or `127.0.0.1` that does not respond, not even with a refusal: a listener
/// whose queue is full, so that the kernel drops new connections.
class DeafPort {
 public:
    /// With port 0 the OS chooses.
    explicit DeafPort(bool ipv6, std::uint16_t port = 0);
    DeafPort(const DeafPort&) = delete;
    DeafPort& operator=(const DeafPort&) = delete;
    ~DeafPort();

    bool is_ready() const { return is_deaf_; }
    std::uint16_t number() const { return number_; }

 private:
    std::vector<int> sockets_;
    std::uint16_t number_ = 0;
    bool is_deaf_ = false;
};

/// 127.0.0.1 or ::1.
SocketAddress loopback_address(bool ipv6, std::uint16_t port);
/// A socket bound to that address, or -1 and errno.
int bound_socket(const SocketAddress& address);
/// The port of a socket.
std::uint16_t port_of(int socket);

}  // namespace linnet::test
