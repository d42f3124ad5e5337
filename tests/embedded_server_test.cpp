// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The common behaviour of both embedded servers that their own tests do not cover.
#include "cli/embedded_server.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <string>

#include "cli/echo_server.hpp"
#include "cli/relay_server.hpp"
#include "linnet/linnet.hpp"
#include "linnet/system_clock.hpp"
#include "linnet/system_network.hpp"

namespace linnet::cli {
namespace {

// Allows no descriptor above `highest` until destruction.
class DescriptorLimit {
 public:
    explicit DescriptorLimit(SocketHandle highest) {
        getrlimit(RLIMIT_NOFILE, &before_);
        rlimit limit = before_;
        limit.rlim_cur = static_cast<rlim_t>(highest) + 1;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    DescriptorLimit(const DescriptorLimit&) = delete;
    DescriptorLimit& operator=(const DescriptorLimit&) = delete;
    ~DescriptorLimit() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
    rlimit before_{};
};

TEST(EmbeddedServer, sleeps_while_it_has_no_descriptor_for_an_incoming_connection) {
    EchoServer server(Limits{}, nullptr);
    ASSERT_TRUE(server.listen(0));
    SystemNetwork network;
    const auto knock = [&] {
        SocketAddress address{{127, 0, 0, 1}};
        address.port = server.port();
        return network.connect(address).socket;
    };
    const auto wait_set_size = [&] {
        std::vector<WaitItem> items;
        server.wait_set(items);
        return items.size();
    };
    const SocketHandle first = knock();
    server.step();
    ASSERT_EQ(wait_set_size(), 2u) << "the listener and the first one";
    const SocketHandle second = knock();
    {
        const DescriptorLimit limit(second);
        server.step();
        EXPECT_EQ(wait_set_size(), 1u) << "a permanently ready listener would never sleep";
        network.close(first);
        server.step();
        EXPECT_EQ(wait_set_size(), 1u) << "the listener alone";
    }
    server.step();
    EXPECT_EQ(wait_set_size(), 2u) << "the second one was only delayed";
    network.close(second);
}

// ---- floods ----------------------------------------------------------------------------------

constexpr std::uint64_t stall_us = 30'000'000;
constexpr std::size_t flood_count = 5000;

// Pings would wake a stalled server.
Options without_pings() {
    Options options;
    options.timeouts.ping_ms = 0;
    options.limits.output_message_count_max = flood_count + 10;
    options.limits.output_payload_max = 64 << 20;
    return options;
}

std::string message_of(std::size_t size, std::size_t number) {
    std::string message = std::to_string(number);
    message.resize(size, 'x');
    return message;
}

struct Guest {
    explicit Guest(const Options& options = without_pings()) : client(options) {
        client.set_verify_ssl_enabled(false);
    }
    bool connect(const EmbeddedServer& server, bool secure, bool joins) {
        const std::string url =
            (secure ? "wss://127.0.0.1:" : "ws://127.0.0.1:") + std::to_string(server.port()) + "/";
        return client.connect_to_url(url, {}, joins) == Error::ok;
    }
    PacketPeer& packets() {
        return client.get_unique_id() != 0 ? static_cast<PacketPeer&>(client) : *client.get_peer(1);
    }
    void take_all() {
        while (packets().get_available_packet_count() > 0) {
            received.emplace_back(text_of(packets().get_packet()));
        }
    }
    // Sends everything in `unsent` that fits.
    void put_all() {
        while (!unsent.empty() && packets().put_packet(unsent.front()) == Error::ok) {
            unsent.pop_front();
        }
    }

    WebSocketClient client;
    bool reads = true;
    std::deque<std::string> unsent;
    std::vector<std::string> received;
};

bool is_any_ready(const std::vector<WaitItem>& items) {
    std::vector<pollfd> polled;
    for (const WaitItem& item : items) {
        const int events = (item.readable ? POLLIN : 0) | (item.writable ? POLLOUT : 0);
        polled.push_back({static_cast<int>(item.socket), static_cast<short>(events), 0});
    }
    return ::poll(polled.data(), polled.size(), 0) > 0;
}

// Polls the clients that read; returns when they need the next poll, and adds the sockets they wait
// for.
std::uint64_t poll_all(const std::vector<Guest*>& guests, std::vector<WaitItem>& items) {
    std::uint64_t next_us = UINT64_MAX;
    for (Guest* const guest : guests) {
        if (!guest->reads) continue;
        guest->client.poll();
        guest->put_all();
        guest->take_all();
        guest->client.flush();
        std::array<WaitItem, address_count_max> own;
        const std::size_t count = guest->client.wait_set(own);
        items.insert(items.end(), own.begin(), own.begin() + count);
        next_us = std::min(next_us, guest->client.next_deadline());
    }
    return next_us;
}

// The server runs only if one of its descriptors is ready, as in its own program: if it forgets
// what to wait for, it stalls. False if nothing has been ready for `patience_us`.
bool run_until(EmbeddedServer& server, const std::vector<Guest*>& guests,
               const std::function<bool()>& holds, std::uint64_t patience_us = stall_us) {
    SystemClock clock;
    SystemNetwork network;
    for (;;) {
        std::vector<WaitItem> items;
        server.wait_set(items);
        if (is_any_ready(items) || clock.now_us() >= server.next_deadline_us()) {
            server.step();
            items.clear();
            server.wait_set(items);
        }
        const std::uint64_t guests_us = poll_all(guests, items);
        if (holds()) return true;
        const std::uint64_t begin_us = clock.now_us();
        const std::uint64_t next_us =
            std::max(begin_us, std::min(guests_us, server.next_deadline_us()));
        network.wait(items, std::min(begin_us + patience_us, next_us) - begin_us);
        if (clock.now_us() - begin_us >= patience_us) return false;
    }
}

bool opens(EmbeddedServer& server, const std::vector<Guest*>& guests, bool secure, bool joins) {
    for (Guest* const guest : guests) {
        if (!guest->connect(server, secure, joins)) return false;
    }
    return run_until(server, guests, [&] {
        return std::all_of(guests.begin(), guests.end(), [&](Guest* guest) {
            return joins ? guest->client.peers().size() == guests.size()
                         : guest->client.get_peer(1)->is_connected_to_host();
        });
    });
}

std::deque<std::string> flood_of(std::size_t size) {
    std::deque<std::string> flood;
    for (std::size_t i = 0; i < flood_count; ++i) flood.push_back(message_of(size, i));
    return flood;
}

void expect_flood(const std::vector<std::string>& received, std::size_t size) {
    ASSERT_EQ(received.size(), flood_count);
    for (std::size_t i = 0; i < received.size(); ++i) ASSERT_EQ(received[i], message_of(size, i));
}

constexpr std::size_t flood_sizes[] = {0, 1, 16, 125, 126, 1000};

void flood_echo(const TlsServer* tls) {
    for (const std::size_t size : flood_sizes) {
        SCOPED_TRACE(size);
        EchoServer server(Limits{}, tls);
        ASSERT_TRUE(server.listen(0));
        Guest guest;
        ASSERT_TRUE(opens(server, {&guest}, tls != nullptr, false));
        guest.unsent = flood_of(size);
        EXPECT_TRUE(
            run_until(server, {&guest}, [&] { return guest.received.size() == flood_count; }))
            << "stalled after " << guest.received.size() << " echoes";
        expect_flood(guest.received, size);
    }
}

void flood_room(const TlsServer* tls) {
    for (const std::size_t size : flood_sizes) {
        SCOPED_TRACE(size);
        RelayServer server(Limits{}, tls);
        std::vector<std::string> at_server;
        server.listeners.packet = [&](PeerId, Bytes body) {
            at_server.emplace_back(text_of(body));
        };
        ASSERT_TRUE(server.listen(0));
        Guest sender;
        Guest reader;
        ASSERT_TRUE(opens(server, {&sender, &reader}, tls != nullptr, true));
        sender.client.set_target_peer(0);
        sender.unsent = flood_of(size);
        EXPECT_TRUE(run_until(server, {&sender, &reader},
                              [&] {
                                  return reader.received.size() == flood_count &&
                                         at_server.size() == flood_count;
                              }))
            << "stalled after " << at_server.size() << " at the server and "
            << reader.received.size() << " at the peer";
        expect_flood(at_server, size);
        expect_flood(reader.received, size);
    }
}

// Case 70: a flood of small messages into the echo server
TEST(EmbeddedServer, echoes_every_message_of_a_flood) {
    flood_echo(nullptr);
    if (const auto tls = make_tls_server()) flood_echo(tls.get());
}

// Case 70: a flood of small messages into the relay server
TEST(EmbeddedServer, relays_every_packet_of_a_flood) {
    flood_room(nullptr);
    if (const auto tls = make_tls_server()) flood_room(tls.get());
}

TEST(EmbeddedServer, echoes_messages_received_before_a_close_frame) {
    EchoServer server(Limits{}, nullptr);
    ASSERT_TRUE(server.listen(0));
    Guest guest;
    ASSERT_TRUE(opens(server, {&guest}, false, false));
    for (std::size_t i = 0; i < 100; ++i) {
        ASSERT_EQ(guest.packets().put_packet(message_of(10, i)), Error::ok);
    }
    ASSERT_EQ(guest.client.disconnect_from_host(), Error::ok);
    ASSERT_TRUE(run_until(server, {&guest}, [&] { return server.connection_count() == 0; }));
    ASSERT_TRUE(run_until(server, {&guest}, [&] {
        return guest.client.get_connection_status() == guest.client.CONNECTION_DISCONNECTED;
    }));
    // The client discards everything after its own close frame, but counts it.
    EXPECT_EQ(guest.client.stats().discarded_size, 100u * 10);
}

TEST(EmbeddedServer, answers_one_client_while_another_floods_it) {
    EchoServer server(Limits{}, nullptr);
    ASSERT_TRUE(server.listen(0));
    Guest flooding;
    Guest asking;
    ASSERT_TRUE(opens(server, {&flooding, &asking}, false, false));
    for (const std::string& each : flood_of(8)) {
        ASSERT_EQ(flooding.packets().put_packet(each), Error::ok);
    }
    flooding.client.flush();
    asking.unsent.push_back("question");
    ASSERT_TRUE(run_until(server, {&asking}, [&] { return !asking.received.empty(); }));
    flooding.client.poll();
    flooding.take_all();
    EXPECT_LT(flooding.received.size(), flood_count / 2) << "its turn was not bounded";
    ASSERT_TRUE(
        run_until(server, {&flooding}, [&] { return flooding.received.size() == flood_count; }));
}

constexpr std::size_t large_size = 64 * 1024;
constexpr std::size_t large_count = 700;
constexpr std::uint64_t quiet_us = 1'000'000;  // nothing moves any more

std::deque<std::string> large_messages() {
    return std::deque<std::string>(large_count, std::string(large_size, 'x'));
}

TEST(EmbeddedServer, does_not_read_a_client_that_does_not_read_its_echoes) {
    Options options = without_pings();
    options.limits.input_payload_max = large_size;
    EchoServer server(Limits{}, nullptr);
    ASSERT_TRUE(server.listen(0));
    Guest guest(options);
    ASSERT_TRUE(opens(server, {&guest}, false, false));
    for (const std::string& each : large_messages()) {
        ASSERT_EQ(guest.packets().put_packet(each), Error::ok);
    }
    // It sends as long as the OS accepts anything, and takes no message from its own queue.
    const auto send = [&] {
        guest.client.poll();
        return false;
    };
    guest.reads = false;
    EXPECT_FALSE(run_until(server, {&guest}, send, quiet_us)) << "never paused";
    EXPECT_GT(guest.client.stats().output_queued_size, 10u << 20) << "the server continued to read";
    guest.reads = true;
    ASSERT_TRUE(run_until(server, {&guest}, [&] { return guest.received.size() == large_count; }));
}

TEST(EmbeddedServer, pauses_a_sender_while_a_peer_of_the_room_does_not_read) {
    RelayServer server(Limits{});
    server.set_patience_us(600'000'000);
    ASSERT_TRUE(server.listen(0));
    Guest sender;
    Guest slow;
    ASSERT_TRUE(opens(server, {&sender, &slow}, false, true));
    sender.client.set_target_peer(slow.client.get_unique_id());
    sender.unsent = large_messages();
    slow.reads = false;
    EXPECT_FALSE(run_until(
        server, {&sender, &slow}, [] { return false; }, quiet_us));
    EXPECT_GT(sender.client.stats().output_queued_size, 10u << 20)
        << "the server continued to read";
    EXPECT_EQ(server.connection_count(), 2u) << "a slow client is not disconnected";
    slow.reads = true;
    ASSERT_TRUE(
        run_until(server, {&sender, &slow}, [&] { return slow.received.size() == large_count; }));
}

TEST(EmbeddedServer, drops_a_peer_that_blocks_the_room_for_too_long) {
    RelayServer server(Limits{});
    server.set_patience_us(1000);
    ASSERT_TRUE(server.listen(0));
    Guest sender;
    Guest reader;
    Guest dead;
    ASSERT_TRUE(opens(server, {&sender, &reader, &dead}, false, true));
    sender.client.set_target_peer(0);
    sender.unsent = large_messages();
    dead.reads = false;
    const std::vector<Guest*> all{&sender, &reader, &dead};
    ASSERT_TRUE(run_until(server, all, [&] { return server.connection_count() == 2; }));
    ASSERT_TRUE(run_until(server, all, [&] { return reader.received.size() == large_count; }));
    EXPECT_EQ(reader.client.peers().size(), 2u) << "the server and the sender";
}

TEST(EmbeddedServer, refuses_a_request_without_an_end) {
    EchoServer server(Limits{}, nullptr);
    ASSERT_TRUE(server.listen(0));
    SystemNetwork network;
    SocketAddress address{{127, 0, 0, 1}};
    address.port = server.port();
    const SocketHandle socket = network.connect(address).socket;
    ASSERT_TRUE(run_until(server, {}, [&] { return server.connection_count() == 1; }));
    const std::string request(20'000, 'x');
    const Bytes piece = bytes_of(request);
    ASSERT_EQ(network.send(socket, {&piece, 1}).size, request.size());
    ASSERT_TRUE(run_until(server, {}, [&] { return server.connection_count() == 0; }));
    network.close(socket);
}

}  // namespace
}  // namespace linnet::cli
