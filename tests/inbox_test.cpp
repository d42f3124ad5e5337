// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The inbox compared with a naive model: the received bytes, and a queue of strings.
#include "linnet/protocol/inbox.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <string>

#include "testkit/exact.hpp"
#include "testkit/random.hpp"
#include "testkit/world.hpp"

namespace linnet {
namespace {

using test::CountingMemory;
using test::Faults;
using test::Random;

// An inbox and its memory, which checks the sizes returned to it.
struct Box {
    explicit Box(std::size_t size_max, std::size_t message_count_kept = 1)
        : inbox(&memory, size_max, message_count_kept) {}

    // Receives `text`, in pieces of the size the buffer offers.
    void receive(std::string_view text) {
        do {
            const MutableBytes buffer = inbox.receive_buffer();
            ASSERT_FALSE(buffer.empty());
            const std::size_t size = std::min(buffer.size(), text.size());
            std::copy_n(bytes_of(text).begin(), size, buffer.begin());
            inbox.fill(size);
            text.remove_prefix(size);
        } while (!text.empty());
    }
    // Receives `text` as one whole message.
    void receive_message(std::string_view text, bool is_text = false) {
        receive(text);
        inbox.begin_message();
        inbox.append(inbox.unparsed().first(text.size()));
        ASSERT_TRUE(inbox.end_message(is_text));
    }
    std::string taken() { return std::string(text_of(inbox.take().payload)); }

    Faults faults;
    CountingMemory memory{faults};
    Inbox inbox;
};

// ---- messages are handed out where they were received ------------------------------------------

TEST(Inbox, allocates_nothing_before_space_is_needed) {
    Box box(1 << 20);
    EXPECT_EQ(box.inbox.size(), 0u);
    EXPECT_TRUE(box.inbox.unparsed().empty());
    EXPECT_EQ(box.inbox.message_count(), 0u);
    box.inbox.shrink_if_empty();
    box.inbox.clear();
    EXPECT_EQ(box.memory.allocation_count, 0);
    EXPECT_FALSE(box.inbox.receive_buffer().empty());
    EXPECT_EQ(box.memory.used, box.inbox.size());
}

TEST(Inbox, hands_out_a_whole_message_where_it_was_received) {
    Box box(1 << 20);
    const std::uint8_t* const received = box.inbox.receive_buffer().data();
    box.receive("??Hello!world");
    box.inbox.skip(2);
    box.inbox.begin_message();
    box.inbox.append(box.inbox.unparsed().first(5));
    EXPECT_EQ(box.inbox.message_size(), 5u);
    EXPECT_EQ(box.inbox.message_count(), 0u);
    EXPECT_TRUE(box.inbox.end_message(true));
    EXPECT_EQ(box.inbox.message_size(), 0u);
    box.inbox.skip(1);
    box.inbox.begin_message();
    box.inbox.append(box.inbox.unparsed());
    EXPECT_TRUE(box.inbox.end_message(false));
    EXPECT_EQ(box.inbox.message_count(), 2u);
    EXPECT_EQ(box.inbox.queued_payload(), 10u);

    const Inbox::Message first = box.inbox.take();
    EXPECT_EQ(text_of(first.payload), "Hello");
    EXPECT_TRUE(first.is_text);
    EXPECT_EQ(first.payload.data(), received + 2);
    EXPECT_EQ(box.inbox.queued_payload(), 5u);
    const Inbox::Message second = box.inbox.take();
    EXPECT_EQ(text_of(second.payload), "world");
    EXPECT_FALSE(second.is_text);
    EXPECT_EQ(second.payload.data(), received + 8);
    EXPECT_EQ(text_of(first.payload), "Hello") << "it is valid until the next buffer";
    EXPECT_EQ(box.inbox.moved_size(), 0u);
}

TEST(Inbox, moves_only_the_fragments_after_a_gap_and_each_byte_once) {
    Box box(1 << 20);
    const std::uint8_t* const received = box.inbox.receive_buffer().data();
    box.receive("h1one.h2two..h3three...");
    std::uint64_t moved_size = 0;
    box.inbox.skip(2);
    box.inbox.begin_message();
    for (const std::size_t size : {4u, 5u, 8u}) {
        box.inbox.append(box.inbox.unparsed().first(size));
        if (size > 4) moved_size += size;
        EXPECT_EQ(box.inbox.moved_size(), moved_size);
        if (size < 8) box.inbox.skip(2);
    }
    EXPECT_TRUE(box.inbox.end_message(false));
    const Inbox::Message packet = box.inbox.take();
    EXPECT_EQ(text_of(packet.payload), "one.two..three...");
    EXPECT_EQ(packet.payload.data(), received + 2);
}

TEST(Inbox, joins_a_frame_received_in_many_pieces_without_moving_it) {
    Box box(1 << 20);
    box.receive("hh");
    box.inbox.skip(2);
    box.inbox.begin_message();
    std::string expected;
    for (int i = 0; i < 60; ++i) {
        const std::string piece(static_cast<std::size_t>(i), static_cast<char>('a' + i % 26));
        box.receive(piece);
        expected += piece;
        box.inbox.append(box.inbox.unparsed());
    }
    EXPECT_TRUE(box.inbox.end_message(false));
    EXPECT_EQ(box.taken(), expected);
    EXPECT_EQ(box.inbox.moved_size(), 0u);
}

TEST(Inbox, copies_bytes_from_elsewhere_over_discarded_ones) {
    Box box(1 << 20);
    box.receive("0123456789rest");
    box.inbox.begin_message();
    box.inbox.append(box.inbox.unparsed().first(2));
    box.inbox.skip(8);
    const test::ExactBytes elsewhere("abcdefgh");
    box.inbox.append(elsewhere.bytes().first(3));
    box.inbox.append(elsewhere.bytes().subspan(3));
    EXPECT_EQ(text_of(box.inbox.unparsed()), "rest");
    box.inbox.append(box.inbox.unparsed());
    EXPECT_TRUE(box.inbox.end_message(false));
    EXPECT_EQ(box.taken(), "01abcdefghrest");
}

TEST(Inbox, adds_a_whole_message_at_once_where_it_was_received) {
    Box box(1 << 20);
    const std::uint8_t* const received = box.inbox.receive_buffer().data();
    box.receive("??Hello?world!");
    box.inbox.add_message(2, 5, true);
    EXPECT_EQ(box.inbox.message_size(), 0u);
    EXPECT_EQ(box.inbox.queued_payload(), 5u);
    box.inbox.add_message(1, 5, false);
    box.inbox.add_message(0, 0, false);
    EXPECT_EQ(text_of(box.inbox.unparsed()), "!");
    const Inbox::Message first = box.inbox.take();
    EXPECT_EQ(text_of(first.payload), "Hello");
    EXPECT_TRUE(first.is_text);
    EXPECT_EQ(first.payload.data(), received + 2);
    EXPECT_EQ(box.taken(), "world");
    EXPECT_EQ(box.taken(), "");
    EXPECT_EQ(box.inbox.message_count(), 0u);
    EXPECT_EQ(box.inbox.moved_size(), 0u);
}

TEST(Inbox, keeps_an_empty_message) {
    Box box(1 << 20);
    for (const bool is_text : {true, false}) {
        box.receive_message("", is_text);
        EXPECT_EQ(box.inbox.message_count(), 1u);
        EXPECT_EQ(box.inbox.queued_payload(), 0u);
        const Inbox::Message packet = box.inbox.take();
        EXPECT_TRUE(packet.payload.empty());
        EXPECT_EQ(packet.is_text, is_text);
    }
}

// ---- the model -------------------------------------------------------------------------------

// Feeds frames of 0 to `header_size_max` bytes of header and some payload to an inbox and to a
// queue of strings, in random pieces and with random readers.
class Model {
 public:
    Model(std::size_t size_max, std::uint64_t seed)
        : box_(size_max), size_max_(std::max<std::size_t>(size_max, 2048)), random_(seed) {}

    void step() {
        switch (random_.below(9)) {
            case 0:
            case 1:
            case 2: receive(); break;
            case 3:
            case 4:
            case 5: parse(); break;
            case 6: take_some(); break;
            case 7: rest(); break;
            case 8: drop(); break;
        }
        check();
    }
    std::size_t taken_count() const { return taken_count_; }

 private:
    void receive() {
        const std::size_t size_before = box_.inbox.size();
        const std::uint64_t filled_before = filled_size_;
        const MutableBytes buffer = box_.inbox.receive_buffer();
        ASSERT_LE(box_.inbox.size(), size_max_) << "larger than allowed";
        ASSERT_TRUE(box_.inbox.size() >= size_before || filled_before == 0);
        ASSERT_EQ(box_.inbox.starved(), false);
        last_packet_ = {};
        if (buffer.empty()) {
            // The block is full of messages to be taken, or of a message in progress.
            ASSERT_EQ(box_.inbox.size(), size_max_);
            if (!queue_.empty()) return take_some();
            return give_up_message();
        }
        const std::size_t size =
            random_.one_in(4) ? buffer.size() : random_.below(buffer.size() + 1);
        const std::string bytes = random_.bytes(std::min<std::size_t>(size, 5000));
        std::copy_n(bytes_of(bytes).begin(), bytes.size(), buffer.begin());
        box_.inbox.fill(bytes.size());
        unparsed_ += bytes;
        filled_size_ += bytes.size();
    }

    void parse() {
        const std::size_t size = random_.below(std::min<std::size_t>(unparsed_.size(), 400) + 1);
        const std::string front = unparsed_.substr(0, size);
        if (random_.one_in(3)) {  // a header, or a control frame
            box_.inbox.skip(std::min<std::size_t>(size, 14));
            unparsed_.erase(0, std::min<std::size_t>(size, 14));
            return;
        }
        if (!in_message_ && box_.inbox.has_space() && random_.one_in(3)) return add_message(size);
        if (!in_message_) {
            box_.inbox.begin_message();
            in_message_ = true;
        }
        box_.inbox.append(box_.inbox.unparsed().first(size));
        message_ += front;
        unparsed_.erase(0, size);
        ASSERT_EQ(box_.inbox.message_size(), message_.size());
        if (random_.one_in(2)) end_message();
    }

    // The first `size` unparsed bytes are a header and a message.
    void add_message(std::size_t size) {
        const bool is_text = random_.one_in(2);
        const std::size_t header_size = random_.below(std::min<std::size_t>(size, 14) + 1);
        box_.inbox.add_message(header_size, size - header_size, is_text);
        queue_.push_back((is_text ? "T" : "B") + unparsed_.substr(header_size, size - header_size));
        unparsed_.erase(0, size);
    }

    void end_message() {
        const bool is_text = random_.one_in(2);
        const bool fits = box_.inbox.has_space();
        const std::size_t count = box_.inbox.message_count();
        const bool ended = box_.inbox.end_message(is_text);
        ASSERT_EQ(ended, fits);
        if (!ended) {
            ASSERT_EQ(box_.inbox.message_count(), count);
            ASSERT_EQ(box_.inbox.message_size(), message_.size());
            return;
        }
        queue_.push_back((is_text ? "T" : "B") + message_);
        message_.clear();
        in_message_ = false;
    }
    void give_up_message() {
        box_.inbox.skip(unparsed_.size());
        unparsed_.clear();
        end_message();
    }

    void take_some() {
        std::size_t count = std::min(queue_.size(), random_.below(6));
        while (count-- > 0) {
            const Inbox::Message packet = box_.inbox.take();
            const std::string& expected = queue_.front();
            ASSERT_EQ(packet.is_text, expected[0] == 'T');
            ASSERT_TRUE(text_of(packet.payload) == std::string_view(expected).substr(1));
            last_packet_ = packet.payload;
            last_expected_ = expected.substr(1);
            queue_.pop_front();
            ++taken_count_;
        }
    }
    void drop() {
        if (queue_.empty() || in_message_ || !random_.one_in(4)) return;
        ASSERT_TRUE(text_of(box_.inbox.newest()) == std::string_view(queue_.back()).substr(1));
        box_.inbox.drop_newest();
        queue_.pop_back();
    }
    void rest() {
        if (random_.one_in(200)) {
            box_.inbox.clear();
            queue_.clear();
            unparsed_.clear();
            message_.clear();
            in_message_ = false;
            last_packet_ = {};
        }
        const bool is_empty = queue_.empty() && unparsed_.empty() && message_.empty();
        const std::size_t size = box_.inbox.size();
        if (is_empty) last_packet_ = {};
        box_.inbox.shrink_if_empty();
        if (!is_empty) {
            ASSERT_EQ(box_.inbox.size(), size);
        }
        // An empty message in progress starts again.
        if (is_empty && in_message_) in_message_ = false;
    }

    void check() {
        ASSERT_EQ(box_.inbox.message_count(), queue_.size());
        std::size_t payload = 0;
        for (const std::string& message : queue_) payload += message.size() - 1;
        ASSERT_EQ(box_.inbox.queued_payload(), payload);
        ASSERT_TRUE(text_of(box_.inbox.unparsed()) == unparsed_);
        ASSERT_EQ(box_.inbox.message_size(), message_.size());
        ASSERT_TRUE(last_packet_.empty() || text_of(last_packet_) == last_expected_)
            << "a taken message changed before the next buffer";
        ASSERT_EQ(box_.memory.used, box_.inbox.size());
    }

    Box box_;
    std::size_t size_max_;
    Random random_;
    std::deque<std::string> queue_;
    std::string unparsed_;
    std::string message_;
    bool in_message_ = false;
    Bytes last_packet_;
    std::string last_expected_;
    std::uint64_t filled_size_ = 0;
    std::size_t taken_count_ = 0;
};

TEST(Inbox, behaves_like_a_queue_of_strings) {
    for (const std::size_t size_max : {0u, 2048u, 3000u, 4096u, 10'000u, 100'000u}) {
        for (const std::uint64_t seed : {1u, 2u, 3u}) {
            SCOPED_TRACE("size_max " + std::to_string(size_max) + ", seed " + std::to_string(seed));
            Model model(size_max, seed);
            for (int i = 0; i < 8000; ++i) {
                model.step();
                ASSERT_FALSE(testing::Test::HasFatalFailure()) << "step " << i;
            }
            EXPECT_GT(model.taken_count(), 500u);
        }
    }
}

// ---- size ------------------------------------------------------------------------------------

TEST(Inbox, grows_only_when_it_is_full_and_never_beyond_its_limit) {
    for (const std::size_t size_max : {2048u, 5000u, 100'000u}) {
        SCOPED_TRACE(size_max);
        Box box(size_max);
        std::size_t filled = 0;
        for (;;) {
            const std::size_t before = box.inbox.size();
            const std::size_t buffer_size = box.inbox.receive_buffer().size();
            if (box.inbox.size() > before && before > 0) {
                // It had no useful space left, and it doubled or took all it may.
                EXPECT_LE(before - filled, 64u + Inbox::entry_size);
                EXPECT_TRUE(box.inbox.size() == 2 * before || box.inbox.size() == size_max);
                EXPECT_GE(box.inbox.size(), std::min(2 * before, size_max));
            }
            ASSERT_LE(box.inbox.size(), size_max);
            if (buffer_size == 0) break;
            const std::size_t size = std::min<std::size_t>(buffer_size, 100);
            box.receive(std::string(size, 'x'));
            filled += size;
        }
        EXPECT_EQ(box.inbox.size(), size_max);
        EXPECT_EQ(filled, size_max - Inbox::entry_size) << "one entry always fits";
        EXPECT_FALSE(box.inbox.starved());
        EXPECT_LE(box.memory.peak, 2 * size_max);

        box.inbox.begin_message();
        box.inbox.append(box.inbox.unparsed());
        EXPECT_TRUE(box.inbox.end_message(false));
        EXPECT_EQ(box.inbox.take().payload.size(), filled);
    }
}

TEST(Inbox, does_not_grow_while_messages_are_taken_as_they_arrive) {
    Box box(1 << 20);
    for (int i = 0; i < 10'000; ++i) {
        box.receive_message(std::string(500, 'x'));
        box.inbox.take();
    }
    EXPECT_EQ(box.inbox.size(), 2048u);
    EXPECT_EQ(box.inbox.moved_size(), 0u);
}

TEST(Inbox, grows_when_receives_fill_it_to_need_fewer_of_them) {
    Box box(1 << 20);
    std::size_t receives = 0;
    for (; box.inbox.size() < 64 * 1024 && receives < 100; ++receives) {
        box.receive_message(std::string(box.inbox.receive_buffer().size(), 'x'));
        box.inbox.take();
    }
    EXPECT_LE(receives, 8u);
    for (int i = 0; i < 100; ++i) {
        box.receive_message(std::string(box.inbox.receive_buffer().size(), 'x'));
        box.inbox.take();
    }
    EXPECT_EQ(box.inbox.size(), 64u * 1024);
}

TEST(Inbox, shrinks_to_its_initial_size_when_it_is_empty) {
    Box box(1 << 20);
    while (box.inbox.size() < 100'000) box.receive(std::string(1000, 'x'));
    const std::size_t size = box.inbox.size();
    box.inbox.shrink_if_empty();
    EXPECT_EQ(box.inbox.size(), size) << "unparsed bytes";
    box.inbox.begin_message();
    box.inbox.append(box.inbox.unparsed());
    box.inbox.shrink_if_empty();
    EXPECT_EQ(box.inbox.size(), size) << "a message in progress";
    EXPECT_TRUE(box.inbox.end_message(false));
    box.inbox.shrink_if_empty();
    EXPECT_EQ(box.inbox.size(), size) << "a queued message";
    box.inbox.take();
    box.inbox.shrink_if_empty();
    EXPECT_LE(box.inbox.size(), 2048u);
    box.receive_message("and on");
    EXPECT_EQ(box.taken(), "and on");
    EXPECT_EQ(box.inbox.size(), 2048u);
    box.inbox.receive_buffer();
    box.inbox.shrink_if_empty();
    EXPECT_EQ(box.inbox.size(), 2048u) << "the first block is kept";
}

TEST(Inbox, clears_everything_except_its_memory) {
    Box box(1 << 20);
    for (int i = 0; i < 100; ++i) box.receive_message(std::string(100, 'x'));
    box.receive("in progress, not parsed");
    box.inbox.begin_message();
    box.inbox.append(box.inbox.unparsed().first(11));
    const std::size_t size = box.inbox.size();
    box.inbox.clear();
    EXPECT_EQ(box.inbox.message_count(), 0u);
    EXPECT_EQ(box.inbox.queued_payload(), 0u);
    EXPECT_EQ(box.inbox.message_size(), 0u);
    EXPECT_TRUE(box.inbox.unparsed().empty());
    EXPECT_EQ(box.inbox.size(), size);
    box.receive_message("new");
    EXPECT_EQ(box.taken(), "new");
}

TEST(Inbox, starts_at_the_front_again_once_it_is_empty) {
    Box box(1 << 20);
    const std::uint8_t* const front = box.inbox.receive_buffer().data();
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(box.inbox.receive_buffer().data(), front);
        box.receive_message("message");
        box.receive("dead");
        box.inbox.skip(4);
        box.inbox.take();
    }
    EXPECT_EQ(box.inbox.moved_size(), 0u);
}

// At its limit, with nothing to take: only the bytes before the message can be reused.
TEST(Inbox, moves_the_message_in_progress_to_the_front_when_it_may_not_grow) {
    Box box(4096);
    while (box.inbox.size() < 4096) box.receive("0123456789");
    box.inbox.skip(box.inbox.unparsed().size());
    box.receive(std::string(1000, 'd') + "begin");
    box.inbox.skip(1000);
    box.inbox.begin_message();
    box.inbox.append(box.inbox.unparsed());
    std::string message = "begin";
    while (!box.inbox.receive_buffer().empty()) {
        const std::string piece(std::min<std::size_t>(box.inbox.receive_buffer().size(), 100),
                                static_cast<char>('a' + message.size() % 26));
        box.receive(piece);
        box.inbox.append(box.inbox.unparsed());
        message += piece;
    }
    EXPECT_EQ(message.size(), 4096u - Inbox::entry_size);
    EXPECT_FALSE(box.inbox.starved());
    EXPECT_EQ(box.inbox.size(), 4096u);
    EXPECT_LE(box.inbox.moved_size(), 4096u + 3000) << "once";
    EXPECT_TRUE(box.inbox.end_message(false));
    EXPECT_EQ(box.taken(), message);
}

// ---- entries and payload meet in the middle --------------------------------------------------

TEST(Inbox, is_filled_by_empty_messages_alone) {
    Box box(2048);
    std::size_t count = 0;
    box.receive("x");
    box.inbox.begin_message();
    box.inbox.append(box.inbox.unparsed());
    while (box.inbox.end_message(false)) {
        ++count;
        box.inbox.begin_message();
    }
    EXPECT_EQ(count, (2048u - 1) / Inbox::entry_size);
    EXPECT_TRUE(box.inbox.receive_buffer().empty());
    EXPECT_FALSE(box.inbox.starved());
    EXPECT_FALSE(box.inbox.end_message(false));
    EXPECT_EQ(box.inbox.message_count(), count);
    EXPECT_EQ(box.taken(), "x");
    for (std::size_t i = 1; i < count; ++i) EXPECT_EQ(box.taken(), "");
    EXPECT_FALSE(box.inbox.receive_buffer().empty());
}

TEST(Inbox, refuses_an_entry_that_does_not_fit_and_accepts_it_after_making_space) {
    Box box(4096);
    const std::size_t full = box.inbox.receive_buffer().size();
    box.receive(std::string(full, 'x'));
    box.inbox.begin_message();
    box.inbox.append(box.inbox.unparsed().first(100));
    EXPECT_TRUE(box.inbox.end_message(true)) << "one entry always fits";
    box.inbox.begin_message();
    box.inbox.append(box.inbox.unparsed().first(50));
    EXPECT_FALSE(box.inbox.end_message(true));
    EXPECT_EQ(box.inbox.message_size(), 50u);
    EXPECT_EQ(box.inbox.message_count(), 1u);
    EXPECT_EQ(box.inbox.unparsed().size(), full - 150);
    box.inbox.receive_buffer();  // grows
    EXPECT_TRUE(box.inbox.end_message(false));
    EXPECT_EQ(box.taken(), std::string(100, 'x'));
    EXPECT_EQ(box.taken(), std::string(50, 'x'));
}

TEST(Inbox, keeps_space_for_the_entries_it_was_asked_to_reserve) {
    for (const std::size_t kept : {1u, 2u, 10u, 100u}) {
        SCOPED_TRACE(kept);
        Box box(4096, kept);
        std::size_t filled = 0;
        for (std::size_t size;
             (size = std::min<std::size_t>(box.inbox.receive_buffer().size(), 100)) > 0;) {
            box.receive(std::string(size, 'x'));
            filled += size;
        }
        EXPECT_EQ(box.inbox.size(), 4096u);
        EXPECT_EQ(filled, 4096 - kept * Inbox::entry_size);
        // No byte of space is left, and each of them can still be queued.
        for (std::size_t i = 0; i < kept; ++i) {
            box.inbox.begin_message();
            box.inbox.append(box.inbox.unparsed().first(1));
            EXPECT_TRUE(box.inbox.end_message(false)) << i;
        }
        for (std::size_t i = 0; i < kept; ++i) EXPECT_EQ(box.taken(), "x");
        EXPECT_EQ(box.inbox.unparsed().size(), filled - kept);
    }
}

// ---- number of bytes moved --------------------------------------------------------------------

// How a program reads.
struct Drain {
    std::string_view name;
    std::size_t begin_above;  // queue length at which it starts to read
    std::size_t count;        // number it then takes at a time
};

constexpr std::size_t payload_max = 1 << 20;

struct Moved {
    std::uint64_t filled = 0;
    std::uint64_t moved = 0;
};

// Takes the frames at the front of the unparsed bytes, like a session.
void take_frames(Inbox& inbox, std::size_t header_size, std::size_t payload_size,
                 bool& waits_for_space) {
    if (waits_for_space && !inbox.end_message(false)) return;
    waits_for_space = false;
    while (inbox.unparsed().size() >= header_size + payload_size &&
           inbox.queued_payload() + payload_size <= payload_max) {
        inbox.skip(header_size);
        inbox.begin_message();
        inbox.append(inbox.unparsed().first(payload_size));
        waits_for_space = !inbox.end_message(false);
        if (waits_for_space) return;
    }
}

Moved moved_by(const Drain& drain, std::size_t payload_size, std::size_t receive_size) {
    const std::size_t message_count_max = payload_max / payload_size;
    Box box(payload_max + message_count_max * 22 + 4096);
    const std::size_t header_size = payload_size < 126 ? 2 : 4;
    const std::size_t keep = std::min(drain.begin_above, message_count_max - 1);
    Moved result;
    bool waits_for_space = false;
    for (int idle = 0; result.filled < (8u << 20) && idle < 20'000; ++idle) {
        const std::size_t size = std::min(box.inbox.receive_buffer().size(), receive_size);
        box.inbox.fill(size);
        result.filled += size;
        take_frames(box.inbox, header_size, payload_size, waits_for_space);
        if (size > 0) idle = 0;
        if (box.inbox.message_count() <= keep && size > 0) continue;
        for (std::size_t i = 0; i < drain.count && box.inbox.message_count() > 0; ++i) {
            box.inbox.take();
        }
    }
    result.moved = box.inbox.moved_size();
    return result;
}

TEST(Inbox, moves_fewer_bytes_than_it_receives_in_any_order_of_draining) {
    constexpr Drain drains[] = {
        {"one at a time, nearly full", SIZE_MAX, 1},
        {"ten at a time, nearly full", SIZE_MAX, 10},
        {"a thousand at a time, nearly full", SIZE_MAX, 1000},
        {"one at a time, half full", 5000, 1},
        {"ten at a time, a few in the queue", 100, 10},
        {"all at once", SIZE_MAX, SIZE_MAX},
        {"each as it comes", 0, 1},
    };
    for (const Drain& drain : drains) {
        for (const std::size_t payload_size : {100u, 1000u}) {
            for (const std::size_t receive_size : {1460u, 65536u}) {
                SCOPED_TRACE(std::string(drain.name) + ", packets of " +
                             std::to_string(payload_size) + ", receives of " +
                             std::to_string(receive_size));
                const Moved result = moved_by(drain, payload_size, receive_size);
                EXPECT_GE(result.filled, 8u << 20);
                EXPECT_LT(result.moved, result.filled);
            }
        }
    }
}

// ---- memory exhausted -------------------------------------------------------------------------

TEST(Inbox, is_starved_without_any_memory) {
    Box box(1 << 20);
    box.memory.limit = 0;
    EXPECT_TRUE(box.inbox.receive_buffer().empty());
    EXPECT_TRUE(box.inbox.starved());
    EXPECT_EQ(box.inbox.size(), 0u);
    box.memory.limit = SIZE_MAX;
    EXPECT_FALSE(box.inbox.receive_buffer().empty());
    EXPECT_FALSE(box.inbox.starved());
}

TEST(Inbox, offers_the_remaining_space_when_it_cannot_grow) {
    Box box(1 << 20);
    const std::size_t full = box.inbox.receive_buffer().size();
    box.memory.limit = box.memory.used;
    box.receive(std::string(full - 10, 'a'));
    EXPECT_EQ(box.inbox.receive_buffer().size(), 10u);
    EXPECT_FALSE(box.inbox.starved());
    box.receive(std::string(10, 'b'));
    EXPECT_TRUE(box.inbox.receive_buffer().empty());
    EXPECT_TRUE(box.inbox.starved());
    EXPECT_EQ(text_of(box.inbox.unparsed()), std::string(full - 10, 'a') + std::string(10, 'b'));

    // Taking a message frees space without an allocation.
    box.inbox.begin_message();
    box.inbox.append(box.inbox.unparsed().first(full - 10));
    EXPECT_TRUE(box.inbox.end_message(false));
    EXPECT_EQ(box.inbox.take().payload.size(), full - 10);
    EXPECT_EQ(box.inbox.receive_buffer().size(), full - 10);
    EXPECT_FALSE(box.inbox.starved());
    EXPECT_EQ(text_of(box.inbox.unparsed()), std::string(10, 'b'));
}

TEST(Inbox, recovers_when_memory_is_available_again) {
    Box box(1 << 20);
    const std::size_t full = box.inbox.receive_buffer().size();
    box.receive(std::string(full, 'a'));
    box.memory.limit = box.memory.used;
    EXPECT_TRUE(box.inbox.receive_buffer().empty());
    EXPECT_TRUE(box.inbox.starved());
    box.memory.limit = SIZE_MAX;
    EXPECT_FALSE(box.inbox.receive_buffer().empty());
    EXPECT_FALSE(box.inbox.starved());
    EXPECT_EQ(text_of(box.inbox.unparsed()), std::string(full, 'a'));
}

}  // namespace
}  // namespace linnet
