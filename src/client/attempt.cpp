// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A poll passes once through the turns, from the current one to `resting`. After each event that
// `advance` returns the state may have changed, because a listener may have closed the connection:
// each turn checks the state again. The end is detected after each turn, in one function.
#include "client/attempt.hpp"

#include <algorithm>
#include <utility>

#include "base/kept_errno.hpp"
#include "client/deadline.hpp"
#include "client/explanation.hpp"
#include "platform/process.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
Attempt::Attempt(Ports& ports, const Settings& settings, const Journal& journal, Failure& failure,
                 Texts&& texts, bool gd_mp_api, std::uint64_t now_us)
    : process_(process_id()),
      parts_(ports, settings, journal, failure, std::move(texts)),
      begun_us_(now_us),
      now_us_(now_us),
      opening_(parts_),
      conversation_(parts_) {
    if (gd_mp_api) {
        room_.emplace(settings.options.memory, settings.options.limits.peer_count_max);
    }
    parts_.life.enter(Event::begun, now_us_);
    static_cast<void>(take(opening_.begin(now_us_), Event::resolved));
}

Attempt::~Attempt() {
    if (process_id() != process_) {
        opening_.leave_resolver();
        return;
    }
    // The server then sees a regular end.
    if (is_in(group::established) && parts_.session.close(1000, {}) == Error::ok) {
        conversation_.send(now_us_);
    }
}

// ---- one poll --------------------------------------------------------------------------------

void Attempt::begin_poll(std::uint64_t now_us) {
    now_us_ = now_us;
    signals_left_ = parts_.settings.options.limits.poll_item_count_max;
    if (is_in(group::connecting)) turn_ = Turn::opening;
    if (is_in(group::conversing)) turn_ = Turn::sending;
}

AttemptEvent Attempt::advance_by_turns() {
    while (turn_ != Turn::resting && turn_ != Turn::over) {
        const AttemptEvent event = step();
        if (parts_.life.state() == State::closed && turn_ < Turn::ended) turn_ = Turn::ended;
        if (event.kind != Kind::none) return event;
        if (turn_ == Turn::leaving && signals_left_ == 0) break;
    }
    return {};
}

AttemptEvent Attempt::step() {
    switch (turn_) {
        case Turn::opening: return open();
        case Turn::sending: send_and_receive(); return {};
        case Turn::decoding: return decode();
        case Turn::announcing_room: return announce_room();
        case Turn::settling: settle(); return {};
        case Turn::ended: return conclude();
        case Turn::leaving: return leave_room();
        case Turn::resting:
        case Turn::over: return {};
    }
    return {};
}

// ---- opening ---------------------------------------------------------------------------------

// Returns true if the leg is done.
bool Attempt::take(Leg leg, Event event) {
    if (leg.outcome == Leg::Outcome::failed) end_opening(leg);
    if (leg.outcome == Leg::Outcome::done) parts_.life.enter(event, now_us_);
    return leg.outcome == Leg::Outcome::done;
}

void Attempt::end_opening(const Leg& leg) {
    parts_.life.end({leg.cause, parts_.life.phase(), leg.os_error}, now_us_);
}

AttemptEvent Attempt::open() {
    turn_ = Turn::resting;
    if (state() == State::resolving) take(opening_.resolve(now_us_), Event::resolved);
    if (state() == State::connecting) {
        const bool is_secure = opening_.is_secure();
        const Event next = is_secure ? Event::connected_to_secure : Event::connected;
        if (take(opening_.dial(now_us_), next) && is_secure) {
            const Leg leg = opening_.begin_tls();
            if (leg.outcome == Leg::Outcome::failed) end_opening(leg);
        }
    }
    if (state() == State::securing) take(opening_.secure(), Event::connected);
    if (state() == State::upgrading) {
        take(opening_.upgrade(now_us_), room_ ? Event::upgraded_to_join : Event::upgraded);
    }
    if (is_in(group::connecting)) check_opening_time();
    if (!is_in(group::established)) return {};
    conversation_.begin(now_us_);
    turn_ = Turn::sending;
    return {Kind::connection_established};
}

// Each leg has its own deadline, and the whole attempt has one.
void Attempt::check_opening_time() {
    const Timeouts& timeouts = parts_.settings.options.timeouts;
    const StateFacts& facts = facts_of(state());
    const bool all_late = now_us_ >= deadline(begun_us_, timeouts.attempt_ms);
    const bool is_late = now_us_ >= deadline(parts_.life.since_us(), timeouts.*facts.limit);
    if (!all_late && !is_late) return;
    end_opening(Leg::failed(all_late ? Cause::attempt_timed_out : facts.late));
}

// ---- conversation ----------------------------------------------------------------------------

void Attempt::send_and_receive() {
    turn_ = Turn::decoding;
    if (!is_in(group::conversing)) return;
    const bool is_idle = conversation_.is_idle(now_us_);
    if (is_idle) parts_.session.shrink();
    if (is_idle && room_) room_->shrink();
    conversation_.send(now_us_);
    conversation_.receive(now_us_);
    if (!room_) return;
    // Reserves memory so that `peers` does not move while this poll delivers signals.
    constexpr std::size_t message_size_min = 2 + system_packet_size;
    const std::size_t undecoded_size = parts_.session.unparsed().size();
    const std::size_t count_max = std::min(undecoded_size / message_size_min + 1,
                                           parts_.settings.options.limits.poll_item_count_max);
    if (undecoded_size > 0) static_cast<void>(room_->reserve(count_max));
}

AttemptEvent Attempt::decode() {
    const SessionEvent::Kind kind = conversation_.decode(now_us_);
    if (kind == SessionEvent::Kind::message) return on_message();
    if (kind == SessionEvent::Kind::close) {
        return {Kind::server_close_request, parts_.failure.close_code};
    }
    turn_ = Turn::settling;
    return {};
}

AttemptEvent Attempt::on_message() {
    if (room_) return on_room_message();
    if (!parts_.settings.options.discard_input) return {Kind::data_received};
    conversation_.count_discarded(parts_.session.take().payload.size());
    return {};
}

// The session queues every message; messages that are not user packets are removed from the queue
// here.
AttemptEvent Attempt::on_room_message() {
    const RoomEvent event = room_->receive(parts_.session.newest());
    const bool is_packet = event.kind == RoomEvent::Kind::packet;
    const bool is_kept = is_packet && !parts_.settings.options.discard_input;
    if (is_packet && !is_kept) {
        conversation_.count_discarded(parts_.session.newest().size() - multiplayer_header_size);
    }
    if (!is_kept) parts_.session.drop_newest();
    switch (event.kind) {
        case RoomEvent::Kind::none: break;
        case RoomEvent::Kind::joined:
            parts_.life.enter(Event::joined, now_us_);
            parts_.journal.joined(room_->unique_id());
            turn_ = Turn::announcing_room;
            return {Kind::peer_connected, server_peer};
        case RoomEvent::Kind::peer_connected: return {Kind::peer_connected, event.peer};
        case RoomEvent::Kind::peer_disconnected: return {Kind::peer_disconnected, event.peer};
        case RoomEvent::Kind::packet:
            if (is_kept) return {Kind::peer_packet, event.peer};
            break;
        case RoomEvent::Kind::failed: conversation_.break_off(event.cause, now_us_); break;
    }
    return {};
}

AttemptEvent Attempt::announce_room() {
    turn_ = Turn::decoding;
    if (!is_in(group::conversing)) return {};
    return {Kind::connection_succeeded};
}

void Attempt::settle() {
    turn_ = Turn::resting;
    if (conversation_.decodes()) conversation_.check_input(now_us_);
    conversation_.check_time(now_us_);
    if (is_in(group::conversing)) conversation_.send(now_us_);
    if (is_in(group::conversing)) conversation_.settle(now_us_);
}

// ---- the end ---------------------------------------------------------------------------------

AttemptEvent Attempt::conclude() {
    const Ending& ending = parts_.life.ending();
    const bool was_open = ending.phase >= Phase::join;
    parts_.failure.cause = ending.cause;
    parts_.failure.phase = ending.phase;
    parts_.failure.os_error = ending.os_error;
    parts_.failure.addresses_tried = opening_.addresses_tried();
    opening_.cancel();
    parts_.link.transport().close();
    const MutableBytes space = parts_.texts.explanation();
    TextWriter explanation(space.first(space.size() - 1));
    explain_failure(explanation, parts_.failure, parts_.texts.url());
    parts_.failure.explanation = explanation.text();
    space[parts_.failure.explanation.size()] = '\0';
    if (ending.is_clean()) {
        parts_.journal.ended_well(parts_.failure);
    } else {
        parts_.journal.failed(parts_.failure);
    }
    turn_ = room_ ? Turn::leaving : Turn::over;
    if (!was_open) return {Kind::connection_error};
    return {Kind::connection_closed, ending.is_clean() ? 1 : 0};
}

// Reports each remaining peer as disconnected, and then the room.
AttemptEvent Attempt::leave_room() {
    if (signals_left_ == 0) return {};
    --signals_left_;
    const PeerId peer = room_->take_peer();
    if (peer != no_peer) return {Kind::peer_disconnected, peer};
    turn_ = Turn::over;
    return {room_->is_joined() ? Kind::server_disconnected : Kind::connection_failed};
}

// ---- calls -----------------------------------------------------------------------------------

void Attempt::abandon(std::uint64_t now_us) {
    parts_.journal.cancelled();
    parts_.life.enter(Event::abandoned, now_us);
    opening_.cancel();
    parts_.link.transport().close();
    turn_ = Turn::over;
}

Error Attempt::put_and_flush(Opcode opcode, Bytes front, Bytes packet) {
    const bool nothing_waits = parts_.session.outbox().is_empty();
    const Error error = put(opcode, front, packet);
    if (error != Error::ok || !nothing_waits) return error;
    const KeptErrno kept;
    conversation_.send(now_us_);
    if (parts_.link.can_send()) return Error::ok;
    parts_.session.take_back();
    return Error::failed;
}

void Attempt::count(Stats& stats) const {
    const SessionStats& session = parts_.session.stats();
    const ConversationStats& conversation = conversation_.stats();
    const Heartbeat& heartbeat = conversation_.heartbeat();
    const RoundTrip& round_trip = heartbeat.round_trip();
    const Outbox& outbox = parts_.session.outbox();
    const Inbox& inbox = parts_.session.inbox();
    stats.bytes_received = parts_.link.stats().bytes_received;
    stats.bytes_sent = parts_.link.stats().bytes_sent;
    stats.send_stalls = parts_.link.stats().send_stalls;
    stats.frames_received = session.frames_received;
    stats.messages_received = session.messages_received;
    stats.messages_sent = session.messages_sent;
    stats.frames_sent =
        session.messages_sent - outbox.message_count() + outbox.control_frame_count();
    stats.pings_received = conversation.pings_received;
    stats.pongs_received = conversation.pongs_received;
    stats.pings_sent = heartbeat.queued_count();
    stats.pings_answered = heartbeat.answered_count();
    stats.receive_stalls = conversation.receive_stalls;
    stats.discarded_size = conversation.discarded_size + session.discarded_size;
    stats.round_trip_us = round_trip.last_us;
    stats.round_trip_min_us = round_trip.min_us;
    stats.round_trip_smoothed_us = round_trip.smoothed_us;
    stats.ignored_messages = room_ ? room_->ignored_count() : 0;
    stats.input_queued_size = inbox.queued_payload();
    stats.output_queued_size = is_in(group::conversing) ? outbox.queued_payload() : 0;
    stats.message_size_so_far = inbox.message_size();
    stats.buffer_size = inbox.size();
    stats.moved_size = inbox.moved_size();
}

std::uint64_t Attempt::next_deadline(std::uint64_t now_us) const {
    if (turn_ == Turn::ended || turn_ == Turn::leaving) return now_or_earlier;
    if (is_in(group::conversing)) {
        return conversation_.has_work() ? now_or_earlier : conversation_.next_deadline();
    }
    if (!is_in(group::connecting)) return never;
    const Timeouts& timeouts = parts_.settings.options.timeouts;
    return std::min({opening_.next_deadline(state(), now_us),
                     deadline(begun_us_, timeouts.attempt_ms),
                     deadline(parts_.life.since_us(), timeouts.*facts_of(state()).limit)});
}

std::size_t Attempt::wait_set(std::span<WaitItem> items) const {
    return is_in(group::conversing) ? conversation_.wait_set(items)
                                    : opening_.wait_set(state(), items);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
