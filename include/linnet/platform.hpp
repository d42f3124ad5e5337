// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The platform: implement these interfaces to use the clock, random numbers, name lookup or sockets
// of a game engine (`Options`). Each has a default that calls the OS (system_*.hpp). They are
// called only from the thread that calls the client. They must outlive the client, must not call
// it, and must not block (except `Network::wait`).
#pragma once

#include <array>

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Monotonic time for deadlines, and the time of day for certificates.
///
/// Example:
///
///     class FrameClock final : public linnet::Clock {
///      public:
///         std::uint64_t frame_us = 0;  // set once per frame
///         std::uint64_t now_us() override { return frame_us; }
///         std::int64_t unix_s() override { return std::time(nullptr); }
///     } clock;
///     linnet::Options options;
///     options.clock = &clock;
class Clock {
 public:
    /// Returns microseconds since an arbitrary fixed moment. The value never decreases.
    virtual std::uint64_t now_us() = 0;
    /// Returns Unix time in seconds, for the dates of certificates, or 0 if it is unknown: wss://
    /// then fails with `Cause::tls_no_time` unless verification is off.
    virtual std::int64_t unix_s() = 0;

 protected:
    ~Clock() = default;
};

/// Unpredictable bytes for masking keys, the handshake and TLS (RFC 6455 5.3, 10.3).
///
/// Example:
///
///     class DeviceEntropy final : public linnet::Entropy {
///         bool fill(linnet::MutableBytes out) override {
///             std::FILE* device = std::fopen("/dev/urandom", "rb");
///             if (device == nullptr) return false;
///             const std::size_t size = std::fread(out.data(), 1, out.size(), device);
///             std::fclose(device);
///             return size == out.size();
///         }
///     } entropy;
class Entropy {
 public:
    /// Fills all of `out` with cryptographically secure random bytes. Returns false, without
    /// waiting, if none are available now. Nothing that needs them is then sent, and the call or
    /// the connection fails with `Cause::no_entropy`.
    virtual bool fill(MutableBytes out) = 0;

 protected:
    ~Entropy() = default;
};

/// The IP address and port of one end of a TCP connection.
struct SocketAddress {
    std::array<std::uint8_t, 16> bytes{};  ///< network order; IPv4 uses the first 4
    bool ipv6 = false;
    std::uint16_t port = 0;      ///< host order
    std::uint32_t scope_id = 0;  ///< interface index of a link-local IPv6 address, otherwise 0

    friend bool operator==(const SocketAddress&, const SocketAddress&) = default;
};

/// Maximum number of addresses tried per host.
inline constexpr std::size_t address_count_max = 16;

/// Added to an errno in `Resolver::Result::os_error`, since the values of getaddrinfo errors and of
/// errno overlap.
inline constexpr int resolver_errno_base = 0x10000;

/// Resolves host names to addresses without blocking. The life of a request:
///
///     start -> take (pending) -> ... -> take (done or failed)    or    cancel
///
/// Example:
///
///     class OneHost final : public linnet::Resolver {
///         Request start(std::string_view host) override { return host == "game.lan" ? 1 : 0; }
///         Result take(Request, std::span<linnet::SocketAddress> out) override {
///             out[0] = {.bytes = {192, 168, 0, 7}};
///             return {.status = Outcome::done, .count = 1};
///         }
///         void cancel(Request) override {}
///     } resolver;
class Resolver {
 public:
    enum class Outcome : std::uint8_t { pending, done, failed };
    struct Result {
        Outcome status = Outcome::pending;
        std::size_t count = 0;  ///< number of addresses written, when done
        /// When failed: the error of getaddrinfo (EAI_...); for EAI_SYSTEM, `resolver_errno_base`
        /// plus the errno instead.
        int os_error = 0;
    };
    /// Identifies a request; 0 is not a request.
    using Request = std::uint64_t;

    /// Begins to resolve `host`, which is not an IP literal and is borrowed for this call. Returns
    /// 0 on failure (`Cause::resolve_not_begun`). Several requests may be active at once.
    virtual Request start(std::string_view host) = 0;
    /// Polls the state of `request`. When done, writes its first addresses to `out`, best first;
    /// their ports are ignored. Any result except `pending` ends the request, and its number may be
    /// reused.
    virtual Result take(Request request, std::span<SocketAddress> out) = 0;
    /// Ends `request` without a result. Not called in a forked child process.
    virtual void cancel(Request request) = 0;

 protected:
    ~Resolver() = default;
};

/// A socket of the OS: a file descriptor or a SOCKET.
using SocketHandle = std::intptr_t;
inline constexpr SocketHandle no_socket = -1;

/// The result of sending or receiving.
struct IoResult {
    enum class Outcome : std::uint8_t {
        moved,        ///< `size` bytes were sent or received
        would_block,  ///< nothing possible now, or the OS is short of memory (ENOBUFS): try later
        end,          ///< receiving: the peer has ended the stream
        failed,       ///< the connection is lost; `os_error` is the reason
    };
    Outcome status = Outcome::would_block;
    std::size_t size = 0;  ///< when moved; at least 1
    int os_error = 0;      ///< errno, when failed
};

/// A socket to wait for.
struct WaitItem {
    SocketHandle socket = no_socket;
    bool readable = false;  ///< wake when it is readable, at its end, or has failed
    bool writable = false;  ///< wake when it is writable, connected, or has failed
};

/// Maximum number of pieces passed to one `Network::send`.
inline constexpr std::size_t send_piece_count_max = 5;

/// Non-blocking TCP sockets with the semantics of BSD sockets. No call raises a signal (SIGPIPE).
///
/// Example:
///
///     class Offline final : public linnet::Network {  // no address can be reached
///         using Result = linnet::IoResult;
///         using Socket = linnet::SocketHandle;
///         Opened connect(const linnet::SocketAddress&) override { return {.os_error = 101}; }
///         ConnectResult connect_status(Socket) override { return {}; }
///         Result receive(Socket, linnet::MutableBytes) override { return {}; }
///         Result send(Socket, std::span<const linnet::Bytes>) override { return {}; }
///         void shutdown_send(Socket) override {}
///         void close(Socket) override {}
///         bool set_no_delay(Socket, bool) override { return true; }
///         void wait(std::span<const linnet::WaitItem>, std::uint64_t) override {}
///     } offline;
class Network {
 public:
    struct Opened {
        SocketHandle socket = no_socket;
        int os_error = 0;  ///< errno, when there is no socket
    };
    enum class Connecting : std::uint8_t { pending, connected, failed };
    struct ConnectResult {
        Connecting status = Connecting::pending;
        int os_error = 0;  ///< errno, when failed
    };

    /// Creates a socket and begins to connect it to `address`.
    virtual Opened connect(const SocketAddress& address) = 0;
    /// Polls the state of a connection that `connect` began.
    virtual ConnectResult connect_status(SocketHandle socket) = 0;
    /// Receives into the front of `buffer`, which is not empty.
    virtual IoResult receive(SocketHandle socket, MutableBytes buffer) = 0;
    /// Sends bytes from the front of `pieces`, in order. There are 1 to `send_piece_count_max`
    /// pieces, none of them empty.
    virtual IoResult send(SocketHandle socket, std::span<const Bytes> pieces) = 0;
    /// Ends the outgoing stream; receiving remains possible.
    virtual void shutdown_send(SocketHandle socket) = 0;
    /// Closes the socket, which is not used again.
    virtual void close(SocketHandle socket) = 0;
    /// Sets TCP_NODELAY. Returns false if the OS refuses.
    virtual bool set_no_delay(SocketHandle socket, bool enabled) = 0;
    /// Sleeps until one of `items` is ready, or for `timeout_us` microseconds. Only
    /// `WebSocketClient::wait` calls it.
    virtual void wait(std::span<const WaitItem> items, std::uint64_t timeout_us) = 0;

 protected:
    ~Network() = default;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
