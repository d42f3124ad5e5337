// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A server on loopback: what it makes of messages is for those who derive from it. It never blocks
// and has no thread: whoever owns it calls `step`. Paths below /refuse are answered with 404.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/tls_server.hpp"
#include "client/transport.hpp"
#include "linnet/protocol/session.hpp"
#include "net/system.hpp"

namespace linnet::cli {

class EmbeddedServer {
 public:
    EmbeddedServer(const EmbeddedServer&) = delete;
    EmbeddedServer& operator=(const EmbeddedServer&) = delete;
    virtual ~EmbeddedServer();

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

 protected:
    struct Connection {
        Connection(Network& network, SocketHandle socket, const Limits& limits, Entropy& entropy);

        bool has_unsent() const;
        bool has_room() const { return !session.input_is_held() && session.outbox().is_empty(); }

        TlsFailure tls_failure;
        Transport transport;
        Session session;
        std::string answer;  // of the handshake, what is not yet sent
        bool secured = false;
        bool upgraded = false;
        bool refused = false;
        bool gone = false;
    };

    /// With `tls` (which must outlive it) it speaks wss://, else ws://.
    EmbeddedServer(const Limits& limits, const TlsServer* tls);

    /// For connections of a kind of its own.
    virtual std::unique_ptr<Connection> make_connection(SocketHandle socket);
    /// The handshake is accepted.
    virtual void opened(Connection&) {}
    /// Messages may be in its queue.
    virtual void heard(Connection& connection) = 0;
    /// An open connection is about to go.
    virtual void closed(Connection&) {}

    const std::vector<std::unique_ptr<Connection>>& connections() const { return connections_; }
    void send(Connection& connection);

    Limits limits_;
    SystemEntropy entropy_;
    SystemNetwork network_;

 private:
    void accept_all();
    void serve(Connection& connection);
    bool secure(Connection& connection);
    bool receive(Connection& connection);
    void upgrade(Connection& connection);
    void finish(Connection& connection);

    const TlsServer* tls_;
    SocketHandle listener_ = no_socket;
    std::uint16_t port_ = 0;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::size_t ended_count_ = 0;
    bool leaving_ = false;
    bool is_short_of_sockets_ = false;  // for the next connection
};

}  // namespace linnet::cli
