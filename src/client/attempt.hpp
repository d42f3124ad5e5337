// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// One attempt, from `connect_to_url` to the next one. It still exists after the connection has
// ended: received packets stay readable, and the room is left peer by peer. A new attempt is
// constructed, never reset, so that no state of the old one remains.
//
// The stages are not a variant: the session (unread packets), the link (statistics) and the dialler
// (addresses tried) are needed after their stage.
//
// `advance` does bounded work and returns the next event; it calls no listener. While a listener
// runs, no function of the attempt is on the stack.
#pragma once

#include "client/conversation.hpp"
#include "client/opening.hpp"
#include "linnet/protocol/multiplayer_room.hpp"
#include "linnet/websocket_client.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// One signal, by its name.
struct AttemptEvent {
    enum class Kind : std::uint8_t {
        none,
        connection_established,
        connection_error,
        connection_closed,  // number: 1 if clean
        data_received,
        server_close_request,  // number: the code
        peer_connected,        // number: the peer, also for the next ones
        peer_disconnected,
        peer_packet,
        connection_succeeded,
        connection_failed,
        server_disconnected,
    };
    Kind kind = Kind::none;
    int number = 0;
};

/// Keeps the memory of a signal's texts while listeners may read them.
struct SignalTexts {
    explicit SignalTexts(Memory* memory) : texts(memory), response(memory) {}
    bool is_empty() const { return texts.size() == 0; }
    void release() {
        texts.release();
        response.release();
    }
    Block texts;
    Block response;
};

class Attempt {
 public:
    /// `failure` receives the details of the end.
    Attempt(Ports& ports, const Settings& settings, const Journal& journal, Failure& failure,
            Texts&& texts, bool gd_mp_api, std::uint64_t now_us);
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;
    /// Drops the connection; if it was open, tries once to send a close frame. In a forked child it
    /// only closes the descriptors: the conversation continues in the parent.
    ~Attempt();

    // ---- one poll

    void begin_poll(std::uint64_t now_us);
    AttemptEvent advance() {
        const bool is_message = turn_ == Turn::decoding && !room_ &&
                                !parts_.settings.options.discard_input &&
                                conversation_.decode_message();
        return is_message ? AttemptEvent{AttemptEvent::Kind::data_received} : advance_by_turns();
    }
    std::string_view protocol() const { return opening_.protocol(); }
    std::string_view close_reason() const { return parts_.failure.close_reason; }
    /// Moves the texts out of an attempt that a listener replaces.
    void give_texts(SignalTexts& kept) {
        kept.texts.swap(parts_.texts.block());
        kept.response.swap(opening_.response());
    }

    // ---- calls

    State state() const { return parts_.life.state(); }
    bool is_in(std::uint8_t groups) const { return parts_.life.is_in(groups); }
    /// Ends a connecting attempt without a signal.
    void abandon(std::uint64_t now_us);
    Error close(int code, std::string_view reason, std::uint64_t now_us) {
        return conversation_.close(code, reason, now_us);
    }
    Error put(Opcode opcode, Bytes front, Bytes packet) {
        const bool can_put = state() == State::open && parts_.link.can_send();
        return can_put ? parts_.session.put(opcode, front, packet) : Error::failed;
    }
    /// Does the same and sends the message at once if nothing else is queued.
    Error put_and_flush(Opcode opcode, Bytes front, Bytes packet);
    Error ping(std::uint64_t now_us) { return conversation_.ping(now_us); }
    void resume(std::uint64_t now_us) { conversation_.resume(now_us); }
    void flush(std::uint64_t now_us) {
        if (is_in(group::conversing) && state() != State::draining) conversation_.send(now_us);
    }
    bool set_no_delay(bool enabled) { return parts_.link.transport().set_no_delay(enabled); }

    std::size_t message_count() const { return parts_.session.message_count(); }
    /// Returns the oldest message; there must be one.
    Bytes take() {
        const Inbox::Message packet = parts_.session.take();
        last_was_text_ = packet.is_text;
        return packet.payload;
    }
    /// Returns true if the last message taken was a text message.
    bool last_was_text() const { return last_was_text_; }
    Bytes oldest() const { return parts_.session.oldest(); }
    bool is_multiplayer() const { return room_.has_value(); }
    const MultiplayerRoom* room() const { return room_ ? &*room_ : nullptr; }

    std::string_view response_headers() const { return opening_.response_headers(); }
    std::string_view connected_host() const { return opening_.connected_host(); }
    std::uint16_t connected_port() const { return opening_.connected_address().port; }
    std::size_t queued_payload() const { return parts_.session.outbox().queued_payload(); }
    void count(Stats& stats) const;

    /// Returns true while signals are to be delivered or there is something to wait for.
    bool is_under_way() const { return is_in(group::alive) || turn_ != Turn::over; }
    std::uint64_t next_deadline(std::uint64_t now_us) const;
    std::size_t wait_set(std::span<WaitItem> items) const;

 private:
    // Where `advance` continues.
    enum class Turn : std::uint8_t {
        opening,
        sending,
        decoding,
        announcing_room,  // its second signal
        settling,
        resting,  // nothing more to do in this poll
        ended,    // the final signal is due
        leaving,  // the signals of leaving the room follow
        over,
    };
    using Kind = AttemptEvent::Kind;

    AttemptEvent advance_by_turns();
    inline AttemptEvent step();
    AttemptEvent open();
    bool take(Leg leg, Event event);
    void end_opening(const Leg& leg);
    void check_opening_time();
    inline void send_and_receive();
    inline AttemptEvent decode();
    inline AttemptEvent on_message();
    AttemptEvent on_room_message();
    AttemptEvent announce_room();
    inline void settle();
    AttemptEvent conclude();
    AttemptEvent leave_room();

    const std::uint64_t process_;  // the process that began the attempt
    Parts parts_;
    std::uint64_t begun_us_;
    std::uint64_t now_us_;  // the begin of the last poll
    Turn turn_ = Turn::opening;
    std::size_t signals_left_ = 0;  // the rest of this poll's budget, for leaving a room
    Opening opening_;
    Conversation conversation_;
    std::optional<MultiplayerRoom> room_;  // gd_mp_api
    bool last_was_text_ = false;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
