// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Attempts over wss:// at servers on loopback, under any name, with the engine that this program
// was compiled for.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "linnet/linnet.hpp"
#include "linnet/openssl.hpp"
#include "linnet/system_network.hpp"
#include "testkit/story.hpp"
#include "testkit/tls_rows.hpp"

namespace linnet::test {

#ifdef LINNET_TEST_OPENSSL_ENGINE
inline const TlsContext* engine_under_test() {
    static const OpenSslContext context;
    return &context;
}
constexpr Cause expected_cause(const TlsRow& row) {
    return cause_with_openssl(row);
}
constexpr Cause pick(Cause, Cause openssl) {
    return openssl;
}
#else
inline const TlsContext* engine_under_test() {
    return nullptr;
}
constexpr Cause expected_cause(const TlsRow& row) {
    return cause_with_bearssl(row);
}
constexpr Cause pick(Cause bearssl, Cause) {
    return bearssl;
}
#endif

/// Every name resolves to this machine.
class LoopbackResolver final : public Resolver {
 public:
    Request start(std::string_view) override { return 1; }
    Result take(Request, std::span<SocketAddress> out) override {
        out[0] = {.bytes = {127, 0, 0, 1}};
        return {Outcome::done, 1, 0};
    }
    void cancel(Request) override {}
};

/// So does every address: not every machine has IPv6.
class LoopbackNetwork final : public Network {
 public:
    Opened connect(const SocketAddress& address) override {
        return system_.connect({.bytes = {127, 0, 0, 1}, .port = address.port});
    }
    ConnectResult connect_status(SocketHandle socket) override {
        return system_.connect_status(socket);
    }
    IoResult receive(SocketHandle socket, MutableBytes buffer) override {
        return system_.receive(socket, buffer);
    }
    IoResult send(SocketHandle socket, std::span<const Bytes> pieces) override {
        return system_.send(socket, pieces);
    }
    void shutdown_send(SocketHandle socket) override { system_.shutdown_send(socket); }
    void close(SocketHandle socket) override { system_.close(socket); }
    bool set_no_delay(SocketHandle socket, bool enabled) override {
        return system_.set_no_delay(socket, enabled);
    }
    void wait(std::span<const WaitItem> items, std::uint64_t timeout_us) override {
        system_.wait(items, timeout_us);
    }

 private:
    SystemNetwork system_;
};

inline std::string secure_url(std::string_view host, std::uint16_t port) {
    const bool is_ipv6 = host.find(':') != host.npos;
    const std::string name = is_ipv6 ? "[" + std::string(host) + "]" : std::string(host);
    return "wss://" + name + ":" + std::to_string(port) + "/";
}

/// A client with the engine under test and its trusted certificates.
class TlsAttempt {
 public:
    explicit TlsAttempt(const RowTrust& row = {}, Options options = {})
        : trust_(row), client(filled(options)), story(client) {
        client.set_verify_ssl_enabled(trust_.verify());
        EXPECT_EQ(client.set_trusted_ssl_certificate(trust_.pinned()), Error::ok);
    }

    /// Runs until `done` or the end; false after a generous time.
    template <class Done>
    bool reaches(Done done) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!done() && !is_over()) {
            if (std::chrono::steady_clock::now() >= deadline) return false;
            client.wait(100);
        }
        return true;
    }
    /// Starts, and runs until the end.
    void run(const std::string& url) {
        ASSERT_EQ(client.connect_to_url(url), Error::ok) << client.failure().explain();
        EXPECT_TRUE(reaches([] { return false; })) << "20 s were not enough";
    }
    bool is_over() const {
        return client.get_connection_status() == WebSocketClient::CONNECTION_DISCONNECTED;
    }
    std::string explanation() const { return std::string(client.failure().explain()); }
    bool explains(std::string_view part) const {
        return explanation().find(part) != std::string::npos;
    }

 private:
    Options filled(Options options) {
        options.tls = engine_under_test();
        options.resolver = &resolver_;
        options.network = &network_;
        options.ca_bundle = trust_.roots();
        options.key_pins = trust_.keys();
        return options;
    }

    LoadedTrust trust_;
    LoopbackResolver resolver_;
    LoopbackNetwork network_;

 public:
    WebSocketClient client;
    Story story;
};

}  // namespace linnet::test
