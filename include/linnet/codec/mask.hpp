// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Masking, RFC 6455 5.3: byte i of a payload is XORed with byte i modulo 4 of the key. Pure.
#pragma once

#include <array>

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The four key bytes in the order of the wire.
using MaskKey = std::array<std::uint8_t, 4>;

/// Masks or unmasks `data` in place. `offset` is the place of its first byte within the payload.
/// Twice is the identity. Reads and writes nothing outside `data`, whatever its alignment.
void apply_mask(MutableBytes data, const MaskKey& key, std::uint64_t offset);

/// Writes `from`, masked, to the front of `to`, which must be as long at least and may be the same
/// memory but not overlap otherwise.
void copy_masked(MutableBytes to, Bytes from, const MaskKey& key, std::uint64_t offset);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
