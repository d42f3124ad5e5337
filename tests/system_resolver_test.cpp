// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The system's resolver and its threads. getaddrinfo is replaced here by a function that returns or
// waits, depending on the name.
#include "linnet/system_resolver.hpp"

#include <gtest/gtest.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

// Lookups of names that begin with "wait" finish when the gate opens.
std::mutex gate_mutex;
std::condition_variable gate_changed;
bool gate_is_open = false;
int waiting_count = 0;
std::atomic<int> asked_count = 0;

void open_gate(bool open) {
    const std::unique_lock lock(gate_mutex);
    gate_is_open = open;
    gate_changed.notify_all();
}

void wait_at_gate() {
    std::unique_lock lock(gate_mutex);
    ++waiting_count;
    gate_changed.notify_all();
    gate_changed.wait(lock, [] { return gate_is_open; });
    --waiting_count;
    gate_changed.notify_all();
}

// Waits until this number of threads wait, or until a deadline.
bool are_waiting(int count) {
    std::unique_lock lock(gate_mutex);
    return gate_changed.wait_for(lock, std::chrono::seconds(20),
                                 [count] { return waiting_count == count; });
}

}  // namespace

extern "C" int getaddrinfo(const char* name, const char*, const addrinfo*, addrinfo** list) {
    ++asked_count;
    const std::string host = name;
    if (host.starts_with("wait")) wait_at_gate();
    if (host.starts_with("none")) return EAI_NONAME;
    if (host.starts_with("short")) {
        errno = EMFILE;
        return EAI_SYSTEM;
    }
    auto* const info = new addrinfo{};
    auto* const address = new sockaddr_in{};
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(0x0A000000u + static_cast<unsigned>(host.size()));
    info->ai_family = AF_INET;
    info->ai_addr = reinterpret_cast<sockaddr*>(address);
    *list = info;
    return 0;
}
extern "C" void freeaddrinfo(addrinfo* list) {
    delete reinterpret_cast<sockaddr_in*>(list->ai_addr);
    delete list;
}

// `start` calls it while it holds the lock. If the gate applies to this thread, it waits; and it
// sets errno.
thread_local bool waits_in_start = false;

extern "C" int pthread_sigmask(int how, const sigset_t* set, sigset_t* old) noexcept {
    if (waits_in_start) wait_at_gate();
    errno = ENOSYS;
    return static_cast<int>(::syscall(SYS_rt_sigprocmask, how, set, old, _NSIG / 8));
}

namespace linnet::test {
namespace {

using Outcome = Resolver::Outcome;

// Polls until there is a result; the test runner ends a test that hangs.
Resolver::Result resolve(SystemResolver& resolver, Resolver::Request request,
                         std::span<SocketAddress> out) {
    for (;;) {
        const Resolver::Result result = resolver.take(request, out);
        if (result.status != Outcome::pending) return result;
        std::this_thread::yield();
    }
}

TEST(SystemResolver, returns_addresses) {
    SystemResolver resolver;
    std::array<SocketAddress, 4> out;
    const Resolver::Request request = resolver.start("four");
    ASSERT_NE(request, 0u);
    const Resolver::Result result = resolve(resolver, request, out);
    EXPECT_EQ(result.status, Outcome::done);
    ASSERT_EQ(result.count, 1u);
    EXPECT_EQ(out[0].bytes[0], 10);
    EXPECT_EQ(out[0].bytes[3], 4);
    EXPECT_FALSE(out[0].ipv6);
}

TEST(SystemResolver, reports_the_error_of_the_system) {
    SystemResolver resolver;
    const Resolver::Result result = resolve(resolver, resolver.start("none.example"), {});
    EXPECT_EQ(result.status, Outcome::failed);
    EXPECT_EQ(result.os_error, EAI_NONAME);
}

TEST(SystemResolver, reports_errno_if_the_system_failed) {
    SystemResolver resolver;
    const Resolver::Result result = resolve(resolver, resolver.start("short.example"), {});
    EXPECT_EQ(result.status, Outcome::failed);
    EXPECT_EQ(result.os_error, resolver_errno_base + EMFILE);
}

TEST(SystemResolver, leaves_errno_unchanged) {
    errno = EILSEQ;
    {
        SystemResolver resolver;
        const Resolver::Request request = resolver.start("name.example");
        EXPECT_EQ(errno, EILSEQ) << "start";
        while (resolver.take(request, {}).status == Outcome::pending) std::this_thread::yield();
        errno = EILSEQ;
        resolver.cancel(resolver.start("other.example"));
        EXPECT_EQ(errno, EILSEQ) << "cancel";
        resolver.join();
        EXPECT_EQ(errno, EILSEQ) << "join";
    }
    EXPECT_EQ(errno, EILSEQ) << "the destructor";
}

// Runs `act` in a child process; true if it finished. A child that hangs is killed.
template <class Act>
bool ends_in_a_child(Act act) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(20);
        act();
        ::_exit(42);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 42;
}

TEST(SystemResolver, can_be_destroyed_in_a_forked_child_while_a_thread_holds_its_lock) {
    open_gate(false);
    auto resolver = std::make_unique<SystemResolver>();
    std::thread starting([&] {
        waits_in_start = true;
        EXPECT_NE(resolver->start("name.example"), 0u);
        waits_in_start = false;
    });
    ASSERT_TRUE(are_waiting(1));
    EXPECT_TRUE(ends_in_a_child([&] { resolver->cancel(1); })) << "cancel";
    EXPECT_TRUE(ends_in_a_child([&] { resolver->join(); })) << "join";
    EXPECT_TRUE(ends_in_a_child([&] { resolver.reset(); })) << "the destructor";
    open_gate(true);
    starting.join();
    std::array<SocketAddress, 1> out;
    EXPECT_EQ(resolve(*resolver, 1, out).status, Outcome::done) << "the parent's continues";
    resolver->join();
}

TEST(SystemResolver, waits_for_no_thread_in_a_forked_child) {
    open_gate(false);
    auto resolver = std::make_unique<SystemResolver>();
    const Resolver::Request request = resolver->start("wait.example");
    ASSERT_TRUE(are_waiting(1));
    EXPECT_TRUE(ends_in_a_child([&] { resolver->join(); }));
    EXPECT_TRUE(ends_in_a_child([&] { resolver.reset(); }));
    open_gate(true);
    std::array<SocketAddress, 1> out;
    EXPECT_EQ(resolve(*resolver, request, out).status, Outcome::done);
    resolver->join();
}

TEST(SystemResolver, does_not_look_up_what_cannot_be_a_name) {
    SystemResolver resolver;
    const int before = asked_count;
    const Resolver::Request request = resolver.start(std::string(256, 'a'));
    const Resolver::Result result = resolver.take(request, {});
    EXPECT_EQ(result.status, Outcome::failed);
    EXPECT_EQ(result.os_error, EAI_NONAME);
    EXPECT_EQ(asked_count, before);
    EXPECT_EQ(resolve(resolver, resolver.start(std::string(255, 'a')), {}).status, Outcome::done);
}

TEST(SystemResolver, does_not_wait_for_a_result) {
    open_gate(false);
    SystemResolver resolver;
    const Resolver::Request slow = resolver.start("wait.example");
    ASSERT_TRUE(are_waiting(1));
    EXPECT_EQ(resolver.take(slow, {}).status, Outcome::pending);
    EXPECT_EQ(resolve(resolver, resolver.start("other"), {}).status, Outcome::done);
    EXPECT_EQ(resolver.take(slow, {}).status, Outcome::pending);
    open_gate(true);
    EXPECT_EQ(resolve(resolver, slow, {}).status, Outcome::done);
    resolver.join();
}

TEST(SystemResolver, has_at_most_four_threads_and_a_queue) {
    open_gate(false);
    SystemResolver resolver;
    std::vector<Resolver::Request> requests;
    const int before = asked_count;
    for (int i = 0; i < 20; ++i) {
        requests.push_back(resolver.start("wait" + std::string(static_cast<std::size_t>(i), 'x')));
        ASSERT_NE(requests.back(), 0u);
    }
    ASSERT_TRUE(are_waiting(4));
    EXPECT_EQ(asked_count - before, 4);
    for (const Resolver::Request request : requests) {
        EXPECT_EQ(resolver.take(request, {}).status, Outcome::pending);
    }
    open_gate(true);
    std::array<SocketAddress, 1> out;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        ASSERT_EQ(resolve(resolver, requests[i], out).status, Outcome::done);
        EXPECT_EQ(out[0].bytes[3], i + 4) << "each has its own result";
    }
    EXPECT_EQ(asked_count - before, 20);
    resolver.join();
}

// Case 47: a result that arrives when it is no longer needed
TEST(SystemResolver, drops_cancelled_requests) {
    open_gate(false);
    SystemResolver resolver;
    std::vector<Resolver::Request> requests;
    const int before = asked_count;
    for (int i = 0; i < 8; ++i) requests.push_back(resolver.start("wait"));
    ASSERT_TRUE(are_waiting(4));
    for (const Resolver::Request request : requests) resolver.cancel(request);
    for (const Resolver::Request request : requests) {
        EXPECT_NE(resolver.take(request, {}).status, Outcome::done) << "it has ended";
    }
    open_gate(true);
    EXPECT_EQ(resolve(resolver, resolver.start("next"), {}).status, Outcome::done);
    resolver.join();
    EXPECT_EQ(asked_count - before, 5) << "a queued request was never started";
    for (const Resolver::Request request : requests) {
        EXPECT_EQ(resolver.take(request, {}).status, Outcome::failed)
            << "its result is discarded as well";
    }
}

// The sanitizers detect what the threads access after its end.
// Case 47: a result that arrives after everything is destroyed
TEST(SystemResolver, can_be_destroyed_while_threads_are_still_resolving) {
    open_gate(false);
    {
        SystemResolver resolver;
        for (int i = 0; i < 6; ++i) ASSERT_NE(resolver.start("wait"), 0u);
        ASSERT_TRUE(are_waiting(4));
    }
    open_gate(true);
    ASSERT_TRUE(are_waiting(0));
}

TEST(SystemResolver, joins_its_threads) {
    SystemResolver never_used;
    never_used.join();
    open_gate(false);
    SystemResolver resolver;
    for (int i = 0; i < 6; ++i) ASSERT_NE(resolver.start("wait"), 0u);
    ASSERT_TRUE(are_waiting(4));
    open_gate(true);
    resolver.join();
    {
        const std::unique_lock lock(gate_mutex);
        EXPECT_EQ(waiting_count, 0);
    }
    EXPECT_EQ(resolve(resolver, resolver.start("again"), {}).status, Outcome::done);
}

TEST(SystemResolver, can_be_shared_by_clients_on_many_threads) {
    SystemResolver resolver;
    std::vector<std::thread> threads;
    std::atomic<int> done = 0;
    for (std::size_t t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (std::size_t i = 1; i < 100; ++i) {
                std::array<SocketAddress, 1> out;
                const Resolver::Request request = resolver.start(std::string(t * 50 + i, 'a'));
                if (i % 7 == 0) {
                    resolver.cancel(request);
                    continue;
                }
                const bool is_right = resolve(resolver, request, out).status == Outcome::done &&
                                      out[0].bytes[3] == t * 50 + i;
                done += is_right ? 1 : 0;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(done, 4 * (99 - 14));
    resolver.join();
}

}  // namespace
}  // namespace linnet::test
