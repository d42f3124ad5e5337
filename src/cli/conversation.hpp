// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// `linnet ws://host/path`: one loop sends standard input to a server and prints what arrives. It
// reads nothing that it cannot send or print, so that a slow side slows down the other and nothing
// is lost.
#pragma once

#include <optional>

#include "cli/command_line.hpp"
#include "cli/input.hpp"
#include "cli/interruption.hpp"
#include "cli/output.hpp"
#include "cli/tls_client.hpp"
#include "cli/tracing_network.hpp"
#include "cli/tracing_tls.hpp"
#include "linnet/linnet.hpp"
#include "linnet/system_clock.hpp"
#include "linnet/system_network.hpp"

namespace linnet::cli {

class Conversation {
 public:
    /// The arguments must outlive the conversation.
    Conversation(const TalkOptions& what, const Interruption& interruption);
    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;

    /// Returns the exit status.
    int run();

 private:
    class StandardError final : public TraceSink {
     public:
        void line(std::string_view text) override { report_plain(text); }
    };

    /// Also loads the trust, which the client is constructed with.
    Options options();
    void listen_to_signals();
    void listen_to_the_room();
    bool begin();
    bool is_over() const;
    void sleep();
    std::uint64_t next_deadline(std::uint64_t now_us) const;

    void handle_signal();
    void handle_timeout(std::uint64_t now_us);
    void print_messages();
    void print(Bytes packet, int source);
    void handle_output();
    void send_messages();
    void handle_end_of_input();
    void watch_for_silence();
    void send_ping();
    void ping();
    void close();
    void give_up(int status, const std::string& why);

    int finish();
    int check_end();
    int check_clean_end();
    void report_opened(std::string_view protocol);
    void report_joined();
    void report_refused(const Input::Message& message, std::string_view why);
    void report_stats();
    void report_discarded();
    std::string_view stage() const;
    bool is_open() const;
    bool wants_input() const;
    bool can_print_more() const;
    bool waits_for_silence() const;
    bool is_silent(std::uint64_t now_us) const;
    bool is_unanswered() const;
    bool is_unfinished() const;
    std::uint64_t silence_us() const;
    bool is_all_sent() const;
    bool os_is_full() const;

    const TalkOptions& what_;
    const Interruption& interruption_;
    SystemClock clock_;
    SystemNetwork system_network_;
    StandardError standard_error_;
    TracingNetwork tracing_network_;
    std::optional<TracingTls> tracing_tls_;
    Trust trust_;
    std::string trust_error_;
    WebSocketClient client_;
    WebSocketPeer& server_;
    PacketPeer& packets_;  // of the server, or of the room
    Input input_;
    Output output_;

    std::uint64_t begin_us_;
    std::uint64_t next_ping_us_ = UINT64_MAX;
    std::uint64_t answered_count_ = 0;   // pings whose round trip is printed
    std::uint64_t awaited_ping_ = 0;     // the last ping of this side
    std::uint64_t silent_since_us_ = 0;  // the last progress of a message, or the end of input
    std::size_t unsent_size_ = 0;        // payload
    std::size_t part_size_ = 0;          // of the message being received
    std::uint64_t received_size_ = 0;    // payload
    std::uint64_t sent_size_ = 0;        // payload
    bool send_queue_was_full_ = false;
    bool opened_ = false;
    bool ended_cleanly_ = false;
    bool closing_ = false;  // this side has begun to close
    bool signal_is_handled_ = false;
    bool input_end_is_seen_ = false;
    bool last_ping_is_sent_ = false;  // the ping at the end of input
    bool one_message_is_printed_ = false;
    bool input_was_refused_ = false;  // a part of it could not be sent
    bool given_up_ = false;
    int given_up_status_ = 0;
};

}  // namespace linnet::cli
