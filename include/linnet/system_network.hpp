// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// TCP sockets of the operating system.
#pragma once

#include "linnet/platform.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The default of `Options::network`: non-blocking BSD sockets with TCP_NODELAY, closed on exec. It
/// has no state. On Windows the program calls WSAStartup before.
///
/// A network of your own may wrap it: a recorder, a throttle, a tunnel. One that counts:
///
///     class CountingNetwork final : public linnet::Network {
///      public:
///         std::uint64_t received = 0;
///
///         Opened connect(const linnet::SocketAddress& address) override {
///             return system_.connect(address);
///         }
///         ConnectResult connect_status(linnet::SocketHandle socket) override {
///             return system_.connect_status(socket);
///         }
///         linnet::IoResult receive(linnet::SocketHandle socket, linnet::MutableBytes out) override
///         {
///             const linnet::IoResult result = system_.receive(socket, out);
///             received += result.size;
///             return result;
///         }
///         ...  // and so on: send, shutdown_send, close, set_no_delay, wait
///
///      private:
///         linnet::SystemNetwork system_;
///     };
class SystemNetwork final : public Network {
 public:
    Opened connect(const SocketAddress& address) override;
    ConnectResult connect_status(SocketHandle socket) override;
    IoResult receive(SocketHandle socket, MutableBytes out) override;
    IoResult send(SocketHandle socket, std::span<const Bytes> pieces) override;
    void shutdown_send(SocketHandle socket) override;
    void close(SocketHandle socket) override;
    bool set_no_delay(SocketHandle socket, bool enabled) override;
    void wait(std::span<const WaitItem> items, std::uint64_t timeout_us) override;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
