// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

#include "linnet/system_network.hpp"
#include "platform/sockaddr.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

// On systems where send has no flag against SIGPIPE, the socket has an option.
#ifdef MSG_NOSIGNAL
constexpr int send_flags = MSG_NOSIGNAL;
#else
constexpr int send_flags = 0;
#endif
#ifdef SO_NOSIGPIPE
constexpr int no_signal_option = SO_NOSIGPIPE;
#else
constexpr int no_signal_option = 0;
#endif

int fd_of(SocketHandle socket) {
    return static_cast<int>(socket);
}

bool set_option(int fd, int level, int option, int value) {
    return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

// Makes a socket non-blocking and not inherited by child processes, atomically where the OS
// supports it, because another thread may fork and execute a program at any time.
#if defined(SOCK_CLOEXEC) && defined(SOCK_NONBLOCK)
int open_socket(int family) {
    return ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
}
#else
int open_socket(int family) {
    const int fd = ::socket(family, SOCK_STREAM, IPPROTO_TCP);
    if (fd < 0) return fd;
    const bool is_ready =
        fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
    if (is_ready) return fd;
    const int error = errno;
    ::close(fd);
    errno = error;
    return -1;
}
#endif

// ENOBUFS and ENOMEM mean that the kernel is temporarily short of memory. The OS does not announce
// when that ends, so the call must be repeated. The socket stays writable (or readable), so an
// event loop polls again in its next round, and each poll tries at most twice. The deadlines keep
// running, so that a lasting shortage ends the connection.
bool is_passing(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOBUFS ||
           error == ENOMEM;
}

IoResult result_of(ssize_t size) {
    if (size > 0) return {IoResult::Outcome::moved, static_cast<std::size_t>(size), 0};
    if (size == 0) return {IoResult::Outcome::end, 0, 0};
    if (is_passing(errno)) return {IoResult::Outcome::would_block, 0, 0};
    return {IoResult::Outcome::failed, 0, errno};
}

}  // namespace

Network::Opened SystemNetwork::connect(const SocketAddress& address) {
    const int fd = open_socket(address.ipv6 ? AF_INET6 : AF_INET);
    if (fd < 0) return {no_socket, errno};
    sockaddr_storage storage;
    const socklen_t size = to_sockaddr(address, storage);
    if (no_signal_option != 0) set_option(fd, SOL_SOCKET, no_signal_option, 1);
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    const bool begun = ::connect(fd, reinterpret_cast<const sockaddr*>(&storage), size) == 0 ||
                       errno == EINPROGRESS || errno == EINTR;
    if (begun) return {fd, 0};
    const int error = errno;
    ::close(fd);
    return {no_socket, error};
}

Network::ConnectResult SystemNetwork::connect_status(SocketHandle socket) {
    pollfd item{fd_of(socket), POLLOUT, 0};
    if (::poll(&item, 1, 0) <= 0) return {Connecting::pending, 0};
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(item.fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    return {error == 0 ? Connecting::connected : Connecting::failed, error};
}

IoResult SystemNetwork::receive(SocketHandle socket, MutableBytes buffer) {
    return result_of(::recv(fd_of(socket), buffer.data(), buffer.size(), 0));
}

IoResult SystemNetwork::send(SocketHandle socket, std::span<const Bytes> pieces) {
    iovec vectors[send_piece_count_max];
    msghdr message{};
    message.msg_iov = vectors;
    for (const Bytes piece : pieces) {
        vectors[message.msg_iovlen++] = {const_cast<std::uint8_t*>(piece.data()), piece.size()};
    }
    return result_of(::sendmsg(fd_of(socket), &message, send_flags));
}

void SystemNetwork::shutdown_send(SocketHandle socket) {
    ::shutdown(fd_of(socket), SHUT_WR);
}

void SystemNetwork::close(SocketHandle socket) {
    ::close(fd_of(socket));
}

bool SystemNetwork::set_no_delay(SocketHandle socket, bool enabled) {
    return set_option(fd_of(socket), IPPROTO_TCP, TCP_NODELAY, enabled ? 1 : 0);
}

void SystemNetwork::wait(std::span<const WaitItem> items, std::uint64_t timeout_us) {
    std::array<pollfd, address_count_max> polled;
    nfds_t count = 0;
    for (const WaitItem& item : items.first(std::min(items.size(), polled.size()))) {
        const int events = (item.readable ? POLLIN : 0) | (item.writable ? POLLOUT : 0);
        polled[count++] = {fd_of(item.socket), static_cast<short>(events), 0};
    }
    const std::uint64_t ms = timeout_us / 1000 + (timeout_us % 1000 != 0 ? 1 : 0);
    ::poll(polled.data(), count, static_cast<int>(std::min<std::uint64_t>(ms, INT_MAX)));
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
