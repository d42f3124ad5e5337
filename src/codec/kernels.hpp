// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The wide parts of mask and utf8: what the vector units of a CPU do faster. One file for each
// family, and one that does nothing. The CPU is asked at each call, which costs about a nanosecond,
// so that there is no state; callers come here only with enough bytes for that not to matter.
#pragma once

#include <bit>

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

inline constexpr std::size_t kernel_size_min = 64;  // below, the plain code is as fast

enum class Cpu : std::uint8_t { baseline, avx2 };

/// The best that there are kernels for here.
Cpu this_cpu();

/// Copies all of `from` to `to`, which may be the same memory, XORed with the bytes of `key` over
/// and over. There are `kernel_size_min` bytes at least.
void copy_masked_wide(std::uint8_t* to, const std::uint8_t* from, std::size_t size,
                      std::uint64_t key);
/// The same as this CPU or a lesser one does it.
void copy_masked_wide(Cpu cpu, std::uint8_t* to, const std::uint8_t* from, std::size_t size,
                      std::uint64_t key);
/// The same of any size, and for any CPU: in mask.cpp.
void copy_masked_plain(std::uint8_t* to, const std::uint8_t* from, std::size_t size,
                       std::uint64_t key);

/// The key of these, as it lies over the byte at `offset`: rotated. Not by std::rotr, whose second
/// argument is an int in one standard library and unsigned in another.
inline std::uint64_t turned_key(std::uint64_t key, std::uint64_t offset) {
    const auto bits = static_cast<unsigned>(offset % 8 * 8);
    const unsigned right = std::endian::native == std::endian::little ? bits : (64 - bits) % 64;
    return key >> right | key << (64 - right) % 64;
}

struct WideResult {
    std::size_t size = 0;  ///< bytes at the front that were judged, possibly none
    bool valid = true;     ///< they are UTF-8; but what lacks its end among the last three is open
};

/// Judges the front of `text`, which begins with a character and has `kernel_size_min` bytes at
/// least.
WideResult check_utf8_wide(const std::uint8_t* text, std::size_t size);
/// The same as this CPU or a lesser one does it.
WideResult check_utf8_wide(Cpu cpu, const std::uint8_t* text, std::size_t size);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
