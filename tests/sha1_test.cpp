// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// SHA-1 compared with the vectors of RFC 3174 7.3 and digests of another implementation.
#include "codec/sha1.hpp"

#include <gtest/gtest.h>

#include <string>

#include "testkit/exact.hpp"

namespace linnet {
namespace {

using test::ExactBytes;

std::string hex(const Sha1Digest& digest) {
    std::string text;
    for (const std::uint8_t byte : digest) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

std::string sha1_hex(std::string_view message) {
    return hex(sha1(ExactBytes(message).bytes()));
}

std::string repeated(std::string_view text, std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += text;
    return all;
}

TEST(Sha1, computes_the_digests_of_rfc_3174) {
    struct Row {
        std::string_view text;
        std::size_t count;
        std::string_view digest;
    };
    constexpr Row rows[] = {
        {"", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
        {"abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
         "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
        {"a", 1'000'000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"},
        {"01234567", 80, "dea356a2cddd90c7a7ecedc5ebb563934f460452"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(sha1_hex(repeated(row.text, row.count)), row.digest)
            << row.count << " times '" << row.text << "'";
    }
}

// Where the padding begins a new chunk, or ends one.
TEST(Sha1, pads_correctly_around_the_ends_of_the_first_two_chunks) {
    struct Row {
        std::size_t size;
        std::string_view digest;
    };
    constexpr Row rows[] = {
        {1, "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"},
        {55, "c1c8bbdc22796e28c0e15163d20899b65621d65a"},
        {56, "c2db330f6083854c99d4b5bfb6e8f29f201be699"},
        {57, "f08f24908d682555111be7ff6f004e78283d989a"},
        {63, "03f09f5b158a7a8cdad920bddc29b81c18a551f5"},
        {64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"},
        {65, "11655326c708d70319be2610e8a57d9a5b959d3b"},
        {119, "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56"},
        {120, "f34c1488385346a55709ba056ddd08280dd4c6d6"},
        {121, "fa6b5a6f8ac27182f838fe7841ec6d2aef3ade29"},
        {127, "89d95fa32ed44a7c610b7ee38517ddf57e0bb975"},
        {128, "ad5b3fdbcb526778c2839d2f151ea753995e26a0"},
        {129, "d96debf1bdcbc896e6c134ea76e8141f40d78536"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(sha1_hex(std::string(row.size, 'a')), row.digest) << row.size << " times 'a'";
    }
}

// Concatenated, the digests of 0 to 130 bytes have one digest, which is checked here. Both numbers
// are from Python:
//
//   h = lambda b: hashlib.sha1(b).digest()
//   h(b''.join(h(b'a' * n) for n in range(131))).hex()
//   h(b''.join(h(bytes((i * 7 + n) % 256 for i in range(n))) for n in range(131))).hex()
TEST(Sha1, agrees_with_another_implementation_at_every_size_up_to_130) {
    std::string plain, varied;
    for (unsigned size = 0; size <= 130; ++size) {
        std::string text;
        for (unsigned i = 0; i < size; ++i) text += static_cast<char>((i * 7 + size) % 256);
        plain += text_of(sha1(ExactBytes(std::string(size, 'a')).bytes()));
        varied += text_of(sha1(ExactBytes(text).bytes()));
    }
    EXPECT_EQ(sha1_hex(plain), "60afa284c7b19b978fd27334fd33aa6e654cf3ff");
    EXPECT_EQ(sha1_hex(varied), "3124829d302c0b62b2f8c1e5edf440a668284db0");
}

}  // namespace
}  // namespace linnet
