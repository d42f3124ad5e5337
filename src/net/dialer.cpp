// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "net/dialer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::uint64_t attempt_delay_us = 250'000;  // RFC 8305 5 and 8

// RFC 8305 4: the address families alternate, beginning with the family of the first address; the
// order within a family is kept. Returns the index in `from` of the next address of the wanted
// family, starting at `at`.
std::size_t find_family(std::span<const SocketAddress> from, std::size_t at, bool ipv6) {
    while (at < from.size() && from[at].ipv6 != ipv6) ++at;
    return at;
}

// Compares everything but the port.
bool is_same_host(const SocketAddress& a, const SocketAddress& b) {
    const std::size_t size = a.ipv6 ? 16 : 4;
    return a.ipv6 == b.ipv6 && a.scope_id == b.scope_id &&
           std::memcmp(a.bytes.data(), b.bytes.data(), size) == 0;
}

bool has_host(std::span<const SocketAddress> list, const SocketAddress& address) {
    for (const SocketAddress& other : list) {
        if (is_same_host(other, address)) return true;
    }
    return false;
}

using Addresses = std::array<SocketAddress, address_count_max>;

// Returns each address once, in the order of first occurrence; at most as many as fit.
std::span<const SocketAddress> without_duplicates(std::span<const SocketAddress> from,
                                                  Addresses& space) {
    std::size_t count = 0;
    for (const SocketAddress& address : from) {
        const bool is_new = !has_host(std::span(space).first(count), address);
        if (is_new && count < space.size()) space[count++] = address;
    }
    return std::span(space).first(count);
}

}  // namespace

void Dialer::start(std::span<const SocketAddress> addresses, std::uint16_t port,
                   std::uint64_t now_us) {
    cancel();
    Addresses space;
    const auto from = without_duplicates(addresses, space);
    count_ = begun_ = winner_ = 0;
    os_error_ = 0;
    bool ipv6 = !from.empty() && from[0].ipv6;
    std::size_t next[2] = {find_family(from, 0, false), find_family(from, 0, true)};
    while (count_ < from.size()) {
        if (next[ipv6] == from.size()) ipv6 = !ipv6;
        tried_[count_] = {from[next[ipv6]], 0};
        tried_[count_++].address.port = port;
        next[ipv6] = find_family(from, next[ipv6] + 1, ipv6);
        ipv6 = !ipv6;
    }
    if (count_ > 0) begin_next(now_us);
}

void Dialer::begin_next(std::uint64_t now_us) {
    const std::size_t index = begun_++;
    const Network::Opened opened = network_.connect(tried_[index].address);
    sockets_[index] = opened.socket;
    tried_[index].os_error = opened.os_error;
    if (opened.socket == no_socket) os_error_ = opened.os_error;
    next_us_ = now_us + attempt_delay_us;
}

// Returns true if this address is connected.
bool Dialer::look_at(std::size_t index) {
    const Network::ConnectResult result = network_.connect_status(sockets_[index]);
    if (result.status == Network::Connecting::connected) {
        winner_ = index;
        return true;
    }
    if (result.status == Network::Connecting::failed) {
        network_.close(std::exchange(sockets_[index], no_socket));
        os_error_ = tried_[index].os_error = result.os_error;
    }
    return false;
}

bool Dialer::any_under_way() const {
    return std::any_of(sockets_.begin(), sockets_.begin() + static_cast<std::ptrdiff_t>(begun_),
                       [](SocketHandle socket) { return socket != no_socket; });
}

Network::Connecting Dialer::step(std::uint64_t now_us) {
    bool failed = false;
    for (std::size_t i = 0; i < begun_; ++i) {
        if (sockets_[i] == no_socket) continue;
        if (look_at(i)) return Network::Connecting::connected;
        failed |= sockets_[i] == no_socket;
    }
    while (begun_ < count_ && (failed || now_us >= next_us_ || !any_under_way())) {
        begin_next(now_us);
        failed = sockets_[begun_ - 1] == no_socket;
    }
    return any_under_way() ? Network::Connecting::pending : Network::Connecting::failed;
}

SocketHandle Dialer::take_socket() {
    LINNET_ASSERT(winner_ < begun_);
    const SocketHandle socket = std::exchange(sockets_[winner_], no_socket);
    cancel();
    return socket;
}

void Dialer::cancel() {
    for (std::size_t i = 0; i < begun_; ++i) {
        if (sockets_[i] == no_socket) continue;
        network_.close(std::exchange(sockets_[i], no_socket));
    }
}

std::uint64_t Dialer::next_deadline() const {
    if (!any_under_way()) return 0;
    return begun_ < count_ ? next_us_ : UINT64_MAX;
}

std::size_t Dialer::wait_set(std::span<WaitItem> items) const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < begun_ && count < items.size(); ++i) {
        if (sockets_[i] == no_socket) continue;
        items[count++] = {.socket = sockets_[i], .writable = true};
    }
    return count;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
