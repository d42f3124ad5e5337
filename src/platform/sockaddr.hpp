// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The OS's socket headers, and conversions between linnet's addresses and those of BSD sockets.
#pragma once

#ifdef _WIN32
#include "platform/win32/windows_os.hpp"
//
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#endif

#include <cstring>

#include "linnet/platform.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Fills `storage` and returns the size used.
inline socklen_t to_sockaddr(const SocketAddress& address, sockaddr_storage& storage) {
    storage = {};
    if (address.ipv6) {
        sockaddr_in6 in6{};
        in6.sin6_family = AF_INET6;
        in6.sin6_port = htons(address.port);
        in6.sin6_scope_id = address.scope_id;
        std::memcpy(&in6.sin6_addr, address.bytes.data(), sizeof in6.sin6_addr);
        std::memcpy(&storage, &in6, sizeof in6);
        return sizeof in6;
    }
    sockaddr_in in4{};
    in4.sin_family = AF_INET;
    in4.sin_port = htons(address.port);
    std::memcpy(&in4.sin_addr, address.bytes.data(), sizeof in4.sin_addr);
    std::memcpy(&storage, &in4, sizeof in4);
    return sizeof in4;
}

/// Returns false if `from` is neither IPv4 nor IPv6.
inline bool from_sockaddr(const sockaddr* from, SocketAddress& address) {
    address = {};
    if (from->sa_family == AF_INET6) {
        sockaddr_in6 in6;
        std::memcpy(&in6, from, sizeof in6);
        std::memcpy(address.bytes.data(), &in6.sin6_addr, sizeof in6.sin6_addr);
        address.ipv6 = true;
        address.port = ntohs(in6.sin6_port);
        address.scope_id = in6.sin6_scope_id;
        return true;
    }
    if (from->sa_family != AF_INET) return false;
    sockaddr_in in4;
    std::memcpy(&in4, from, sizeof in4);
    std::memcpy(address.bytes.data(), &in4.sin_addr, sizeof in4.sin_addr);
    address.port = ntohs(in4.sin_port);
    return true;
}

/// Writes up to `out.size()` addresses of `list` and returns their number.
inline std::size_t from_addrinfo(const addrinfo* list, std::span<SocketAddress> out) {
    std::size_t count = 0;
    for (const addrinfo* info = list; info != nullptr && count < out.size(); info = info->ai_next) {
        if (from_sockaddr(info->ai_addr, out[count])) ++count;
    }
    return count;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
