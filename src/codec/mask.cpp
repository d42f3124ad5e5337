// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/codec/mask.hpp"

#include <cstring>

#include "codec/kernels.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

// Returns the key twice, as it applies to the byte at `offset` and the seven after it.
std::uint64_t turned(const MaskKey& key, std::uint64_t offset) {
    std::uint32_t half;
    std::memcpy(&half, key.data(), 4);
    return turned_key(std::uint64_t{half} << 32 | half, offset);
}

}  // namespace

void copy_masked_plain(std::uint8_t* to, const std::uint8_t* from, std::size_t size,
                       std::uint64_t key) {
    std::size_t at = 0;
    for (; size - at >= 8; at += 8) {
        std::uint64_t word;
        std::memcpy(&word, from + at, 8);
        word ^= key;
        std::memcpy(to + at, &word, 8);
    }
    std::uint8_t bytes[8];
    std::memcpy(bytes, &key, 8);
    for (std::size_t i = 0; at < size; ++at, ++i) {
        to[at] = static_cast<std::uint8_t>(from[at] ^ bytes[i]);
    }
}

void copy_masked(MutableBytes to, Bytes from, const MaskKey& key, std::uint64_t offset) {
    const std::uint64_t wide_key = turned(key, offset);
    if (from.size() < kernel_size_min) {
        copy_masked_plain(to.data(), from.data(), from.size(), wide_key);
    } else {
        copy_masked_wide(to.data(), from.data(), from.size(), wide_key);
    }
}

void apply_mask(MutableBytes data, const MaskKey& key, std::uint64_t offset) {
    copy_masked(data, data, key, offset);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
