// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// One connected stream. The rest of the client lends it room and pieces and does not know what is
// underneath: today a socket, and with TLS an engine between the two.
#pragma once

#include <utility>

#include "linnet/platform.hpp"

namespace linnet::inline v0 {

class Transport {
 public:
    explicit Transport(Network& network) : network_(network) {}
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    ~Transport() { close(); }

    /// Takes over a connected socket.
    void open(SocketHandle socket) {
        close();
        socket_ = socket;
    }
    bool is_open() const { return socket_ != no_socket; }
    SocketHandle socket() const { return socket_; }

    IoResult receive(MutableBytes room) { return network_.receive(socket_, room); }
    IoResult send(std::span<const Bytes> pieces) { return network_.send(socket_, pieces); }
    bool set_no_delay(bool enabled) { return network_.set_no_delay(socket_, enabled); }
    void shutdown_send() { network_.shutdown_send(socket_); }
    void close() {
        if (is_open()) network_.close(std::exchange(socket_, no_socket));
    }

 private:
    Network& network_;
    SocketHandle socket_ = no_socket;
};

}  // namespace linnet::inline v0
