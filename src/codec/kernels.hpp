// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The parts of mask and utf8 that vector units do faster. There is one file per CPU family and one
// plain file that does nothing. The CPU is detected at each call, which takes about a nanosecond,
// so that no state is needed; callers use kernels only for buffers of at least `kernel_size_min`
// bytes.
#pragma once

#include <bit>

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

inline constexpr std::size_t kernel_size_min = 64;  // for smaller buffers the plain code is as fast

enum class Cpu : std::uint8_t { baseline, avx2 };

/// Returns the most capable of these that this CPU supports.
Cpu this_cpu();

/// Copies all of `from` to `to`, XORed with the repeated bytes of `key`. Both may be the same
/// memory, of at least `kernel_size_min` bytes.
void copy_masked_wide(std::uint8_t* to, const std::uint8_t* from, std::size_t size,
                      std::uint64_t key);
/// Does the same with the kernels for `cpu`, which must not exceed `this_cpu()`.
void copy_masked_wide(Cpu cpu, std::uint8_t* to, const std::uint8_t* from, std::size_t size,
                      std::uint64_t key);
/// Does the same for any size on any CPU (mask.cpp).
void copy_masked_plain(std::uint8_t* to, const std::uint8_t* from, std::size_t size,
                       std::uint64_t key);

/// Returns the key as it applies to the byte at `offset`: rotated. std::rotr is not used because
/// its second argument is an int in one standard library and unsigned in another.
inline std::uint64_t turned_key(std::uint64_t key, std::uint64_t offset) {
    const auto bits = static_cast<unsigned>(offset % 8 * 8);
    const unsigned right = std::endian::native == std::endian::little ? bits : (64 - bits) % 64;
    return key >> right | key << (64 - right) % 64;
}

struct WideResult {
    std::size_t size = 0;  ///< bytes checked at the front, possibly 0
    bool valid = true;     ///< they are valid UTF-8, except that the last three may begin an
                           ///< incomplete character
};

/// Validates the front of `text`, which begins at a character and has at least `kernel_size_min`
/// bytes.
WideResult check_utf8_wide(const std::uint8_t* text, std::size_t size);
/// Does the same with the kernels for `cpu`, which must not exceed `this_cpu()`.
WideResult check_utf8_wide(Cpu cpu, const std::uint8_t* text, std::size_t size);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
