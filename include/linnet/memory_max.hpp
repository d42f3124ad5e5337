// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The upper bound on a client's memory, for programs that reserve it in advance.
#pragma once

#include "linnet/protocol/multiplayer_room.hpp"
#include "linnet/protocol/session.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Returns the maximum number of bytes that a client has allocated from `Options::memory` at any
/// time, in any state, growing buffers and reconnecting included. While a buffer grows, the old one
/// of half its size exists too, hence the factor 1.5. It is the sum of
///
///     3 x (1149 B + url_size_max + request_size_max)    texts of this attempt, of the next, and of
///                                                       one whose signal is still being emitted
///     response_size_max                                 headers of the accepted upgrade
///     1.5 x (input_payload_max + 22 B x input_message_count_max + 4 KiB)       receive buffer
///     1.5 x (output_payload_max + 14 B x (output_message_count_max + 1))       send buffer
///     12 B x (peer_count_max + 1), at least 96 B        peers of a room (gd_mp_api)
///
/// where the larger of input_payload_max and response_size_max replaces input_payload_max. A sum
/// above SIZE_MAX is SIZE_MAX. The default limits give 3.2 MiB; an idle connection uses less than
/// 4 KiB.
///
/// Not included: `tls_memory_max` (tls.hpp) for wss://, 192 B for each listener of a signal with
/// more than two listeners (capacities double here too), and the client object itself.
///
/// Example:
///
///     linnet::Limits limits;
///     limits.input_payload_max = limits.output_payload_max = 64 * 1024;
///     std::vector<std::uint8_t> arena(linnet::memory_max(limits) + linnet::tls_memory_max);
constexpr std::size_t memory_max(const Limits& requested) {
    const Limits limits = bounded(requested);
    const std::size_t texts = 1024 + 125 + limits.url_size_max + limits.request_size_max;
    const std::size_t input = Session::inbox_size_max(limits);
    const std::size_t output =
        Outbox::block_size_max(limits.output_payload_max, limits.output_message_count_max);
    std::size_t sum = 0;
    for (const std::size_t part :
         {texts, texts, texts, limits.response_size_max, input, input / 2, output, output / 2,
          MultiplayerRoom::memory_max(limits.peer_count_max)}) {
        sum = part > SIZE_MAX - sum ? SIZE_MAX : sum + part;
    }
    return sum;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
