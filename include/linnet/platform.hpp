// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The outside world, as few calls as possible: implement these to bring your engine's clock, random
// numbers, name resolution or sockets (`Options`). Each has a default that asks the OS. All are
// called only from the thread that calls the client, and must outlive it.
#pragma once

#include <array>

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class Clock {
 public:
    /// Microseconds since any fixed moment, never going back.
    virtual std::uint64_t now_us() = 0;
    /// Unix time in seconds, for the dates of certificates; 0 if it is not known.
    virtual std::int64_t unix_s() = 0;

 protected:
    ~Clock() = default;
};

/// Unpredictable bytes, for masking keys and the handshake: RFC 6455 5.3, 10.3.
class Entropy {
 public:
    /// Fills all of `out`, or returns false, also instead of waiting; then nothing is sent that
    /// would have needed it.
    virtual bool fill(MutableBytes out) = 0;

 protected:
    ~Entropy() = default;
};

/// One end of a TCP connection: where to find it.
struct SocketAddress {
    std::array<std::uint8_t, 16> bytes{};  ///< network order; the first 4 for IPv4
    bool ipv6 = false;
    std::uint16_t port = 0;
    std::uint32_t scope_id = 0;  ///< of a link-local IPv6 address, else 0

    friend bool operator==(const SocketAddress&, const SocketAddress&) = default;
};

/// At most so many addresses of a host are tried.
inline constexpr std::size_t address_count_max = 16;

/// An error of a resolver that is one of the OS's: its errno plus this, as the numbers of
/// getaddrinfo and of errno overlap.
inline constexpr int resolver_errno_base = 0x10000;

/// Host names to addresses.
class Resolver {
 public:
    enum class Outcome : std::uint8_t { pending, done, failed };
    struct Result {
        Outcome status = Outcome::pending;
        std::size_t count = 0;  ///< addresses written, when done
        /// When failed: what getaddrinfo or the like returned (EAI_...). Instead of EAI_SYSTEM,
        /// which says nothing: `resolver_errno_base` plus the errno.
        int os_error = 0;
    };
    /// Names one request; 0 is none.
    using Request = std::uint64_t;

    /// Begins to resolve `host`, which is no IP literal and is only lent for this call. 0 when that
    /// is impossible now. May be asked again before an earlier request has ended.
    virtual Request start(std::string_view host) = 0;
    /// How `request` stands. When done, writes its first addresses to `out` (ports are ignored),
    /// best first. After any answer but pending, the request is over and its name may be used
    /// again.
    virtual Result take(Request request, std::span<SocketAddress> out) = 0;
    /// Nobody will ask for `request` again. Not called in a child process that was forked.
    virtual void cancel(Request request) = 0;

 protected:
    ~Resolver() = default;
};

/// What the OS calls a socket.
using SocketHandle = std::intptr_t;
inline constexpr SocketHandle no_socket = -1;

/// What a call on a socket did. Nothing ever blocks. `would_block` also if the OS is short of
/// memory at the moment (ENOBUFS): the call is repeated.
struct IoResult {
    enum class Outcome : std::uint8_t { moved, would_block, end, failed };
    Outcome status = Outcome::would_block;
    std::size_t size = 0;  ///< bytes taken or given, when moved; at least 1
    int os_error = 0;      ///< when failed
};

/// A socket to wait for.
struct WaitItem {
    SocketHandle socket = no_socket;
    bool readable = false;  ///< wake when it can be read (or is at its end, or broken)
    bool writable = false;  ///< wake when it can be written (or is connected, or broken)
};

/// At most so many pieces go out in one `send`.
inline constexpr std::size_t send_piece_count_max = 5;

/// TCP sockets, non-blocking; the calls are those of BSD sockets. No signal is raised (SIGPIPE).
class Network {
 public:
    struct Opened {
        SocketHandle socket = no_socket;
        int os_error = 0;  ///< when there is no socket
    };
    enum class Connecting : std::uint8_t { pending, connected, failed };
    struct ConnectResult {
        Connecting status = Connecting::pending;
        int os_error = 0;
    };

    /// Creates a socket and begins to connect it.
    virtual Opened connect(const SocketAddress& address) = 0;
    virtual ConnectResult connect_status(SocketHandle socket) = 0;
    /// Receives into the front of `room`, which is not empty.
    virtual IoResult receive(SocketHandle socket, MutableBytes buffer) = 0;
    /// Sends the front of `pieces`, one behind the other; none is empty.
    virtual IoResult send(SocketHandle socket, std::span<const Bytes> pieces) = 0;
    /// Sends our end of stream; what comes in can still be received.
    virtual void shutdown_send(SocketHandle socket) = 0;
    virtual void close(SocketHandle socket) = 0;
    /// TCP_NODELAY. False if the OS refuses.
    virtual bool set_no_delay(SocketHandle socket, bool enabled) = 0;
    /// Sleeps until one of `items` is ready or `timeout_us` is over. The only call that may take
    /// time; only `WebSocketClient::wait` makes it.
    virtual void wait(std::span<const WaitItem> items, std::uint64_t timeout_us) = 0;

 protected:
    ~Network() = default;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
