// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "platform/lookup.hpp"

#include "platform/sockaddr.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

Resolver::Result look_up(const char* host, std::span<SocketAddress> out) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int error = getaddrinfo(host, nullptr, &hints, &list);
    if (error != 0) return {Resolver::Outcome::failed, 0, error};
    const Resolver::Result result{Resolver::Outcome::done, from_addrinfo(list, out), 0};
    freeaddrinfo(list);
    return result;
}

Resolver::Result host_not_found() {
    return {Resolver::Outcome::failed, 0, EAI_NONAME};
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
