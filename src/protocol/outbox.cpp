// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/protocol/outbox.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.hpp"
#include "base/kept_errno.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t block_size_min = 1024;
constexpr std::size_t margin_size = frame_header_size_max;

}  // namespace

bool MaskKeySource::refill() {
    const KeptErrno kept;
    if (!entropy_.fill({reinterpret_cast<std::uint8_t*>(pool_.data()), sizeof pool_})) return false;
    left_ = pool_.size();
    return true;
}

Outbox::Outbox(Role role, std::size_t payload_max, std::size_t message_count_max, Entropy& entropy,
               Memory* memory)
    : role_(role),
      payload_max_(payload_max),
      message_count_max_(message_count_max),
      keys_(entropy),
      ring_(memory) {}

// ---- in --------------------------------------------------------------------------------------

Error Outbox::put(Opcode opcode, Bytes front, Bytes payload) {
    const std::size_t size = front.size() + payload.size();
    if (size > payload_max_ || payload.size() > payload_max_) return Error::invalid_parameter;
    if (size > payload_max_ - queued_payload_ || message_count_ >= message_count_max_) {
        return Error::out_of_memory;
    }
    FrameHeader header{.opcode = opcode, .masked = role_ == Role::client, .payload_size = size};
    const std::size_t frame_size = frame_header_size(header) + size;
    if (ring_size_ - size_ < frame_size && !grow(frame_size)) return Error::out_of_memory;
    if (header.masked && !keys_.next(header.key)) return Error::failed;

    std::size_t at = write_header(ring_offset(size_), header);
    if (!front.empty()) at = write_masked(at, front, header.key, 0);
    write_masked(at, payload, header.key, front.size());
    size_ += frame_size;
    queued_payload_ += size;
    ++message_count_;
    return Error::ok;
}

bool Outbox::encode_control(Opcode opcode, Bytes payload, ControlFrame& out) {
    LINNET_ASSERT(payload.size() <= control_payload_size_max);
    FrameHeader header{
        .opcode = opcode, .masked = role_ == Role::client, .payload_size = payload.size()};
    if (header.masked && !keys_.next(header.key)) return false;
    const std::size_t header_size = encode_frame_header(header, out.bytes);
    copy_masked(MutableBytes(out.bytes).subspan(header_size), payload, header.key, 0);
    out.size = header_size + payload.size();
    return true;
}

bool Outbox::put_ping(Bytes payload) {
    return encode_control(Opcode::ping, payload, ping_);
}
bool Outbox::put_pong(Bytes payload) {
    return encode_control(Opcode::pong, payload, pong_);
}
bool Outbox::put_close(Bytes payload) {
    LINNET_ASSERT(close_.size == 0);
    return encode_control(Opcode::close, payload, close_);
}

// ---- the ring --------------------------------------------------------------------------------

// Returns the offset in the ring of the byte `from` bytes after the head.
std::size_t Outbox::ring_offset(std::size_t from) const {
    const std::size_t offset = head_ + from;
    return offset < ring_size_ ? offset : offset - ring_size_;
}

// Returns the contiguous bytes that begin `from` bytes after the head, at most `size_max`.
Bytes Outbox::ring_span(std::size_t from, std::size_t size_max) const {
    const std::size_t at = ring_offset(from);
    return {ring_.data() + at, std::min(size_max, ring_size_ - at)};
}

// Makes space for `size` more bytes. At least doubles the size, also in the last step.
bool Outbox::grow(std::size_t size) {
    std::size_t block_size = std::max(ring_.size(), block_size_min);
    while (block_size - margin_size - size_ < size) block_size *= 2;
    const std::size_t largest = block_size_max(payload_max_, message_count_max_);
    if (block_size > largest / 2) block_size = largest;
    LINNET_ASSERT(block_size - margin_size - size_ >= size);
    const Bytes front = ring_span(0, size_);
    if (!ring_.reallocate(block_size, front, {ring_.data(), size_ - front.size()})) return false;
    ring_size_ = block_size - margin_size;
    head_ = 0;
    return true;
}

// Writes `header` at offset `at`; returns the offset after it.
std::size_t Outbox::write_header(std::size_t at, const FrameHeader& header) {
    at += encode_frame_header(header, ring_.bytes().subspan(at));
    if (at <= ring_size_) return at;
    std::memcpy(ring_.data(), ring_.data() + ring_size_, at - ring_size_);
    return at - ring_size_;
}

// Writes `bytes`, masked, at offset `at`; returns the offset after them.
std::size_t Outbox::write_masked(std::size_t at, Bytes bytes, const MaskKey& key,
                                 std::uint64_t offset) {
    const std::size_t size = std::min(bytes.size(), ring_size_ - at);
    copy_masked({ring_.data() + at, size}, bytes.first(size), key, offset);
    if (size == bytes.size()) return at + size;
    copy_masked(ring_.bytes(), bytes.subspan(size), key, offset + size);
    return bytes.size() - size;
}

// The header, encoded by `put`, is complete. If it wraps, its end is also in the margin: the next
// header to wrap would be a whole ring later.
void Outbox::begin_frame_at_head() {
    const Bytes front(ring_.data() + head_, std::min(size_, frame_header_size_max));
    const Role receiver = role_ == Role::client ? Role::server : Role::client;
    const auto header = decode_frame_header(front, receiver);
    LINNET_ASSERT(header.done());
    frame_payload_ = static_cast<std::size_t>(header.value.payload_size);
    frame_rest_ = header.consumed + frame_payload_;
}

void Outbox::consume_ring(std::size_t size) {
    if (size == size_) return consume_whole_ring();
    while (size > 0) {
        if (frame_rest_ == 0) begin_frame_at_head();
        const std::size_t taken = std::min(size, frame_rest_);
        head_ = ring_offset(taken);
        size_ -= taken;
        size -= taken;
        frame_rest_ -= taken;
        if (frame_rest_ == 0) {
            queued_payload_ -= frame_payload_;
            --message_count_;
        }
    }
}

// No frame needs to be decoded, and the next one begins at the front again.
void Outbox::consume_whole_ring() {
    head_ = size_ = frame_rest_ = 0;
    queued_payload_ = message_count_ = 0;
}

// ---- out -------------------------------------------------------------------------------------

// Moves control frames to the lane after those before have been sent.
void Outbox::fill_lane() {
    lane_.size = lane_.sent = 0;
    lane_frame_count_ = 0;
    lane_has_ping_ = ping_.size > 0;
    for (ControlFrame* frame : {&pong_, &ping_}) {
        std::memcpy(lane_.bytes.data() + lane_.size, frame->bytes.data(), frame->size);
        lane_.size += frame->size;
        if (frame->size > 0) ++lane_frame_count_;
        frame->size = 0;
    }
}

// Order: the rest of a frame partly sent, the lane, the other frames, the close frame.
std::size_t Outbox::unsent(Pieces& pieces) {
    const bool close_has_begun = close_.sent > 0;
    if (has_pending_control() && lane_.is_sent() && !close_has_begun) fill_lane();
    std::size_t count = 0;
    const auto add = [&](Bytes piece) {
        if (!piece.empty()) pieces[count++] = piece;
    };
    const auto add_ring = [&](std::size_t from, std::size_t end) {
        const Bytes span = ring_span(from, end - from);
        add(span);
        add({ring_.data(), end - from - span.size()});
    };
    // The ring wraps once, either before the lane or after it: at most three pieces.
    const std::size_t front = ring_before_lane();
    add_ring(0, front);
    if (!lane_.is_sent()) {
        add(lane_.rest());
        add_ring(front, size_);
    }
    // Nothing may follow the close frame, so it waits for control frames that did not fit into the
    // lane.
    if (close_has_begun || !has_pending_control()) add(close_.rest());
    return count;
}

void Outbox::sent(std::size_t size) {
    const auto take = [&size](std::size_t available) {
        const std::size_t taken = std::min(size, available);
        size -= taken;
        return taken;
    };
    consume_ring(take(ring_before_lane()));
    if (size == 0) return;
    lane_.sent += take(lane_.size - lane_.sent);
    if (lane_.is_sent()) {
        lane_has_ping_ = false;
        control_frame_count_ += std::exchange(lane_frame_count_, std::uint8_t{0});
    }
    consume_ring(take(size_));
    if (size == 0) return;
    close_.sent += take(close_.size - close_.sent);
    if (close_.is_sent()) ++control_frame_count_;
    LINNET_ASSERT(size == 0);
}

bool Outbox::is_empty() const {
    return size_ == 0 && lane_.is_sent() && !has_pending_control() && close_.is_sent();
}

void Outbox::release_if_empty() {
    if (size_ > 0) return;
    ring_.release();
    ring_size_ = 0;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
