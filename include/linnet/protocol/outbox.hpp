// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What is to be sent: a ring of encoded data frames, and a lane of fixed size for ping, pong and
// close. A control frame leaves at the next frame boundary and never inside a half-sent frame; the
// close frame leaves last. A message is masked while it is copied in, and never touched again.
//
// Frames wrap around the end of the ring, but not their headers, which are written and read in one
// piece: the block has a margin behind the ring, where a header goes on. Its rest also lies at the
// front, from where it is sent.
#pragma once

#include <array>

#include "linnet/block.hpp"
#include "linnet/codec/frame.hpp"
#include "linnet/error.hpp"
#include "linnet/platform.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Masking keys, each new and unpredictable (RFC 6455 5.3). Entropy is fetched for 256 at a time:
/// for each single one it would cost thirty times as much.
class MaskKeySource {
 public:
    explicit MaskKeySource(Entropy& entropy) : entropy_(entropy) {}
    /// False if there is no entropy; `key` is then unchanged.
    bool next(MaskKey& key) {
        if (left_ == 0 && !refill()) return false;
        key = pool_[pool_.size() - left_--];
        return true;
    }

 private:
    bool refill();

    Entropy& entropy_;
    std::array<MaskKey, 256> pool_{};
    std::size_t left_ = 0;  // unused keys, at the end of the pool
};

class Outbox {
 public:
    using Pieces = std::array<Bytes, send_piece_count_max>;

    /// The block of an outbox with these bounds is never larger; while it grows, one of half that
    /// size is there too.
    static constexpr std::size_t block_size_max(std::size_t payload_max,
                                                std::size_t message_count_max) {
        return payload_max + (message_count_max + 1) * frame_header_size_max;
    }

    /// `payload_max` and `message_count_max` bound what is queued. A client's frames are masked
    /// with keys from `entropy`. Takes no memory before the first `put`.
    Outbox(Role role, std::size_t payload_max, std::size_t message_count_max, Entropy& entropy,
           Memory* memory);

    /// Queues one unfragmented message: `front` and `payload`, one behind the other. All or
    /// nothing: invalid_parameter if it can never fit, out_of_memory if it does not fit now, failed
    /// without entropy.
    Error put(Opcode opcode, Bytes front, Bytes payload);
    /// Queues a control frame of at most 125 bytes. One pong and one ping can be owed: a later one
    /// replaces an earlier one that has not begun to leave. False without entropy.
    bool put_ping(Bytes payload);
    bool put_pong(Bytes payload);
    /// Queues the close frame, which leaves behind everything queued so far. Only once.
    bool put_close(Bytes payload);

    /// What is to be sent, in order; returns how many pieces there are. They stay valid until the
    /// next call that is not const.
    std::size_t unsent(Pieces& pieces);
    /// The first `size` of the unsent bytes are with the OS. Directly after `unsent`.
    void sent(std::size_t size);

    bool is_empty() const;
    bool ping_is_unsent() const { return ping_.size > 0 || lane_has_ping_; }
    bool close_is_unsent() const { return !close_.is_sent(); }

    /// Payload bytes, and count, of messages not yet fully with the OS.
    std::size_t queued_payload() const { return queued_payload_; }
    std::size_t message_count() const { return message_count_; }

    /// Control frames that are with the OS.
    std::uint64_t control_frame_count() const { return control_frame_count_; }

    /// Drops all messages that have not left: nothing can be sent any more.
    void drop_messages() { consume_whole_ring(); }
    /// Gives the ring back if nothing is in it.
    void release_if_empty();

 private:
    static constexpr std::size_t control_size_max = 2 + sizeof(MaskKey) + control_payload_size_max;

    template <std::size_t capacity>
    struct Buffer {
        std::array<std::uint8_t, capacity> bytes;
        std::size_t size = 0;
        std::size_t sent = 0;
        bool is_sent() const { return sent == size; }
        Bytes rest() const { return {bytes.data() + sent, size - sent}; }
    };
    using ControlFrame = Buffer<control_size_max>;

    bool encode_control(Opcode opcode, Bytes payload, ControlFrame& out);
    void fill_lane();
    bool grow(std::size_t size);
    inline std::size_t write_header(std::size_t at, const FrameHeader& header);
    inline std::size_t write_masked(std::size_t at, Bytes bytes, const MaskKey& key,
                                    std::uint64_t offset);
    inline std::size_t ring_offset(std::size_t from) const;
    inline Bytes ring_span(std::size_t from, std::size_t size_max) const;
    void begin_frame_at_head();
    void consume_ring(std::size_t size);
    void consume_whole_ring();
    bool has_pending_control() const { return ping_.size > 0 || pong_.size > 0; }
    std::size_t ring_before_lane() const { return lane_.is_sent() ? size_ : frame_rest_; }

    Role role_;
    std::size_t payload_max_;
    std::size_t message_count_max_;
    MaskKeySource keys_;
    Block ring_;                  // and the margin
    std::size_t ring_size_ = 0;   // without the margin
    std::size_t head_ = 0;        // place of the first unsent byte
    std::size_t size_ = 0;        // unsent bytes in the ring
    std::size_t frame_rest_ = 0;  // of a half-sent frame at the head
    std::size_t frame_payload_ = 0;
    std::size_t queued_payload_ = 0;
    std::size_t message_count_ = 0;
    ControlFrame ping_;
    ControlFrame pong_;
    ControlFrame close_;
    Buffer<2 * control_size_max> lane_;  // control frames on their way: no later one replaces these
    bool lane_has_ping_ = false;
    std::uint8_t lane_frame_count_ = 0;
    std::uint64_t control_frame_count_ = 0;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
