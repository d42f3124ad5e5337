// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The thread rule, which is only asserted by a debug build.
#include "client/one_thread.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "testkit/play.hpp"

namespace linnet::test {
namespace {

ServerScript refusing() {
    return {.steps = {AwaitRequest{}, Send{"HTTP/1.1 403 No\r\n\r\n"}, Fin{}}};
}

TEST(OneThread, may_move_from_thread_to_thread) {
    Play play(refusing());
    std::thread([&] { ASSERT_EQ(play.connect(), Error::ok); }).join();
    std::thread([&] { play.run(); }).join();
    EXPECT_EQ(play.client->failure().cause, Cause::upgrade_refused);
}

TEST(OneThread, may_call_and_destroy_within_a_signal) {
    Play play(refusing());
    int message_count = -1;
    play.client->connection_error.connect([&] {
        message_count = static_cast<int>(play.peer().get_available_packet_count());
        play.client->poll();
        play.client.reset();
    });
    ASSERT_EQ(play.connect(), Error::ok);
    play.run();
    EXPECT_EQ(message_count, 0);
    EXPECT_EQ(play.client, nullptr);
}

#ifndef NDEBUG
// Each kind of function, while the owner's thread is inside `poll`.
TEST(OneThreadDeathTest, aborts_if_two_threads_are_in_one_client) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    using Call = void (*)(Play&);
    constexpr Call calls[] = {
        [](Play& play) { play.client->poll(); },
        [](Play& play) { static_cast<void>(play.client->stats()); },
        [](Play& play) { static_cast<void>(play.peer().put_packet("x")); },
        [](Play& play) { play.client.reset(); },
    };
    for (const Call call : calls) {
        Play play(refusing());
        play.client->connection_error.connect([&] { std::thread(call, std::ref(play)).join(); });
        ASSERT_EQ(play.connect(), Error::ok);
        EXPECT_DEATH(play.run(), "one thread at a time may be in a client");
    }
}
#endif

}  // namespace
}  // namespace linnet::test
