// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The life of a connection.
//
// One `poll` is one `run`. It moves an attempt as far as it goes without waiting: resolve, dial,
// upgrade, converse; each of these looks at the outside first, and only then are deadlines judged,
// so that a program that did not poll for a long time loses no healthy connection. Signals are
// emitted one at a time, each from a settled state, and the signal of the end comes last.
//
// After each signal everything may be different. The client may be destroyed: `destroyed_` points
// to a flag on the stack of `poll`, `deliver` looks there, and who gets `stop` returns at once and
// touches nothing. Or it may be in another state, even of a new attempt, which never gets as far as
// this poll without another: so that whoever goes on after a signal looks at the state again.
//
// `state_` is written by `enter` alone, an attempt ends in `finish` alone, and no end is without a
// cause. What was received stays in the session, readable until the next attempt replaces it.
#include "client/core.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "client/explanation.hpp"
#include "tls/default_context.hpp"

namespace linnet::inline v0 {
namespace {

constexpr std::uint64_t never = WebSocketClient::no_deadline;
constexpr std::uint64_t now_or_earlier = 0;
constexpr std::uint64_t resolver_interval_us = 10'000;  // how often a pending resolver is asked

constexpr std::uint64_t deadline(std::uint64_t since_us, std::uint32_t timeout_ms) {
    return timeout_ms == 0 ? never : since_us + std::uint64_t{timeout_ms} * 1000;
}

template <class Interface>
Interface& given_or(Interface* given, Interface& ours) {
    return given != nullptr ? *given : ours;
}

}  // namespace

ClientCore::ClientCore(WebSocketClient& face, const Options& options)
    : face_(face),
      peer_(this),
      options_(options),
      clock_(given_or<Clock>(options.clock, system_clock_)),
      entropy_(given_or<Entropy>(options.entropy, system_entropy_)),
      resolver_(given_or<Resolver>(options.resolver, system_resolver_)),
      network_(given_or<Network>(options.network, system_network_)),
      tls_(options.tls != nullptr ? options.tls : default_tls_context()),
      journal_(options.log, options.log_level),
      texts_(options.memory),
      answer_(options.memory),
      replaced_answer_(options.memory),
      dialer_(network_),
      transport_(network_, options.memory, failure_.tls),
      heartbeat_(0, 0),
      room_(options.memory, options.limits.peer_count_max) {}

ClientCore::~ClientCore() {
    if (destroyed_ != nullptr) *destroyed_ = true;
    // One try to leave politely: a server then sees an end and no accident.
    if (is_established(state_) && session_->close(1000, {}) == Error::ok) send_unsent();
    if (resolving_ != 0) resolver_.cancel(resolving_);
}

// ---- poll ------------------------------------------------------------------------------------

void ClientCore::poll() {
    if (polling_) return;
    bool destroyed = false;
    destroyed_ = &destroyed;
    polling_ = true;
    run();
    if (destroyed) return;
    replaced_answer_.release();
    destroyed_ = nullptr;
    polling_ = false;
}

void ClientCore::run() {
    now_us_ = clock_.now_us();
    if (state_ == State::resolving) resolve();
    if (state_ == State::connecting) dial();
    if (state_ == State::securing) secure();
    if (state_ == State::upgrading) {
        upgrade();
        const auto notify = [&] { face_.connection_established.notify(protocol_); };
        if (is_established(state_) && deliver(notify) == Delivery::stop) return;
    }
    if (is_connecting(state_)) judge_attempt();
    if (is_conversing(state_) && converse() == Delivery::stop) return;
    static_cast<void>(deliver_ending());
}

ClientCore::Delivery ClientCore::deliver_ending() {
    const Ending ending = ending_;
    ending_ = Ending::none;
    if (ending == Ending::none) return Delivery::go_on;
    const std::uint64_t attempt = attempt_count_;
    const auto notify = [&] {
        if (ending == Ending::error) {
            face_.connection_error.notify();
        } else {
            face_.connection_closed.notify(ending == Ending::closed_clean);
        }
    };
    if (deliver(notify) == Delivery::stop) return Delivery::stop;
    return is_multiplayer_ ? leave_room(attempt) : Delivery::go_on;
}

// ---- state -----------------------------------------------------------------------------------

Phase ClientCore::phase() const {
    if (breach_ != Cause::none) return breach_phase_;
    switch (state_) {
        case State::idle:
        case State::closed: return Phase::request;
        case State::resolving: return Phase::resolve;
        case State::connecting: return Phase::connect;
        case State::securing: return Phase::tls;
        case State::upgrading: return Phase::upgrade;
        case State::joining: return Phase::join;
        case State::open:
        case State::failing: return Phase::open;
        case State::closing:
        case State::answering:
        case State::draining: return Phase::closing;
    }
    return Phase::request;
}

void ClientCore::enter(Event event) {
    const std::optional<State> next = linnet::after(state_, event);
    LINNET_ASSERT(next.has_value());
    // Without a next state the mistake is ours; a release ends this attempt, not the program.
    const State to = next.value_or(State::closed);
    if (is_alive(state_)) {
        failure_.phase_ms[static_cast<std::size_t>(phase())] +=
            static_cast<std::uint32_t>((now_us_ - state_since_us_) / 1000);
    }
    state_ = to;
    state_since_us_ = now_us_;
}

void ClientCore::abandon() {
    if (resolving_ != 0) resolver_.cancel(std::exchange(resolving_, 0));
    dialer_.cancel();
    transport_.close();
    if (is_alive(state_)) enter(Event::abandoned);
    ending_ = Ending::none;
    breach_ = Cause::none;
}

void ClientCore::end(Cause cause, int os_error) {
    const Ending ending = is_conversing(state_) ? Ending::closed : Ending::error;
    finish(ending, breach_ == Cause::none ? cause : breach_, phase(), os_error);
}

void ClientCore::end_well() {
    finish(Ending::closed_clean,
           closed_by_server_ ? Cause::closed_by_server : Cause::closed_by_client, phase(), 0);
}

// The one end of an attempt. The signal follows at the end of `run`.
void ClientCore::finish(Ending ending, Cause cause, Phase phase, int os_error) {
    enter(Event::ended);
    failure_.cause = cause;
    failure_.phase = phase;
    failure_.os_error = os_error;
    failure_.addresses_tried = dialer_.tried();
    abandon();
    ending_ = ending;
    const MutableBytes room = texts_.bytes().first(explanation_size_max);
    TextWriter explanation(room.first(room.size() - 1));
    explain_failure(explanation, failure_, url_);
    failure_.explanation = explanation.text();
    room[failure_.explanation.size()] = '\0';
    if (ending == Ending::closed_clean) {
        journal_.ended_well(failure_);
    } else {
        journal_.failed(failure_);
    }
}

// ---- time ------------------------------------------------------------------------------------

std::uint64_t ClientCore::attempt_deadline() const {
    return deadline(attempt_since_us_, options_.timeouts.attempt_ms);
}

std::uint64_t ClientCore::closing_deadline() const {
    return deadline(close_progress_us_, options_.timeouts.closing_ms);
}

std::uint64_t ClientCore::state_deadline() const {
    const Timeouts& timeouts = options_.timeouts;
    switch (state_) {
        case State::idle:
        case State::closed: return never;
        case State::resolving: return deadline(state_since_us_, timeouts.resolve_ms);
        case State::connecting: return deadline(state_since_us_, timeouts.connect_ms);
        case State::securing: return deadline(state_since_us_, timeouts.tls_ms);
        case State::upgrading: return deadline(state_since_us_, timeouts.upgrade_ms);
        case State::joining: return deadline(state_since_us_, timeouts.join_ms);
        case State::open: {
            if (session_->input_is_held() || input_is_full_) return never;
            const bool half = session_->message_is_incomplete();
            const std::uint64_t message =
                half ? deadline(received_us_, timeouts.message_ms) : never;
            return std::min(message, heartbeat_.next_deadline());
        }
        case State::closing:
        case State::answering:
        case State::failing: return closing_deadline();
        case State::draining: return deadline(state_since_us_, timeouts.drain_ms);
    }
    return never;
}

// Before the accepted handshake: each state has its own deadline, and all together one.
void ClientCore::judge_attempt() {
    const bool attempt_is_over = now_us_ >= attempt_deadline();
    if (now_us_ < state_deadline() && !attempt_is_over) return;
    if (attempt_is_over) return end(Cause::attempt_timed_out);
    if (state_ == State::resolving) return end(Cause::resolve_timed_out);
    if (state_ == State::connecting) return end(Cause::connect_timed_out);
    if (state_ == State::securing) return end(Cause::tls_timed_out);
    end(Cause::answer_timed_out);
}

bool ClientCore::work_is_waiting() const {
    if (!decodes()) return false;
    // Whether a limit or only the block was full: what was taken since may have made room.
    const bool was_full = session_->input_is_held() || input_is_full_;
    if (!was_full && transport_.has_staged()) return true;
    return work_is_left_ || (was_full && session_->packet_count() < held_packet_count_);
}

std::uint64_t ClientCore::next_deadline() const {
    const bool cannot_resolve = state_ == State::resolving && resolving_ == 0;
    if (work_is_waiting() || cannot_resolve) return now_or_earlier;
    std::uint64_t next = state_deadline();
    if (is_connecting(state_)) next = std::min(next, attempt_deadline());
    if (state_ == State::connecting) next = std::min(next, dialer_.next_deadline());
    if (state_ == State::resolving) next = std::min(next, clock_.now_us() + resolver_interval_us);
    return next;
}

std::size_t ClientCore::wait_set(std::span<WaitItem> items) const {
    if (state_ == State::connecting) return dialer_.wait_set(items);
    if (!transport_.is_open() || items.empty()) return 0;
    const bool unsent = state_ == State::upgrading ? !request_.empty()
                                                   : can_send_ && !session_->outbox().is_empty();
    const bool writable = unsent || transport_.is_blocked();
    const bool readable = can_receive_ && !(decodes() && input_is_full_);
    if (!writable && !readable) return 0;
    items[0] = {.socket = transport_.socket(), .readable = readable, .writable = writable};
    return 1;
}

void ClientCore::wait(std::uint32_t timeout_ms) {
    if (polling_ || !is_alive(state_)) return;
    std::array<WaitItem, address_count_max> items;
    const std::size_t count = wait_set(items);
    const std::uint64_t now_us = clock_.now_us();
    const std::uint64_t deadline_us = std::max(next_deadline(), now_us);
    const std::uint64_t timeout_us = std::uint64_t{timeout_ms} * 1000;
    const std::uint64_t sleep_us = std::min(timeout_us, deadline_us - now_us);
    if (sleep_us > 0) network_.wait(std::span(items).first(count), sleep_us);
    poll();
}

// ---- the rest of the documented calls --------------------------------------------------------

Error ClientCore::disconnect(int code, std::string_view reason) {
    now_us_ = clock_.now_us();
    if (is_connecting(state_)) {
        journal_.given_up();
        abandon();
    }
    if (!is_established(state_)) return Error::ok;
    if (code < 0 || code > 0xFFFF) return Error::invalid_parameter;
    const bool was_full = session_->input_is_held() || input_is_full_;
    const Error error = session_->close(static_cast<std::uint16_t>(code), reason);
    if (error != Error::ok) return error;
    journal_.closes(code, reason);
    enter(Event::we_closed);
    close_progress_us_ = now_us_;
    work_is_left_ |= was_full;  // what a full queue has held back is discarded now
    flush_unless_coalescing();
    return Error::ok;
}

Error ClientCore::set_buffers(int input_kb, int input_packets, int output_kb, int output_packets) {
    if (is_connecting(state_) || is_established(state_)) return Error::failed;
    const auto is_size = [](int kb) { return kb >= 1 && kb <= int{payload_max_max / 1024}; };
    const auto is_count = [](int count) {
        return count >= 1 && count <= int{packet_count_max_max};
    };
    if (!is_size(input_kb) || !is_size(output_kb)) return Error::invalid_parameter;
    if (!is_count(input_packets) || !is_count(output_packets)) return Error::invalid_parameter;
    Limits& limits = options_.limits;
    limits.input_payload_max = static_cast<std::size_t>(input_kb) * 1024;
    limits.input_packet_count_max = static_cast<std::size_t>(input_packets);
    limits.output_payload_max = static_cast<std::size_t>(output_kb) * 1024;
    limits.output_packet_count_max = static_cast<std::size_t>(output_packets);
    return Error::ok;
}

Error ClientCore::set_trusted_certificate(const X509Certificate* certificate) {
    if (is_alive(state_)) return Error::already_in_use;
    trusted_certificate_ = certificate;
    return Error::ok;
}

Error ClientCore::take_packet(Bytes& packet) {
    packet = {};
    if (is_multiplayer_) return Error::unconfigured;
    return take_message(packet);
}

Error ClientCore::take_message(Bytes& packet) {
    if (packet_count() == 0) {
        return is_conversing(state_) ? Error::unavailable : Error::failed;
    }
    const Inbox::Packet taken = session_->take();
    packet = taken.payload;
    was_string_packet_ = taken.is_text;
    return Error::ok;
}

Error ClientCore::put_packet(Bytes packet) {
    if (is_multiplayer_) return Error::unconfigured;
    const bool as_text = write_mode_ == WebSocketPeer::WRITE_MODE_TEXT;
    return put_message(as_text ? Opcode::text : Opcode::binary, {}, packet);
}

Error ClientCore::put_message(Opcode opcode, Bytes front, Bytes packet) {
    if (state_ != State::open || !can_send_) return Error::failed;
    const bool nothing_waits = session_->outbox().is_empty();
    const Error error = session_->put(opcode, front, packet);
    if (error != Error::ok) return error;
    if (nothing_waits) flush_unless_coalescing();
    return can_send_ ? Error::ok : Error::failed;
}

Error ClientCore::ping() {
    if (!is_established(state_)) return Error::failed;
    now_us_ = clock_.now_us();
    const Error error = session_->ping(heartbeat_.ping_queued(now_us_));
    if (error != Error::ok) return error;
    journal_.pinged();
    flush_unless_coalescing();
    return Error::ok;
}

void ClientCore::notify_resume() {
    if (!is_established(state_)) return;
    journal_.resumed();
    now_us_ = received_us_ = clock_.now_us();
    heartbeat_.alive(now_us_);
    static_cast<void>(ping());  // without entropy the heartbeat will try again, and end
}

// Within `poll` everything that is queued leaves at its end, in one call.
void ClientCore::flush_unless_coalescing() {
    if (!polling_ && !options_.coalesce) send_unsent();
}

void ClientCore::flush() {
    if (!polling_ && is_conversing(state_) && state_ != State::draining) send_unsent();
}

Error ClientCore::set_no_delay(bool enabled) {
    if (!is_conversing(state_)) return Error::failed;
    return transport_.set_no_delay(enabled) ? Error::ok : Error::failed;
}

std::string_view ClientCore::connected_host() const {
    if (!is_conversing(state_)) return {};
    return text_of(Bytes(host_text_).first(host_text_size_));
}

std::uint16_t ClientCore::connected_port() const {
    return is_conversing(state_) ? dialer_.connected_address().port : std::uint16_t{0};
}

std::size_t ClientCore::outbound_buffered_amount() const {
    return is_conversing(state_) ? session_->outbox().queued_payload() : 0;
}

Stats ClientCore::stats() const {
    Stats stats = stats_;
    if (!session_) return stats;
    const SessionStats& session = session_->stats();
    const Outbox& outbox = session_->outbox();
    const Inbox& inbox = session_->inbox();
    stats.frames_received = session.frames_received;
    stats.frames_sent = session.messages_sent + outbox.control_frame_count();
    stats.messages_received = session.messages_received;
    stats.messages_sent = session.messages_sent;
    stats.round_trip_us = heartbeat_.round_trip().last_us;
    stats.round_trip_min_us = heartbeat_.round_trip().min_us;
    stats.round_trip_smoothed_us = heartbeat_.round_trip().smoothed_us;
    stats.discarded_size += session.discarded_size;
    stats.ignored_packets = room_.ignored_count();
    stats.input_queued_size = inbox.queued_payload();
    stats.output_queued_size = outbound_buffered_amount();
    stats.message_size_so_far = inbox.message_size();
    stats.buffer_size = inbox.size();
    stats.moved_size = inbox.moved_size();
    return stats;
}

}  // namespace linnet::inline v0
