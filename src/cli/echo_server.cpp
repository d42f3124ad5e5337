// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/echo_server.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "cli/server_handshake.hpp"
#include "client/transport.hpp"
#include "net/sockets_os.hpp"

namespace linnet::cli {

struct EchoServer::Connection {
    Connection(Network& network, SocketHandle socket, const Limits& limits, Entropy& entropy)
        : transport(network, nullptr, tls_failure),
          session(Role::server, limits, entropy, nullptr) {
        transport.open(socket);
    }

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

EchoServer::EchoServer(const Limits& limits, const TlsServer* tls) : limits_(limits), tls_(tls) {}

EchoServer::~EchoServer() {
    if (listener_ != no_socket) network_.close(listener_);
}

bool EchoServer::listen(std::uint16_t port) {
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

void EchoServer::step() {
    accept_all();
    for (const auto& connection : connections_) serve(*connection);
    ended_count_ +=
        std::erase_if(connections_, [](const auto& connection) { return connection->gone; });
}

void EchoServer::wait_set(std::vector<WaitItem>& items) const {
    if (listener_ != no_socket) items.push_back({.socket = listener_, .readable = true});
    for (const auto& connection : connections_) {
        const bool unsent = !connection->answer.empty() ||
                            !connection->session.outbox().is_empty() ||
                            connection->transport.has_unsent();
        const bool held = connection->session.input_is_held();
        items.push_back(
            {.socket = connection->transport.socket(), .readable = !held, .writable = unsent});
    }
}

void EchoServer::say_goodbye() {
    leaving_ = true;
    network_.close(std::exchange(listener_, no_socket));
    for (const auto& connection : connections_) {
        // Whose handshake is not done, or who has closed already, gets no close frame.
        const bool is_told =
            connection->upgraded && connection->session.close(1001, "the server ends") == Error::ok;
        connection->gone = !is_told && !connection->session.close_is_queued();
    }
}

void EchoServer::accept_all() {
    while (listener_ != no_socket) {
        const int fd = ::accept(static_cast<int>(listener_), nullptr, nullptr);
        if (fd < 0) return;
        ::fcntl(fd, F_SETFL, O_NONBLOCK);
        network_.set_no_delay(fd, true);
        auto connection = std::make_unique<Connection>(network_, fd, limits_, entropy_);
        const bool is_ready =
            tls_ == nullptr || connection->transport.begin_tls(*tls_, {.entropy = &entropy_});
        connection->secured = tls_ == nullptr;
        if (is_ready) connections_.push_back(std::move(connection));
    }
}

void EchoServer::serve(Connection& connection) {
    if (!connection.secured && !secure(connection)) return;
    bool ended = false;
    do {
        ended = receive(connection);
        if (!connection.upgraded && !connection.refused) upgrade(connection);
        if (connection.upgraded) echo(connection);
        send(connection);
        // What TLS holds wakes nobody.
    } while (!ended && connection.transport.has_staged() && connection.has_room());
    const bool all_sent = connection.answer.empty() && connection.session.outbox().is_empty();
    const bool is_answered = !leaving_ || connection.session.close_is_received();
    const bool said_all = connection.refused || (connection.session.close_is_sent() && is_answered);
    if (all_sent && said_all) connection.transport.shutdown_send();
    connection.gone |= ended || (all_sent && said_all && !connection.transport.has_unsent());
}

// True once TLS is there.
bool EchoServer::secure(Connection& connection) {
    const IoResult result = connection.transport.secure();
    connection.secured = result.status == IoResult::Status::moved;
    connection.gone = !connection.secured && result.status != IoResult::Status::would_block;
    return connection.secured;
}

// True at the end of the stream.
bool EchoServer::receive(Connection& connection) {
    for (;;) {
        const MutableBytes room = connection.session.room();
        if (room.empty()) return false;
        const IoResult result = connection.transport.receive(room);
        if (result.status == IoResult::Status::would_block) return false;
        if (result.status != IoResult::Status::moved) return true;
        connection.session.fill(result.size);
        if (result.size < room.size() && !connection.transport.has_staged()) return false;
    }
}

void EchoServer::upgrade(Connection& connection) {
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
    }
    connection.refused = !connection.upgraded;
}

// A message leaves the queue only when its echo has a place: a client that does not read is not
// read.
void EchoServer::echo(Connection& connection) {
    Session& session = connection.session;
    while (session.next().kind != SessionEvent::Kind::none) {
    }
    while (session.packet_count() > 0) {
        const Outbox& out = session.outbox();
        const bool fits = out.queued_payload() == 0 && out.packet_count() == 0;
        if (!fits) return;
        const Inbox::Packet packet = session.take();
        const Error error =
            session.put(packet.is_text ? Opcode::text : Opcode::binary, {}, packet.payload);
        if (error != Error::ok) return;
        send(connection);
    }
}

void EchoServer::send(Connection& connection) {
    connection.transport.flush();
    for (;;) {
        Outbox::Pieces pieces;
        const Bytes answer = bytes_of(connection.answer);
        const bool answering = !answer.empty();
        const std::size_t count = answering ? 1 : connection.session.unsent(pieces);
        if (answering) pieces[0] = answer;
        if (count == 0) return;
        const IoResult result = connection.transport.send(std::span(pieces).first(count));
        if (result.status == IoResult::Status::failed) connection.gone = true;
        if (result.status != IoResult::Status::moved) return;
        if (answering) {
            connection.answer.erase(0, result.size);
        } else {
            connection.session.sent(result.size);
        }
    }
}

}  // namespace linnet::cli
