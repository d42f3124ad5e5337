// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/echo_server.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "cli/server_handshake.hpp"
#include "net/sockets_os.hpp"

namespace linnet::cli {

struct EchoServer::Connection {
    Connection(SocketHandle handle, const Limits& limits, Entropy& entropy)
        : socket(handle), session(Role::server, limits, entropy, nullptr) {}

    SocketHandle socket;
    Session session;
    std::string answer;  // of the handshake, what is not yet sent
    bool upgraded = false;
    bool refused = false;
    bool gone = false;
};

EchoServer::EchoServer(const Limits& limits) : limits_(limits) {}

EchoServer::~EchoServer() {
    for (const auto& connection : connections_) network_.close(connection->socket);
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
    ended_count_ += std::erase_if(connections_, [this](const auto& connection) {
        if (connection->gone) network_.close(connection->socket);
        return connection->gone;
    });
}

void EchoServer::wait_set(std::vector<WaitItem>& items) const {
    if (listener_ != no_socket) items.push_back({.socket = listener_, .readable = true});
    for (const auto& connection : connections_) {
        const bool unsent = !connection->answer.empty() || !connection->session.outbox().is_empty();
        const bool held = connection->session.input_is_held();
        items.push_back({.socket = connection->socket, .readable = !held, .writable = unsent});
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
        connections_.push_back(std::make_unique<Connection>(fd, limits_, entropy_));
    }
}

void EchoServer::serve(Connection& connection) {
    const bool ended = receive(connection);
    if (!connection.upgraded && !connection.refused) upgrade(connection);
    if (connection.upgraded) echo(connection);
    send(connection);
    const bool all_sent = connection.answer.empty() && connection.session.outbox().is_empty();
    const bool is_answered = !leaving_ || connection.session.close_is_received();
    const bool said_all = connection.refused || (connection.session.close_is_sent() && is_answered);
    connection.gone |= ended || (all_sent && said_all);
}

// True at the end of the stream.
bool EchoServer::receive(Connection& connection) {
    for (;;) {
        const MutableBytes room = connection.session.room();
        if (room.empty()) return false;
        const IoResult result = network_.receive(connection.socket, room);
        if (result.status == IoResult::Status::would_block) return false;
        if (result.status != IoResult::Status::moved) return true;
        connection.session.fill(result.size);
        if (result.size < room.size()) return false;
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
    for (;;) {
        Outbox::Pieces pieces;
        const Bytes answer = bytes_of(connection.answer);
        const bool answering = !answer.empty();
        const std::size_t count = answering ? 1 : connection.session.unsent(pieces);
        if (answering) pieces[0] = answer;
        if (count == 0) return;
        const IoResult result = network_.send(connection.socket, std::span(pieces).first(count));
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
