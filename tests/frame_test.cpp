// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The frame header, RFC 6455 5.2, compared with an implementation that follows the text of the RFC.
#include "linnet/codec/frame.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "testkit/exact.hpp"

namespace linnet {
namespace {

using namespace std::string_view_literals;
using test::ExactBytes;
using test::shown;
using Outcome = Step<FrameHeader>::Outcome;

constexpr Role roles[] = {Role::client, Role::server};
constexpr Opcode opcodes[] = {Opcode::continuation, Opcode::text, Opcode::binary,
                              Opcode::close,        Opcode::ping, Opcode::pong};
constexpr MaskKey key = {0x37, 0xFA, 0x21, 0x3D};
constexpr std::uint64_t payload_sizes[] = {
    0,
    1,
    124,
    125,
    126,
    127,
    128,
    255,
    256,
    32767,
    32768,
    65535,
    65536,
    65537,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    0x100000000,
    0x100000001,
    0x123456789ABCDEF,
    0x7FFFFFFFFFFFFFFF,
};

std::string_view name_of(Role role) {
    return role == Role::client ? "client" : "server";
}

Step<FrameHeader> decoded(std::string_view wire, Role receiver) {
    return decode_frame_header(ExactBytes(wire).bytes(), receiver);
}

std::string encoded(const FrameHeader& header) {
    ExactBytes out(frame_header_size(header));
    EXPECT_EQ(encode_frame_header(header, out.buffer()), frame_header_size(header));
    return std::string(out.text());
}

// Every result besides its status: nothing is consumed unless it is done.
void check_step(const Step<FrameHeader>& step, Outcome status, Cause cause) {
    EXPECT_EQ(step.status, status);
    EXPECT_EQ(step.cause, cause);
    if (status != Outcome::done) {
        EXPECT_EQ(step.consumed, 0u);
    }
}

// ---- the naive implementation
// -------------------------------------------------------------------------

// RFC 6455 5.2 and 5.5, the first byte from left to right: FIN, RSV1-3, opcode.
Cause naive_result_first(unsigned byte) {
    const bool fin = byte >= 128;
    const unsigned reserved_bits = byte / 16 % 8;
    // "MUST be 0 unless an extension is negotiated that defines meanings for non-zero values."
    if (reserved_bits != 0) return Cause::frame_reserved_bits;
    switch (byte % 16) {
        case 0x0: return Cause::none;  // a continuation frame
        case 0x1: return Cause::none;  // a text frame
        case 0x2:
            return Cause::none;  // a binary frame
        // "All control frames [...] MUST NOT be fragmented."
        case 0x8: return fin ? Cause::none : Cause::frame_control_fragmented;  // close
        case 0x9: return fin ? Cause::none : Cause::frame_control_fragmented;  // ping
        case 0xA: return fin ? Cause::none : Cause::frame_control_fragmented;  // pong
        default: return Cause::frame_reserved_opcode;                          // 3-7 and B-F
    }
}

// The second byte from left to right: MASK, payload length.
Cause naive_result_second(unsigned first, unsigned second, Role receiver) {
    const bool mask = second >= 128;
    // 5.1: "A server MUST NOT mask any frames that it sends to the client. A client MUST close a
    // connection if it detects a masked frame."
    if (receiver == Role::client && mask) return Cause::frame_masked;
    // 5.1: "The server MUST close the connection upon receiving a frame that is not masked."
    if (receiver == Role::server && !mask) return Cause::frame_not_masked;
    // 5.5: "All control frames MUST have a payload length of 125 bytes or less."
    const bool control = first % 16 >= 8;
    if (control && second % 128 > 125) return Cause::frame_control_too_long;
    return Cause::none;
}

void check_first_two(unsigned first, unsigned second, Role receiver) {
    const std::uint8_t bytes[] = {static_cast<std::uint8_t>(first),
                                  static_cast<std::uint8_t>(second)};
    const ExactBytes wire{Bytes(bytes)};
    const auto step = decode_frame_header(wire.bytes(), receiver);

    Cause cause = naive_result_first(first);
    if (cause == Cause::none) cause = naive_result_second(first, second, receiver);
    const bool whole = second % 128 < 126 && second < 128;
    check_step(step,
               cause != Cause::none ? Outcome::failed
               : whole              ? Outcome::done
                                    : Outcome::partial,
               cause);
    if (!step.done()) return;
    EXPECT_EQ(step.consumed, 2u);
    EXPECT_EQ(static_cast<unsigned>(step.value.opcode), first % 16);
    EXPECT_EQ(step.value.fin, first >= 128);
    EXPECT_EQ(step.value.masked, false);
    EXPECT_EQ(step.value.payload_size, second);
    EXPECT_EQ(step.value.key, MaskKey{});
}

// ---- the promises ----------------------------------------------------------------------------

// Case 11, 16: reserved bits and opcodes, masks, long or cut control frames
TEST(Frame, validates_every_value_of_the_first_two_bytes_as_rfc_6455_says) {
    for (const Role receiver : roles) {
        for (unsigned first = 0; first < 256; ++first) {
            for (unsigned second = 0; second < 256; ++second) {
                check_first_two(first, second, receiver);
                ASSERT_FALSE(HasFailure())
                    << "bytes " << first << " and " << second << ", as " << name_of(receiver);
            }
        }
    }
}

// Case 16, 17: fatal is not incomplete
TEST(Frame, refuses_after_one_byte_what_the_first_byte_proves_invalid) {
    for (const Role receiver : roles) {
        check_step(decoded("", receiver), Outcome::partial, Cause::none);
        for (unsigned first = 0; first < 256; ++first) {
            SCOPED_TRACE(first);
            const char byte = static_cast<char>(static_cast<std::uint8_t>(first));
            const Cause cause = naive_result_first(first);
            check_step(decoded({&byte, 1}, receiver),
                       cause == Cause::none ? Outcome::partial : Outcome::failed, cause);
        }
    }
}

struct LengthRow {
    std::string_view wire;
    Cause cause;
    std::size_t decided_at;  // bytes that decide it
    std::uint64_t payload_size;
};

constexpr LengthRow length_rows[] = {
    {"\x82\x00"sv, Cause::none, 2, 0},
    {"\x82\x7D", Cause::none, 2, 125},
    {"\x82\x7E\x00\x7E"sv, Cause::none, 4, 126},
    {"\x82\x7E\x00\x7F"sv, Cause::none, 4, 127},
    {"\x82\x7E\x7F\xFF", Cause::none, 4, 32767},
    {"\x82\x7E\x80\x00"sv, Cause::none, 4, 32768},
    {"\x82\x7E\xFF\xFF", Cause::none, 4, 65535},
    {"\x82\x7F\0\0\0\0\x00\x01\x00\x00"sv, Cause::none, 10, 65536},
    {"\x82\x7F\0\0\0\0\x7F\xFF\xFF\xFF"sv, Cause::none, 10, 0x7FFFFFFF},
    {"\x82\x7F\0\0\0\0\x80\x00\x00\x00"sv, Cause::none, 10, 0x80000000},
    {"\x82\x7F\0\0\0\0\xFF\xFF\xFF\xFF"sv, Cause::none, 10, 0xFFFFFFFF},
    {"\x82\x7F\0\0\0\x01\x00\x00\x00\x00"sv, Cause::none, 10, 0x100000000},
    {"\x82\x7F\x01\0\0\0\x00\x00\x00\x00"sv, Cause::none, 10, 0x100000000000000},
    {"\x82\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", Cause::none, 10, 0x7FFFFFFFFFFFFFFF},
    {"\x82\x7F\x80\0\0\0\0\0\0\0"sv, Cause::frame_length_top_bit, 3, 0},
    {"\x82\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", Cause::frame_length_top_bit, 3, 0},
    {"\x82\x7E\x00\x00"sv, Cause::frame_length_not_minimal, 4, 0},
    {"\x82\x7E\x00\x7D"sv, Cause::frame_length_not_minimal, 4, 0},
    {"\x82\x7F\0\0\0\0\0\0\x00\x00"sv, Cause::frame_length_not_minimal, 8, 0},
    {"\x82\x7F\0\0\0\0\0\0\x00\x7D"sv, Cause::frame_length_not_minimal, 8, 0},
    {"\x82\x7F\0\0\0\0\0\0\x00\x7E"sv, Cause::frame_length_not_minimal, 8, 0},
    {"\x82\x7F\0\0\0\0\0\0\xFF\xFF"sv, Cause::frame_length_not_minimal, 8, 0},
};

// The same header from a client: with the mask bit, followed by the key.
std::string masked(std::string_view wire) {
    std::string text(wire);
    text[1] = static_cast<char>(static_cast<std::uint8_t>(text[1]) | 0x80);
    return text + "\x37\xFA\x21\x3D";
}

// No payload byte follows: a length is validated on its own.
// Case 1, 2, 4: lengths at every limit, encodings that are too long, the top bit
TEST(Frame, validates_a_length_at_the_byte_that_decides_it) {
    for (const LengthRow& row : length_rows) {
        for (const Role receiver : roles) {
            SCOPED_TRACE(shown(row.wire) + " as " + std::string(name_of(receiver)));
            const bool server = receiver == Role::server;
            const std::string wire = server ? masked(row.wire) : std::string(row.wire);
            const bool good = row.cause == Cause::none;
            const std::size_t decided_at = row.decided_at + (good && server ? 4 : 0);
            for (std::size_t size = 0; size <= wire.size(); ++size) {
                SCOPED_TRACE(size);
                const auto step = decoded(wire.substr(0, size), receiver);
                if (size < decided_at) {
                    check_step(step, Outcome::partial, Cause::none);
                    continue;
                }
                check_step(step, good ? Outcome::done : Outcome::failed, row.cause);
                if (!good) continue;
                EXPECT_EQ(step.consumed, decided_at);
                EXPECT_EQ(step.value.payload_size, row.payload_size);
            }
        }
    }
}

// Case 2: lengths in more bytes than necessary
TEST(Frame, accepts_a_16_bit_length_from_126_on) {
    for (unsigned length = 0; length <= 0xFFFF; ++length) {
        const char wire[] = {'\x01', '\x7E', static_cast<char>(length >> 8),
                             static_cast<char>(length & 0xFF)};
        const auto step = decoded({wire, 4}, Role::client);
        ASSERT_EQ(step.done(), length >= 126) << length;
        ASSERT_EQ(step.cause, length >= 126 ? Cause::none : Cause::frame_length_not_minimal)
            << length;
        ASSERT_EQ(step.value.payload_size, length >= 126 ? length : 0) << length;
    }
}

// All headers that may be sent.
std::vector<FrameHeader> valid_headers() {
    std::vector<FrameHeader> headers;
    for (const Opcode opcode : opcodes) {
        for (const std::uint64_t size : payload_sizes) {
            for (const bool fin : {true, false}) {
                if (is_control(opcode) && (!fin || size > 125)) continue;
                headers.push_back({.opcode = opcode, .fin = fin, .payload_size = size});
                headers.push_back({.opcode = opcode,
                                   .fin = fin,
                                   .masked = true,
                                   .payload_size = size,
                                   .key = key});
            }
        }
    }
    return headers;
}

TEST(Frame, decodes_what_it_encoded) {
    for (const FrameHeader& header : valid_headers()) {
        const std::string wire = encoded(header);
        SCOPED_TRACE(shown(wire));
        const auto step = decoded(wire, header.masked ? Role::server : Role::client);
        check_step(step, Outcome::done, Cause::none);
        EXPECT_EQ(step.consumed, wire.size());
        EXPECT_TRUE(step.value == header);
    }
}

// Case 3, 17: a header cut at every byte
TEST(Frame, consumes_nothing_of_a_truncated_header) {
    for (const FrameHeader& header : valid_headers()) {
        const std::string wire = encoded(header);
        for (std::size_t size = 0; size < wire.size(); ++size) {
            SCOPED_TRACE(shown(wire) + " cut at " + std::to_string(size));
            check_step(decoded(wire.substr(0, size), header.masked ? Role::server : Role::client),
                       Outcome::partial, Cause::none);
        }
    }
}

TEST(Frame, leaves_what_follows_the_header_where_it_is) {
    for (const FrameHeader& header : valid_headers()) {
        const std::string wire = encoded(header);
        SCOPED_TRACE(shown(wire));
        const auto step = decoded(wire + "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
                                  header.masked ? Role::server : Role::client);
        check_step(step, Outcome::done, Cause::none);
        EXPECT_EQ(step.consumed, wire.size());
        EXPECT_TRUE(step.value == header);
    }
}

TEST(Frame, encodes_in_the_fewest_bytes_and_writes_no_more) {
    for (const FrameHeader& header : valid_headers()) {
        const std::size_t length_size = header.payload_size <= 125     ? 0
                                        : header.payload_size <= 65535 ? 2
                                                                       : 8;
        const std::size_t size = 2 + length_size + (header.masked ? 4 : 0);
        EXPECT_EQ(frame_header_size(header), size);
        EXPECT_LE(size, frame_header_size_max);

        ExactBytes out(frame_header_size_max + 8);
        EXPECT_EQ(encode_frame_header(header, out.buffer()), size);
        EXPECT_EQ(out.text().substr(0, size), encoded(header));
        for (const std::uint8_t byte : out.bytes().subspan(size)) {
            EXPECT_EQ(byte, ExactBytes::fill) << shown(encoded(header));
        }
    }
}

// The headers of RFC 6455 5.7.
TEST(Frame, encodes_the_examples_of_rfc_6455) {
    struct Row {
        std::string_view name, wire;
        FrameHeader header;
    };
    constexpr Row rows[] = {
        {"a text message", "\x81\x05", {.opcode = Opcode::text, .payload_size = 5}},
        {"a masked text message",
         "\x81\x85\x37\xFA\x21\x3D",
         {.opcode = Opcode::text, .masked = true, .payload_size = 5, .key = key}},
        {"a first fragment", "\x01\x03", {.opcode = Opcode::text, .fin = false, .payload_size = 3}},
        {"a last fragment", "\x80\x02", {.opcode = Opcode::continuation, .payload_size = 2}},
        {"a ping", "\x89\x05", {.opcode = Opcode::ping, .payload_size = 5}},
        {"a masked pong",
         "\x8A\x85\x37\xFA\x21\x3D",
         {.opcode = Opcode::pong, .masked = true, .payload_size = 5, .key = key}},
        {"256 bytes", "\x82\x7E\x01\x00"sv, {.opcode = Opcode::binary, .payload_size = 256}},
        {"64 KiB",
         "\x82\x7F\x00\x00\x00\x00\x00\x01\x00\x00"sv,
         {.opcode = Opcode::binary, .payload_size = 65536}},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        const auto step = decoded(row.wire, row.header.masked ? Role::server : Role::client);
        check_step(step, Outcome::done, Cause::none);
        EXPECT_TRUE(step.value == row.header);
        EXPECT_EQ(encoded(row.header), row.wire);
    }
}

TEST(Frame, recognises_the_control_frames) {
    for (const Opcode opcode : opcodes) {
        const bool control =
            opcode == Opcode::close || opcode == Opcode::ping || opcode == Opcode::pong;
        EXPECT_EQ(is_control(opcode), control) << static_cast<int>(opcode);
    }
}

}  // namespace
}  // namespace linnet
