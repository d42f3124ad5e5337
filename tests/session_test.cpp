// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A conversation, RFC 6455 5-8: bytes in, events out, logged as a story; compared with literal
// bytes and with a session in the other role.
#include "linnet/protocol/session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "protocol/closing.hpp"
#include "testkit/exact.hpp"
#include "testkit/random.hpp"
#include "testkit/wire.hpp"
#include "testkit/world.hpp"

namespace linnet {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using test::close_payload;
using test::ExactBytes;
using test::frame_from;
using test::shown;
using test::WireFrame;
using Kind = SessionEvent::Kind;

constexpr Role roles[] = {Role::client, Role::server};

constexpr Role other(Role role) {
    return role == Role::client ? Role::server : Role::client;
}
std::string_view name_of(Role role) {
    return role == Role::client ? "a client" : "a server";
}

// A session and its surroundings. It takes every message as soon as it is reported, unless `takes`
// is false.
class Talker {
 public:
    explicit Talker(Role role = Role::client, const Limits& limits = {})
        : session(role, limits, entropy, &memory), role_(role) {}

    // Passes as much of `wire` to the session as fits; returns the number of bytes.
    std::size_t fill(std::string_view wire) {
        const MutableBytes buffer = session.receive_buffer();
        const std::size_t size = std::min(buffer.size(), wire.size());
        std::copy_n(bytes_of(wire).begin(), size, buffer.begin());
        session.fill(size);
        return size;
    }
    // The events caused by `wire`; stops when the buffer is full.
    std::string receive(std::string_view wire) {
        std::string story = described();
        while (!wire.empty()) {
            const std::size_t size = fill(wire);
            if (size == 0) break;
            wire.remove_prefix(size);
            story += described();
        }
        return story;
    }
    std::string receive_from_peer(Opcode opcode, std::string_view payload, bool fin = true) {
        return receive(frame_from(other(role_), opcode, payload, fin));
    }
    // All available events in order.
    std::string described() {
        std::string story;
        for (SessionEvent event; (event = session.next()).kind != Kind::none;) {
            story += line(event);
        }
        return story;
    }
    // All pending output.
    std::string sent() {
        std::string wire;
        Outbox::Pieces pieces;
        while (const std::size_t count = session.unsent(pieces)) {
            std::size_t size = 0;
            for (std::size_t i = 0; i < count; ++i) {
                wire += text_of(pieces[i]);
                size += pieces[i].size();
            }
            session.sent(size);
        }
        return wire;
    }
    std::vector<WireFrame> sent_frames() { return test::frames_of(sent(), other(role_)); }

    test::Faults faults;
    test::CountingMemory memory{faults};
    test::RandomEntropy entropy;
    Session session;
    bool takes = true;

 private:
    std::string line(const SessionEvent& event) {
        switch (event.kind) {
            case Kind::none: break;
            case Kind::message: return takes ? taken_line(session.take()) : "message;";
            case Kind::ping: return "ping " + std::string(text_of(event.payload)) + ";";
            case Kind::pong: return "pong " + std::string(text_of(event.payload)) + ";";
            case Kind::close:
                return "close " + std::to_string(event.close_code) + " " +
                       std::string(event.close_reason) + ";";
            case Kind::failed: return "failed: " + std::string(text(event.cause)) + ";";
        }
        return "?";
    }
    static std::string taken_line(const Inbox::Message& packet) {
        const ExactBytes copy(packet.payload);
        return (packet.is_text ? "text " : "binary ") + std::string(copy.text()) + ";";
    }

    Role role_;
};

std::string failed(Cause cause) {
    return "failed: " + std::string(text(cause)) + ";";
}

// As returned by `frames_of`: "pong hi;close 1000 bye;".
std::string described(const std::vector<WireFrame>& frames) {
    std::string story;
    for (const WireFrame& frame : frames) {
        constexpr std::string_view names[] = {
            "continuation ", "text ", "binary ", "", "", "", "", "", "close", "ping ", "pong "};
        story += names[static_cast<std::size_t>(frame.header.opcode)];
        std::string payload = frame.payload;
        if (frame.header.opcode == Opcode::close && payload.size() >= 2) {
            const int code =
                static_cast<std::uint8_t>(payload[0]) * 256 + static_cast<std::uint8_t>(payload[1]);
            payload = " " + std::to_string(code) + " " + payload.substr(2);
        }
        story += payload + ";";
    }
    return story;
}

// Passes all output of `from` to `to`; returns the events there.
std::string carry(Talker& from, Talker& to) {
    return to.receive(from.sent());
}

// ---- messages --------------------------------------------------------------------------------

TEST(Session, receives_the_examples_of_rfc_6455) {
    struct Row {
        std::string_view name, wire;
        std::string story;
    };
    const std::string row256(256, 'x');
    const std::string wire256 = "\x82\x7E\x01" + std::string(1, '\0') + row256;
    const std::string row64k(65536, 'y');
    const std::string wire64k = std::string("\x82\x7F\0\0\0\0\0\x01\0\0", 10) + row64k;
    const Row rows[] = {
        {"text", "\x81\x05Hello", "text Hello;"},
        {"fragments", "\x01\x03Hel\x80\x02lo", "text Hello;"},
        {"a ping", "\x89\x05Hello", "ping Hello;"},
        {"a pong", "\x8A\x05Hello", "pong Hello;"},
        {"256 bytes", wire256, "binary " + row256 + ";"},
        {"64 KiB", wire64k, "binary " + row64k + ";"},
        {"an empty text", "\x81\x00"sv, "text ;"},
        {"an empty message", "\x82\x00"sv, "binary ;"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        Talker client;
        EXPECT_EQ(client.receive(row.wire), row.story);
        EXPECT_FALSE(client.session.message_is_incomplete());
    }
    Talker server(Role::server);
    EXPECT_EQ(server.receive("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), "text Hello;");
}

TEST(Session, sends_the_examples_of_rfc_6455) {
    Talker server(Role::server);
    EXPECT_EQ(server.session.put(Opcode::text, {}, bytes_of("Hello")), Error::ok);
    EXPECT_EQ(server.sent(), "\x81\x05Hello");
    EXPECT_EQ(server.session.ping(bytes_of("Hello")), Error::ok);
    EXPECT_EQ(server.sent(), "\x89\x05Hello");
    EXPECT_EQ(server.session.close(1000, "bye"), Error::ok);
    EXPECT_EQ(server.sent(),
              "\x88\x05\x03\xE8"
              "bye");

    Talker client;
    EXPECT_EQ(client.session.put(Opcode::text, {}, bytes_of("Hello")), Error::ok);
    const std::string wire = client.sent();
    ASSERT_EQ(wire.size(), 11u);
    EXPECT_EQ(wire.substr(0, 2), "\x81\x85");
    MaskKey key;
    std::copy_n(bytes_of(wire).begin() + 2, 4, key.begin());
    EXPECT_EQ(wire.substr(6), test::masked_with("Hello", key));
}

TEST(Session, carries_every_payload_size_to_the_other_role) {
    for (const Role role : roles) {
        for (const std::size_t size : {0u, 1u, 124u, 125u, 126u, 127u, 65535u, 65536u, 65537u}) {
            for (const Opcode opcode : {Opcode::text, Opcode::binary}) {
                SCOPED_TRACE(std::string(name_of(role)) + " sends " + std::to_string(size));
                Talker from(role);
                Talker to(other(role));
                test::Random random(size);
                const bool is_text = opcode == Opcode::text;
                const std::string payload = is_text ? std::string(size, 'u') : random.bytes(size);
                ASSERT_EQ(from.session.put(opcode, {}, ExactBytes(payload).bytes()), Error::ok);
                EXPECT_EQ(carry(from, to), (is_text ? "text " : "binary ") + payload + ";");
                EXPECT_EQ(from.session.stats().messages_sent, 1u);
                EXPECT_EQ(to.session.stats().messages_received, 1u);
                EXPECT_EQ(to.session.stats().frames_received, 1u);
            }
        }
    }
}

TEST(Session, sends_front_and_payload_as_one_message) {
    for (const Role role : roles) {
        Talker from(role);
        Talker to(other(role));
        EXPECT_EQ(from.session.put(Opcode::binary, bytes_of("head "), bytes_of("and body")),
                  Error::ok);
        EXPECT_EQ(from.session.put(Opcode::binary, bytes_of("only head"), {}), Error::ok);
        EXPECT_EQ(carry(from, to), "binary head and body;binary only head;");
    }
}

// Case 13: a ping between fragments
TEST(Session, reports_control_frames_between_fragments_at_once) {
    Talker client;
    EXPECT_EQ(client.receive_from_peer(Opcode::text, "one ", false), "");
    EXPECT_TRUE(client.session.message_is_incomplete());
    EXPECT_EQ(client.receive_from_peer(Opcode::ping, "p"), "ping p;");
    EXPECT_EQ(client.receive_from_peer(Opcode::continuation, "", false), "");
    EXPECT_EQ(client.receive_from_peer(Opcode::pong, "q"), "pong q;");
    EXPECT_EQ(client.receive_from_peer(Opcode::continuation, "two ", false), "");
    EXPECT_EQ(client.receive_from_peer(Opcode::continuation, "three"), "text one two three;");
    EXPECT_FALSE(client.session.message_is_incomplete());
    EXPECT_EQ(described(client.sent_frames()), "pong p;");
    EXPECT_EQ(client.session.stats().frames_received, 6u);
}

// ---- every cut -----------------------------------------------------------------------

struct Told {
    std::string events;
    std::string replies;
    friend bool operator==(const Told&, const Told&) = default;
};

// The same conversation for a receiver of either role: everything that may arrive.
std::string conversation(Role sender) {
    const auto frame = [sender](Opcode opcode, std::string_view payload, bool fin = true) {
        return frame_from(sender, opcode, payload, fin);
    };
    return frame(Opcode::text, "h\xC3\xA4llo") + frame(Opcode::binary, "") +
           frame(Opcode::text, "na\xC3", false) + frame(Opcode::ping, "first") +
           frame(Opcode::continuation, "\xAFve \xF0\x9F", false) + frame(Opcode::ping, "") +
           frame(Opcode::continuation, "\x8E\x88") + frame(Opcode::pong, "unsolicited") +
           frame(Opcode::binary, std::string(126, '\xFF')) + frame(Opcode::binary, "", false) +
           frame(Opcode::continuation, "") +
           frame(Opcode::close, close_payload(4321, "gr\xC3\xBC\xC3\x9F")) +
           frame(Opcode::text, "too late");
}

Told played(Role role, std::string_view wire, std::initializer_list<std::size_t> cuts) {
    Talker talker(role);
    Told result;
    std::size_t at = 0;
    for (const std::size_t cut : cuts) {
        result.events += talker.receive(wire.substr(at, cut - at));
        at = cut;
    }
    result.events += talker.receive(wire.substr(at));
    result.replies = talker.sent();
    return result;
}

// Case 3: a conversation cut at every byte
TEST(Session, reports_the_same_events_cut_at_every_pair_of_offsets) {
    for (const Role role : roles) {
        const std::string wire = conversation(other(role));
        const Told whole = played(role, wire, {});
        EXPECT_EQ(whole.events,
                  "text h\xC3\xA4llo;binary ;ping first;ping ;text na\xC3\xAFve \xF0\x9F\x8E\x88;"
                  "pong unsolicited;binary " +
                      std::string(126, '\xFF') + ";binary ;close 4321 gr\xC3\xBC\xC3\x9F;");
        for (std::size_t a = 0; a <= wire.size(); ++a) {
            for (std::size_t b = a; b <= wire.size(); ++b) {
                ASSERT_TRUE(played(role, wire, {a, b}) == whole) << "cut at " << a << " and " << b;
            }
        }
    }
}

// Case 3: a conversation byte by byte
TEST(Session, reports_the_same_events_byte_by_byte) {
    for (const Role role : roles) {
        const std::string wire = conversation(other(role));
        const Told whole = played(role, wire, {});
        Talker talker(role);
        std::string events;
        for (const char& byte : wire) events += talker.receive({&byte, 1});
        EXPECT_EQ(events, whole.events);
        EXPECT_EQ(talker.sent(), whole.replies);
    }
}

// The events of a session, and its final state.
std::string outcome(Talker& talker, std::string events) {
    const SessionStats& stats = talker.session.stats();
    for (const std::uint64_t number :
         {stats.frames_received, stats.messages_received, stats.discarded_size,
          std::uint64_t{talker.session.message_count()},
          std::uint64_t{talker.session.input_is_paused()},
          std::uint64_t{talker.session.message_is_incomplete()}}) {
        events += " " + std::to_string(number);
    }
    return events + talker.sent();
}

struct Situation {
    std::string_view name;
    std::string before = {};
    Role role = Role::client;
    std::size_t fragment_count_max = 16;
    bool has_closed = false;
    std::string_view payload = "payload of some bytes";
};

// A message that is complete in one frame takes a shortcut, unless something prevents it.
TEST(Session, reads_a_complete_frame_as_it_reads_one_in_pieces) {
    const Situation situations[] = {
        {"nothing in the way"},
        {"a full queue",
         frame_from(Role::server, Opcode::text, "a") + frame_from(Role::server, Opcode::text, "b")},
        {"little left of the queue",
         frame_from(Role::server, Opcode::binary, std::string(185, 'a'))},
        {"a message in progress", frame_from(Role::server, Opcode::text, "a", false)},
        {"no fragment allowed", "", Role::client, 0},
        {"closing", "", Role::client, 16, true},
        {"an end", frame_from(Role::server, Opcode::close, "")},
        {"a server", "", Role::server},
        {"a server with a full queue",
         frame_from(Role::client, Opcode::text, "a") + frame_from(Role::client, Opcode::text, "b"),
         Role::server},
        {"a server with a message in progress", frame_from(Role::client, Opcode::text, "a", false),
         Role::server},
        {"a closing server", "", Role::server, 16, true},
        {"no text", "", Role::client, 16, false, "no\xFFtext"},
        {"text without its end", "", Role::client, 16, false, "text\xE2\x82"},
    };
    for (const Situation& situation : situations) {
        Limits limits;
        limits.input_message_count_max = 2;
        limits.input_payload_max = 200;
        limits.fragment_count_max = situation.fragment_count_max;
        const std::size_t header_size = situation.role == Role::client ? 2 : 6;
        const auto events_of = [&](std::string_view wire, std::size_t cut) {
            Talker talker(situation.role, limits);
            talker.takes = false;
            std::string events = talker.receive(situation.before);
            if (situation.has_closed && talker.session.close(1000, "") != Error::ok) return events;
            events += talker.receive(wire.substr(0, cut));
            events += talker.receive(wire.substr(cut));
            return outcome(talker, events);
        };
        for (int first = 0; first < 256; ++first) {
            for (const int second : {0, 1, 6, 16, 20, 21, 125, 126, 127, 128, 134, 255}) {
                std::string wire{static_cast<char>(first), static_cast<char>(second)};
                while (wire.size() < 140) wire += situation.payload;
                const auto payload_size = static_cast<std::size_t>(second % 128);
                for (const std::size_t size : {wire.size(), header_size + payload_size}) {
                    const std::string_view part = std::string_view(wire).substr(0, size);
                    ASSERT_EQ(events_of(part, 0), events_of(part, header_size))
                        << situation.name << ", " << first << " " << second << " of " << size;
                }
            }
        }
    }
}

// The result of a session of `role` for `wire`, received in two parts.
std::string events_of(Role role, const Limits& limits, std::string_view wire, std::size_t cut) {
    Talker talker(role, limits);
    talker.takes = false;
    std::string events = talker.receive(wire.substr(0, cut));
    events += talker.receive(wire.substr(cut));
    events = outcome(talker, events);
    while (talker.session.message_count() > 0) {
        const Inbox::Message packet = talker.session.take();
        events += (packet.is_text ? " text " : " binary ") + std::string(text_of(packet.payload));
    }
    return events;
}

// Both paths around each size at which the header changes. A frame is complete before another one
// and at the end; a cut frame takes the long way.
TEST(Session, reads_every_size_alike_by_the_shortcut_and_the_long_way_at_every_cut) {
    for (const Role role : roles) {
        for (const Opcode opcode : {Opcode::text, Opcode::binary}) {
            for (const std::size_t size :
                 {0u, 1u, 16u, 124u, 125u, 126u, 127u, 128u, 255u, 256u, 65535u, 65536u, 65537u}) {
                const std::string payload(size, 'u');
                const std::string frame = frame_from(other(role), opcode, payload);
                const std::string wire = frame + frame;
                const std::string whole = events_of(role, {}, wire, 0);
                const std::string kind = opcode == Opcode::text ? " text " : " binary ";
                EXPECT_TRUE(whole.ends_with(kind + payload + kind + payload)) << size;
                const std::size_t step = size < 1000 ? 1 : 4999;
                for (std::size_t cut = 1; cut < wire.size();) {
                    ASSERT_TRUE(events_of(role, {}, wire, cut) == whole)
                        << name_of(role) << ", " << size << " cut at " << cut;
                    const std::size_t from_border =
                        std::min({cut, cut < frame.size() ? frame.size() - cut : cut - frame.size(),
                                  wire.size() - cut});
                    cut += from_border <= 20 ? 1 : std::min(step, from_border - 19);
                }
            }
        }
    }
}

// Only a valid header, in the shortest form and with the correct mask bit, is accepted.
// Case 2, 6: an announced length compared with the received bytes
TEST(Session, reads_every_header_alike_by_the_shortcut_and_the_long_way) {
    Limits limits;
    limits.input_payload_max = 300;
    const std::string rest(400, 'b');
    for (const Role role : roles) {
        for (const int first : {0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0x83, 0x91, 0xC2, 0x89}) {
            for (int second = 0; second < 256; ++second) {
                for (const int length : {0, 1, 125, 126, 127, 255, 256, 300, 301, 0xFFFF}) {
                    if ((second & 0x7F) < 125 && length > 0) continue;
                    std::string wire{static_cast<char>(first), static_cast<char>(second)};
                    wire += close_payload(length) + "keys" + rest;
                    const std::string whole = events_of(role, limits, wire, 0);
                    for (const std::size_t cut : {2u, 4u, 6u, 8u}) {  // where headers end
                        ASSERT_EQ(events_of(role, limits, wire, cut), whole)
                            << name_of(role) << ", " << first << " " << second << " " << length;
                    }
                }
            }
        }
    }
}

// If the shortcut unmasks a payload that is not text, the long way must find it masked.
TEST(Session, finds_invalid_text_at_every_offset_as_the_long_way_does) {
    for (const Role role : roles) {
        for (const std::size_t size : {1u, 2u, 7u, 64u, 125u, 126u, 300u}) {
            for (std::size_t bad = 0; bad < size; ++bad) {
                std::string payload(size, 'g');
                payload[bad] = '\xC3';
                const std::string wire = frame_from(other(role), Opcode::text, payload);
                const std::string whole = events_of(role, {}, wire, 0);
                EXPECT_NE(whole.find("failed"), whole.npos);
                ASSERT_EQ(whole, events_of(role, {}, wire, wire.size() - size))
                    << name_of(role) << ", " << bad << " of " << size;
            }
        }
    }
}

// A frame that has to wait is not unmasked before it is taken.
TEST(Session, keeps_a_whole_frame_waiting_and_reads_it_unchanged) {
    for (const Role role : roles) {
        for (const std::size_t size : {5u, 125u, 126u, 1000u}) {
            Limits limits;
            limits.input_message_count_max = 2;
            limits.input_payload_max = 2 * size;
            Talker talker(role, limits);
            talker.takes = false;
            const std::string payload(size, 'w');
            for (int i = 0; i < 3; ++i) {
                talker.fill(frame_from(other(role), Opcode::text, payload));
            }
            EXPECT_EQ(talker.described(), "message;message;");
            for (int i = 0; i < 3; ++i) EXPECT_EQ(talker.described(), "");
            EXPECT_TRUE(talker.session.input_is_paused());
            EXPECT_EQ(talker.session.message_count(), 2u);
            for (int i = 0; i < 3; ++i) {
                EXPECT_EQ(text_of(talker.session.take().payload), payload);
                EXPECT_EQ(talker.described(), i == 0 ? "message;" : "");
                EXPECT_FALSE(talker.session.input_is_paused());
            }
        }
    }
}

// Case 17: incomplete is not fatal
TEST(Session, reports_a_prefix_of_the_events_if_the_stream_ends_early) {
    const std::string wire = conversation(Role::server);
    const Told whole = played(Role::client, wire, {});
    for (std::size_t size = 0; size <= wire.size(); ++size) {
        Talker client;
        EXPECT_TRUE(whole.events.starts_with(client.receive(wire.substr(0, size)))) << size;
    }
}

// ---- what breaks the protocol ----------------------------------------------------------------

struct InvalidRow {
    std::string_view name;
    std::string wire;  // up to the byte that proves the error
    Cause cause;
    int code;
    std::string before = {};  // the story up to then
};

Limits small_limits() {
    Limits limits;
    limits.input_payload_max = 1000;
    limits.fragment_count_max = 4;
    return limits;
}

std::vector<InvalidRow> invalid_frames() {
    return {
        {"RSV1", "\xC1", Cause::frame_reserved_bits, 1002},
        {"RSV2", "\xA2", Cause::frame_reserved_bits, 1002},
        {"RSV3", "\x99", Cause::frame_reserved_bits, 1002},
        {"opcode 3", "\x83", Cause::frame_reserved_opcode, 1002},
        {"opcode 7", "\x07", Cause::frame_reserved_opcode, 1002},
        {"opcode B", "\x8B", Cause::frame_reserved_opcode, 1002},
        {"opcode F", "\x8F", Cause::frame_reserved_opcode, 1002},
        {"a mask", "\x81\x80", Cause::frame_masked, 1002},
        {"a ping with a mask", "\x89\x80", Cause::frame_masked, 1002},
        {"a fragmented ping", "\x09", Cause::frame_control_fragmented, 1002},
        {"a fragmented close", "\x08", Cause::frame_control_fragmented, 1002},
        {"a ping of 126", "\x89\x7E", Cause::frame_control_too_long, 1002},
        {"a close of 2^16", "\x88\x7F", Cause::frame_control_too_long, 1002},
        {"125 in 16 bits", "\x82\x7E\x00\x7D"s, Cause::frame_length_not_minimal, 1002},
        {"1 in 64 bits", "\x82\x7F\x00\x00\x00\x00\x00\x00"s, Cause::frame_length_not_minimal,
         1002},
        {"2^63", "\x82\x7F\x80", Cause::frame_length_top_bit, 1002},
        {"after valid frames",
         "\x81\x01"
         "a\x89\x00\xC1"s,
         Cause::frame_reserved_bits, 1002, "text a;ping ;"},
    };
}

std::vector<InvalidRow> invalid_messages() {
    const std::string half(500, 'h');
    const std::string start = "\x02\x7E\x01\xF4" + half;
    return {
        {"a continuation first", "\x80\x00"s, Cause::continuation_without_start, 1002},
        {"a continuation after a whole message", "\x81\x00\x00\x00"s,
         Cause::continuation_without_start, 1002, "text ;"},
        {"a message inside",
         "\x01\x01"
         "a\x81\x00"s,
         Cause::message_inside_message, 1002},
        {"a message inside, after a ping",
         "\x01\x01"
         "a\x89\x00\x02\x05"s,
         Cause::message_inside_message, 1002, "ping ;"},
        {"1001 bytes announced", "\x82\x7E\x03\xE9", Cause::message_too_large, 1009},
        {"2^63-1 bytes announced", "\x82\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
         Cause::message_too_large, 1009},
        {"2^32 bytes announced", "\x82\x7F\x00\x00\x00\x01\x00\x00\x00\x00"s,
         Cause::message_too_large, 1009},
        {"501 more bytes announced", start + "\x00\x7E\x01\xF5"s, Cause::message_too_large, 1009},
        {"500 more and one more", start + "\x00\x7E\x01\xF4"s + half + "\x80\x01",
         Cause::message_too_large, 1009},
        {"2^63-1 more bytes announced", start + "\x80\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
         Cause::message_too_large, 1009},
        {"five fragments", "\x02\x00\x00\x00\x00\x01x\x00\x00\x80\x00"s,
         Cause::message_too_many_fragments, 1008},
    };
}

std::vector<InvalidRow> invalid_texts() {
    return {
        {"a bad first byte", "\x81\x05\xFF", Cause::text_not_utf8, 1007},
        {"an invalid byte after valid ones",
         "\x81\x09"
         "abc\xC3\xA4\xC3("s,
         Cause::text_not_utf8, 1007},
        {"a surrogate", "\x81\x09\xED\xA0", Cause::text_not_utf8, 1007},
        {"an overlong form", "\x81\x09\xE0\x80", Cause::text_not_utf8, 1007},
        {"above U+10FFFF", "\x81\x09\xF4\x90", Cause::text_not_utf8, 1007},
        {"a character cut by the end",
         "\x81\x02"
         "a\xC3",
         Cause::text_not_utf8, 1007},
        {"a character cut by the end, over fragments", "\x01\x01\xF0\x00\x01\x9F\x80\x00"s,
         Cause::text_not_utf8, 1007},
        {"a bad byte in the next fragment", "\x01\x01\xC3\x89\x01p\x00\x07("s, Cause::text_not_utf8,
         1007, "ping p;"},
        {"the text after a good one",
         "\x81\x01"
         "a\x81\x01\x80",
         Cause::text_not_utf8, 1007, "text a;"},
    };
}

std::vector<InvalidRow> invalid_closes() {
    std::vector<InvalidRow> rows = {
        {"one byte", "\x88\x01\x03", Cause::close_payload_too_short, 1002},
        {"a reason that is not UTF-8", "\x88\x04\x03\xE8\xC3(", Cause::close_reason_not_utf8, 1007},
        {"a reason cut short", "\x88\x03\x03\xE8\xC3", Cause::close_reason_not_utf8, 1007},
    };
    for (const int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535}) {
        rows.push_back({"a code that may not be sent", "\x88\x02" + close_payload(code),
                        Cause::close_code_not_allowed, 1002});
    }
    return rows;
}

// The text sent to the peer: no names of our limits.
std::string_view reason_for(Cause cause) {
    if (cause == Cause::message_too_large) return "a message is too large";
    if (cause == Cause::message_too_many_fragments) return "a message has too many fragments";
    return text(cause);
}

void check_invalid(const InvalidRow& row) {
    SCOPED_TRACE(std::string(row.name) + ": " + shown(row.wire.substr(0, 20)));
    for (const bool bytewise : {false, true}) {
        Talker client(Role::client, small_limits());
        std::string story;
        for (std::size_t i = 0; bytewise && i < row.wire.size(); ++i) {
            // Not one byte early.
            EXPECT_EQ(story.find("failed"), story.npos) << "after " << i << " bytes";
            story += client.receive(std::string_view(row.wire).substr(i, 1));
        }
        if (!bytewise) story = client.receive(row.wire);
        EXPECT_EQ(story, row.before + failed(row.cause));

        // Nothing after it is decoded, and nothing more can be sent.
        EXPECT_EQ(client.receive("\x81\x05Hello\x89\x00\x88\x00\xFF\xFF"sv), "");
        EXPECT_EQ(client.session.put(Opcode::binary, {}, {}), Error::failed);
        EXPECT_EQ(client.session.ping({}), Error::failed);
        EXPECT_EQ(client.session.close(1000, ""), Error::failed);
        EXPECT_TRUE(client.session.close_is_queued());
        EXPECT_FALSE(client.session.close_is_received());

        const auto frames = client.sent_frames();
        ASSERT_FALSE(frames.empty());
        EXPECT_EQ(described({frames.back()}), "close " + std::to_string(row.code) + " " +
                                                  std::string(reason_for(row.cause)) + ";");
        EXPECT_TRUE(client.session.close_is_sent());
    }
}

// Case 2, 4, 11, 16, 17, 28: each framing error has its own cause
TEST(Session, fails_at_the_byte_that_proves_a_frame_invalid) {
    for (const InvalidRow& row : invalid_frames()) check_invalid(row);
}

// Case 1, 9, 11: too large in total, a missing start, a start within a message
TEST(Session, fails_at_the_header_that_proves_a_message_invalid) {
    for (const InvalidRow& row : invalid_messages()) check_invalid(row);
}

TEST(Session, fails_at_the_first_byte_that_is_not_text) {
    for (const InvalidRow& row : invalid_texts()) check_invalid(row);
}

// Case 15: close frames of one byte, with invalid codes, with invalid text
TEST(Session, fails_at_an_invalid_close_frame) {
    for (const InvalidRow& row : invalid_closes()) check_invalid(row);
}

TEST(Session, requires_a_mask_as_a_server) {
    Talker server(Role::server);
    EXPECT_EQ(server.receive("\x81\x05"), failed(Cause::frame_not_masked));
    EXPECT_EQ(described(server.sent_frames()),
              "close 1002 " + std::string(text(Cause::frame_not_masked)) + ";");
}

// Case 9: fragments up to the limit and no further
TEST(Session, accepts_exactly_the_limits) {
    Talker client(Role::client, small_limits());
    const std::string whole(1000, 'w');
    EXPECT_EQ(client.receive_from_peer(Opcode::text, whole), "text " + whole + ";");
    EXPECT_EQ(client.receive_from_peer(Opcode::text, whole.substr(0, 999), false), "");
    EXPECT_EQ(client.receive_from_peer(Opcode::continuation, "", false), "");
    EXPECT_EQ(client.receive_from_peer(Opcode::continuation, "w", false), "");
    EXPECT_EQ(client.receive_from_peer(Opcode::continuation, ""), "text " + whole + ";");
}

TEST(Session, counts_the_fragments_of_each_message_separately) {
    Talker client(Role::client, small_limits());
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(client.receive("\x01\x01x\x00\x00\x00\x00\x80\x01y"sv), "text xy;");
    }
}

// ---- nothing is reserved because of an announcement ------------------------------------------

struct AnnouncedRow {
    std::uint64_t size;
    std::string_view header;  // of a binary frame, with nothing after it
};

constexpr AnnouncedRow announced_rows[] = {
    {0, "\x82\x00"sv},
    {125, "\x82\x7D"},
    {126, "\x82\x7E\x00\x7E"sv},
    {127, "\x82\x7E\x00\x7F"sv},
    {65535, "\x82\x7E\xFF\xFF"},
    {65536, "\x82\x7F\0\0\0\0\0\x01\0\0"sv},
    {0x7FFFFFFF, "\x82\x7F\0\0\0\0\x7F\xFF\xFF\xFF"sv},
    {0xFFFFFFFF, "\x82\x7F\0\0\0\0\xFF\xFF\xFF\xFF"sv},
    {0x100000000, "\x82\x7F\0\0\0\x01\0\0\0\0"sv},
    {0x7FFFFFFFFFFFFFFF, "\x82\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"},
    {0x8000000000000000, "\x82\x7F\x80\0\0\0\0\0\0\0"sv},
    {0xFFFFFFFFFFFFFFFF, "\x82\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"},
};

// Before any byte of payload: an immediate result, and no memory for a payload that is only
// announced.
// Case 1, 4, 6: announced lengths without a payload
TEST(Session, validates_every_announced_length_at_its_header) {
    for (const std::size_t limit : {std::size_t{0}, std::size_t{125}, std::size_t{65535},
                                    std::size_t{65536}, payload_max_max}) {
        for (const AnnouncedRow& row : announced_rows) {
            SCOPED_TRACE(std::to_string(row.size) + " of " + std::to_string(limit));
            Limits limits;
            limits.input_payload_max = limit;
            Talker plain(Role::client, limits);
            plain.receive("\x89");
            Talker client(Role::client, limits);
            const std::string story = client.receive(row.header);
            const bool top_bit = row.size > 0x7FFFFFFFFFFFFFFF;
            if (top_bit || row.size > limit) {
                EXPECT_EQ(story,
                          failed(top_bit ? Cause::frame_length_top_bit : Cause::message_too_large));
                EXPECT_TRUE(described(client.sent_frames())
                                .starts_with(top_bit ? "close 1002 " : "close 1009 "));
            } else {
                EXPECT_EQ(story, row.size == 0 ? "binary ;" : "") << "and only now may it wait";
            }
            EXPECT_EQ(client.memory.peak, plain.memory.peak);
        }
    }
}

// As a 32-bit size these would be 5 bytes.
// Case 5: lengths that do not fit 32 bits
TEST(Session, does_not_truncate_a_length_to_32_bits) {
    static_assert(sizeof(FrameHeader::payload_size) == 8);
    const std::string header("\x82\x7F\0\0\0\x01\0\0\0\x05", 10);
    Talker client;
    EXPECT_EQ(client.receive(header + "fives\x81\x01x"), failed(Cause::message_too_large));
    EXPECT_EQ(client.session.message_count(), 0u);

    // After we have closed, the whole payload is skipped.
    Talker closer;
    EXPECT_EQ(closer.session.close(1000, ""), Error::ok);
    EXPECT_EQ(closer.receive(header + "fives\x88\x02\x03\xE8"), "");
    EXPECT_FALSE(closer.session.close_is_received());
    EXPECT_EQ(closer.session.stats().discarded_size, 9u);
}

// Case 1: memory in proportion to an announced length
TEST(Session, allocates_nothing_for_a_payload_that_is_only_announced) {
    const std::string_view announcements[] = {
        "\x82\x7E\xFF\xFF",
        "\x82\x7F\0\0\0\0\0\x01\0\0"sv,
        "\x82\x7F\0\0\0\0\0\x10\0\0"sv,  // exactly the limit
        "\x82\x7F\0\0\0\0\x7F\xFF\xFF\xFF"sv,
        "\x82\x7F\0\0\0\0\xFF\xFF\xFF\xFF"sv,
        "\x82\x7F\0\0\0\x01\0\0\0\0"sv,
        "\x82\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
        "\x82\x7F\x80\0\0\0\0\0\0\0"sv,
        "\x82\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
    };
    for (const std::string_view wire : announcements) {
        SCOPED_TRACE(shown(wire));
        Talker plain;
        plain.receive("\x82\x01x");
        Talker client;
        client.receive(wire);
        client.fill("x");
        EXPECT_EQ(client.memory.peak, plain.memory.peak);
        EXPECT_EQ(client.memory.allocation_count, plain.memory.allocation_count);
    }
}

// Case 7: a million empty fragments
TEST(Session, stays_small_under_a_million_empty_fragments) {
    Talker client;
    const std::string wire(2000, '\0');  // a thousand frames
    EXPECT_EQ(client.receive("\x02\x00"sv), "");
    std::size_t after_first = 0;
    std::string story;
    for (int i = 0; i < 1000 && story.empty(); ++i) {
        story += client.receive(wire);
        if (i == 0) after_first = client.memory.peak;
    }
    EXPECT_EQ(client.memory.peak, after_first);
    EXPECT_EQ(story, failed(Cause::message_too_many_fragments));
    EXPECT_EQ(client.session.stats().frames_received, Limits{}.fragment_count_max);
    EXPECT_EQ(described(client.sent_frames()), "close 1008 a message has too many fragments;");
}

// Case 7: a million empty fragments, all of them taken
TEST(Session, stays_small_even_if_a_million_empty_fragments_are_allowed) {
    Limits limits;
    limits.fragment_count_max = 2'000'000;
    Talker client(Role::client, limits);
    const std::string wire(2000, '\0');
    client.receive("\x01\x01x");
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(client.receive(wire), "");
    EXPECT_LE(client.memory.peak, 3u * 64 * 1024);
    EXPECT_EQ(client.receive("\x80\x01y"), "text xy;");
}

// Case 8: a million fragments of one byte
TEST(Session, stays_near_the_limit_under_a_million_fragments_of_one_byte) {
    Limits limits;
    limits.fragment_count_max = 2'000'000;
    limits.input_payload_max = 1'000'000;
    Talker client(Role::client, limits);
    std::string wire;
    for (int i = 0; i < 1000; ++i) wire += "\x00\x01z"sv;
    client.receive("\x02\x00"sv);
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(client.receive(wire), "");
    EXPECT_LE(client.memory.peak, 2u * (1'000'000 + 32 * 1024));
    EXPECT_EQ(client.receive("\x80\x01z"), failed(Cause::message_too_large));
}

// ---- ping and pong ---------------------------------------------------------------------------

TEST(Session, answers_a_ping_with_its_payload) {
    for (const Role role : roles) {
        for (const std::size_t size : {0u, 1u, 124u, 125u}) {
            Talker talker(role);
            const std::string payload(size, 'p');
            EXPECT_EQ(talker.receive_from_peer(Opcode::ping, payload), "ping " + payload + ";");
            EXPECT_EQ(described(talker.sent_frames()), "pong " + payload + ";");
        }
    }
}

// Case 12: a flood of pings
TEST(Session, keeps_one_pending_pong_for_any_number_of_pings) {
    Talker client;
    for (int i = 0; i < 1000; ++i) {
        const std::string number = std::to_string(i);
        EXPECT_EQ(client.receive_from_peer(Opcode::ping, number), "ping " + number + ";");
    }
    EXPECT_EQ(described(client.sent_frames()), "pong 999;");
    EXPECT_EQ(client.receive_from_peer(Opcode::ping, "again"), "ping again;");
    EXPECT_EQ(described(client.sent_frames()), "pong again;");
}

// Case 14: an unsolicited pong
TEST(Session, reports_solicited_and_unsolicited_pongs) {
    Talker client;
    Talker server(Role::server);
    EXPECT_EQ(client.session.ping(bytes_of("hi")), Error::ok);
    EXPECT_EQ(carry(client, server), "ping hi;");
    EXPECT_EQ(carry(server, client), "pong hi;");
    EXPECT_EQ(client.receive_from_peer(Opcode::pong, "unasked"), "pong unasked;");
    EXPECT_EQ(client.sent(), "");
}

TEST(Session, refuses_a_ping_that_is_too_long) {
    Talker client;
    EXPECT_EQ(client.session.ping(ExactBytes(126).bytes()), Error::invalid_parameter);
    EXPECT_EQ(client.sent(), "");
    EXPECT_EQ(client.session.ping(ExactBytes(125).bytes()), Error::ok);
}

// ---- closing ---------------------------------------------------------------------------------

TEST(Session, answers_a_close_with_its_code_and_reason) {
    struct Row {
        std::string payload, story, reply;
    };
    const std::string longest(123, 'r');
    const Row rows[] = {
        {"", "close 0 ;", "close;"},
        {close_payload(1000), "close 1000 ;", "close 1000 ;"},
        {close_payload(1001, "going"), "close 1001 going;", "close 1001 going;"},
        {close_payload(4999, longest), "close 4999 " + longest + ";",
         "close 4999 " + longest + ";"},
    };
    for (const Role role : roles) {
        for (const Row& row : rows) {
            SCOPED_TRACE(row.story);
            Talker talker(role);
            EXPECT_EQ(talker.receive_from_peer(Opcode::close, row.payload), row.story);
            EXPECT_TRUE(talker.session.close_is_received());
            EXPECT_TRUE(talker.session.close_is_queued());
            EXPECT_FALSE(talker.session.close_is_sent());
            EXPECT_EQ(talker.session.close(1000, ""), Error::failed);
            EXPECT_EQ(talker.session.put(Opcode::binary, {}, {}), Error::failed);
            EXPECT_EQ(described(talker.sent_frames()), row.reply);
            EXPECT_TRUE(talker.session.close_is_sent());
        }
    }
}

// Case 15: data or another close frame after a close frame
TEST(Session, ignores_everything_after_the_close_frame) {
    const std::string_view late[] = {"\x81\x05Hello", "\x89\x00"sv, "\x88\x02\x03\xE8", "\xFF\xFF"};
    for (const std::string_view wire : late) {
        SCOPED_TRACE(shown(wire));
        Talker client;
        EXPECT_EQ(client.receive("\x88\x02\x03\xE8" + std::string(wire)), "close 1000 ;");
        EXPECT_EQ(client.receive(wire), "");
        EXPECT_EQ(client.session.message_count(), 0u);
        EXPECT_EQ(described(client.sent_frames()), "close 1000 ;");
    }
}

// Case 15: closing twice
TEST(Session, closes_from_either_side) {
    for (const Role role : roles) {
        SCOPED_TRACE(name_of(role));
        Talker first(role);
        Talker second(other(role));
        EXPECT_EQ(first.session.put(Opcode::text, {}, bytes_of("last words")), Error::ok);
        EXPECT_EQ(first.session.close(3000, "done"), Error::ok);
        EXPECT_EQ(first.session.close(3000, "done"), Error::failed);
        EXPECT_FALSE(first.session.close_is_sent());
        EXPECT_EQ(carry(first, second), "text last words;close 3000 done;");
        EXPECT_TRUE(first.session.close_is_sent());
        EXPECT_FALSE(first.session.close_is_received());
        EXPECT_EQ(carry(second, first), "close 3000 done;");
        EXPECT_TRUE(first.session.close_is_received());
        EXPECT_EQ(first.sent(), "");
    }
}

TEST(Session, closes_from_both_sides_at_once) {
    Talker client;
    Talker server(Role::server);
    EXPECT_EQ(client.session.close(1000, "client"), Error::ok);
    EXPECT_EQ(server.session.close(1001, "server"), Error::ok);
    const std::string from_client = client.sent();
    const std::string from_server = server.sent();
    EXPECT_EQ(client.receive(from_server), "close 1001 server;");
    EXPECT_EQ(server.receive(from_client), "close 1000 client;");
    EXPECT_EQ(client.sent() + server.sent(), "");
}

TEST(Session, refuses_to_close_with_an_invalid_code_or_reason) {
    Talker client;
    for (const unsigned code : {1u, 999u, 1004u, 1005u, 1006u, 1015u, 2999u, 5000u, 65535u}) {
        EXPECT_EQ(client.session.close(static_cast<std::uint16_t>(code), ""),
                  Error::invalid_parameter)
            << code;
    }
    EXPECT_EQ(client.session.close(0, "a reason needs a code"), Error::invalid_parameter);
    EXPECT_EQ(client.session.close(1000, "\xC3("), Error::invalid_data);
    EXPECT_FALSE(client.session.close_is_queued());
    EXPECT_EQ(client.session.close(0, ""), Error::ok);
    EXPECT_EQ(described(client.sent_frames()), "close;");
}

TEST(Session, cuts_a_long_reason_at_a_character) {
    Talker client;
    EXPECT_EQ(client.session.close(1000, std::string(122, 'a') + "\xC3\xA4"), Error::ok);
    EXPECT_EQ(described(client.sent_frames()), "close 1000 " + std::string(122, 'a') + ";");
}

// Data and pings that cross our close frame: RFC 6455 1.4, 5.5.1.
TEST(Session, discards_and_counts_payload_received_after_it_has_closed) {
    Talker client;
    EXPECT_EQ(client.receive_from_peer(Opcode::text, "hal", false), "");
    EXPECT_EQ(client.session.close(1000, ""), Error::ok);
    EXPECT_EQ(client.receive_from_peer(Opcode::continuation, "f\xFF", false), "");
    EXPECT_EQ(client.receive_from_peer(Opcode::ping, "ping"), "");
    EXPECT_EQ(client.receive_from_peer(Opcode::pong, "pong"), "");
    EXPECT_EQ(client.receive_from_peer(Opcode::continuation, "way"), "");
    EXPECT_EQ(client.receive_from_peer(Opcode::binary, "12345"), "");
    EXPECT_EQ(client.session.stats().discarded_size, 2u + 3 + 5);
    EXPECT_EQ(client.session.message_count(), 0u);
    EXPECT_EQ(client.receive_from_peer(Opcode::close, close_payload(1000)), "close 1000 ;");
    EXPECT_EQ(described(client.sent_frames()), "close 1000 ;");
}

// Case 43: a server that continues after our close frame
TEST(Session, discards_more_than_any_limit_without_keeping_it) {
    Talker client(Role::client, small_limits());
    client.receive_from_peer(Opcode::binary, "one");
    EXPECT_EQ(client.session.close(1000, ""), Error::ok);
    EXPECT_EQ(client.receive("\x82\x7F\0\0\0\0\x00\x40\0\0"sv), "");  // 4 MiB
    const std::string part(65536, 'x');
    for (int i = 0; i < 64; ++i) ASSERT_EQ(client.receive(part), "");
    EXPECT_EQ(client.session.stats().discarded_size, 4u << 20);
    EXPECT_EQ(client.receive("\x88\x00"sv), "close 0 ;");
    EXPECT_LE(client.memory.peak, 200'000u);
}

TEST(Session, still_validates_the_framing_after_it_has_closed) {
    Talker client;
    EXPECT_EQ(client.session.close(1000, ""), Error::ok);
    EXPECT_EQ(client.receive("\x81\x01\xFF\x83"), failed(Cause::frame_reserved_opcode));
    EXPECT_EQ(described(client.sent_frames()), "close 1000 ;");
}

// A frame that was partly received when we closed: its rest is not a header.
TEST(Session, discards_the_rest_of_a_frame_that_it_closed_in) {
    const std::string wire =
        frame_from(Role::server, Opcode::text, "0123456789") + std::string("\x88\x00", 2);
    for (std::size_t cut = 0; cut < 12; ++cut) {
        Talker client;
        EXPECT_EQ(client.receive(wire.substr(0, cut)), "");
        EXPECT_EQ(client.session.close(1000, ""), Error::ok);
        EXPECT_EQ(client.receive(wire.substr(cut)), "close 0 ;") << cut;
        EXPECT_EQ(client.session.message_count(), 0u);
    }
}

// ---- a full queue ----------------------------------------------------------------------------

TEST(Session, blocks_a_frame_that_exceeds_the_count) {
    Limits limits;
    limits.input_message_count_max = 3;
    Talker client(Role::client, limits);
    client.takes = false;
    EXPECT_EQ(client.receive("\x81\x01"
                             "a\x81\x01"
                             "b\x81\x01"
                             "c"),
              "message;message;message;");
    EXPECT_FALSE(client.session.input_is_paused());
    // A ping before the frame that waits is answered, one after it is not.
    EXPECT_EQ(client.receive("\x89\x01p\x81\x01"
                             "d\x89\x01q"),
              "ping p;");
    EXPECT_TRUE(client.session.input_is_paused());
    EXPECT_FALSE(client.session.input_needs_space());
    EXPECT_EQ(described(client.sent_frames()), "pong p;");
    EXPECT_EQ(client.described(), "");

    EXPECT_EQ(text_of(client.session.take().payload), "a");
    EXPECT_EQ(client.described(), "message;ping q;");
    EXPECT_FALSE(client.session.input_is_paused());
    for (const std::string_view expected : {"b", "c", "d"}) {
        EXPECT_EQ(text_of(client.session.take().payload), expected);
    }
}

TEST(Session, blocks_a_frame_that_exceeds_the_size) {
    Limits limits;
    limits.input_payload_max = 1000;
    Talker client(Role::client, limits);
    client.takes = false;
    const std::string six_hundred(600, '6');
    const std::string four_hundred(400, '4');
    EXPECT_EQ(client.receive_from_peer(Opcode::binary, six_hundred), "message;");
    EXPECT_EQ(client.receive_from_peer(Opcode::binary, four_hundred, false), "");
    EXPECT_FALSE(client.session.input_is_paused());
    EXPECT_EQ(client.receive_from_peer(Opcode::continuation, "1", false), "");
    EXPECT_TRUE(client.session.input_is_paused());
    EXPECT_EQ(client.session.queued_payload(), 600u);
    EXPECT_EQ(client.session.take().payload.size(), 600u);
    EXPECT_EQ(client.described(), "");
    EXPECT_FALSE(client.session.input_is_paused());
    EXPECT_EQ(client.receive_from_peer(Opcode::continuation, ""), "message;");
    EXPECT_EQ(text_of(client.session.take().payload), four_hundred + "1");
}

TEST(Session, continues_with_blocked_input_when_it_closes) {
    Limits limits;
    limits.input_message_count_max = 1;
    Talker client(Role::client, limits);
    client.takes = false;
    EXPECT_EQ(client.receive("\x81\x01"
                             "a\x81\x01"
                             "b\x88\x00"sv),
              "message;");
    EXPECT_TRUE(client.session.input_is_paused());
    EXPECT_EQ(client.session.close(1000, ""), Error::ok);
    EXPECT_FALSE(client.session.input_is_paused());
    EXPECT_EQ(client.described(), "close 0 ;");
    EXPECT_EQ(client.session.stats().discarded_size, 1u);
    EXPECT_EQ(text_of(client.session.take().payload), "a");
}

// The peer sends as fast as the buffer allows, the program reads occasionally: every message
// arrives.
TEST(Session, loses_nothing_while_its_queue_is_full) {
    for (const std::size_t count_max : {1u, 2u, 7u, 64u, 1000u}) {
        for (const Role role : roles) {
            SCOPED_TRACE(std::string(name_of(role)) + ", " + std::to_string(count_max));
            Limits limits;
            limits.input_message_count_max = count_max;
            limits.input_payload_max = 5000;
            limits.response_size_max = 0;
            Talker talker(role, limits);
            talker.takes = false;
            test::Random random(count_max);
            std::string wire;
            std::vector<std::string> messages;
            for (int i = 0; i < 2000; ++i) {
                messages.push_back(random.bytes(random.below(random.one_in(20) ? 5001 : 300)));
                wire += frame_from(other(role), Opcode::binary, messages.back());
            }
            std::size_t given = 0;
            std::size_t taken = 0;
            for (int idle = 0; taken < messages.size() && idle < 100; ++idle) {
                given += talker.fill(std::string_view(wire).substr(given, 1 + random.below(3000)));
                talker.described();
                ASSERT_LE(talker.session.message_count(), count_max);
                ASSERT_LE(talker.session.queued_payload(), limits.input_payload_max);
                while (talker.session.message_count() > 0 && !random.one_in(3)) {
                    ASSERT_EQ(text_of(talker.session.take().payload), messages[taken++]);
                    idle = 0;
                }
            }
            EXPECT_EQ(taken, messages.size());
        }
    }
}

// ---- what may be put -------------------------------------------------------------------------

TEST(Session, refuses_text_that_is_not_utf8_and_queues_nothing) {
    Talker client;
    for (const std::string_view bad : {"\xFF"sv, "ab\xC3"sv, "\xED\xA0\x80"sv}) {
        EXPECT_EQ(client.session.put(Opcode::text, {}, ExactBytes(bad).bytes()),
                  Error::invalid_data);
        EXPECT_EQ(client.session.put(Opcode::binary, {}, ExactBytes(bad).bytes()), Error::ok);
        client.sent();
    }
    EXPECT_EQ(client.session.put(Opcode::text, bytes_of("\xFF"), bytes_of("ok")), Error::ok);
    EXPECT_EQ(client.session.stats().messages_sent, 4u);
}

TEST(Session, refuses_messages_that_do_not_fit) {
    Limits limits;
    limits.output_payload_max = 10;
    limits.output_message_count_max = 2;
    Talker client(Role::client, limits);
    EXPECT_EQ(client.session.put(Opcode::binary, {}, ExactBytes(11).bytes()),
              Error::invalid_parameter);
    EXPECT_EQ(client.session.put(Opcode::binary, {}, ExactBytes(8).bytes()), Error::ok);
    EXPECT_EQ(client.session.put(Opcode::binary, {}, ExactBytes(3).bytes()), Error::out_of_memory);
    EXPECT_EQ(client.session.put(Opcode::binary, {}, {}), Error::ok);
    EXPECT_EQ(client.session.put(Opcode::binary, {}, {}), Error::out_of_memory);
    EXPECT_EQ(client.session.stats().messages_sent, 2u);
    EXPECT_EQ(client.sent_frames().size(), 2u);
    EXPECT_EQ(client.session.put(Opcode::binary, {}, ExactBytes(10).bytes()), Error::ok);
}

// Case 19: no random bytes
TEST(Session, sends_nothing_without_entropy) {
    Talker client;
    client.entropy.exhausted = true;
    EXPECT_EQ(client.session.put(Opcode::binary, {}, bytes_of("x")), Error::failed);
    EXPECT_EQ(client.session.ping(bytes_of("x")), Error::failed);
    EXPECT_EQ(client.session.close(1000, ""), Error::failed);
    EXPECT_EQ(client.sent(), "");
    EXPECT_EQ(client.receive_from_peer(Opcode::ping, "x"), failed(Cause::no_entropy));
    EXPECT_EQ(client.receive_from_peer(Opcode::binary, "too late"), "");
    EXPECT_EQ(client.sent(), "");
    EXPECT_EQ(client.session.put(Opcode::binary, {}, bytes_of("x")), Error::failed);

    Talker closer;
    closer.entropy.exhausted = true;
    EXPECT_EQ(closer.receive_from_peer(Opcode::close, ""), failed(Cause::no_entropy));
    EXPECT_EQ(closer.sent(), "");
}

// ---- memory ----------------------------------------------------------------------------------

TEST(Session, allocates_no_memory_before_it_is_used_and_frees_it) {
    Talker client;
    EXPECT_EQ(client.memory.allocation_count, 0);
    EXPECT_EQ(client.session.put(Opcode::binary, {}, ExactBytes(50'000).bytes()), Error::ok);
    client.sent();
    client.receive_from_peer(Opcode::binary, std::string(50'000, 'x'));
    EXPECT_GE(client.memory.used, 100'000u);
    client.session.receive_buffer();
    client.session.shrink();
    EXPECT_EQ(client.memory.used, 0u);
    EXPECT_EQ(client.receive_from_peer(Opcode::text, "and on"), "text and on;");
}

TEST(Session, is_starved_without_memory_and_without_a_message_to_take) {
    Talker client;
    client.memory.limit = 0;
    EXPECT_TRUE(client.session.receive_buffer().empty());
    EXPECT_TRUE(client.session.is_starved());
    client.memory.limit = 2048;
    EXPECT_FALSE(client.session.receive_buffer().empty());
    EXPECT_FALSE(client.session.is_starved());

    client.takes = false;
    EXPECT_EQ(client.receive_from_peer(Opcode::binary, std::string(1000, 'x')), "message;");
    client.receive_from_peer(Opcode::binary, std::string(5000, 'y'));
    EXPECT_TRUE(client.session.receive_buffer().empty());
    EXPECT_FALSE(client.session.is_starved()) << "there is a message to take";
    client.session.take();
    EXPECT_FALSE(client.session.receive_buffer().empty());
    client.receive(std::string(5000, 'y'));
    EXPECT_TRUE(client.session.receive_buffer().empty());
    EXPECT_TRUE(client.session.is_starved());
}

// A message in each direction, as an engine does in each frame.
void exchange(Talker& from, Talker& to, std::string_view payload) {
    ASSERT_EQ(from.session.put(Opcode::binary, {}, bytes_of(payload)), Error::ok);
    Outbox::Pieces pieces;
    const std::size_t count = from.session.unsent(pieces);
    std::size_t sent = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const MutableBytes buffer = to.session.receive_buffer();
        ASSERT_GE(buffer.size(), pieces[i].size());
        std::copy(pieces[i].begin(), pieces[i].end(), buffer.begin());
        to.session.fill(pieces[i].size());
        sent += pieces[i].size();
    }
    from.session.sent(sent);

    const std::uint64_t moved_size = to.session.inbox().moved_size();
    const std::uint8_t* const payload_end = to.session.unparsed().data() + sent;
    ASSERT_EQ(to.session.next().kind, Kind::message);
    const Inbox::Message packet = to.session.take();
    ASSERT_EQ(text_of(packet.payload), payload);
    // In place: it ends where the received bytes end, and none has moved.
    ASSERT_EQ(packet.payload.data() + packet.payload.size(), payload_end);
    ASSERT_EQ(to.session.inbox().moved_size(), moved_size);
}

TEST(Session, allocates_and_moves_nothing_in_the_steady_state) {
    Talker client;
    Talker server(Role::server);
    test::Random random(47);
    const std::string bytes = random.bytes(1500);
    const auto both_ways = [&] {
        exchange(client, server, std::string_view(bytes).substr(0, random.below(bytes.size())));
        exchange(server, client, std::string_view(bytes).substr(0, random.below(bytes.size())));
    };
    for (int i = 0; i < 100; ++i) both_ways();
    const int client_count = client.memory.allocation_count;
    const int server_count = server.memory.allocation_count;
    for (int i = 0; i < 10'000 && !testing::Test::HasFatalFailure(); ++i) both_ways();
    EXPECT_EQ(client.memory.allocation_count, client_count);
    EXPECT_EQ(server.memory.allocation_count, server_count);
    EXPECT_EQ(client.session.inbox().moved_size(), 0u);
    EXPECT_EQ(server.session.inbox().moved_size(), 0u);
    EXPECT_EQ(client.session.stats().messages_received, 10'100u);
}

}  // namespace
}  // namespace linnet
