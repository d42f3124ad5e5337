// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The server of the echo benchmarks: a separate process, started on first use and ended with this
// one. It serves one connection at a time.
//
// Both processes are then bound to one CPU, where they take turns: a time includes the work of
// both, but not the time to wake another CPU, which varies more than the clients differ.
#pragma once

#include <cstdint>

namespace linnet::bench {

/// The port on 127.0.0.1 on which it listens; 0 if it cannot be started.
std::uint16_t echo_server_port();

}  // namespace linnet::bench
