// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Each `poll` is one `run`: it takes the next event from the attempt and delivers its signal until
// there are no more events. Signals are called in `deliver` only.
//
// After each signal everything may have changed. The client may be destroyed: `destroyed_` points
// to a flag on the stack of `poll`, which `deliver` checks; on Delivery::stop, return immediately
// without touching any member. Or a new attempt may have begun; it makes no progress in this poll.
#include "client/core.hpp"

#include <algorithm>
#include <utility>

namespace linnet::inline LINNET_INLINE_NAMESPACE {

ClientCore::ClientCore(WebSocketClient& face, const Options& options)
    : face_(face),
      peer_(this),
      ports_(options),
      settings_{options},
      journal_(options.log, options.log_level),
      replaced_(options.memory) {
    settings_.options.limits = bounded(options.limits);
}

ClientCore::~ClientCore() {
    if (destroyed_ != nullptr) *destroyed_ = true;
}

// ---- poll ------------------------------------------------------------------------------------

void ClientCore::notify(const AttemptEvent& event) {
    using Kind = AttemptEvent::Kind;
    switch (event.kind) {
        case Kind::none: return;
        case Kind::connection_established:
            return face_.connection_established.notify(attempt_->protocol());
        case Kind::connection_error: return face_.connection_error.notify();
        case Kind::connection_closed: return face_.connection_closed.notify(event.number != 0);
        case Kind::data_received: return face_.data_received.notify();
        case Kind::server_close_request:
            return face_.server_close_request.notify(event.number, attempt_->close_reason());
        case Kind::peer_connected: return face_.peer_connected.notify(event.number);
        case Kind::peer_disconnected: return face_.peer_disconnected.notify(event.number);
        case Kind::peer_packet: return face_.peer_packet.notify(event.number);
        case Kind::connection_succeeded: return face_.connection_succeeded.notify();
        case Kind::connection_failed: return face_.connection_failed.notify();
        case Kind::server_disconnected: return face_.server_disconnected.notify();
    }
}

ClientCore::Delivery ClientCore::deliver(const AttemptEvent& event) {
    const bool* const destroyed = destroyed_;
    notify(event);
    if (*destroyed) return Delivery::stop;
    if (!replaced_.is_empty()) replaced_.release();
    return Delivery::go_on;
}

void ClientCore::run() {
    if (!attempt_) return;
    const std::uint64_t serial = serial_;
    attempt_->begin_poll(ports_.clock.now_us());
    while (serial == serial_) {
        const AttemptEvent event = attempt_->advance();
        if (event.kind == AttemptEvent::Kind::none) return;
        if (deliver(event) == Delivery::stop) return;
    }
}

void ClientCore::poll() {
    if (is_polling()) return;
    bool destroyed = false;
    destroyed_ = &destroyed;
    run();
    if (destroyed) return;
    destroyed_ = nullptr;
}

void ClientCore::wait(std::uint32_t timeout_ms) {
    if (is_polling() || !attempt_ || !attempt_->is_under_way()) return;
    std::array<WaitItem, address_count_max> items;
    const std::size_t count = wait_set(items);
    const std::uint64_t now_us = ports_.clock.now_us();
    const std::uint64_t deadline_us = std::max(attempt_->next_deadline(now_us), now_us);
    const std::uint64_t timeout_us = std::uint64_t{timeout_ms} * 1000;
    const std::uint64_t sleep_us = std::min(timeout_us, deadline_us - now_us);
    if (sleep_us > 0) ports_.network.wait(std::span(items).first(count), sleep_us);
    poll();
}

std::size_t ClientCore::wait_set(std::span<WaitItem> items) const {
    return attempt_ ? attempt_->wait_set(items) : 0;
}

std::uint64_t ClientCore::next_deadline() const {
    if (!attempt_) return WebSocketClient::no_deadline;
    const bool needs_clock = state() == State::resolving;
    return attempt_->next_deadline(needs_clock ? ports_.clock.now_us() : 0);
}

// ---- connect, disconnect ---------------------------------------------------------------------

Error ClientCore::connect_to_url(std::string_view url, Strings protocols, bool gd_mp_api,
                                 Strings headers) {
    if (is_in(group::connecting | group::established)) return Error::already_in_use;
    Texts texts(settings_.options.memory);
    const Texts::Refusal refusal = texts.write({url, protocols, headers}, settings_, ports_);
    if (refusal.cause != Cause::none) return refuse(refusal);
    begin(std::move(texts), gd_mp_api);
    return Error::ok;
}

// The explanation is the text of the cause, because there may be no memory for another. Details of
// a connection that is still closing are kept for its end.
Error ClientCore::refuse(const Texts::Refusal& refusal) {
    if (!is_in(group::alive)) failure_ = {};
    failure_.cause = refusal.cause;
    failure_.phase = Phase::request;
    journal_.refused(refusal.cause);
    return refusal.error;
}

void ClientCore::begin(Texts&& texts, bool gd_mp_api) {
    // The current signal belongs to the first attempt that its listeners replace.
    const bool is_first = is_polling() && attempt_ && replaced_.is_empty();
    if (is_first) attempt_->give_texts(replaced_);
    attempt_.reset();
    failure_ = {};
    settings_.write_mode = WebSocketPeer::WRITE_MODE_BINARY;
    ++serial_;
    attempt_.emplace(ports_, settings_, journal_, failure_, std::move(texts), gd_mp_api,
                     ports_.clock.now_us());
}

Error ClientCore::disconnect(int code, std::string_view reason) {
    if (is_in(group::connecting)) attempt_->abandon(ports_.clock.now_us());
    if (!is_in(group::established)) return Error::ok;
    const std::uint64_t now_us = ports_.clock.now_us();
    const Error error = attempt_->close(code, reason, now_us);
    if (error == Error::ok) flush_unless_coalescing(now_us);
    return error;
}

Error ClientCore::set_buffers(int input_kb, int input_packets, int output_kb, int output_packets) {
    if (is_in(group::connecting | group::established)) return Error::failed;
    const auto is_size = [](int kb) { return kb >= 1 && kb <= int{payload_max_max / 1024}; };
    const auto is_count = [](int count) {
        return count >= 1 && count <= int{message_count_max_max};
    };
    if (!is_size(input_kb) || !is_size(output_kb)) return Error::invalid_parameter;
    if (!is_count(input_packets) || !is_count(output_packets)) return Error::invalid_parameter;
    Limits& limits = settings_.options.limits;
    limits.input_payload_max = static_cast<std::size_t>(input_kb) * 1024;
    limits.input_message_count_max = static_cast<std::size_t>(input_packets);
    limits.output_payload_max = static_cast<std::size_t>(output_kb) * 1024;
    limits.output_message_count_max = static_cast<std::size_t>(output_packets);
    return Error::ok;
}

Error ClientCore::set_trusted_certificate(const X509Certificate* certificate) {
    if (is_in(group::alive)) return Error::already_in_use;
    settings_.trusted_certificate = certificate;
    return Error::ok;
}

// ---- packets ---------------------------------------------------------------------------------

Error ClientCore::take_packet(Bytes& packet) {
    packet = {};
    return is_multiplayer() ? Error::unconfigured : take_message(packet);
}

Error ClientCore::take_message(Bytes& packet) {
    if (message_count() > 0) {
        packet = attempt_->take();
        return Error::ok;
    }
    return is_in(group::conversing) ? Error::unavailable : Error::failed;
}

Error ClientCore::put_packet(Bytes packet) {
    if (is_multiplayer()) return Error::unconfigured;
    const bool as_text = settings_.write_mode == WebSocketPeer::WRITE_MODE_TEXT;
    return put_message(as_text ? Opcode::text : Opcode::binary, {}, packet);
}

Error ClientCore::put_message(Opcode opcode, Bytes front, Bytes packet) {
    if (!attempt_) return Error::failed;
    const bool flushes = !is_polling() && !settings_.options.coalesce;
    return flushes ? attempt_->put_and_flush(opcode, front, packet)
                   : attempt_->put(opcode, front, packet);
}

Error ClientCore::take_multiplayer_packet(Bytes& packet) {
    packet = {};
    if (!is_multiplayer()) return Error::unconfigured;
    const Error error = take_message(packet);
    if (error == Error::ok) packet = packet.subspan(multiplayer_header_size);
    return error;
}

Error ClientCore::put_multiplayer_packet(Bytes packet) {
    if (!is_multiplayer()) return Error::unconfigured;
    const auto header = multiplayer_header(MultiplayerPacket::Type::payload,
                                           attempt_->room()->unique_id(), settings_.target);
    return put_message(Opcode::binary, header, packet);
}

// The source of the next packet; as in Godot, 1 if there is none.
PeerId ClientCore::packet_source() const {
    MultiplayerPacket packet;
    const bool is_there = is_multiplayer() && message_count() > 0 &&
                          decode_multiplayer_packet(attempt_->oldest(), packet);
    return is_there ? packet.source : server_peer;
}

PeerId ClientCore::unique_id() const {
    return is_multiplayer() && state() == State::open ? attempt_->room()->unique_id() : no_peer;
}

std::span<const PeerId> ClientCore::peers() const {
    return is_multiplayer() ? attempt_->room()->peers() : std::span<const PeerId>();
}

bool ClientCore::was_string_packet() const {
    return attempt_ && attempt_->last_was_text();
}

// ---- the other calls -------------------------------------------------------------------------

// Within `poll`, everything queued is sent at its end, in one call.
void ClientCore::flush_unless_coalescing(std::uint64_t now_us) {
    if (!is_polling() && !settings_.options.coalesce) attempt_->flush(now_us);
}

void ClientCore::flush() {
    if (!is_polling() && attempt_) attempt_->flush(ports_.clock.now_us());
}

Error ClientCore::ping() {
    if (!is_in(group::established)) return Error::failed;
    const std::uint64_t now_us = ports_.clock.now_us();
    const Error error = attempt_->ping(now_us);
    if (error == Error::ok) flush_unless_coalescing(now_us);
    return error;
}

void ClientCore::notify_resume() {
    if (!is_in(group::established)) return;
    const std::uint64_t now_us = ports_.clock.now_us();
    attempt_->resume(now_us);
    flush_unless_coalescing(now_us);
}

Error ClientCore::set_no_delay(bool enabled) {
    if (!is_in(group::conversing)) return Error::failed;
    return attempt_->set_no_delay(enabled) ? Error::ok : Error::failed;
}

std::string_view ClientCore::connected_host() const {
    return is_in(group::conversing) ? attempt_->connected_host() : std::string_view();
}

std::uint16_t ClientCore::connected_port() const {
    return is_in(group::conversing) ? attempt_->connected_port() : std::uint16_t{0};
}

std::size_t ClientCore::outbound_buffered_amount() const {
    return is_in(group::conversing) ? attempt_->queued_payload() : 0;
}

std::string_view ClientCore::response_headers() const {
    return attempt_ ? attempt_->response_headers() : std::string_view();
}

Stats ClientCore::stats() const {
    Stats stats;
    if (attempt_) attempt_->count(stats);
    return stats;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
