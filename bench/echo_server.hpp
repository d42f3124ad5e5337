// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The other end of the echo benchmarks: a process of its own, started when it is first asked for
// and ended with this one. It serves one connection at a time.
//
// Both processes are then bound to one CPU, where they take turns: a time is the work of both, and
// not what it takes to wake another CPU, which varies more than all clients differ.
#pragma once

#include <cstdint>

namespace linnet::bench {

/// The port on 127.0.0.1 where it listens; 0 if it cannot be started.
std::uint16_t echo_server_port();

}  // namespace linnet::bench
