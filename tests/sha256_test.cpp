// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// SHA-256 compared with the vectors of FIPS 180-4 and digests of another implementation.
#include "codec/sha256.hpp"

#include <gtest/gtest.h>

#include <string>

#include "testkit/exact.hpp"

namespace linnet {
namespace {

using test::ExactBytes;

std::string sha256_hex(std::string_view message) {
    std::string text;
    for (const std::uint8_t byte : sha256(ExactBytes(message).bytes())) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

// The examples that NIST publishes for FIPS 180-4.
TEST(Sha256, computes_the_digests_of_fips_180_4) {
    struct Row {
        std::string text;
        std::string_view digest;
    };
    const Row rows[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
         "lmnopqrsmnopqrstnopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
        {std::string(1'000'000, 'a'),
         "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(sha256_hex(row.text), row.digest) << row.text.substr(0, 80);
    }
}

// Concatenated, the digests of 0 to 130 bytes have one digest, which is checked here. Both numbers
// are from Python:
//
//   h = lambda b: hashlib.sha256(b).digest()
//   h(b''.join(h(b'a' * n) for n in range(131))).hex()
//   h(b''.join(h(bytes((i * 7 + n) % 256 for i in range(n))) for n in range(131))).hex()
TEST(Sha256, agrees_with_another_implementation_at_every_size_up_to_130) {
    std::string plain, varied;
    for (unsigned size = 0; size <= 130; ++size) {
        std::string text;
        for (unsigned i = 0; i < size; ++i) text += static_cast<char>((i * 7 + size) % 256);
        plain += text_of(sha256(ExactBytes(std::string(size, 'a')).bytes()));
        varied += text_of(sha256(ExactBytes(text).bytes()));
    }
    EXPECT_EQ(sha256_hex(plain),
              "f908a43fc8456c583aacde0fb2627959f8513dc76d0c03979b7f945a7dd78f22");
    EXPECT_EQ(sha256_hex(varied),
              "969b9f993f9c27e8424a46288c5b7999eee502a7befa92cad6cfef1034d76c51");
}

}  // namespace
}  // namespace linnet
