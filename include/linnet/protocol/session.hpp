// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A WebSocket conversation after the opening handshake, RFC 6455 5-8: bytes in, events and messages
// out; messages in, bytes out. No socket, no clock. Both roles, so that it can be tested, fuzzed
// and measured against itself; `WebSocketClient` runs on it as it is.
//
//     while (receive into session.room(), session.fill(n)) {
//         for (SessionEvent event; (event = session.next()).kind != SessionEvent::Kind::none;) ...
//         session.unsent(pieces), send, session.sent(n);
//     }
//
// Pings are answered, a close frame is answered, and an error of the peer is told to it in a close
// frame: each is queued before `next` returns its event.
#pragma once

#include "linnet/codec/utf8.hpp"
#include "linnet/limits.hpp"
#include "linnet/protocol/inbox.hpp"
#include "linnet/protocol/outbox.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

struct SessionEvent {
    enum class Kind : std::uint8_t {
        none,     ///< nothing more to decode, or nothing more may be (`Session::input_is_paused`,
                  ///< `Session::work_is_spent`)
        message,  ///< a message was queued: `take`
        ping,     ///< `payload`; the pong is queued
        pong,     ///< `payload`
        close,    ///< `close_code` and `close_reason`; the answer is queued, unless we closed first
        failed,   ///< `cause`; a close frame that tells the peer is queued. Nothing comes after it
    };
    Kind kind = Kind::none;
    Cause cause = Cause::none;
    std::uint16_t close_code = 0;   ///< 0 if the frame had none
    std::string_view close_reason;  ///< UTF-8. Views live until `room` is called
    Bytes payload;
};

/// What a session has counted.
struct SessionStats {
    std::uint64_t frames_received = 0;
    std::uint64_t messages_received = 0;
    std::uint64_t messages_sent = 0;   ///< taken by `put`
    std::uint64_t discarded_size = 0;  ///< payload bytes that came after we had closed
};

class Session {
 public:
    /// Takes no memory before `room` and `put`. `entropy` gives a client's masking keys; it and
    /// `memory` must outlive the session.
    Session(Role role, const Limits& limits, Entropy& entropy, Memory* memory);

    /// The block of the inbox is never larger with these limits: an entry of the queue and a frame
    /// header for each message, and some for what is between them.
    static constexpr std::size_t inbox_size_max(const Limits& limits) {
        const std::size_t each = Inbox::entry_size + frame_header_size_max;
        const std::size_t payload = limits.input_payload_max > limits.response_size_max
                                        ? limits.input_payload_max
                                        : limits.response_size_max;
        return payload + limits.input_message_count_max * each + 4096;
    }

    // ---- bytes in

    /// Where received bytes go; see `Inbox::room`. Empty while the queue is full: let TCP wait.
    MutableBytes receive_buffer() { return inbox_.receive_buffer(); }
    void fill(std::size_t size) { inbox_.fill(size); }
    /// Received bytes that were not looked at: during the opening handshake its answer stands
    /// there.
    Bytes unparsed() { return inbox_.unparsed(); }
    /// The first `size` of them are no frames.
    void skip(std::size_t size) { inbox_.skip(size); }

    /// Decodes received bytes up to the next event. The story of events is the same however the
    /// bytes were cut.
    SessionEvent next();
    /// The shortcut of `next` for most messages: true, and a message was queued, if it comes next
    /// in one frame that is all there. Otherwise nothing has changed, and `next` says what comes.
    bool next_message();
    /// Bounds what `next` does from now on: bytes it looks at, and `frame_work` more for each
    /// frame. When that is spent it returns none, and `work_is_spent`.
    void limit_work(std::size_t size) { work_left_ = size; }
    bool work_is_spent() const { return work_left_ == 0; }
    static constexpr std::size_t frame_work = 16;

    /// The next data frame does not fit into the queue: it waits until messages are taken.
    bool input_is_paused() const { return paused_; }
    /// It waits only for a place in the block, which the next `room` may find.
    bool input_needs_space() const { return needs_space_; }
    /// Part of a message has arrived.
    bool message_is_incomplete() const { return message_active_; }
    /// There is no room because there is no memory, and no message to take that would make some.
    bool is_starved() const { return inbox_.starved() && inbox_.message_count() == 0; }

    // ---- messages

    std::size_t message_count() const { return inbox_.message_count(); }
    std::size_t queued_payload() const { return inbox_.queued_payload(); }
    /// The oldest message, in place: its bytes live until `room` is called. There must be one.
    Inbox::Message take() { return inbox_.take(); }
    /// The same, and it stays in the queue; likewise the newest. There must be one.
    Bytes oldest() const { return inbox_.oldest(); }
    Bytes newest() const { return inbox_.newest(); }
    /// The newest message was none of the queue's: its bytes are dead.
    void drop_newest() { inbox_.drop_newest(); }

    /// Sends `front` and `payload`, one behind the other, as one message of `opcode` text or
    /// binary. All or nothing: failed after a close began or without entropy, invalid_data if a
    /// text is not UTF-8 (`front` is not looked at), else as `Outbox::put`.
    Error put(Opcode opcode, Bytes front, Bytes payload);
    /// Takes the last `put` back, when nothing was queued before it and nothing can be sent.
    void take_back() {
        outbox_.drop_messages();
        --stats_.messages_sent;
    }
    /// Sends a ping of at most 125 bytes. Failed after a close began, or without entropy.
    Error ping(Bytes payload);
    /// Begins to close: `code` as `is_close_code` allows or 0 for none, `reason` UTF-8 and cut to
    /// 123 bytes at a character. What was put before goes first; what is received from now on is
    /// discarded but for the peer's close frame. Failed if a close has begun already.
    Error close(std::uint16_t code, std::string_view reason);

    // ---- bytes out: see Outbox

    std::size_t unsent(Outbox::Pieces& pieces) { return outbox_.unsent(pieces); }
    void sent(std::size_t size) { outbox_.sent(size); }
    const Outbox& outbox() const { return outbox_; }

    // ---- closing

    bool close_is_queued() const { return close_queued_; }
    bool close_is_sent() const { return close_queued_ && !outbox_.close_is_unsent(); }
    bool close_is_received() const { return close_received_; }

    /// Gives back memory that is not in use.
    void shrink();
    const SessionStats& stats() const { return stats_; }
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

    // The message in progress, RFC 6455 5.4.
    bool message_active_ = false;
    bool message_is_text_ = false;
    std::size_t fragment_count_ = 0;
    Utf8Validator utf8_;

    // The data frame in progress.
    bool frame_active_ = false;
    FrameHeader frame_;
    std::uint64_t frame_offset_ = 0;  // payload bytes already taken

    std::size_t work_left_ = SIZE_MAX;
    bool paused_ = false;
    bool needs_space_ = false;
    bool close_queued_ = false;
    bool close_received_ = false;
    bool ended_ = false;  // failed, or the peer has closed: nothing more is decoded
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
