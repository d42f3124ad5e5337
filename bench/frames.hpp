// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Streams of frames, as one of the two roles receives them.
#pragma once

#include <string>

#include "linnet/codec/frame.hpp"

namespace linnet::bench {

/// `count` frames, each a whole message of `opcode` with this payload; each masked with its own key
/// if a server is to read them.
std::string stream_of(Opcode opcode, const std::string& payload, std::size_t count, bool masked);

/// The minimum work for a stream of whole frames: goes from length to length without any check.
/// Returns the number of frames.
std::size_t walk_by_length(const std::uint8_t* stream, std::size_t size, bool masked);

}  // namespace linnet::bench
