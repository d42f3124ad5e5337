// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The output of the outbox is decoded frame by frame, for every number of bytes the OS accepts at a
// time.
#include "linnet/protocol/outbox.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "testkit/exact.hpp"
#include "testkit/random.hpp"
#include "testkit/wire.hpp"
#include "testkit/world.hpp"

namespace linnet {
namespace {

using test::ExactBytes;
using test::frames_of;
using test::Random;
using test::WireFrame;

constexpr Role roles[] = {Role::client, Role::server};

constexpr Role other(Role role) {
    return role == Role::client ? Role::server : Role::client;
}

struct OutboxLimits {
    std::size_t payload_max = 1 << 20;
    std::size_t message_count_max = 1024;
};

// An outbox and an OS that accepts a given number of bytes.
struct Sender {
    explicit Sender(Role role = Role::client, OutboxLimits limits = {})
        : outbox(role, limits.payload_max, limits.message_count_max, entropy, &memory) {}

    Error put(std::string_view payload, Opcode opcode = Opcode::binary) {
        return outbox.put(opcode, {}, ExactBytes(payload).bytes());
    }
    // All unsent bytes, in order.
    std::string unsent() {
        std::string wire;
        Outbox::Pieces pieces;
        const std::size_t count = outbox.unsent(pieces);
        EXPECT_LE(count, send_piece_count_max);
        for (std::size_t i = 0; i < count; ++i) {
            EXPECT_FALSE(pieces[i].empty());
            wire += text_of(pieces[i]);
        }
        return wire;
    }
    // Sends at most `size` bytes; returns them.
    std::string send(std::size_t size = SIZE_MAX) {
        const std::string wire = unsent().substr(0, size);
        outbox.sent(wire.size());
        return wire;
    }

    test::Faults faults;
    test::CountingMemory memory{faults};
    test::RandomEntropy entropy;
    Outbox outbox;
};

// "binary hello;pong p;close;", for the whole frames in `wire`.
std::string described(std::string_view wire, Role sender) {
    std::string story;
    for (const WireFrame& frame : frames_of(wire, other(sender))) {
        EXPECT_TRUE(frame.header.fin);
        EXPECT_EQ(frame.header.masked, sender == Role::client);
        switch (frame.header.opcode) {
            case Opcode::continuation: story += "continuation "; break;
            case Opcode::text: story += "text "; break;
            case Opcode::binary: story += "binary "; break;
            case Opcode::close: story += "close "; break;
            case Opcode::ping: story += "ping "; break;
            case Opcode::pong: story += "pong "; break;
        }
        story += frame.payload + ";";
    }
    return story;
}

// ---- frames ----------------------------------------------------------------------------------

TEST(Outbox, takes_no_memory_before_the_first_message) {
    Sender sender;
    EXPECT_TRUE(sender.outbox.is_empty());
    EXPECT_EQ(sender.unsent(), "");
    EXPECT_TRUE(sender.outbox.put_ping(bytes_of("p")));
    EXPECT_TRUE(sender.outbox.put_pong(bytes_of("p")));
    EXPECT_TRUE(sender.outbox.put_close({}));
    sender.send();
    EXPECT_TRUE(sender.outbox.is_empty());
    EXPECT_EQ(sender.memory.allocation_count, 0);
}

TEST(Outbox, sends_front_and_payload_as_one_frame_of_the_shortest_form) {
    for (const Role role : roles) {
        for (const std::size_t size : {0u, 1u, 125u, 126u, 127u, 65535u, 65536u}) {
            for (const std::size_t front_size : {std::size_t{0}, std::size_t{3}, size}) {
                if (front_size > size) continue;
                const std::string whole = Random(size + front_size).bytes(size);
                const ExactBytes front(std::string_view(whole).substr(0, front_size));
                const ExactBytes payload(std::string_view(whole).substr(front_size));
                Sender sender(role);
                ASSERT_EQ(sender.outbox.put(Opcode::text, front.bytes(), payload.bytes()),
                          Error::ok);
                const std::string wire = sender.send();
                const std::size_t length_size = size < 126 ? 0 : size < 65536 ? 2 : 8;
                EXPECT_EQ(wire.size(), 2 + length_size + (role == Role::client ? 4 : 0) + size);
                EXPECT_EQ(described(wire, role), "text " + whole + ";");
                // The caller's bytes are unchanged.
                EXPECT_EQ(front.text(), whole.substr(0, front_size));
                EXPECT_EQ(payload.text(), whole.substr(front_size));
            }
        }
    }
}

TEST(Outbox, does_not_mask_and_needs_no_entropy_as_a_server) {
    Sender server(Role::server);
    server.entropy.exhausted = true;
    EXPECT_EQ(server.put("Hello", Opcode::text), Error::ok);
    EXPECT_TRUE(server.outbox.put_pong(bytes_of("p")));
    EXPECT_TRUE(server.outbox.put_ping(bytes_of("q")));
    EXPECT_TRUE(server.outbox.put_close({}));
    EXPECT_EQ(server.send(), std::string("\x8A\x01p\x89\x01q\x81\x05Hello\x88\x00", 15));
}

TEST(Outbox, sends_control_frames_before_the_messages_and_the_close_frame_after_them) {
    for (const Role role : roles) {
        Sender sender(role);
        EXPECT_EQ(sender.put("one"), Error::ok);
        EXPECT_TRUE(sender.outbox.put_ping(bytes_of("ping")));
        EXPECT_TRUE(sender.outbox.put_close(bytes_of(test::close_payload(1000))));
        EXPECT_TRUE(sender.outbox.put_pong(bytes_of("pong")));
        EXPECT_EQ(sender.put("two"), Error::ok);
        EXPECT_EQ(
            described(sender.send(), role),
            "pong pong;ping ping;binary one;binary two;close " + test::close_payload(1000) + ";");
        EXPECT_TRUE(sender.outbox.is_empty());
        EXPECT_FALSE(sender.outbox.close_is_unsent());
    }
}

// The rest of a partly sent frame, the control frames, the other frames, the close frame: at every
// cut.
// Case 13: a pong within a partly sent frame (curl#16706)
TEST(Outbox, never_puts_a_control_frame_inside_another_frame) {
    for (const Role role : roles) {
        for (std::size_t cut = 0; cut <= 60; ++cut) {
            SCOPED_TRACE(cut);
            Sender sender(role);
            EXPECT_EQ(sender.put("the first message"), Error::ok);
            EXPECT_EQ(sender.put("the second message"), Error::ok);
            std::string wire = sender.send(cut);
            EXPECT_TRUE(sender.outbox.put_pong(bytes_of("pong")));
            EXPECT_TRUE(sender.outbox.put_ping(bytes_of("ping")));
            EXPECT_TRUE(sender.outbox.put_close(bytes_of("\x03\xE8")));
            EXPECT_FALSE(sender.outbox.is_empty());
            wire += sender.send();

            const std::size_t header_size = role == Role::client ? 6 : 2;
            const std::size_t first_end = header_size + 17;
            const std::size_t second_end = first_end + header_size + 18;
            std::string story =
                "binary the first message;binary the second message;close \x03\xE8;";
            const std::string after = cut == 0            ? ""
                                      : cut <= first_end  ? "binary the first message;"
                                      : cut <= second_end ? "binary the first message;"
                                                            "binary the second message;"
                                                          : story;
            story.insert(std::min(after.size(), story.find("close")), "pong pong;ping ping;");
            EXPECT_EQ(described(wire, role), story);
            EXPECT_TRUE(sender.outbox.is_empty());
        }
    }
}

// The copy is masked: the same bytes can be sent repeatedly.
// Case 20: masking the caller's bytes
TEST(Outbox, leaves_the_bytes_of_the_caller_unchanged) {
    for (const Role role : roles) {
        const std::string text = Random(20).bytes(1000);
        const ExactBytes front(std::string_view(text).substr(0, 9));
        const ExactBytes payload(std::string_view(text).substr(9));
        Sender sender(role);
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(sender.outbox.put(Opcode::binary, front.bytes(), payload.bytes()), Error::ok);
            EXPECT_EQ(std::string(front.text()).append(payload.text()), text);
        }
        EXPECT_EQ(described(sender.send(), role),
                  "binary " + text + ";binary " + text + ";binary " + text + ";");
    }
}

// ---- ping, pong, close -----------------------------------------------------------------------

// Case 12: a queue of pongs
TEST(Outbox, keeps_only_the_latest_pending_pong_and_ping) {
    for (const Role role : roles) {
        Sender sender(role);
        for (const std::string_view payload : {"a much longer first one", "2", "third"}) {
            EXPECT_TRUE(sender.outbox.put_pong(bytes_of(payload)));
            EXPECT_TRUE(sender.outbox.put_ping(bytes_of(payload)));
        }
        EXPECT_EQ(described(sender.send(), role), "pong third;ping third;");
        EXPECT_TRUE(sender.outbox.is_empty());
    }
}

TEST(Outbox, replaces_no_partly_sent_control_frame) {
    Sender sender;
    EXPECT_TRUE(sender.outbox.put_pong(bytes_of("first")));
    std::string wire = sender.send(1);
    EXPECT_TRUE(sender.outbox.put_pong(bytes_of("second")));
    EXPECT_TRUE(sender.outbox.put_pong(bytes_of("third")));
    wire += sender.send();
    EXPECT_FALSE(sender.outbox.is_empty());
    wire += sender.send();
    EXPECT_EQ(described(wire, Role::client), "pong first;pong third;");
    EXPECT_TRUE(sender.outbox.is_empty());
}

TEST(Outbox, counts_the_control_frames_sent) {
    Sender sender;
    const auto count = [&] { return sender.outbox.control_frame_count(); };
    EXPECT_TRUE(sender.outbox.put_pong(bytes_of("replaced")));
    EXPECT_TRUE(sender.outbox.put_pong(bytes_of("second")));
    EXPECT_TRUE(sender.outbox.put_ping(bytes_of("ping")));
    EXPECT_EQ(count(), 0u);
    sender.send(1);
    EXPECT_EQ(count(), 0u);
    sender.send();
    EXPECT_EQ(count(), 2u);
    EXPECT_EQ(sender.put("no control frame"), Error::ok);
    EXPECT_TRUE(sender.outbox.put_close({}));
    EXPECT_EQ(count(), 2u);
    while (!sender.send(1).empty()) {
    }
    EXPECT_EQ(count(), 3u);
}

TEST(Outbox, reports_whether_its_ping_was_sent) {
    Sender sender;
    EXPECT_FALSE(sender.outbox.ping_is_unsent());
    EXPECT_TRUE(sender.outbox.put_ping(bytes_of("ping")));
    EXPECT_TRUE(sender.outbox.ping_is_unsent());
    const std::size_t size = sender.unsent().size();
    for (std::size_t i = 0; i < size; ++i) {
        EXPECT_TRUE(sender.outbox.ping_is_unsent());
        sender.send(1);
    }
    EXPECT_FALSE(sender.outbox.ping_is_unsent());
    EXPECT_TRUE(sender.outbox.put_pong(bytes_of("pong")));
    sender.unsent();
    EXPECT_FALSE(sender.outbox.ping_is_unsent());
}

TEST(Outbox, reports_whether_its_close_frame_was_sent) {
    Sender sender;
    EXPECT_FALSE(sender.outbox.close_is_unsent());
    EXPECT_TRUE(sender.outbox.put_close(bytes_of("\x03\xE8")));
    for (int i = 0; i < 8; ++i) {
        EXPECT_TRUE(sender.outbox.close_is_unsent());
        sender.send(1);
    }
    EXPECT_FALSE(sender.outbox.close_is_unsent());
    EXPECT_TRUE(sender.outbox.is_empty());
}

TEST(Outbox, sends_nothing_after_a_partly_sent_close_frame) {
    for (const Role role : roles) {
        Sender sender(role);
        EXPECT_TRUE(sender.outbox.put_close(bytes_of("\x03\xE8")));
        std::string wire = sender.send(1);
        EXPECT_TRUE(sender.outbox.put_pong(bytes_of("too late")));
        wire += sender.send();
        wire += sender.send();
        EXPECT_EQ(described(wire, role), "close \x03\xE8;");
    }
}

// The close frame comes after everything queued so far, even if an earlier pong is partly sent.
TEST(Outbox, sends_the_close_frame_after_a_pong_that_was_queued_before_it) {
    for (const Role role : roles) {
        Sender sender(role);
        EXPECT_TRUE(sender.outbox.put_pong(bytes_of("first")));
        std::string wire = sender.send(1);
        EXPECT_TRUE(sender.outbox.put_pong(bytes_of("second")));
        EXPECT_TRUE(sender.outbox.put_close(bytes_of("\x03\xE8")));
        wire += sender.send();
        wire += sender.send();
        EXPECT_EQ(described(wire, role), "pong first;pong second;close \x03\xE8;");
        EXPECT_TRUE(sender.outbox.is_empty());
    }
}

TEST(Outbox, carries_control_frames_of_125_bytes) {
    for (const Role role : roles) {
        const std::string longest = Random(5).bytes(125);
        const ExactBytes payload(longest);
        Sender sender(role);
        EXPECT_TRUE(sender.outbox.put_pong(payload.bytes()));
        EXPECT_TRUE(sender.outbox.put_ping(payload.bytes()));
        EXPECT_TRUE(sender.outbox.put_close(payload.bytes()));
        EXPECT_EQ(described(sender.send(), role),
                  "pong " + longest + ";ping " + longest + ";close " + longest + ";");
        EXPECT_EQ(payload.text(), longest);
    }
}

// ---- any number of bytes at a time -----------------------------------------------------------

// The number of bytes the OS accepts in each call.
struct Taking {
    std::string_view name;
    std::size_t least, most;
};

// Queues data and control frames in between, and checks the whole stream at the end.
class Stream {
 public:
    Stream(Role role, const Taking& taking, std::uint64_t seed)
        : role_(role), taking_(taking), random_(seed), sender_(role, {20'000, 40}) {}

    void run() {
        for (int i = 0; i < 3000; ++i) {
            if (random_.one_in(3)) put_data();
            if (random_.one_in(5)) {
                last_pong_ = "pong " + std::to_string(i);
                ASSERT_TRUE(sender_.outbox.put_pong(bytes_of(last_pong_)));
            }
            if (random_.one_in(7)) {
                last_ping_ = "ping " + std::to_string(i);
                ASSERT_TRUE(sender_.outbox.put_ping(bytes_of(last_ping_)));
            }
            send();
            check_accounting();
        }
        while (!sender_.outbox.is_empty())
            send();  // so that nothing waits after a partly sent control frame
        ASSERT_TRUE(sender_.outbox.put_close(bytes_of("\x03\xE8the end")));
        while (!sender_.outbox.is_empty()) send();
        check_stream();
    }

 private:
    void put_data() {
        const std::string payload = random_.bytes(random_.below(random_.one_in(10) ? 5000 : 200));
        if (sender_.put(payload) == Error::ok) {
            put_.push_back(payload);
            queued_payload_ += payload.size();
        }
    }
    void send() {
        const std::size_t size = taking_.least + random_.below(taking_.most - taking_.least + 1);
        wire_ += sender_.send(size);
    }
    // A frame counts until its last byte is passed to the OS.
    void check_accounting() {
        WireFrame frame;
        std::string_view rest = std::string_view(wire_).substr(seen_);
        while (test::take_frame(rest, other(role_), frame)) {
            if (is_control(frame.header.opcode)) continue;
            ++sent_count_;
            queued_payload_ -= frame.payload.size();
        }
        seen_ = wire_.size() - rest.size();
        ASSERT_EQ(sender_.outbox.message_count(), put_.size() - sent_count_);
        ASSERT_EQ(sender_.outbox.queued_payload(), queued_payload_);
        ASSERT_LE(sender_.outbox.message_count(), 40u);
        ASSERT_LE(sender_.outbox.queued_payload(), 20'000u);
    }
    void check_stream() {
        const std::vector<WireFrame> frames = frames_of(wire_, other(role_));
        std::size_t data_count = 0;
        std::string pong, ping;
        for (const WireFrame& frame : frames) {
            if (frame.header.opcode == Opcode::pong) pong = frame.payload;
            if (frame.header.opcode == Opcode::ping) ping = frame.payload;
            if (frame.header.opcode != Opcode::binary) continue;
            ASSERT_LT(data_count, put_.size());
            ASSERT_TRUE(frame.payload == put_[data_count]) << "message " << data_count;
            ++data_count;
        }
        EXPECT_EQ(data_count, put_.size());
        EXPECT_GT(data_count, 15u);
        EXPECT_EQ(pong, last_pong_);
        EXPECT_EQ(ping, last_ping_);
        ASSERT_FALSE(frames.empty());
        EXPECT_EQ(frames.back().header.opcode, Opcode::close);
        EXPECT_EQ(frames.back().payload, "\x03\xE8the end");
        EXPECT_EQ(sender_.outbox.message_count(), 0u);
        EXPECT_EQ(sender_.outbox.queued_payload(), 0u);
    }

    Role role_;
    Taking taking_;
    Random random_;
    Sender sender_;
    std::string wire_;
    std::size_t seen_ = 0;
    std::vector<std::string> put_;
    std::size_t sent_count_ = 0;
    std::size_t queued_payload_ = 0;
    std::string last_pong_, last_ping_;
};

// Case 13, 45: frames that are sent in pieces, or are blocked for a while
TEST(Outbox, sends_whole_frames_in_order_even_one_byte_at_a_time) {
    constexpr Taking takings[] = {
        {"one byte", 1, 1},      {"seven bytes", 7, 7},           {"0 to 3", 0, 3},
        {"0 to 300", 0, 300},    {"1 to 3000", 1, 3000},          {"nothing or all", 0, 100'000},
        {"all", 40'000, 40'000}, {"up to one packet", 100, 1460},
    };
    for (const Role role : roles) {
        for (const Taking& taking : takings) {
            SCOPED_TRACE(std::string(taking.name) + (role == Role::client ? "" : ", as a server"));
            Stream(role, taking, taking.most).run();
            ASSERT_FALSE(testing::Test::HasFatalFailure());
        }
    }
}

// Case 45: EAGAIN
TEST(Outbox, sends_nothing_new_after_an_empty_send) {
    Sender sender;
    EXPECT_EQ(sender.put("message"), Error::ok);
    EXPECT_TRUE(sender.outbox.put_ping(bytes_of("ping")));
    const std::string wire = sender.unsent();
    sender.outbox.sent(0);
    EXPECT_EQ(sender.unsent(), wire);
    EXPECT_EQ(sender.send(), wire);
}

// ---- limits ----------------------------------------------------------------------------------

TEST(Outbox, accepts_exactly_its_limits) {
    Sender sender(Role::client, {100, 3});
    EXPECT_EQ(sender.put(std::string(101, 'x')), Error::invalid_parameter);
    EXPECT_EQ(sender.put(std::string(60, 'a')), Error::ok);
    EXPECT_EQ(sender.put(std::string(41, 'x')), Error::out_of_memory);
    EXPECT_EQ(sender.put(std::string(40, 'b')), Error::ok);
    EXPECT_EQ(sender.put("x"), Error::out_of_memory);
    EXPECT_EQ(sender.put(""), Error::ok);
    EXPECT_EQ(sender.put(""), Error::out_of_memory);
    EXPECT_EQ(sender.put(std::string(101, 'x')), Error::invalid_parameter);
    EXPECT_EQ(sender.outbox.message_count(), 3u);
    EXPECT_EQ(sender.outbox.queued_payload(), 100u);
    EXPECT_EQ(described(sender.send(), Role::client),
              "binary " + std::string(60, 'a') + ";binary " + std::string(40, 'b') + ";binary ;");
    EXPECT_EQ(sender.put(std::string(100, 'c')), Error::ok);
}

TEST(Outbox, counts_front_and_payload_together) {
    Sender sender(Role::client, {100, 10});
    const ExactBytes front(9);
    EXPECT_EQ(sender.outbox.put(Opcode::binary, front.bytes(), ExactBytes(92).bytes()),
              Error::invalid_parameter);
    EXPECT_EQ(sender.outbox.put(Opcode::binary, front.bytes(), ExactBytes(91).bytes()), Error::ok);
    EXPECT_EQ(sender.outbox.queued_payload(), 100u);
}

TEST(Outbox, counts_a_frame_until_its_last_byte_is_sent) {
    Sender sender(Role::client, {10, 1});
    EXPECT_EQ(sender.put("0123456789"), Error::ok);
    for (std::size_t i = 0; i < 16; ++i) {
        EXPECT_EQ(sender.outbox.queued_payload(), 10u) << i;
        EXPECT_EQ(sender.outbox.message_count(), 1u) << i;
        EXPECT_EQ(sender.put(""), Error::out_of_memory);
        sender.send(1);
    }
    EXPECT_EQ(sender.outbox.queued_payload(), 0u);
    EXPECT_EQ(sender.outbox.message_count(), 0u);
    EXPECT_EQ(sender.put("0123456789"), Error::ok);
}

// ---- all or nothing --------------------------------------------------------------------------

// Case 19: no random bytes
TEST(Outbox, queues_nothing_without_entropy) {
    Sender sender;
    sender.entropy.exhausted = true;
    EXPECT_EQ(sender.put("x"), Error::failed);
    EXPECT_FALSE(sender.outbox.put_ping(bytes_of("p")));
    EXPECT_FALSE(sender.outbox.put_pong(bytes_of("p")));
    EXPECT_FALSE(sender.outbox.put_close({}));
    EXPECT_TRUE(sender.outbox.is_empty());
    EXPECT_EQ(sender.outbox.message_count(), 0u);
    EXPECT_EQ(sender.outbox.queued_payload(), 0u);
    EXPECT_EQ(sender.unsent(), "");
    EXPECT_FALSE(sender.outbox.close_is_unsent());
    EXPECT_FALSE(sender.outbox.ping_is_unsent());
    sender.entropy.exhausted = false;
    EXPECT_EQ(sender.put("now"), Error::ok);
    EXPECT_EQ(described(sender.send(), Role::client), "binary now;");
}

TEST(Outbox, keeps_its_frames_when_entropy_runs_out) {
    Sender sender;
    std::string expected = "pong p;";
    EXPECT_TRUE(sender.outbox.put_pong(bytes_of("p")));
    sender.entropy.exhausted = true;
    for (int i = 1;; ++i) {
        const std::string payload = std::to_string(i);
        if (sender.put(payload) != Error::ok) break;
        expected += "binary " + payload + ";";
        ASSERT_LT(i, 256) << "a key is used twice";
    }
    EXPECT_FALSE(sender.outbox.put_pong(bytes_of("a later pong")));
    EXPECT_EQ(described(sender.send(), Role::client), expected);
}

TEST(Outbox, queues_nothing_without_memory) {
    Sender sender;
    sender.memory.limit = 0;
    EXPECT_EQ(sender.put("x"), Error::out_of_memory);
    EXPECT_TRUE(sender.outbox.is_empty());
    EXPECT_TRUE(sender.outbox.put_close(bytes_of("\x03\xF3"))) << "it can still send a close frame";
    EXPECT_EQ(described(sender.send(), Role::client), "close \x03\xF3;");

    Sender grown;
    EXPECT_EQ(grown.put("small"), Error::ok);
    grown.memory.limit = grown.memory.used;
    EXPECT_EQ(grown.put(std::string(5000, 'x')), Error::out_of_memory);
    EXPECT_EQ(grown.outbox.message_count(), 1u);
    EXPECT_EQ(grown.outbox.queued_payload(), 5u);
    EXPECT_EQ(grown.put("another"), Error::ok);
    EXPECT_EQ(described(grown.send(), Role::client), "binary small;binary another;");
}

// ---- the ring --------------------------------------------------------------------------------

TEST(Outbox, does_not_grow_while_each_message_is_sent_at_once) {
    for (const Role role : roles) {
        Sender sender(role);
        Random random(9);
        int allocation_count = 0;
        for (int i = 0; i < 5000; ++i) {
            const std::string payload = random.bytes(random.below(900));
            ASSERT_EQ(sender.put(payload), Error::ok);
            if (i == 0) allocation_count = sender.memory.allocation_count;
            ASSERT_TRUE(described(sender.send(), role) == "binary " + payload + ";") << i;
        }
        EXPECT_EQ(sender.memory.allocation_count, allocation_count);
    }
}

// Makes the ring start at `offset`, with one byte unsent before it. Returns the unsent bytes.
std::string begin_at(Sender& sender, std::size_t offset) {
    const std::size_t header_size = offset + 1 < 132 ? 6 : 8;
    EXPECT_EQ(sender.put(std::string(offset + 1 - header_size, 's')), Error::ok);
    return sender.send(offset);
}

// The ring grows with its contents wrapped and a frame partly sent, at every offset.
TEST(Outbox, grows_around_queued_frames_at_every_offset) {
    for (std::size_t offset = 6; offset < 1000; offset += 7) {
        Sender sender;
        Random random(offset);
        std::string wire = begin_at(sender, offset);
        std::string expected;
        for (const std::size_t size : {700u, 100u, 50u, 5000u, 20'000u, 3u}) {
            const std::string payload = random.bytes(size);
            ASSERT_EQ(sender.put(payload), Error::ok);
            expected += "binary " + payload + ";";
            wire += sender.send(37);
        }
        wire += sender.send();
        const std::string story = described(wire, Role::client);
        EXPECT_TRUE(story.ends_with(expected)) << "starting at " << offset;
        EXPECT_TRUE(sender.outbox.is_empty());
    }
}

// Frames with each form of the header, wrapping in the header, in the payload or not at all; sends
// end at each of their bytes.
TEST(Outbox, wraps_at_every_byte_of_a_frame) {
    for (const Role role : roles) {
        for (const std::size_t size : {0u, 16u, 130u}) {
            const std::size_t header_size =
                (role == Role::client ? 6u : 2u) + (size < 126 ? 0u : 2u);
            const std::size_t frame_size = header_size + size;
            for (std::size_t offset = 1024 - 14 - 2 * frame_size - 2; offset < 1010; ++offset) {
                Sender sender(role);
                const std::size_t skew_header = role == Role::client ? 8 : 4;
                ASSERT_EQ(sender.put(std::string(offset - skew_header, 's')), Error::ok);
                std::string wire = sender.send(offset - 1);
                const std::string payload = Random(offset).bytes(size);
                const std::string_view front = std::string_view(payload).substr(0, size / 3);
                for (int i = 0; i < 3; ++i) {
                    ASSERT_EQ(sender.outbox.put(Opcode::text, bytes_of(front),
                                                bytes_of(payload).subspan(front.size())),
                              Error::ok);
                }
                wire += sender.send(offset % (2 * frame_size));
                EXPECT_TRUE(sender.outbox.put_pong({}));
                while (!sender.outbox.is_empty()) {
                    wire += sender.send(1 + offset % 5);
                    ASSERT_LE(sender.outbox.message_count(), 4u);
                    ASSERT_LE(sender.outbox.queued_payload(), offset + 3 * size);
                }
                std::string story = described(wire, role);
                story.erase(story.find("pong ;"), 6);
                const std::string text = "text " + payload + ";";
                ASSERT_TRUE(story.ends_with(";" + text + text + text)) << size << " at " << offset;
                ASSERT_EQ(sender.outbox.message_count(), 0u);
                ASSERT_EQ(sender.outbox.queued_payload(), 0u);
                ASSERT_EQ(sender.memory.allocation_count, 1);
            }
        }
    }
}

TEST(Outbox, starts_at_the_front_again_and_sends_one_piece_once_it_is_empty) {
    Sender sender;
    const std::uint8_t* front = nullptr;
    for (int i = 0; i < 200; ++i) {
        for (int k = 0; k < 3; ++k) ASSERT_EQ(sender.put("some bytes"), Error::ok);
        Outbox::Pieces pieces;
        ASSERT_EQ(sender.outbox.unsent(pieces), 1u);
        EXPECT_EQ(pieces[0].size(), 48u);
        if (i == 0) front = pieces[0].data();
        ASSERT_EQ(pieces[0].data(), front);
        if (i % 2 == 0) {  // even if it was sent in two parts, the first within a frame
            sender.outbox.sent(20);
            ASSERT_EQ(sender.outbox.unsent(pieces), 1u);
            EXPECT_EQ(pieces[0].size(), 28u);
        }
        sender.outbox.sent(pieces[0].size());
        ASSERT_TRUE(sender.outbox.is_empty());
    }
}

// One byte is unsent at `offset`, so 1009 are free: with a header of four bytes, 1005 for a
// payload.
TEST(Outbox, fills_the_ring_to_its_last_byte_and_grows_for_the_next) {
    for (std::size_t offset = 8; offset < 1010; ++offset) {
        for (const std::size_t size : {1005u, 1006u}) {
            Sender sender(Role::server);
            const std::size_t header_size = offset < 127 ? 2 : 4;
            ASSERT_EQ(sender.put(std::string(offset + 1 - header_size, 's')), Error::ok);
            std::string wire = sender.send(offset);
            const std::string payload(size, 'p');
            ASSERT_EQ(sender.put(payload), Error::ok);
            if (offset < 127 || offset > 128) {  // there is no frame of 128 or 129 bytes
                ASSERT_EQ(sender.memory.allocation_count, size == 1005 ? 1 : 2) << offset;
            }
            wire += sender.send();
            ASSERT_TRUE(described(wire, Role::server).ends_with(";binary " + payload + ";"))
                << offset;
        }
    }
}

TEST(Outbox, frees_its_memory_only_when_it_is_empty) {
    Sender sender;
    EXPECT_EQ(sender.put(std::string(10'000, 'x')), Error::ok);
    const std::size_t size = sender.send().size();
    EXPECT_EQ(sender.put(std::string(10'000, 'y')), Error::ok);
    sender.send(size - 1);
    const std::size_t used = sender.memory.used;
    sender.outbox.release_if_empty();
    EXPECT_EQ(sender.memory.used, used);
    sender.send();
    sender.outbox.release_if_empty();
    EXPECT_EQ(sender.memory.used, 0u);
    EXPECT_EQ(sender.put("and on"), Error::ok);
    EXPECT_EQ(described(sender.send(), Role::client), "binary and on;");
}

// ---- masking keys ----------------------------------------------------------------------------

// RFC 6455 5.3: "the masking key needs to be unpredictable", "a fresh masking key".
// Case 18: masking keys that repeat or are not random
TEST(Outbox, masks_each_frame_with_a_fresh_key) {
    constexpr std::size_t count = 100'000;
    Sender sender;
    std::vector<std::uint64_t> pairs;  // a key and the next one
    std::array<std::array<std::size_t, 256>, 4> histogram{};
    std::uint32_t last = 0;
    for (std::size_t i = 0; i < count; ++i) {
        // Data and control frames draw from the same source.
        if (i % 3 == 0) {
            ASSERT_TRUE(sender.outbox.put_ping({}));
        } else {
            ASSERT_EQ(sender.put(""), Error::ok);
        }
        const auto frames = frames_of(sender.send(), Role::server);
        ASSERT_EQ(frames.size(), 1u);
        const MaskKey& key = frames[0].header.key;
        std::uint32_t number = 0;
        for (std::size_t k = 0; k < 4; ++k) {
            ++histogram[k][key[k]];
            number = number << 8 | key[k];
        }
        EXPECT_FALSE(i > 0 && number == last) << "the same key twice in a row";
        pairs.push_back(std::uint64_t{last} << 32 | number);
        last = number;
    }
    std::sort(pairs.begin(), pairs.end());
    EXPECT_EQ(std::adjacent_find(pairs.begin(), pairs.end()), pairs.end()) << "a sequence repeats";
    for (const auto& bytes : histogram) {
        const double expected = static_cast<double>(count) / 256;
        double chi_square = 0;
        for (const std::size_t seen : bytes) {
            const double distance = static_cast<double>(seen) - expected;
            chi_square += distance * distance / expected;
        }
        // 255 degrees of freedom: beyond these once in about 10^6 each.
        EXPECT_GT(chi_square, 157);
        EXPECT_LT(chi_square, 377);
    }
    // Entropy is fetched for 256 keys at a time, and none of it is discarded.
    EXPECT_EQ(sender.entropy.fill_count, static_cast<int>((count + 255) / 256));
}

// Numbers its keys, and fails on demand after writing half of them.
class NumberedKeys final : public Entropy {
 public:
    bool fill(MutableBytes out) override {
        ++fill_count;
        const bool fails = failures_left > 0;
        if (fails) --failures_left;
        const MutableBytes filled = out.first(fails ? out.size() / 2 : out.size());
        for (std::size_t i = 0; i < filled.size(); ++i) {
            const std::uint32_t number = next_ + static_cast<std::uint32_t>(i / 4);
            filled[i] = static_cast<std::uint8_t>(number >> (24 - i % 4 * 8));
        }
        next_ += static_cast<std::uint32_t>(filled.size() / 4);
        return !fails;
    }
    int fill_count = 0;
    int failures_left = 0;

 private:
    std::uint32_t next_ = 1;
};

// The keys of all unsent frames, which are then sent.
std::vector<std::uint32_t> sent_keys(Outbox& outbox) {
    std::string wire;
    Outbox::Pieces pieces;
    const std::size_t count = outbox.unsent(pieces);
    for (std::size_t i = 0; i < count; ++i) wire += text_of(pieces[i]);
    outbox.sent(wire.size());
    std::vector<std::uint32_t> keys;
    for (const WireFrame& frame : frames_of(wire, Role::server)) {
        std::uint32_t number = 0;
        for (const std::uint8_t byte : frame.header.key) number = number << 8 | byte;
        keys.push_back(number);
    }
    return keys;
}

// Case 18: masking keys that repeat
TEST(Outbox, uses_each_key_exactly_once) {
    NumberedKeys entropy;
    Outbox outbox(Role::client, 1 << 20, 1024, entropy, nullptr);
    Random random(3);
    std::uint32_t last = 0;
    for (int count = 0; count < 10'000;) {
        for (std::size_t i = random.below(100); i > 0; --i, ++count) {
            ASSERT_EQ(outbox.put(Opcode::binary, bytes_of("f"), bytes_of("p")), Error::ok);
        }
        if (random.one_in(2)) {
            // It is sent before the frames, and has the last key of all.
            ASSERT_TRUE(outbox.put_pong({}));
            ++count;
            std::vector<std::uint32_t> keys = sent_keys(outbox);
            std::rotate(keys.begin(), keys.begin() + 1, keys.end());
            for (const std::uint32_t key : keys) ASSERT_EQ(key, ++last);
        } else {
            for (const std::uint32_t key : sent_keys(outbox)) ASSERT_EQ(key, ++last);
        }
    }
}

// The pool is empty after 256 frames: the next message is refused instead of waiting.
// Case 19: an old key if no new one is available
TEST(Outbox, refuses_a_message_if_any_refill_finds_no_entropy_and_continues_with_new_keys) {
    NumberedKeys entropy;
    Outbox outbox(Role::client, 1 << 20, 1024, entropy, nullptr);
    std::vector<std::uint32_t> keys;
    for (int refill = 0; refill < 10; ++refill) {
        entropy.failures_left = 4;
        const auto before = entropy.fill_count;
        EXPECT_EQ(outbox.put(Opcode::binary, {}, bytes_of("x")), Error::failed);
        EXPECT_FALSE(outbox.put_ping({}));
        EXPECT_FALSE(outbox.put_pong({}));
        EXPECT_FALSE(outbox.put_close({}));
        EXPECT_EQ(entropy.fill_count, before + 4) << "requested once for each";
        EXPECT_EQ(outbox.message_count(), 0u);
        EXPECT_TRUE(outbox.is_empty());
        for (int i = 0; i < 256; ++i) {
            ASSERT_EQ(outbox.put(Opcode::binary, {}, bytes_of("x")), Error::ok);
        }
        EXPECT_EQ(entropy.fill_count, before + 5);
        for (const std::uint32_t key : sent_keys(outbox)) keys.push_back(key);
    }
    EXPECT_EQ(keys.size(), 2560u);
    // None of the keys that a failed call wrote.
    for (std::size_t i = 0; i < keys.size(); ++i) {
        ASSERT_EQ(keys[i], i + 1 + 4 * 128 * (i / 256 + 1)) << i;
    }
}

TEST(Outbox, requests_entropy_with_the_first_frame_and_never_as_a_server) {
    for (const Role role : roles) {
        NumberedKeys entropy;
        Outbox outbox(role, 10, 1, entropy, nullptr);
        EXPECT_EQ(outbox.put(Opcode::binary, {}, ExactBytes(11).bytes()), Error::invalid_parameter);
        Outbox::Pieces pieces;
        EXPECT_EQ(outbox.unsent(pieces), 0u);
        outbox.sent(0);
        EXPECT_EQ(entropy.fill_count, 0);
        EXPECT_EQ(outbox.put(Opcode::binary, {}, {}), Error::ok);
        EXPECT_EQ(outbox.put(Opcode::binary, {}, {}), Error::out_of_memory);
        EXPECT_EQ(entropy.fill_count, role == Role::client ? 1 : 0);
    }
}

TEST(MaskKeySource, hands_out_the_bytes_of_the_entropy_in_order) {
    test::RandomEntropy entropy(7);
    MaskKeySource keys(entropy);
    test::RandomEntropy same(7);
    for (int i = 0; i < 10; ++i) {
        std::array<std::uint8_t, 1024> pool;
        same.fill(pool);
        for (std::size_t at = 0; at < pool.size(); at += 4) {
            MaskKey key{};
            ASSERT_TRUE(keys.next(key));
            EXPECT_TRUE(std::equal(key.begin(), key.end(), pool.begin() + static_cast<int>(at)));
        }
    }
    entropy.exhausted = true;
    MaskKey key = {1, 2, 3, 4};
    EXPECT_FALSE(keys.next(key));
    EXPECT_EQ(key, (MaskKey{1, 2, 3, 4}));
}

}  // namespace
}  // namespace linnet
