// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// How much memory a client can take at most, for those who have to reserve it.
#pragma once

#include "linnet/protocol/multiplayer_room.hpp"
#include "linnet/protocol/session.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// No client takes more than this of `Options::memory` at once: in no state, however much arrives,
/// at the peak of growing (when a block and the one of half its size that it replaces are both
/// there), and when it connects again. It is the sum of
///
///     3 x (1149 B + url_size_max + request_size_max)       texts of this attempt, the next, and
///                                                          one whose signal a listener still reads
///     response_size_max                                      headers of the accepted upgrade
///     1.5 x (input_payload_max + 22 B x input_message_count_max + 4 KiB)    received
///     1.5 x (output_payload_max + 14 B x (output_message_count_max + 1))    to be sent
///     12 B x (peer_count_max + 1), 96 B at least           peers of a room (gd_mp_api)
///
/// (of input_payload_max and response_size_max the larger one counts; a sum beyond SIZE_MAX is
/// that). With the default limits that is 3.2 MiB; an idle connection holds less than 4 KiB. On top
/// come `tls_memory_max` (tls.hpp) with wss://, 192 B for each listener of a signal that has more
/// than two (blocks double here too), and the client object itself.
constexpr std::size_t memory_max(const Limits& asked) {
    const Limits limits = bounded(asked);
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
