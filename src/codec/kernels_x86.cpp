// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// x86-64: SSE2, which every such CPU has, and AVX2, for which it is asked.
//
// UTF-8 is judged by looking at two bytes at a time, the way of J. Keiser and D. Lemire,
// "Validating UTF-8 In Less Than One Instruction Per Byte" (2021): three tables, indexed by the
// high and the low half of the first byte and by the high half of the second, each tell which
// faults are possible; what all three allow is one. Where a third or fourth byte must follow is
// computed apart and has to agree.
#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#include <bit>
#include <cstring>

#include "codec/kernels.hpp"

namespace linnet::inline v0 {
namespace {

// ---- masking ---------------------------------------------------------------------------------

constexpr std::size_t aligned_size_min = 4096;  // below, it costs more than it brings

// Brings `to` to a multiple of `alignment`; a store that crosses a cache line costs double.
std::size_t copy_masked_head(std::uint8_t* to, const std::uint8_t* from, std::size_t alignment,
                             std::uint64_t& key) {
    const std::size_t place = reinterpret_cast<std::uintptr_t>(to) % alignment;
    const std::size_t size = place == 0 ? 0 : alignment - place;
    for (std::size_t i = 0; i < size; ++i) {
        to[i] = static_cast<std::uint8_t>(from[i] ^ (key >> (i % 8 * 8)));
    }
    key = std::rotr(key, static_cast<int>(size % 8 * 8));
    return size;
}

// Written out, as not every compiler unrolls a loop over an array of registers.
std::size_t copy_masked_sse2(std::uint8_t* to, const std::uint8_t* from, std::size_t size,
                             std::uint64_t key) {
    const __m128i wide = _mm_set1_epi64x(static_cast<long long>(key));
    std::size_t at = 0;
    for (; size - at >= 64; at += 64) {
        const auto* const in = reinterpret_cast<const __m128i*>(from + at);
        auto* const out = reinterpret_cast<__m128i*>(to + at);
        const __m128i a = _mm_loadu_si128(in);
        const __m128i b = _mm_loadu_si128(in + 1);
        const __m128i c = _mm_loadu_si128(in + 2);
        const __m128i d = _mm_loadu_si128(in + 3);
        _mm_storeu_si128(out, _mm_xor_si128(a, wide));
        _mm_storeu_si128(out + 1, _mm_xor_si128(b, wide));
        _mm_storeu_si128(out + 2, _mm_xor_si128(c, wide));
        _mm_storeu_si128(out + 3, _mm_xor_si128(d, wide));
    }
    return at;
}

__attribute__((target("avx2"))) std::size_t copy_masked_avx2(std::uint8_t* to,
                                                             const std::uint8_t* from,
                                                             std::size_t size, std::uint64_t key) {
    std::size_t at = size < aligned_size_min ? 0 : copy_masked_head(to, from, 32, key);
    const __m256i wide = _mm256_set1_epi64x(static_cast<long long>(key));
    for (; size - at >= 128; at += 128) {
        const auto* const in = reinterpret_cast<const __m256i*>(from + at);
        auto* const out = reinterpret_cast<__m256i*>(to + at);
        const __m256i a = _mm256_loadu_si256(in);
        const __m256i b = _mm256_loadu_si256(in + 1);
        const __m256i c = _mm256_loadu_si256(in + 2);
        const __m256i d = _mm256_loadu_si256(in + 3);
        _mm256_storeu_si256(out, _mm256_xor_si256(a, wide));
        _mm256_storeu_si256(out + 1, _mm256_xor_si256(b, wide));
        _mm256_storeu_si256(out + 2, _mm256_xor_si256(c, wide));
        _mm256_storeu_si256(out + 3, _mm256_xor_si256(d, wide));
    }
    for (; size - at >= 32; at += 32) {
        const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + at));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + at), _mm256_xor_si256(a, wide));
    }
    return at;
}

// ---- UTF-8 -----------------------------------------------------------------------------------

// The faults of two bytes in a row.
enum Fault : std::uint8_t {
    too_short = 1 << 0,   // a first byte, and no continuation
    too_long = 1 << 1,    // ASCII, and a continuation
    overlong_3 = 1 << 2,  // E0 80..9F
    too_large = 1 << 3,   // F4 90..BF, F5..FF 90..BF
    surrogate = 1 << 4,   // ED A0..BF
    overlong_2 = 1 << 5,  // C0, C1
    overlong_4 = 1 << 6,  // F0 80..8F, and F5..FF 80..8F, which is too large
    two_tails = 1 << 7,   // two continuations: a fault unless a third or fourth byte is due
};
constexpr std::uint8_t any_low = too_short | too_long | two_tails;

alignas(16) constexpr std::uint8_t by_first_high[16] = {
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
alignas(16) constexpr std::uint8_t by_first_low[16] = {
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
constexpr std::uint8_t any_tail = too_long | two_tails | overlong_2;
alignas(16) constexpr std::uint8_t by_second_high[16] = {
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

#define LINNET_AVX2 __attribute__((target("avx2"), always_inline)) inline

LINNET_AVX2 __m256i twice(const std::uint8_t* table) {
    return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(table)));
}

LINNET_AVX2 __m256i high_half(__m256i bytes) {
    return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
}

// The bytes `n` places before those of `now`, the first ones out of `before`.
template <int n>
LINNET_AVX2 __m256i earlier(__m256i before, __m256i now) {
    return _mm256_alignr_epi8(now, _mm256_permute2x128_si256(before, now, 0x21), 16 - n);
}

// Not zero where a fault is.
LINNET_AVX2 __m256i faults(__m256i before, __m256i now) {
    const __m256i first = earlier<1>(before, now);
    const __m256i low = _mm256_and_si256(first, _mm256_set1_epi8(0x0F));
    const __m256i of_two = _mm256_and_si256(
        _mm256_and_si256(_mm256_shuffle_epi8(twice(by_first_high), high_half(first)),
                         _mm256_shuffle_epi8(twice(by_first_low), low)),
        _mm256_shuffle_epi8(twice(by_second_high), high_half(now)));
    // E0..FF two places before, or F0..FF three: then, and only then, two continuations are right.
    const __m256i third = _mm256_subs_epu8(earlier<2>(before, now), _mm256_set1_epi8(0x60));
    const __m256i fourth = _mm256_subs_epu8(earlier<3>(before, now), _mm256_set1_epi8(0x70));
    const __m256i due =
        _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8(static_cast<char>(0x80)));
    return _mm256_xor_si256(due, of_two);
}

// Not zero if the last character of `now` lacks its end.
LINNET_AVX2 __m256i unfinished(__m256i now) {
    const __m256i largest =
        _mm256_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                         -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, static_cast<char>(0xEF),
                         static_cast<char>(0xDF), static_cast<char>(0xBF));
    return _mm256_subs_epu8(now, largest);
}

// How much of `text` is ASCII, in steps of 128 bytes.
LINNET_AVX2 std::size_t ascii_size(const std::uint8_t* text, std::size_t size) {
    std::size_t at = 0;
    for (; size - at >= 128; at += 128) {
        const auto* const place = reinterpret_cast<const __m256i*>(text + at);
        const __m256i a = _mm256_or_si256(_mm256_loadu_si256(place), _mm256_loadu_si256(place + 1));
        const __m256i b =
            _mm256_or_si256(_mm256_loadu_si256(place + 2), _mm256_loadu_si256(place + 3));
        if (_mm256_movemask_epi8(_mm256_or_si256(a, b)) != 0) break;
    }
    return at;
}

__attribute__((target("avx2"))) WideVerdict judge_utf8_avx2(const std::uint8_t* text,
                                                            std::size_t size) {
    __m256i before = _mm256_setzero_si256();
    __m256i fault = _mm256_setzero_si256();
    std::size_t at = 0;
    while (size - at >= 64) {
        if (const std::size_t ascii = ascii_size(text + at, size - at); ascii > 0) {
            fault = _mm256_or_si256(fault, unfinished(before));
            before = _mm256_setzero_si256();
            at += ascii;
            continue;
        }
        const auto* const place = reinterpret_cast<const __m256i*>(text + at);
        const __m256i a = _mm256_loadu_si256(place);
        const __m256i b = _mm256_loadu_si256(place + 1);
        fault = _mm256_or_si256(fault, _mm256_or_si256(faults(before, a), faults(a, b)));
        before = b;
        at += 64;
    }
    return {at, _mm256_testz_si256(fault, fault) != 0};
}

#undef LINNET_AVX2

// Only ASCII: the rest is for the plain code.
WideVerdict judge_utf8_sse2(const std::uint8_t* text, std::size_t size) {
    std::size_t at = 0;
    for (; size - at >= 64; at += 64) {
        const auto* const place = reinterpret_cast<const __m128i*>(text + at);
        const __m128i low = _mm_or_si128(_mm_loadu_si128(place), _mm_loadu_si128(place + 1));
        const __m128i high = _mm_or_si128(_mm_loadu_si128(place + 2), _mm_loadu_si128(place + 3));
        if (_mm_movemask_epi8(_mm_or_si128(low, high)) != 0) break;
    }
    return {at, true};
}

}  // namespace

Cpu this_cpu() {
    return __builtin_cpu_supports("avx2") ? Cpu::avx2 : Cpu::baseline;
}

std::size_t copy_masked_wide(Cpu cpu, std::uint8_t* to, const std::uint8_t* from, std::size_t size,
                             std::uint64_t key) {
    return cpu == Cpu::avx2 ? copy_masked_avx2(to, from, size, key)
                            : copy_masked_sse2(to, from, size, key);
}

WideVerdict judge_utf8_wide(Cpu cpu, const std::uint8_t* text, std::size_t size) {
    return cpu == Cpu::avx2 ? judge_utf8_avx2(text, size) : judge_utf8_sse2(text, size);
}

}  // namespace linnet::inline v0

#endif
