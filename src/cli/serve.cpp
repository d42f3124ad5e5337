// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/serve.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "cli/echo_server.hpp"
#include "cli/output.hpp"
#include "cli/relay_server.hpp"
#include "cli/rendering.hpp"
#include "linnet/system_clock.hpp"

namespace linnet::cli {
namespace {

constexpr std::uint64_t shutdown_us = 1'000'000;  // for clients to answer our close frames
constexpr std::uint64_t sleep_us_max = 3'600'000'000;

Limits limits() {
    Limits limits;
    limits.input_payload_max = limits.output_payload_max = message_size_max;
    return limits;
}

int fail_to_listen(std::uint16_t port, int os_error) {
    report(std::string("cannot listen on 127.0.0.1 port ")
               .append(std::to_string(port))
               .append(": ")
               .append(os_error_text(os_error)));
    return static_cast<int>(ExitStatus::usage);
}

int fail_without_tls() {
    report("TLS is not available: this build does not include it, or the system has no entropy");
    return static_cast<int>(ExitStatus::usage);
}

// The certificate is new in each run.
void print_pin(const std::string& certificate) {
    X509Certificate own;
    if (own.load_from_memory(bytes_of(certificate)) != Error::ok) return;
    std::string hex;
    append_hex(hex, own.facts(0).key_sha256);
    std::printf("clients must use --insecure --pin %s\n", hex.c_str());
}

void print_line(const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}

std::unique_ptr<EmbeddedServer> make_room(const TlsServer* tls) {
    auto room = std::make_unique<RelayServer>(limits(), tls);
    room->listeners = {
        .joined = [](PeerId peer) { print_line("peer " + std::to_string(peer) + " joined"); },
        .left = [](PeerId peer) { print_line("peer " + std::to_string(peer) + " left"); },
        .packet =
            [](PeerId peer, Bytes body) {
                std::string line = std::to_string(peer) + ": ";
                append_preview(line, body, Preview::whole);
                print_line(line);
            },
    };
    return room;
}

// Waits until a socket of the server or `signal_fd` (-1: none) is ready, or until `deadline_us`.
void sleep(const EmbeddedServer& server, int signal_fd, std::uint64_t deadline_us) {
    std::vector<WaitItem> items;
    server.wait_set(items);
    std::vector<pollfd> polled;
    polled.push_back({signal_fd, POLLIN, 0});
    for (const WaitItem& item : items) {
        const int events = (item.readable ? POLLIN : 0) | (item.writable ? POLLOUT : 0);
        polled.push_back({static_cast<int>(item.socket), static_cast<short>(events), 0});
    }
    const std::uint64_t next_us = std::min(deadline_us, server.next_deadline_us());
    const std::uint64_t now_us = SystemClock().now_us();
    const std::uint64_t sleep_us = std::min(std::max(next_us, now_us) - now_us, sleep_us_max);
    ::poll(polled.data(), polled.size(), static_cast<int>((sleep_us + 999) / 1000));
}

void shut_down(EmbeddedServer& server) {
    SystemClock clock;
    const std::uint64_t deadline_us = clock.now_us() + shutdown_us;
    server.shut_down();
    server.step();
    while (server.connection_count() > 0) {
        if (clock.now_us() >= deadline_us) return;
        sleep(server, -1, deadline_us);
        server.step();
    }
}

}  // namespace

int serve(const ServeOptions& what, const Interruption& interruption) {
    const std::unique_ptr<TlsServer> tls = what.tls ? make_tls_server() : nullptr;
    if (what.tls && tls == nullptr) return fail_without_tls();
    std::unique_ptr<EmbeddedServer> made;
    if (what.multiplayer) {
        made = make_room(tls.get());
    } else {
        made = std::make_unique<EchoServer>(limits(), tls.get());
    }
    EmbeddedServer& server = *made;
    if (!server.listen(what.port)) return fail_to_listen(what.port, errno);
    std::printf("listening on %s://127.0.0.1:%d/\n", what.tls ? "wss" : "ws", server.port());
    if (tls != nullptr) print_pin(tls->certificate());
    if (!flush_standard_output()) return static_cast<int>(ExitStatus::usage);
    while (interruption.signal() == 0) {
        server.step();
        if (what.once && server.ended_count() > 0 && server.connection_count() == 0) return 0;
        sleep(server, interruption.fd(), UINT64_MAX);
    }
    shut_down(server);
    return 0;
}

}  // namespace linnet::cli
