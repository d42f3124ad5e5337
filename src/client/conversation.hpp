// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// From the accepted handshake to the end of the stream: sends, receives, decodes, checks deadlines
// and detects the end. Its steps are those of one `poll`, in the order declared here; the attempt
// calls them and delivers the events.
#pragma once

#include <algorithm>
#include <optional>

#include "client/parts.hpp"
#include "protocol/heartbeat.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

struct ConversationStats {
    std::uint64_t pings_received = 0;
    std::uint64_t pongs_received = 0;
    std::uint64_t receive_stalls = 0;
    std::uint64_t discarded_size = 0;
};

class Conversation {
 public:
    explicit Conversation(Parts& parts);

    // ---- one poll

    void begin(std::uint64_t now_us) { heartbeat_.alive(now_us); }
    /// Returns true if nothing has happened for a long time, so that memory may be released. Called
    /// before anything is delivered, because views passed to listeners stay valid until the next
    /// poll.
    bool is_idle(std::uint64_t now_us) const {
        const Link& link = parts_.link;
        return parts_.life.state() == State::open &&
               now_us - std::max(link.received_us(), link.sent_us()) >= idle_after_us;
    }
    void send(std::uint64_t now_us);
    /// Receives what is available, within the budget of a poll, to decode or to discard it.
    void receive(std::uint64_t now_us);
    /// Returns the next event decoded: `message`, the first `close`, or `none` if nothing more is
    /// decoded in this poll.
    SessionEvent::Kind decode(std::uint64_t now_us);
    /// The shortcut of `decode` for most messages; on false, call `decode`.
    bool decode_message() {
        if (items_left_ == 0 || parts_.session.unparsed().empty() || !decodes()) return false;
        if (!parts_.session.next_message()) return false;
        --items_left_;
        return true;
    }
    void check_input(std::uint64_t now_us);
    void check_time(std::uint64_t now_us);
    void settle(std::uint64_t now_us);

    // ---- calls, inside a poll and outside

    bool decodes() const { return parts_.life.is_in(group::decoding); }
    Error ping(std::uint64_t now_us);
    void resume(std::uint64_t now_us);
    Error close(int code, std::string_view reason, std::uint64_t now_us);
    /// Ends the connection because of a message of the server, after a close frame with a code.
    void break_off(Cause cause, std::uint64_t now_us);
    void count_discarded(std::size_t size) { stats_.discarded_size += size; }

    /// Returns true if a poll would make progress at once.
    bool has_work() const;
    std::uint64_t next_deadline() const;
    std::size_t wait_set(std::span<WaitItem> items) const;
    const Heartbeat& heartbeat() const { return heartbeat_; }
    const ConversationStats& stats() const { return stats_; }

 private:
    static constexpr std::uint64_t idle_after_us = 10'000'000;
    // Why no more is decoded or discarded. Written when that stops in a poll.
    enum class Input : std::uint8_t {
        flowing,       // everything received is decoded
        budget_spent,  // more is left for the next poll
        queue_full,    // the next message waits until messages are taken
        block_full,    // in addition, there is no space to receive into
    };

    bool is_paused() const { return input_ == Input::queue_full || input_ == Input::block_full; }
    bool close_has_left() const;
    void send_outbox(std::uint64_t now_us);
    void note_progress(std::uint64_t now_us);
    void stop_decoding();
    void discard_staged();
    SessionEvent::Kind handle(const SessionEvent& event, std::uint64_t now_us);
    void on_pong(Bytes payload, std::uint64_t now_us);
    bool on_close(const SessionEvent& event, std::uint64_t now_us);
    void on_protocol_error(Cause cause, std::uint64_t now_us);
    void check_joining(std::uint64_t now_us);
    void check_liveness(std::uint64_t now_us);
    void check_closing(std::uint64_t now_us);
    void start_draining(std::uint64_t now_us);
    void settle_draining(std::uint64_t now_us);
    void end(Cause cause, std::uint64_t now_us, int os_error = 0);
    void end_lost(std::uint64_t now_us);
    std::uint64_t state_deadline() const;

    Parts& parts_;
    Heartbeat heartbeat_;
    // The ending after both close frames are sent; for a protocol error also without that.
    std::optional<Ending> pending_;
    std::uint64_t close_progress_us_ = 0;  // when our close frame was queued, partly sent, or sent
    Input input_ = Input::flowing;
    std::size_t items_left_ = 0;           // the rest of this poll's budget
    std::size_t undecoded_size_ = 0;       // when this poll began to decode
    std::size_t packets_when_paused_ = 0;  // 0: decoding is not paused
    ConversationStats stats_;
};

inline SessionEvent::Kind Conversation::decode(std::uint64_t now_us) {
    using Kind = SessionEvent::Kind;
    while (decodes()) {
        if (items_left_ == 0) {
            input_ = Input::budget_spent;
            break;
        }
        const SessionEvent event = parts_.session.next();
        if (event.kind == Kind::none) {
            stop_decoding();
            break;
        }
        --items_left_;
        if (event.kind == Kind::message) return event.kind;
        if (handle(event, now_us) == Kind::close) return Kind::close;
    }
    return Kind::none;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
