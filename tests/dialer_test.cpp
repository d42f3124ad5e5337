// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Connects to one of several addresses, RFC 8305 4 and 5, on a network and a clock that only the
// test moves.
#include "net/dialer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "testkit/world.hpp"

namespace linnet {
namespace {

using Connecting = Network::Connecting;
using test::ServerScript;
using test::World;

constexpr std::uint16_t port = 8080;

SocketAddress v4(std::uint8_t number) {
    return {.bytes = {10, 0, 0, number}};
}
SocketAddress v6(std::uint8_t number) {
    SocketAddress address{.bytes = {0x20, 0x01}, .ipv6 = true, .scope_id = 3};
    address.bytes[15] = number;
    return address;
}
// "4.1 6.2": family and number of each.
std::string described(const SocketAddress& address) {
    return (address.ipv6 ? "6." : "4.") + std::to_string(address.bytes[address.ipv6 ? 15 : 3]);
}

ServerScript pending() {
    return {.steps = {}, .connect_pending = true};
}
ServerScript refusing(int error = ECONNREFUSED) {
    return {.steps = {}, .connect_error = error};
}
ServerScript answering() {
    return {.steps = {}};
}

struct Bench {
    explicit Bench(std::vector<ServerScript> scripts) { world.network.scripts = scripts; }

    void start(const std::vector<SocketAddress>& addresses) {
        dialer.start(addresses, port, world.clock.now);
    }
    Connecting step() { return dialer.step(world.clock.now); }
    void pass_us(std::uint64_t us) { world.clock.now += us; }
    // The addresses tried so far.
    std::string begun() const {
        std::string story;
        for (const auto& connection : world.network.connections) {
            EXPECT_EQ(connection->address.port, port);
            story += (story.empty() ? "" : " ") + described(connection->address);
        }
        return story;
    }

    World world;
    Dialer dialer{world.network};
};

// ---- order -----------------------------------------------------------------------------------

// Case 47: addresses of both families
TEST(Dialer, alternates_the_families_starting_with_the_first) {
    struct Row {
        std::vector<SocketAddress> addresses;
        std::string order;
    };
    const Row rows[] = {
        {{v4(1)}, "4.1"},
        {{v4(1), v4(2), v4(3)}, "4.1 4.2 4.3"},
        {{v6(1), v6(2), v4(3), v4(4)}, "6.1 4.3 6.2 4.4"},
        {{v4(1), v4(2), v6(3), v6(4)}, "4.1 6.3 4.2 6.4"},
        {{v6(1), v6(2), v6(3), v4(4)}, "6.1 4.4 6.2 6.3"},
        {{v6(1), v4(2), v4(3), v4(4), v6(5)}, "6.1 4.2 6.5 4.3 4.4"},
        {{v4(1), v6(2), v4(3), v6(4)}, "4.1 6.2 4.3 6.4"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.order);
        Bench bench({refusing()});
        bench.start(row.addresses);
        while (bench.step() == Connecting::pending) {
        }
        EXPECT_EQ(bench.begun(), row.order);
    }
}

TEST(Dialer, passes_the_whole_address_on_with_the_port) {
    Bench bench({answering()});
    SocketAddress address = v6(9);
    address.port = 1;
    bench.start({address});
    EXPECT_EQ(bench.step(), Connecting::connected);
    address.port = port;
    EXPECT_EQ(bench.world.connection().address, address);
    EXPECT_EQ(bench.dialer.connected_address(), address);
    bench.world.network.close(bench.dialer.take_socket());
}

TEST(Dialer, tries_an_address_that_occurs_several_times_once) {
    SocketAddress elsewhere = v6(1);
    elsewhere.scope_id = 4;
    SocketAddress with_port = v4(1);
    with_port.port = 99;
    SocketAddress with_rest = v4(1);
    with_rest.bytes[4] = 1;  // past an IPv4 address
    SocketAddress like_v6 = v6(1);
    like_v6.ipv6 = false;
    like_v6.scope_id = 0;
    struct Row {
        std::vector<SocketAddress> addresses;
        std::string order;
    };
    const Row rows[] = {
        {{v4(1), v4(1)}, "4.1"},
        {{v4(1), v4(2), v4(1), v4(2)}, "4.1 4.2"},
        {{v4(2), v6(1), v4(2), v6(1), v4(3)}, "4.2 6.1 4.3"},
        {{v6(1), v6(1), v6(1), v4(1)}, "6.1 4.1"},
        {{v4(1), with_port, with_rest}, "4.1"},
        {{v6(1), elsewhere}, "6.1 6.1"},
        {{like_v6, v6(1)}, "4.0 6.1"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.order);
        Bench bench({refusing()});
        bench.start(row.addresses);
        while (bench.step() == Connecting::pending) {
        }
        EXPECT_EQ(bench.begun(), row.order);
    }
}

TEST(Dialer, has_space_for_sixteen_addresses_besides_their_duplicates) {
    Bench bench({refusing()});
    std::vector<SocketAddress> addresses(20, v4(1));
    for (std::uint8_t i = 1; i <= 17; ++i) addresses.push_back(v4(i));
    bench.start(addresses);
    while (bench.step() == Connecting::pending) {
    }
    ASSERT_EQ(bench.dialer.tried().size(), address_count_max);
    EXPECT_EQ(bench.dialer.tried().back().address.bytes[3], 16);
}

// Case 47: no address
TEST(Dialer, fails_without_an_address) {
    Bench bench({answering()});
    bench.start({});
    EXPECT_EQ(bench.step(), Connecting::failed);
    EXPECT_TRUE(bench.dialer.tried().empty());
    EXPECT_EQ(bench.dialer.os_error(), 0);
    EXPECT_EQ(bench.begun(), "");
}

// Case 47: too many addresses
TEST(Dialer, tries_at_most_sixteen) {
    Bench bench({refusing()});
    std::vector<SocketAddress> addresses;
    for (std::uint8_t i = 1; i <= 40; ++i) addresses.push_back(v4(i));
    bench.start(addresses);
    for (int i = 0; i < 40; ++i) bench.step();
    EXPECT_EQ(bench.step(), Connecting::failed);
    EXPECT_EQ(bench.begun(),
              "4.1 4.2 4.3 4.4 4.5 4.6 4.7 4.8 4.9 4.10 4.11 4.12 4.13 4.14 4.15 4.16");
    EXPECT_EQ(bench.dialer.tried().size(), address_count_max);
}

// ---- time ------------------------------------------------------------------------------------

TEST(Dialer, tries_the_next_address_after_250_ms) {
    Bench bench({pending()});
    bench.start({v4(1), v4(2), v4(3)});
    EXPECT_EQ(bench.begun(), "4.1");
    for (const std::string_view begun : {"4.1 4.2", "4.1 4.2 4.3"}) {
        EXPECT_EQ(bench.dialer.next_deadline(), bench.world.clock.now + 250'000);
        EXPECT_EQ(bench.step(), Connecting::pending);
        bench.pass_us(249'999);
        EXPECT_EQ(bench.step(), Connecting::pending);
        EXPECT_LT(bench.begun().size(), begun.size());
        bench.pass_us(1);
        EXPECT_EQ(bench.step(), Connecting::pending);
        EXPECT_EQ(bench.begun(), begun);
    }
    EXPECT_EQ(bench.dialer.next_deadline(), UINT64_MAX) << "it only waits for the OS";
    bench.pass_us(100'000'000);
    EXPECT_EQ(bench.step(), Connecting::pending);
    EXPECT_EQ(bench.world.network.open_count(), 3u);
}

// A late poll starts one more address, not all of them at once.
TEST(Dialer, starts_one_address_at_a_time_even_if_polled_late) {
    Bench bench({pending()});
    bench.start({v4(1), v4(2), v4(3)});
    bench.pass_us(10'000'000);
    EXPECT_EQ(bench.step(), Connecting::pending);
    EXPECT_EQ(bench.begun(), "4.1 4.2");
}

TEST(Dialer, tries_the_next_address_at_once_when_one_has_failed) {
    Bench bench({refusing(), pending()});
    bench.start({v4(1), v4(2), v4(3)});
    EXPECT_EQ(bench.step(), Connecting::pending);
    EXPECT_EQ(bench.begun(), "4.1 4.2");
    EXPECT_EQ(bench.dialer.next_deadline(), bench.world.clock.now + 250'000);
    EXPECT_EQ(bench.dialer.os_error(), ECONNREFUSED);
    EXPECT_EQ(bench.world.network.open_count(), 1u);
}

TEST(Dialer, tries_the_next_address_when_one_fails_while_another_waits) {
    Bench bench({pending(), pending(), answering()});
    bench.start({v4(1), v4(2), v4(3)});
    bench.pass_us(250'000);
    EXPECT_EQ(bench.step(), Connecting::pending);
    bench.world.connection(0).script = refusing();
    EXPECT_EQ(bench.step(), Connecting::pending);
    EXPECT_EQ(bench.begun(), "4.1 4.2 4.3");
    EXPECT_EQ(bench.step(), Connecting::connected);
    EXPECT_EQ(described(bench.dialer.connected_address()), "4.3");
}

// ---- the end ---------------------------------------------------------------------------------

TEST(Dialer, keeps_the_first_that_connects_and_closes_the_others) {
    for (std::size_t winner = 0; winner < 3; ++winner) {
        SCOPED_TRACE(winner);
        Bench bench({pending()});
        bench.start({v4(1), v6(2), v4(3)});
        for (int i = 0; i < 2; ++i) {
            bench.pass_us(250'000);
            bench.step();
        }
        EXPECT_EQ(bench.world.network.open_count(), 3u);
        bench.world.connection(winner).script = answering();
        EXPECT_EQ(bench.step(), Connecting::connected);
        EXPECT_EQ(bench.dialer.connected_address(), bench.world.connection(winner).address);
        const SocketHandle socket = bench.dialer.take_socket();
        EXPECT_NE(socket, no_socket);
        EXPECT_EQ(bench.world.network.open_count(), 1u);
        EXPECT_FALSE(bench.world.connection(winner).client_closed);
        EXPECT_EQ(bench.dialer.tried().size(), 3u);
        for (const AddressTried& tried : bench.dialer.tried()) EXPECT_EQ(tried.os_error, 0);
        bench.world.network.close(socket);
        bench.dialer.cancel();  // the dialer no longer owns the socket
    }
}

TEST(Dialer, fails_when_all_have_failed_and_says_why_for_each) {
    Bench bench({refusing(ECONNREFUSED), refusing(EHOSTUNREACH), refusing(ENETUNREACH)});
    bench.start({v4(1), v6(2), v4(3)});
    Connecting status = Connecting::pending;
    for (int i = 0; i < 10 && status == Connecting::pending; ++i) status = bench.step();
    EXPECT_EQ(status, Connecting::failed);
    const auto tried = bench.dialer.tried();
    ASSERT_EQ(tried.size(), 3u);
    const int errors[] = {ECONNREFUSED, EHOSTUNREACH, ENETUNREACH};
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(tried[i].os_error, errors[i]);
        EXPECT_EQ(tried[i].address, bench.world.connection(i).address);
    }
    EXPECT_EQ(bench.dialer.os_error(), ENETUNREACH);
    EXPECT_EQ(bench.world.network.open_count(), 0u);
    EXPECT_EQ(bench.step(), Connecting::failed);
}

TEST(Dialer, continues_if_no_socket_can_be_created_for_an_address) {
    Bench bench({answering()});
    bench.world.faults.fail_at = 0;
    bench.start({v4(1), v4(2)});
    EXPECT_EQ(bench.begun(), "");
    ASSERT_EQ(bench.dialer.tried().size(), 1u);
    EXPECT_EQ(bench.dialer.tried()[0].os_error, EMFILE);
    EXPECT_EQ(bench.dialer.os_error(), EMFILE);
    EXPECT_EQ(bench.dialer.next_deadline(), 0u) << "work is pending";
    EXPECT_EQ(bench.step(), Connecting::pending);
    EXPECT_EQ(bench.begun(), "4.2");
    EXPECT_EQ(bench.step(), Connecting::connected);
    EXPECT_EQ(described(bench.dialer.connected_address()), "4.2");
}

TEST(Dialer, closes_everything_when_it_is_cancelled_or_destroyed) {
    World world;
    world.network.scripts = {pending()};
    {
        Dialer dialer(world.network);
        const std::array addresses{v4(1), v4(2), v4(3)};
        dialer.start(addresses, port, 0);
        dialer.step(250'000);
        EXPECT_EQ(world.network.open_count(), 2u);
        dialer.cancel();
        EXPECT_EQ(world.network.open_count(), 0u);
        dialer.cancel();

        dialer.start(addresses, port, 0);
        EXPECT_EQ(world.network.open_count(), 1u);
        dialer.start(addresses, port, 0);  // gives up the previous attempt
        EXPECT_EQ(world.network.open_count(), 1u);
        EXPECT_EQ(dialer.tried().size(), 1u);
    }
    EXPECT_EQ(world.network.open_count(), 0u);
}

TEST(Dialer, starts_again_without_a_trace_of_the_previous_attempt) {
    Bench bench({refusing(), refusing(), answering()});
    bench.start({v4(1), v4(2)});
    while (bench.step() == Connecting::pending) {
    }
    bench.start({v6(3)});
    EXPECT_EQ(bench.dialer.os_error(), 0);
    ASSERT_EQ(bench.dialer.tried().size(), 1u);
    EXPECT_EQ(bench.dialer.tried()[0].os_error, 0);
    EXPECT_EQ(bench.step(), Connecting::connected);
    EXPECT_EQ(described(bench.dialer.connected_address()), "6.3");
}

TEST(Dialer, waits_for_every_connecting_socket_to_be_writable) {
    Bench bench({pending(), refusing(), pending()});
    bench.start({v4(1), v4(2), v4(3)});
    std::array<WaitItem, 4> items;
    ASSERT_EQ(bench.dialer.wait_set(items), 1u);
    bench.pass_us(250'000);
    bench.step();
    bench.step();
    ASSERT_EQ(bench.dialer.wait_set(items), 2u);
    EXPECT_EQ(items[0].socket, 100);
    EXPECT_EQ(items[1].socket, 102);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_TRUE(items[i].writable);
        EXPECT_FALSE(items[i].readable);
    }
    EXPECT_EQ(bench.dialer.wait_set(std::span(items).first(1)), 1u) << "no more than fit";
    bench.dialer.cancel();
    EXPECT_EQ(bench.dialer.wait_set(items), 0u);
}

// ---- any call fails --------------------------------------------------------------------------

// A whole attempt, one address after the other; at its end only the winner is open.
int play(int fail_at) {
    World world;
    world.network.scripts = {pending(), refusing(), pending(), answering()};
    world.faults.fail_at = fail_at;
    {
        Dialer dialer(world.network);
        const std::array addresses{v4(1), v4(2), v6(3), v6(4), v4(5)};
        dialer.start(addresses, port, world.clock.now);
        Connecting status = Connecting::pending;
        for (int i = 0; i < 50 && status == Connecting::pending; ++i) {
            status = dialer.step(world.clock.now);
            world.clock.advance_ms(100);
        }
        EXPECT_EQ(status, Connecting::connected);
        if (status == Connecting::connected) {
            const SocketHandle socket = dialer.take_socket();
            EXPECT_EQ(world.network.open_count(), 1u);
            world.network.close(socket);
        }
    }
    EXPECT_EQ(world.network.open_count(), 0u);
    return world.faults.calls;
}

// Case 39: sockets that stay open
TEST(Dialer, leaves_no_socket_open_if_any_call_fails) {
    const int calls = play(-1);
    EXPECT_GT(calls, 8);
    for (int fail_at = 0; fail_at < calls; ++fail_at) {
        SCOPED_TRACE(fail_at);
        play(fail_at);
    }
}

}  // namespace
}  // namespace linnet
