// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What both embedded servers have in common and their own tests do not show.
#include "cli/embedded_server.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "cli/echo_server.hpp"
#include "net/system.hpp"

namespace linnet::cli {
namespace {

// No descriptor beyond `highest`, until the end.
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

TEST(EmbeddedServer, rests_while_there_is_no_descriptor_for_whoever_knocks) {
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
        EXPECT_EQ(wait_set_size(), 1u) << "a listener that is ready for ever would never rest";
        network.close(first);
        server.step();
        EXPECT_EQ(wait_set_size(), 1u) << "the listener alone";
    }
    server.step();
    EXPECT_EQ(wait_set_size(), 2u) << "the second one was only late";
    network.close(second);
}

}  // namespace
}  // namespace linnet::cli
