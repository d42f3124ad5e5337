// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The connected stream and the state of each of its directions. No other class of the client
// receives or sends. The directions fail independently: when sending fails, the server's last data
// may still be waiting to be received.
#pragma once

#include "client/journal.hpp"
#include "net/transport.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

struct LinkStats {
    std::uint64_t bytes_received = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t send_stalls = 0;
};

class Link {
 public:
    Link(Network& network, Memory* memory, TlsFailure& tls_failure, const Journal& journal)
        : transport_(network, memory, tls_failure), tls_failure_(tls_failure), journal_(journal) {}

    /// The layer below the conversation: the socket and TLS.
    Transport& transport() { return transport_; }
    const Transport& transport() const { return transport_; }

    struct Received {
        std::size_t size = 0;
        bool may_have_more = false;
    };
    Received receive(MutableBytes buffer, std::uint64_t now_us);
    /// Receives and discards at most `size_max` bytes; returns their number. This prevents a reset
    /// when the socket is closed, which could destroy our close frame in transit.
    std::size_t discard(std::size_t size_max, std::uint64_t now_us);

    /// Returns the number of bytes taken from `pieces`; with TLS the engine may still have them.
    std::size_t send(std::span<const Bytes> pieces, std::uint64_t now_us);
    /// Sends the pending output of the TLS engine.
    void flush() {
        if (!transport_.flush()) lose_sending(transport_.send_error());
    }
    /// Returns true if, since the last call, the OS has taken bytes after it was blocked: that
    /// proves that the server is reading. A successful send alone proves nothing.
    bool take_progress() {
        const bool has_resumed = outgoing_ == Outgoing::resumed;
        if (has_resumed) outgoing_ = Outgoing::flowing;
        return transport_.take_progress() || has_resumed;
    }

    /// Writes what to wait for to `items`; returns the number of items.
    std::size_t wait_set(std::span<WaitItem> items, bool has_space, bool has_unsent) const;

    bool can_receive() const { return incoming_ == Incoming::flowing || is_quiet_alive(); }
    bool can_send() const { return outgoing_ != Outgoing::failed; }
    /// Returns true if the last receive got everything available, or if nothing more can arrive.
    bool is_quiet() const { return incoming_ != Incoming::flowing; }
    /// Returns true if the server ended its stream regularly.
    bool has_ended() const { return incoming_ == Incoming::ended; }
    int os_error() const { return os_error_; }
    /// Returns why the link was lost: the cause of TLS, if there is one, is more precise than that
    /// of TCP.
    Cause lost(Cause otherwise) const {
        return tls_failure_.cause == Cause::none ? otherwise : tls_failure_.cause;
    }

    /// Ignores the silence until now.
    void forgive_silence(std::uint64_t now_us) { received_us_ = now_us; }
    /// When bytes last arrived, and when the OS last took some.
    std::uint64_t received_us() const { return received_us_; }
    std::uint64_t sent_us() const { return sent_us_; }
    const LinkStats& stats() const { return stats_; }

 private:
    enum class Incoming : std::uint8_t { flowing, quiet, ended, failed };
    enum class Outgoing : std::uint8_t { flowing, blocked, resumed, failed };

    bool is_quiet_alive() const { return incoming_ == Incoming::quiet; }
    void note_received(const IoResult& result, std::uint64_t now_us);
    void lose_sending(int os_error);
    void block_sending();

    Transport transport_;
    const TlsFailure& tls_failure_;
    const Journal& journal_;
    Incoming incoming_ = Incoming::flowing;
    Outgoing outgoing_ = Outgoing::flowing;
    int os_error_ = 0;  // of the first error
    std::uint64_t received_us_ = 0;
    std::uint64_t sent_us_ = 0;
    LinkStats stats_;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
