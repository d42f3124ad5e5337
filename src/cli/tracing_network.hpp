// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A `Network` that wraps another and traces connections, the handshake and every frame, with the
// time and the offset in the stream:
//
//        1.204 ms  -> @0       GET /chat HTTP/1.1
//        2.310 ms  <- @129     text, 5 bytes: "hello"
//
// "->" is from the client to the server. Over wss:// it traces the plaintext that a `TracingTls`
// provides.
#pragma once

#include <vector>

#include "cli/stream_tracer.hpp"
#include "cli/tracing_tls.hpp"
#include "linnet/platform.hpp"

namespace linnet::cli {

/// Receives the lines of a trace.
class TraceSink {
 public:
    virtual void line(std::string_view text) = 0;

 protected:
    ~TraceSink() = default;
};

class TracingNetwork final : public Network, public PlaintextSink {
 public:
    /// Times are relative to the construction. The arguments must outlive this object.
    TracingNetwork(Network& network, Clock& clock, TraceSink& sink);

    Opened connect(const SocketAddress& address) override;
    ConnectResult connect_status(SocketHandle socket) override;
    IoResult receive(SocketHandle socket, MutableBytes buffer) override;
    IoResult send(SocketHandle socket, std::span<const Bytes> pieces) override;
    void shutdown_send(SocketHandle socket) override;
    void close(SocketHandle socket) override;
    bool set_no_delay(SocketHandle socket, bool enabled) override;
    void wait(std::span<const WaitItem> items, std::uint64_t timeout_us) override;

    void tls_begins() override;
    void received(Bytes plaintext) override;
    void sent(Bytes plaintext) override;

 private:
    struct Connection {
        SocketHandle socket;
        SocketAddress address;
        StreamTracer out{Role::server};
        StreamTracer in{Role::client};
        bool connected = false;
        bool secured = false;
        bool failed = false;
        bool in_ended = false;
        bool out_ended = false;
    };
    class Lines;

    Connection& at(SocketHandle socket);
    Connection* secured();
    void show(StreamTracer& stream, std::string_view arrow, Bytes bytes);
    void trace(std::string_view arrow, std::string_view text);
    void trace_at(std::string_view arrow, std::uint64_t offset, std::string_view text);
    void end_in(Connection& connection, std::string_view how);
    void end_out(Connection& connection, std::string_view how);

    Network& network_;
    Clock& clock_;
    TraceSink& sink_;
    std::uint64_t begin_us_;
    std::vector<Connection> connections_;
};

}  // namespace linnet::cli
