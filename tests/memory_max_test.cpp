// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The documented maximum of a client's memory: never exceeded, close to what can be reached, and
// enough for whole conversations without any other memory.
#include "linnet/memory_max.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "testkit/arena.hpp"
#include "testkit/play.hpp"
#include "testkit/signatures.hpp"
#include "tls/default_context.hpp"

namespace linnet::test {
namespace {

struct Bounds {
    const char* name;
    Limits limits;
};

Limits with(std::size_t payload_max, std::size_t message_count_max, std::size_t texts_max) {
    Limits limits;
    limits.input_payload_max = limits.output_payload_max = payload_max;
    limits.input_message_count_max = limits.output_message_count_max = message_count_max;
    limits.url_size_max = limits.request_size_max = limits.response_size_max = texts_max;
    limits.peer_count_max = 100;
    return limits;
}

const Bounds bounds[] = {
    {"defaults", Limits{}},
    {"few large packets", with(200'000, 4, 2000)},
    {"many small packets", with(1000, 5000, 2000)},
    {"small", with(4096, 16, 4096)},
    {"smallest", with(1, 1, 1024)},
};

// The worst case: an unread queue, filled to its end, after a long response, and as much pending
// output, to a server that does not read, in packets of `packet_size`; then again.
std::size_t peak_of(const Limits& limits, std::size_t packet_size, Memory* memory) {
    std::string bytes;
    const std::string payload(packet_size, 'x');
    for (std::size_t size = 0; size < limits.input_payload_max + 100'000;
         size += packet_size + 10) {
        bytes +=
            server_frame(Opcode::binary, payload) + server_frame(Opcode::ping, "are you there");
    }
    const std::string headers =
        "X: " +
        std::string(limits.response_size_max - std::min<std::size_t>(limits.response_size_max, 400),
                    'h') +
        "\r\n";
    const std::size_t path_size = std::min(limits.url_size_max, limits.request_size_max) - 300;
    const std::string url = "ws://host/" + std::string(path_size, 'p');
    Play play(
        {.steps = {AwaitRequest{}, Accept{headers}, Send{bytes}}, .send_window = url.size() + 1000},
        [&](World&, Options& options) {
            options.limits = limits;
            if (memory != nullptr) options.memory = memory;
        });
    play.story->reads = false;
    for (int attempt = 0; attempt < 3; ++attempt) {
        EXPECT_EQ(play.client->connect_to_url(url), Error::ok);
        play.poll(5 + static_cast<int>(bytes.size() / limits.poll_size_max) +
                  static_cast<int>(limits.input_message_count_max / 100));
        EXPECT_EQ(play.story->signals.rfind("connection_established", 0), 0u)
            << play.client->failure().explain();
        while (play.peer().put_packet(payload) == Error::ok) {
        }
        play.poll(3);
        EXPECT_EQ(play.client->disconnect_from_host(), Error::ok);
    }
    return play.world.memory.peak;
}

TEST(MemoryMax, is_never_exceeded) {
    for (const Bounds& bound : bounds) {
        const std::size_t ceiling = memory_max(bound.limits);
        for (const std::size_t size : {1u, 10u, 700u, 4000u, 50'000u, 1u << 20}) {
            if (size > bound.limits.input_payload_max) continue;
            EXPECT_LE(peak_of(bound.limits, size, nullptr), ceiling)
                << bound.name << ", packets of " << size;
        }
    }
}

TEST(MemoryMax, is_close_to_what_can_be_reached) {
    for (const Bounds& bound : bounds) {
        const std::size_t ceiling = memory_max(bound.limits);
        std::size_t reached = 0;
        for (const std::size_t size : {1u, 700u, 4000u, 50'000u}) {
            if (size > bound.limits.input_payload_max) continue;
            reached = std::max(reached, peak_of(bound.limits, size, nullptr));
        }
        EXPECT_GT(reached, ceiling / 2) << bound.name;
    }
}

TEST(MemoryMax, does_not_overflow) {
    Limits boundless;
    boundless.input_payload_max = boundless.output_payload_max = SIZE_MAX;
    Limits largest;
    largest.input_payload_max = largest.output_payload_max = payload_max_max;
    EXPECT_EQ(memory_max(boundless), memory_max(largest));
    boundless = {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX,
                 SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX};
    EXPECT_GT(memory_max(boundless), memory_max(largest)) << "it does not overflow";
}

// No heap at all: one array, of the size of the sum plus the overhead of an allocator.
TEST(MemoryMax, is_the_size_of_an_arena_that_fits_conversations) {
    constexpr Limits limits{.input_payload_max = 20'000,
                            .input_message_count_max = 50,
                            .output_payload_max = 20'000,
                            .output_message_count_max = 50,
                            .url_size_max = 512,
                            .request_size_max = 1024,
                            .response_size_max = 1024,
                            .peer_count_max = 8};
    static Arena<memory_max(limits)> arena;
    for (const std::size_t size : {1u, 100u, 4000u, 19'000u}) {
        const std::size_t ignored = peak_of(limits, size, &arena);
        EXPECT_EQ(ignored, 0u) << "everything was allocated from the arena";
        EXPECT_EQ(arena.used(), 0u);
    }
    EXPECT_EQ(arena.refusal_count(), 0);
}

TEST(MemoryMax, reports_the_memory_of_listeners_separately) {
    for (std::size_t count = 1; count <= 100; ++count) {
        World world;
        WebSocketClient client(world.options());
        for (std::size_t i = 0; i < count; ++i) client.connection_error.connect([] {});
        EXPECT_LE(world.memory.peak, count > 2 ? 192 * count : 0) << count;
    }
}

// An engine allocates everything at its start, except what checks the chain; a client adds its
// receive buffer.
TEST(MemoryMax, covers_the_memory_of_tls) {
    if (default_tls_context() == nullptr) GTEST_SKIP() << "built without TLS";
    World world;
    TlsRequest request;
    request.host = "host.example";
    request.entropy = &world.entropy;
    request.memory = &world.memory;
    TlsFailure why;
    TlsEngine* const engine = default_tls_context()->engine(request, why);
    ASSERT_NE(engine, nullptr);
    const std::size_t taken = world.memory.peak + chain_memory_max + 16 * 1024;
    engine->destroy();
    EXPECT_LE(taken, tls_memory_max);
    EXPECT_GT(taken, tls_memory_max * 9 / 10);
}

TEST(MemoryMax, covers_the_memory_of_a_chain_check) {
    World world;
    const TlsRequest request{.memory = &world.memory};
    NoSignatures verifier;
    ChainResult result;
    TlsFailure why;
    EXPECT_FALSE(check_chain(request, {}, verifier, result, why));
    EXPECT_EQ(world.memory.used, 0u);
    EXPECT_LE(world.memory.peak, chain_memory_max);
    EXPECT_GT(world.memory.peak, chain_memory_max * 8 / 10);
}

}  // namespace
}  // namespace linnet::test
