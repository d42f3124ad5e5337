// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The handling of rare errors of the OS, and the flags of its calls. Its calls are replaced here by
// ones that fail on demand.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "cli/echo_server.hpp"
#include "linnet/linnet.hpp"
#include "linnet/system_clock.hpp"
#include "linnet/system_entropy.hpp"
#include "linnet/system_network.hpp"
#include "platform/roots.hpp"

#ifndef __THROW
#define __THROW
#endif

namespace {

// The next `left` calls fail with `error`.
struct Failing {
    int error = 0;
    int left = 0;
    int calls = 0;

    bool fails() {
        ++calls;
        if (left == 0) return false;
        --left;
        errno = error;
        return true;
    }
};

Failing sending, receiving, drawing;
int socket_type = 0;
unsigned draw_flags = 0;
std::size_t draw_size_max = SIZE_MAX;

struct Files {
    int opened = 0;
    int inherited = 0;
};
Files files;

}  // namespace

// For each file that the library opens.
extern "C" int setvbuf(FILE* file, char*, int, std::size_t) __THROW {
    ++files.opened;
    files.inherited += (::fcntl(::fileno(file), F_GETFD) & FD_CLOEXEC) == 0 ? 1 : 0;
    return 0;
}

extern "C" ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    return sending.fails() ? -1 : ::syscall(SYS_sendmsg, fd, message, flags);
}
extern "C" ssize_t recv(int fd, void* out, std::size_t size, int flags) {
    if (receiving.fails()) return -1;
    return ::syscall(SYS_recvfrom, fd, out, size, flags, nullptr, nullptr);
}
extern "C" int socket(int family, int type, int protocol) __THROW {
    socket_type = type;
    return static_cast<int>(::syscall(SYS_socket, family, type, protocol));
}
extern "C" ssize_t getrandom(void* out, std::size_t size, unsigned flags) {
    draw_flags = flags;
    if (drawing.fails()) return -1;
    const std::size_t drawn = std::min(size, draw_size_max);
    std::memset(out, 0x5A, drawn);
    return static_cast<ssize_t>(drawn);
}

namespace linnet::test {
namespace {

using Outcome = IoResult::Outcome;

// ---- sockets ---------------------------------------------------------------------------------

struct Pair {
    Pair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0); }
    ~Pair() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    int ends[2] = {-1, -1};
};

struct ErrorRow {
    int error;
    Outcome outcome;
};

constexpr ErrorRow error_rows[] = {
    {EAGAIN, Outcome::would_block}, {EINTR, Outcome::would_block}, {ENOBUFS, Outcome::would_block},
    {ENOMEM, Outcome::would_block}, {ECONNRESET, Outcome::failed}, {EPIPE, Outcome::failed},
    {ETIMEDOUT, Outcome::failed},   {ENOTCONN, Outcome::failed},
};

TEST(SystemCalls, treat_a_memory_shortage_in_the_kernel_as_temporary) {
    constexpr std::string_view text = "x";
    for (const ErrorRow& row : error_rows) {
        SCOPED_TRACE(std::strerror(row.error));
        const int os_error = row.outcome == Outcome::failed ? row.error : 0;
        const Pair pair;
        SystemNetwork network;
        const Bytes piece = bytes_of(text);
        sending = {row.error, 1};
        const IoResult refused = network.send(pair.ends[0], {&piece, 1});
        EXPECT_EQ(refused.status, row.outcome);
        EXPECT_EQ(refused.os_error, os_error);
        EXPECT_EQ(network.send(pair.ends[0], {&piece, 1}).status, Outcome::moved);

        std::array<std::uint8_t, 8> buffer;
        receiving = {row.error, 1};
        const IoResult missed = network.receive(pair.ends[1], buffer);
        EXPECT_EQ(missed.status, row.outcome);
        EXPECT_EQ(missed.os_error, os_error);
        EXPECT_EQ(network.receive(pair.ends[1], buffer).status, Outcome::moved);
    }
}

struct Echo {
    Echo() {
        EXPECT_TRUE(server.listen(0));
        const std::string url = "ws://127.0.0.1:" + std::to_string(server.port()) + "/";
        EXPECT_EQ(client.connect_to_url(url), Error::ok);
    }
    // Polls until `holds`; false after a minute.
    template <class Holds>
    bool until(Holds holds) {
        SystemClock clock;
        for (const std::uint64_t begin_us = clock.now_us(); !holds();) {
            if (clock.now_us() - begin_us > 60'000'000) return false;
            server.step();
            client.poll();
        }
        return true;
    }
    WebSocketPeer& peer() { return *client.get_peer(1); }

    cli::EchoServer server{Limits{}};
    WebSocketClient client;
};

TEST(SystemCalls, are_repeated_once_per_poll_while_the_kernel_is_short_of_memory) {
    for (const int error : {ENOBUFS, ENOMEM}) {
        Echo echo;
        ASSERT_TRUE(echo.until([&] { return echo.peer().is_connected_to_host(); }));
        sending = {error, 1000};
        EXPECT_EQ(echo.peer().put_packet("x"), Error::ok);
        WaitItem item;
        for (int i = 0; i < 100; ++i) {
            sending.calls = 0;
            echo.client.poll();
            ASSERT_LE(sending.calls, 2) << "once before and once after receiving";
            ASSERT_EQ(echo.client.wait_set({&item, 1}), 1u);
            EXPECT_TRUE(item.writable) << "so that it is retried";
        }
        EXPECT_EQ(echo.client.stats().send_stalls, 1u);
        sending = {};
        EXPECT_TRUE(echo.until([&] { return echo.peer().get_available_packet_count() == 1; }));
        EXPECT_EQ(echo.client.failure().cause, Cause::none);
    }
}

#if defined(SOCK_CLOEXEC) && defined(SOCK_NONBLOCK)
constexpr int expected_type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
#else
constexpr int expected_type = SOCK_STREAM;
#endif

TEST(SystemCalls, create_sockets_that_no_child_process_inherits) {
    Echo echo;
    ASSERT_TRUE(echo.until([&] { return echo.peer().is_connected_to_host(); }));
    SystemNetwork network;
    for (const bool ipv6 : {false, true}) {
        SocketAddress address{.bytes = {127, 0, 0, 1}, .ipv6 = ipv6, .port = echo.server.port()};
        if (ipv6) address.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
        socket_type = 0;
        const Network::Opened opened = network.connect(address);
        EXPECT_EQ(socket_type, expected_type) << "in the same call";
        if (opened.socket == no_socket) continue;  // no IPv6 here
        const int fd = static_cast<int>(opened.socket);
        EXPECT_EQ(::fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
        EXPECT_EQ(::fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
        network.close(opened.socket);
    }
}

// ---- files -----------------------------------------------------------------------------------

class NoVisitor final : public RootVisitor {
 public:
    void root(Bytes) override {}
};

TEST(SystemCalls, open_files_that_no_child_process_inherits) {
    files = {};
    X509Certificate certificate;
    static_cast<void>(certificate.load("/dev/null"));
    EXPECT_EQ(files.opened, 1) << "load";
    if (const auto tls = cli::make_tls_server()) {
        ASSERT_EQ(certificate.load_from_memory(bytes_of(tls->certificate())), Error::ok);
        EXPECT_EQ(certificate.save("/dev/null"), Error::ok);
        EXPECT_EQ(files.opened, 2) << "save";
    }
    std::vector<std::uint8_t> buffer(64 * 1024);
    NoVisitor visitor;
    static_cast<void>(visit_system_roots(buffer, visitor));
    EXPECT_EQ(files.inherited, 0) << "of " << files.opened;
}

// ---- entropy ---------------------------------------------------------------------------------

struct EntropyRow {
    const char* name;
    int error;
    int failing_count;
    std::size_t size_max;
    bool is_filled;
    int calls;
};

constexpr EntropyRow entropy_rows[] = {
    {"all at once", 0, 0, SIZE_MAX, true, 1},
    {"in pieces", 0, 0, 5, true, 4},
    {"nothing yet, early at boot", EAGAIN, 1000, SIZE_MAX, false, 1},
    {"interrupted", EINTR, 3, SIZE_MAX, true, 4},
    {"no such call", ENOSYS, 1000, SIZE_MAX, false, 1},
};

TEST(SystemCalls, never_wait_for_entropy) {
    for (const EntropyRow& row : entropy_rows) {
        drawing = {row.error, row.failing_count};
        draw_size_max = row.size_max;
        std::array<std::uint8_t, 20> out{};
        EXPECT_EQ(SystemEntropy().fill(out), row.is_filled) << row.name;
        EXPECT_EQ(drawing.calls, row.calls) << row.name;
        EXPECT_EQ(draw_flags, unsigned{GRND_NONBLOCK}) << row.name;
        const std::size_t drawn =
            static_cast<std::size_t>(std::count(out.begin(), out.end(), 0x5A));
        EXPECT_EQ(drawn, row.is_filled ? out.size() : 0u) << row.name;
    }
    draw_size_max = SIZE_MAX;
    drawing = {EAGAIN, 1000};
    WebSocketClient client;
    EXPECT_EQ(client.connect_to_url("ws://127.0.0.1:1/"), Error::failed);
    EXPECT_EQ(client.failure().cause, Cause::no_entropy);
    drawing = {};
}

}  // namespace
}  // namespace linnet::test
