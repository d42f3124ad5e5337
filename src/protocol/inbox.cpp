// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/protocol/inbox.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t size_min = 2 * 1024;           // enough for most handshake responses
constexpr std::size_t size_comfortable = 64 * 1024;  // larger receives bring no measurable gain
constexpr std::size_t space_min = 64;                // below this, make space before receiving
constexpr std::uint32_t text_bit = 0x80000000;

}  // namespace

Inbox::Inbox(Memory* memory, std::size_t size_max, std::size_t message_count_kept)
    : block_(memory),
      size_max_(std::max(size_max, size_min)),
      message_count_kept_(message_count_kept) {}

// Checked once per receive: a check per message would cost more than the message.
bool Inbox::holds_invariant() const {
    return head_ <= queued_end_ && queued_end_ <= message_begin_ &&
           message_begin_ <= assembled_end_ && assembled_end_ <= parsed_ && parsed_ <= filled_ &&
           filled_ <= entries_ && entries_ <= entries_end_ && entries_end_ <= block_.size();
}

// Reserves space for one entry, so that a full block still makes progress; once the block has
// reached its largest size, reserves space for all entries.
std::size_t Inbox::free_size() const {
    const std::size_t count = std::min(message_count(), message_count_kept_);
    const bool is_largest = block_.size() == size_max_;
    const std::size_t kept_count = is_largest ? message_count_kept_ - count : 0;
    const std::size_t kept = std::max<std::size_t>(kept_count, 1) * entry_size;
    const std::size_t gap = entries_ - filled_;
    return gap > kept ? gap - kept : 0;
}

MutableBytes Inbox::receive_buffer() {
    starved_ = false;
    if (is_empty()) clear();
    const bool hungry = filled_up_ && block_.size() < size_comfortable;
    filled_up_ = false;
    if (hungry && block_.size() < size_max_) {
        // One receive filled the whole buffer: fewer, larger receives are cheaper. Growing is
        // optional, so a lack of memory is ignored.
        grow();
    }
    if (free_size() < space_min) make_space();
    LINNET_ASSERT(holds_invariant());
    return block_.bytes().subspan(filled_, free_size());
}

// Moving copies live bytes to recover dead ones. Once two thirds are dead, the bytes moved are at
// most half of those then received into the space recovered. Otherwise the block grows. If it may
// not grow and nothing is queued, the message in progress moves to the front; it stays there, so
// this happens once.
void Inbox::make_space() {
    if (message_count() == 0) head_ = queued_end_ = message_begin_;
    const std::size_t live = live_size();
    const std::size_t dead = filled_ - live;
    if (dead > 0 && dead / 2 >= live) {
        move_all_down();
    } else if (parsed_ > assembled_end_ && parsed_ - assembled_end_ >= filled_ - parsed_) {
        move_unparsed_down();
    }
    if (free_size() >= space_min) return;

    const bool may_grow = block_.size() < size_max_;
    if (may_grow && grow()) return;
    if (message_count() == 0 && head_ > 0) move_all_down();
    starved_ = may_grow && free_size() == 0;
}

void Inbox::move_entries(MutableBytes to_back) {
    const std::size_t size = entries_end_ - entries_;
    const std::size_t to = to_back.size() - size;
    if (size > 0) std::memmove(to_back.data() + to, block_.data() + entries_, size);
    entries_end_ = to_back.size();
    entries_ = to;
    moved_size_ += size;
}

// At least doubles the size, also in the last step. `Block::reallocate` would not do: the entries
// move to the end of the new block.
bool Inbox::grow() {
    const std::size_t doubled = std::max(block_.size() * 2, size_min);
    Block larger(block_.memory());
    if (!larger.allocate(doubled > size_max_ / 2 ? size_max_ : doubled)) return false;
    if (block_.size() > 0) {
        std::memcpy(larger.data(), block_.data(), filled_);
        moved_size_ += filled_;
    }
    move_entries(larger.bytes());
    block_.swap(larger);
    return true;
}

void Inbox::move_all_down() {
    const std::size_t distance = head_;
    std::uint8_t* const data = block_.data();
    std::memmove(data, data + head_, assembled_end_ - head_);
    moved_size_ += live_size();
    head_ = 0;
    queued_end_ -= distance;
    message_begin_ -= distance;
    assembled_end_ -= distance;
    shift_ += static_cast<std::uint32_t>(distance);
    std::memmove(data + assembled_end_, data + parsed_, filled_ - parsed_);
    filled_ = assembled_end_ + (filled_ - parsed_);
    parsed_ = assembled_end_;
    move_entries(block_.bytes());
}

void Inbox::move_unparsed_down() {
    const std::size_t size = filled_ - parsed_;
    std::memmove(block_.data() + assembled_end_, block_.data() + parsed_, size);
    moved_size_ += size;
    parsed_ = assembled_end_;
    filled_ = parsed_ + size;
}

void Inbox::fill(std::size_t size) {
    LINNET_ASSERT(size <= free_size());
    filled_up_ = size == free_size();
    filled_ += size;
}

void Inbox::skip(std::size_t size) {
    LINNET_ASSERT(size <= filled_ - parsed_);
    parsed_ += size;
}

void Inbox::begin_message() {
    LINNET_ASSERT(message_size() == 0);
    message_begin_ = assembled_end_ = parsed_;
}

void Inbox::append(Bytes payload) {
    const bool ours = payload.data() == block_.data() + parsed_;
    LINNET_ASSERT(payload.size() <= (ours ? filled_ : parsed_) - assembled_end_);
    if (payload.empty()) return;
    if (payload.data() != block_.data() + assembled_end_) {
        std::memmove(block_.data() + assembled_end_, payload.data(), payload.size());
        moved_size_ += payload.size();
    }
    assembled_end_ += payload.size();
    if (ours) parsed_ += payload.size();
}

// Adds an entry for the `size` bytes that end at `assembled_end_`.
void Inbox::push_entry(std::size_t size, bool is_text) {
    const std::size_t offset = assembled_end_ - size;
    const Entry entry{static_cast<std::uint32_t>(offset) + shift_,
                      static_cast<std::uint32_t>(size) | (is_text ? text_bit : 0)};
    queued_end_ = message_begin_ = assembled_end_;
    queued_payload_ += size;
    entries_ -= entry_size;
    std::memcpy(block_.data() + entries_, &entry, entry_size);
}

bool Inbox::end_message(bool is_text) {
    if (!has_space()) return false;
    push_entry(message_size(), is_text);
    return true;
}

void Inbox::add_message(std::size_t header_size, std::size_t size, bool is_text) {
    LINNET_ASSERT(message_size() == 0 && has_space());
    LINNET_ASSERT(header_size + size <= filled_ - parsed_);
    parsed_ += header_size + size;
    assembled_end_ = parsed_;
    push_entry(size, is_text);
}

Inbox::Entry Inbox::entry_at(std::size_t offset) const {
    LINNET_ASSERT(message_count() > 0);
    Entry entry;
    std::memcpy(&entry, block_.data() + offset, entry_size);
    return entry;
}

Bytes Inbox::payload_of(const Entry& entry) const {
    return {block_.data() + (entry.offset - shift_), entry.size_and_kind & ~text_bit};
}

std::size_t Inbox::end_of_newest() const {
    const Bytes payload = newest();
    return static_cast<std::size_t>(payload.data() - block_.data()) + payload.size();
}

void Inbox::drop_newest() {
    LINNET_ASSERT(message_size() == 0);
    queued_payload_ -= newest().size();
    entries_ += entry_size;
    if (message_count() == 0) entries_ = entries_end_ = block_.size();
    const std::size_t end = message_count() == 0 ? head_ : end_of_newest();
    queued_end_ = message_begin_ = assembled_end_ = end;
}

Inbox::Message Inbox::take() {
    LINNET_ASSERT(message_count() > 0);
    Entry entry;
    entries_end_ -= entry_size;
    std::memcpy(&entry, block_.data() + entries_end_, entry_size);
    const std::size_t offset = entry.offset - shift_;
    const std::size_t size = entry.size_and_kind & ~text_bit;
    queued_payload_ -= size;
    head_ = offset + size;
    if (entries_ == entries_end_) entries_ = entries_end_ = block_.size();
    LINNET_ASSERT(message_count() > 0 || head_ == queued_end_);
    return {Bytes(block_.data() + offset, size), (entry.size_and_kind & text_bit) != 0};
}

void Inbox::shrink_if_empty() {
    if (!is_empty() || block_.size() <= size_min) return;
    block_.release();
    clear();
}

void Inbox::clear() {
    head_ = queued_end_ = message_begin_ = assembled_end_ = parsed_ = filled_ = 0;
    entries_ = entries_end_ = block_.size();
    queued_payload_ = 0;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
