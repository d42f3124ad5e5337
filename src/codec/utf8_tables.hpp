// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// UTF-8 validation of byte pairs by J. Keiser and D. Lemire, "Validating UTF-8 In Less Than One
// Instruction Per Byte" (2021): three tables, indexed by the high and the low half of the first
// byte and by the high half of the second, give the possible errors; an error in all three is one.
// The positions that need a third or fourth byte are computed separately and must agree.
#pragma once

#include <cstdint>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

// The errors of two consecutive bytes.
enum Utf8Fault : std::uint8_t {
    too_short = 1 << 0,   // a first byte without a continuation
    too_long = 1 << 1,    // ASCII followed by a continuation
    overlong_3 = 1 << 2,  // E0 80..9F
    too_large = 1 << 3,   // F4 90..BF, F5..FF 90..BF
    surrogate = 1 << 4,   // ED A0..BF
    overlong_2 = 1 << 5,  // C0, C1
    overlong_4 = 1 << 6,  // F0 80..8F, and F5..FF 80..8F, which are too large
    two_tails = 1 << 7,   // two continuations: an error unless a third or fourth byte is due
};

inline constexpr std::uint8_t any_low = too_short | too_long | two_tails;

alignas(16) inline constexpr std::uint8_t by_first_high[16] = {
    too_long,
    too_long,
    too_long,
    too_long,
    too_long,
    too_long,
    too_long,
    too_long,
    two_tails,
    two_tails,
    two_tails,
    two_tails,
    too_short | overlong_2,
    too_short,
    too_short | overlong_3 | surrogate,
    too_short | too_large | overlong_4,
};
alignas(16) inline constexpr std::uint8_t by_first_low[16] = {
    any_low | overlong_2 | overlong_3 | overlong_4,
    any_low | overlong_2,
    any_low,
    any_low,
    any_low | too_large,
    any_low | too_large | overlong_4,
    any_low | too_large | overlong_4,
    any_low | too_large | overlong_4,
    any_low | too_large | overlong_4,
    any_low | too_large | overlong_4,
    any_low | too_large | overlong_4,
    any_low | too_large | overlong_4,
    any_low | too_large | overlong_4,
    any_low | too_large | overlong_4 | surrogate,
    any_low | too_large | overlong_4,
    any_low | too_large | overlong_4,
};
inline constexpr std::uint8_t any_tail = too_long | two_tails | overlong_2;
alignas(16) inline constexpr std::uint8_t by_second_high[16] = {
    too_short,
    too_short,
    too_short,
    too_short,
    too_short,
    too_short,
    too_short,
    too_short,
    any_tail | overlong_3 | overlong_4,
    any_tail | overlong_3 | too_large,
    any_tail | surrogate | too_large,
    any_tail | surrogate | too_large,
    too_short,
    too_short,
    too_short,
    too_short,
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
