// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What has been received, from raw bytes to the queue of messages, in one block of memory: a
// message is handed out where it was received. Payloads grow from the front of the block, the
// entries of the queue from its back:
//
//   |dead|queued messages|dead|message in progress|dead|not parsed|   room   |entries|dead|
//        head    queued_end   message_begin  assembled_end  parsed   filled  entries      size
//
// Headers and control frames leave dead bytes behind. The fragments of a message move down onto
// `assembled_end`, each byte once. Everything else moves only in `room`.
#pragma once

#include "linnet/block.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class Inbox {
 public:
    struct Message {
        Bytes payload;
        bool is_text = false;
    };

    /// `size_max` bounds the block. So many messages shall find a place in it however much has been
    /// received behind them: once the block has its largest size, `room` spares their entries.
    /// Takes no memory before `room` is called.
    Inbox(Memory* memory, std::size_t size_max, std::size_t message_count_kept = 1);

    /// Where received bytes go; valid until the next call that is not const. Only here may the
    /// block grow (doubling, once what it has is full) or its contents move (down, once two thirds
    /// are dead or the queue is empty). Empty when there is no room: `starved` tells the two
    /// reasons apart.
    MutableBytes receive_buffer();
    /// `size` bytes were received into the room.
    void fill(std::size_t size);
    /// The last `room` was empty because there was no memory.
    bool starved() const { return starved_; }

    /// What has not been looked at; valid until the next call that is not const.
    MutableBytes unparsed() { return {block_.data() + parsed_, filled_ - parsed_}; }
    /// The first `size` unparsed bytes belong to no message.
    void skip(std::size_t size);

    /// A message begins with the next `append`.
    void begin_message();
    /// Adds `payload` to the message in progress: either the front of `unparsed` (which is then
    /// consumed) or bytes from elsewhere, no more than are dead in front of `unparsed`.
    void append(Bytes payload);
    std::size_t message_size() const { return assembled_end_ - message_begin_; }
    /// Queues the message in progress. False, and nothing has changed, when the block has no place
    /// for another entry before the next `room`.
    bool end_message(bool is_text);
    /// The block has a place for another entry.
    bool has_space() const { return entries_ - filled_ >= entry_size; }
    /// All of these at once: skips `header_size` bytes and queues the `size` unparsed bytes behind
    /// them. There must be a place for the entry, and no message in progress.
    void add_message(std::size_t header_size, std::size_t size, bool is_text);

    std::size_t message_count() const { return (entries_end_ - entries_) / entry_size; }
    std::size_t queued_payload() const { return queued_payload_; }
    /// The oldest message; it leaves the queue, its bytes stay as they are until the next `room`.
    /// There must be one.
    Message take();
    /// The payload of the oldest message, and of the newest, which stay in the queue. There must be
    /// one.
    Bytes oldest() const { return payload_of(entry_at(entries_end_ - entry_size)); }
    Bytes newest() const { return payload_of(entry_at(entries_)); }
    /// Takes the newest message away; its bytes are dead. There must be one, and none in progress.
    void drop_newest();

    /// Gives back what it has grown by, if nothing is in it.
    void shrink_if_empty();
    /// Forgets everything, keeps the memory.
    void clear();

    std::size_t size() const { return block_.size(); }
    /// Bytes moved within the block or to a larger one, since construction.
    std::uint64_t moved_size() const { return moved_size_; }

    static constexpr std::size_t entry_size = 8;

 private:
    struct Entry {
        std::uint32_t offset;  // counted from where the block would begin had nothing ever moved
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
    std::size_t entries_end_ = 0;  // behind the oldest
    std::size_t queued_payload_ = 0;
    std::uint32_t shift_ = 0;  // how far the payloads have moved down in all
    std::uint64_t moved_size_ = 0;
    bool filled_up_ = false;  // the last room was filled to its end: more is waiting
    bool starved_ = false;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
