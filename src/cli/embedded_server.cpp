// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/embedded_server.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "cli/server_handshake.hpp"
#include "platform/sockaddr.hpp"

namespace linnet::cli {
namespace {

// Number of receive calls, events and messages of one connection before the next one's turn.
constexpr int turn_step_count = 128;

}  // namespace

EmbeddedServer::Connection::Connection(Network& network, SocketHandle socket, const Limits& limits,
                                       Entropy& entropy)
    : transport(network, nullptr, tls_failure), session(Role::server, limits, entropy, nullptr) {
    transport.open(socket);
}

bool EmbeddedServer::Connection::has_unsent() const {
    return !response.empty() || !session.outbox().is_empty() || transport.has_unsent();
}

EmbeddedServer::EmbeddedServer(const Limits& limits, const TlsServer* tls)
    : limits_(limits), tls_(tls) {}

EmbeddedServer::~EmbeddedServer() {
    if (listener_ != no_socket) network_.close(listener_);
    for (const int fd : ready_pipe_) {
        if (fd >= 0) ::close(fd);
    }
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
    if (::pipe(ready_pipe_) != 0 || ::write(ready_pipe_[1], "", 1) != 1) return false;
    return ::fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

void EmbeddedServer::step() {
    accept_all();
    for (const auto& connection : connections_) serve(*connection);
    // A message from one connection may be sent to all, so all are finished afterwards.
    for (const auto& connection : connections_) finish(*connection);
    end_step();
    for (const auto& connection : connections_) {
        if (connection->gone && connection->upgraded) closed(*connection);
    }
    ended_count_ +=
        std::erase_if(connections_, [](const auto& connection) { return connection->gone; });
}

void EmbeddedServer::wait_set(std::vector<WaitItem>& items) const {
    // If no descriptor is left for a new connection, wait for one to end instead.
    const bool accepts = listener_ != no_socket && (!is_short_of_sockets_ || connections_.empty());
    if (accepts) items.push_back({.socket = listener_, .readable = true});
    for (const auto& connection : connections_) {
        const bool readable = connection->waits_for_input;
        const bool writable = connection->has_unsent();
        // poll(2) reports a lost connection even without requested events, which would make it
        // return at once.
        if (!readable && !writable) continue;
        items.push_back(
            {.socket = connection->transport.socket(), .readable = readable, .writable = writable});
    }
    if (has_work()) items.push_back({.socket = ready_pipe_[0], .readable = true});
}

// Computed from the current state, so that no event has to report a message that has become ready.
bool EmbeddedServer::has_work() const {
    return std::any_of(connections_.begin(), connections_.end(), [this](const auto& connection) {
        const bool has_message = connection->session.message_count() > 0;
        return connection->has_more || (has_message && can_take(*connection));
    });
}

void EmbeddedServer::shut_down() {
    leaving_ = true;
    network_.close(std::exchange(listener_, no_socket));
    for (const auto& connection : connections_) {
        // Clients that have not completed the handshake, or have closed, get no close frame.
        const bool gets_close_frame =
            connection->upgraded &&
            connection->session.close(1001, "the server is shutting down") == Error::ok;
        connection->gone = !gets_close_frame && !connection->session.close_is_queued();
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
    connection.waits_for_input = connection.has_more = false;
    if (!connection.secured && !secure(connection)) return;
    for (int i = 0; i < turn_step_count; ++i) {
        send(connection);
        if (!advance(connection)) return;
    }
    connection.has_more = true;
}

// Does one step. Returns false if nothing can be done before a socket is ready. A message is
// handled before the next one is decoded, and everything decoded before more is received: the
// server does not read from a client that does not read, and a close frame does not discard the
// replies to earlier messages.
bool EmbeddedServer::advance(Connection& connection) {
    if (connection.gone) return false;
    if (connection.session.message_count() > 0) {
        if (!can_take(connection)) return false;
        take(connection);
        return true;
    }
    if (connection.input_ended) return false;
    const bool has_moved = connection.upgraded ? decode(connection) : upgrade(connection);
    return has_moved || receive(connection);
}

void EmbeddedServer::finish(Connection& connection) {
    if (!connection.secured || connection.gone) return;
    send(connection);
    const bool all_sent = connection.response.empty() && connection.session.outbox().is_empty();
    const bool is_answered = !leaving_ || connection.session.close_is_received();
    const bool is_done = connection.refused || connection.stream_ended ||
                         (connection.session.close_is_sent() && is_answered);
    if (!all_sent || !is_done) return;
    connection.transport.shutdown_send();
    connection.gone = !connection.transport.has_unsent();
}

// Returns true after the TLS handshake.
bool EmbeddedServer::secure(Connection& connection) {
    const IoResult result = connection.transport.secure();
    connection.secured = result.status == IoResult::Outcome::moved;
    connection.waits_for_input = result.status == IoResult::Outcome::would_block;
    connection.gone = !connection.secured && !connection.waits_for_input;
    return connection.secured;
}

// Returns false if there was no event.
bool EmbeddedServer::decode(Connection& connection) {
    const SessionEvent::Kind kind = connection.session.next().kind;
    connection.input_ended =
        kind == SessionEvent::Kind::close || kind == SessionEvent::Kind::failed;
    return kind != SessionEvent::Kind::none;
}

// Returns false if nothing was received.
bool EmbeddedServer::receive(Connection& connection) {
    const bool was_paused = connection.session.input_is_paused();
    const MutableBytes buffer = connection.session.receive_buffer();
    // With an empty queue, memory has run out.
    connection.gone = buffer.empty();
    if (connection.gone) return false;
    const IoResult result = connection.transport.receive(buffer);
    switch (result.status) {
        case IoResult::Outcome::moved: connection.session.fill(result.size); return true;
        case IoResult::Outcome::would_block: connection.waits_for_input = true; break;
        case IoResult::Outcome::end:
            connection.stream_ended = connection.input_ended = true;
            return false;
        case IoResult::Outcome::failed: connection.gone = true; return false;
    }
    // `receive_buffer` may have made space for paused messages.
    return was_paused;
}

// Returns false if the request is incomplete.
bool EmbeddedServer::upgrade(Connection& connection) {
    const Bytes received = connection.session.unparsed();
    const UpgradeRequest request = read_upgrade_request(received);
    const bool is_too_long = request.size == 0 && received.size() > limits_.request_size_max;
    if (request.size == 0 && !is_too_long) return false;
    connection.session.skip(is_too_long ? received.size() : request.size);
    if (is_too_long) {
        connection.response = refuse_upgrade("431 Request Header Fields Too Large",
                                             "the request is longer than this server accepts");
    } else if (request.target.empty()) {
        connection.response =
            refuse_upgrade("400 Bad Request", "this is not a WebSocket upgrade request");
    } else if (request.target.starts_with("/refuse")) {
        connection.response = refuse_upgrade("404 Not Found", "this path is always refused");
    } else {
        connection.response = accept_upgrade(request);
        connection.upgraded = true;
        opened(connection);
    }
    connection.refused = connection.input_ended = !connection.upgraded;
    return true;
}

void EmbeddedServer::send(Connection& connection) {
    connection.transport.flush();
    for (;;) {
        Outbox::Pieces pieces;
        const Bytes response = bytes_of(connection.response);
        const bool responding = !response.empty();
        const std::size_t count = responding ? 1 : connection.session.unsent(pieces);
        if (responding) pieces[0] = response;
        if (count == 0) return;
        const IoResult result = connection.transport.send(std::span(pieces).first(count));
        if (result.status == IoResult::Outcome::failed) connection.gone = true;
        if (result.status != IoResult::Outcome::moved) return;
        if (responding) {
            connection.response.erase(0, result.size);
        } else {
            connection.session.sent(result.size);
        }
    }
}

}  // namespace linnet::cli
