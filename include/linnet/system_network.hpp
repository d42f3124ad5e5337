// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// TCP sockets of the operating system.
#pragma once

#include "linnet/platform.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The default of `Options::network`: non-blocking BSD sockets with TCP_NODELAY, closed on `exec`.
/// It has no state, and threads may share one. On Windows the program must call WSAStartup first.
///
/// A custom network can wrap it, as a recorder, a throttle or a tunnel. This one counts the bytes
/// received.
///
/// Example:
///
///     class CountingNetwork final : public linnet::Network {
///         using Socket = linnet::SocketHandle;
///         Opened connect(const linnet::SocketAddress& to) override { return system_.connect(to); }
///         ConnectResult connect_status(Socket s) override { return system_.connect_status(s); }
///         linnet::IoResult receive(Socket s, linnet::MutableBytes buffer) override {
///             const linnet::IoResult result = system_.receive(s, buffer);
///             received += result.size;
///             return result;
///         }
///         linnet::IoResult send(Socket s, std::span<const linnet::Bytes> pieces) override {
///             return system_.send(s, pieces);
///         }
///         void shutdown_send(Socket s) override { system_.shutdown_send(s); }
///         void close(Socket s) override { system_.close(s); }
///         bool set_no_delay(Socket s, bool on) override { return system_.set_no_delay(s, on); }
///         void wait(std::span<const linnet::WaitItem> items, std::uint64_t timeout_us) override {
///             system_.wait(items, timeout_us);
///         }
///         linnet::SystemNetwork system_;
///
///      public:
///         std::uint64_t received = 0;
///     } network;
///     linnet::Options options;
///     options.network = &network;
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
