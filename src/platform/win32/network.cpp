// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Links with ws2_32. The program must call WSAStartup; linnet does not.
#include <algorithm>
#include <climits>

#include "linnet/system_network.hpp"
#include "platform/sockaddr.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

SOCKET socket_of(SocketHandle socket) {
    return static_cast<SOCKET>(socket);
}

bool set_option(SOCKET socket, int level, int option, int value) {
    return setsockopt(socket, level, option, reinterpret_cast<const char*>(&value), sizeof value) ==
           0;
}

bool make_non_blocking(SOCKET socket) {
    u_long enabled = 1;
    return ioctlsocket(socket, static_cast<long>(FIONBIO), &enabled) == 0;
}

// Child processes do not inherit the socket.
SOCKET open_socket(int family) {
    constexpr DWORD flags = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT;
    return ::WSASocketW(family, SOCK_STREAM, IPPROTO_TCP, nullptr, 0, flags);
}

// WSAENOBUFS means that the system is temporarily short of memory: see posix/network.cpp.
IoResult failure() {
    const int error = WSAGetLastError();
    const bool is_passing = error == WSAEWOULDBLOCK || error == WSAEINTR || error == WSAENOBUFS;
    if (is_passing) return {IoResult::Outcome::would_block, 0, 0};
    return {IoResult::Outcome::failed, 0, error};
}

}  // namespace

Network::Opened SystemNetwork::connect(const SocketAddress& address) {
    const SOCKET socket = open_socket(address.ipv6 ? AF_INET6 : AF_INET);
    if (socket == INVALID_SOCKET) return {no_socket, WSAGetLastError()};
    sockaddr_storage storage;
    const socklen_t size = to_sockaddr(address, storage);
    set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    const bool begun = make_non_blocking(socket) &&
                       (::connect(socket, reinterpret_cast<const sockaddr*>(&storage), size) == 0 ||
                        WSAGetLastError() == WSAEWOULDBLOCK);
    if (begun) return {static_cast<SocketHandle>(socket), 0};
    const int error = WSAGetLastError();
    ::closesocket(socket);
    return {no_socket, error};
}

Network::ConnectResult SystemNetwork::connect_status(SocketHandle socket) {
    // Some versions of WSAPoll do not report a refused connection, so select checks for it.
    fd_set writable;
    fd_set broken;
    FD_ZERO(&writable);
    FD_ZERO(&broken);
    writable.fd_array[writable.fd_count++] = socket_of(socket);
    broken.fd_array[broken.fd_count++] = socket_of(socket);
    timeval now{};
    if (::select(0, nullptr, &writable, &broken, &now) <= 0) return {Connecting::pending, 0};
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(socket_of(socket), SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&error),
                   &size) != 0) {
        error = WSAGetLastError();
    }
    return {error == 0 ? Connecting::connected : Connecting::failed, error};
}

IoResult SystemNetwork::receive(SocketHandle socket, MutableBytes buffer) {
    const int size_max = static_cast<int>(std::min<std::size_t>(buffer.size(), INT_MAX));
    const int size = ::recv(socket_of(socket), reinterpret_cast<char*>(buffer.data()), size_max, 0);
    if (size < 0) return failure();
    if (size == 0) return {IoResult::Outcome::end, 0, 0};
    return {IoResult::Outcome::moved, static_cast<std::size_t>(size), 0};
}

IoResult SystemNetwork::send(SocketHandle socket, std::span<const Bytes> pieces) {
    WSABUF buffers[send_piece_count_max];
    DWORD count = 0;
    for (const Bytes piece : pieces) {
        char* const data = reinterpret_cast<char*>(const_cast<std::uint8_t*>(piece.data()));
        buffers[count++] = {static_cast<ULONG>(piece.size()), data};
    }
    DWORD size = 0;
    const int error = WSASend(socket_of(socket), buffers, count, &size, 0, nullptr, nullptr);
    if (error != 0) return failure();
    return {IoResult::Outcome::moved, size, 0};
}

void SystemNetwork::shutdown_send(SocketHandle socket) {
    ::shutdown(socket_of(socket), SD_SEND);
}

void SystemNetwork::close(SocketHandle socket) {
    ::closesocket(socket_of(socket));
}

bool SystemNetwork::set_no_delay(SocketHandle socket, bool enabled) {
    return set_option(socket_of(socket), IPPROTO_TCP, TCP_NODELAY, enabled ? 1 : 0);
}

void SystemNetwork::wait(std::span<const WaitItem> items, std::uint64_t timeout_us) {
    const std::uint64_t ms = timeout_us / 1000 + (timeout_us % 1000 != 0 ? 1 : 0);
    const auto timeout = static_cast<DWORD>(std::min<std::uint64_t>(ms, INT_MAX));
    if (items.empty()) {
        ::Sleep(timeout);
        return;
    }
    WSAPOLLFD polled[address_count_max];
    ULONG count = 0;
    for (const WaitItem& item : items.first(std::min(items.size(), address_count_max))) {
        const int events = (item.readable ? POLLIN : 0) | (item.writable ? POLLOUT : 0);
        polled[count++] = {socket_of(item.socket), static_cast<SHORT>(events), 0};
    }
    ::WSAPoll(polled, count, static_cast<INT>(timeout));
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
