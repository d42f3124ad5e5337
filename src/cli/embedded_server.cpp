// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/embedded_server.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "cli/server_handshake.hpp"
#include "net/sockets_os.hpp"

namespace linnet::cli {

EmbeddedServer::Connection::Connection(Network& network, SocketHandle socket, const Limits& limits,
                                       Entropy& entropy)
    : transport(network, nullptr, tls_failure), session(Role::server, limits, entropy, nullptr) {
    transport.open(socket);
}

bool EmbeddedServer::Connection::has_unsent() const {
    return !answer.empty() || !session.outbox().is_empty() || transport.has_unsent();
}

EmbeddedServer::EmbeddedServer(const Limits& limits, const TlsServer* tls)
    : limits_(limits), tls_(tls) {}

EmbeddedServer::~EmbeddedServer() {
    if (listener_ != no_socket) network_.close(listener_);
}

std::unique_ptr<EmbeddedServer::Connection> EmbeddedServer::make_connection(SocketHandle socket) {
    return std::make_unique<Connection>(network_, socket, limits_, entropy_);
}

bool EmbeddedServer::listen(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (fd < 0) return false;
    listener_ = fd;
    const int enabled = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &enabled, sizeof enabled);
    sockaddr_storage storage;
    socklen_t size = to_sockaddr({.bytes = {127, 0, 0, 1}, .port = port}, storage);
    auto* const name = reinterpret_cast<sockaddr*>(&storage);
    if (::bind(fd, name, size) != 0 || ::listen(fd, 64) != 0) return false;
    if (::getsockname(fd, name, &size) != 0) return false;
    SocketAddress bound;
    from_sockaddr(name, bound);
    port_ = bound.port;
    return ::fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

void EmbeddedServer::step() {
    accept_all();
    for (const auto& connection : connections_) serve(*connection);
    // What one has said may be for all.
    for (const auto& connection : connections_) finish(*connection);
    for (const auto& connection : connections_) {
        if (connection->gone && connection->upgraded) closed(*connection);
    }
    ended_count_ +=
        std::erase_if(connections_, [](const auto& connection) { return connection->gone; });
}

void EmbeddedServer::wait_set(std::vector<WaitItem>& items) const {
    // Without a descriptor for whoever knocks, the end of a connection wakes as well.
    const bool accepts = listener_ != no_socket && (!is_short_of_sockets_ || connections_.empty());
    if (accepts) items.push_back({.socket = listener_, .readable = true});
    for (const auto& connection : connections_) {
        items.push_back({.socket = connection->transport.socket(),
                         .readable = !connection->session.input_is_held(),
                         .writable = connection->has_unsent()});
    }
}

void EmbeddedServer::say_goodbye() {
    leaving_ = true;
    network_.close(std::exchange(listener_, no_socket));
    for (const auto& connection : connections_) {
        // Whose handshake is not done, or who has closed already, gets no close frame.
        const bool is_told =
            connection->upgraded && connection->session.close(1001, "the server ends") == Error::ok;
        connection->gone = !is_told && !connection->session.close_is_queued();
    }
}

void EmbeddedServer::accept_all() {
    while (listener_ != no_socket) {
        const int fd = ::accept(static_cast<int>(listener_), nullptr, nullptr);
        is_short_of_sockets_ = fd < 0 && (errno == EMFILE || errno == ENFILE);
        if (fd < 0) return;
        ::fcntl(fd, F_SETFL, O_NONBLOCK);
        network_.set_no_delay(fd, true);
        auto connection = make_connection(fd);
        connection->secured = tls_ == nullptr;
        const bool is_ready =
            connection->secured || connection->transport.begin_tls(*tls_, {.entropy = &entropy_});
        if (is_ready) connections_.push_back(std::move(connection));
    }
}

void EmbeddedServer::serve(Connection& connection) {
    if (!connection.secured && !secure(connection)) return;
    bool ended = false;
    do {
        ended = receive(connection);
        if (!connection.upgraded && !connection.refused) upgrade(connection);
        if (connection.upgraded) {
            while (connection.session.next().kind != SessionEvent::Kind::none) {
            }
            heard(connection);
        }
        send(connection);
        // What TLS holds wakes nobody.
    } while (!ended && connection.transport.has_staged() && connection.has_room());
    connection.gone |= ended;
}

void EmbeddedServer::finish(Connection& connection) {
    if (!connection.secured || connection.gone) return;
    send(connection);
    const bool all_sent = connection.answer.empty() && connection.session.outbox().is_empty();
    const bool is_answered = !leaving_ || connection.session.close_is_received();
    const bool said_all = connection.refused || (connection.session.close_is_sent() && is_answered);
    if (!all_sent || !said_all) return;
    connection.transport.shutdown_send();
    connection.gone = !connection.transport.has_unsent();
}

// True once TLS is there.
bool EmbeddedServer::secure(Connection& connection) {
    const IoResult result = connection.transport.secure();
    connection.secured = result.status == IoResult::Outcome::moved;
    connection.gone = !connection.secured && result.status != IoResult::Outcome::would_block;
    return connection.secured;
}

// True at the end of the stream.
bool EmbeddedServer::receive(Connection& connection) {
    for (;;) {
        const MutableBytes room = connection.session.room();
        if (room.empty()) return false;
        const IoResult result = connection.transport.receive(room);
        if (result.status == IoResult::Outcome::would_block) return false;
        if (result.status != IoResult::Outcome::moved) return true;
        connection.session.fill(result.size);
        if (result.size < room.size() && !connection.transport.has_staged()) return false;
    }
}

void EmbeddedServer::upgrade(Connection& connection) {
    const UpgradeRequest request = read_upgrade_request(connection.session.unparsed());
    if (request.size == 0) return;
    connection.session.skip(request.size);
    if (request.target.empty()) {
        connection.answer = refuse_upgrade("400 Bad Request", "this is no WebSocket upgrade");
    } else if (request.target.starts_with("/refuse")) {
        connection.answer = refuse_upgrade("404 Not Found", "there is no such room here");
    } else {
        connection.answer = accept_upgrade(request);
        connection.upgraded = true;
        opened(connection);
    }
    connection.refused = !connection.upgraded;
}

void EmbeddedServer::send(Connection& connection) {
    connection.transport.flush();
    for (;;) {
        Outbox::Pieces pieces;
        const Bytes answer = bytes_of(connection.answer);
        const bool answering = !answer.empty();
        const std::size_t count = answering ? 1 : connection.session.unsent(pieces);
        if (answering) pieces[0] = answer;
        if (count == 0) return;
        const IoResult result = connection.transport.send(std::span(pieces).first(count));
        if (result.status == IoResult::Outcome::failed) connection.gone = true;
        if (result.status != IoResult::Outcome::moved) return;
        if (answering) {
            connection.answer.erase(0, result.size);
        } else {
            connection.session.sent(result.size);
        }
    }
}

}  // namespace linnet::cli
