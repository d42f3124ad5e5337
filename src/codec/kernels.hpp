// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The wide parts of mask and utf8: what the vector units of a CPU do faster. One file for each
// family, and one that does nothing. The CPU is asked at each call, which costs about a nanosecond,
// so that there is no state; callers come here only with enough bytes for that not to matter.
#pragma once

#include "linnet/bytes.hpp"

namespace linnet::inline v0 {

inline constexpr std::size_t kernel_size_min = 256;  // below, the plain code is as fast

enum class Cpu : std::uint8_t { baseline, avx2 };

/// The best that there are kernels for here.
Cpu this_cpu();

/// Copies the front of `from` to `to`, which may be the same memory, XORed with the bytes of `key`
/// over and over. Returns how many bytes that were, possibly none; there are `kernel_size_min` at
/// least.
std::size_t copy_masked_wide(Cpu cpu, std::uint8_t* to, const std::uint8_t* from, std::size_t size,
                             std::uint64_t key);

struct WideVerdict {
    std::size_t size = 0;  ///< bytes at the front that were judged, possibly none
    bool valid = true;  ///< they are UTF-8, but for the last three, which may begin what has no end
};

/// Judges the front of `text`, which begins with a character.
WideVerdict judge_utf8_wide(Cpu cpu, const std::uint8_t* text, std::size_t size);

}  // namespace linnet::inline v0
