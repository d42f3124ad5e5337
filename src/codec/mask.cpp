// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include <cstring>

#include "linnet/protocol/mask.hpp"

namespace linnet::inline v0 {

void copy_masked(MutableBytes to, Bytes from, const MaskKey& key, std::uint64_t offset) {
    // The key as it lies over the first byte, twice over: one word masks eight bytes.
    std::uint8_t turned[8];
    for (std::size_t i = 0; i < 8; ++i) turned[i] = key[(offset + i) % 4];
    std::uint64_t wide;
    std::memcpy(&wide, turned, 8);

    std::size_t at = 0;
    for (; from.size() - at >= 8; at += 8) {
        std::uint64_t word;
        std::memcpy(&word, from.data() + at, 8);
        word ^= wide;
        std::memcpy(to.data() + at, &word, 8);
    }
    for (; at < from.size(); ++at) {
        to[at] = static_cast<std::uint8_t>(from[at] ^ turned[at % 8]);
    }
}

void apply_mask(MutableBytes data, const MaskKey& key, std::uint64_t offset) {
    copy_masked(data, data, key, offset);
}

}  // namespace linnet::inline v0
