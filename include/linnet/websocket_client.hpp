// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// `WebSocketClient` as Godot 3 documents it. linnet adds a reason for every end (`failure`) and,
// for programs without a frame loop, ways to wait.
//
// The status, and the signals emitted on each edge:
//
//     CONNECTION_DISCONNECTED <--------------------+---------------------------+
//                |                                 |                           |
//                | connect_to_url: ok              | connection_error          |
//                v                                 | (disconnect_from_host:    |
//     CONNECTION_CONNECTING -----------------------+ no signal)                |
//                |                                                             |
//                | connection_established                                      |
//                v                                                             |
//     CONNECTION_CONNECTED ----------------------------------------------------+
//                |   ^                                 connection_closed(clean)
//                |   |
//                +---+ data_received, server_close_request
//
// With gd_mp_api the connection is a peer of a room (networked_multiplayer_peer.hpp):
//
//     CONNECTION_DISCONNECTED <--------------------+---------------------------+
//                |                                 |                           |
//                | connect_to_url: ok              | connection_error or       |
//                v                                 | connection_closed, then   |
//     CONNECTION_CONNECTING -----------------------+ connection_failed         |
//                |   ^                                                         |
//                |   |                                                         |
//                +---+ connection_established                                  |
//                |                                                             |
//                | peer_connected(1), connection_succeeded                     |
//                v                                                             |
//     CONNECTION_CONNECTED ----------------------------------------------------+
//                |   ^        connection_closed, peer_disconnected of each peer,
//                |   |                                      server_disconnected
//                +---+ peer_connected, peer_disconnected, peer_packet, server_close_request
//
// (`disconnect_from_host` before connection_established: no signal. If the connection begins to
// close between connection_established and connection_succeeded, the status is CONNECTED until it
// has closed.)
//
// The signals of one attempt, as a grammar, without and with gd_mp_api:
//
//     ( connection_established ( data_received )* [ server_close_request ] connection_closed )
//   | connection_error
//
//     ( connection_established [ peer_connected(1) connection_succeeded
//         ( peer_connected | peer_disconnected | peer_packet )* ] [ server_close_request ]
//         connection_closed peer_disconnected* ( server_disconnected | connection_failed ) )
//   | connection_error connection_failed
//
// The rest of the sequence is omitted after `disconnect_from_host` while connecting, after
// `connect_to_url` while closing or leaving a room, and when the client is destroyed. Leaving a
// large room takes several polls, each with at most `Limits::poll_item_count_max` signals;
// meanwhile `next_deadline` is not in the future. Only `poll` and `wait` emit signals. A listener
// may call any function of the client, and may destroy it.
//
// The life of an attempt (`Phase`), and its deadlines (`Timeouts`):
//
//     phase      what happens                             deadline
//     ---------  ---------------------------------------  -----------------------------------
//     request    connect_to_url validates its arguments
//     resolve    host name lookup                         resolve_ms  |
//     connect    TCP, addresses in parallel (RFC 8305)    connect_ms  |  attempt_ms for all
//     tls        wss:// only                              tls_ms      |
//     upgrade    request and response                     upgrade_ms  |
//     join       gd_mp_api only                           join_ms
//     open       messages and keep-alive                  message_ms; pong_ms after each ping
//     closing    close frames, then the end of stream     closing_ms, then drain_ms
//
// tests/calls_by_state.md lists the result of every call in every state.
//
// Threads: a client has no lock. No two of its functions, const ones included, may run at the
// same time; a debug build (without NDEBUG) asserts this. A client may be handed to another thread
// if the program synchronises the handover. Clients share only what their `Options` share.
//
// Processes: after `fork`, a client belongs to the parent. The only call allowed in the child is
// the destructor, which closes the child's descriptors and sends nothing, so the parent's
// connection continues. The child may also skip it (`_exit`, `exec`): sockets and files are closed
// on `exec`.
//
// errno: no call changes it; `failure` has the errors of the OS.
#pragma once

#include "linnet/failure.hpp"
#include "linnet/networked_multiplayer_peer.hpp"
#include "linnet/options.hpp"
#include "linnet/signal.hpp"
#include "linnet/strings.hpp"
#include "linnet/websocket_peer.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Counters of the current or last connection, and the current state of its queues. Sizes are in
/// bytes, times in microseconds. `connect_to_url` resets them.
///
/// Example:
///
///     const linnet::Stats stats = client.stats();
///     std::printf("round trip %.1f ms, %zu bytes unsent\n",
///                 static_cast<double>(stats.round_trip_smoothed_us) / 1000,
///                 stats.output_queued_size);
struct Stats {
    std::uint64_t bytes_received = 0;     ///< from the OS or, with wss://, from TLS
    std::uint64_t bytes_sent = 0;         ///< accepted by the OS or by TLS
    std::uint64_t frames_received = 0;    ///< frames whose header has arrived
    std::uint64_t frames_sent = 0;        ///< data and control frames accepted by the OS
    std::uint64_t messages_received = 0;  ///< complete messages
    std::uint64_t messages_sent = 0;      ///< messages accepted by `put_packet`
    std::uint64_t pings_received = 0;
    std::uint64_t pongs_received = 0;  ///< unsolicited pongs included

    /// Pings queued by `ping` and by keep-alive; a ping that is replaced before it is sent counts
    /// too.
    std::uint64_t pings_sent = 0;
    /// Pings for which a pong has arrived. A pong also answers all earlier pings (RFC 6455 5.5.3).
    /// Unsolicited pongs do not count.
    std::uint64_t pings_answered = 0;

    // Round-trip times of answered pings; 0 before the first.
    std::uint64_t round_trip_us = 0;           ///< the latest
    std::uint64_t round_trip_min_us = 0;       ///< the shortest
    std::uint64_t round_trip_smoothed_us = 0;  ///< SRTT (RFC 6298 2)

    /// Payload bytes discarded after a local close, or because of `Options::discard_input`.
    std::uint64_t discarded_size = 0;
    /// gd_mp_api: messages that the rules of the room ignore (protocol/multiplayer_room.hpp).
    std::uint64_t ignored_messages = 0;

    /// Times reading stopped because the receive queue was full.
    std::uint64_t receive_stalls = 0;
    /// Times sending stopped because the OS accepted no more bytes.
    std::uint64_t send_stalls = 0;

    // The current state.
    std::size_t input_queued_size = 0;    ///< payload waiting for `get_packet`
    std::size_t output_queued_size = 0;   ///< payload of messages not yet fully passed to the OS
    std::size_t message_size_so_far = 0;  ///< received payload of the incomplete message
    std::size_t buffer_size = 0;          ///< size of the receive buffer
    std::uint64_t moved_size = 0;         ///< bytes moved within it so far
};

/// A WebSocket client (RFC 6455) for ws:// and wss://. All calls return without waiting, except
/// `wait`.
///
/// Example:
///
///     linnet::WebSocketClient chat;
///     chat.connection_established.connect([&](std::string_view) { print("connected"); });
///     chat.data_received.connect([&] { print(linnet::text_of(chat.get_peer(1)->get_packet())); });
///     chat.connection_error.connect([&] { print(chat.failure().explain()); });
///     if (chat.connect_to_url("wss://example.com/chat", {"chat"}) != linnet::Error::ok) {
///         print(chat.failure().explain());
///     }
///     while (chat.get_connection_status() != chat.CONNECTION_DISCONNECTED) chat.wait(100);
class WebSocketClient : public WebSocketMultiplayerPeer {
 public:
    /// A client with default options.
    WebSocketClient() : WebSocketClient(Options{}) {}
    /// Copies `options`; the objects that it points to must outlive the client. No allocation, no
    /// system call.
    explicit WebSocketClient(const Options& options);
    /// Ends the connection at once, without a signal. Allowed within a signal of this client. If
    /// the connection is open, a close frame with code 1000 is sent if the OS accepts it (not in a
    /// forked child).
    ~WebSocketClient();

    // ---- the documented methods

    /// Begins an attempt. `url` is ws[s]://host[:port][/path][?query]; `protocols` are the offered
    /// sub-protocols in order of preference; `custom_headers` are additional "Name: value" lines.
    /// Both lists are given in braces or as any `ListOfStrings`, such as a
    /// `std::vector<std::string>`. The arguments are borrowed for the call.
    ///
    /// `ok` means that the attempt has begun; a signal reports its result. Otherwise no signal
    /// follows, `failure` has the reason, and the call returns
    /// - `already_in_use` while connecting or open; nothing has changed, `failure` included;
    /// - `invalid_parameter` if an argument is invalid;
    /// - `unavailable` for wss:// in a build without TLS;
    /// - `out_of_memory` if memory is exhausted;
    /// - `failed` if the entropy source fails.
    ///
    /// A call that returns `ok` drops a connection that is still closing, without a signal, and all
    /// unread packets.
    Error connect_to_url(std::string_view url, Strings protocols = {}, bool gd_mp_api = false,
                         Strings custom_headers = {});

    /// Closes the connection (RFC 6455 7.1.2), depending on the state:
    /// - Open, or joining a room: sends the queued messages, then a close frame with `code` and
    ///   `reason`; `connection_closed` follows. Data that arrives from now on is discarded.
    /// - Connecting: cancels the attempt at once, without a signal.
    /// - Closing or disconnected: does nothing.
    ///
    /// `reason` is UTF-8; beyond 123 bytes it is cut at the end of a character. Code 0 with an
    /// empty `reason` sends an empty close frame. When open, the call changes nothing and returns
    /// - `invalid_parameter` for a code that must not be sent (RFC 6455 7.4), or a reason with code
    ///   0;
    /// - `invalid_data` if `reason` is not UTF-8;
    /// - `failed` if the entropy source fails.
    Error disconnect_from_host(int code = 1000, std::string_view reason = "");

    /// Sets whether the certificate of a wss:// server is verified: chain, dates and host name (RFC
    /// 5280, RFC 9525). True by default; it takes effect when a TLS handshake begins. If false,
    /// only pinned certificates and keys are checked.
    void set_verify_ssl_enabled(bool enabled);
    /// Returns whether the certificate is verified.
    bool is_verify_ssl_enabled() const;

    /// Pins the certificate (or certificates) of wss:// servers. If it is not a CA, only that
    /// certificate is accepted, whichever CA signed it. If it is a CA, it and the certificates that
    /// it has signed are accepted. Dates (of the CA too) and host name are checked as well, unless
    /// verification is off. Null, the default, trusts `Options::ca_bundle` or the system's roots.
    ///
    /// The certificate is borrowed: it must not change while connecting, and must outlive the
    /// client or be replaced by another call. Returns `already_in_use` unless disconnected.
    Error set_trusted_ssl_certificate(const X509Certificate* certificate);
    /// Returns the pinned certificate, or null.
    const X509Certificate* get_trusted_ssl_certificate() const;

    /// As `WebSocketPeer::get_connected_host`.
    std::string_view get_connected_host() const;
    /// As `WebSocketPeer::get_connected_port`.
    std::uint16_t get_connected_port() const;

    /// Emitted when the server has accepted the handshake, with the chosen sub-protocol or an empty
    /// string, valid until the next `connect_to_url`. The status is CONNECTED; with gd_mp_api it is
    /// still CONNECTING.
    Signal<std::string_view> connection_established;
    /// Emitted when the attempt ends before the handshake is accepted. The status is DISCONNECTED;
    /// `failure` has the reason.
    Signal<> connection_error;
    /// Emitted when the connection ends; the argument is true if both close frames were exchanged.
    /// The status is DISCONNECTED; `failure` has the reason.
    Signal<bool> connection_closed;
    /// Emitted once for each received message, which is queued for `get_packet`. The status is
    /// CONNECTED.
    Signal<> data_received;
    /// Emitted when the server's close frame arrives, with its code (0 if it has none) and reason,
    /// valid until the next `connect_to_url`. A close frame in response is queued, and
    /// `connection_closed` follows. The status is CONNECTED.
    Signal<int, std::string_view> server_close_request;

    // ---- additions

    /// Returns how the last attempt ended; the cause is `Cause::none` until it has.
    const Failure& failure() const;

    /// Returns the header lines of the accepted response, each with its CR LF; `take_header`
    /// (codec/http.hpp) splits them. Valid until the next `connect_to_url`; empty before the
    /// handshake is accepted.
    std::string_view response_headers() const;
    /// Returns the value of the first header with `name`, compared case-insensitively; empty if
    /// there is none. Valid as long as `response_headers`.
    std::string_view response_header(std::string_view name) const;

    /// Sends as many queued messages as the OS accepts. Needed only with `Options::coalesce`.
    void flush();

    /// Sends a ping. `Stats::round_trip_us` has its round-trip time once `Stats::pings_answered`
    /// has grown. Up to 8 overlapping pings are measured. If nothing arrives within
    /// `Timeouts::pong_ms`, the connection ends, unless `Timeouts::ping_ms` is 0. Returns `failed`
    /// if not open, if closing, or if the entropy source fails.
    Error ping();

    /// Call it when the process resumes after a suspension (on a phone or console): the connection
    /// may have died unnoticed. Sends a ping at once, so a dead connection is detected within
    /// `Timeouts::pong_ms` (unless `Timeouts::ping_ms` is 0), and restarts the idle time. Does
    /// nothing unless open; while connecting, deadlines are not extended.
    void notify_resume();

    /// For programs without a frame loop: waits until there is work, at most `timeout_ms`
    /// milliseconds, then polls. Returns at once if disconnected, or if called within a signal.
    void wait(std::uint32_t timeout_ms);

    /// For programs with an event loop: writes the sockets to wait for to the front of `items` and
    /// returns their number (up to `address_count_max` while connecting, otherwise at most one).
    /// Call it again after each `poll`. Call `poll` when a socket is ready, and at `next_deadline`.
    std::size_t wait_set(std::span<WaitItem> items) const;
    /// Returns the latest time for the next `poll`, in microseconds of `Options::clock`. It is not
    /// in the future while work remains; it is `no_deadline` if there is nothing to wait for.
    std::uint64_t next_deadline() const;
    /// The result of `next_deadline` when only a call by the program can create work.
    static constexpr std::uint64_t no_deadline = UINT64_MAX;

    /// Returns a copy of the counters.
    Stats stats() const;

 private:
    friend class ClientCore;
    static constexpr std::size_t core_size = 5 * 1024 + 512;
    alignas(std::max_align_t) unsigned char storage_[core_size];
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
