// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Deadlines are checked after received bytes are decoded, so that a program that has not polled for
// a long time finds its connection alive. Data received before the connection ends is decoded
// before the end is reported.
#include "client/conversation.hpp"

#include <algorithm>

#include "client/deadline.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t decode_size_min = 16 * 1024;  // takes a few microseconds
constexpr std::uint16_t policy_violation = 1008;    // RFC 6455 7.4.1

constexpr std::uint64_t us(std::uint32_t ms) {
    return std::uint64_t{ms} * 1000;
}

}  // namespace

Conversation::Conversation(Parts& parts)
    : parts_(parts),
      heartbeat_(us(parts.settings.options.timeouts.ping_ms),
                 us(parts.settings.options.timeouts.pong_ms)) {}

// ---- bytes -----------------------------------------------------------------------------------

void Conversation::note_progress(std::uint64_t now_us) {
    heartbeat_.alive(now_us);
    close_progress_us_ = now_us;
}

void Conversation::send(std::uint64_t now_us) {
    parts_.link.flush();
    if (parts_.link.take_progress()) note_progress(now_us);
    send_outbox(now_us);
    const bool has_left =
        !parts_.session.outbox().ping_is_unsent() && !parts_.link.transport().has_unsent();
    if (heartbeat_.ping_is_on_its_way() && has_left) heartbeat_.ping_sent(now_us);
}

void Conversation::send_outbox(std::uint64_t now_us) {
    while (!parts_.session.outbox().is_empty() && parts_.link.can_send()) {
        Outbox::Pieces pieces;
        const std::size_t count = parts_.session.unsent(pieces);
        if (count == 0) return;
        const std::size_t size = parts_.link.send(std::span(pieces).first(count), now_us);
        if (size == 0) return;
        parts_.session.sent(size);
        close_progress_us_ = now_us;
        if (parts_.link.take_progress()) note_progress(now_us);
    }
}

void Conversation::receive(std::uint64_t now_us) {
    const Limits& limits = parts_.settings.options.limits;
    if (!decodes()) {
        const std::size_t size = parts_.link.discard(limits.poll_size_max, now_us);
        stats_.discarded_size += size;
        input_ = size >= limits.poll_size_max && parts_.link.transport().has_staged()
                     ? Input::budget_spent
                     : Input::flowing;
        return;
    }
    // After the deadline of joining, only data already received is decoded.
    const bool is_late = parts_.life.state() == State::joining && input_ == Input::budget_spent &&
                         now_us >= state_deadline();
    input_ = Input::flowing;
    items_left_ = limits.poll_item_count_max;
    std::size_t left = limits.poll_size_max;
    for (bool more = !is_late; more && left > 0;) {
        // Called even if nothing can be received any more: it makes space for paused messages.
        const MutableBytes space = parts_.session.receive_buffer();
        if (!parts_.link.can_receive()) break;
        if (space.empty()) {
            input_ = Input::block_full;
            break;
        }
        const auto received =
            parts_.link.receive(space.first(std::min(space.size(), left)), now_us);
        more = received.may_have_more;
        if (received.size == 0) continue;
        parts_.session.fill(received.size);
        heartbeat_.alive(now_us);
        left -= received.size;
    }
    parts_.session.limit_work(std::max(limits.poll_size_max, decode_size_min));
    undecoded_size_ = parts_.session.unparsed().size();
}

// ---- events ----------------------------------------------------------------------------------

// Returns none for events without a signal.
SessionEvent::Kind Conversation::handle(const SessionEvent& event, std::uint64_t now_us) {
    switch (event.kind) {
        case SessionEvent::Kind::ping: ++stats_.pings_received; break;
        case SessionEvent::Kind::pong: on_pong(event.payload, now_us); break;
        case SessionEvent::Kind::failed: on_protocol_error(event.cause, now_us); break;
        case SessionEvent::Kind::close:
            if (on_close(event, now_us)) return event.kind;
            break;
        default: break;
    }
    return SessionEvent::Kind::none;
}

void Conversation::stop_decoding() {
    // Decoding has freed space, which is used in the next poll.
    const bool has_made_space =
        (parts_.session.input_needs_space() || input_ == Input::block_full) &&
        parts_.session.unparsed().size() < undecoded_size_;
    if (has_made_space || parts_.session.work_is_spent()) {
        input_ = Input::budget_spent;
    } else if (input_ == Input::flowing && parts_.session.input_is_paused()) {
        input_ = Input::queue_full;
    }
}

void Conversation::on_pong(Bytes payload, std::uint64_t now_us) {
    ++stats_.pongs_received;
    if (heartbeat_.pong(payload, now_us)) parts_.journal.ponged(heartbeat_.round_trip().last_us);
}

// Returns true if the server closes first.
bool Conversation::on_close(const SessionEvent& event, std::uint64_t now_us) {
    const MutableBytes kept = parts_.texts.close_reason();
    std::copy(event.close_reason.begin(), event.close_reason.end(), kept.begin());
    parts_.failure.close_code = event.close_code;
    parts_.failure.close_reason = text_of(kept.first(event.close_reason.size()));
    parts_.journal.close_received(event.close_code, parts_.failure.close_reason);
    const bool is_first = parts_.life.state() != State::closing;
    parts_.life.enter(Event::they_closed, now_us);
    discard_staged();
    if (!is_first) return false;
    pending_ = {Cause::closed_by_server, parts_.life.phase(), 0};
    close_progress_us_ = now_us;
    return true;
}

// Ends the connection because of a message whose framing is valid but whose content is not.
void Conversation::break_off(Cause cause, std::uint64_t now_us) {
    if (parts_.session.close(policy_violation, {}) != Error::ok) return end(cause, now_us);
    on_protocol_error(cause, now_us);
}

void Conversation::on_protocol_error(Cause cause, std::uint64_t now_us) {
    if (parts_.life.state() == State::closing || !parts_.session.close_is_queued())
        return end(cause, now_us);
    parts_.journal.protocol_error(cause);
    pending_ = {cause, parts_.life.phase(), 0};
    parts_.life.enter(Event::protocol_error, now_us);
    discard_staged();
    close_progress_us_ = now_us;
}

// No socket wakes the program for bytes that TLS has already received: the next poll discards them.
void Conversation::discard_staged() {
    input_ = parts_.link.transport().has_staged() ? Input::budget_spent : Input::flowing;
}

// A full queue pauses the server until packets are taken. If there is no packet to take and nothing
// left to decode, only more memory could make space.
void Conversation::check_input(std::uint64_t now_us) {
    if (!parts_.life.is_in(group::conversing) || input_ == Input::budget_spent) return;
    if (input_ == Input::block_full && parts_.session.is_starved()) {
        return end(Cause::out_of_memory, now_us);
    }
    const bool was_paused = packets_when_paused_ > 0;
    packets_when_paused_ = is_paused() ? parts_.session.message_count() : 0;
    if (was_paused == (packets_when_paused_ > 0)) return;
    if (was_paused) return parts_.journal.continued();
    ++stats_.receive_stalls;
    parts_.journal.stalled(packets_when_paused_, parts_.session.queued_payload());
}

// ---- calls -----------------------------------------------------------------------------------

Error Conversation::ping(std::uint64_t now_us) {
    const Error error = parts_.session.ping(heartbeat_.next_payload());
    if (error != Error::ok) return error;
    heartbeat_.ping_queued(now_us);
    parts_.journal.pinged();
    return Error::ok;
}

void Conversation::resume(std::uint64_t now_us) {
    parts_.journal.resumed();
    parts_.link.forgive_silence(now_us);
    heartbeat_.alive(now_us);
    static_cast<void>(ping(now_us));  // without entropy the heartbeat repeats it or ends
}

Error Conversation::close(int code, std::string_view reason, std::uint64_t now_us) {
    if (code < 0 || code > 0xFFFF) return Error::invalid_parameter;
    const Error error = parts_.session.close(static_cast<std::uint16_t>(code), reason);
    if (error != Error::ok) return error;
    parts_.journal.closes(code, reason);
    parts_.life.enter(Event::we_closed, now_us);
    pending_ = {Cause::closed_by_client, parts_.life.phase(), 0};
    close_progress_us_ = now_us;
    if (is_paused()) input_ = Input::budget_spent;  // discards what did not fit
    return Error::ok;
}

// ---- time ------------------------------------------------------------------------------------

void Conversation::check_time(std::uint64_t now_us) {
    if (parts_.life.state() == State::joining) check_joining(now_us);
    if (parts_.life.state() == State::open) check_liveness(now_us);
}

void Conversation::check_joining(std::uint64_t now_us) {
    if (input_ == Input::budget_spent || now_us < state_deadline()) return;
    break_off(facts_of(State::joining).late, now_us);
}

// Silence counts only while we receive: not while our full queue pauses the server, nor while its
// data waits for the next poll.
void Conversation::check_liveness(std::uint64_t now_us) {
    if (input_ != Input::flowing) return heartbeat_.alive(now_us);
    const std::uint32_t message_ms = parts_.settings.options.timeouts.message_ms;
    if (parts_.session.message_is_incomplete() &&
        now_us >= deadline(parts_.link.received_us(), message_ms)) {
        return end(Cause::message_timed_out, now_us);
    }
    const Heartbeat::Due due = heartbeat_.due(now_us);
    if (due == Heartbeat::Due::dead) return end(Cause::pong_timed_out, now_us);
    if (due == Heartbeat::Due::ping && ping(now_us) != Error::ok) end(Cause::no_entropy, now_us);
}

std::uint64_t Conversation::state_deadline() const {
    const StateFacts& facts = facts_of(parts_.life.state());
    if (facts.limit == nullptr) return never;
    // The deadline of our close frame restarts with each byte sent.
    const bool waits_for_close =
        parts_.life.phase() == Phase::closing && parts_.life.state() != State::draining;
    return deadline(waits_for_close ? close_progress_us_ : parts_.life.since_us(),
                    parts_.settings.options.timeouts.*facts.limit);
}

std::uint64_t Conversation::next_deadline() const {
    if (parts_.life.state() != State::open) return state_deadline();
    if (is_paused()) return never;
    const std::uint32_t message_ms = parts_.settings.options.timeouts.message_ms;
    const std::uint64_t message = parts_.session.message_is_incomplete()
                                      ? deadline(parts_.link.received_us(), message_ms)
                                      : never;
    return std::min(message, heartbeat_.next_deadline());
}

bool Conversation::has_work() const {
    if (!decodes()) return input_ == Input::budget_spent && parts_.link.can_receive();
    if (is_paused()) return parts_.session.message_count() < packets_when_paused_;
    return input_ == Input::budget_spent || parts_.link.transport().has_staged();
}

std::size_t Conversation::wait_set(std::span<WaitItem> items) const {
    const bool has_space = !decodes() || input_ != Input::block_full;
    return parts_.link.wait_set(items, has_space, !parts_.session.outbox().is_empty());
}

// ---- the end ---------------------------------------------------------------------------------

bool Conversation::close_has_left() const {
    return parts_.session.close_is_sent() && !parts_.link.transport().has_unsent();
}

void Conversation::settle(std::uint64_t now_us) {
    const bool all_decoded = input_ != Input::budget_spent && !parts_.session.input_is_paused();
    const bool is_quiet = parts_.link.is_quiet() && input_ != Input::block_full;
    const bool link_is_lost =
        all_decoded && (!parts_.link.can_receive() || (!parts_.link.can_send() && is_quiet));
    switch (parts_.life.state()) {
        case State::joining:
        case State::open:
            if (link_is_lost) end_lost(now_us);
            return;
        case State::closing:
            if (link_is_lost) return end_lost(now_us);
            return check_closing(now_us);
        case State::answering:
        case State::failing:
            if (close_has_left()) return start_draining(now_us);
            if (!parts_.link.can_send()) return end_lost(now_us);
            return check_closing(now_us);
        case State::draining: return settle_draining(now_us);
        default: return;
    }
}

void Conversation::check_closing(std::uint64_t now_us) {
    if (now_us < state_deadline()) return;
    end(close_has_left() ? facts_of(parts_.life.state()).late : Cause::close_not_sent, now_us);
}

void Conversation::start_draining(std::uint64_t now_us) {
    parts_.link.transport().shutdown_send();
    parts_.life.enter(Event::close_done, now_us);
    receive(now_us);
    settle_draining(now_us);
}

void Conversation::settle_draining(std::uint64_t now_us) {
    if (parts_.link.can_receive() && now_us < state_deadline()) return;
    parts_.life.end(*pending_, now_us);
}

// An error takes precedence over an end of stream: after a reset detected by sending, the OS
// reports only an end when receiving.
void Conversation::end_lost(std::uint64_t now_us) {
    const bool has_error = parts_.link.os_error() != 0;
    const Cause cause = parts_.link.lost(has_error ? Cause::connection_lost : Cause::end_of_stream);
    end(cause, now_us, parts_.link.os_error());
}

// A violation of the protocol by the server stays the cause, even if the connection then ends
// otherwise.
void Conversation::end(Cause cause, std::uint64_t now_us, int os_error) {
    const bool has_protocol_error = pending_ && !pending_->is_clean();
    const Ending ending = {has_protocol_error ? pending_->cause : cause,
                           has_protocol_error ? pending_->phase : parts_.life.phase(), os_error};
    parts_.life.end(ending, now_us);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
