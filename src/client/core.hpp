// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The core of the documented classes: a client's life, its settings, and the only function that
// calls signals. The state of a connection is in `Attempt`.
#pragma once

#include "client/attempt.hpp"
#include "client/one_thread.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

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

    State state() const { return attempt_ ? attempt_->state() : State::idle; }
    WebSocketPeer& peer() { return peer_; }

    std::size_t message_count() const { return attempt_ ? attempt_->message_count() : 0; }
    /// Packets of the server as a peer: ok, unavailable, failed or unconfigured, as in
    /// `PacketPeer`.
    Error take_packet(Bytes& packet);
    Error put_packet(Bytes packet);
    /// Packets of the room.
    Error take_multiplayer_packet(Bytes& packet);
    Error put_multiplayer_packet(Bytes packet);
    PeerId packet_source() const;
    PeerId unique_id() const;
    std::span<const PeerId> peers() const;
    void set_target(PeerId target) { settings_.target = target; }
    bool is_multiplayer() const { return attempt_ && attempt_->is_multiplayer(); }
    Error ping();
    void notify_resume();
    void flush();

    void set_verify_ssl(bool enabled) { settings_.verify_ssl = enabled; }
    bool verify_ssl() const { return settings_.verify_ssl; }
    Error set_trusted_certificate(const X509Certificate* certificate);
    const X509Certificate* trusted_certificate() const { return settings_.trusted_certificate; }

    WebSocketPeer::WriteMode write_mode() const { return settings_.write_mode; }
    void set_write_mode(WebSocketPeer::WriteMode mode) { settings_.write_mode = mode; }
    bool was_string_packet() const;
    Error set_no_delay(bool enabled);
    std::string_view connected_host() const;
    std::uint16_t connected_port() const;
    std::size_t outbound_buffered_amount() const;

    const Failure& failure() const { return failure_; }
    std::string_view response_headers() const;
    Stats stats() const;

    OneThread& one_thread() { return one_thread_; }

 private:
    // Whether to continue after a signal: `stop` if the client was destroyed.
    enum class [[nodiscard]] Delivery : bool{stop, go_on};

    bool is_in(std::uint8_t groups) const { return attempt_ && attempt_->is_in(groups); }
    bool is_polling() const { return destroyed_ != nullptr; }
    Error refuse(const Texts::Refusal& refusal);
    void begin(Texts&& texts, bool gd_mp_api);
    inline void run();
    inline Delivery deliver(const AttemptEvent& event);
    inline void notify(const AttemptEvent& event);
    void flush_unless_coalescing(std::uint64_t now_us);
    Error take_message(Bytes& packet);
    Error put_message(Opcode opcode, Bytes front, Bytes packet);

    // These exist as long as the client.
    WebSocketClient& face_;
    WebSocketPeer peer_;
    Ports ports_;
    Settings settings_;
    const Journal journal_;
    OneThread one_thread_;
    bool* destroyed_ = nullptr;  // points to the stack of the current `poll`

    // These last from one `connect_to_url` to the next.
    Failure failure_;  // of that attempt, or of the last `connect_to_url` that was refused
    std::optional<Attempt> attempt_;
    std::uint64_t serial_ = 0;  // of the attempt
    SignalTexts replaced_;      // of an attempt that a listener replaced, until its signal ends
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
