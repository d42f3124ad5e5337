// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/protocol/outbox.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"

namespace linnet::inline v0 {
namespace {

constexpr std::size_t ring_size_min = 1024;

}  // namespace

bool MaskKeySource::next(MaskKey& key) {
    if (pool_.size() - used_ < key.size()) {
        if (!entropy_.fill(pool_)) return false;
        used_ = 0;
    }
    std::copy_n(pool_.begin() + static_cast<std::ptrdiff_t>(used_), key.size(), key.begin());
    used_ += key.size();
    return true;
}

Outbox::Outbox(Role role, std::size_t payload_max, std::size_t packet_count_max, Entropy& entropy,
               Memory* memory)
    : role_(role),
      payload_max_(payload_max),
      packet_count_max_(packet_count_max),
      keys_(entropy),
      ring_(memory) {}

// ---- in --------------------------------------------------------------------------------------

Error Outbox::put(Opcode opcode, Bytes front, Bytes payload) {
    const std::size_t size = front.size() + payload.size();
    if (size > payload_max_ || payload.size() > payload_max_) return Error::invalid_parameter;
    if (size > payload_max_ - queued_payload_ || packet_count_ >= packet_count_max_) {
        return Error::out_of_memory;
    }
    FrameHeader header{.opcode = opcode, .masked = role_ == Role::client, .payload_size = size};
    if (!reserve(frame_header_size(header) + size)) return Error::out_of_memory;
    if (header.masked && !keys_.next(header.key)) return Error::failed;

    std::array<std::uint8_t, frame_header_size_max> encoded;
    append(Bytes(encoded).first(encode_frame_header(header, encoded)));
    append_masked(front, header.key, 0);
    append_masked(payload, header.key, front.size());
    queued_payload_ += size;
    ++packet_count_;
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

// The contiguous bytes at `from`, counted from the head, at most `size_max`.
MutableBytes Outbox::ring_span(std::size_t from, std::size_t size_max) {
    const std::size_t at = (head_ + from) % ring_.size();
    return ring_.bytes().subspan(at, std::min(size_max, ring_.size() - at));
}

bool Outbox::reserve(std::size_t size) {
    if (ring_.size() - size_ >= size) return true;
    std::size_t larger_size = std::max(ring_.size(), ring_size_min);
    while (larger_size - size_ < size) larger_size *= 2;
    Block larger(ring_.memory());
    if (!larger.allocate(larger_size)) return false;
    for (std::size_t copied = 0; copied < size_;) {
        const Bytes span = ring_span(copied, size_ - copied);
        std::memcpy(larger.data() + copied, span.data(), span.size());
        copied += span.size();
    }
    ring_.swap(larger);
    head_ = 0;
    return true;
}

void Outbox::append(Bytes bytes) {
    append_masked(bytes, MaskKey{}, 0);
}

void Outbox::append_masked(Bytes bytes, const MaskKey& key, std::uint64_t offset) {
    while (!bytes.empty()) {
        const MutableBytes span = ring_span(size_, bytes.size());
        copy_masked(span, bytes.first(span.size()), key, offset);
        size_ += span.size();
        offset += span.size();
        bytes = bytes.subspan(span.size());
    }
}

// The whole size of the frame that begins at the head: its header was encoded by `put`.
std::size_t Outbox::frame_size_at_head(std::size_t& payload_size) const {
    std::array<std::uint8_t, frame_header_size_max> front;
    const std::size_t size = std::min(size_, front.size());
    for (std::size_t i = 0; i < size; ++i) front[i] = ring_.data()[(head_ + i) % ring_.size()];
    const Role receiver = role_ == Role::client ? Role::server : Role::client;
    const auto header = decode_frame_header(Bytes(front).first(size), receiver);
    LINNET_ASSERT(header.done());
    payload_size = static_cast<std::size_t>(header.value.payload_size);
    return header.consumed + payload_size;
}

void Outbox::consume_ring(std::size_t size) {
    while (size > 0) {
        if (frame_rest_ == 0) frame_rest_ = frame_size_at_head(frame_payload_);
        const std::size_t taken = std::min(size, frame_rest_);
        head_ = (head_ + taken) % ring_.size();
        size_ -= taken;
        size -= taken;
        frame_rest_ -= taken;
        if (frame_rest_ == 0) {
            queued_payload_ -= frame_payload_;
            --packet_count_;
        }
    }
}

// ---- out -------------------------------------------------------------------------------------

// Control frames move onto the lane when the one before has left.
void Outbox::fill_lane() {
    if (lane_.sent < lane_.size) return;
    lane_.size = lane_.sent = 0;
    lane_has_ping_ = ping_.size > 0;
    for (ControlFrame* frame : {&pong_, &ping_}) {
        std::memcpy(lane_.bytes.data() + lane_.size, frame->bytes.data(), frame->size);
        lane_.size += frame->size;
        frame->size = 0;
    }
}

// Order: the rest of a half-sent frame, the lane, the other frames, the close frame.
std::size_t Outbox::unsent(Pieces& pieces) {
    const bool close_has_begun = close_.sent > 0;
    if (!close_has_begun) fill_lane();
    std::size_t count = 0;
    const auto add = [&](Bytes piece) {
        if (!piece.empty()) pieces[count++] = piece;
    };
    const auto add_ring = [&](std::size_t from, std::size_t end) {
        while (from < end) {
            add(ring_span(from, end - from));
            from += pieces[count - 1].size();
        }
    };
    // The ring wraps once, either in the half-sent frame or behind it: three pieces at most.
    add_ring(0, frame_rest_);
    add(lane_.rest());
    add_ring(frame_rest_, size_);
    // Nothing may follow it, so that it waits for control frames that the lane had no place for.
    const bool lane_has_all = ping_.size == 0 && pong_.size == 0;
    if (close_has_begun || lane_has_all) add(close_.rest());
    return count;
}

void Outbox::sent(std::size_t size) {
    const auto take = [&size](std::size_t available) {
        const std::size_t taken = std::min(size, available);
        size -= taken;
        return taken;
    };
    consume_ring(take(frame_rest_));
    lane_.sent += take(lane_.size - lane_.sent);
    if (lane_.sent == lane_.size) lane_has_ping_ = false;
    consume_ring(take(size_));
    close_.sent += take(close_.size - close_.sent);
    LINNET_ASSERT(size == 0);
}

bool Outbox::is_empty() const {
    return size_ == 0 && lane_.sent == lane_.size && pong_.size == 0 && ping_.size == 0 &&
           !close_is_unsent();
}

void Outbox::release_if_empty() {
    if (size_ > 0) return;
    ring_.release();
    head_ = 0;
}

}  // namespace linnet::inline v0
