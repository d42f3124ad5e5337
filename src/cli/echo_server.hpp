// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A server on loopback that sends every message back. It never blocks and has no thread: whoever
// owns it calls `step`. Paths below /refuse are answered with 404.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/tls_server.hpp"
#include "linnet/protocol/session.hpp"
#include "net/system.hpp"

namespace linnet::cli {

class EchoServer {
 public:
    /// With `tls` (which must outlive it) it speaks wss://, else ws://.
    explicit EchoServer(const Limits& limits, const TlsServer* tls = nullptr);
    EchoServer(const EchoServer&) = delete;
    EchoServer& operator=(const EchoServer&) = delete;
    ~EchoServer();

    /// Listens on 127.0.0.1; port 0 lets the OS choose. False and `errno` on failure.
    bool listen(std::uint16_t port);
    std::uint16_t port() const { return port_; }

    /// Accepts, receives, answers and sends whatever is there to be.
    void step();
    /// The sockets that `step` waits for.
    void wait_set(std::vector<WaitItem>& items) const;

    /// Connections that are there, and those that have ended since the begin.
    std::size_t connection_count() const { return connections_.size(); }
    std::size_t ended_count() const { return ended_count_; }
    /// Accepts no more and closes all: `step` until no connection is there.
    void say_goodbye();

 private:
    struct Connection;

    void accept_all();
    void serve(Connection& connection);
    bool secure(Connection& connection);
    bool receive(Connection& connection);
    void upgrade(Connection& connection);
    void echo(Connection& connection);
    void send(Connection& connection);

    Limits limits_;
    const TlsServer* tls_;
    SystemEntropy entropy_;
    SystemNetwork network_;
    SocketHandle listener_ = no_socket;
    std::uint16_t port_ = 0;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::size_t ended_count_ = 0;
    bool leaving_ = false;
};

}  // namespace linnet::cli
