// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The wide kernels of each kind that this CPU supports, compared with plain loops.
#include "codec/kernels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "linnet/codec/utf8.hpp"
#include "testkit/exact.hpp"

namespace linnet {
namespace {

using namespace std::string_view_literals;
using test::ExactBytes;
using test::Misalignment;
using test::shown;

std::vector<Cpu> cpus() {
    std::vector<Cpu> result{Cpu::baseline};
    if (this_cpu() != Cpu::baseline) result.push_back(this_cpu());
    return result;
}

const char* name_of(Cpu cpu) {
    return cpu == Cpu::avx2 ? "avx2" : "baseline";
}

// ---- masking ---------------------------------------------------------------------------------

constexpr std::uint8_t key_bytes[8] = {1, 20, 115, 254, 1, 20, 115, 254};

std::uint64_t key() {
    std::uint64_t result;
    std::memcpy(&result, key_bytes, 8);
    return result;
}

std::vector<std::uint8_t> sample(std::size_t size) {
    std::vector<std::uint8_t> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 32);
    return bytes;
}

bool is_masked(Bytes bytes, Bytes plain) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] != (plain[i] ^ key_bytes[i % 8])) return false;
    }
    return bytes.size() == plain.size();
}

void check_masking(Cpu cpu, std::size_t size, std::size_t to_offset, std::size_t from_offset) {
    const std::vector<std::uint8_t> plain = sample(size);
    const ExactBytes from(plain, Misalignment{from_offset});
    ExactBytes to(size, Misalignment{to_offset});
    copy_masked_wide(cpu, to.buffer().data(), from.bytes().data(), size, key());
    EXPECT_TRUE(is_masked(to.bytes(), plain) && to.front_untouched())
        << name_of(cpu) << ", " << size << " from " << from_offset << " to " << to_offset;

    ExactBytes data(plain, Misalignment{to_offset});
    copy_masked_wide(cpu, data.buffer().data(), data.bytes().data(), size, key());
    EXPECT_TRUE(is_masked(data.bytes(), plain) && data.front_untouched())
        << name_of(cpu) << ", " << size << " in place at " << to_offset;
}

TEST(Kernels, mask_as_the_byte_loop_does_at_every_size_and_alignment) {
    for (const Cpu cpu : cpus()) {
        for (std::size_t size = kernel_size_min; size < kernel_size_min + 300; ++size) {
            for (std::size_t offset = 0; offset < 32; ++offset) {
                check_masking(cpu, size, offset, offset);
                check_masking(cpu, size, offset, (size + offset * 11) % 32);
            }
            if (HasFailure()) return;
        }
        check_masking(cpu, 10'007, 3, 7);
    }
}

// ---- UTF-8 -----------------------------------------------------------------------------------

// Fed byte by byte, no kernel is ever called.
bool is_valid_beginning(Bytes text) {
    Utf8Validator plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!plain.feed(text.subspan(i, 1))) return false;
    }
    return true;
}

void check_result(Cpu cpu, const std::string& content) {
    const ExactBytes text(content);
    const WideResult wide = check_utf8_wide(cpu, text.bytes().data(), content.size());
    ASSERT_LE(wide.size, content.size());
    // An incomplete character within the last three bytes may already be invalid, which a kernel
    // need not detect.
    const std::size_t open_size = wide.valid ? std::min<std::size_t>(wide.size, 3) : 0;
    EXPECT_EQ(wide.valid, is_valid_beginning(text.bytes().first(wide.size - open_size)))
        << name_of(cpu) << ", of " << wide.size << " bytes: " << shown(content);
    Utf8Validator whole;
    EXPECT_EQ(whole.feed(text.bytes()), is_valid_beginning(text.bytes())) << shown(content);
}

const std::string_view backgrounds[] = {"x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};

// 320 bytes of whole characters with `stranger` after about the first `at` bytes.
std::string with_stranger(std::string_view background, std::size_t at, std::string_view stranger) {
    std::string text;
    while (text.size() < at) text += background;
    text += stranger;
    while (text.size() < 320) text += background;
    return text;
}

TEST(Kernels, check_every_pair_of_bytes_across_the_edge_of_a_block) {
    for (const Cpu cpu : cpus()) {
        for (unsigned pair = 0; pair < 0x10000; ++pair) {
            const char stranger[] = {static_cast<char>(pair >> 8), static_cast<char>(pair & 0xFF)};
            for (const std::size_t at : {31u, 63u}) {
                check_result(cpu, with_stranger("x", at, {stranger, 2}));
            }
            if (HasFailure()) return;
        }
    }
}

const std::string_view strangers[] = {
    "",
    "\x7F",
    "\x80",
    "\xBF",
    "\xC0\x80",
    "\xC1\xBF",
    "\xC2",
    "\xC2\x80",
    "\xDF\xBF",
    "\xE0\x9F\xBF",
    "\xE0\xA0\x80",
    "\xE2\x82",
    "\xED\x9F\xBF",
    "\xED\xA0\x80",
    "\xED\xBF\xBF",
    "\xEF\xBF\xBF",
    "\xF0\x8F\xBF\xBF",
    "\xF0\x90\x80\x80",
    "\xF0\x9F\x98",
    "\xF4\x8F\xBF\xBF",
    "\xF4\x90\x80\x80",
    "\xF5\x80\x80\x80",
    "\xF8\x88\x80\x80\x80",
    "\xFE",
    "\xFF",
    "\0"sv,
    "\xE2\x82\xAC\x80",
    "\xF0\x9F\x98\x80\x80",
    "\xC3\xA9\xA9",
};

TEST(Kernels, check_sequences_among_characters_of_every_size_at_every_offset) {
    for (const Cpu cpu : cpus()) {
        for (const std::string_view background : backgrounds) {
            for (const std::string_view stranger : strangers) {
                for (std::size_t at = 0; at < 200; ++at) {
                    check_result(cpu, with_stranger(background, at, stranger));
                }
                if (HasFailure()) return;
            }
        }
    }
}

// The last bytes are checked in a separate vector, at any offset.
TEST(Kernels, check_sequences_near_the_end_of_texts_of_every_size) {
    for (const Cpu cpu : cpus()) {
        for (std::size_t size = kernel_size_min; size < kernel_size_min + 130; ++size) {
            const std::string_view background = backgrounds[size / 2 % 4];
            for (const std::string_view stranger : strangers) {
                for (std::size_t distance = 0; distance <= 66 && distance <= size; ++distance) {
                    std::string text = with_stranger(background, size - distance, stranger);
                    check_result(cpu, text.substr(0, size));
                }
            }
            if (HasFailure()) return;
        }
    }
}

TEST(Kernels, give_the_same_result_for_every_cut_of_a_long_text) {
    std::string content;
    for (std::size_t i = 0; content.size() < 1200; ++i) content += backgrounds[i % 7 % 4];
    for (std::size_t cut = 0; cut <= content.size(); ++cut) {
        const ExactBytes first(content.substr(0, cut));
        const ExactBytes second(content.substr(cut));
        Utf8Validator validator;
        EXPECT_TRUE(validator.feed(first.bytes()) && validator.feed(second.bytes())) << cut;
        EXPECT_TRUE(validator.complete()) << cut;
    }
}

TEST(Kernels, find_a_truncated_character_at_the_end_of_a_long_text) {
    for (const std::string_view end : {"\xC3"sv, "\xE2"sv, "\xE2\x82"sv, "\xF0\x9F\x98"sv}) {
        for (std::size_t size = 250; size < 450; ++size) {
            const ExactBytes text(std::string(size, 'x').append(end));
            Utf8Validator validator;
            EXPECT_TRUE(validator.feed(text.bytes()));
            EXPECT_FALSE(validator.complete());
        }
    }
}

}  // namespace
}  // namespace linnet
