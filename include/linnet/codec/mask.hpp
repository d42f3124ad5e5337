// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Masking (RFC 6455 5.3): byte i of a payload is XORed with byte (i mod 4) of the key. Pure
// functions, vectorised, without allocation.
//
// Example:
//
//     const linnet::MaskKey key = {0x37, 0xFA, 0x21, 0x3D};
//     std::array<std::uint8_t, 5> payload = {'H', 'e', 'l', 'l', 'o'};
//     linnet::apply_mask(payload, key, 0);  // 7F 9F 4D 51 58
//     linnet::apply_mask(payload, key, 0);  // "Hello" again
#pragma once

#include <array>

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The four bytes of a masking key in wire order.
using MaskKey = std::array<std::uint8_t, 4>;

/// Masks or unmasks `data` in place. `offset` is the offset of its first byte within the payload,
/// so a payload may be masked in parts. `data` may have any alignment.
void apply_mask(MutableBytes data, const MaskKey& key, std::uint64_t offset);

/// Masks `from` into the front of `to`, which has at least the same size. The two may be the same
/// memory, but must not overlap partially.
void copy_masked(MutableBytes to, Bytes from, const MaskKey& key, std::uint64_t offset);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
