// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Streams of frames, as one of the two roles receives them.
#pragma once

#include <string>

#include "linnet/codec/frame.hpp"

namespace linnet::bench {

/// So many frames, each a whole message of `opcode` with this payload; masked with a key of its own
/// when a server is to read them.
std::string stream_of(Opcode opcode, const std::string& payload, std::size_t count, bool masked);

/// The least that can be done with a stream of whole frames: from length to length, and no other
/// question asked. Returns how many there are.
std::size_t walk_by_length(const std::uint8_t* stream, std::size_t size, bool masked);

}  // namespace linnet::bench
