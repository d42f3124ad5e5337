// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/conversation.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "cli/cause_text.hpp"
#include "cli/rendering.hpp"
#include "tls/default_context.hpp"

namespace linnet::cli {
namespace {

constexpr std::uint64_t never = UINT64_MAX;
// The silence that ends the run after the end of input, unless --wait is set.
constexpr std::uint64_t silence_us_default = 1'000'000;

int number_of(ExitStatus status) {
    return static_cast<int>(status);
}

int number_of(Phase phase) {
    static_assert(static_cast<int>(ExitStatus::closing) - static_cast<int>(ExitStatus::request) ==
                  static_cast<int>(Phase::closing));
    return number_of(ExitStatus::request) + static_cast<int>(phase);
}

// Returns true if the server closed with a code other than 1000 (done) or 1001 (going away).
bool is_abnormal(std::uint16_t close_code) {
    return close_code != 0 && close_code != 1000 && close_code != 1001;
}

}  // namespace

Conversation::Conversation(const TalkOptions& what, const Interruption& interruption)
    : what_(what),
      interruption_(interruption),
      tracing_network_(system_network_, clock_, standard_error_),
      client_(options()),
      server_(*client_.get_peer(1)),
      packets_(what.joins ? static_cast<PacketPeer&>(client_) : server_),
      input_(STDIN_FILENO, what.binary ? Input::Cut::nowhere : Input::Cut::lines, message_size_max),
      output_(what.raw || (what.binary && isatty(STDOUT_FILENO) == 0)),
      begin_us_(clock_.now_us()) {}

Options Conversation::options() {
    Options options;
    options.limits.input_payload_max = message_size_max;
    options.limits.output_payload_max = message_size_max;
    options.coalesce = true;
    options.clock = &clock_;
    if (what_.trace) options.network = &tracing_network_;
    if (const TlsContext* const tls = default_tls_context(); what_.trace && tls != nullptr) {
        options.tls = &tracing_tls_.emplace(*tls, tracing_network_);
    }
    if (trust_.load(what_.trust, trust_error_)) trust_.apply_to(options);
    return options;
}

int Conversation::run() {
    if (!trust_error_.empty()) {
        report(trust_error_);
        return number_of(ExitStatus::usage);
    }
    trust_.apply_to(client_);
    listen_to_signals();
    if (!begin()) {
        report(explain(client_.failure()));
        return number_of(ExitStatus::request);
    }
    for (;;) {
        client_.poll();
        handle_signal();
        handle_timeout(clock_.now_us());
        print_messages();
        handle_output();
        send_messages();
        client_.flush();
        watch_for_silence();
        handle_end_of_input();
        send_ping();
        client_.flush();
        if (is_over()) return finish();
        sleep();
    }
}

void Conversation::listen_to_signals() {
    client_.connection_established.connect([this](std::string_view protocol) {
        if (what_.joins) return;
        opened_ = true;
        if (what_.ping_us > 0) next_ping_us_ = clock_.now_us() + what_.ping_us;
        server_.set_write_mode(what_.binary ? WebSocketPeer::WRITE_MODE_BINARY
                                            : WebSocketPeer::WRITE_MODE_TEXT);
        report_opened(protocol);
    });
    client_.connection_closed.connect(
        [this](bool was_clean_close) { ended_cleanly_ = was_clean_close; });
    if (what_.joins) listen_to_the_room();
}

void Conversation::listen_to_the_room() {
    client_.set_target_peer(what_.target);
    client_.connection_succeeded.connect([this] {
        opened_ = true;
        if (what_.ping_us > 0) next_ping_us_ = clock_.now_us() + what_.ping_us;
        report_joined();
    });
    if (what_.quiet) return;
    client_.peer_connected.connect([](int peer) {
        if (peer != server_peer)
            report(std::string("peer ").append(std::to_string(peer)).append(" joined"));
    });
    client_.peer_disconnected.connect([](int peer) {
        if (peer != server_peer)
            report(std::string("peer ").append(std::to_string(peer)).append(" left"));
    });
}

bool Conversation::begin() {
    return client_.connect_to_url(what_.url, std::span(what_.protocols), what_.joins,
                                  std::span(what_.headers)) == Error::ok;
}

// ---- state -----------------------------------------------------------------------------------

bool Conversation::is_open() const {
    return opened_ && client_.get_connection_status() == client_.CONNECTION_CONNECTED;
}

bool Conversation::is_over() const {
    if (given_up_) return true;
    return client_.get_connection_status() == client_.CONNECTION_DISCONNECTED &&
           packets_.get_available_packet_count() == 0 && output_.is_empty();
}

// Input is not read before the connection is open; until then the system buffers it.
bool Conversation::wants_input() const {
    return is_open() && !closing_ && input_.wants_more();
}

bool Conversation::waits_for_silence() const {
    const bool is_wanted = !what_.one_message || what_.wait_us > 0;
    return is_open() && input_end_is_seen_ && is_wanted && !closing_;
}

bool Conversation::is_silent(std::uint64_t now_us) const {
    return waits_for_silence() && now_us - silent_since_us_ >= silence_us();
}

std::uint64_t Conversation::silence_us() const {
    return what_.wait_us > 0 ? what_.wait_us : silence_us_default;
}

// A ping would overtake messages that have not been sent.
bool Conversation::is_all_sent() const {
    return client_.stats().output_queued_size == 0 && !os_is_full();
}

bool Conversation::os_is_full() const {
    std::array<WaitItem, address_count_max> items;
    const std::size_t count = client_.wait_set(items);
    return std::any_of(items.begin(), items.begin() + count,
                       [](const WaitItem& item) { return item.writable; });
}

std::string_view Conversation::stage() const {
    if (client_.get_connection_status() == client_.CONNECTION_CONNECTING) return "connecting";
    if (!is_open()) return "printing received messages";
    return closing_ ? "closing" : "open";
}

// ---- waiting ---------------------------------------------------------------------------------

bool Conversation::can_print_more() const {
    return packets_.get_available_packet_count() > 0 && output_.has_space();
}

std::uint64_t Conversation::next_deadline(std::uint64_t now_us) const {
    if (can_print_more()) return now_us;
    std::uint64_t next_us = client_.next_deadline();
    if (is_open() && !closing_ && !last_ping_is_sent_) next_us = std::min(next_us, next_ping_us_);
    if (what_.timeout_us > 0) next_us = std::min(next_us, begin_us_ + what_.timeout_us);
    if (waits_for_silence()) next_us = std::min(next_us, silent_since_us_ + silence_us());
    return std::max(next_us, now_us);
}

void Conversation::sleep() {
    std::array<WaitItem, address_count_max> items;
    const std::size_t item_count = client_.wait_set(items);
    // The full queue is empty now, and no event will report that.
    if (send_queue_was_full_ && !os_is_full()) return;
    std::array<pollfd, 3 + address_count_max> polled;
    const bool output_is_lost = output_.state() != Output::State::good;
    const int output_events = output_.is_empty() ? 0 : POLLOUT;
    // A signal that arrived after `handle_signal` must wake this call.
    polled[0] = {signal_is_handled_ ? -1 : interruption_.fd(), POLLIN, 0};
    polled[1] = {wants_input() ? input_.fd() : -1, POLLIN, 0};
    polled[2] = {output_is_lost ? -1 : STDOUT_FILENO, static_cast<short>(output_events), 0};
    for (std::size_t i = 0; i < item_count; ++i) {
        const int events = (items[i].readable ? POLLIN : 0) | (items[i].writable ? POLLOUT : 0);
        polled[3 + i] = {static_cast<int>(items[i].socket), static_cast<short>(events), 0};
    }

    const std::uint64_t now_us = clock_.now_us();
    const std::uint64_t deadline_us = next_deadline(now_us);
    constexpr std::uint64_t sleep_us_max = 3'600'000'000;
    const std::uint64_t sleep_us = std::min(deadline_us - now_us, sleep_us_max);
    const int timeout_ms = static_cast<int>((sleep_us + 999) / 1000);
    const bool is_endless = deadline_us == never;
    if (::poll(polled.data(), 3 + item_count, is_endless ? -1 : timeout_ms) <= 0) return;
    output_.check(polled[2].revents);
    if (polled[1].revents != 0) input_.read();
}

// ---- reasons to stop -------------------------------------------------------------------------

void Conversation::give_up(int status, const std::string& why) {
    if (given_up_) return;
    given_up_ = true;
    given_up_status_ = status;
    if (!why.empty()) report(why);
}

// Only the first signal can end the run cleanly: if the connection is closing already, give up.
void Conversation::handle_signal() {
    const int number = interruption_.signal();
    if (number == 0 || signal_is_handled_ || is_over()) return;
    signal_is_handled_ = true;
    if (is_open() && !closing_) return close();
    give_up(number_of(ExitStatus::signal) + number,
            std::string("ended by a signal while ").append(stage()));
}

void Conversation::handle_timeout(std::uint64_t now_us) {
    if (what_.timeout_us == 0 || now_us - begin_us_ < what_.timeout_us || is_over()) return;
    give_up(number_of(ExitStatus::timeout),
            std::string("the run took longer than --timeout; it was still ").append(stage()));
}

void Conversation::close() {
    if (closing_) return;
    closing_ = true;
    const Error error = client_.disconnect_from_host(what_.close_code, what_.close_reason);
    if (error == Error::ok) return;
    give_up(number_of(Phase::closing),
            std::string("the connection cannot be closed: ").append(text(error)));
}

void Conversation::handle_end_of_input() {
    if (!input_.is_over() || !is_open() || closing_) return;
    if (!std::exchange(input_end_is_seen_, true)) {
        silent_since_us_ = clock_.now_us();
        if (input_.os_error() != 0) {
            report(std::string("standard input cannot be read: ")
                       .append(os_error_text(input_.os_error())));
            input_was_refused_ = true;
        }
    }
    if (what_.one_message) {
        // Without a message sent there can be no response.
        const bool asked_nothing = input_was_refused_ && client_.stats().messages_sent == 0;
        if (asked_nothing || is_silent(clock_.now_us())) close();
        return;
    }
    if (what_.wait_us == 0 && !last_ping_is_sent_ && is_all_sent()) {
        last_ping_is_sent_ = true;
        ping();
    }
    // The server has handled everything that was sent before the ping.
    const bool is_answered = last_ping_is_sent_ &&
                             client_.stats().pings_answered >= awaited_ping_ &&
                             packets_.get_available_packet_count() == 0;
    if (is_answered || is_silent(clock_.now_us())) close();
}

// A message in transit either way, or a blocked standard output, does not count as silence.
void Conversation::watch_for_silence() {
    const Stats stats = client_.stats();
    const std::size_t unsent_size = std::exchange(unsent_size_, stats.output_queued_size);
    const std::size_t part_size = std::exchange(part_size_, stats.message_size_so_far);
    const bool has_moved = unsent_size != unsent_size_ || part_size != part_size_;
    if (has_moved || packets_.get_available_packet_count() > 0) silent_since_us_ = clock_.now_us();
}

// ---- messages --------------------------------------------------------------------------------

void Conversation::print_messages() {
    while (can_print_more()) {
        const int source = client_.get_packet_peer();
        const Bytes packet = packets_.get_packet();
        received_size_ += packet.size();
        silent_since_us_ = clock_.now_us();
        if (one_message_is_printed_ || output_.state() != Output::State::good) continue;
        print(packet, source);
        if (!what_.one_message) continue;
        one_message_is_printed_ = true;
        if (is_open()) close();
    }
}

void Conversation::print(Bytes packet, int source) {
    if (what_.joins) {
        std::string line = std::to_string(source).append(": ");
        append_preview(line, packet, Preview::whole);
        output_.put_text(line);
    } else if (server_.was_string_packet()) {
        output_.put_text(text_of(packet));
    } else {
        output_.put_binary(packet);
    }
}

void Conversation::handle_output() {
    output_.write();
    if (output_.state() == Output::State::good) return;
    if (is_open()) return close();
    if (client_.get_connection_status() == client_.CONNECTION_CONNECTING) give_up(0, {});
}

void Conversation::send_messages() {
    Input::Message message;
    send_queue_was_full_ = false;
    while (is_open() && !closing_ && input_.next(message)) {
        if (message.too_long) {
            report_refused(message, std::string("longer than ").append(message_size_max_text));
        } else {
            const Error error = packets_.put_packet(message.text);
            send_queue_was_full_ = error == Error::out_of_memory;
            // Wait until there is space, or until the client reports that the connection is lost.
            if (error == Error::out_of_memory || error == Error::failed) return;
            if (error == Error::ok) sent_size_ += message.text.size();
            if (error == Error::invalid_data) report_refused(message, "not UTF-8 (see --binary)");
            if (error == Error::invalid_parameter) report_refused(message, "too long");
        }
        input_.consume();
    }
}

void Conversation::send_ping() {
    const Stats stats = client_.stats();
    if (what_.ping_us > 0 && stats.pings_answered > answered_count_) {
        answered_count_ = stats.pings_answered;
        report(std::string("pong after ").append(milliseconds(stats.round_trip_us)).append(" ms"));
    }
    const std::uint64_t now_us = clock_.now_us();
    if (!is_open() || closing_ || last_ping_is_sent_ || now_us < next_ping_us_) return;
    next_ping_us_ = now_us + what_.ping_us;
    ping();
}

// A ping fails only without entropy, which the next message reports as well.
void Conversation::ping() {
    if (client_.ping() == Error::ok) awaited_ping_ = client_.stats().pings_sent;
}

// ---- messages for the user -------------------------------------------------------------------

void Conversation::report_opened(std::string_view protocol) {
    if (what_.quiet) return;
    std::string line = std::string("connected to ").append(client_.get_connected_host());
    line.append(" port ").append(std::to_string(client_.get_connected_port()));
    if (!protocol.empty()) line.append(", sub-protocol ").append(protocol);
    const bool is_typed = isatty(STDIN_FILENO) != 0 && !what_.binary;
    report(line.append(is_typed ? "; Ctrl-D closes" : ""));
}

void Conversation::report_joined() {
    if (what_.quiet) return;
    report(std::string("joined ")
               .append(client_.get_connected_host())
               .append(" port ")
               .append(std::to_string(client_.get_connected_port()))
               .append(" as peer ")
               .append(std::to_string(client_.get_unique_id())));
}

void Conversation::report_refused(const Input::Message& message, std::string_view why) {
    input_was_refused_ = true;
    std::string line = "standard input";
    if (!what_.binary) line = std::string("line ").append(std::to_string(message.number));
    report(line.append(" was not sent: it is ").append(why));
}

void Conversation::report_stats() {
    const Stats stats = client_.stats();
    const auto line = [](std::string_view name, std::uint64_t messages, std::uint64_t payload,
                         std::uint64_t bytes) {
        report(std::string(name)
                   .append(std::to_string(messages))
                   .append(messages == 1 ? " message, " : " messages, ")
                   .append(std::to_string(payload))
                   .append(" bytes of payload, ")
                   .append(std::to_string(bytes))
                   .append(" bytes in total"));
    };
    line("sent ", stats.messages_sent, sent_size_, stats.bytes_sent);
    line("received ", stats.messages_received, received_size_, stats.bytes_received);
    std::string pings = std::string("received ").append(std::to_string(stats.pings_received));
    pings.append(" pings, ").append(std::to_string(stats.pongs_received)).append(" pongs");
    if (stats.pongs_received > 0) {
        pings.append(", last round trip ").append(milliseconds(stats.round_trip_us)).append(" ms");
    }
    report(pings);
    std::string phases = "time spent:";
    for (std::size_t i = 1; i < phase_count; ++i) {
        phases.append(i > 1 ? ", " : " ").append(text(static_cast<Phase>(i))).append(" ");
        phases.append(std::to_string(client_.failure().phase_ms[i])).append(" ms");
    }
    report(phases);
}

// ---- the end ---------------------------------------------------------------------------------

int Conversation::finish() {
    const int status = check_end();
    report_discarded();
    if (what_.stats) report_stats();
    return status;
}

// Users who want one message only, or whose reader has closed, do not want the others.
void Conversation::report_discarded() {
    const std::uint64_t size = client_.stats().discarded_size;
    if (size == 0 || what_.one_message || output_.state() != Output::State::good) return;
    report(std::string("discarded ")
               .append(std::to_string(size))
               .append(size == 1 ? " byte" : " bytes")
               .append(" of messages that arrived after this side had closed (see --wait)"));
}

int Conversation::check_end() {
    if (output_.state() == Output::State::failed) {
        report_not_written(output_.os_error());
        return number_of(ExitStatus::usage);
    }
    if (given_up_) return given_up_status_;
    const Failure& failure = client_.failure();
    const bool is_fine = ended_cleanly_ && !is_abnormal(failure.close_code);
    const bool is_printed = !what_.quiet && output_.state() == Output::State::good;
    if (!is_fine || is_printed) report(explain(failure));
    if (signal_is_handled_ && is_unfinished()) {
        report(std::string("ended by a signal before ")
                   .append(is_unanswered() ? "a message arrived" : "all input was sent"));
        return number_of(ExitStatus::signal) + interruption_.signal();
    }
    return ended_cleanly_ ? check_clean_end() : number_of(failure.phase);
}

// Applies to --one-message. If standard output is closed, nothing is missing.
bool Conversation::is_unanswered() const {
    return what_.one_message && !one_message_is_printed_ && output_.state() == Output::State::good;
}

bool Conversation::is_unfinished() const {
    Input::Message message;
    return is_unanswered() || input_.next(message);
}

int Conversation::check_clean_end() {
    const Failure& failure = client_.failure();
    const bool by_server = failure.cause == Cause::closed_by_server;
    Input::Message message;
    if (is_unanswered()) {
        report("no message arrived");
        return number_of(input_was_refused_ ? ExitStatus::usage : ExitStatus::closing);
    }
    if (by_server && input_.next(message)) {
        report("the server closed before all input was sent");
        return number_of(Phase::closing);
    }
    if (by_server && is_abnormal(failure.close_code)) return number_of(Phase::closing);
    return number_of(input_was_refused_ ? ExitStatus::usage : ExitStatus::clean);
}

}  // namespace linnet::cli
