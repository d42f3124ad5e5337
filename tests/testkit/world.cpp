// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "testkit/world.hpp"

#include <algorithm>
#include <cerrno>

namespace linnet::test {

// ---- the server ------------------------------------------------------------------------------

void ScriptedConnection::take(Bytes bytes) {
    EXPECT_FALSE(client_shut_down) << "bytes are sent after the end of stream";
    taken += bytes.size();
    const std::string_view text = text_of(bytes);
    if (request_is_complete()) {
        raw_ += text;
    } else {
        request += text;
        const std::size_t end = request.find("\r\n\r\n");
        if (end != request.npos) raw_ = request.substr(end + 4);
        if (end != request.npos) request.resize(end + 4);
    }
    parse_frames();
}

void ScriptedConnection::parse_frames() {
    for (;;) {
        const auto header = decode_frame_header(bytes_of(raw_), Role::server);
        ASSERT_FALSE(header.failed()) << "the client sent an invalid frame: " << text(header.cause);
        if (!header.done()) return;
        const auto size = static_cast<std::size_t>(header.value.payload_size);
        if (raw_.size() < header.consumed + size) return;
        std::string payload = raw_.substr(header.consumed, size);
        for (std::size_t i = 0; i < size; ++i) {
            payload[i] = static_cast<char>(payload[i] ^ header.value.key[i % 4]);
        }
        EXPECT_TRUE(frames.empty() || frames.back().header.opcode != Opcode::close)
            << "a frame is sent after the close frame";
        frames.push_back({header.value, payload});
        raw_.erase(0, header.consumed + size);
    }
}

bool ScriptedConnection::perform(const ServerStep& step, std::uint64_t now_us) {
    if (std::holds_alternative<AwaitRequest>(step)) return request_is_complete();
    if (const auto* accept = std::get_if<Accept>(&step)) {
        const std::size_t at = request.find("Sec-WebSocket-Key: ") + 19;
        HandshakeKey key;
        std::copy_n(request.begin() + static_cast<std::ptrdiff_t>(at), key.size(), key.begin());
        const HandshakeAccept value = handshake_accept(key);
        to_client +=
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
            std::string(value.begin(), value.end()) + "\r\n" + accept->headers + "\r\n";
        return true;
    }
    if (const auto* send = std::get_if<Send>(&step)) {
        to_client += send->bytes;
        return true;
    }
    if (std::holds_alternative<AwaitClose>(step)) {
        return !frames.empty() && frames.back().header.opcode == Opcode::close;
    }
    if (const auto* await = std::get_if<AwaitMessages>(&step)) {
        const auto is_data = [](const ReceivedFrame& f) { return !is_control(f.header.opcode); };
        const auto count = std::count_if(frames.begin(), frames.end(), is_data);
        return static_cast<std::size_t>(count) >= await->count;
    }
    if (const auto* pause = std::get_if<Pause>(&step)) {
        if (pause_until_us_ == 0) pause_until_us_ = now_us + pause->ms * 1000;
        if (now_us < pause_until_us_) return false;
        pause_until_us_ = 0;
        return true;
    }
    ended = std::holds_alternative<Fin>(step);
    reset = std::holds_alternative<Reset>(step);
    return true;
}

void ScriptedConnection::advance(std::uint64_t now_us) {
    while (step_ < script.steps.size() && perform(script.steps[step_], now_us)) ++step_;
}

// ---- the network -----------------------------------------------------------------------------

ScriptedConnection& FakeNetwork::at(SocketHandle socket) {
    const auto index = static_cast<std::size_t>(socket - 100);
    EXPECT_LT(index, connections.size()) << "a socket that was never opened";
    ScriptedConnection& connection = *connections.at(index);
    EXPECT_FALSE(connection.client_closed) << "a socket is used after it was closed";
    return connection;
}

Network::Opened FakeNetwork::connect(const SocketAddress& address) {
    EXPECT_FALSE(scripts.empty()) << "no script for a connection";
    if (faults_.fails()) return {no_socket, EMFILE};
    const std::size_t index = connections.size();
    const ServerScript& script = scripts[std::min(index, scripts.size() - 1)];
    connections.push_back(std::make_unique<ScriptedConnection>(script, address));
    return {static_cast<SocketHandle>(100 + index), 0};
}

Network::ConnectResult FakeNetwork::connect_status(SocketHandle socket) {
    const ScriptedConnection& connection = at(socket);
    if (faults_.fails()) return {Connecting::failed, ECONNREFUSED};
    if (connection.script.connect_pending) return {Connecting::pending, 0};
    const int error = connection.script.connect_error;
    return {error == 0 ? Connecting::connected : Connecting::failed, error};
}

IoResult FakeNetwork::receive(SocketHandle socket, MutableBytes buffer) {
    ScriptedConnection& connection = at(socket);
    EXPECT_FALSE(buffer.empty()) << "a receive without a buffer";
    ++receive_count;
    if (faults_.fails()) return {IoResult::Outcome::failed, 0, ECONNRESET};
    connection.advance(clock_.now_us());
    std::size_t size = connection.to_client.size() - connection.given;
    for (const std::size_t cut : connection.script.cuts) {
        if (cut > connection.given) size = std::min(size, cut - connection.given);
        if (cut == connection.given && !connection.blocked) {
            connection.blocked = true;
            return {};
        }
    }
    connection.blocked = false;
    size = std::min({size, buffer.size(), connection.script.receive_max});
    if (size > 0) {
        std::copy_n(connection.to_client.begin() + static_cast<std::ptrdiff_t>(connection.given),
                    size, buffer.begin());
        connection.given += size;
        return {IoResult::Outcome::moved, size, 0};
    }
    if (connection.reset) return {IoResult::Outcome::failed, 0, ECONNRESET};
    return {connection.ended ? IoResult::Outcome::end : IoResult::Outcome::would_block, 0, 0};
}

IoResult FakeNetwork::send(SocketHandle socket, std::span<const Bytes> pieces) {
    ScriptedConnection& connection = at(socket);
    EXPECT_FALSE(pieces.empty()) << "a send of nothing";
    ++send_count;
    if (faults_.fails()) return {IoResult::Outcome::failed, 0, ECONNRESET};
    connection.advance(clock_.now_us());
    if (connection.reset) return {IoResult::Outcome::failed, 0, EPIPE};
    std::size_t left =
        std::min(connection.script.send_max, connection.script.send_window - connection.taken);
    std::size_t sent = 0;
    for (const Bytes piece : pieces) {
        EXPECT_FALSE(piece.empty()) << "an empty piece";
        const std::size_t size = std::min(piece.size(), left);
        // Exactly as many bytes as it accepts, so that the sanitizers detect any read past them.
        const std::vector<std::uint8_t> copy(piece.begin(),
                                             piece.begin() + static_cast<std::ptrdiff_t>(size));
        connection.take(copy);
        left -= size;
        sent += size;
    }
    connection.advance(clock_.now_us());
    if (sent == 0) return {};
    return {IoResult::Outcome::moved, sent, 0};
}

void FakeNetwork::shutdown_send(SocketHandle socket) {
    ScriptedConnection& connection = at(socket);
    EXPECT_FALSE(connection.client_shut_down) << "a second end of stream";
    connection.client_shut_down = true;
    connection.advance(clock_.now_us());
}

void FakeNetwork::close(SocketHandle socket) {
    at(socket).client_closed = true;
}

bool FakeNetwork::set_no_delay(SocketHandle socket, bool enabled) {
    at(socket).no_delay = enabled;
    return !faults_.fails();
}

void FakeNetwork::wait(std::span<const WaitItem> items, std::uint64_t timeout_us) {
    for (const WaitItem& item : items) at(item.socket);
    clock_.now += timeout_us;
}

std::size_t FakeNetwork::open_count() const {
    return static_cast<std::size_t>(std::count_if(connections.begin(), connections.end(),
                                                  [](const auto& c) { return !c->client_closed; }));
}

// ---- frames ----------------------------------------------------------------------------------

std::string server_frame(Opcode opcode, std::string_view payload, bool fin) {
    std::array<std::uint8_t, frame_header_size_max> header;
    const std::size_t size =
        encode_frame_header({.opcode = opcode, .fin = fin, .payload_size = payload.size()}, header);
    return std::string(text_of(Bytes(header).first(size))) + std::string(payload);
}

std::string server_close(int code, std::string_view reason) {
    const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    return server_frame(Opcode::close, payload + std::string(reason));
}

}  // namespace linnet::test
