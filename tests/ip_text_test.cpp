// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// IP addresses to and from text.
#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <string>

#include "codec/ip_text.hpp"

namespace linnet {
namespace {

std::string text_of_ip(const SocketAddress& address) {
    std::array<std::uint8_t, ip_text_size_max> buffer;
    TextWriter writer(buffer);
    put_ip(writer, address);
    return std::string(writer.text());
}

TEST(IpText, is_parsed_and_written) {
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
        {"1::", true, "1::"},
        {"::2:3:4:5:6:7:8", true, "0:2:3:4:5:6:7:8"},
        {"1:2:3:4:5:6:7::", true, "1:2:3:4:5:6:7:0"},
        {"1:2:3::5:6:7:8", true, "1:2:3:0:5:6:7:8"},
        {"1:2:3:4:5:6:7:8", true, "1:2:3:4:5:6:7:8"},
        {"2001:DB8:0:0:0:0:0:a", true, "2001:db8::a"},
        {"00a0:0ab0:0abc:abcd::", true, "a0:ab0:abc:abcd::"},
        // RFC 5952 4.2.3: the longest run of zeros, the first of equal ones.
        {"2001:0:0:1:0:0:0:1", true, "2001:0:0:1::1"},
        {"2001:db8:0:0:1:0:0:1", true, "2001:db8::1:0:0:1"},
        {"0:0:0:1:0:0:0:1", true, "::1:0:0:0:1"},
        {"::ffff:1.2.3.4", true, "::ffff:1.2.3.4"},
        {"0:0:0:0:0:ffff:1.2.3.4", true, "::ffff:1.2.3.4"},
        {"::1.2.3.4", true, "::102:304"},
        {"64:ff9b::192.0.2.33", true, "64:ff9b::c000:221"},
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

TEST(IpText, is_not_a_host_name_or_a_partial_address) {
    const std::string long_name(300, '1');
    const std::string_view texts[] = {
        "",
        "localhost",
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "1.2.3.",
        ".1.2.3",
        "1..2.3",
        "01.2.3.4",
        "1.2.3.4 ",
        " 127.0.0.1",
        "+1.2.3.4",
        "0x7f.0.0.1",
        "1.2.3.4444444444",
        "[::1]",
        "::1%lo",
        ":",
        ":::",
        ":::1",
        "1:::2",
        "::1::",
        "1::2::3",
        "1:",
        ":1",
        "1:2:3:4:5:6:7",
        "g::",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "12345::",
        "1:2:3:4:5:6:7:",
        "::1.2.3",
        "::1.2.3.4.5",
        "::1.2.3.4:5",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1.2.3.4::",
        "::256.1.1.1",
        "::ffff:01.2.3.4",
        std::string_view("127.0.0.1\0", 10),
        std::string_view("::1\0", 4),
        long_name,
    };
    for (const std::string_view text : texts) {
        SocketAddress address;
        EXPECT_FALSE(parse_ip_literal(text, address)) << text;
    }
}

// Compares with inet_pton for every text of ten of these characters.
TEST(IpText, agrees_with_inet_pton) {
    constexpr std::string_view characters = ":1.0";
    std::string text;
    const auto check = [&] {
        SocketAddress ours, theirs;
        const bool is_ours = parse_ip_literal(text, ours);
        bool is_theirs = inet_pton(AF_INET, text.c_str(), theirs.bytes.data()) == 1;
        if (!is_theirs) is_theirs = inet_pton(AF_INET6, text.c_str(), theirs.bytes.data()) == 1;
        ASSERT_EQ(is_ours, is_theirs) << text;
        if (is_ours) {
            EXPECT_EQ(ours.bytes, theirs.bytes) << text;
        }
    };
    for (std::size_t number = 0; number < std::size_t{1} << 2 * 10; ++number) {
        text.clear();
        for (std::size_t rest = number, i = 0; i < 10; ++i, rest /= 4) text += characters[rest % 4];
        check();
        if (number % 16 == 0) {
            text += ":1.2.3.4";
            check();
        }
    }
}

}  // namespace
}  // namespace linnet
