// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Which types convert to bytes, and which bytes they cover.
#include "linnet/bytes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <string>
#include <vector>

#include "linnet/packet_peer.hpp"
#include "testkit/exact.hpp"

namespace linnet {
namespace {

using namespace std::string_view_literals;
using test::shown;

template <class T>
constexpr bool is_packet = requires(PacketPeer& peer, T packet) {
    peer.put_packet(static_cast<T&&>(packet));
};

static_assert(is_packet<Bytes>);
static_assert(is_packet<MutableBytes>);
static_assert(is_packet<std::string>);
static_assert(is_packet<std::string&>);
static_assert(is_packet<const std::string&>);
static_assert(is_packet<std::string_view>);
static_assert(is_packet<const char*>);
static_assert(is_packet<const char (&)[3]>);
static_assert(is_packet<char (&)[3]>);
static_assert(is_packet<unsigned char (&)[3]>);
static_assert(is_packet<const std::uint8_t (&)[3]>);
static_assert(is_packet<std::byte (&)[3]>);
static_assert(is_packet<std::array<char, 3>>);
static_assert(is_packet<const std::array<std::byte, 3>&>);
static_assert(is_packet<std::vector<char>>);
static_assert(is_packet<std::vector<signed char>&>);
static_assert(is_packet<std::vector<std::uint8_t>>);
static_assert(is_packet<std::vector<std::byte>>);
static_assert(is_packet<std::span<char>>);
static_assert(is_packet<std::span<const std::byte, 4>>);
static_assert(!is_packet<std::vector<int>>);
static_assert(!is_packet<std::vector<bool>>);
static_assert(!is_packet<std::array<std::uint16_t, 2>>);
static_assert(!is_packet<bool (&)[3]>);
static_assert(!is_packet<wchar_t (&)[3]>);
static_assert(!is_packet<std::u16string>);
static_assert(!is_packet<std::deque<char>>);
static_assert(!is_packet<std::vector<std::string>>);
static_assert(!is_packet<const void*>);
static_assert(!is_packet<const unsigned char*>);

void expect_bytes(Bytes bytes, std::string_view expected, const char* what) {
    EXPECT_EQ(text_of(bytes), expected) << what << ": " << shown(bytes);
}

// Packets sent by a client are tested in websocket_client_test.
TEST(Bytes, cover_all_bytes_of_their_source) {
    constexpr std::string_view expected = "\1\0\2"sv;
    char chars[3] = {1, 0, 2};
    unsigned char unsigned_chars[3] = {1, 0, 2};
    const std::byte array[3] = {std::byte{1}, std::byte{0}, std::byte{2}};
    std::array<char, 3> std_array = {1, 0, 2};
    const std::vector<std::uint8_t> vector = {1, 0, 2};
    const std::vector<std::byte> std_bytes(array, array + 3);
    const std::string string = {1, 0, 2};
    expect_bytes(bytes_of(chars), expected, "char[]");
    expect_bytes(bytes_of(unsigned_chars), expected, "unsigned char[]");
    expect_bytes(bytes_of(array), expected, "const std::byte[]");
    expect_bytes(bytes_of(std_array), expected, "std::array<char>");
    expect_bytes(bytes_of(vector), expected, "std::vector<std::uint8_t>");
    expect_bytes(bytes_of(std_bytes), expected, "std::vector<std::byte>");
    expect_bytes(bytes_of(string), expected, "std::string");
    expect_bytes(bytes_of(std::string_view(string)), expected, "std::string_view");
    expect_bytes(bytes_of(std::span(chars)), expected, "std::span<char>");
    expect_bytes(bytes_of(std::as_bytes(std::span(vector))), expected, "std::span<std::byte>");
}

TEST(Bytes, of_a_char_array_are_text_if_it_is_const_and_all_if_it_is_not) {
    char buffer[4] = {'a', 'b', 0, 0};
    const char full[2] = {'a', 'b'};
    expect_bytes(bytes_of("ab"), "ab"sv, "a literal");
    expect_bytes(bytes_of("a\0b"), "a\0b"sv, "a literal with a NUL");
    expect_bytes(bytes_of("a\0"), "a\0"sv, "a literal that ends in a NUL of its own");
    expect_bytes(bytes_of(""), ""sv, "an empty literal");
    expect_bytes(bytes_of(full), "ab"sv, "a const array without a NUL");
    expect_bytes(bytes_of(buffer), "ab\0\0"sv, "a buffer");
    expect_bytes(bytes_of(static_cast<const char*>(buffer)), "ab"sv, "a pointer");
}

TEST(Bytes, may_be_empty) {
    expect_bytes(bytes_of(std::vector<char>()), "", "std::vector");
    expect_bytes(bytes_of(std::array<std::byte, 0>()), "", "std::array");
    expect_bytes(bytes_of(std::string()), "", "std::string");
    expect_bytes(bytes_of(Bytes()), "", "Bytes");
}

}  // namespace
}  // namespace linnet
