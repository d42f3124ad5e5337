// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "live/loopback.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "cli/server_handshake.hpp"
#include "platform/sockaddr.hpp"

namespace linnet::test {
namespace {

constexpr int step_ms_max = 100;

[[noreturn]] void serve_all(const ServerProcess::Servers& servers) {
    std::vector<WaitItem> items;
    std::vector<pollfd> polled;
    for (;;) {
        items.clear();
        polled.clear();
        for (const auto& server : servers) {
            server->step();
            server->wait_set(items);
        }
        for (const WaitItem& item : items) {
            const int events = (item.readable ? POLLIN : 0) | (item.writable ? POLLOUT : 0);
            polled.push_back({static_cast<int>(item.socket), static_cast<short>(events), 0});
        }
        ::poll(polled.data(), polled.size(), step_ms_max);
    }
}

// In a child: it is killed when its parent dies.
void die_with(pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
}

std::string read_all(int pipe) {
    std::string all;
    std::array<char, 4096> bytes;
    for (ssize_t size; (size = ::read(pipe, bytes.data(), bytes.size())) != 0;) {
        if (size > 0) all.append(bytes.data(), static_cast<std::size_t>(size));
        if (size < 0 && errno != EINTR) break;
    }
    return all;
}

int wait_for(pid_t process) {
    int status = 0;
    while (::waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
    return status;
}

}  // namespace

// ---- processes -------------------------------------------------------------------------------

ServerProcess::ServerProcess(const Servers& servers) {
    for (const auto& server : servers) {
        if (!server->listen(0)) return;
        ports_.push_back(server->port());
    }
    const pid_t parent = ::getpid();
    process_ = ::fork();
    if (process_ != 0) return;
    die_with(parent);
    serve_all(servers);
}

ServerProcess::ServerProcess(void (*serve)(int listener), int backlog) {
    const int listener = bound_socket(loopback_address(false, 0));
    if (listener < 0 || ::listen(listener, backlog) != 0) return;
    ::fcntl(listener, F_SETFL, 0);
    ports_.push_back(port_of(listener));
    const pid_t parent = ::getpid();
    process_ = ::fork();
    if (process_ == 0) {
        die_with(parent);
        serve(listener);
        ::_exit(0);
    }
    ::close(listener);
}

ServerProcess::~ServerProcess() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    wait_for(process_);
}

std::string ServerProcess::url(std::size_t index, std::string_view path) const {
    return "ws://127.0.0.1:" + std::to_string(ports_[index]) + std::string(path);
}

std::string in_child(const std::function<std::string()>& body) {
    std::array<int, 2> pipe{-1, -1};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return "there is no pipe";
    const pid_t parent = ::getpid();
    const pid_t process = ::fork();
    if (process == 0) {
        die_with(parent);
        const std::string output = body();
        const ssize_t written = ::write(pipe[1], output.data(), output.size());
        ::_exit(written == static_cast<ssize_t>(output.size()) ? 0 : 1);
    }
    ::close(pipe[1]);
    const std::string output = read_all(pipe[0]);
    ::close(pipe[0]);
    if (process < 0) return "there is no process";
    const int status = wait_for(process);
    if (WIFSIGNALED(status))
        return "it died of the signal " + std::string(::strsignal(WTERMSIG(status)));
    return WEXITSTATUS(status) == 0 ? output
                                    : "it ended with " + std::to_string(WEXITSTATUS(status));
}

// ---- servers that block ----------------------------------------------------------------------

int accept_and_upgrade(int listener) {
    const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    std::string request;
    std::array<char, 4096> bytes;
    while (request.find("\r\n\r\n") == request.npos) {
        const ssize_t size = ::recv(fd, bytes.data(), bytes.size(), 0);
        if (size <= 0) break;
        request.append(bytes.data(), static_cast<std::size_t>(size));
    }
    const std::string response = cli::accept_upgrade(cli::read_upgrade_request(bytes_of(request)));
    const ssize_t sent = ::send(fd, response.data(), response.size(), MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(response.size())) return fd;
    ::close(fd);
    return -1;
}

void reset(int socket) {
    const linger none{1, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    ::close(socket);
}

// ---- sockets ---------------------------------------------------------------------------------

SocketAddress loopback_address(bool ipv6, std::uint16_t port) {
    SocketAddress address{.ipv6 = ipv6, .port = port};
    if (ipv6) {
        address.bytes[15] = 1;
    } else {
        address.bytes = {127, 0, 0, 1};
    }
    return address;
}

int bound_socket(const SocketAddress& address) {
    const int fd = ::socket(address.ipv6 ? AF_INET6 : AF_INET,
                            SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
    sockaddr_storage storage;
    const socklen_t size = to_sockaddr(address, storage);
    if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&storage), size) == 0) return fd;
    const int error = errno;
    ::close(fd);
    errno = error;
    return -1;
}

std::uint16_t port_of(int socket) {
    sockaddr_storage storage;
    socklen_t size = sizeof storage;
    auto* const name = reinterpret_cast<sockaddr*>(&storage);
    SocketAddress address;
    if (::getsockname(socket, name, &size) != 0 || !from_sockaddr(name, address)) return 0;
    return address.port;
}

// A listener's queue has one more entry than requested, and each connection that is not accepted
// uses one; a connection that stays pending found none.
DeafPort::DeafPort(bool ipv6, std::uint16_t port) {
    constexpr int try_count_max = 16;
    constexpr int patience_ms = 300;
    sockets_.push_back(bound_socket(loopback_address(ipv6, port)));
    if (sockets_[0] < 0 || ::listen(sockets_[0], 0) != 0) return;
    number_ = port_of(sockets_[0]);
    sockaddr_storage storage;
    const socklen_t size = to_sockaddr(loopback_address(ipv6, number_), storage);
    for (int i = 0; i < try_count_max && !is_deaf_; ++i) {
        const int fd = ::socket(ipv6 ? AF_INET6 : AF_INET,
                                SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
        if (fd < 0) return;
        sockets_.push_back(fd);
        static_cast<void>(::connect(fd, reinterpret_cast<const sockaddr*>(&storage), size));
        pollfd item{fd, POLLOUT, 0};
        is_deaf_ = ::poll(&item, 1, patience_ms) == 0;
    }
}

DeafPort::~DeafPort() {
    for (const int fd : sockets_) {
        if (fd >= 0) ::close(fd);
    }
}

}  // namespace linnet::test
