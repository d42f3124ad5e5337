// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A hundred thousand connections on real sockets, one after the other, with every kind of end:
// nothing is leaked.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <ostream>
#include <string>

#include "cli/echo_server.hpp"
#include "linnet/linnet.hpp"
#include "linnet/system_resolver.hpp"
#include "live/foreign_server.hpp"
#include "live/loopback.hpp"
#include "testkit/sanitizer.hpp"
#include "testkit/tally_memory.hpp"

namespace linnet::test {
namespace {

constexpr std::size_t connection_count = is_sanitized ? 10'000 : 100'000;
constexpr bool frees_at_once = !is_sanitized;
constexpr std::size_t warm_up_counts[] = {100, connection_count / 20};
// A local port is in use for a minute more if we close first: the ports of each server are counted
// separately.
constexpr std::size_t server_count = 4;
constexpr auto patience = std::chrono::seconds(10);

// ---- what must not be left -------------------------------------------------------------------

std::size_t entry_count(const char* folder) {
    const std::filesystem::directory_iterator entries(folder);
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

struct Footprint {
    std::size_t descriptors = entry_count("/proc/self/fd");
    std::size_t threads = entry_count("/proc/self/task");

    friend bool operator==(const Footprint&, const Footprint&) = default;
};

void PrintTo(const Footprint& print, std::ostream* out) {
    *out << print.descriptors << " descriptors, " << print.threads << " threads";
}

std::size_t resident_size() {
    std::size_t all = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// ---- how a connection can end ----------------------------------------------------------------

// Resets each connection: before, during or after the upgrade request.
void reset_all(int listener) {
    for (;;) {
        const int fd = ::accept(listener, nullptr, nullptr);
        char byte = 0;
        static_cast<void>(::recv(fd, &byte, 1, MSG_PEEK));
        reset(fd);
    }
}

class Churn {
 public:
    Churn() : echo(servers_of<cli::EchoServer>(server_count)), resetting(reset_all) {}
    bool is_ready() const { return echo.is_ready() && resetting.is_ready(); }
    std::string echo_url(std::string_view path = "/") {
        return echo.url(++last % server_count, path);
    }
    Options options() {
        Options options;
        options.memory = &memory;
        options.resolver = &resolver;
        return options;
    }

    TallyMemory memory;
    ServerProcess echo;
    ServerProcess resetting;
    ReservedPort refusing;
    SystemResolver resolver;

 private:
    std::size_t last = 0;
};

template <class Done>
bool waits_until(WebSocketClient& client, Done done) {
    if (done()) return true;
    const auto end = std::chrono::steady_clock::now() + patience;
    do {
        client.wait(100);
        if (done()) return true;
    } while (std::chrono::steady_clock::now() < end);
    return false;
}

// The cause of its end; none if it does not end.
Cause end_of(WebSocketClient& client) {
    waits_until(client, [&] { return client.failure().cause != Cause::none; });
    return client.failure().cause;
}

bool opens(WebSocketClient& client, const std::string& url) {
    return client.connect_to_url(url) == Error::ok &&
           waits_until(client, [&] { return client.get_peer(1)->is_connected_to_host(); });
}

bool is_refused(Churn& churn) {
    WebSocketClient client(churn.options());
    const std::string url = "ws://127.0.0.1:" + std::to_string(churn.refusing.number());
    return client.connect_to_url(url) == Error::ok && end_of(client) == Cause::connect_failed;
}
bool is_reset(Churn& churn) {
    WebSocketClient client(churn.options());
    if (client.connect_to_url(churn.resetting.url()) != Error::ok) return false;
    const Cause cause = end_of(client);
    return cause == Cause::connection_lost || cause == Cause::response_incomplete;
}
bool is_answered_404(Churn& churn) {
    WebSocketClient client(churn.options());
    return client.connect_to_url(churn.echo_url("/refuse")) == Error::ok &&
           end_of(client) == Cause::upgrade_refused && client.failure().http_status == 404;
}
bool is_closed_cleanly(Churn& churn) {
    WebSocketClient client(churn.options());
    return opens(client, churn.echo_url()) && client.disconnect_from_host() == Error::ok &&
           end_of(client) == Cause::closed_by_client;
}
bool is_dropped_by_the_destructor(Churn& churn) {
    WebSocketClient client(churn.options());
    return opens(client, churn.echo_url()) && client.get_peer(1)->put_packet("hello") == Error::ok;
}
bool is_abandoned_while_connecting(Churn& churn) {
    WebSocketClient client(churn.options());
    return client.connect_to_url(churn.echo_url()) == Error::ok;
}
bool is_abandoned_while_resolving(Churn& churn) {
    WebSocketClient client(churn.options());
    return client.connect_to_url("ws://localhost:1/") == Error::ok;
}

struct Way {
    const char* name;
    bool (*goes)(Churn& churn);
};

constexpr Way ways[] = {
    {"refused", is_refused},
    {"reset", is_reset},
    {"answered 404", is_answered_404},
    {"closed cleanly", is_closed_cleanly},
    {"dropped by the destructor", is_dropped_by_the_destructor},
    {"abandoned while connecting", is_abandoned_while_connecting},
    {"abandoned while resolving", is_abandoned_while_resolving},
};

// The first failure.
std::string connect_and_disconnect(Churn& churn, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const Way& way = ways[i % std::size(ways)];
        if (!way.goes(churn)) return std::string(way.name) + " in " + std::to_string(i);
    }
    churn.resolver.join();
    return "";
}

// Case 39: 100 000 connections
TEST(Churn, leaves_nothing) {
    Churn churn;
    ASSERT_TRUE(churn.is_ready());
    const Footprint before;
    for (const std::size_t count : warm_up_counts) {
        ASSERT_EQ(connect_and_disconnect(churn, count), "");
        ASSERT_EQ(Footprint(), before);
    }
    const std::size_t resident = resident_size();
    const std::size_t taken = churn.memory.allocation_count;
    ASSERT_EQ(connect_and_disconnect(churn, connection_count), "");
    EXPECT_EQ(Footprint(), before);
    EXPECT_GE(churn.memory.allocation_count - taken, connection_count);
    EXPECT_EQ(churn.memory.used, 0u);
    constexpr std::size_t noise = 512 * 1024;  // less than six bytes per connection
    if (frees_at_once) {
        EXPECT_LE(resident_size(), resident + noise);
    } else {
        std::cout << "the resident size is not checked: the sanitizer keeps freed memory\n";
    }
}

}  // namespace
}  // namespace linnet::test
