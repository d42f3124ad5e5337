// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Connects to one of several addresses (RFC 8305 sections 4 and 5). Families alternate; the next
// address is tried when the previous one has failed or 250 ms have passed. The first to connect
// wins and the others are closed. The caller passes the time.
#pragma once

#include "linnet/failure.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class Dialer {
 public:
    explicit Dialer(Network& network) : network_(network) {}
    Dialer(const Dialer&) = delete;
    Dialer& operator=(const Dialer&) = delete;
    ~Dialer() { cancel(); }

    /// Begins with the first of `addresses`, which are in order of preference and get `port`. Each
    /// is tried once, even if it occurs several times; at most `address_count_max` are tried.
    void start(std::span<const SocketAddress> addresses, std::uint16_t port, std::uint64_t now_us);

    /// Checks the attempts in progress and starts due ones. Failed when no address is left.
    Network::Connecting step(std::uint64_t now_us);

    /// Returns the connected socket after `step` has reported one; the caller closes it.
    SocketHandle take_socket();
    const SocketAddress& connected_address() const { return tried_[winner_].address; }

    /// Closes all attempts in progress.
    void cancel();

    /// Returns the latest time for the next `step`; UINT64_MAX if it only waits for the OS.
    std::uint64_t next_deadline() const;
    /// Writes the sockets in progress.
    std::size_t wait_set(std::span<WaitItem> items) const;

    /// Returns all addresses tried so far, valid until the next `start`.
    std::span<const AddressTried> tried() const { return std::span(tried_).first(begun_); }
    /// Error of the last attempt that failed, or 0.
    int os_error() const { return os_error_; }

 private:
    void begin_next(std::uint64_t now_us);
    bool look_at(std::size_t index);
    bool any_under_way() const;

    Network& network_;
    std::array<AddressTried, address_count_max> tried_;  // in the order in which they are tried
    std::array<SocketHandle, address_count_max> sockets_{};
    std::size_t count_ = 0;
    std::size_t begun_ = 0;
    std::size_t winner_ = 0;
    std::uint64_t next_us_ = 0;  // when the next address is due even if none has failed
    int os_error_ = 0;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
