// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Thousands of clients in one process and one thread, each in a conversation with a foreign server:
// far more descriptors than `select` supports (FD_SETSIZE), and nothing is lost.
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "linnet/linnet.hpp"
#include "live/foreign_server.hpp"
#include "testkit/sanitizer.hpp"

namespace linnet::test {
namespace {

// Fewer with sanitizers, but still more than FD_SETSIZE.
constexpr std::size_t member_count_max = is_sanitized ? 1500 : 5000;
constexpr std::size_t message_count = 100;
constexpr std::size_t in_flight_max = 50;          // messages per member
constexpr std::size_t connecting_count_max = 100;  // members: a listener's queue is limited
constexpr std::size_t other_descriptors = 100;  // descriptors of this process besides the sockets
constexpr auto patience = std::chrono::seconds(100);

// Raises the descriptor limit of this process, which the server inherits.
std::size_t raise_descriptor_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

// One of many clients: sends its messages, a few at a time, and expects each back.
class Member {
 public:
    explicit Member(std::size_t number) : client(coalescing()), number_(number) {
        client.data_received.connect([this] { receive(); });
        client.connection_closed.connect([this](bool clean) { is_clean = clean; });
    }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

    bool is_connecting() const {
        return client.get_connection_status() == WebSocketClient::CONNECTION_CONNECTING;
    }
    bool has_ended() const { return client.failure().cause != Cause::none; }

    bool is_open() { return client.get_peer(1)->is_connected_to_host(); }
    void send() {
        while (sent_ < message_count && sent_ - received < in_flight_max) {
            if (client.get_peer(1)->put_packet(message(sent_)) != Error::ok) return;
            ++sent_;
        }
        client.flush();
    }

    WebSocketClient client;
    std::size_t received = 0;
    std::size_t wrong = 0;
    bool is_clean = false;
    WaitItem awaited;  // as registered with epoll

 private:
    static Options coalescing() {
        Options options;
        options.coalesce = true;
        return options;
    }
    // Different for each member and index, with up to some hundred bytes.
    std::string message(std::size_t index) const {
        std::string text = std::to_string(number_) + "/" + std::to_string(index) + ":";
        return text + std::string((number_ * 31 + index * 17) % 300, 'm');
    }
    void receive() {
        if (text_of(client.get_peer(1)->get_packet()) != message(received)) ++wrong;
        ++received;
        if (sent_ - received <= in_flight_max / 2) send();
    }

    std::size_t number_;
    std::size_t sent_ = 0;
};

// All members, on one epoll.
class Crowd {
 public:
    Crowd(std::string url, std::size_t count) : url_(std::move(url)), epoll_(::epoll_create1(0)) {
        for (std::size_t i = 0; i < count; ++i) members.push_back(std::make_unique<Member>(i));
    }
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;
    ~Crowd() { ::close(epoll_); }

    // Polls the members that are ready until `is_done` is true for all; false if one has failed, or
    // at a deadline.
    template <class IsDone>
    bool goes_on_until(IsDone is_done) {
        const auto end = std::chrono::steady_clock::now() + patience;
        std::vector<epoll_event> events(1024);
        while (!std::all_of(members.begin(), members.end(), is_done)) {
            if (failed_ || std::chrono::steady_clock::now() >= end) return false;
            let_in();
            const int count =
                ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
            for (int i = 0; i < count; ++i) {
                serve(*static_cast<Member*>(events[static_cast<std::size_t>(i)].data.ptr));
            }
        }
        return true;
    }
    template <class Act>
    void each(Act act) {
        for (const auto& member : members) {
            act(*member);
            keep_in_mind(*member);
        }
    }

    std::vector<std::unique_ptr<Member>> members;
    SocketHandle highest = 0;

 private:
    void let_in() {
        while (begun_ < members.size() && connecting_ < connecting_count_max) {
            Member& member = *members[begun_];
            EXPECT_EQ(member.client.connect_to_url(url_), Error::ok);
            ++connecting_;
            ++begun_;
            serve(member);
        }
    }
    void serve(Member& member) {
        const bool was_connecting = member.is_connecting();
        member.client.poll();
        if (was_connecting && !member.is_connecting()) --connecting_;
        failed_ |= member.has_ended() && !member.is_clean;
        keep_in_mind(member);
    }
    // Updates epoll with what the client waits for. It removes closed sockets by itself.
    void keep_in_mind(Member& member) {
        WaitItem item;
        if (member.client.wait_set({&item, 1}) == 0) return;
        const WaitItem before = std::exchange(member.awaited, item);
        const bool is_same = before.socket == item.socket && before.readable == item.readable &&
                             before.writable == item.writable;
        if (is_same) return;
        highest = std::max(highest, item.socket);
        epoll_event event{};
        event.events = (item.readable ? EPOLLIN : 0u) | (item.writable ? EPOLLOUT : 0u);
        event.data.ptr = &member;
        const int fd = static_cast<int>(item.socket);
        const int change = before.socket == item.socket ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
        EXPECT_EQ(::epoll_ctl(epoll_, change, fd, &event), 0) << std::strerror(errno);
    }

    std::string url_;
    int epoll_;
    std::size_t begun_ = 0;
    std::size_t connecting_ = 0;
    bool failed_ = false;
};

TEST(Crowd, loses_nothing) {
    const std::size_t limit = raise_descriptor_limit();
    if (limit < other_descriptors + FD_SETSIZE * 5 / 4) {
        GTEST_SKIP() << "this machine permits only " << limit << " descriptors";
    }
    const std::size_t count = std::min(member_count_max, limit - other_descriptors);
    if (count < member_count_max) std::cout << "only " << count << " clients: descriptors\n";
    ForeignServer server(Program::node);
    const bool may_be_absent = std::getenv("CI") == nullptr;
    if (server.is_absent() && may_be_absent) {
        GTEST_SKIP() << "not installed: the Debian package " << package_of(Program::node);
    }
    ASSERT_TRUE(server.is_ready()) << server.printed();

    Crowd crowd("ws://127.0.0.1:" + std::to_string(server.port()), count);
    const auto is_open = [](const auto& member) { return member->is_open(); };
    const auto is_reported_completely = [](const auto& member) {
        return member->received >= message_count;
    };
    const auto has_ended = [](const auto& member) { return member->has_ended(); };
    ASSERT_TRUE(crowd.goes_on_until(is_open));
    EXPECT_GT(crowd.highest, FD_SETSIZE);
    crowd.each([](Member& member) { member.send(); });
    ASSERT_TRUE(crowd.goes_on_until(is_reported_completely));
    crowd.each([](Member& member) { EXPECT_EQ(member.client.disconnect_from_host(), Error::ok); });
    ASSERT_TRUE(crowd.goes_on_until(has_ended));
    for (const auto& member : crowd.members) {
        ASSERT_EQ(member->received, message_count) << member->client.failure().explain();
        ASSERT_EQ(member->wrong, 0u);
        ASSERT_TRUE(member->is_clean) << member->client.failure().explain();
    }
}

}  // namespace
}  // namespace linnet::test
