// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A server on loopback; derived classes handle the messages. It never blocks and has no thread: its
// owner calls `step`. Paths that begin with /refuse get a 404 response.
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

    /// Listens on 127.0.0.1; with port 0 the OS chooses. On failure returns false and sets `errno`.
    bool listen(std::uint16_t port);
    std::uint16_t port() const { return port_; }

    /// Accepts, receives, responds and sends what is possible without blocking; each connection
    /// gets a bounded turn.
    void step();
    /// Adds the sockets that `step` waits for; one is always ready if the last `step` left work.
    void wait_set(std::vector<WaitItem>& items) const;
    /// Returns the latest time for the next `step` on the system's clock; UINT64_MAX: none.
    virtual std::uint64_t next_deadline_us() const { return UINT64_MAX; }

    /// Number of open connections, and of those that have ended since the start.
    std::size_t connection_count() const { return connections_.size(); }
    std::size_t ended_count() const { return ended_count_; }
    /// Stops accepting and closes all connections: call `step` until none is left.
    void shut_down();

 protected:
    struct Connection {
        Connection(Network& network, SocketHandle socket, const Limits& limits, Entropy& entropy);

        bool has_unsent() const;

        TlsFailure tls_failure;
        Transport transport;
        Session session;
        std::string response;  // the unsent rest of the handshake response
        bool secured = false;
        bool upgraded = false;
        bool refused = false;
        bool gone = false;
        bool stream_ended = false;     // the client has ended its stream
        bool input_ended = false;      // nothing more is read, as from a refused client
        bool waits_for_input = false;  // everything received has been handled
        bool has_more = false;         // its turn ended before its work was done
    };

    /// Uses wss:// if `tls` is set (it must outlive the server), else ws://.
    EmbeddedServer(const Limits& limits, const TlsServer* tls);

    /// Creates a connection; overridden to use a derived type.
    virtual std::unique_ptr<Connection> make_connection(SocketHandle socket);
    /// Called after an accepted handshake.
    virtual void opened(Connection&) {}
    /// Returns true if the oldest message in the queue can be handled now. If not, nothing more is
    /// read from the connection, and some connection must have unsent data or the deadline must be
    /// set.
    virtual bool can_take(const Connection& connection) const = 0;
    /// Handles the oldest message in the queue and removes it.
    virtual void take(Connection& connection) = 0;
    /// Called after the turns of all connections.
    virtual void end_step() {}
    /// Called before an open connection is removed.
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
    int ready_pipe_[2] = {-1, -1};  // contains one byte: always readable
    std::uint16_t port_ = 0;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::size_t ended_count_ = 0;
    bool leaving_ = false;
    bool is_short_of_sockets_ = false;  // cannot accept the next connection
};

}  // namespace linnet::cli
