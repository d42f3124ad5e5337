// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Base64 with padding, RFC 4648 4: for the handshake's keys and Authorization: Basic.
#pragma once

#include <span>

#include "linnet/bytes.hpp"

namespace linnet::inline v0 {

constexpr std::size_t base64_size(std::size_t size) {
    return (size + 2) / 3 * 4;
}

/// Writes `base64_size(in.size())` characters to the front of `out`, which must have room for them.
void base64_encode(Bytes in, std::span<char> out);

}  // namespace linnet::inline v0
