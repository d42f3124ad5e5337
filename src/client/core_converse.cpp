// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// From open to draining. Each `converse` sends, receives all there is, delivers one event after the
// other, judges time, sends what that has queued, and looks whether this is the end.
//
// Sending and receiving fail independently: when a send fails the server's last words may still
// wait to be read, and when the stream has ended everything before it is decoded first.
#include <algorithm>

#include "client/core.hpp"

namespace linnet::inline v0 {
namespace {

constexpr std::uint64_t shrink_after_us = 10'000'000;
constexpr std::uint16_t policy_violation = 1008;  // RFC 6455 7.4.1

}  // namespace

ClientCore::Delivery ClientCore::converse() {
    // Before anything is delivered: what a listener is given stays where it is in this poll.
    if (state_ == State::open) shrink_when_idle();
    send_unsent();
    if (decodes()) {
        receive_all();
        if (is_multiplayer_) reserve_peers();
        if (deliver_events() == Delivery::stop) return Delivery::stop;
        judge_input();
    } else {
        drain();
    }
    if (state_ == State::joining) judge_joining();
    if (state_ == State::open) judge_liveness();
    send_unsent();
    if (is_conversing(state_)) settle();
    return Delivery::go_on;
}

// ---- bytes -----------------------------------------------------------------------------------

void ClientCore::send_unsent() {
    flush_transport();
    send_outbox();
    if (transport_.send_error() != 0) lose_sending(transport_.send_error());
    const bool has_left = !session_->outbox().ping_is_unsent() && !transport_.has_unsent();
    if (heartbeat_.ping_is_on_its_way() && has_left) heartbeat_.ping_sent(now_us_);
}

// Bytes that TLS has encrypted are not with the OS yet. A successful send proves nothing about the
// server, but one that succeeds after the OS took no more proves that the server is reading.
void ClientCore::flush_transport() {
    transport_.flush();
    if (!transport_.take_progress()) return;
    heartbeat_.alive(now_us_);
    close_progress_us_ = now_us_;
}

void ClientCore::send_outbox() {
    while (can_send_ && is_conversing(state_)) {
        Outbox::Pieces pieces;
        const std::size_t count = session_->unsent(pieces);
        if (count == 0) return;
        const IoResult result = transport_.send(std::span(pieces).first(count));
        if (result.status == IoResult::Outcome::failed) lose_sending(result.os_error);
        const bool was_blocked = send_is_blocked_;
        send_is_blocked_ = result.status == IoResult::Outcome::would_block;
        if (send_is_blocked_ && !was_blocked) {
            ++stats_.send_stalls;
            journal_.send_stalled();
        }
        if (result.status != IoResult::Outcome::moved) return;
        session_->sent(result.size);
        stats_.bytes_sent += result.size;
        sent_us_ = now_us_;
        close_progress_us_ = now_us_;
        if (was_blocked) heartbeat_.alive(now_us_);
    }
}

// The first error is the one that tells why.
void ClientCore::lose_sending(int os_error) {
    can_send_ = false;
    if (link_error_ == 0) link_error_ = os_error;
}

// True if there may be more.
bool ClientCore::receive_once(MutableBytes room) {
    const IoResult result = transport_.receive(room);
    if (result.status == IoResult::Outcome::moved) {
        session_->fill(result.size);
        stats_.bytes_received += result.size;
        received_us_ = now_us_;
        heartbeat_.alive(now_us_);
        return result.size == room.size() || transport_.has_staged();
    }
    if (result.status == IoResult::Outcome::end) stream_ended_ = true;
    const bool failed = result.status == IoResult::Outcome::failed;
    if (failed && link_error_ == 0) link_error_ = result.os_error;
    if (result.status != IoResult::Outcome::would_block) can_receive_ = false;
    return false;
}

void ClientCore::receive_all() {
    input_is_full_ = false;
    std::uint64_t left = options_.limits.poll_size_max;
    bool more = true;
    while (more && left > 0) {
        // Also when nothing can be received any more: it makes room for what is held.
        MutableBytes room = session_->room();
        if (!can_receive_) break;
        input_is_full_ = room.empty();
        if (input_is_full_) break;
        room = room.first(static_cast<std::size_t>(std::min<std::uint64_t>(room.size(), left)));
        const std::uint64_t before = stats_.bytes_received;
        more = receive_once(room);
        left -= stats_.bytes_received - before;
    }
    quiet_ = !more || !can_receive_;
}

// Packets that nobody takes keep the server waiting. Without a packet to take, and with nothing
// left to decode, only memory could make room.
void ClientCore::judge_input() {
    if (!is_conversing(state_)) return;
    if (input_is_full_ && !work_is_left_ && session_->is_starved()) {
        return end(Cause::out_of_memory);
    }
    const std::size_t count = session_->packet_count();
    const bool is_stalled = count > 0 && (session_->input_is_held() || input_is_full_);
    if (is_stalled == is_stalled_) return;
    is_stalled_ = is_stalled;
    if (!is_stalled) return journal_.goes_on();
    ++stats_.receive_stalls;
    journal_.stalled(count, session_->queued_payload());
}

// Receives what nobody will read, behind the server's close frame or its breach, so that closing
// the socket does not reset the connection and with it destroy our close frame on its way.
void ClientCore::drain() {
    std::array<std::uint8_t, 2048> scrap;
    std::size_t left = options_.limits.poll_size_max;
    quiet_ = !can_receive_;
    while (!quiet_ && left > 0) {
        const IoResult result = transport_.receive(scrap);
        quiet_ = result.status != IoResult::Outcome::moved;
        can_receive_ = !quiet_ || result.status == IoResult::Outcome::would_block;
        stats_.bytes_received += result.size;
        stats_.discarded_size += result.size;
        left -= std::min(left, result.size);
    }
}

// ---- events ----------------------------------------------------------------------------------

ClientCore::Delivery ClientCore::deliver_events() {
    work_is_left_ = false;
    const std::size_t unparsed_size = session_->unparsed().size();
    for (std::size_t i = 0; i < options_.limits.poll_item_count_max; ++i) {
        const SessionEvent event = session_->next();
        if (event.kind == SessionEvent::Kind::none) {
            held_packet_count_ = session_->packet_count();
            // What was decoded has made room, which only the next poll finds.
            work_is_left_ = (session_->input_needs_room() || input_is_full_) &&
                            session_->unparsed().size() < unparsed_size;
            return Delivery::go_on;
        }
        if (handle(event) == Delivery::stop) return Delivery::stop;
        if (!decodes()) return Delivery::go_on;
    }
    work_is_left_ = true;
    return Delivery::go_on;
}

ClientCore::Delivery ClientCore::handle(const SessionEvent& event) {
    switch (event.kind) {
        case SessionEvent::Kind::none: break;
        case SessionEvent::Kind::message:
            if (is_multiplayer_) return hear_packet();
            if (!options_.discard_input) return deliver([&] { face_.data_received.notify(); });
            stats_.discarded_size += session_->take().payload.size();
            break;
        case SessionEvent::Kind::ping: ++stats_.pings_received; break;
        case SessionEvent::Kind::pong:
            ++stats_.pongs_received;
            if (heartbeat_.pong(event.payload, now_us_)) {
                journal_.ponged(heartbeat_.round_trip().last_us);
            }
            break;
        case SessionEvent::Kind::close: return handle_close(event);
        case SessionEvent::Kind::failed: handle_breach(event.cause); break;
    }
    return Delivery::go_on;
}

ClientCore::Delivery ClientCore::handle_close(const SessionEvent& event) {
    failure_.close_code = event.close_code;
    std::copy(event.close_reason.begin(), event.close_reason.end(), close_reason_.begin());
    failure_.close_reason = text_of(Bytes(close_reason_).first(event.close_reason.size()));
    journal_.close_received(event.close_code, failure_.close_reason);
    const bool is_second = state_ == State::closing;
    enter(Event::they_closed);
    if (is_second) return Delivery::go_on;
    closed_by_server_ = true;
    close_progress_us_ = now_us_;
    const int code = event.close_code;
    const std::string_view reason = failure_.close_reason;
    return deliver([&] { face_.server_close_request.notify(code, reason); });
}

// The framing holds, but what is in the frames does not: the server is told so.
void ClientCore::break_off(Cause cause) {
    if (session_->close(policy_violation, {}) != Error::ok) return end(cause);
    handle_breach(cause);
}

void ClientCore::handle_breach(Cause cause) {
    if (state_ == State::closing || !session_->close_is_queued()) return end(cause);
    journal_.broken(cause);
    breach_phase_ = phase();
    breach_ = cause;
    enter(Event::broken);
    close_progress_us_ = now_us_;
}

void ClientCore::shrink_when_idle() {
    if (now_us_ - std::max(received_us_, sent_us_) >= shrink_after_us) session_->shrink();
}

// ---- time ------------------------------------------------------------------------------------

// Silence counts only if we listen: not while our own full queue keeps the server silent, nor while
// its words wait for the next poll. What has just been received is life, so that a program that did
// not poll for long finds its link alive.
void ClientCore::judge_liveness() {
    const bool has_more = session_->input_is_held() || input_is_full_ || work_is_left_;
    if (has_more) return heartbeat_.alive(now_us_);
    const std::uint64_t message_us = std::uint64_t{options_.timeouts.message_ms} * 1000;
    if (message_us != 0 && session_->message_is_incomplete() &&
        now_us_ - received_us_ >= message_us) {
        return end(Cause::message_timed_out);
    }
    const Heartbeat::Due due = heartbeat_.due(now_us_);
    if (due == Heartbeat::Due::dead) return end(Cause::pong_timed_out);
    if (due == Heartbeat::Due::ping) {
        if (session_->ping(heartbeat_.ping_queued(now_us_)) != Error::ok) {
            return end(Cause::no_entropy);
        }
        journal_.pinged();
    }
}

// Input that never stops coming postpones the verdict, but only once and as long again.
void ClientCore::judge_closing() {
    if (now_us_ < closing_deadline()) return;
    const bool is_quiet = (quiet_ || input_is_full_) && !work_is_left_;
    if (!is_quiet && overdue_since_us_ == 0) overdue_since_us_ = now_us_;
    const std::uint64_t closing_us = std::uint64_t{options_.timeouts.closing_ms} * 1000;
    if (!is_quiet && now_us_ - overdue_since_us_ < closing_us) return;
    end(close_has_left() ? Cause::close_not_answered : Cause::close_not_sent);
}

// ---- the end ---------------------------------------------------------------------------------

void ClientCore::say_goodbye() {
    transport_.shutdown_send();
    enter(Event::goodbye_sent);
    drain();
    settle_draining();
}

void ClientCore::settle_draining() {
    if (can_receive_ && now_us_ < state_deadline()) return;
    if (breach_ != Cause::none) return end(breach_);
    end_well();
}

// The link is gone and nothing of what came before is left to decode. An error counts more than an
// end of stream: after a reset that sending has noticed the OS shows receiving nothing but an end.
void ClientCore::settle_lost_link() {
    end(lost(link_error_ == 0 ? Cause::end_of_stream : Cause::connection_lost), link_error_);
}

void ClientCore::settle() {
    const bool all_decoded = !work_is_left_ && !session_->input_is_held();
    const bool link_is_lost = all_decoded && (!can_receive_ || (!can_send_ && quiet_));
    switch (state_) {
        case State::joining:
        case State::open:
            if (link_is_lost) settle_lost_link();
            return;
        case State::closing:
            if (link_is_lost) return settle_lost_link();
            return judge_closing();
        case State::answering:
        case State::failing:
            if (close_has_left()) return say_goodbye();
            if (!can_send_) return settle_lost_link();
            return judge_closing();
        case State::draining: return settle_draining();
        case State::idle:
        case State::resolving:
        case State::connecting:
        case State::securing:
        case State::upgrading:
        case State::closed: return;
    }
}

}  // namespace linnet::inline v0
