// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/tracing_network.hpp"

#include <algorithm>
#include <utility>

#include "cli/output.hpp"
#include "cli/rendering.hpp"
#include "codec/ip_text.hpp"

namespace linnet::cli {
namespace {

constexpr std::string_view to_server = "->";
constexpr std::string_view to_client = "<-";
constexpr std::string_view neither = "--";
constexpr std::size_t time_width = 10;
constexpr std::size_t offset_width = 9;

std::string text_of_address(const SocketAddress& address) {
    std::array<std::uint8_t, ip_text_size_max> buffer;
    TextWriter writer(buffer);
    put_ip(writer, address);
    return std::string(writer.text()).append(" port ").append(std::to_string(address.port));
}

}  // namespace

class TracingNetwork::Lines final : public TraceLines {
 public:
    Lines(TracingNetwork& network, std::string_view arrow) : network_(network), arrow_(arrow) {}
    void line(std::uint64_t offset, std::string_view text) override {
        network_.trace_at(arrow_, offset, text);
    }

 private:
    TracingNetwork& network_;
    std::string_view arrow_;
};

TracingNetwork::TracingNetwork(Network& network, Clock& clock, TraceSink& sink)
    : network_(network), clock_(clock), sink_(sink), begin_us_(clock.now_us()) {}

// ---- lines -----------------------------------------------------------------------------------

void TracingNetwork::trace(std::string_view arrow, std::string_view text) {
    const std::string time = milliseconds(clock_.now_us() - begin_us_);
    std::string line(time_width - std::min(time.size(), time_width), ' ');
    line.append(time).append(" ms  ").append(arrow).append(" ").append(text);
    sink_.line(line);
}

void TracingNetwork::trace_at(std::string_view arrow, std::uint64_t offset, std::string_view text) {
    std::string line = std::string("@").append(std::to_string(offset));
    line.append(offset_width - std::min(line.size() + 1, offset_width), ' ').append(" ");
    trace(arrow, line.append(text));
}

void TracingNetwork::end_in(Connection& connection, std::string_view how) {
    if (std::exchange(connection.in_ended, true)) return;
    Lines lines(*this, to_client);
    connection.in.end(lines);
    lines.line(connection.in.offset(), how);
}

void TracingNetwork::end_out(Connection& connection, std::string_view how) {
    if (std::exchange(connection.out_ended, true)) return;
    Lines lines(*this, to_server);
    connection.out.end(lines);
    lines.line(connection.out.offset(), how);
}

TracingNetwork::Connection& TracingNetwork::at(SocketHandle socket) {
    const auto found =
        std::find_if(connections_.begin(), connections_.end(),
                     [&](const Connection& connection) { return connection.socket == socket; });
    if (found != connections_.end()) return *found;
    connections_.push_back({.socket = socket, .address = {}});
    return connections_.back();
}

void TracingNetwork::show(StreamTracer& stream, std::string_view arrow, Bytes bytes) {
    Lines lines(*this, arrow);
    stream.feed(bytes, lines);
}

// ---- TLS -------------------------------------------------------------------------------------

TracingNetwork::Connection* TracingNetwork::secured() {
    const auto found =
        std::find_if(connections_.begin(), connections_.end(),
                     [](const Connection& connection) { return connection.secured; });
    return found == connections_.end() ? nullptr : &*found;
}

// A client has one connection, and TLS begins only when it is connected.
void TracingNetwork::tls_begins() {
    for (Connection& connection : connections_) connection.secured = connection.connected;
    trace(neither, "TLS handshake");
}

void TracingNetwork::received(Bytes plaintext) {
    if (Connection* const connection = secured()) show(connection->in, to_client, plaintext);
}

void TracingNetwork::sent(Bytes plaintext) {
    if (Connection* const connection = secured()) show(connection->out, to_server, plaintext);
}

// ---- the calls -------------------------------------------------------------------------------

Network::Opened TracingNetwork::connect(const SocketAddress& address) {
    const Opened opened = network_.connect(address);
    const std::string where = text_of_address(address);
    if (opened.socket == no_socket) {
        trace(neither, std::string(where).append(": ").append(os_error_text(opened.os_error)));
    } else {
        trace(neither, std::string("connecting to ").append(where));
        connections_.push_back({.socket = opened.socket, .address = address});
    }
    return opened;
}

Network::ConnectResult TracingNetwork::connect_status(SocketHandle socket) {
    const ConnectResult result = network_.connect_status(socket);
    Connection& connection = at(socket);
    const std::string where = text_of_address(connection.address);
    if (result.status == Connecting::connected && !std::exchange(connection.connected, true)) {
        trace(neither, std::string("connected to ").append(where));
    }
    if (result.status == Connecting::failed && !std::exchange(connection.failed, true)) {
        trace(neither, std::string(where).append(": ").append(os_error_text(result.os_error)));
    }
    return result;
}

IoResult TracingNetwork::receive(SocketHandle socket, MutableBytes buffer) {
    const IoResult result = network_.receive(socket, buffer);
    Connection& connection = at(socket);
    switch (result.status) {
        case IoResult::Outcome::moved:
            if (!connection.secured) show(connection.in, to_client, buffer.first(result.size));
            break;
        case IoResult::Outcome::would_block: break;
        case IoResult::Outcome::end: end_in(connection, "end of stream"); break;
        case IoResult::Outcome::failed: end_in(connection, os_error_text(result.os_error)); break;
    }
    return result;
}

IoResult TracingNetwork::send(SocketHandle socket, std::span<const Bytes> pieces) {
    const IoResult result = network_.send(socket, pieces);
    Connection& connection = at(socket);
    if (result.status == IoResult::Outcome::failed) {
        end_out(connection, os_error_text(result.os_error));
    }
    if (result.status != IoResult::Outcome::moved || connection.secured) return result;
    std::size_t left = result.size;
    for (const Bytes piece : pieces) {
        const Bytes taken = piece.first(std::min(left, piece.size()));
        show(connection.out, to_server, taken);
        left -= taken.size();
    }
    return result;
}

void TracingNetwork::shutdown_send(SocketHandle socket) {
    network_.shutdown_send(socket);
    end_out(at(socket), "end of stream");
}

void TracingNetwork::close(SocketHandle socket) {
    network_.close(socket);
    Connection& connection = at(socket);
    if (connection.connected) {
        Lines in(*this, to_client);
        if (!connection.in_ended) connection.in.end(in);
        Lines out(*this, to_server);
        if (!connection.out_ended) connection.out.end(out);
        trace(neither, "closed");
    } else if (!connection.failed) {
        trace(neither, text_of_address(connection.address).append(": cancelled"));
    }
    std::erase_if(connections_, [&](const Connection& each) { return each.socket == socket; });
}

bool TracingNetwork::set_no_delay(SocketHandle socket, bool enabled) {
    return network_.set_no_delay(socket, enabled);
}

void TracingNetwork::wait(std::span<const WaitItem> items, std::uint64_t timeout_us) {
    network_.wait(items, timeout_us);
}

}  // namespace linnet::cli
