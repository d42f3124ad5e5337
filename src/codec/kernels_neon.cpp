// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// AArch64: NEON, which every AArch64 CPU has.
#if defined(__AARCH64EL__) && defined(__GNUC__)

#include <arm_neon.h>

#include "codec/kernels.hpp"
#include "codec/utf8_tables.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

// ---- masking ---------------------------------------------------------------------------------

uint8x16_t wide_key(std::uint64_t key, std::size_t offset) {
    const std::uint64_t turned = turned_key(key, offset);
    return vreinterpretq_u8_u64(vdupq_n_u64(turned));
}

// ---- UTF-8 -----------------------------------------------------------------------------------

// Returns the bytes at offset -n from those of `now`; the first ones come from `before`.
template <int n>
uint8x16_t earlier(uint8x16_t before, uint8x16_t now) {
    return vextq_u8(before, now, 16 - n);
}

// Nonzero where there is an error.
uint8x16_t faults(uint8x16_t before, uint8x16_t now) {
    const uint8x16_t first = earlier<1>(before, now);
    const uint8x16_t low = vandq_u8(first, vdupq_n_u8(0x0F));
    const uint8x16_t of_two =
        vandq_u8(vandq_u8(vqtbl1q_u8(vld1q_u8(by_first_high), vshrq_n_u8(first, 4)),
                          vqtbl1q_u8(vld1q_u8(by_first_low), low)),
                 vqtbl1q_u8(vld1q_u8(by_second_high), vshrq_n_u8(now, 4)));
    // Two continuations are right if and only if E0..FF precedes by two or F0..FF by three bytes.
    const uint8x16_t third = vqsubq_u8(earlier<2>(before, now), vdupq_n_u8(0x60));
    const uint8x16_t fourth = vqsubq_u8(earlier<3>(before, now), vdupq_n_u8(0x70));
    const uint8x16_t due = vandq_u8(vorrq_u8(third, fourth), vdupq_n_u8(0x80));
    return veorq_u8(due, of_two);
}

// Nonzero if the last character of `now` is incomplete.
uint8x16_t unfinished(uint8x16_t now) {
    static constexpr std::uint8_t largest[16] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                                 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xEF, 0xDF, 0xBF};
    return vqsubq_u8(now, vld1q_u8(largest));
}

bool is_ascii(uint8x16_t bytes) {
    return vmaxvq_u8(bytes) < 0x80;
}

// Returns approximately where the ASCII that begins at `at` ends; it may end later. The last vector
// overlaps bytes that were checked before.
std::size_t ascii_end(const std::uint8_t* text, std::size_t at, std::size_t size) {
    for (; size - at >= 64; at += 64) {
        const uint8x16_t a = vorrq_u8(vld1q_u8(text + at), vld1q_u8(text + at + 16));
        const uint8x16_t b = vorrq_u8(vld1q_u8(text + at + 32), vld1q_u8(text + at + 48));
        if (!is_ascii(vorrq_u8(a, b))) return at;
    }
    for (; size - at >= 16; at += 16) {
        if (!is_ascii(vld1q_u8(text + at))) return at;
    }
    return is_ascii(vld1q_u8(text + size - 16)) ? size : at;
}

}  // namespace

Cpu this_cpu() {
    return Cpu::baseline;
}

// The first and the last vector may be unaligned and overlap the others, which start where `to` is
// aligned: a store across two cache lines costs double. In place, overlapping bytes must not be
// masked twice, so both vectors are loaded before anything is stored and are stored last.
void copy_masked_wide(std::uint8_t* to, const std::uint8_t* from, std::size_t size,
                      std::uint64_t key) {
    const uint8x16_t first = veorq_u8(vld1q_u8(from), wide_key(key, 0));
    const uint8x16_t last = veorq_u8(vld1q_u8(from + size - 16), wide_key(key, size));
    std::size_t at = 16 - reinterpret_cast<std::uintptr_t>(to) % 16;
    const uint8x16_t wide = wide_key(key, at);
    for (; size - at >= 64; at += 64) {
        const uint8x16_t a = vld1q_u8(from + at);
        const uint8x16_t b = vld1q_u8(from + at + 16);
        const uint8x16_t c = vld1q_u8(from + at + 32);
        const uint8x16_t d = vld1q_u8(from + at + 48);
        vst1q_u8(to + at, veorq_u8(a, wide));
        vst1q_u8(to + at + 16, veorq_u8(b, wide));
        vst1q_u8(to + at + 32, veorq_u8(c, wide));
        vst1q_u8(to + at + 48, veorq_u8(d, wide));
    }
    for (; size - at >= 16; at += 16) {
        vst1q_u8(to + at, veorq_u8(vld1q_u8(from + at), wide));
    }
    vst1q_u8(to, first);
    vst1q_u8(to + size - 16, last);
}

void copy_masked_wide(Cpu, std::uint8_t* to, const std::uint8_t* from, std::size_t size,
                      std::uint64_t key) {
    copy_masked_wide(to, from, size, key);
}

WideResult check_utf8_wide(const std::uint8_t* text, std::size_t size) {
    uint8x16_t before = vdupq_n_u8(0);
    uint8x16_t fault = vdupq_n_u8(0);
    std::size_t at = 0;
    while (true) {
        if (const std::size_t end = ascii_end(text, at, size); end > at) {
            fault = vorrq_u8(fault, unfinished(before));
            before = vdupq_n_u8(0);
            at = end;
        }
        if (size - at < 32) break;
        const uint8x16_t a = vld1q_u8(text + at);
        const uint8x16_t b = vld1q_u8(text + at + 16);
        fault = vorrq_u8(fault, vorrq_u8(faults(before, a), faults(a, b)));
        before = b;
        at += 32;
    }
    if (size - at > 16) fault = vorrq_u8(fault, faults(before, vld1q_u8(text + at)));
    if (size > at) {  // the last bytes, some of them a second time
        fault = vorrq_u8(fault, faults(vld1q_u8(text + size - 32), vld1q_u8(text + size - 16)));
    }
    return {size, vmaxvq_u8(fault) == 0};
}

WideResult check_utf8_wide(Cpu, const std::uint8_t* text, std::size_t size) {
    return check_utf8_wide(text, size);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE

#endif
