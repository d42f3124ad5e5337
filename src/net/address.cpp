// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include <algorithm>

#include "net/sockets_os.hpp"
#include "net/system.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

bool parse_ip_literal(std::string_view host, SocketAddress& address) {
    std::array<char, ip_text_size_max> text{};
    if (host.size() >= text.size() || host.find('\0') != host.npos) return false;
    std::copy(host.begin(), host.end(), text.begin());
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

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
