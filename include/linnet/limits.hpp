// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Every bound has a name, a unit in that name, and a default. All may be set through `Options`.
#pragma once

#include <cstddef>
#include <cstdint>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// A size of 0 lets nothing through but what is empty. Of the counts, 0 counts as 1 where the
/// connection could do nothing otherwise (`bounded`).
struct Limits {
    // Of a connection. Sizes are bytes of payload; `set_buffers` sets these four.
    std::size_t input_payload_max = 1 << 20;  ///< unread messages in sum, and so any single one
    std::size_t input_message_count_max = 1024;
    std::size_t output_payload_max = 1 << 20;  ///< messages not yet with the OS, in sum
    std::size_t output_message_count_max = 1024;

    std::size_t fragment_count_max = 16384;  ///< frames of one message, empty ones too; 0: none

    // Of the opening handshake.
    std::size_t url_size_max = 8 * 1024;
    std::size_t request_size_max = 16 * 1024;
    std::size_t response_size_max = 16 * 1024;  ///< the response's head, interim ones included
    std::size_t response_header_count_max = 100;

    /// Peers known in a room (gd_mp_api), the server not counted.
    std::size_t peer_count_max = 4096;

    // Of one `poll`.
    /// Bytes received, or discarded after a close frame; and bytes decoded, where each frame counts
    /// as 16 more and 16 KiB are always decoded.
    std::size_t poll_size_max = 256 * 1024;
    /// Messages and control frames handled; signals when a room is left.
    std::size_t poll_item_count_max = 256;
};

/// No connection takes a larger payload limit than this, whatever is asked for.
inline constexpr std::size_t payload_max_max = std::size_t{1} << 30;
/// Nor a larger packet count, nor more peers.
inline constexpr std::size_t message_count_max_max = std::size_t{1} << 20;

/// `limits` as a connection takes them: larger ones than these count as these, and a packet count
/// or a budget of a poll of 0 counts as 1.
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

/// All in milliseconds. Zero means "no limit", and for the two of the heartbeat "off".
struct Timeouts {
    std::uint32_t resolve_ms = 10'000;
    std::uint32_t connect_ms = 10'000;
    std::uint32_t tls_ms = 10'000;      ///< from the connected socket to the end of the handshake
    std::uint32_t upgrade_ms = 10'000;  ///< from then on to the whole answer
    std::uint32_t join_ms = 10'000;     ///< gd_mp_api: from then on to our id
    std::uint32_t attempt_ms = 30'000;  ///< from `connect_to_url` to the accepted handshake
    std::uint32_t message_ms = 30'000;  ///< without a byte while a message is half there
    /// Without progress of our close frame; then for theirs, whatever else the server sends.
    std::uint32_t closing_ms = 5'000;
    std::uint32_t drain_ms = 1'000;  ///< for the end of stream after both close frames
    /// Idle time before a ping is sent. 0 switches keep-alive off: no pings but those of the
    /// program, and no deadline for their pongs.
    std::uint32_t ping_ms = 20'000;
    /// Idle time after a ping, also one of the program, before the connection is dead. Another ping
    /// does not postpone it. 0: never.
    std::uint32_t pong_ms = 20'000;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
