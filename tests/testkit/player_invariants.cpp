// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The guarantees of the public headers, as a player can observe them.
#include <algorithm>
#include <cstring>
#include <type_traits>

#include "linnet/codec/frame.hpp"
#include "linnet/memory_max.hpp"
#include "testkit/simulated_player.hpp"

namespace linnet::test {
namespace {

using Status = NetworkedMultiplayerPeer::ConnectionStatus;
constexpr const char* prefix_to_server = "the_server_receives_a_prefix_of_what_was_accepted";
constexpr const char* views_last = "views_stay_valid_as_documented";
constexpr const char* no_spin = "event_driven_clients_never_spin";

// Causes that are only valid if the server violated the protocol.
bool is_accusation(Cause cause) {
    switch (cause) {
        case Cause::response_not_http:
        case Cause::response_http_version:
        case Cause::response_status_line:
        case Cause::response_line_ending:
        case Cause::response_header_malformed:
        case Cause::response_header_folded:
        case Cause::response_too_many_headers:
        case Cause::upgrade_refused:
        case Cause::response_upgrade_missing:
        case Cause::response_upgrade_other:
        case Cause::response_connection_missing:
        case Cause::response_accept_missing:
        case Cause::response_accept_wrong:
        case Cause::response_header_repeated:
        case Cause::response_extension_not_offered:
        case Cause::response_protocol_not_offered:
        case Cause::response_protocol_missing:
        case Cause::frame_reserved_bits:
        case Cause::frame_reserved_opcode:
        case Cause::frame_masked:
        case Cause::frame_not_masked:
        case Cause::frame_control_fragmented:
        case Cause::frame_control_too_long:
        case Cause::frame_length_not_minimal:
        case Cause::frame_length_top_bit:
        case Cause::continuation_without_start:
        case Cause::message_inside_message:
        case Cause::text_not_utf8:
        case Cause::close_payload_too_short:
        case Cause::close_code_not_allowed:
        case Cause::close_reason_not_utf8: return true;
        default: return false;
    }
}

std::uint64_t us(std::uint32_t ms) {
    return std::uint64_t{ms} * 1000;
}

}  // namespace

bool Player::promise(bool holds, const char* invariant, const char* detail) {
    if (!holds) stage_.fail(invariant, "c" + std::to_string(number_) + ": " + detail);
    return holds;
}

// ---- the end of an attempt -------------------------------------------------------------------

void Player::check_ending(bool clean) {
    const Failure& failure = client_->failure();
    constexpr const char* has_a_cause = "every_ending_has_a_cause";
    stage_.log("c%zu: %.*s", number_, static_cast<int>(failure.explain().size()),
               failure.explain().data());
    promise(failure.cause != Cause::none, has_a_cause, "none");
    promise(!failure.explain().empty(), has_a_cause, "no explanation");
    const bool is_good =
        failure.cause == Cause::closed_by_client || failure.cause == Cause::closed_by_server;
    promise(!attempt_.ping_was_refused || !clean, "calls_return_the_documented_results",
            "a connection that is well refuses a ping");
    promise(clean == is_good, has_a_cause, "clean is not the good end");
    promise(failure.cause != Cause::closed_by_client || attempt_.we_closed, has_a_cause,
            "we have not closed");
    promise((failure.cause == Cause::closed_by_server) == (clean && attempt_.they_closed),
            has_a_cause, "who has closed first");
    promise(client_->get_connection_status() == NetworkedMultiplayerPeer::CONNECTION_DISCONNECTED,
            "the_signals_keep_the_grammar", "the status at the end");
    promise(internet_.open_connections(number_).empty(), "nothing_is_left_open",
            "an end leaves a socket");
    promise(resolver_.open_count() == 0, "nothing_is_left_open", "an end leaves a request");
    using Until = HeldViews::Until;
    hold(Until::next_connect, "failure().explain()", failure.explain());
    hold(Until::next_connect, "failure().http_reason", failure.http_reason);
    hold(Until::next_connect, "failure().http_headers", failure.http_headers);
    hold(Until::next_connect, "failure().http_body", failure.http_body);
    hold(Until::next_connect, "failure().close_reason", failure.close_reason);
    hold(Until::next_connect, "failure().addresses_tried",
         {reinterpret_cast<const char*>(failure.addresses_tried.data()),
          failure.addresses_tried.size_bytes()});
    const Connection* const connection = attempt_.connection;
    const bool is_honest = connection != nullptr && connection->server->is_honest();
    promise(!is_honest || !is_accusation(failure.cause), "compliant_peers_are_not_accused",
            "an honest server is");
    if (connection == nullptr) return;
    if (clean) check_written(*connection, *attempt_.record, true);
    check_received(*connection, failure.cause);
    const bool is_declared_dead =
        failure.cause == Cause::pong_timed_out || failure.cause == Cause::connection_lost;
    promise(!is_declared_dead || !is_healthy(*connection), "a_healthy_link_stays_open",
            "it is declared dead");
}

// However long the program did not poll, a receive must then return the data that is available.
bool Player::is_healthy(const Connection& connection) const {
    const Weather& weather = internet_.weather();
    const std::uint64_t round_trip_us = connection.to_server.latency_us +
                                        connection.to_client.latency_us + 2 * weather.jitter_max_us;
    const bool has_enough = memory_.limit == SIZE_MAX && memory_.fail_percent == 0 &&
                            entropy_.fail_percent == 0 && weather.window_min >= 4096;
    return has_enough && !jumped_ && weather.tampering == Tampering::none &&
           connection.server->is_honest() && connection.server->is_attentive() &&
           !connection.is_troubled() && weather.spurious_percent == 0 &&
           us(options_.timeouts.pong_ms) > 2 * round_trip_us + 100'000;
}

// The number of whole messages at the front of what a server has sent.
std::size_t Player::messages_in(std::string_view stream) {
    std::size_t count = 0;
    const std::size_t head_end = stream.find("\r\n\r\n");
    if (head_end == stream.npos) return 0;
    stream.remove_prefix(head_end + 4);
    for (;;) {
        const auto header = decode_frame_header(bytes_of(stream), Role::client);
        if (!header.done()) return count;
        const auto size = static_cast<std::size_t>(header.value.payload_size);
        if (stream.size() - header.consumed < size) return count;
        stream.remove_prefix(header.consumed + size);
        if (header.value.fin && !is_control(header.value.opcode)) ++count;
    }
}

// Messages received in time are not lost because the link or the memory was lost afterwards. (TLS
// may have buffered some of them.)
void Player::check_received(const Connection& connection, Cause cause) {
    const bool is_lost = cause == Cause::connection_lost || cause == Cause::end_of_stream ||
                         (cause == Cause::out_of_memory && !attempt_.record->multiplayer);
    const bool is_ours = attempt_.we_closed || attempt_.record->secure || options_.discard_input;
    if (!is_lost || is_ours || internet_.weather().tampering != Tampering::none) return;
    const std::vector<Message>& sent_messages = connection.server->sent_messages();
    const std::size_t received = connection.received;
    const std::size_t count =
        messages_in(std::string_view(connection.to_client.written).substr(0, received));
    const auto end =
        sent_messages.begin() + static_cast<std::ptrdiff_t>(std::min(count, sent_messages.size()));
    const auto for_reader = std::count_if(sent_messages.begin(), end,
                                          [](const Message& each) { return each.is_for_reader; });
    const std::size_t expected =
        attempt_.record->multiplayer ? static_cast<std::size_t>(for_reader) : count;
    promise(attempt_.announced == expected, "everything_received_is_announced",
            "the end is reported before the messages");
}

// Checks that the bytes sent are a prefix of what was accepted, for every kind of ending.
void Player::settle_attempt() {
    if (attempt_.connection == nullptr) return;
    check_written(*attempt_.connection, *attempt_.record, false);
}

// ---- views -----------------------------------------------------------------------------------

void Player::hold(HeldViews::Until until, const char* name, std::string_view view) {
    if (stage_.percent(plan_.hold_percent)) views_.hold(until, name, view);
}

void Player::hold_peers() {
    if (!stage_.percent(plan_.hold_percent)) return;
    const std::span<const PeerId> peers = client_->peers();
    if (polling_) {
        moving_peers_ = peers;
    } else {
        views_.hold(HeldViews::Until::next_poll, "peers",
                    {reinterpret_cast<const char*>(peers.data()), peers.size_bytes()});
    }
}

void Player::check_views(HeldViews::Until end) {
    const char* const changed = views_.changed_before(end);
    promise(changed == nullptr, views_last, changed);
    if (end < HeldViews::Until::next_poll) return;
    promise(std::all_of(moving_peers_.begin(), moving_peers_.end(),
                        [](PeerId peer) { return peer > 0; }),
            views_last, "peers, kept since a signal");
}

void Player::end_views(HeldViews::Until end) {
    check_views(end);
    drop_views(end);
}

void Player::drop_views(HeldViews::Until end) {
    views_.drop(end);
    if (end >= HeldViews::Until::next_poll) moving_peers_ = {};
}

// `connect_to_url` discards everything from an earlier attempt.
void Player::check_anew() {
    constexpr const char* anew = "each_attempt_starts_fresh";
    static_assert(std::has_unique_object_representations_v<Stats>);
    const Stats stats = client_->stats();
    const Stats none;
    promise(std::memcmp(&stats, &none, sizeof stats) == 0, anew, "statistics");
    const Failure& failure = client_->failure();
    promise(failure.cause == Cause::none && failure.addresses_tried.empty() &&
                failure.http_status == 0 && failure.close_code == 0 &&
                failure.close_reason.empty() && failure.explanation.empty(),
            anew, "the failure");
    promise(client_->response_headers().empty() && client_->get_connected_host().empty(), anew,
            "the server");
    promise(client_->peers().empty() && client_->get_unique_id() == no_peer, anew, "the room");
    const WebSocketPeer& peer = *client_->get_peer(1);
    promise(!peer.was_string_packet() && peer.get_write_mode() == WebSocketPeer::WRITE_MODE_BINARY,
            anew, "the mode of packets");
}

void Player::check_written(const Connection& connection, const AttemptRecord& record,
                           bool is_whole) {
    const std::string& written = connection.to_server.written;
    const std::size_t head_end = written.find("\r\n\r\n");
    std::size_t at = head_end == written.npos ? written.size() : head_end + 4;
    std::size_t index = 0;
    bool has_closed = false;
    while (at < written.size()) {
        const Bytes rest = bytes_of(written).subspan(at);
        const auto header = decode_frame_header(rest, Role::server);
        promise(!header.failed(), prefix_to_server, "a bad frame was sent");
        if (!header.done()) break;
        const auto size = static_cast<std::size_t>(header.value.payload_size);
        if (rest.size() - header.consumed < size) break;
        at += header.consumed + size;
        promise(!has_closed, prefix_to_server, "a frame after the close frame");
        has_closed = header.value.opcode == Opcode::close;
        if (is_control(header.value.opcode)) continue;
        if (!promise(index < record.accepted.size(), prefix_to_server, "it was never accepted")) {
            return;
        }
        std::string payload(text_of(rest.subspan(header.consumed, size)));
        for (std::size_t i = 0; i < size; ++i) {
            payload[i] = static_cast<char>(payload[i] ^ header.value.key[i % 4]);
        }
        promise(payload == record.accepted[index++].payload, prefix_to_server,
                "what was sent is not what was accepted");
    }
    if (!is_whole) return;
    promise(index == record.accepted.size(), "a_clean_end_loses_nothing",
            "not everything accepted was sent");
    promise(has_closed && at == written.size(), "a_clean_end_loses_nothing",
            "no close frame, or a part of a frame, is the last");
}

std::size_t Player::sent_for_reader() const {
    const std::vector<Message>& sent_messages = attempt_.connection->server->sent_messages();
    if (!attempt_.record->multiplayer) return sent_messages.size();
    return static_cast<std::size_t>(
        std::count_if(sent_messages.begin(), sent_messages.end(),
                      [](const Message& each) { return each.is_for_reader; }));
}

// ---- between calls ---------------------------------------------------------------------------

void Player::check() {
    const Status status = client_->get_connection_status();
    const bool is_joining = attempt_.act == Act::open && attempt_.record->multiplayer &&
                            !attempt_.server_is_there && status == Status::CONNECTION_CONNECTING;
    const Status expected = attempt_.act == Act::connecting || is_joining
                                ? Status::CONNECTION_CONNECTING
                            : attempt_.act == Act::open ? Status::CONNECTION_CONNECTED
                                                        : Status::CONNECTION_DISCONNECTED;
    promise(status == expected, "every_attempt_has_one_ending",
            "the status does not match the signals");
    const std::size_t available = attempt_.record->multiplayer
                                      ? client_->get_available_packet_count()
                                      : client_->get_peer(1)->get_available_packet_count();
    promise(available == attempt_.announced - attempt_.taken, "each_message_is_announced_once",
            "and stays until it is read");
    const std::size_t tls = plan_.secure_percent > 0 ? tls_memory_max : 0;
    promise(memory_.peak <= memory_max(options_.limits) + tls, "memory_is_bounded",
            "more than memory_max");
    check_sockets();
    if (attempt_.connection != nullptr) check_stats();
}

void Player::check_sockets() {
    constexpr const char* nothing_left = "nothing_is_left_open";
    const std::vector<Connection*> open = internet_.open_connections(number_);
    std::array<WaitItem, address_count_max> items;
    const std::size_t count = client_->wait_set(items);
    for (const WaitItem& item : std::span(items).first(count)) {
        internet_.find(number_, item.socket);
        promise(item.readable || item.writable, no_spin, "a socket is waited for in vain");
    }
    if (is_alive()) {
        promise(attempt_.act != Act::open || open.size() == 1, nothing_left,
                "a connection has one socket");
        return;
    }
    const bool is_leaving = attempt_.act == Act::farewell;
    const bool is_idle = client_->next_deadline() == WebSocketClient::no_deadline;
    promise(count == 0 && is_idle != is_leaving, no_spin, "an idle client waits for something");
    promise(open.empty(), nothing_left, "an idle client has a socket");
    promise(resolver_.open_count() == 0, nothing_left, "an idle client has a request");
}

// TLS buffers some bytes in both directions, and discards input once it is closing.
void Player::check_stats() {
    constexpr const char* add_up = "the_statistics_add_up";
    const Stats stats = client_->stats();
    const Connection& connection = *attempt_.connection;
    const std::size_t written = connection.to_server.written.size();
    const std::size_t buffered = attempt_.record->secure ? 16 : 0;
    promise(stats.bytes_sent >= written && stats.bytes_sent <= written + buffered, add_up,
            "bytes sent");
    const bool is_all_there =
        attempt_.record->secure || stats.bytes_received == connection.received;
    promise(stats.bytes_received <= connection.received && is_all_there, add_up, "bytes received");
    promise(stats.messages_sent >= attempt_.record->accepted.size(), add_up, "messages sent");
    const bool has_heartbeat = options_.timeouts.ping_ms != 0;
    promise(stats.pings_sent >= attempt_.pings &&
                (has_heartbeat || stats.pings_sent <= attempt_.pings + attempt_.resumes),
            add_up, "pings sent");
    promise(stats.pings_answered <= stats.pings_sent, add_up, "pings answered");
    if (attempt_.record->multiplayer || options_.discard_input) return;
    promise(stats.messages_received == attempt_.announced, add_up, "messages received");
}

// ---- time ------------------------------------------------------------------------------------

bool Player::every_wait_has_an_end() const {
    const Timeouts& t = options_.timeouts;
    return t.resolve_ms != 0 && t.connect_ms != 0 && t.tls_ms != 0 && t.upgrade_ms != 0 &&
           t.join_ms != 0 && t.attempt_ms != 0 && t.message_ms != 0 && t.closing_ms != 0 &&
           t.drain_ms != 0 && t.ping_ms != 0 && t.pong_ms != 0;
}

std::uint64_t Player::patience_us() const {
    const Timeouts& t = options_.timeouts;
    return us(t.attempt_ms) + us(t.join_ms) + us(t.message_ms) + 2 * us(t.closing_ms) +
           us(t.drain_ms) + us(t.ping_ms) + 2 * us(t.pong_ms) + 4 * plan_.pause_max_us + 1'000'000;
}

// The first poll after each deadline detects it; some deadlines also start in a poll.
void Player::check_deadlines() {
    const Timeouts& t = options_.timeouts;
    const std::uint64_t now_us = clock_.now_us();
    const Connection* const connection = attempt_.connection;
    note_life();
    if (connection != nullptr && connection->to_server.written.size() != attempt_.written) {
        attempt_.written = connection->to_server.written.size();
        attempt_.closed_us = std::max(attempt_.closed_us, now_us);
        attempt_.closing_gap_us = 0;
    }
    if (attempt_.act == Act::connecting) {
        promise(t.attempt_ms == 0 || now_us < attempt_.since_us + us(t.attempt_ms),
                "no_attempt_outlives_its_timeouts", "attempt_ms");
    }
    if (attempt_.act != Act::open) return;
    if ((attempt_.we_closed || attempt_.they_closed) && t.closing_ms != 0 && t.drain_ms != 0) {
        promise(now_us <= attempt_.closed_us + 2 * us(t.closing_ms) + us(t.drain_ms) +
                              slack_us(attempt_.closing_gap_us),
                "no_attempt_outlives_its_timeouts", "closing_ms and drain_ms");
    }
    check_liveness(2 * us(t.closing_ms) + us(t.drain_ms));
}

// Silence counts only while the queue has space.
void Player::note_life() {
    const bool has_more_to_handle = client_->next_deadline() == 0;
    if (life_signs() == attempt_.life_signs && attempt_.announced == attempt_.taken &&
        !has_more_to_handle) {
        return;
    }
    attempt_.life_signs = life_signs();
    attempt_.alive_us = clock_.now_us();
    attempt_.gap_us = 0;
}

// A dead link is detected even if the program keeps pinging; by the next poll if the program polls
// irregularly.
void Player::check_liveness(std::uint64_t closing_us) {
    const Timeouts& t = options_.timeouts;
    note_life();
    const bool is_joining = attempt_.record->multiplayer && !attempt_.server_is_there;
    const bool has_limits = t.ping_ms != 0 && t.pong_ms != 0 && t.closing_ms != 0 &&
                            t.drain_ms != 0 && (!is_joining || t.join_ms != 0);
    if (!may_be_open() || !has_limits || attempt_.announced != attempt_.taken) return;
    const std::uint64_t join_us = is_joining ? us(t.join_ms) : 0;
    const bool is_prompt = plan_.pace == PlayerPlan::Pace::events && !jumped_;
    const std::uint64_t as_of_us = is_prompt ? clock_.now_us() : last_poll_us_;
    promise(as_of_us <= attempt_.alive_us + join_us + us(t.ping_ms) + 2 * us(t.pong_ms) +
                            closing_us + slack_us(attempt_.gap_us),
            "no_attempt_outlives_its_timeouts", "ping_ms and pong_ms");
}

// A program that polls at each deadline detects it at once.
std::uint64_t Player::slack_us(std::uint64_t gap_us) const {
    return plan_.pace == PlayerPlan::Pace::events && !jumped_ ? 1'000 : 5 * gap_us;
}

// Checks that a poll without an event was cheap.
void Player::check_idle(std::size_t calls_before, bool was_sending) {
    const bool is_quiet = attempt_.act == Act::open && !was_sending && !wants_to_send();
    if (!is_quiet || attempt_.record->secure) return;
    promise(network_.call_count - calls_before <= 1, "an_idle_poll_is_one_call",
            "it calls the network more often");
}

// Counts external calls that had an effect, signals, actions of the player, and previously received
// input that the client has processed.
std::uint64_t Player::progress() const {
    const std::uint64_t outside = network_.progress_count + signal_count_ + action_count_;
    if (!client_) return outside;
    const Stats stats = client_->stats();
    return outside + stats.messages_received + stats.pings_received + stats.pongs_received +
           stats.frames_received + stats.message_size_so_far + stats.discarded_size;
}

// Data was received, the server is known to read, or earlier input is being processed.
std::uint64_t Player::life_signs() const {
    const Stats stats = client_->stats();
    return network_.life_signs + stats.frames_received + stats.messages_received +
           stats.pings_received + stats.pongs_received + stats.discarded_size;
}

// An event is a change of a socket, a deadline that passed, or a call of the program. Unfinished
// work justifies another poll: a limit per poll was reached, or the network, or the buffer for lack
// of memory, accepted only a part.
void Player::count_events(const Stats& before, std::size_t cuts_before,
                          std::uint64_t signals_before) {
    if (plan_.pace != PlayerPlan::Pace::events) return;
    const Stats stats = client_->stats();
    const Limits& limits = options_.limits;
    const std::uint64_t received = stats.bytes_received - before.bytes_received;
    const std::uint64_t frames = stats.frames_received - before.frames_received;
    std::uint64_t count = network_.cut_count - cuts_before;
    if (received >= limits.poll_size_max) ++count;
    if (std::max(frames, signal_count_ - signals_before) >= limits.poll_item_count_max) ++count;
    // Over TLS the buffer is filled even if nothing is left at the socket.
    if (attempt_.record->secure && received >= 64) ++count;
    // A poll decodes at most 16 KiB if it receives less; an empty frame counts as 16 bytes.
    const auto size = [](const Stats& s) {
        return 16 * s.frames_received + s.message_size_so_far + s.discarded_size;
    };
    if (size(stats) > size(before) && size(stats) - size(before) >= 8 * 1024) ++count;
    attempt_.events += count;
    event_count_ += count;
}

// One poll for each event is enough; one more detects that nothing is left.
void Player::check_events() {
    promise(attempt_.polls <= attempt_.events + 1, no_spin, "more polls than events");
}

// A client that wakes repeatedly without work spins.
void Player::check_progress(std::uint64_t progress_before, std::uint64_t received_before) {
    const bool would_wake = has_ready_socket() || client_->next_deadline() <= clock_.now_us();
    // Over TLS it may also process input received earlier.
    const bool does_nothing =
        progress() == progress_before && client_->stats().bytes_received == received_before;
    fruitless_count_ = does_nothing && would_wake ? fruitless_count_ + 1 : 0;
    promise(fruitless_count_ < 4, no_spin, "a poll does nothing and asks for another");
}

// Before the client sleeps, it must have no work for which it did not request a wake-up.
void Player::look_twice() {
    // A pending name is polled at intervals. If memory fails at random, retrying may help.
    const bool is_uncertain = resolver_.open_count() > 0 || memory_.fail_percent > 0;
    if (!stage_.one_in(4) || is_uncertain || !is_alive()) return;
    if (has_ready_socket() || client_->next_deadline() <= clock_.now_us()) return;
    const std::uint64_t before = progress();
    poll();
    promise(progress() == before, "no_wake_up_is_missed", "a poll finds work without a wake-up");
}

}  // namespace linnet::test
