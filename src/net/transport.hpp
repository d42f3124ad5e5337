// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// One connected stream: a socket, or a socket with a TLS engine above it. The rest of the client
// lends it room and pieces and does not know which. What the engine has taken counts as sent, as
// what a socket has taken does; it is at most one record.
//
// With TLS what is received is staged, so that small records do not cost two calls each. Sending
// comes before receiving everywhere: an engine that has something to say may not listen before.
#pragma once

#include <utility>

#include "linnet/tls.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class Transport {
 public:
    /// `tls_failure` is where it tells why TLS failed, if it was that.
    Transport(Network& network, Memory* memory, TlsFailure& tls_failure)
        : network_(network), failure_(tls_failure), staging_(memory) {}
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    ~Transport() { close(); }

    /// Takes over a connected socket. Once.
    void open(SocketHandle socket) { socket_ = socket; }
    bool is_open() const { return socket_ != no_socket; }
    SocketHandle socket() const { return socket_; }

    /// From now on everything goes through an engine of `context`. False: it has failed.
    bool begin_tls(const TlsContext& context, const TlsRequest& request);
    /// Goes on with the handshake. Moved: it is done; end and failed: so is the connection.
    IoResult secure();

    IoResult receive(MutableBytes buffer);
    IoResult send(std::span<const Bytes> pieces);
    /// Sends what the engine has to say. False if the socket cannot be sent to any more.
    bool flush() { return engine_ == nullptr || flush_engine(); }
    /// The engine has output that is not with the OS.
    bool has_unsent() const { return has_unsent_; }
    /// The same, and the socket may yet take it.
    bool is_blocked() const { return has_unsent_ && send_error_ == 0; }
    /// Since the last call the socket took output that it had not taken before.
    bool take_progress() { return std::exchange(has_progress_, false); }
    /// Why the socket cannot be sent to any more: an error of the OS, or 0.
    int send_error() const { return send_error_; }
    /// `receive` has more, whatever the socket has.
    bool has_staged() const;

    bool set_no_delay(bool enabled) { return network_.set_no_delay(socket_, enabled); }
    /// Sends our end of stream, with TLS behind close_notify.
    void shutdown_send();
    /// The end; nothing else may follow.
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
    int send_error_ = 0;  // of the OS, while the engine had something to say
    bool has_unsent_ = false;
    bool has_progress_ = false;
    bool has_plaintext_ = false;
    bool stream_ended_ = false;
    bool shuts_down_ = false;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
