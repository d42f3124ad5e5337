// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#pragma once

#include "linnet/limits.hpp"
#include "linnet/memory.hpp"
#include "linnet/platform.hpp"
#include "linnet/protocol/handshake.hpp"

namespace linnet::inline v0 {

/// What a client is made with.
struct Options {
    Limits limits;
    Timeouts timeouts;
    ProtocolChoice protocol_choice = ProtocolChoice::required;

    /// `put_packet` outside `poll` only queues; the next `poll` or `flush` sends all in one call.
    bool coalesce = false;
    /// For programs that only send: received messages are counted and dropped, without a signal.
    bool discard_input = false;

    /// The outside world; null means the OS. What is given must outlive the client.
    Clock* clock = nullptr;
    Entropy* entropy = nullptr;
    Resolver* resolver = nullptr;
    Network* network = nullptr;
    Memory* memory = nullptr;
};

}  // namespace linnet::inline v0
