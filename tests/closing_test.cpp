// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The payload of close frames, RFC 6455 5.5.1 and 7.4, compared with a list copied from the RFC.
#include "protocol/closing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "linnet/codec/utf8.hpp"
#include "testkit/exact.hpp"
#include "testkit/wire.hpp"

namespace linnet {
namespace {

using test::close_payload;
using test::ExactBytes;
using test::shown;

// RFC 6455 7.4.1 and 7.4.2 from top to bottom, and the IANA registry of close codes.
bool may_stand_in_a_frame(unsigned code) {
    switch (code) {
        case 1000: return true;   // normal closure
        case 1001: return true;   // going away
        case 1002: return true;   // protocol error
        case 1003: return true;   // unsupported data
        case 1004: return false;  // reserved
        case 1005: return false;  // no status received: MUST NOT be set
        case 1006: return false;  // abnormal closure: MUST NOT be set
        case 1007: return true;   // invalid frame payload data
        case 1008: return true;   // policy violation
        case 1009: return true;   // message too big
        case 1010: return true;   // mandatory extension
        case 1011: return true;   // internal error
        case 1012: return true;   // IANA: service restart
        case 1013: return true;   // IANA: try again later
        case 1014: return true;   // IANA: bad gateway
        case 1015: return false;  // TLS handshake: MUST NOT be set
    }
    if (code <= 999) return false;   // "not used"
    if (code <= 2999) return false;  // reserved for the protocol, none defined
    if (code <= 3999) return true;   // registered with IANA, for libraries and frameworks
    if (code <= 4999) return true;   // private use
    return false;
}

Cause decoded(std::string_view payload, ClosePayload& close) {
    const ExactBytes exact(payload);
    const Cause cause = decode_close(exact.bytes(), close);
    EXPECT_TRUE(test::lies_within(close.reason, exact.text()));
    // The bytes it points to are only valid during this function.
    if (cause == Cause::none && payload.size() >= 2) {
        EXPECT_EQ(close.reason, payload.substr(2));
    }
    close.reason = {};
    return cause;
}

std::string encoded(std::uint16_t code, std::string_view reason) {
    const ExactBytes exact(reason);
    ExactBytes out(control_payload_size_max);
    const std::size_t size =
        encode_close({code, exact.text()}, std::span<std::uint8_t, control_payload_size_max>(
                                               out.buffer().data(), out.buffer().size()));
    EXPECT_LE(size, control_payload_size_max);
    for (const std::uint8_t byte : out.bytes().subspan(size)) EXPECT_EQ(byte, ExactBytes::fill);
    return std::string(out.text().substr(0, size));
}

// Case 15: codes that must not appear in a close frame
TEST(Closing, classifies_all_65536_codes) {
    for (unsigned code = 0; code <= 0xFFFF; ++code) {
        ASSERT_EQ(is_close_code(code), may_stand_in_a_frame(code)) << code;
        ClosePayload close;
        const Cause cause = decoded(close_payload(static_cast<int>(code)), close);
        ASSERT_EQ(cause, may_stand_in_a_frame(code) ? Cause::none : Cause::close_code_not_allowed)
            << code;
        if (cause == Cause::none) {
            ASSERT_EQ(close.code, code);
            ASSERT_EQ(encoded(close.code, ""), close_payload(static_cast<int>(code)));
        }
    }
    for (const std::uint32_t code : {65536u + 1000, 0x10000u * 3 + 3000, 0xFFFFFFFFu}) {
        EXPECT_FALSE(is_close_code(code)) << code;
    }
}

TEST(Closing, decodes_every_size) {
    ClosePayload close;
    EXPECT_EQ(decoded("", close), Cause::none);
    EXPECT_EQ(close.code, no_close_code);
    for (int byte = 0; byte < 256; ++byte) {
        EXPECT_EQ(decoded(std::string(1, static_cast<char>(byte)), close),
                  Cause::close_payload_too_short);
    }
    for (std::size_t size = 2; size <= 125; ++size) {
        const std::string payload = close_payload(4000, std::string(size - 2, 'r'));
        EXPECT_EQ(decoded(payload, close), Cause::none) << size;
        EXPECT_EQ(close.code, 4000) << size;
    }
}

TEST(Closing, overwrites_its_previous_result) {
    ClosePayload close{1000, "old"};
    EXPECT_EQ(decode_close({}, close), Cause::none);
    EXPECT_EQ(close.code, no_close_code);
    EXPECT_EQ(close.reason, "");
}

TEST(Closing, requires_utf8_in_the_reason) {
    struct Row {
        std::string_view reason;
        bool good;
    };
    constexpr Row rows[] = {
        {"gr\xC3\xBC\xC3\x9F", true},
        {"\xE2\x82\xAC", true},
        {"\xF0\x9F\x8E\x88", true},
        {"\xC3(", false},
        {"\xC3", false},
        {"good, then \xE2\x82", false},
        {"\xED\xA0\x80", false},
        {"\xC0\x80", false},
        {"\xF4\x90\x80\x80", false},
        {"\xFF and more after", false},
        {"\x80", false},
    };
    for (const Row& row : rows) {
        ClosePayload close;
        EXPECT_EQ(decoded(close_payload(1000, row.reason), close),
                  row.good ? Cause::none : Cause::close_reason_not_utf8)
            << shown(row.reason);
    }
    // The code is checked first.
    ClosePayload close;
    EXPECT_EQ(decoded(close_payload(1006, "\xFF"), close), Cause::close_code_not_allowed);
}

TEST(Closing, cuts_a_reason_of_any_length_at_a_character) {
    for (const std::string_view character : {"a", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x8E\x88"}) {
        for (std::size_t lead = 0; lead < 4; ++lead) {
            for (std::size_t count = 0; count <= 140; ++count) {
                std::string reason(lead, '.');
                for (std::size_t i = 0; i < count; ++i) reason += character;
                const std::size_t fitting = (123 - lead) / character.size();
                const std::string kept =
                    reason.substr(0, lead + std::min(count, fitting) * character.size());
                ASSERT_EQ(encoded(1000, reason), close_payload(1000, kept))
                    << shown(reason) << " of " << reason.size() << " bytes";
                ASSERT_TRUE(is_utf8(bytes_of(kept)));
            }
        }
    }
}

TEST(Closing, writes_nothing_without_a_code) {
    EXPECT_EQ(encoded(no_close_code, ""), "");
    EXPECT_EQ(encoded(no_close_code, "a reason needs a code"), "");
}

// Case 36: close frames with uninitialised bytes
TEST(Closing, decodes_what_it_encoded) {
    for (std::size_t size = 0; size <= 123; ++size) {
        const std::string payload = encoded(1001, std::string(size, 'x'));
        ClosePayload close;
        EXPECT_EQ(payload.size(), 2 + size);
        EXPECT_EQ(decoded(payload, close), Cause::none);
        EXPECT_EQ(close.code, 1001);
    }
}

// RFC 6455 7.4.1.
TEST(Closing, sends_the_peer_the_right_code_and_reason) {
    struct Row {
        Cause cause;
        std::uint16_t code;
    };
    constexpr Row rows[] = {
        {Cause::frame_reserved_bits, 1002},
        {Cause::frame_reserved_opcode, 1002},
        {Cause::frame_masked, 1002},
        {Cause::frame_not_masked, 1002},
        {Cause::frame_control_fragmented, 1002},
        {Cause::frame_control_too_long, 1002},
        {Cause::frame_length_not_minimal, 1002},
        {Cause::frame_length_top_bit, 1002},
        {Cause::continuation_without_start, 1002},
        {Cause::message_inside_message, 1002},
        {Cause::close_payload_too_short, 1002},
        {Cause::close_code_not_allowed, 1002},
        {Cause::text_not_utf8, 1007},
        {Cause::close_reason_not_utf8, 1007},
        {Cause::message_too_many_fragments, 1008},
        {Cause::message_too_large, 1009},
        {Cause::out_of_memory, 1011},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(close_code_for(row.cause), row.code) << text(row.cause);
        EXPECT_TRUE(may_stand_in_a_frame(row.code));
        const std::string_view reason = close_reason_for(row.cause);
        EXPECT_FALSE(reason.empty());
        EXPECT_LE(reason.size(), 123u) << "the whole sentence is sent to the peer";
        EXPECT_EQ(reason.find("Limits::"), reason.npos) << reason;
        EXPECT_EQ(reason.find("set_buffers"), reason.npos) << reason;
    }
}

}  // namespace
}  // namespace linnet
