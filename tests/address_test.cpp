// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// IP addresses to and from text.
#include <gtest/gtest.h>

#include <string>

#include "net/system.hpp"

namespace linnet {
namespace {

std::string text_of_ip(const SocketAddress& address) {
    std::array<std::uint8_t, ip_text_size_max> room;
    TextWriter writer(room);
    put_ip(writer, address);
    return std::string(writer.text());
}

TEST(Address, is_read_and_written) {
    struct Row {
        const char* text;
        bool ipv6;
        const char* written;
    };
    const Row rows[] = {
        {"127.0.0.1", false, "127.0.0.1"},
        {"0.0.0.0", false, "0.0.0.0"},
        {"255.255.255.255", false, "255.255.255.255"},
        {"::1", true, "::1"},
        {"::", true, "::"},
        {"2001:DB8:0:0:0:0:0:a", true, "2001:db8::a"},
        {"::ffff:1.2.3.4", true, "::ffff:1.2.3.4"},
        {"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", true,
         "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.text);
        SocketAddress address;
        ASSERT_TRUE(parse_ip_literal(row.text, address));
        EXPECT_EQ(address.ipv6, row.ipv6);
        EXPECT_EQ(address.port, 0);
        EXPECT_EQ(text_of_ip(address), row.written);
    }
}

TEST(Address, is_no_name) {
    const std::string long_name(300, '1');
    for (const std::string_view text :
         {std::string_view(""), std::string_view("localhost"), std::string_view("1.2.3"),
          std::string_view("1.2.3.4.5"), std::string_view("256.1.1.1"), std::string_view(":::1"),
          std::string_view("[::1]"), std::string_view("::1%lo"),
          std::string_view("127.0.0.1\0", 10), std::string_view(" 127.0.0.1"),
          std::string_view(long_name)}) {
        SocketAddress address;
        EXPECT_FALSE(parse_ip_literal(text, address)) << text;
    }
}

}  // namespace
}  // namespace linnet
