// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The WebSocket protocol after the opening handshake (RFC 6455 5-8), in both roles, without sockets
// or clocks. `WebSocketClient` is built on it; servers, tests and fuzzers can use it directly.
//
//     received bytes  -->  receive_buffer, fill  -->  next      -->  events
//                                                     take      -->  messages
//     sent bytes      <--  unsent, sent          <--  put, ping, close
//
// `next` queues a pong for each ping, a close frame in response to a close frame, and a close frame
// with an error code after a protocol error of the peer, before it returns the event.
#pragma once

#include "linnet/codec/utf8.hpp"
#include "linnet/limits.hpp"
#include "linnet/protocol/inbox.hpp"
#include "linnet/protocol/outbox.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The result of `Session::next`. Views are valid until the next `receive_buffer`.
struct SessionEvent {
    enum class Kind : std::uint8_t {
        none,     ///< more input is needed, the queue is full (`Session::input_is_paused`), or the
                  ///< work limit is reached (`Session::work_is_spent`)
        message,  ///< a message was queued for `take`
        ping,     ///< a ping with `payload` arrived; the pong is queued
        pong,     ///< a pong with `payload` arrived
        close,    ///< a close frame arrived; unless this side closed first, the response is queued
        failed,   ///< protocol error of the peer, or a limit exceeded (`cause`); a close frame is
                  ///< queued, and this is the last event
    };
    Kind kind = Kind::none;
    Cause cause = Cause::none;
    std::uint16_t close_code = 0;   ///< 0 if the close frame had no code
    std::string_view close_reason;  ///< UTF-8
    Bytes payload;
};

/// Counters of a session.
struct SessionStats {
    std::uint64_t frames_received = 0;  ///< frames whose header has arrived
    std::uint64_t messages_received = 0;
    std::uint64_t messages_sent = 0;   ///< messages accepted by `put`
    std::uint64_t discarded_size = 0;  ///< payload bytes received after a local close
};

/// One end of a WebSocket connection.
///
/// Example:
///
///     linnet::SystemEntropy entropy;
///     linnet::Session session(linnet::Role::server, linnet::Limits{}, entropy, nullptr);
///     const linnet::MutableBytes buffer = session.receive_buffer();
///     const std::size_t received = 0;  // receive into the buffer
///     session.fill(received);
///     for (linnet::SessionEvent event = session.next();
///          event.kind != linnet::SessionEvent::Kind::none; event = session.next()) {
///         if (event.kind != linnet::SessionEvent::Kind::message) continue;
///         const linnet::Bytes message = session.take().payload;
///         if (session.put(linnet::Opcode::binary, {}, message) != linnet::Error::ok) break;
///     }
///     linnet::Outbox::Pieces pieces;
///     const std::size_t count = session.unsent(pieces);  // send them, then session.sent(size)
class Session {
 public:
    /// `entropy` provides the masking keys of a client. It and `memory`, which may be null
    /// (`malloc`), must outlive the session. No allocation before `receive_buffer` and `put`.
    Session(Role role, const Limits& limits, Entropy& entropy, Memory* memory);

    /// Returns the maximum size of the receive buffer with these limits, in bytes: the payload, a
    /// queue entry and a frame header for each message, and 4 KiB for control frames.
    static constexpr std::size_t inbox_size_max(const Limits& limits) {
        const std::size_t each = Inbox::entry_size + frame_header_size_max;
        const std::size_t payload = limits.input_payload_max > limits.response_size_max
                                        ? limits.input_payload_max
                                        : limits.response_size_max;
        return payload + limits.input_message_count_max * each + 4096;
    }

    // ---- bytes in

    /// Returns the buffer to receive into (`Inbox::receive_buffer`). It is empty while the queue is
    /// full: do not read from the socket then, so that TCP slows down the peer.
    MutableBytes receive_buffer() { return inbox_.receive_buffer(); }
    /// Reports that `size` bytes were received into the front of `receive_buffer`.
    void fill(std::size_t size) { inbox_.fill(size); }
    /// Returns the received bytes that have not been decoded. During the opening handshake these
    /// are the response.
    Bytes unparsed() { return inbox_.unparsed(); }
    /// Removes the first `size` unparsed bytes, which are not frames.
    void skip(std::size_t size) { inbox_.skip(size); }

    /// Decodes received bytes up to the next event. The sequence of events does not depend on how
    /// the stream was fragmented.
    SessionEvent next();
    /// The fast path of `next`: if the next input is a complete message in one frame, queues it and
    /// returns true. Otherwise it changes nothing and returns false; call `next`.
    bool next_message();
    /// Limits the work of later calls to `next`: `size` bytes decoded, where each frame counts as
    /// `frame_work` more. Once the limit is reached, `next` returns `none`.
    void limit_work(std::size_t size) { work_left_ = size; }
    /// Returns true once the limit of `limit_work` is reached.
    bool work_is_spent() const { return work_left_ == 0; }
    /// The work of one frame, in addition to its bytes.
    static constexpr std::size_t frame_work = 16;

    /// Returns true if the next data frame does not fit into the queue until messages are taken.
    bool input_is_paused() const { return paused_; }
    /// Returns true if it is paused only because the block lacks space, which `receive_buffer` may
    /// create.
    bool input_needs_space() const { return needs_space_; }
    /// Returns true if a part of a message has arrived.
    bool message_is_incomplete() const { return message_active_; }
    /// Returns true if `receive_buffer` failed for lack of memory and no message could be taken to
    /// free some: the connection can make no progress.
    bool is_starved() const { return inbox_.starved() && inbox_.message_count() == 0; }

    // ---- messages

    /// Returns the number of received messages in the queue.
    std::size_t message_count() const { return inbox_.message_count(); }
    /// Returns their total payload in bytes.
    std::size_t queued_payload() const { return inbox_.queued_payload(); }
    /// Removes and returns the oldest message, which must exist. Its payload is a view into the
    /// receive buffer, valid until the next `receive_buffer`.
    Inbox::Message take() { return inbox_.take(); }
    /// Returns the payload of the oldest message, which must exist and stays in the queue.
    Bytes oldest() const { return inbox_.oldest(); }
    /// Returns the payload of the newest message, which must exist and stays in the queue.
    Bytes newest() const { return inbox_.newest(); }
    /// Removes the newest message from the queue.
    void drop_newest() { inbox_.drop_newest(); }

    /// Queues `front` followed by `payload` as one message; `opcode` is text or binary. Otherwise
    /// it does nothing and returns
    /// - `failed` after a close has begun, or if the entropy source fails;
    /// - `invalid_data` if `payload` of a text message is not UTF-8 (`front` is not validated);
    /// - `invalid_parameter` or `out_of_memory` as `Outbox::put`.
    Error put(Opcode opcode, Bytes front, Bytes payload);
    /// Undoes the last `put`. Allowed if nothing was queued before it and nothing can be sent.
    void take_back() {
        outbox_.drop_messages();
        --stats_.messages_sent;
    }
    /// Queues a ping (RFC 6455 5.5.2). Returns
    /// - `failed` after a close has begun, or if the entropy source fails;
    /// - `invalid_parameter` if `payload` is larger than 125 bytes.
    Error ping(Bytes payload);
    /// Queues a close frame after all queued messages (RFC 6455 7.1.2). Beyond 123 bytes, `reason`
    /// is cut at the end of a character. Code 0 with an empty reason sends an empty close frame.
    /// Data received from now on is discarded. Returns
    /// - `failed` if a close has already begun, or if the entropy source fails;
    /// - `invalid_parameter` for a code that must not be sent (RFC 6455 7.4);
    /// - `invalid_data` if `reason` is not UTF-8.
    Error close(std::uint16_t code, std::string_view reason);

    // ---- bytes out

    /// As `Outbox::unsent`.
    std::size_t unsent(Outbox::Pieces& pieces) { return outbox_.unsent(pieces); }
    /// As `Outbox::sent`.
    void sent(std::size_t size) { outbox_.sent(size); }
    /// Returns the send buffer, for inspection.
    const Outbox& outbox() const { return outbox_; }

    // ---- closing

    /// Returns true once a close frame was queued, by `close` or by `next`.
    bool close_is_queued() const { return close_queued_; }
    /// Returns true once the whole close frame was sent.
    bool close_is_sent() const { return close_queued_ && !outbox_.close_is_unsent(); }
    /// Returns true once the peer's close frame was received.
    bool close_is_received() const { return close_received_; }

    // ---- memory and counters

    /// Frees buffers that are empty.
    void shrink();
    /// Returns the counters.
    const SessionStats& stats() const { return stats_; }
    /// Returns the receive buffer, for inspection.
    const Inbox& inbox() const { return inbox_; }

 private:
    enum class Progress : std::uint8_t { event, more, stop };

    struct WholeMessage;
    inline bool finds_whole_message(WholeMessage& message);
    inline bool read_whole_message(MutableBytes in, WholeMessage& message) const;
    inline bool take_whole_message(const WholeMessage& message);
    inline bool fits(std::uint64_t payload_size) const;
    SessionEvent next_the_long_way();
    Progress advance(SessionEvent& event);
    Progress begin_frame(SessionEvent& event);
    Progress begin_data_frame(const FrameHeader& header, std::size_t header_size,
                              SessionEvent& event);
    Cause check_data_frame(const FrameHeader& header) const;
    Progress continue_data_frame(SessionEvent& event);
    Progress end_message(SessionEvent& event);
    Progress take_control_frame(const FrameHeader& header, std::size_t header_size,
                                SessionEvent& event);
    Progress answer_ping(Bytes payload, SessionEvent& event);
    Progress answer_close(Bytes payload, SessionEvent& event);
    Progress fail(Cause cause, SessionEvent& event);
    bool queue_close(std::uint16_t code, std::string_view reason);
    bool discards() const { return close_queued_; }
    void spend(std::size_t size) { work_left_ -= size < work_left_ ? size : work_left_; }

    Role role_;
    Limits limits_;
    Inbox inbox_;
    Outbox outbox_;
    SessionStats stats_;

    // The message in progress (RFC 6455 5.4).
    bool message_active_ = false;
    bool message_is_text_ = false;
    std::size_t fragment_count_ = 0;
    Utf8Validator utf8_;

    // The data frame in progress.
    bool frame_active_ = false;
    FrameHeader frame_;
    std::uint64_t frame_offset_ = 0;  // payload bytes already decoded

    std::size_t work_left_ = SIZE_MAX;
    bool paused_ = false;
    bool needs_space_ = false;
    bool close_queued_ = false;
    bool close_received_ = false;
    bool ended_ = false;  // failed, or closed by the peer: decoding has ended
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
