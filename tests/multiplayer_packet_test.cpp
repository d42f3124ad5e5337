// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Packets of Godot 3's multiplayer: golden bytes sent by the real engine, and every truncation of a
// header.
#include "linnet/codec/multiplayer_packet.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <sstream>
#include <string>

#include "testkit/exact.hpp"
#include "testkit/vector_file.hpp"

namespace linnet::test {
namespace {

using Type = MultiplayerPacket::Type;

std::string bytes_of_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    }
    return bytes;
}

TEST(MultiplayerPacket, reads_and_writes_the_packets_of_godot) {
    std::istringstream lines(vector_text("multiplayer_packets.txt"));
    int row_count = 0;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("#")) continue;
        SCOPED_TRACE(line);
        std::istringstream row(line);
        int type = 0;
        PeerId source = 0, target = 0;
        std::string hex;
        row >> type >> source >> target >> hex;
        const ExactBytes message(std::string_view(bytes_of_hex(hex)));
        MultiplayerPacket packet;
        if (type > 3 || message.bytes().size() < multiplayer_header_size) {
            EXPECT_FALSE(decode_multiplayer_packet(message.bytes(), packet));
            continue;
        }
        ++row_count;
        ASSERT_TRUE(decode_multiplayer_packet(message.bytes(), packet));
        EXPECT_EQ(static_cast<int>(packet.type), type);
        EXPECT_EQ(packet.source, source);
        EXPECT_EQ(packet.target, target);
        ExactBytes out(message.bytes().size());
        EXPECT_EQ(encode_multiplayer_packet(packet, out.buffer()), message.bytes().size());
        EXPECT_EQ(out.text(), message.text());
    }
    EXPECT_GT(row_count, 40);
}

TEST(MultiplayerPacket, is_little_endian_on_every_machine) {
    const std::string bytes = bytes_of_hex(
        "00"
        "04030201"
        "fdffffff"
        "6869");
    MultiplayerPacket packet;
    ASSERT_TRUE(decode_multiplayer_packet(bytes_of(bytes), packet));
    EXPECT_EQ(packet.source, 0x01020304);
    EXPECT_EQ(packet.target, -3);
    EXPECT_EQ(text_of(packet.body), "hi");
    const auto header = multiplayer_header(Type::payload, 0x01020304, -3);
    EXPECT_EQ(text_of(Bytes(header)), bytes.substr(0, 9));
}

// Case 46: ids of every sign and size
TEST(MultiplayerPacket, supports_every_id) {
    for (const PeerId id : {std::numeric_limits<PeerId>::min(), -2, -1, 0, 1, 2, 255, 256, 65536,
                            std::numeric_limits<PeerId>::max()}) {
        const auto header = multiplayer_header(Type::payload, id, id);
        MultiplayerPacket packet;
        ASSERT_TRUE(decode_multiplayer_packet(header, packet));
        EXPECT_EQ(packet.source, id);
        EXPECT_EQ(packet.target, id);
        EXPECT_TRUE(packet.body.empty());
        const auto system = system_packet(Type::del, id);
        ASSERT_TRUE(decode_multiplayer_packet(system, packet));
        EXPECT_EQ(subject_of(packet), id);
        EXPECT_EQ(packet.source, server_peer);
        EXPECT_EQ(packet.target, no_peer);
    }
}

// Input that is too short leaves the packet unchanged.
// Case 46: packets that are too short
TEST(MultiplayerPacket, is_refused_at_every_truncation) {
    for (const Type type : {Type::payload, Type::add, Type::del, Type::id}) {
        const auto whole = system_packet(type, 7);
        for (std::size_t size = 0; size <= whole.size(); ++size) {
            SCOPED_TRACE(size);
            const ExactBytes message(Bytes(whole).first(size));
            MultiplayerPacket packet{.type = Type::del, .source = 99, .target = 98, .body = {}};
            const std::size_t needed = type == Type::payload ? 9 : 13;
            EXPECT_EQ(decode_multiplayer_packet(message.bytes(), packet), size >= needed);
            EXPECT_EQ(packet.source, size >= needed ? server_peer : 99);
        }
    }
}

// Case 46: unknown types
TEST(MultiplayerPacket, with_an_unknown_type_is_refused) {
    auto bytes = system_packet(Type::id, 7);
    for (int type = 0; type < 256; ++type) {
        bytes[0] = static_cast<std::uint8_t>(type);
        MultiplayerPacket packet;
        EXPECT_EQ(decode_multiplayer_packet(bytes, packet), type <= 3) << type;
    }
}

TEST(MultiplayerPacket, is_written_only_where_it_fits) {
    const MultiplayerPacket packet{
        .type = Type::payload, .source = 5, .target = 6, .body = bytes_of("body")};
    for (std::size_t size = 0; size < 13; ++size) {
        ExactBytes out(size);
        EXPECT_EQ(encode_multiplayer_packet(packet, out.buffer()), 0u);
        EXPECT_TRUE(std::all_of(out.bytes().begin(), out.bytes().end(),
                                [](std::uint8_t byte) { return byte == ExactBytes::fill; }));
    }
    ExactBytes out(13);
    EXPECT_EQ(encode_multiplayer_packet(packet, out.buffer()), 13u);
    EXPECT_EQ(out.text().substr(9), "body");
}

// A longer add, del or id is accepted, as Godot does.
TEST(MultiplayerPacket, reads_the_peer_and_ignores_what_follows) {
    const auto system = system_packet(Type::add, 0x7F000001);
    const std::string longer = std::string(text_of(Bytes(system))) + "more";
    MultiplayerPacket packet;
    ASSERT_TRUE(decode_multiplayer_packet(bytes_of(longer), packet));
    EXPECT_EQ(subject_of(packet), 0x7F000001);
}

}  // namespace
}  // namespace linnet::test
