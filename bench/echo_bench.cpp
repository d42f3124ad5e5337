// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Messages to a server on loopback and back, with a fixed number in flight: as soon as some come
// back, the same number is sent. Only the client differs. Raw TCP, the yardstick, sends prebuilt
// frames and counts the bytes that come back.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "bench.hpp"
#include "echo_server.hpp"
#include "frames.hpp"
#include "linnet/linnet.hpp"
#include "sockets.hpp"

namespace linnet::bench {
namespace {

struct Case {
    const char* name;
    std::size_t size;
    std::size_t in_flight;
    std::size_t turn;  // messages per iteration
};
constexpr std::size_t in_flight_max = 64;
constexpr Case cases[] = {
    {"32 B alone", 32, 1, 64},
    {"32 B, 64 in flight", 32, in_flight_max, 8192},
    {"64 KiB alone", 64 * 1024, 1, 16},
    {"64 KiB, 64 in flight", 64 * 1024, in_flight_max, 256},
};
constexpr std::size_t in_flight_size_max = 8 << 20;

// ---- linnet ----------------------------------------------------------------------------------

class LinnetClient final : public EchoClient {
 public:
    LinnetClient(std::uint16_t port, std::size_t)
        : client_(options()), peer_(*client_.get_peer(1)) {
        const std::string url = "ws://127.0.0.1:" + std::to_string(port) + "/";
        if (client_.connect_to_url(url) != Error::ok) return;
        while (client_.get_connection_status() == client_.CONNECTION_CONNECTING) client_.wait(1000);
    }
    void put(const std::string& message) override {
        if (peer_.put_packet(message) != Error::ok) lost_ = true;
    }
    void flush() override { client_.flush(); }
    std::size_t receive() override {
        const auto open = [this] {
            return client_.get_connection_status() == client_.CONNECTION_CONNECTED && !lost_;
        };
        while (open() && peer_.get_available_packet_count() == 0) client_.wait(1000);
        std::size_t count = 0;
        for (; peer_.get_available_packet_count() > 0; ++count) {
            benchmark::DoNotOptimize(peer_.get_packet().data());
        }
        return count;
    }

 private:
    static Options options() {
        Options options;
        options.coalesce = true;
        options.limits.input_payload_max = in_flight_size_max;
        options.limits.output_payload_max = in_flight_size_max;
        return options;
    }

    WebSocketClient client_;
    WebSocketPeer& peer_;
    bool lost_ = false;
};

// ---- raw TCP ---------------------------------------------------------------------------------

class RawClient final : public EchoClient {
 public:
    RawClient(std::uint16_t port, std::size_t message_size)
        : frames_(stream_of(Opcode::binary, std::string(message_size, 'x'), in_flight_max, true)),
          echo_size_(frame_header_size({.payload_size = message_size}) + message_size),
          in_(256 * 1024),
          fd_(connect_to(port)),
          open_(upgrade(fd_)) {}
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    ~RawClient() override { ::close(fd_); }

    void put(const std::string&) override { unsent_ += frames_.size() / in_flight_max; }
    // The frames form a ring.
    void flush() override {
        while (unsent_ > 0) {
            const std::size_t piece = std::min(unsent_, frames_.size() - at_);
            const ssize_t size =
                ::send(fd_, frames_.data() + at_, piece, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (size <= 0) return;
            at_ = (at_ + static_cast<std::size_t>(size)) % frames_.size();
            unsent_ -= static_cast<std::size_t>(size);
        }
    }
    std::size_t receive() override {
        while (open_ && received_ < echo_size_) {
            if (!wait_for(fd_, unsent_ > 0)) return 0;
            flush();
            const ssize_t size = ::recv(fd_, in_.data(), in_.size(), MSG_DONTWAIT);
            if (size == 0) open_ = false;
            if (size > 0) received_ += static_cast<std::size_t>(size);
        }
        const std::size_t count = received_ / echo_size_;
        received_ %= echo_size_;
        return count;
    }

 private:
    std::string frames_;
    std::size_t echo_size_;
    std::vector<char> in_;
    int fd_;
    bool open_;
    std::size_t at_ = 0;
    std::size_t unsent_ = 0;
    std::size_t received_ = 0;
};

const Entered entered([] {
    enter_echo("linnet", make<EchoClient, LinnetClient>);
    enter_echo("raw TCP", make<EchoClient, RawClient>);
});

// ---- the loop --------------------------------------------------------------------------------

// False if the connection is lost, or more comes back than was sent.
bool exchange(EchoClient& client, const Case& of, const std::string& message) {
    std::size_t put = 0;
    std::size_t received = 0;
    while (received < of.turn) {
        for (; put < of.turn && put - received < of.in_flight; ++put) client.put(message);
        client.flush();
        const std::size_t count = client.receive();
        received += count;
        if (count == 0 || received > put) return false;
    }
    return true;
}

void run(benchmark::State& state, const Case& of, MakeEchoClient make) {
    const std::uint16_t port = echo_server_port();
    const auto client = make(port, of.size);
    const std::string message(of.size, 'x');
    bool whole = exchange(*client, of, message);  // warm-up
    measure(state, {of.turn, of.turn * of.size},
            [&] { whole = whole && exchange(*client, of, message); });
    if (!whole) state.SkipWithError("the connection was lost");
}

}  // namespace

void enter_echo(const char* contender, MakeEchoClient make) {
    for (const Case& of : cases) {
        add("echo", contender, of.name, [=](benchmark::State& state) {
            run(state, of, make);
        })->UseRealTime();
    }
}

}  // namespace linnet::bench
