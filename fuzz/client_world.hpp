// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The outside world of the `client` target: the input selects the result of each call, and misuse
// (a closed socket, an empty buffer, an invalid frame) fails the target. Results that are zero make
// every call succeed, so that an input that is too short is valid.
#pragma once

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "fuzz_input.hpp"
#include "linnet/codec/frame.hpp"
#include "linnet/codec/utf8.hpp"
#include "linnet/linnet.hpp"

namespace linnet::fuzz {

/// One end of a connection as seen by the client's world.
struct FuzzSocket {
    bool is_open = true;
    bool is_shut_down = false;
    std::string request;    ///< including its empty line, once that has arrived
    std::string unparsed;   ///< frames from the client
    std::string unread;     ///< sent by the server, not received by the client yet
    std::string last_ping;  ///< from the client
    bool close_came = false;
    bool ended = false;
    bool reset = false;

    bool request_is_complete() const { return request.find("\r\n\r\n") != request.npos; }
};

class FuzzClock final : public Clock {
 public:
    std::int64_t unix_s() override { return 1'800'000'000; }
    std::uint64_t now_us() override {
        ++calls;
        return now;
    }
    std::uint64_t now = 0;
    std::size_t calls = 0;
};

/// The output of the server: a sequence of operations, each a byte and its arguments.
class FuzzServer {
 public:
    explicit FuzzServer(FuzzInput script) : script_(script) {}

    /// Performs operations until there is data to receive or the server waits.
    void advance(FuzzSocket& socket) {
        while (socket.unread.empty() && !socket.ended && !socket.reset && !script_.is_empty()) {
            if (!perform(socket)) return;
        }
    }
    void fall_silent() { script_ = FuzzInput(Bytes{}); }

 private:
    // Returns false to wait; the operation then counts as finished, so that no input waits for
    // ever.
    bool perform(FuzzSocket& socket) {
        switch (script_.byte() % 16) {
            case 0: return false;
            case 1: accept(socket, ""); break;
            case 2: accept(socket, "Sec-WebSocket-Protocol: chat\r\nServer: fuzz\r\n"); break;
            case 3: socket.unread += some(); break;
            case 4: send_frame(socket, 0x81, some()); break;
            case 5: send_frame(socket, 0x82, some()); break;
            case 6: send_any_frame(socket); break;
            case 7: send_close(socket); break;
            case 8: send_frame(socket, 0x89, some()); break;
            case 9: send_frame(socket, 0x8A, some()); break;
            case 10: socket.ended = true; break;
            case 11: socket.reset = true; break;
            case 12: send_frame(socket, 0x82, repeated("x", script_.byte() * 300u)); break;
            case 13: return socket.close_came;
            case 14: return socket.request_is_complete();
            case 15: send_frame(socket, 0x8A, socket.last_ping); break;
        }
        return true;
    }
    std::string some() { return std::string(text_of(script_.take(script_.byte()))); }
    // The requested 101.
    static void accept(FuzzSocket& socket, std::string_view more) {
        const std::size_t at = socket.request.find("Sec-WebSocket-Key: ");
        if (at == socket.request.npos || !socket.request_is_complete()) return;
        HandshakeKey key;
        std::copy_n(socket.request.begin() + static_cast<std::ptrdiff_t>(at + 19), key.size(),
                    key.begin());
        const HandshakeAccept value = handshake_accept(key);
        socket.unread += "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n";
        socket.unread += "Connection: Upgrade\r\nSec-WebSocket-Accept: ";
        socket.unread += std::string(value.begin(), value.end()) + "\r\n";
        socket.unread += std::string(more) + "\r\n";
    }
    static void send_frame(FuzzSocket& socket, std::uint8_t first, std::string_view payload) {
        FrameHeader header{.opcode = static_cast<Opcode>(first % 16), .fin = first >= 0x80};
        header.payload_size = payload.size();
        std::array<std::uint8_t, frame_header_size_max> bytes;
        const std::size_t size = encode_frame_header(header, bytes);
        bytes[0] = first;
        socket.unread += text_of(Bytes(bytes).first(size));
        socket.unread += payload;
    }
    void send_any_frame(FuzzSocket& socket) {
        const std::uint8_t first = script_.byte();
        send_frame(socket, first, some());
    }
    void send_close(FuzzSocket& socket) {
        const std::uint16_t code = script_.number16();
        std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
        payload += some();
        send_frame(socket, 0x88, payload);
    }

    FuzzInput script_;
};

class FuzzResolver final : public Resolver {
 public:
    explicit FuzzResolver(FuzzInput& results) : results_(results) {}

    Request start(std::string_view host) override {
        ++calls;
        require(!host.empty(), "a name was requested");
        if (results_.byte() == 255) return 0;
        open_.push_back(++last_);
        return last_;
    }
    Result take(Request request, std::span<SocketAddress> out) override {
        ++calls;
        require(is_open(request), "a request is polled only until its end");
        const std::uint8_t result = results_.byte();
        if (result == 254) return {};
        std::erase(open_, request);
        if (result == 255) return {Outcome::failed, 0, -2};
        // Zero means one address; some results have none, some have more than fit.
        const std::size_t count = result == 0 ? 1 : result % 20u;
        for (std::size_t i = 0; i < std::min(count, out.size()); ++i) {
            out[i] = SocketAddress{.ipv6 = (result >> (i % 8) & 1) != 0};
            out[i].bytes[3] = static_cast<std::uint8_t>(i + 1);
        }
        return {Outcome::done, count, 0};
    }
    void cancel(Request request) override {
        ++calls;
        require(is_open(request), "a request is cancelled once, before its end");
        std::erase(open_, request);
    }
    std::size_t open_count() const { return open_.size(); }

    std::size_t calls = 0;

 private:
    bool is_open(Request request) const {
        return std::find(open_.begin(), open_.end(), request) != open_.end();
    }
    FuzzInput& results_;
    Request last_ = 0;
    std::vector<Request> open_;
};

class FuzzNetwork final : public Network {
 public:
    FuzzNetwork(FuzzInput& results, FuzzServer& server, FuzzClock& clock)
        : results_(results), server_(server), clock_(clock) {}

    Opened connect(const SocketAddress& address) override {
        ++calls;
        require(address.port != 0, "a port is given");
        if (results_.byte() == 255) return {no_socket, EMFILE};
        sockets_.emplace_back();
        return {static_cast<SocketHandle>(sockets_.size() - 1), 0};
    }
    ConnectResult connect_status(SocketHandle handle) override {
        ++calls;
        at(handle);
        const std::uint8_t result = results_.byte();
        if (result == 254) return {Connecting::pending, 0};
        if (result == 255) return {Connecting::failed, ECONNREFUSED};
        return {Connecting::connected, 0};
    }
    IoResult receive(SocketHandle handle, MutableBytes buffer) override {
        ++calls;
        FuzzSocket& socket = at(handle);
        require(!buffer.empty(), "there is buffer to receive into");
        const std::uint8_t result = results_.byte();
        if (result == 254) return {};
        if (result == 255) return {IoResult::Outcome::failed, 0, ECONNRESET};
        server_.advance(socket);
        std::size_t size = std::min(buffer.size(), socket.unread.size());
        if (result != 0) size = std::min<std::size_t>(size, result);
        if (size == 0) {
            if (socket.reset) return {IoResult::Outcome::failed, 0, ECONNRESET};
            return {socket.ended ? IoResult::Outcome::end : IoResult::Outcome::would_block, 0, 0};
        }
        std::copy_n(socket.unread.begin(), size, buffer.begin());
        socket.unread.erase(0, size);
        moved += size;
        return {IoResult::Outcome::moved, size, 0};
    }
    IoResult send(SocketHandle handle, std::span<const Bytes> pieces) override {
        ++calls;
        FuzzSocket& socket = at(handle);
        require(!pieces.empty() && pieces.size() <= send_piece_count_max, "there is data to send");
        require(!socket.is_shut_down, "nothing is sent after the end of stream");
        const std::uint8_t result = results_.byte();
        if (result == 254) return {};
        if (result == 255 || socket.reset) return {IoResult::Outcome::failed, 0, EPIPE};
        std::size_t left = result == 0 ? SIZE_MAX : result;
        std::size_t size = 0;
        for (const Bytes piece : pieces) {
            require(!piece.empty(), "no piece is empty");
            const ExactCopy taken(piece.first(std::min(piece.size(), left)));
            left -= taken.bytes().size();
            size += taken.bytes().size();
            receive_from_client(socket, taken.text());
        }
        moved += size;
        return {IoResult::Outcome::moved, size, 0};
    }
    void shutdown_send(SocketHandle handle) override {
        ++calls;
        FuzzSocket& socket = at(handle);
        require(!socket.is_shut_down, "the end of stream is sent once");
        require(socket.unparsed.empty(), "the output ends after a whole frame");
        socket.is_shut_down = true;
    }
    void close(SocketHandle handle) override {
        ++calls;
        at(handle).is_open = false;
    }
    bool set_no_delay(SocketHandle handle, bool) override {
        ++calls;
        at(handle);
        return results_.byte() != 255;
    }
    void wait(std::span<const WaitItem> items, std::uint64_t timeout_us) override {
        for (const WaitItem& item : items) at(item.socket);
        clock_.now += results_.byte() % 2 == 0 ? timeout_us : 0;
    }

    /// No more data can be received.
    void fall_silent() {
        server_.fall_silent();
        for (FuzzSocket& socket : sockets_) socket.unread.clear();
    }
    std::size_t open_count() const {
        return static_cast<std::size_t>(
            std::count_if(sockets_.begin(), sockets_.end(),
                          [](const FuzzSocket& socket) { return socket.is_open; }));
    }
    bool is_open(SocketHandle handle) const {
        const auto index = static_cast<std::size_t>(handle);
        return index < sockets_.size() && sockets_[index].is_open;
    }

    std::size_t calls = 0;
    std::size_t moved = 0;              ///< bytes, in both directions
    std::vector<std::string> messages;  ///< received by the server on the last connection

 private:
    FuzzSocket& at(SocketHandle handle) {
        require(is_open(handle), "a socket is used while it is open");
        return sockets_[static_cast<std::size_t>(handle)];
    }
    // The server's receiver: the request, then frames.
    void receive_from_client(FuzzSocket& socket, std::string_view bytes) {
        if (!socket.request_is_complete()) {
            const std::size_t seen = socket.request.size();
            socket.request += bytes;
            if (!socket.request_is_complete()) return;
            const std::size_t size = socket.request.find("\r\n\r\n") + 4;
            bytes.remove_prefix(size - seen);
            socket.request.resize(size);
        }
        socket.unparsed += bytes;
        while (receive_frame(socket)) {
        }
    }
    bool receive_frame(FuzzSocket& socket) {
        require(socket.unparsed.empty() || !socket.close_came, "nothing follows a close frame");
        const auto header = decode_frame_header(bytes_of(socket.unparsed), Role::server);
        require(!header.failed(), "the client sends valid frames");
        if (!header.done()) return false;
        const auto size = static_cast<std::size_t>(header.value.payload_size);
        if (socket.unparsed.size() - header.consumed < size) return false;
        std::string payload = socket.unparsed.substr(header.consumed, size);
        apply_mask({reinterpret_cast<std::uint8_t*>(payload.data()), payload.size()},
                   header.value.key, 0);
        socket.unparsed.erase(0, header.consumed + size);
        note(socket, header.value.opcode, payload);
        return true;
    }
    void note(FuzzSocket& socket, Opcode opcode, const std::string& payload) {
        if (opcode == Opcode::ping) socket.last_ping = payload;
        if (opcode == Opcode::close) socket.close_came = true;
        if (opcode == Opcode::text) messages.push_back("T" + payload);
        if (opcode == Opcode::binary) messages.push_back("B" + payload);
    }

    FuzzInput& results_;
    FuzzServer& server_;
    FuzzClock& clock_;
    std::vector<FuzzSocket> sockets_;
};

/// Every message of a client is one printable line.
class StrictLog final : public Log {
 public:
    void write(LogLevel level, std::string_view line) override {
        require(level <= LogLevel::debug, "the level was requested");
        require(!line.empty() && line.size() <= 1024, "a line is terminated");
        require(is_utf8(bytes_of(line)), "a log line is printable");
        for (const char c : line) {
            require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F, "a log line is one line");
        }
    }
};

/// The complete world.
struct FuzzWorld {
    FuzzWorld(FuzzInput results_given, FuzzInput script) : results(results_given), server(script) {}

    std::size_t calls() const { return clock.calls + resolver.calls + network.calls; }

    FuzzInput results;
    FuzzServer server;
    FuzzClock clock;
    FuzzEntropy entropy;
    FuzzMemory memory;
    FuzzResolver resolver{results};
    FuzzNetwork network{results, server, clock};
};

}  // namespace linnet::fuzz
