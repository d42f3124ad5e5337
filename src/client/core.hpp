// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What the documented classes are facades of: the life of a connection, from `connect_to_url` to
// its end. The notes at the top of core.cpp say how it works.
#pragma once

#include <optional>
#include <utility>

#include "client/journal.hpp"
#include "client/one_thread.hpp"
#include "client/transport.hpp"
#include "linnet/protocol/http.hpp"
#include "linnet/protocol/multiplayer_room.hpp"
#include "linnet/protocol/session.hpp"
#include "linnet/websocket_client.hpp"
#include "net/dialer.hpp"
#include "net/system.hpp"
#include "protocol/heartbeat.hpp"
#include "protocol/lifecycle.hpp"

namespace linnet::inline v0 {

class ClientCore {
 public:
    ClientCore(WebSocketClient& face, const Options& options);
    ClientCore(const ClientCore&) = delete;
    ClientCore& operator=(const ClientCore&) = delete;
    ~ClientCore();

    Error connect_to_url(std::string_view url, Strings protocols, bool gd_mp_api, Strings headers);
    Error disconnect(int code, std::string_view reason);
    Error set_buffers(int input_kb, int input_packets, int output_kb, int output_packets);

    void poll();
    void wait(std::uint32_t timeout_ms);
    std::size_t wait_set(std::span<WaitItem> items) const;
    std::uint64_t next_deadline() const;

    State state() const { return state_; }
    WebSocketPeer& peer() { return peer_; }

    std::size_t packet_count() const { return session_ ? session_->packet_count() : 0; }
    /// Of the server, as a peer: ok, unavailable, failed or unconfigured as `PacketPeer`.
    Error take_packet(Bytes& packet);
    Error put_packet(Bytes packet);
    /// Of the room, the same.
    Error take_multiplayer_packet(Bytes& packet);
    Error put_multiplayer_packet(Bytes packet);
    PeerId packet_source() const;
    const MultiplayerRoom& room() const { return room_; }
    void set_target(PeerId target) { target_ = target; }
    bool is_multiplayer() const { return is_multiplayer_; }
    Error ping();
    void notify_resume();
    void flush();

    void set_verify_ssl(bool enabled) { verify_ssl_ = enabled; }
    bool verify_ssl() const { return verify_ssl_; }
    Error set_trusted_certificate(const X509Certificate* certificate);
    const X509Certificate* trusted_certificate() const { return trusted_certificate_; }

    WebSocketPeer::WriteMode write_mode() const { return write_mode_; }
    void set_write_mode(WebSocketPeer::WriteMode mode) { write_mode_ = mode; }
    bool was_string_packet() const { return was_string_packet_; }
    Error set_no_delay(bool enabled);
    std::string_view connected_host() const;
    std::uint16_t connected_port() const;
    std::size_t outbound_buffered_amount() const;

    const Failure& failure() const { return failure_; }
    std::string_view response_headers() const { return response_headers_; }
    Stats stats() const;

    OneThread& one_thread() { return one_thread_; }

 private:
    // Whether to go on after a signal: not if the client was destroyed.
    enum class [[nodiscard]] Delivery : bool{stop, go_on};
    // The first bytes of the attempt's texts: enough for most stories, else they are cut.
    static constexpr std::size_t explanation_size_max = 1024;
    // What the end of an attempt will emit.
    enum class Ending : std::uint8_t { none, error, closed, closed_clean };

    // core_connect.cpp: from `connect_to_url` to open.
    Error refuse(Cause cause, Error error);
    Error prepare(std::string_view url, Strings protocols, Strings headers);
    bool keep_texts(std::string_view url, const HandshakeRequest& request,
                    std::size_t request_size);
    void begin_attempt();
    void release_answer();
    void resolve();
    void dial();
    void begin_tls();
    void secure();
    Cause lost(Cause otherwise) const;
    void begin_upgrade();
    void upgrade();
    void send_request();
    void read_answer();
    void judge(const ResponseHead& head, std::size_t head_size);
    void accept(const ResponseHead& head, std::size_t head_size, std::string_view protocol);

    // core_converse.cpp: from open to draining.
    Delivery converse();
    void send_unsent();
    void flush_transport();
    void send_outbox();
    void lose_sending(int os_error);
    void flush_unless_coalescing();
    void receive_all();
    void judge_input();
    bool receive_once(MutableBytes room);
    void drain();
    void shrink_when_idle();
    Delivery deliver_events();
    Delivery handle(const SessionEvent& event);
    Delivery handle_close(const SessionEvent& event);
    void handle_breach(Cause cause);
    void break_off(Cause cause);
    void settle();
    void settle_lost_link();
    void settle_draining();
    void say_goodbye();
    void judge_liveness();
    void judge_closing();

    // core_multiplayer.cpp: gd_mp_api.
    Delivery hear_packet();
    void reserve_peers();
    Delivery announce_joined(std::uint64_t attempt);
    Delivery leave_room(std::uint64_t attempt);
    void judge_joining();

    // core.cpp: the life, its deadlines and its end.
    void run();
    Error take_message(Bytes& packet);
    Error put_message(Opcode opcode, Bytes front, Bytes packet);
    void enter(Event event);
    void abandon();
    void end(Cause cause, int os_error = 0);
    void end_well();
    void finish(Ending ending, Cause cause, Phase phase, int os_error);
    void judge_attempt();
    Delivery deliver_ending();
    Phase phase() const;
    std::uint64_t attempt_deadline() const;
    std::uint64_t state_deadline() const;
    std::uint64_t closing_deadline() const;
    bool work_is_waiting() const;
    bool close_has_left() const { return session_->close_is_sent() && !transport_.has_unsent(); }
    // What is received now is decoded; later it is drained.
    bool decodes() const { return is_established(state_) || state_ == State::closing; }

    template <class Emit>
    Delivery deliver(Emit notify) {
        const bool* const destroyed = destroyed_;
        notify();
        return *destroyed ? Delivery::stop : Delivery::go_on;
    }

    WebSocketClient& face_;
    WebSocketPeer peer_;
    Options options_;
    SystemClock system_clock_;
    SystemEntropy system_entropy_;
    SystemResolver system_resolver_;
    SystemNetwork system_network_;
    Clock& clock_;
    Entropy& entropy_;
    Resolver& resolver_;
    Network& network_;
    const TlsContext* const tls_;  // null: this build has none, and none was given
    const Journal journal_;
    OneThread one_thread_;

    bool verify_ssl_ = true;
    const X509Certificate* trusted_certificate_ = nullptr;

    State state_ = State::idle;
    Ending ending_ = Ending::none;  // emitted at the end of `run`
    Failure failure_;
    Cause breach_ = Cause::none;  // how the peer broke the protocol, while we say goodbye
    Phase breach_phase_ = Phase::open;

    // The attempt. Its texts are one block: explanation, URL, request.
    Block texts_;
    Block answer_;           // the header lines of the accepted upgrade
    Block replaced_answer_;  // those of the attempt that a listener replaced, until `poll` returns
    Url url_;
    Bytes request_;  // what of it is not with the OS yet
    HandshakeOffer offer_;
    std::string_view response_headers_;
    std::string_view protocol_;  // agreed on
    std::array<std::uint8_t, control_payload_size_max> close_reason_{};
    std::array<std::uint8_t, ip_text_size_max> host_text_{};
    std::size_t host_text_size_ = 0;

    Resolver::Request resolving_ = 0;
    Dialer dialer_;
    Transport transport_;
    std::optional<ResponseHeadReader> answer_reader_;
    std::optional<Session> session_;
    Heartbeat heartbeat_;

    // gd_mp_api: the room, and where the next packet goes.
    bool is_multiplayer_ = false;
    MultiplayerRoom room_;
    PeerId target_ = no_peer;
    std::uint64_t attempt_count_ = 0;

    std::uint64_t now_us_ = 0;  // read once in each call from outside that needs it
    std::uint64_t attempt_since_us_ = 0;
    std::uint64_t state_since_us_ = 0;
    std::uint64_t received_us_ = 0;        // when the last byte came
    std::uint64_t sent_us_ = 0;            // when the OS last took one
    std::uint64_t close_progress_us_ = 0;  // when our close frame was queued, moved, or left
    std::uint64_t overdue_since_us_ = 0;   // the closing deadline passed while input was waiting

    Stats stats_;
    bool* destroyed_ = nullptr;  // stands on the stack of the `poll` under way
    bool polling_ = false;
    bool can_receive_ = false;
    bool can_send_ = false;
    bool send_is_blocked_ = false;   // the last send would have blocked
    bool closed_by_server_ = false;  // the first close frame was theirs
    bool stream_ended_ = false;      // the server's end of stream was received
    int link_error_ = 0;             // of the OS, when it was not that
    bool quiet_ = false;             // the last receive found nothing more
    bool input_is_full_ = false;     // the last receive had no room
    bool is_stalled_ = false;        // our own full queue keeps the server waiting
    bool work_is_left_ = false;      // the last poll stopped at a limit of its own
    std::size_t held_packet_count_ = 0;
    WebSocketPeer::WriteMode write_mode_ = WebSocketPeer::WRITE_MODE_BINARY;
    bool was_string_packet_ = false;
};

}  // namespace linnet::inline v0
