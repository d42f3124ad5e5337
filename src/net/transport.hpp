// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// One connected stream: a socket, or a socket with a TLS engine on top. The rest of the client
// passes buffers and does not know which. Bytes taken by the engine count as sent, like bytes taken
// by a socket; they are at most one record.
//
// With TLS, received bytes are staged, so that small records do not cost two calls each. Sending
// always comes before receiving: a TLS engine with pending output may refuse input until it is
// sent.
#pragma once

#include <utility>

#include "linnet/tls.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class Transport {
 public:
    /// `tls_failure` receives the reason when TLS fails.
    Transport(Network& network, Memory* memory, TlsFailure& tls_failure)
        : network_(network), failure_(tls_failure), staging_(memory) {}
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    ~Transport() { close(); }

    /// Takes ownership of a connected socket. Call it once.
    void open(SocketHandle socket) { socket_ = socket; }
    bool is_open() const { return socket_ != no_socket; }
    SocketHandle socket() const { return socket_; }

    /// Starts TLS with an engine of `context`. Returns false on failure.
    bool begin_tls(const TlsContext& context, const TlsRequest& request);
    /// Continues the handshake. Moved: it is complete; end and failed: the connection has ended.
    IoResult secure();

    IoResult receive(MutableBytes buffer);
    IoResult send(std::span<const Bytes> pieces);
    /// Sends the engine's pending output. Returns false if the socket has failed for sending.
    bool flush() { return engine_ == nullptr || flush_engine(); }
    /// Returns true if output of the engine has not reached the OS.
    bool has_unsent() const { return has_unsent_; }
    /// Returns true if output is pending and the socket may still take it.
    bool is_blocked() const { return has_unsent_ && send_error_ == 0; }
    /// Returns true if the socket has taken output since the last call after it was blocked.
    bool take_progress() { return std::exchange(has_progress_, false); }
    /// Returns the OS error of the failed send, or 0.
    int send_error() const { return send_error_; }
    /// Returns true if `receive` has more even if the socket has nothing.
    bool has_staged() const;

    bool set_no_delay(bool enabled) { return network_.set_no_delay(socket_, enabled); }
    /// Ends our direction of the stream, with TLS after close_notify.
    void shutdown_send();
    /// Closes the socket; no call may follow.
    void close();

 private:
    bool flush_engine();
    IoResult receive_staged();
    IoResult receive_secured(MutableBytes buffer);
    bool is_over() const;
    IoResult ended();
    IoResult truncated();
    std::size_t take_plaintext(MutableBytes buffer);
    bool feed_staged();

    Network& network_;
    SocketHandle socket_ = no_socket;

    TlsEngine* engine_ = nullptr;
    TlsFailure& failure_;
    Block staging_;
    std::size_t staged_begin_ = 0;
    std::size_t staged_end_ = 0;
    int send_error_ = 0;  // of the OS, while the engine had pending output
    bool has_unsent_ = false;
    bool has_progress_ = false;
    bool has_plaintext_ = false;
    bool stream_ended_ = false;
    bool shuts_down_ = false;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
