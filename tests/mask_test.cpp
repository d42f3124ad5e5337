// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Masking, RFC 6455 5.3, compared with the byte loop of the RFC.
#include "linnet/codec/mask.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <vector>

#include "testkit/exact.hpp"

namespace linnet {
namespace {

using test::ExactBytes;
using test::Misalignment;

constexpr MaskKey key = {0x37, 0xFA, 0x21, 0x3D};
constexpr std::size_t size_end = 301;
constexpr std::size_t alignment_end = 32;

// The first rotations of the key, and the limits of numbers with 32 and 63 bits.
constexpr std::uint64_t offsets[] = {
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    0xFFFFFFFD,
    0xFFFFFFFE,
    0xFFFFFFFF,
    0x100000000,
    0x100000001,
    0x7FFFFFFFFFFFFFFD,
    0x7FFFFFFFFFFFFFFE,
    0x7FFFFFFFFFFFFFFF,
    0x8000000000000000,
};

// No two adjacent bytes and no two words are equal.
std::vector<std::uint8_t> sample(std::size_t size) {
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i < size; ++i) {
        bytes.push_back(static_cast<std::uint8_t>((i * 31 + i / 8 * 5 + 9) & 0xFF));
    }
    return bytes;
}

// transformed-octet-i = original-octet-i XOR masking-key-octet-(i MOD 4)
std::vector<std::uint8_t> naively_masked(Bytes bytes, std::uint64_t offset) {
    std::vector<std::uint8_t> masked;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        masked.push_back(static_cast<std::uint8_t>(bytes[i] ^ key[(offset % 4 + i) % 4]));
    }
    return masked;
}

bool same(Bytes a, Bytes b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

struct Layout {
    std::size_t size;
    std::uint64_t offset;
    std::size_t alignment;

    friend std::ostream& operator<<(std::ostream& out, const Layout& layout) {
        return out << "size " << layout.size << ", offset " << layout.offset << ", alignment "
                   << layout.alignment;
    }
};

TEST(Mask, agrees_with_the_byte_loop_in_place_and_is_its_own_inverse) {
    for (std::size_t size = 0; size < size_end; ++size) {
        const std::vector<std::uint8_t> plain = sample(size);
        for (const std::uint64_t offset : offsets) {
            const std::vector<std::uint8_t> masked = naively_masked(plain, offset);
            for (std::size_t alignment = 0; alignment < alignment_end; ++alignment) {
                const Layout layout = {size, offset, alignment};
                ExactBytes data(plain, Misalignment{alignment});
                apply_mask(data.buffer(), key, offset);
                ASSERT_TRUE(same(data.bytes(), masked)) << layout;
                apply_mask(data.buffer(), key, offset);
                ASSERT_TRUE(same(data.bytes(), plain)) << "twice at " << layout;
                ASSERT_TRUE(data.front_untouched()) << layout;
            }
        }
    }
}

void check_copy(Bytes plain, Layout layout, std::size_t to_alignment) {
    const ExactBytes from(plain, Misalignment{layout.alignment});
    ExactBytes to(plain.size(), Misalignment{to_alignment});
    copy_masked(to.buffer(), from.bytes(), key, layout.offset);
    ASSERT_TRUE(same(to.bytes(), naively_masked(plain, layout.offset)))
        << layout << " to " << to_alignment;
    ASSERT_TRUE(same(from.bytes(), plain)) << "the source changed: " << layout;
    ASSERT_TRUE(to.front_untouched()) << layout << " to " << to_alignment;
}

// Case 20: masking the caller's bytes
TEST(Mask, copies_the_result_of_masking_in_place_and_leaves_the_source_unchanged) {
    for (std::size_t size = 0; size < size_end; ++size) {
        const std::vector<std::uint8_t> plain = sample(size);
        for (std::size_t alignment = 0; alignment < alignment_end; ++alignment) {
            for (const std::size_t to_alignment : {0u, 1u, 4u, 7u, 9u}) {
                const std::uint64_t offset = (size + alignment) % 8;
                check_copy(plain, {size, offset, alignment}, to_alignment);
                if (testing::Test::HasFatalFailure()) return;
            }
        }
    }
}

TEST(Mask, copies_correctly_at_every_offset) {
    for (const std::uint64_t offset : offsets) {
        for (std::size_t size = 0; size < size_end; ++size) {
            check_copy(sample(size), {size, offset, 0}, 0);
            if (testing::Test::HasFatalFailure()) return;
        }
    }
}

TEST(Mask, writes_nothing_outside_the_data) {
    constexpr std::size_t guard_size = 24;
    for (std::size_t size = 0; size < size_end; ++size) {
        ExactBytes in_place(guard_size + size + guard_size);
        ExactBytes copied(guard_size + size + guard_size);
        const ExactBytes source(sample(size));
        apply_mask(in_place.buffer().subspan(guard_size, size), key, size % 4);
        // The destination may be longer than the source.
        copy_masked(copied.buffer().subspan(guard_size), source.bytes(), key, size % 4);
        for (const ExactBytes* block : {&in_place, &copied}) {
            for (std::size_t i = 0; i < guard_size; ++i) {
                ASSERT_EQ(block->bytes()[i], ExactBytes::fill) << "before, size " << size;
                ASSERT_EQ(block->bytes()[guard_size + size + i], ExactBytes::fill)
                    << "after, size " << size;
            }
        }
    }
}

TEST(Mask, gives_the_same_result_for_every_cut_of_a_payload) {
    const std::vector<std::uint8_t> plain = sample(100);
    const std::vector<std::uint8_t> masked = naively_masked(plain, 0);
    for (std::size_t cut = 0; cut <= plain.size(); ++cut) {
        ExactBytes data(plain);
        apply_mask(data.buffer().first(cut), key, 0);
        apply_mask(data.buffer().subspan(cut), key, cut);
        EXPECT_TRUE(same(data.bytes(), masked)) << "cut at " << cut;
    }
}

TEST(Mask, masks_hello_as_in_rfc_6455_section_5_7) {
    ExactBytes hello("Hello");
    apply_mask(hello.buffer(), key, 0);
    EXPECT_EQ(hello.text(), "\x7F\x9F\x4D\x51\x58");
}

}  // namespace
}  // namespace linnet
