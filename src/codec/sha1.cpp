// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "codec/sha1.hpp"

#include <algorithm>
#include <bit>

#include "base/endian.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t sha1_chunk_size = 64;

struct Sha1State {
    std::uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
};

// Returns the round function and the constant of step `t`, RFC 3174 5.
std::uint32_t mix(int t, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    if (t < 20) return ((b & c) | (~b & d)) + 0x5A827999;
    if (t < 40) return (b ^ c ^ d) + 0x6ED9EBA1;
    if (t < 60) return ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC;
    return (b ^ c ^ d) + 0xCA62C1D6;
}

// RFC 3174 6.1.
void absorb(Sha1State& state, Bytes chunk) {
    std::uint32_t w[80];
    for (std::size_t t = 0; t < 16; ++t) {
        w[t] = static_cast<std::uint32_t>(load_be(chunk.subspan(t * 4, 4)));
    }
    for (std::size_t t = 16; t < 80; ++t) {
        w[t] = std::rotl(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    }

    auto [a, b, c, d, e] = state.h;
    for (int t = 0; t < 80; ++t) {
        const std::uint32_t next = std::rotl(a, 5) + mix(t, b, c, d) + e + w[t];
        e = d;
        d = c;
        c = std::rotl(b, 30);
        b = a;
        a = next;
    }
    state.h[0] += a;
    state.h[1] += b;
    state.h[2] += c;
    state.h[3] += d;
    state.h[4] += e;
}

}  // namespace

Sha1Digest sha1(Bytes data) {
    Sha1State state;
    Bytes rest = data;
    for (; rest.size() >= sha1_chunk_size; rest = rest.subspan(sha1_chunk_size)) {
        absorb(state, rest.first(sha1_chunk_size));
    }

    // The last one or two chunks: the remaining bytes, a one bit, zeros, the length in bits.
    std::array<std::uint8_t, 2 * sha1_chunk_size> tail{};
    std::copy(rest.begin(), rest.end(), tail.begin());
    tail[rest.size()] = 0x80;
    const std::size_t tail_size =
        rest.size() + 1 + 8 <= sha1_chunk_size ? sha1_chunk_size : 2 * sha1_chunk_size;
    const MutableBytes last = MutableBytes(tail).first(tail_size);
    store_be(last.last(8), std::uint64_t{data.size()} * 8);
    for (Bytes chunk = last; !chunk.empty(); chunk = chunk.subspan(sha1_chunk_size)) {
        absorb(state, chunk.first(sha1_chunk_size));
    }

    Sha1Digest digest;
    for (std::size_t i = 0; i < 5; ++i) {
        store_be(MutableBytes(digest).subspan(i * 4, 4), state.h[i]);
    }
    return digest;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
