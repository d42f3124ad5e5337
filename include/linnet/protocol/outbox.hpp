// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The send buffer: a ring of encoded data frames, and a lane of fixed size for pings, pongs and the
// close frame. A control frame is sent at the next frame boundary, before queued messages (RFC 6455
// 5.4); the close frame is sent last. A message is masked while it is copied in.
//
// A payload may wrap around the end of the ring. A header is written and read in one piece: it may
// extend into a margin after the ring, and that part is copied to the front, from where it is sent.
#pragma once

#include <array>

#include "linnet/block.hpp"
#include "linnet/codec/frame.hpp"
#include "linnet/error.hpp"
#include "linnet/platform.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Generates masking keys, each of them new and unpredictable (RFC 6455 5.3). Entropy is fetched
/// for 256 keys at a time, which costs a thirtieth of fetching it for each key. No allocation.
///
/// Example:
///
///     linnet::SystemEntropy entropy;
///     linnet::MaskKeySource keys(entropy);
///     linnet::MaskKey key;
///     if (!keys.next(key)) print("no entropy");
class MaskKeySource {
 public:
    /// `entropy` must outlive this object.
    explicit MaskKeySource(Entropy& entropy) : entropy_(entropy) {}
    /// Stores the next key in `key`. Returns false, and leaves `key` unchanged, if the entropy
    /// source fails.
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

/// The send buffer of a `Session`.
///
/// Example:
///
///     linnet::SystemEntropy entropy;
///     linnet::Outbox outbox(linnet::Role::client, 64 * 1024, 16, entropy, nullptr);
///     const linnet::Error error = outbox.put(linnet::Opcode::text, {}, linnet::bytes_of("hi"));
///     if (error != linnet::Error::ok) return print(linnet::text(error));
///     linnet::Outbox::Pieces pieces;
///     const std::size_t count = outbox.unsent(pieces);  // one piece of 8 bytes
///     outbox.sent(pieces[0].size());                    // after sending it
class Outbox {
 public:
    /// The buffer for `unsent`.
    using Pieces = std::array<Bytes, send_piece_count_max>;

    /// Returns the maximum size of the block with these bounds, in bytes. While the block grows,
    /// the old one of at most half that size exists too.
    static constexpr std::size_t block_size_max(std::size_t payload_max,
                                                std::size_t message_count_max) {
        return payload_max + (message_count_max + 1) * frame_header_size_max;
    }

    /// `payload_max` (bytes) and `message_count_max` bound the queue. A client's frames are masked
    /// with keys from `entropy`. No allocation before the first `put`; `memory` may be null
    /// (`malloc`).
    Outbox(Role role, std::size_t payload_max, std::size_t message_count_max, Entropy& entropy,
           Memory* memory);

    /// Queues `front` followed by `payload` as one unfragmented message, or does nothing and
    /// returns
    /// - `invalid_parameter` if it is larger than the queue;
    /// - `out_of_memory` if the queue has too little space now, or if memory is exhausted;
    /// - `failed` if the entropy source fails.
    Error put(Opcode opcode, Bytes front, Bytes payload);
    /// Queues a ping with at most 125 bytes of payload. It replaces a queued ping of which nothing
    /// has been sent. Returns false if the entropy source fails.
    bool put_ping(Bytes payload);
    /// As `put_ping`, for pongs (RFC 6455 5.5.3).
    bool put_pong(Bytes payload);
    /// Queues the close frame, to be sent after everything queued so far. Call it at most once.
    /// Returns false if the entropy source fails.
    bool put_close(Bytes payload);

    /// Stores the unsent bytes in `pieces`, in order, and returns the number of pieces. They are
    /// valid until the next call that is not const. More bytes may follow after `sent`.
    std::size_t unsent(Pieces& pieces);
    /// Removes the first `size` unsent bytes: the OS has accepted them. Call it directly after
    /// `unsent`.
    void sent(std::size_t size);

    /// Returns true if everything was sent.
    bool is_empty() const;
    /// Returns true if a ping is queued or partially sent.
    bool ping_is_unsent() const { return ping_.size > 0 || lane_has_ping_; }
    /// Returns true if the close frame is queued or partially sent.
    bool close_is_unsent() const { return !close_.is_sent(); }

    /// Returns the total payload, in bytes, of messages that are not completely sent.
    std::size_t queued_payload() const { return queued_payload_; }
    /// Returns the number of those messages.
    std::size_t message_count() const { return message_count_; }

    /// Returns the number of control frames sent.
    std::uint64_t control_frame_count() const { return control_frame_count_; }

    /// Drops all unsent messages, for when nothing can be sent any more.
    void drop_messages() { consume_whole_ring(); }
    /// Frees the ring if it is empty.
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
    std::size_t head_ = 0;        // offset of the first unsent byte
    std::size_t size_ = 0;        // unsent bytes in the ring
    std::size_t frame_rest_ = 0;  // unsent bytes of a partially sent frame at the head
    std::size_t frame_payload_ = 0;
    std::size_t queued_payload_ = 0;
    std::size_t message_count_ = 0;
    ControlFrame ping_;
    ControlFrame pong_;
    ControlFrame close_;
    Buffer<2 * control_size_max> lane_;  // control frames being sent, which are not replaced
    bool lane_has_ping_ = false;
    std::uint8_t lane_frame_count_ = 0;
    std::uint64_t control_frame_count_ = 0;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
