// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// `./dev demo`: talks to the embedded echo server over real sockets and prints the conversation and
// a failure; then does the same over TLS with the server's certificate pinned. Exits with status 0
// only if every step succeeds.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "cli/demo_printer.hpp"
#include "cli/demo_room.hpp"
#include "cli/echo_server.hpp"
#include "cli/output.hpp"
#include "linnet/linnet.hpp"
#include "linnet/system_clock.hpp"
#include "linnet/system_network.hpp"

namespace linnet::cli {
namespace {

constexpr std::uint64_t step_timeout_us = 10'000'000;

std::string quoted(std::string_view text) {
    std::string result(1, '"');
    return result.append(text).append(1, '"');
}

class Demo {
 public:
    /// Uses wss:// if `tls` is set, else ws://.
    explicit Demo(const TlsServer* tls)
        : tls_(tls), scheme_(tls == nullptr ? "ws" : "wss"), server_(Limits{}, tls) {}
    bool run();

 private:
    void listen_to_signals();
    bool until(const std::string& what, const std::function<bool()>& condition);
    bool expect(bool condition, const std::string& what);
    bool pin();
    bool connect();
    bool echo_text();
    bool echo_binary();
    bool echo_one_mebibyte();
    bool ping();
    bool close();
    bool fail();
    bool fail_to_trust();
    void show_progress();

    Printer printer_;
    SystemClock clock_;
    SystemNetwork network_;
    const TlsServer* tls_;
    std::string scheme_;
    EchoServer server_;
    X509Certificate certificate_;
    WebSocketClient client_;
    std::string url_;
    bool established_ = false;
    bool refused_ = false;
    bool closed_ = false;
    bool clean_ = false;
    std::size_t progress_percent_ = 0;
};

void Demo::listen_to_signals() {
    client_.connection_established.connect([this](std::string_view protocol) {
        printer_.signal("connection_established(" + quoted(protocol) + ")");
        established_ = true;
    });
    client_.connection_error.connect([this] {
        printer_.signal("connection_error()");
        refused_ = true;
    });
    client_.connection_closed.connect([this](bool was_clean_close) {
        printer_.signal(was_clean_close ? "connection_closed(true)" : "connection_closed(false)");
        closed_ = true;
        clean_ = was_clean_close;
    });
    client_.server_close_request.connect([this](int code, std::string_view reason) {
        printer_.signal("server_close_request(" + std::to_string(code) + ", " + quoted(reason) +
                        ")");
    });
    client_.data_received.connect([this] { printer_.signal("data_received()"); });
}

bool Demo::expect(bool condition, const std::string& what) {
    if (condition) {
        printer_.good(what);
    } else {
        printer_.bad("failed: " + what);
    }
    return condition;
}

// Client and server share this thread and wait for events together, using `wait_set`.
bool Demo::until(const std::string& what, const std::function<bool()>& condition) {
    const std::uint64_t deadline_us = clock_.now_us() + step_timeout_us;
    while (!condition()) {
        if (clock_.now_us() >= deadline_us) return expect(false, what);
        server_.step();
        client_.poll();
        show_progress();
        std::vector<WaitItem> items(address_count_max);
        items.resize(client_.wait_set(items));
        server_.wait_set(items);
        const std::uint64_t now_us = clock_.now_us();
        const std::uint64_t wake_us = std::max(now_us, client_.next_deadline());
        if (!condition()) network_.wait(items, std::min<std::uint64_t>(wake_us - now_us, 50'000));
    }
    return true;
}

void Demo::show_progress() {
    const std::size_t percent = client_.stats().message_size_so_far * 100 / (1 << 20);
    if (percent / 25 > progress_percent_ / 25) {
        printer_.good("progress: " + std::to_string(percent) + " % of 1 MiB received");
    }
    progress_percent_ = percent;
}

// The server's certificate is self-signed: a client must have it to trust the server.
bool Demo::pin() {
    if (tls_ == nullptr) return true;
    printer_.call("set_trusted_ssl_certificate(the server's own)");
    const bool loaded = certificate_.load_from_memory(bytes_of(tls_->certificate())) == Error::ok;
    return expect(loaded && client_.set_trusted_ssl_certificate(&certificate_) == Error::ok,
                  "only this certificate is trusted");
}

bool Demo::connect() {
    printer_.chapter("Connecting over " + scheme_ + "://");
    if (!pin()) return false;
    url_ = scheme_ + "://127.0.0.1:" + std::to_string(server_.port());
    printer_.call("connect_to_url(" + quoted(url_ + "/echo") + ", {\"chat\"})");
    if (!expect(client_.connect_to_url(url_ + "/echo", {"chat"}) == Error::ok,
                "the attempt has begun")) {
        return false;
    }
    if (!until("the connection opens", [this] { return established_; })) return false;
    return expect(client_.get_connected_port() == server_.port(),
                  "connected to " + std::string(client_.get_connected_host()) + ", port " +
                      std::to_string(client_.get_connected_port()));
}

bool Demo::echo_text() {
    printer_.chapter("A text message");
    WebSocketPeer& peer = *client_.get_peer(1);
    const std::string message = "Grüße, 世界";
    peer.set_write_mode(WebSocketPeer::WRITE_MODE_TEXT);
    printer_.call("put_packet(" + quoted(message) + ")");
    if (peer.put_packet(message) != Error::ok) return expect(false, "the message is accepted");
    if (!until("it comes back", [&] { return peer.get_available_packet_count() > 0; }))
        return false;
    const std::string_view echo = text_of(peer.get_packet());
    return expect(echo == message && peer.was_string_packet(),
                  "came back as text: " + quoted(echo));
}

bool Demo::echo_binary() {
    printer_.chapter("A binary message");
    WebSocketPeer& peer = *client_.get_peer(1);
    std::vector<std::uint8_t> message(256);
    for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<std::uint8_t>(i);
    peer.set_write_mode(WebSocketPeer::WRITE_MODE_BINARY);
    printer_.call("put_packet(256 bytes: 00 01 02 ... ff)");
    if (peer.put_packet(message) != Error::ok) return expect(false, "the message is accepted");
    if (!until("it comes back", [&] { return peer.get_available_packet_count() > 0; }))
        return false;
    const Bytes echo = peer.get_packet();
    const bool equal = std::equal(echo.begin(), echo.end(), message.begin(), message.end());
    return expect(equal && !peer.was_string_packet(), "came back as binary with the same bytes");
}

bool Demo::echo_one_mebibyte() {
    printer_.chapter("A message of 1 MiB");
    WebSocketPeer& peer = *client_.get_peer(1);
    std::vector<std::uint8_t> message(1 << 20);
    for (std::size_t i = 0; i < message.size(); ++i) {
        message[i] = static_cast<std::uint8_t>(i * 2654435761u >> 24);
    }
    printer_.call("put_packet(1048576 bytes)");
    if (peer.put_packet(message) != Error::ok) return expect(false, "the message is accepted");
    if (!until("it comes back", [&] { return peer.get_available_packet_count() > 0; }))
        return false;
    const Bytes echo = peer.get_packet();
    return expect(std::equal(echo.begin(), echo.end(), message.begin(), message.end()),
                  "came back as a view into the receive buffer");
}

bool Demo::ping() {
    printer_.chapter("Ping and pong");
    printer_.call("ping()");
    if (client_.ping() != Error::ok) return expect(false, "the ping is accepted");
    if (!until("the pong arrives", [this] { return client_.stats().pongs_received > 0; }))
        return false;
    return expect(true,
                  "pong: round trip " + std::to_string(client_.stats().round_trip_us) + " us");
}

bool Demo::close() {
    printer_.chapter("A clean close");
    printer_.call("disconnect_from_host(1000, \"bye\")");
    if (client_.disconnect_from_host(1000, "bye") != Error::ok) {
        return expect(false, "closing has begun");
    }
    if (!until("the connection closes", [this] { return closed_; })) return false;
    return expect(clean_, std::string(client_.failure().explain()));
}

bool Demo::fail() {
    printer_.chapter("A failure");
    printer_.call("connect_to_url(" + quoted(url_ + "/refuse") + ")");
    if (client_.connect_to_url(url_ + "/refuse") != Error::ok) {
        return expect(false, "the attempt has begun");
    }
    if (!until("the attempt ends", [this] { return refused_; })) return false;
    const Failure& failure = client_.failure();
    return expect(failure.cause == Cause::upgrade_refused && failure.http_status == 404,
                  "failure().explain(): " + std::string(failure.explain()));
}

bool Demo::fail_to_trust() {
    if (tls_ == nullptr) return true;
    printer_.chapter("Without the pinned certificate");
    refused_ = false;
    printer_.call("set_trusted_ssl_certificate(nullptr)");
    const bool begun = client_.set_trusted_ssl_certificate(nullptr) == Error::ok &&
                       client_.connect_to_url(url_ + "/echo") == Error::ok;
    if (!begun) return expect(false, "the attempt has begun");
    if (!until("the attempt ends", [this] { return refused_; })) return false;
    const Failure& failure = client_.failure();
    return expect(failure.phase == Phase::tls,
                  "failure().explain(): " + std::string(failure.explain()));
}

bool Demo::run() {
    listen_to_signals();
    const bool listens = server_.listen(0);
    const std::string port = std::to_string(server_.port());
    return expect(listens, "an echo server listens on 127.0.0.1, port " + port) && connect() &&
           echo_text() && echo_binary() && echo_one_mebibyte() && ping() && close() && fail() &&
           fail_to_trust();
}

}  // namespace
}  // namespace linnet::cli

int main() {
    using namespace linnet::cli;
    if (!open_standard_streams()) return EXIT_FAILURE;
    const std::unique_ptr<TlsServer> tls = make_tls_server();
    bool succeeded = Demo(nullptr).run();
    // Skipped in a build without TLS.
    if (succeeded && tls != nullptr) succeeded = Demo(tls.get()).run();
    succeeded = succeeded && RoomDemo().run();
    std::printf(succeeded ? "\nEvery step succeeded.\n" : "\nA step failed.\n");
    return succeeded && flush_standard_output() ? EXIT_SUCCESS : EXIT_FAILURE;
}
