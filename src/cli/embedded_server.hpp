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
#include "linnet/protocol/session.hpp"
#include "linnet/system_entropy.hpp"
#include "linnet/system_network.hpp"
#include "net/transport.hpp"

namespace linnet::cli {

class EmbeddedServer {
 public:
    EmbeddedServer(const EmbeddedServer&) = delete;
    EmbeddedServer& operator=(const EmbeddedServer&) = delete;
    virtual ~EmbeddedServer();

    /// Listens on 127.0.0.1; port 0 lets the OS choose. False and `errno` on failure.
    bool listen(std::uint16_t port);
    std::uint16_t port() const { return port_; }

    /// Accepts, receives, answers and sends what can be now: a bounded turn for each connection.
    void step();
    /// The sockets that `step` waits for; one that is always ready if the last `step` left work.
    void wait_set(std::vector<WaitItem>& items) const;
    /// The latest time for the next `step`, by the system's clock; UINT64_MAX: none.
    virtual std::uint64_t next_deadline_us() const { return UINT64_MAX; }

    /// Connections that are there, and those that have ended since the begin.
    std::size_t connection_count() const { return connections_.size(); }
    std::size_t ended_count() const { return ended_count_; }
    /// Accepts no more and closes all: `step` until no connection is there.
    void say_goodbye();

 protected:
    struct Connection {
        Connection(Network& network, SocketHandle socket, const Limits& limits, Entropy& entropy);

        bool has_unsent() const;

        TlsFailure tls_failure;
        Transport transport;
        Session session;
        std::string answer;  // of the handshake, what is not yet sent
        bool secured = false;
        bool upgraded = false;
        bool refused = false;
        bool gone = false;
        bool stream_ended = false;     // the client sends nothing more
        bool input_ended = false;      // nothing more is read: of a refused or closing client, say
        bool waits_for_input = false;  // everything received so far has been handled
        bool has_more = false;         // its turn ended before its work did
    };

    /// With `tls` (which must outlive it) it speaks wss://, else ws://.
    EmbeddedServer(const Limits& limits, const TlsServer* tls);

    /// For connections of a kind of its own.
    virtual std::unique_ptr<Connection> make_connection(SocketHandle socket);
    /// The handshake is accepted.
    virtual void opened(Connection&) {}
    /// Whether the oldest message of its queue can be handled now. If not, nothing more is read
    /// from the connection, and some connection must have unsent data or the deadline must be set.
    virtual bool can_take(const Connection& connection) const = 0;
    /// Handles the oldest message of its queue and removes it.
    virtual void take(Connection& connection) = 0;
    /// Every connection has had its turn.
    virtual void end_step() {}
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
    bool advance(Connection& connection);
    bool decode(Connection& connection);
    bool receive(Connection& connection);
    bool upgrade(Connection& connection);
    void finish(Connection& connection);
    bool has_work() const;

    const TlsServer* tls_;
    SocketHandle listener_ = no_socket;
    int ready_pipe_[2] = {-1, -1};  // holds one byte: always readable
    std::uint16_t port_ = 0;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::size_t ended_count_ = 0;
    bool leaving_ = false;
    bool is_short_of_sockets_ = false;  // for the next connection
};

}  // namespace linnet::cli
