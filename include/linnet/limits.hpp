// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Bounds on memory, work and time. Each bound has a default, and is set through `Options`.
#pragma once

#include <cstddef>
#include <cstdint>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Bounds on memory and work. Sizes are in bytes. A size of 0 admits only empty items. A count of 0
/// is raised to 1 where a connection could otherwise make no progress (`bounded`). `memory_max`
/// (memory_max.hpp) computes the memory that a client needs with given limits.
///
/// Example:
///
///     linnet::Options options;
///     options.limits.input_payload_max = 16 << 20;  // messages of up to 16 MiB
///     options.limits.output_message_count_max = 64;
///     linnet::WebSocketClient small(options);
struct Limits {
    // ---- queues; `set_buffers` sets these four

    /// Total payload of unread messages; also the maximum payload of one message. A larger message
    /// ends the connection with `Cause::message_too_large`.
    std::size_t input_payload_max = 1 << 20;
    /// Number of unread messages. A full queue pauses reading and loses nothing.
    std::size_t input_message_count_max = 1024;
    /// Total payload of messages not yet passed to the OS. `put_packet` fails beyond it.
    std::size_t output_payload_max = 1 << 20;
    /// Number of messages not yet passed to the OS.
    std::size_t output_message_count_max = 1024;

    /// Frames of one message, empty ones included (RFC 6455 5.4); 0 admits no message at all. More
    /// frames end the connection with `Cause::message_too_many_fragments`.
    std::size_t fragment_count_max = 16384;

    // ---- the opening handshake

    /// The URL passed to `connect_to_url`.
    std::size_t url_size_max = 8 * 1024;
    /// The whole upgrade request, custom headers included.
    std::size_t request_size_max = 16 * 1024;
    /// The head of the server's response, interim responses included.
    std::size_t response_size_max = 16 * 1024;
    /// Header lines in the response, those of interim responses included.
    std::size_t response_header_count_max = 100;

    // ---- rooms (gd_mp_api)

    /// Other peers in a room, not counting the server.
    std::size_t peer_count_max = 4096;

    // ---- work of one `poll`

    /// Bytes received (or, after a local close, discarded), and separately bytes decoded, where
    /// each frame counts as 16 bytes more. At least 16 KiB are decoded if they have been received.
    std::size_t poll_size_max = 256 * 1024;
    /// Messages and control frames handled; also signals emitted when a room is left.
    std::size_t poll_item_count_max = 256;
};

/// Upper bound on each payload limit; larger values are lowered to it.
inline constexpr std::size_t payload_max_max = std::size_t{1} << 30;
/// Upper bound on each message count, and on `peer_count_max`.
inline constexpr std::size_t message_count_max_max = std::size_t{1} << 20;

/// Returns `limits` as a connection applies them: values above the two bounds are lowered to them;
/// message counts and budgets of a poll are at least 1.
constexpr Limits bounded(Limits limits) {
    const auto bound = [](std::size_t& value, std::size_t min, std::size_t max) {
        value = value < min ? min : value > max ? max : value;
    };
    bound(limits.input_payload_max, 0, payload_max_max);
    bound(limits.output_payload_max, 0, payload_max_max);
    bound(limits.url_size_max, 0, payload_max_max);
    bound(limits.request_size_max, 0, payload_max_max);
    bound(limits.response_size_max, 0, payload_max_max);
    bound(limits.input_message_count_max, 1, message_count_max_max);
    bound(limits.output_message_count_max, 1, message_count_max_max);
    bound(limits.peer_count_max, 0, message_count_max_max);
    bound(limits.poll_size_max, 1, SIZE_MAX);
    bound(limits.poll_item_count_max, 1, SIZE_MAX);
    return limits;
}

/// Deadlines in milliseconds. 0 means "no limit"; for `ping_ms` and `pong_ms` it means "off". A
/// deadline that expires ends the attempt with the cause named beside it.
///
/// Example:
///
///     linnet::Options options;
///     options.timeouts.attempt_ms = 5'000;  // open within 5 seconds, or connection_error
///     options.timeouts.ping_ms = 10'000;    // a dead connection is detected after
///     options.timeouts.pong_ms = 5'000;     // at most 15 seconds of silence
///     linnet::WebSocketClient impatient(options);
struct Timeouts {
    // ---- while connecting

    /// Name lookup: `Cause::resolve_timed_out`.
    std::uint32_t resolve_ms = 10'000;
    /// TCP, all addresses together: `Cause::connect_timed_out`.
    std::uint32_t connect_ms = 10'000;
    /// The TLS handshake, once the socket is connected: `Cause::tls_timed_out`.
    std::uint32_t tls_ms = 10'000;
    /// The upgrade, from the request until the whole response has arrived:
    /// `Cause::response_timed_out`.
    std::uint32_t upgrade_ms = 10'000;
    /// gd_mp_api: from the accepted handshake until the server has sent this peer's id:
    /// `Cause::join_timed_out`.
    std::uint32_t join_ms = 10'000;
    /// From `connect_to_url` until the handshake is accepted: `Cause::attempt_timed_out`.
    std::uint32_t attempt_ms = 30'000;

    // ---- while connected

    /// Silence in the middle of a message: `Cause::message_timed_out`.
    std::uint32_t message_ms = 30'000;

    // ---- while closing

    /// Time without progress in sending the close frame (`Cause::close_not_sent`); then the time
    /// until the server's close frame arrives, whatever else arrives (`Cause::close_not_answered`).
    std::uint32_t closing_ms = 5'000;
    /// The wait for the end of the stream after both close frames; its expiry is a clean end.
    std::uint32_t drain_ms = 1'000;

    // ---- keep-alive

    /// Idle time before keep-alive sends a ping (RFC 6455 5.5.2). 0 turns keep-alive off: no
    /// automatic pings, and no deadline for the pongs of `WebSocketClient::ping`.
    std::uint32_t ping_ms = 20'000;
    /// Idle time after a ping, automatic or not, before the connection counts as dead:
    /// `Cause::pong_timed_out`. Another ping does not postpone it.
    std::uint32_t pong_ms = 20'000;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
