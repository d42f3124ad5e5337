// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Links that die silently, on a real clock: a stopped process, a network that discards, and one of
// two addresses that does not respond.
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "cli/echo_server.hpp"
#include "linnet/linnet.hpp"
#include "live/foreign_server.hpp"
#include "live/loopback.hpp"

namespace linnet::test {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto patience = std::chrono::seconds(10);
constexpr std::uint32_t ping_ms = 100;
constexpr std::uint32_t pong_ms = 200;
// For busy machines: the guarantee is about the order of events, not about speed.
constexpr milliseconds margin(5000);

// Other actions of the program must not matter.
enum class Habit : std::uint8_t { listens, sends };

// ---- a conversation that falls silent --------------------------------------------------------

// Performs the work of the other side for the next step of the conversation.
using Work = std::function<void()>;

template <class Done>
bool goes_on_until(WebSocketClient& client, const Work& work, Done done) {
    const auto end = Clock::now() + patience;
    while (!done()) {
        if (Clock::now() >= end) return false;
        work();
        client.wait(1);
    }
    return true;
}

// Opens, exchanges a message, cuts the link, and returns the faults of the end.
std::string falls_silent(const std::string& url, Habit habit, const Work& work, const Work& cut) {
    Options options;
    options.timeouts.ping_ms = ping_ms;
    options.timeouts.pong_ms = pong_ms;
    WebSocketClient client(options);
    WebSocketPeer& peer = *client.get_peer(1);
    if (client.connect_to_url(url) != Error::ok) return "there was no attempt";
    const auto is_open = [&] { return peer.is_connected_to_host(); };
    if (!goes_on_until(client, work, is_open)) return "it did not open";
    auto last_byte = Clock::now(), before = last_byte;  // not later than that
    if (peer.put_packet("hello") != Error::ok) return "nothing was sent";
    const auto is_printed = [&] { return peer.get_available_packet_count() == 1; };
    if (!goes_on_until(client, work, is_printed)) return "nothing came back";
    cut();

    std::uint64_t received = client.stats().bytes_received;
    const auto listen = [&] {
        if (received != client.stats().bytes_received) last_byte = before;
        received = client.stats().bytes_received;
        if (habit == Habit::sends) static_cast<void>(peer.put_packet("are you there?"));
        before = Clock::now();
    };
    const auto has_ended = [&] { return client.failure().cause != Cause::none; };
    if (!goes_on_until(client, listen, has_ended)) return "it did not end";
    const auto silence = std::chrono::duration_cast<milliseconds>(Clock::now() - last_byte);
    if (client.failure().cause != Cause::pong_timed_out) {
        return std::string(client.failure().explain());
    }
    const milliseconds least(ping_ms + pong_ms);
    const bool is_in_time = silence >= least && silence <= least + margin;
    return is_in_time ? "" : "it took " + std::to_string(silence.count()) + " ms";
}

// ---- a stopped process -------------------------------------------------------------

class DeadLink : public testing::TestWithParam<Habit> {};

std::string name_of_row(const testing::TestParamInfo<Habit>& row) {
    return row.param == Habit::sends ? "while_the_program_sends" : "while_the_program_listens";
}

INSTANTIATE_TEST_SUITE_P(Silent, DeadLink, testing::Values(Habit::listens, Habit::sends),
                         name_of_row);

// Its kernel continues to acknowledge data.
// Case 41: a stopped process
TEST_P(DeadLink, a_stopped_process_is_detected_within_ping_and_pong) {
    ForeignServer server(Program::python);
    const bool may_be_absent = std::getenv("CI") == nullptr;
    if (server.is_absent() && may_be_absent) {
        GTEST_SKIP() << "not installed: the Debian package " << package_of(Program::python);
    }
    ASSERT_TRUE(server.is_ready()) << server.printed();
    const std::string url = "ws://127.0.0.1:" + std::to_string(server.port());
    EXPECT_EQ(falls_silent(
                  url, GetParam(), [] {}, [&] { server.freeze(); }),
              "");
}

// ---- a network that discards -----------------------------------------------------------------

constexpr std::string_view not_permitted = "network name spaces are not permitted here: ";

// In the network namespace of this process.
bool set_loopback(bool up) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::memcpy(request.ifr_name, "lo", sizeof "lo");
    const int flags = up ? IFF_UP | IFF_RUNNING : 0;
    request.ifr_flags = static_cast<short>(flags);
    const bool is_set = ::ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    const int error = errno;
    ::close(fd);
    errno = error;
    return is_set;
}

std::string falls_silent_in_own_network(Habit habit) {
    const bool is_alone =
        ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 || ::unshare(CLONE_NEWNET) == 0;
    if (!is_alone || !set_loopback(true)) return std::string(not_permitted) + std::strerror(errno);
    cli::EchoServer server{Limits{}};
    if (!server.listen(0)) return "there is no server";
    bool is_cut_off = false;
    const std::string url = "ws://127.0.0.1:" + std::to_string(server.port());
    const std::string wrong = falls_silent(
        url, habit, [&] { server.step(); }, [&] { is_cut_off = set_loopback(false); });
    return is_cut_off || !wrong.empty() ? wrong : "the network could not be cut off";
}

// Nothing acknowledges the data sent.
// Case 41: a network that discards
TEST_P(DeadLink, a_network_that_discards_is_detected_within_ping_and_pong) {
    const std::string wrong = in_child([] { return falls_silent_in_own_network(GetParam()); });
    if (wrong.starts_with(not_permitted)) GTEST_SKIP() << wrong;
    EXPECT_EQ(wrong, "");
}

// ---- one of two addresses --------------------------------------------------------------------

// The addresses of localhost on most machines.
class Localhost final : public Resolver {
 public:
    Request start(std::string_view) override { return 1; }
    Result take(Request, std::span<SocketAddress> out) override {
        out[0] = loopback_address(true, 0);
        out[1] = loopback_address(false, 0);
        return {Outcome::done, 2, 0};
    }
    void cancel(Request) override {}
};

enum class Listener : std::uint8_t { refuses, is_deaf };

// The state of [::1] at the port on which a server listens on 127.0.0.1.
class DeadIpv6 {
 public:
    DeadIpv6(Listener kind, std::uint16_t port) {
        if (kind == Listener::is_deaf) {
            deaf_ = std::make_unique<DeafPort>(true, port);
        } else {
            refusing_ = bound_socket(loopback_address(true, port));
        }
    }
    DeadIpv6(const DeadIpv6&) = delete;
    DeadIpv6& operator=(const DeadIpv6&) = delete;
    ~DeadIpv6() {
        if (refusing_ >= 0) ::close(refusing_);
    }
    bool is_ready() const { return deaf_ ? deaf_->is_ready() : refusing_ >= 0; }

 private:
    std::unique_ptr<DeafPort> deaf_;
    int refusing_ = -1;
};

// A server and a dead twin at the same port; that port may be in use at [::1].
struct Twins {
    explicit Twins(Listener kind) {
        for (int i = 0; i < 5 && !(twin && twin->is_ready()); ++i) {
            server = std::make_unique<ServerProcess>(servers_of<cli::EchoServer>());
            twin = std::make_unique<DeadIpv6>(kind, server->port());
        }
    }
    std::unique_ptr<ServerProcess> server;
    std::unique_ptr<DeadIpv6> twin;
};

struct Happiness {
    Listener kind;
    std::uint32_t least_ms;  // RFC 8305 5: the second address is not tried earlier
    int os_error;            // of [::1]; 0: given up
};

void PrintTo(const Happiness& row, std::ostream* out) {
    *out << (row.kind == Listener::refuses ? "refuses" : "is deaf");
}

class TwoAddresses : public testing::TestWithParam<Happiness> {};

INSTANTIATE_TEST_SUITE_P(Ipv6, TwoAddresses,
                         testing::Values(Happiness{Listener::refuses, 0, ECONNREFUSED},
                                         Happiness{Listener::is_deaf, 250, 0}),
                         [](const auto& row) {
                             return row.param.kind == Listener::refuses ? "refuses" : "is_deaf";
                         });

// Milliseconds from the first attempt to the connection.
std::uint32_t connect_ms(const ServerProcess& server, const Happiness& row) {
    Localhost localhost;
    Options options;
    options.resolver = &localhost;
    WebSocketClient client(options);
    const std::string url = "ws://localhost:" + std::to_string(server.port());
    EXPECT_EQ(client.connect_to_url(url), Error::ok);
    const auto is_open = [&] { return client.get_peer(1)->is_connected_to_host(); };
    EXPECT_TRUE(goes_on_until(
        client, [] {}, is_open))
        << client.failure().explain();
    EXPECT_EQ(client.get_connected_host(), "127.0.0.1");
    EXPECT_EQ(client.disconnect_from_host(), Error::ok);
    const auto has_ended = [&] { return client.failure().cause != Cause::none; };
    EXPECT_TRUE(goes_on_until(
        client, [] {}, has_ended));
    const auto tried = client.failure().addresses_tried;
    EXPECT_EQ(tried.size(), 2u);
    if (tried.size() == 2) {
        EXPECT_EQ(tried[0].address, loopback_address(true, server.port()));
        EXPECT_EQ(tried[0].os_error, row.os_error);
        EXPECT_EQ(tried[1].address, loopback_address(false, server.port()));
        EXPECT_EQ(tried[1].os_error, 0);
    }
    return client.failure().phase_ms[static_cast<std::size_t>(Phase::connect)];
}

TEST_P(TwoAddresses, a_dead_first_address_costs_less_than_400_ms) {
    constexpr int try_count = 3;  // the fastest counts: the machine may be busy
    const int ipv6 = bound_socket(loopback_address(true, 0));
    if (ipv6 < 0) GTEST_SKIP() << "this machine has no [::1]: " << std::strerror(errno);
    ::close(ipv6);
    const Twins twins(GetParam().kind);
    ASSERT_TRUE(twins.server->is_ready());
    ASSERT_TRUE(twins.twin->is_ready());
    std::uint32_t fastest_ms = UINT32_MAX;
    for (int i = 0; i < try_count && fastest_ms > 400; ++i) {
        fastest_ms = std::min(fastest_ms, connect_ms(*twins.server, GetParam()));
        EXPECT_GE(fastest_ms, GetParam().least_ms);
    }
    EXPECT_LE(fastest_ms, 400u);
}

}  // namespace
}  // namespace linnet::test
