// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/protocol/mask.hpp"

#include <bit>
#include <cstring>

#include "codec/kernels.hpp"

namespace linnet::inline v0 {
namespace {

// The key as it lies over the byte at `offset` and the seven behind it, in the order of memory.
std::uint64_t turned(const MaskKey& key, std::uint64_t offset) {
    std::uint32_t half;
    std::memcpy(&half, key.data(), 4);
    const int bits = static_cast<int>(offset % 4 * 8);
    half =
        std::endian::native == std::endian::little ? std::rotr(half, bits) : std::rotl(half, bits);
    return std::uint64_t{half} << 32 | half;
}

void copy_masked_plain(MutableBytes to, Bytes from, std::uint64_t key) {
    std::size_t at = 0;
    for (; from.size() - at >= 8; at += 8) {
        std::uint64_t word;
        std::memcpy(&word, from.data() + at, 8);
        word ^= key;
        std::memcpy(to.data() + at, &word, 8);
    }
    std::uint8_t bytes[8];
    std::memcpy(bytes, &key, 8);
    for (std::size_t i = 0; at < from.size(); ++at, ++i) {
        to[at] = static_cast<std::uint8_t>(from[at] ^ bytes[i]);
    }
}

}  // namespace

void copy_masked(MutableBytes to, Bytes from, const MaskKey& key, std::uint64_t offset) {
    std::size_t done = 0;
    if (from.size() >= kernel_size_min) {
        done =
            copy_masked_wide(this_cpu(), to.data(), from.data(), from.size(), turned(key, offset));
    }
    copy_masked_plain(to.subspan(done), from.subspan(done), turned(key, offset + done));
}

void apply_mask(MutableBytes data, const MaskKey& key, std::uint64_t offset) {
    copy_masked(data, data, key, offset);
}

}  // namespace linnet::inline v0
