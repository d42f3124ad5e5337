// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "codec/sha256.hpp"

#include <algorithm>
#include <bit>

#include "base/endian.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t sha256_chunk_size = 64;

// FIPS 180-4 4.2.2: derived from the cube roots of the first 64 primes.
constexpr std::uint32_t constants[64] = {
    0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
    0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
    0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
    0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
    0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
    0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
    0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
    0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
};

// FIPS 180-4 5.3.3.
struct Sha256State {
    std::uint32_t h[8] = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                          0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};
};

// The functions of one word in FIPS 180-4 4.1.2.
std::uint32_t big_sigma_0(std::uint32_t x) {
    return std::rotr(x, 2) ^ std::rotr(x, 13) ^ std::rotr(x, 22);
}
std::uint32_t big_sigma_1(std::uint32_t x) {
    return std::rotr(x, 6) ^ std::rotr(x, 11) ^ std::rotr(x, 25);
}
std::uint32_t small_sigma_0(std::uint32_t x) {
    return std::rotr(x, 7) ^ std::rotr(x, 18) ^ x >> 3;
}
std::uint32_t small_sigma_1(std::uint32_t x) {
    return std::rotr(x, 17) ^ std::rotr(x, 19) ^ x >> 10;
}

// FIPS 180-4 6.2.2.
void absorb(Sha256State& state, Bytes chunk) {
    std::uint32_t w[64];
    for (std::size_t t = 0; t < 16; ++t) {
        w[t] = static_cast<std::uint32_t>(load_be(chunk.subspan(t * 4, 4)));
    }
    for (std::size_t t = 16; t < 64; ++t) {
        w[t] = small_sigma_1(w[t - 2]) + w[t - 7] + small_sigma_0(w[t - 15]) + w[t - 16];
    }

    auto [a, b, c, d, e, f, g, h] = state.h;
    for (std::size_t t = 0; t < 64; ++t) {
        const std::uint32_t choice = (e & f) ^ (~e & g);
        const std::uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
        const std::uint32_t t1 = h + big_sigma_1(e) + choice + constants[t] + w[t];
        const std::uint32_t t2 = big_sigma_0(a) + majority;
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const std::uint32_t worked[8] = {a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < 8; ++i) state.h[i] += worked[i];
}

}  // namespace

std::array<std::uint8_t, 32> sha256(Bytes data) {
    Sha256State state;
    Bytes rest = data;
    for (; rest.size() >= sha256_chunk_size; rest = rest.subspan(sha256_chunk_size)) {
        absorb(state, rest.first(sha256_chunk_size));
    }

    // The last one or two chunks: the remaining bytes, a one bit, zeros, the length in bits.
    std::array<std::uint8_t, 2 * sha256_chunk_size> tail{};
    std::copy(rest.begin(), rest.end(), tail.begin());
    tail[rest.size()] = 0x80;
    const std::size_t tail_size =
        rest.size() + 1 + 8 <= sha256_chunk_size ? sha256_chunk_size : 2 * sha256_chunk_size;
    const MutableBytes last = MutableBytes(tail).first(tail_size);
    store_be(last.last(8), std::uint64_t{data.size()} * 8);
    for (Bytes chunk = last; !chunk.empty(); chunk = chunk.subspan(sha256_chunk_size)) {
        absorb(state, chunk.first(sha256_chunk_size));
    }

    std::array<std::uint8_t, 32> digest;
    for (std::size_t i = 0; i < 8; ++i) {
        store_be(MutableBytes(digest).subspan(i * 4, 4), state.h[i]);
    }
    return digest;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
