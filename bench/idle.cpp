// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The memory of an idle connection: opens one over ws:// and one over wss:// to a server in memory,
// and prints the bytes of `Options::memory` that each uses after one message, its echo, and the ten
// seconds of silence after which a client shrinks its queues.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "cli/server_handshake.hpp"
#include "cli/tls_server.hpp"
#include "linnet/linnet.hpp"
#include "linnet/protocol/session.hpp"
#include "linnet/system_clock.hpp"
#include "linnet/system_entropy.hpp"

namespace linnet::bench {
namespace {

class CountingMemory final : public Memory {
 public:
    void* allocate(std::size_t size) override {
        used += size;
        return std::malloc(size);
    }
    void deallocate(void* block, std::size_t size) override {
        used -= size;
        std::free(block);
    }
    std::size_t used = 0;
};

class Clock final : public linnet::Clock {
 public:
    std::uint64_t now_us() override { return us; }
    std::int64_t unix_s() override { return SystemClock().unix_s(); }
    std::uint64_t us = 1;
};

// Echoes on one connection; input and output are plaintext.
class Echo {
 public:
    void echo(Bytes bytes) {
        const MutableBytes buffer = session_.receive_buffer();
        std::copy(bytes.begin(), bytes.end(), buffer.begin());
        session_.fill(bytes.size());
        if (!is_upgraded_) return upgrade();
        while (session_.next().kind == SessionEvent::Kind::message) {
            if (session_.put(Opcode::binary, {}, session_.take().payload) != Error::ok) return;
        }
        Outbox::Pieces pieces;
        const std::size_t count = session_.unsent(pieces);
        for (const Bytes piece : std::span(pieces).first(count)) {
            unsent += text_of(piece);
        }
        session_.sent(unsent.size());
    }
    std::string unsent;

 private:
    void upgrade() {
        const cli::UpgradeRequest request = cli::read_upgrade_request(session_.unparsed());
        if (request.size == 0) return;
        session_.skip(request.size);
        unsent += cli::accept_upgrade(request);
        is_upgraded_ = true;
    }

    SystemEntropy entropy_;
    Session session_{Role::server, Limits{}, entropy_, nullptr};
    bool is_upgraded_ = false;
};

/// A connection to an `Echo`, over TLS if there is a TLS server.
class MemoryNetwork final : public Network {
 public:
    explicit MemoryNetwork(const cli::TlsServer* tls) {
        TlsFailure why;
        if (tls != nullptr)
            tls_ = tls->engine({.host = {}, .trust = {}, .entropy = &entropy_}, why);
    }
    MemoryNetwork(const MemoryNetwork&) = delete;
    MemoryNetwork& operator=(const MemoryNetwork&) = delete;
    ~MemoryNetwork() {
        if (tls_ != nullptr) tls_->destroy();
    }

    Opened connect(const SocketAddress&) override { return {.socket = 1}; }
    ConnectResult connect_status(SocketHandle) override { return {Connecting::connected, 0}; }
    IoResult receive(SocketHandle, MutableBytes buffer) override {
        if (coming_.empty()) return {};
        const std::size_t size = std::min(buffer.size(), coming_.size());
        std::copy_n(coming_.begin(), size, buffer.begin());
        coming_.erase(0, size);
        return {IoResult::Outcome::moved, size, 0};
    }
    IoResult send(SocketHandle, std::span<const Bytes> pieces) override {
        std::size_t size = 0;
        for (const Bytes piece : pieces) {
            tls_ == nullptr ? echo_.echo(piece) : echo_secured(piece);
            size += piece.size();
        }
        if (tls_ != nullptr) say_secured();
        if (tls_ == nullptr) coming_ += std::exchange(echo_.unsent, {});
        return {IoResult::Outcome::moved, size, 0};
    }
    void shutdown_send(SocketHandle) override {}
    void close(SocketHandle) override {}
    bool set_no_delay(SocketHandle, bool) override { return true; }
    void wait(std::span<const WaitItem>, std::uint64_t) override {}

 private:
    void echo_secured(Bytes piece) {
        while (!piece.empty()) {
            piece = piece.subspan(tls_->feed(piece));
            say_secured();
            for (MutableBytes received; !(received = tls_->plaintext()).empty();) {
                echo_.echo(received);
                tls_->plaintext_taken(received.size());
            }
        }
    }
    void say_secured() {
        const MutableBytes buffer = tls_->send_buffer();
        const std::size_t size = std::min(buffer.size(), echo_.unsent.size());
        std::copy_n(echo_.unsent.begin(), size, buffer.begin());
        echo_.unsent.erase(0, size);
        tls_->encrypt(size);
        for (Bytes out; !(out = tls_->outgoing()).empty();) {
            coming_ += text_of(out);
            tls_->outgoing_sent(out.size());
        }
    }

    SystemEntropy entropy_;
    Echo echo_;
    TlsEngine* tls_ = nullptr;
    std::string coming_;
};

// 0 on failure.
std::size_t idle_size(const cli::TlsServer* tls) {
    X509Certificate certificate;
    if (tls != nullptr && certificate.load_from_memory(bytes_of(tls->certificate())) != Error::ok) {
        return 0;
    }
    MemoryNetwork network(tls);
    CountingMemory memory;
    Clock clock;
    Options options;
    options.network = &network;
    options.clock = &clock;
    options.memory = &memory;
    options.ca_bundle = &certificate;
    WebSocketClient client(options);
    const std::size_t before = memory.used;
    WebSocketPeer& server = *client.get_peer(1);
    const char* const url = tls == nullptr ? "ws://127.0.0.1/" : "wss://127.0.0.1/";
    if (client.connect_to_url(url) != Error::ok) return 0;
    for (int i = 0; i < 20; ++i) client.poll();
    if (server.put_packet("hello") != Error::ok) return 0;
    for (int i = 0; i < 20; ++i) client.poll();
    if (server.get_available_packet_count() != 1 || server.get_packet().size() != 5) return 0;
    clock.us += 11'000'000;
    for (int i = 0; i < 3; ++i) client.poll();
    return memory.used - before;
}

}  // namespace
}  // namespace linnet::bench

int main() {
    using namespace linnet;
    const std::unique_ptr<cli::TlsServer> tls = cli::make_tls_server();
    const std::size_t plain = bench::idle_size(nullptr);
    const std::size_t secured = tls == nullptr ? 0 : bench::idle_size(tls.get());
    std::printf("ws %zu\n", plain);
    if (tls != nullptr) std::printf("wss %zu\n", secured);
    return plain == 0 || (tls != nullptr && secured == 0) ? 1 : 0;
}
