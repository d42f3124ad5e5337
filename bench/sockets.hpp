// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// For clients without their own sockets.
#pragma once

#include <cstdint>

namespace linnet::bench {

/// A blocking TCP connection to 127.0.0.1, without Nagle's delay; -1 on failure.
int connect_to(std::uint16_t port);

/// Upgrades it to a WebSocket connection, without checking the response.
bool upgrade(int fd);

/// Waits until it is readable, or writable if `also_to_write`.
bool wait_for(int fd, bool also_to_write);

}  // namespace linnet::bench
