// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What a client without sockets of its own needs.
#pragma once

#include <cstdint>

namespace linnet::bench {

/// A blocking TCP connection to 127.0.0.1, without Nagle's delay; -1 on failure.
int connect_to(std::uint16_t port);

/// Makes a WebSocket connection of it, and takes the server's word for it.
bool upgrade(int fd);

/// Waits until something can be read, or written if `also_to_write`.
bool wait_for(int fd, bool also_to_write);

}  // namespace linnet::bench
