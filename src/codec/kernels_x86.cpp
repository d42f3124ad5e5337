// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// x86-64: SSE2, which every x86-64 CPU has, and AVX2 where the CPU reports it.
#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#include <bit>

#include "codec/kernels.hpp"
#include "codec/utf8_tables.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

#define LINNET_AVX2 __attribute__((target("avx2"), always_inline)) inline

// ---- masking ---------------------------------------------------------------------------------
//
// The first and the last vector may be unaligned and overlap the others, which start where `to` is
// aligned: a store across two cache lines costs double. In place, overlapping bytes must not be
// masked twice, so both vectors are loaded before anything is stored and are stored last.

__m128i wide_key_sse2(std::uint64_t key, std::size_t offset) {
    const std::uint64_t turned = turned_key(key, offset);
    return _mm_set1_epi64x(static_cast<long long>(turned));
}

__m128i load_sse2(const std::uint8_t* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

void store_sse2(std::uint8_t* to, __m128i bytes) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
}

// Unrolled by hand: not every compiler unrolls a loop over an array of registers.
void copy_masked_sse2(std::uint8_t* to, const std::uint8_t* from, std::size_t size,
                      std::uint64_t key) {
    const __m128i first = _mm_xor_si128(load_sse2(from), wide_key_sse2(key, 0));
    const __m128i last = _mm_xor_si128(load_sse2(from + size - 16), wide_key_sse2(key, size));
    std::size_t at = 16 - reinterpret_cast<std::uintptr_t>(to) % 16;
    const __m128i wide = wide_key_sse2(key, at);
    for (; size - at >= 64; at += 64) {
        const __m128i a = load_sse2(from + at);
        const __m128i b = load_sse2(from + at + 16);
        const __m128i c = load_sse2(from + at + 32);
        const __m128i d = load_sse2(from + at + 48);
        store_sse2(to + at, _mm_xor_si128(a, wide));
        store_sse2(to + at + 16, _mm_xor_si128(b, wide));
        store_sse2(to + at + 32, _mm_xor_si128(c, wide));
        store_sse2(to + at + 48, _mm_xor_si128(d, wide));
    }
    for (; size - at >= 16; at += 16) {
        store_sse2(to + at, _mm_xor_si128(load_sse2(from + at), wide));
    }
    store_sse2(to, first);
    store_sse2(to + size - 16, last);
}

LINNET_AVX2 __m256i wide_key_avx2(std::uint64_t key, std::size_t offset) {
    const std::uint64_t turned = turned_key(key, offset);
    return _mm256_set1_epi64x(static_cast<long long>(turned));
}

LINNET_AVX2 __m256i load_avx2(const std::uint8_t* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

LINNET_AVX2 void store_avx2(std::uint8_t* to, __m256i bytes) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), bytes);
}

__attribute__((target("avx2"))) void copy_masked_avx2(std::uint8_t* to, const std::uint8_t* from,
                                                      std::size_t size, std::uint64_t key) {
    const __m256i first = _mm256_xor_si256(load_avx2(from), wide_key_avx2(key, 0));
    const __m256i last = _mm256_xor_si256(load_avx2(from + size - 32), wide_key_avx2(key, size));
    std::size_t at = 32 - reinterpret_cast<std::uintptr_t>(to) % 32;
    const __m256i wide = wide_key_avx2(key, at);
    for (; size - at >= 128; at += 128) {
        const __m256i a = load_avx2(from + at);
        const __m256i b = load_avx2(from + at + 32);
        const __m256i c = load_avx2(from + at + 64);
        const __m256i d = load_avx2(from + at + 96);
        store_avx2(to + at, _mm256_xor_si256(a, wide));
        store_avx2(to + at + 32, _mm256_xor_si256(b, wide));
        store_avx2(to + at + 64, _mm256_xor_si256(c, wide));
        store_avx2(to + at + 96, _mm256_xor_si256(d, wide));
    }
    for (; size - at >= 32; at += 32) {
        store_avx2(to + at, _mm256_xor_si256(load_avx2(from + at), wide));
    }
    store_avx2(to, first);
    store_avx2(to + size - 32, last);
}

// ---- UTF-8 -----------------------------------------------------------------------------------

LINNET_AVX2 __m256i twice(const std::uint8_t* table) {
    return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(table)));
}

LINNET_AVX2 __m256i high_half(__m256i bytes) {
    return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
}

// Returns the bytes at offset -n from those of `now`; the first ones come from `before`.
template <int n>
LINNET_AVX2 __m256i earlier(__m256i before, __m256i now) {
    return _mm256_alignr_epi8(now, _mm256_permute2x128_si256(before, now, 0x21), 16 - n);
}

// Nonzero where there is an error.
LINNET_AVX2 __m256i faults(__m256i before, __m256i now) {
    const __m256i first = earlier<1>(before, now);
    const __m256i low = _mm256_and_si256(first, _mm256_set1_epi8(0x0F));
    const __m256i of_two = _mm256_and_si256(
        _mm256_and_si256(_mm256_shuffle_epi8(twice(by_first_high), high_half(first)),
                         _mm256_shuffle_epi8(twice(by_first_low), low)),
        _mm256_shuffle_epi8(twice(by_second_high), high_half(now)));
    // Two continuations are right if and only if E0..FF precedes by two or F0..FF by three bytes.
    const __m256i third = _mm256_subs_epu8(earlier<2>(before, now), _mm256_set1_epi8(0x60));
    const __m256i fourth = _mm256_subs_epu8(earlier<3>(before, now), _mm256_set1_epi8(0x70));
    const __m256i due =
        _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8(static_cast<char>(0x80)));
    return _mm256_xor_si256(due, of_two);
}

// Nonzero if the last character of `now` is incomplete.
LINNET_AVX2 __m256i unfinished(__m256i now) {
    const __m256i largest =
        _mm256_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                         -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, static_cast<char>(0xEF),
                         static_cast<char>(0xDF), static_cast<char>(0xBF));
    return _mm256_subs_epu8(now, largest);
}

LINNET_AVX2 bool is_ascii(__m256i bytes) {
    return _mm256_movemask_epi8(bytes) == 0;
}

// Returns approximately where the ASCII that begins at `at` ends; it may end later. The last vector
// overlaps bytes that were checked before.
LINNET_AVX2 std::size_t ascii_end(const std::uint8_t* text, std::size_t at, std::size_t size) {
    for (; size - at >= 128; at += 128) {
        const __m256i a = _mm256_or_si256(load_avx2(text + at), load_avx2(text + at + 32));
        const __m256i b = _mm256_or_si256(load_avx2(text + at + 64), load_avx2(text + at + 96));
        if (!is_ascii(_mm256_or_si256(a, b))) return at;
    }
    for (; size - at >= 32; at += 32) {
        if (!is_ascii(load_avx2(text + at))) return at;
    }
    return is_ascii(load_avx2(text + size - 32)) ? size : at;
}

// Validates from `at` on; everything before is ASCII. Not inlined, because its setup would slow
// down the ASCII loop.
__attribute__((target("avx2"), noinline)) WideResult check_any_avx2(const std::uint8_t* text,
                                                                    std::size_t at,
                                                                    std::size_t size) {
    __m256i before = _mm256_setzero_si256();
    __m256i fault = _mm256_setzero_si256();
    while (true) {
        if (const std::size_t end = ascii_end(text, at, size); end > at) {
            fault = _mm256_or_si256(fault, unfinished(before));
            before = _mm256_setzero_si256();
            at = end;
        }
        if (size - at < 64) break;
        const __m256i a = load_avx2(text + at);
        const __m256i b = load_avx2(text + at + 32);
        fault = _mm256_or_si256(fault, _mm256_or_si256(faults(before, a), faults(a, b)));
        before = b;
        at += 64;
    }
    if (size - at > 32) {
        fault = _mm256_or_si256(fault, faults(before, load_avx2(text + at)));
    }
    if (size > at) {  // the last bytes, some of them a second time
        const __m256i a = load_avx2(text + size - 64);
        const __m256i b = load_avx2(text + size - 32);
        fault = _mm256_or_si256(fault, faults(a, b));
    }
    return {size, _mm256_testz_si256(fault, fault) != 0};
}

__attribute__((target("avx2"))) WideResult check_utf8_avx2(const std::uint8_t* text,
                                                           std::size_t size) {
    const std::size_t at = ascii_end(text, 0, size);
    return at == size ? WideResult{size, true} : check_any_avx2(text, at, size);
}

#undef LINNET_AVX2

// Checks only ASCII; the plain code checks the rest.
WideResult check_utf8_sse2(const std::uint8_t* text, std::size_t size) {
    std::size_t at = 0;
    for (; size - at >= 64; at += 64) {
        const __m128i a = _mm_or_si128(load_sse2(text + at), load_sse2(text + at + 16));
        const __m128i b = _mm_or_si128(load_sse2(text + at + 32), load_sse2(text + at + 48));
        if (_mm_movemask_epi8(_mm_or_si128(a, b)) != 0) break;
    }
    return {at, true};
}

}  // namespace

Cpu this_cpu() {
    return __builtin_cpu_supports("avx2") ? Cpu::avx2 : Cpu::baseline;
}

void copy_masked_wide(Cpu cpu, std::uint8_t* to, const std::uint8_t* from, std::size_t size,
                      std::uint64_t key) {
    const auto copy = cpu == Cpu::avx2 ? copy_masked_avx2 : copy_masked_sse2;
    copy(to, from, size, key);
}

void copy_masked_wide(std::uint8_t* to, const std::uint8_t* from, std::size_t size,
                      std::uint64_t key) {
    copy_masked_wide(this_cpu(), to, from, size, key);
}

WideResult check_utf8_wide(Cpu cpu, const std::uint8_t* text, std::size_t size) {
    const auto check = cpu == Cpu::avx2 ? check_utf8_avx2 : check_utf8_sse2;
    return check(text, size);
}

WideResult check_utf8_wide(const std::uint8_t* text, std::size_t size) {
    return check_utf8_wide(this_cpu(), text, size);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE

#endif
