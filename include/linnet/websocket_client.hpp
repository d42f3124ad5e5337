// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// `WebSocketClient` as Godot 3 documents it, and what linnet adds: a reason for every end, and ways
// to wait for programs that have no frame loop.
//
// One attempt, from `connect_to_url` to its end, tells this story:
//
//     ( connection_established ( data_received )* [ server_close_request ] connection_closed )
//   | connection_error
//
// With gd_mp_api the room tells its own beside it (networked_multiplayer_peer.hpp), and
// `data_received` is not emitted:
//
//     ( connection_established [ peer_connected(1) connection_succeeded
//         ( peer_connected | peer_disconnected | peer_packet )* ] [ server_close_request ]
//         connection_closed peer_disconnected* ( server_disconnected | connection_failed ) )
//   | connection_error connection_failed
//
// and none of it after `disconnect_from_host` while connecting, `connect_to_url` while closing or
// leaving a room, or the client's end. A large room is left in several polls, each with
// `Limits::poll_item_count_max` signals at most (`next_deadline` asks for the next one at once).
// All signals are emitted by `poll` (or `wait`), and the client may be destroyed, closed or
// connected again in each.
//
// What each call answers in each state is one table: tests/calls_by_state.md.
//
// Threads: a client has no lock. One thread at a time may be in any of its functions, the const
// ones too; which one may change if the program synchronises it. A debug build (without NDEBUG)
// asserts it. Two clients share nothing but what their `Options` share.
//
// Processes: after `fork` a client belongs to the parent. The child may only destroy its copy (or
// leave it, with `_exit` or `exec`): the destructor then closes the descriptors of the child and
// sends nothing, neither a close frame nor close_notify, so that the parent's connection goes on.
// Every other call in the child is forbidden. Sockets and files are closed on `exec`.
//
// errno: no call changes it. What the OS said is in `failure`.
#pragma once

#include "linnet/failure.hpp"
#include "linnet/networked_multiplayer_peer.hpp"
#include "linnet/options.hpp"
#include "linnet/signal.hpp"
#include "linnet/strings.hpp"
#include "linnet/websocket_peer.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// What a client has counted, for the current or last connection, and how its queues stand.
struct Stats {
    std::uint64_t bytes_received = 0;   ///< from the OS or TLS, all of it
    std::uint64_t bytes_sent = 0;       ///< taken by the OS or TLS
    std::uint64_t frames_received = 0;  ///< whose header has come
    std::uint64_t frames_sent = 0;      ///< messages and control frames that are with the OS
    std::uint64_t messages_received = 0;
    std::uint64_t messages_sent = 0;  ///< accepted by `put_packet`
    std::uint64_t pings_received = 0;
    std::uint64_t pongs_received = 0;

    /// Pings that this side asked for, those of keep-alive too (one that has not begun to leave is
    /// replaced by the next), and how many of them are answered. A pong
    /// answers for the pings before its own too (RFC 6455 5.5.3); one that nobody asked for does
    /// not count.
    std::uint64_t pings_sent = 0;
    std::uint64_t pings_answered = 0;

    // Round-trip times: of pings that were answered, those of the heartbeat too; 0 before.
    std::uint64_t round_trip_us = 0;  ///< of the last one
    std::uint64_t round_trip_min_us = 0;
    std::uint64_t round_trip_smoothed_us = 0;  ///< SRTT, RFC 6298 2

    // Ignored.
    std::uint64_t discarded_size = 0;  ///< payload bytes that came after a local close, or unwanted
    std::uint64_t ignored_messages = 0;  ///< gd_mp_api: messages that meant nothing in the room

    // Standing still.
    std::uint64_t receive_stalls = 0;  ///< so often a full queue stopped reading
    std::uint64_t send_stalls = 0;     ///< so often the OS took no more

    // Now.
    std::size_t input_queued_size = 0;    ///< payload bytes that wait for `get_packet`
    std::size_t output_queued_size = 0;   ///< payload bytes of messages not fully with the OS
    std::size_t message_size_so_far = 0;  ///< of the message that is arriving
    std::size_t buffer_size = 0;          ///< the receive buffer's
    std::uint64_t moved_size = 0;         ///< bytes moved within it so far
};

class WebSocketClient : public WebSocketMultiplayerPeer {
 public:
    WebSocketClient() : WebSocketClient(Options{}) {}
    /// Takes no memory and opens nothing. What `options` point to must outlive the client.
    explicit WebSocketClient(const Options& options);
    /// Drops the connection at once, without a signal; also from within a signal. If it was open, a
    /// close frame 1000 is sent as far as the OS takes it (not in a forked child: see above).
    ~WebSocketClient();

    // ---- the documented methods

    /// Starts an attempt: `url` is ws[s]://host[:port][/path][?query], `protocols` are the
    /// sub-protocols offered, `custom_headers` further "Name: value" lines: lists in braces or any
    /// `ListOfStrings`, such as a `std::vector<std::string>`. Nothing is kept of the arguments. Ok
    /// promises only that the attempt has begun; a signal tells the rest. Otherwise
    /// - already_in_use while connecting or open: nothing has changed;
    /// - invalid_parameter if it can never work, unavailable if this build cannot do it (wss://
    ///   without TLS), out_of_memory, or failed without entropy: `failure` tells which and
    ///   why, no signal follows.
    /// While closing, the old connection is dropped without a signal. Unread packets are gone.
    Error connect_to_url(std::string_view url, Strings protocols = {}, bool gd_mp_api = false,
                         Strings custom_headers = {});

    /// Open, or joining a room: sends what was accepted so far, then a close frame with `code` and
    /// `reason` (UTF-8, cut to 123 bytes at a character); `connection_closed` follows. Data that
    /// arrives from now on is discarded. Code 0 sends an empty close frame, and `reason` must then
    /// be empty. invalid_parameter for a code that may not be sent (RFC 6455 7.4), invalid_data for
    /// a reason that is not UTF-8, failed without entropy: then nothing has changed. Connecting:
    /// gives up at once, without a signal. Closing or idle: does nothing, ok.
    Error disconnect_from_host(int code = 1000, std::string_view reason = "");

    /// Whether a wss:// server must prove who it is: chain, dates, host name. True at first; read
    /// when TLS begins. False takes any server, but for one that is pinned otherwise.
    void set_verify_ssl_enabled(bool enabled);
    bool is_verify_ssl_enabled() const;

    /// The only certificate (or certificates) to accept from a wss:// server; null, as at first,
    /// for the roots of `Options::ca_bundle` or the system. One that is no CA: exactly that
    /// certificate, also if another has signed it. One that is a CA: itself, or what it has signed.
    /// Dates (of the CA, too) and host name count besides, unless verification is off. It is only
    /// lent: it must outlive the client or the next call, and not change while connecting.
    /// already_in_use unless disconnected.
    Error set_trusted_ssl_certificate(const X509Certificate* certificate);
    const X509Certificate* get_trusted_ssl_certificate() const;

    /// As `WebSocketPeer::get_connected_host` and `get_connected_port`.
    std::string_view get_connected_host() const;
    std::uint16_t get_connected_port() const;

    /// The handshake is accepted; `protocol` is the agreed sub-protocol or empty, valid until the
    /// next `connect_to_url`. The status is CONNECTED.
    Signal<std::string_view> connection_established;
    /// The attempt ended before it was open. The status is DISCONNECTED; `failure` tells why.
    Signal<> connection_error;
    /// The connection ended; clean exactly if both close frames were exchanged. The status is
    /// DISCONNECTED; `failure` tells who or why.
    Signal<bool> connection_closed;
    /// A message was queued: once for each. The status is CONNECTED.
    Signal<> data_received;
    /// The server sent its close frame; ours is queued. `code` is 0 if it had none; `reason` is
    /// valid until the next `connect_to_url`. `connection_closed` follows. The status is CONNECTED.
    Signal<int, std::string_view> server_close_request;

    // ---- what linnet adds

    /// How the last attempt ended.
    const Failure& failure() const;

    /// The header lines of the accepted upgrade, each with its CR LF (`take_header` cuts them);
    /// valid until the next `connect_to_url`. Empty before.
    std::string_view response_headers() const;
    /// The value of the first header of that `name`, whatever the letter case; else empty.
    std::string_view response_header(std::string_view name) const;

    /// Sends what is queued, without waiting. Only `Options::coalesce` makes it useful.
    void flush();

    /// Sends a ping; `Stats::round_trip_us` has the round trip once `Stats::pongs_received` has
    /// grown. Pings may overlap: up to 8 in flight are measured. If nothing arrives within
    /// `Timeouts::pong_ms` the connection ends (not if `Timeouts::ping_ms` is 0). Failed when not
    /// open, closing, or without entropy.
    Error ping();

    /// Tells that the process was suspended (a phone in a pocket, a console at rest): an open
    /// connection may be dead although nothing has told so. Sends a ping at once, so that
    /// `Timeouts::pong_ms` later it is known (unless `Timeouts::ping_ms` is 0), and forgives the
    /// silence until now. Does nothing when not open. While connecting the deadlines of the attempt
    /// go on.
    void notify_resume();

    /// For programs without a frame loop: sleeps until there is something to do, at most
    /// `timeout_ms`, then polls. Returns at once when idle or nested.
    void wait(std::uint32_t timeout_ms);

    /// For programs with an event loop: the sockets to wait for (several while connecting, at most
    /// `address_count_max`), written to the front of `items`; returns how many. Ask again after
    /// each `poll`. Poll when one is ready or at `next_deadline`.
    std::size_t wait_set(std::span<WaitItem> items) const;
    /// When `poll` has something to do at the latest, on the client's clock in microseconds: now or
    /// earlier while undelivered work remains, `no_deadline` when idle.
    std::uint64_t next_deadline() const;
    static constexpr std::uint64_t no_deadline = UINT64_MAX;

    Stats stats() const;

 private:
    friend class ClientCore;
    static constexpr std::size_t core_size = 5 * 1024 + 512;
    alignas(std::max_align_t) unsigned char storage_[core_size];
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
