// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "echo_server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/server_handshake.hpp"
#include "linnet/protocol/session.hpp"
#include "linnet/system_entropy.hpp"
#include "sockets.hpp"

namespace linnet::bench {
namespace {

constexpr std::size_t in_flight_size_max = 16 << 20;

// ---- one connection --------------------------------------------------------------------------

Limits server_limits() {
    Limits limits;
    limits.input_payload_max = limits.output_payload_max = in_flight_size_max;
    limits.output_message_count_max = message_count_max_max;
    return limits;
}

/// One connection. All echoes of one receive are sent together.
class WebSocketEcho {
 public:
    explicit WebSocketEcho(int fd) : fd_(fd) {}

    void serve() {
        if (!upgrade()) return;
        while (wait_for(fd_, !session_.outbox().is_empty()) && receive()) {
            if (!echo()) return;
            send();
        }
    }

 private:
    bool upgrade() {
        cli::UpgradeRequest request;
        while (request.size == 0) {
            if (!wait_for(fd_, false) || !receive()) return false;
            request = cli::read_upgrade_request(session_.unparsed());
        }
        session_.skip(request.size);
        const std::string echo_all = cli::accept_upgrade(request);
        return ::send(fd_, echo_all.data(), echo_all.size(), MSG_NOSIGNAL) > 0;
    }
    bool receive() {
        const MutableBytes buffer = session_.receive_buffer();
        if (buffer.empty()) return true;
        const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (size > 0) session_.fill(static_cast<std::size_t>(size));
        return size != 0;
    }
    bool echo() {
        for (SessionEvent event; (event = session_.next()).kind != SessionEvent::Kind::none;) {
            if (event.kind != SessionEvent::Kind::message) continue;
            const Inbox::Message packet = session_.take();
            const Opcode opcode = packet.is_text ? Opcode::text : Opcode::binary;
            if (session_.put(opcode, {}, packet.payload) != Error::ok) return false;
        }
        return true;
    }
    void send() {
        Outbox::Pieces pieces;
        const std::size_t count = session_.unsent(pieces);
        if (count == 0) return;
        iovec vectors[send_piece_count_max];
        msghdr message{};
        message.msg_iov = vectors;
        for (const Bytes piece : std::span(pieces).first(count)) {
            vectors[message.msg_iovlen++] = {const_cast<std::uint8_t*>(piece.data()), piece.size()};
        }
        const ssize_t size = ::sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (size > 0) session_.sent(static_cast<std::size_t>(size));
    }

    int fd_;
    SystemEntropy entropy_;
    Session session_{Role::server, server_limits(), entropy_, nullptr};
};

// ---- the process -----------------------------------------------------------------------------

void bind_to_cpu(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<unsigned>(cpu), &set);
    ::sched_setaffinity(0, sizeof set, &set);
}

int listen_anywhere(std::uint16_t& port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const name = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener, name, size) != 0 || ::listen(listener, 8) != 0) return -1;
    if (::getsockname(listener, name, &size) != 0) return -1;
    port = ntohs(address.sin_port);
    return listener;
}

// Until the other end of `lifeline` is closed.
[[noreturn]] void serve_all(int listener, int lifeline) {
    for (;;) {
        pollfd items[] = {{listener, POLLIN, 0}, {lifeline, POLLIN, 0}};
        if (::poll(items, 2, -1) <= 0 || items[1].revents != 0) _exit(0);
        const int fd = ::accept(listener, nullptr, nullptr);
        if (fd < 0) continue;
        const int enabled = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &enabled, sizeof enabled);
        WebSocketEcho(fd).serve();
        ::close(fd);
    }
}

/// A process that serves for the lifetime of this object.
class Server {
 public:
    Server() {
        const int listener = listen_anywhere(port_);
        int lifeline[2];
        if (listener < 0 || ::pipe(lifeline) != 0) return;
        bind_to_cpu(::sched_getcpu());
        child_ = ::fork();
        if (child_ == 0) {
            ::close(lifeline[1]);
            serve_all(listener, lifeline[0]);
        }
        ::close(lifeline[0]);
        ::close(listener);
        lifeline_ = lifeline[1];
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() {
        ::close(lifeline_);
        if (child_ > 0) ::waitpid(child_, nullptr, 0);
    }
    std::uint16_t port() const { return child_ > 0 ? port_ : std::uint16_t{0}; }

 private:
    std::uint16_t port_ = 0;
    pid_t child_ = -1;
    int lifeline_ = -1;
};

}  // namespace

std::uint16_t echo_server_port() {
    static const Server server;
    return server.port();
}

}  // namespace linnet::bench
