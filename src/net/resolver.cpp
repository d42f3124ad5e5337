// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include <algorithm>

#include "net/sockets_os.hpp"
#include "net/system.hpp"

namespace linnet::inline v0 {
namespace {

constexpr std::size_t host_size_max = 255;  // RFC 1035 2.3.4

// `host` with a NUL behind it; false if it is too long to be one.
bool terminate(std::string_view host, std::array<char, host_size_max + 1>& out) {
    if (host.size() > host_size_max) return false;
    *std::copy(host.begin(), host.end(), out.begin()) = '\0';
    return true;
}

}  // namespace

Resolver::Request SystemResolver::start(std::string_view host) {
    result_ = {Status::failed, 0, EAI_NONAME};
    std::array<char, host_size_max + 1> name;
    if (!terminate(host, name)) return 1;

    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int error = getaddrinfo(name.data(), nullptr, &hints, &list);
    if (error != 0) {
        result_.os_error = error;
        return 1;
    }
    result_ = {Status::done, from_addrinfo(list, addresses_), 0};
    freeaddrinfo(list);
    return 1;
}

Resolver::Result SystemResolver::take(Request, std::span<SocketAddress> out) {
    Result result = result_;
    result.count = std::min(result.count, out.size());
    std::copy_n(addresses_.begin(), result.count, out.begin());
    return result;
}

bool parse_ip_literal(std::string_view host, SocketAddress& address) {
    std::array<char, host_size_max + 1> text;
    if (!terminate(host, text)) return false;
    address = {};
    if (inet_pton(AF_INET, text.data(), address.bytes.data()) == 1) return true;
    address.ipv6 = inet_pton(AF_INET6, text.data(), address.bytes.data()) == 1;
    return address.ipv6;
}

void put_ip(TextWriter& out, const SocketAddress& address) {
    char text[ip_text_size_max];
    const int family = address.ipv6 ? AF_INET6 : AF_INET;
    if (inet_ntop(family, address.bytes.data(), text, sizeof text) != nullptr) out.put(text);
}

}  // namespace linnet::inline v0
