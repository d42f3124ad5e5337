// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The defaults of the interfaces in platform.hpp: the operating system. One .cpp file for each
// system.
#pragma once

#include "base/text_writer.hpp"
#include "linnet/platform.hpp"
#include "linnet/system_resolver.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class SystemClock final : public Clock {
 public:
    std::uint64_t now_us() override;
    std::int64_t unix_s() override;
};

class SystemEntropy final : public Entropy {
 public:
    bool fill(MutableBytes out) override;
};

class SystemNetwork final : public Network {
 public:
    Opened connect(const SocketAddress& address) override;
    ConnectResult connect_status(SocketHandle socket) override;
    IoResult receive(SocketHandle socket, MutableBytes room) override;
    IoResult send(SocketHandle socket, std::span<const Bytes> pieces) override;
    void shutdown_send(SocketHandle socket) override;
    void close(SocketHandle socket) override;
    bool set_no_delay(SocketHandle socket, bool enabled) override;
    void wait(std::span<const WaitItem> items, std::uint64_t timeout_us) override;
};

/// Of this process: in a child that was forked it is another one.
std::uint64_t process_id();

/// The address that `host` is, if it is an IP literal; the port is left 0.
bool parse_ip_literal(std::string_view host, SocketAddress& address);

/// Room for the longest text of an IP address.
inline constexpr std::size_t ip_text_size_max = 46;
/// Writes the IP address as text, without the port.
void put_ip(TextWriter& out, const SocketAddress& address);

/// What the OS says of a socket error, and of a resolver's.
void put_os_error(TextWriter& out, int os_error);
void put_resolve_error(TextWriter& out, int os_error);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
