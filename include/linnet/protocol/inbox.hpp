// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The receive buffer: received bytes and the queue of messages share one block of memory, so that
// messages are returned without a copy. Payloads grow from the front of the block, queue entries
// from its back:
//
//   |dead|queued messages|dead|message in progress|dead|unparsed|   free   |entries|dead|
//        head    queued_end   message_begin  assembled_end  parsed filled  entries      size
//
// Frame headers and control frames become dead bytes. The fragments of a message move down to
// `assembled_end`, each byte once. Everything else moves only in `receive_buffer`.
#pragma once

#include "linnet/block.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The receive buffer and message queue of a `Session`. It does not parse frames.
///
/// Example:
///
///     linnet::Inbox inbox(nullptr, 64 * 1024);
///     const linnet::MutableBytes buffer = inbox.receive_buffer();
///     buffer[0] = buffer[1] = 'x';   // receive two bytes
///     inbox.fill(2);
///     inbox.add_message(1, 1, true);  // a header of one byte, a text message of one byte
///     print(linnet::text_of(inbox.take().payload));
class Inbox {
 public:
    /// A received message. `payload` is valid until the next `receive_buffer`.
    struct Message {
        Bytes payload;
        bool is_text = false;
    };

    /// `size_max` bounds the block, in bytes. Once the block has reached it, `receive_buffer`
    /// reserves space for the queue entries of `message_count_kept` messages. No allocation before
    /// the first `receive_buffer`. `memory` may be null (`malloc`).
    Inbox(Memory* memory, std::size_t size_max, std::size_t message_count_kept = 1);

    /// Returns the free part of the block, to receive into; valid until the next call that is not
    /// const. Only this call allocates (it doubles a full block) or moves queued messages (down, if
    /// two thirds of the block are dead or the queue is empty). The result is empty if the block
    /// has its maximum size and is full, or if memory is exhausted (`starved`).
    MutableBytes receive_buffer();
    /// Appends the first `size` bytes of the receive buffer to the unparsed bytes.
    void fill(std::size_t size);
    /// Returns true if the last `receive_buffer` was empty because memory was exhausted.
    bool starved() const { return starved_; }

    /// Returns the bytes not yet parsed; valid until the next call that is not const.
    MutableBytes unparsed() { return {block_.data() + parsed_, filled_ - parsed_}; }
    /// Removes the first `size` unparsed bytes, which are not part of a message.
    void skip(std::size_t size);

    /// Begins a message; `append` adds its payload.
    void begin_message();
    /// Appends `payload` to the message in progress. It is either the front of `unparsed`, which is
    /// then consumed, or other bytes, at most as many as are dead before `unparsed`.
    void append(Bytes payload);
    /// Returns the size of the message in progress, in bytes.
    std::size_t message_size() const { return assembled_end_ - message_begin_; }
    /// Queues the message in progress. Returns false, and changes nothing, if the block has no
    /// space for a queue entry; the next `receive_buffer` may create some.
    bool end_message(bool is_text);
    /// Returns true if the block has space for another queue entry.
    bool has_space() const { return entries_ - filled_ >= entry_size; }
    /// Skips `header_size` unparsed bytes and queues the next `size` bytes as a message. Requires
    /// `has_space()`, and that no message is in progress.
    void add_message(std::size_t header_size, std::size_t size, bool is_text);

    /// Returns the number of queued messages.
    std::size_t message_count() const { return (entries_end_ - entries_) / entry_size; }
    /// Returns their total payload in bytes.
    std::size_t queued_payload() const { return queued_payload_; }
    /// Removes and returns the oldest message, which must exist.
    Message take();
    /// Returns the payload of the oldest message, which must exist and stays in the queue.
    Bytes oldest() const { return payload_of(entry_at(entries_end_ - entry_size)); }
    /// Returns the payload of the newest message, which must exist and stays in the queue.
    Bytes newest() const { return payload_of(entry_at(entries_)); }
    /// Removes the newest message, which must exist, while no message is in progress.
    void drop_newest();

    /// Frees a block that has grown beyond its initial size, if it is empty.
    void shrink_if_empty();
    /// Removes all contents, and keeps the memory.
    void clear();

    /// Returns the size of the block in bytes.
    std::size_t size() const { return block_.size(); }
    /// Returns the number of bytes moved within the block or to a larger one since construction.
    std::uint64_t moved_size() const { return moved_size_; }

    /// The size of a queue entry, in bytes.
    static constexpr std::size_t entry_size = 8;

 private:
    struct Entry {
        std::uint32_t offset;  // as if no payload had ever moved: see `shift_`
        std::uint32_t size_and_kind;
    };

    std::size_t free_size() const;
    std::size_t live_size() const { return assembled_end_ - head_ + (filled_ - parsed_); }
    bool is_empty() const {
        return message_count() == 0 && parsed_ == filled_ && message_size() == 0;
    }
    void make_space();
    bool grow();
    void move_all_down();
    void move_unparsed_down();
    void move_entries(MutableBytes to_back);
    Entry entry_at(std::size_t offset) const;
    Bytes payload_of(const Entry& entry) const;
    std::size_t end_of_newest() const;
    void push_entry(std::size_t size, bool is_text);
    bool holds_invariant() const;

    Block block_;
    std::size_t size_max_;
    std::size_t message_count_kept_;
    std::size_t head_ = 0;
    std::size_t queued_end_ = 0;
    std::size_t message_begin_ = 0;
    std::size_t assembled_end_ = 0;
    std::size_t parsed_ = 0;
    std::size_t filled_ = 0;
    std::size_t entries_ = 0;      // the newest entry
    std::size_t entries_end_ = 0;  // after the oldest entry
    std::size_t queued_payload_ = 0;
    std::uint32_t shift_ = 0;  // total distance by which payloads have moved down
    std::uint64_t moved_size_ = 0;
    bool filled_up_ = false;  // the last receive buffer was filled completely: expect more
    bool starved_ = false;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
