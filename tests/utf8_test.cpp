// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// UTF-8 compared with a decoder that only checks whether bytes can still become a character of RFC
// 3629.
#include "linnet/codec/utf8.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include "testkit/exact.hpp"

namespace linnet {
namespace {

using namespace std::string_view_literals;
using test::ExactBytes;
using test::shown;

// ---- the naive decoder -----------------------------------------------------------------------

// The size of a character that begins with `first`, RFC 3629 3; 0 if none does.
std::size_t announced_size(std::uint8_t first) {
    if (first >> 7 == 0b0) return 1;
    if (first >> 5 == 0b110) return 2;
    if (first >> 4 == 0b1110) return 3;
    if (first >> 3 == 0b11110) return 4;
    return 0;
}

// The missing bytes can produce a range of values. Is one of them a character, not a surrogate, and
// too large for a shorter form?
bool begins_character(Bytes bytes) {
    constexpr std::uint32_t first_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const std::size_t size = announced_size(bytes[0]);
    if (size == 0) return false;
    std::uint32_t low = bytes[0] & first_bits[size];
    for (const std::uint8_t byte : bytes.subspan(1)) {
        if (byte >> 6 != 0b10) return false;
        low = low << 6 | (byte & 0x3F);
    }
    std::uint32_t high = low;
    for (std::size_t missing = size - bytes.size(); missing > 0; --missing) {
        low <<= 6;
        high = high << 6 | 0x3F;
    }
    const bool all_surrogates = low >= 0xD800 && high <= 0xDFFF;
    return high >= smallest[size] && low <= 0x10FFFF && !all_surrogates;
}

enum class Result { complete, incomplete, invalid };

struct NaiveResult {
    Result result;
    std::size_t good_size;  // bytes before the first that makes the text invalid
};

NaiveResult naive_result(Bytes text) {
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t size = announced_size(text[begin]);
        std::size_t end = begin;
        do {
            ++end;
            if (!begins_character(text.subspan(begin, end - begin))) {
                return {Result::invalid, end - 1};
            }
        } while (end < text.size() && end - begin < size);
        if (end - begin < size) return {Result::incomplete, text.size()};
        begin = end;
    }
    return {Result::complete, text.size()};
}

// ---- the validator beside it -----------------------------------------------------------------

// The result of `validator` for the text so far, after `piece` was added.
Result result_after(Utf8Validator& validator, Bytes piece) {
    if (!validator.feed(piece)) return Result::invalid;
    return validator.complete() ? Result::complete : Result::incomplete;
}

// Whole, and cut in two at every offset.
bool agrees_at_every_cut(Bytes text, Result result) {
    if (is_utf8(text) != (result == Result::complete)) return false;
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
        Utf8Validator validator;
        validator.feed(text.first(cut));
        if (result_after(validator, text.subspan(cut)) != result) return false;
    }
    return true;
}

// No continuation makes an invalid text valid again.
bool stays_invalid(Utf8Validator validator) {
    constexpr std::uint8_t more[] = {'a', 0x80, 0xC3, 0xA9, 'b'};
    return !validator.feed(more) && !validator.feed({}) && !validator.complete();
}

void check_everything(std::string_view content) {
    const ExactBytes block(content);
    const Bytes text = block.bytes();
    const NaiveResult expected = naive_result(text);
    EXPECT_TRUE(agrees_at_every_cut(text, expected.result)) << shown(content);

    Utf8Validator validator;
    for (std::size_t i = 0; i < text.size(); ++i) {
        EXPECT_EQ(validator.feed(text.subspan(i, 1)), i < expected.good_size)
            << shown(content) << " at byte " << i;
    }
    EXPECT_EQ(validator.complete(), expected.result == Result::complete) << shown(content);
    if (expected.result == Result::invalid) {
        EXPECT_TRUE(stays_invalid(validator)) << shown(content);
    }
}

// Walks over sequences of up to four bytes as a tree, with one validator per path, fed byte by
// byte; sequences below an invalid one are skipped.
class Walk {
 public:
    explicit Walk(std::span<const std::uint8_t> alphabet) : alphabet_(alphabet) {}

    // Follows every valid prefix, or only those with new continuations.
    bool follows_all = true;

    std::size_t failure_count = 0;
    std::size_t sequence_count = 0;

    void run(const Utf8Validator& before = {}, std::size_t size = 1) {
        for (const std::uint8_t byte : alphabet_) {
            bytes_[size - 1] = byte;
            Utf8Validator validator = before;
            const Result result = check(validator, size);
            if (failure_count > 0) return;  // one is enough to read
            if (result != Result::invalid && is_followed(size)) run(validator, size + 1);
        }
    }

 private:
    bool is_followed(std::size_t size) const {
        if (size == 4 || follows_all) return size < 4;
        if (size == 3) return announced_size(bytes_[0]) == 4;
        return size == 1 || bytes_[0] >= 0x80 || bytes_[1] >= 0x80;
    }

    Result check(Utf8Validator& validator, std::size_t size) {
        const MutableBytes text = blocks_[size].buffer();
        std::copy_n(bytes_.begin(), size, text.begin());
        const Result result = naive_result(text).result;
        const bool agrees = result_after(validator, text.last(1)) == result &&
                            agrees_at_every_cut(text, result) &&
                            (result != Result::invalid || stays_invalid(validator));
        if (!agrees) {
            ++failure_count;
            ADD_FAILURE() << "disagrees on " << shown(text);
        }
        ++sequence_count;
        return result;
    }

    std::span<const std::uint8_t> alphabet_;
    std::array<std::uint8_t, 4> bytes_{};
    ExactBytes blocks_[5] = {ExactBytes(0), ExactBytes(1), ExactBytes(2), ExactBytes(3),
                             ExactBytes(4)};
};

// ---- the promises ----------------------------------------------------------------------------

// All 256 bytes after every valid prefix of at most two bytes, except two of ASCII, and of three
// bytes if one character lacks its fourth. The test below has the others.
TEST(Utf8, agrees_with_the_naive_decoder_about_every_sequence_of_bytes) {
    std::array<std::uint8_t, 256> all;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i);
    Walk walk(all);
    walk.follows_all = false;
    walk.run();
    // Prefixes: one of no byte; 128 characters and 51 first bytes; two bytes that are ASCII and a
    // first byte, or begin with C2..DF, E0..EF and F0..F4; and three from these last.
    constexpr std::size_t beginnings = 1 + (128 + 51) + (128 * 51 + 30 * 64 + 960 + 256) + 256 * 64;
    EXPECT_EQ(walk.sequence_count, 256 * beginnings);
}

// Pairs of characters: the bytes at both ends of every range of RFC 3629 4.
TEST(Utf8, agrees_about_every_sequence_of_four_bytes_from_the_edges_of_the_ranges) {
    constexpr std::uint8_t edges[] = {
        0x00, 'a',  0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0,
        0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFE, 0xFF,
    };
    Walk walk(edges);
    walk.run();
    EXPECT_GT(walk.sequence_count, 20'000u);
}

TEST(Utf8, classifies_well_known_valid_and_invalid_samples) {
    struct Row {
        std::string_view name, text;
        Result result;
        std::size_t good_size;
    };
    constexpr Row rows[] = {
        {"nothing", "", Result::complete, 0},
        {"NUL", "\0"sv, Result::complete, 1},
        {"one to four bytes", "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", Result::complete, 10},
        {"the kosme of the stress test", "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5",
         Result::complete, 11},
        {"U+0080", "\xC2\x80", Result::complete, 2},
        {"U+07FF", "\xDF\xBF", Result::complete, 2},
        {"U+0800", "\xE0\xA0\x80", Result::complete, 3},
        {"U+D7FF", "\xED\x9F\xBF", Result::complete, 3},
        {"U+E000", "\xEE\x80\x80", Result::complete, 3},
        {"U+FFFF, no character, but no fault", "\xEF\xBF\xBF", Result::complete, 3},
        {"the byte order mark", "\xEF\xBB\xBF", Result::complete, 3},
        {"U+10000", "\xF0\x90\x80\x80", Result::complete, 4},
        {"U+10FFFF", "\xF4\x8F\xBF\xBF", Result::complete, 4},
        {"half of two bytes", "a\xC3", Result::incomplete, 2},
        {"two of three bytes", "a\xE2\x82", Result::incomplete, 3},
        {"three of four bytes", "a\xF0\x9F\x98", Result::incomplete, 4},
        {"lone continuation 80", "a\x80", Result::invalid, 1},
        {"lone continuation BF", "a\xBF", Result::invalid, 1},
        {"continuation too many", "\xC3\xA9\xA9", Result::invalid, 2},
        {"character within a character", "\xE2\x82\x61", Result::invalid, 2},
        {"first byte after a first byte", "\xC3\xC3", Result::invalid, 1},
        {"overlong NUL in two bytes", "\xC0\x80", Result::invalid, 0},
        {"overlong slash in two bytes", "\xC0\xAF", Result::invalid, 0},
        {"overlong U+007F in two bytes", "\xC1\xBF", Result::invalid, 0},
        {"overlong slash in three bytes", "\xE0\x80\xAF", Result::invalid, 1},
        {"overlong U+07FF in three bytes", "\xE0\x9F\xBF", Result::invalid, 1},
        {"overlong slash in four bytes", "\xF0\x80\x80\xAF", Result::invalid, 1},
        {"overlong U+FFFF in four bytes", "\xF0\x8F\xBF\xBF", Result::invalid, 1},
        {"first surrogate U+D800", "\xED\xA0\x80", Result::invalid, 1},
        {"last surrogate U+DFFF", "\xED\xBF\xBF", Result::invalid, 1},
        {"a pair of surrogates", "\xED\xA0\xBD\xED\xB8\x80", Result::invalid, 1},
        {"U+110000", "\xF4\x90\x80\x80", Result::invalid, 1},
        {"U+140000", "\xF5\x80\x80\x80", Result::invalid, 0},
        {"five bytes", "\xF8\x88\x80\x80\x80", Result::invalid, 0},
        {"six bytes", "\xFC\x84\x80\x80\x80\x80", Result::invalid, 0},
        {"FE", "\xFE", Result::invalid, 0},
        {"FF", "\xFF", Result::invalid, 0},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        const NaiveResult naive = naive_result(bytes_of(row.text));
        EXPECT_EQ(naive.result, row.result);
        EXPECT_EQ(naive.good_size, row.good_size);
        check_everything(row.text);
    }
}

// Eight ASCII bytes are checked together: an invalid byte among them must be found.
TEST(Utf8, finds_sequences_among_ascii_at_every_offset) {
    constexpr std::string_view strangers[] = {
        "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\x80", "\xC0",
        "\xFF",     "\xE2\x82",     "\xED\xA0",         "\x7F", "\0"sv,
    };
    for (std::size_t size = 0; size <= 40; ++size) {
        for (std::size_t at = 0; at <= size; ++at) {
            for (const std::string_view stranger : strangers) {
                std::string text(size, 'x');
                text.insert(at, stranger);
                check_everything(text);
            }
        }
        if (HasFailure()) return;
    }
}

TEST(Utf8, is_unaffected_by_an_empty_piece_anywhere) {
    Utf8Validator validator;
    EXPECT_TRUE(validator.feed({}));
    EXPECT_TRUE(validator.complete());
    EXPECT_TRUE(validator.feed(bytes_of("\xE2\x82")));
    EXPECT_TRUE(validator.feed({}));
    EXPECT_FALSE(validator.complete());
    EXPECT_TRUE(validator.feed(bytes_of("\xAC")));
    EXPECT_TRUE(validator.complete());
}

TEST(Utf8, cuts_a_text_at_the_last_character_that_fits) {
    const std::string pieces[] = {"", "a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    for (std::size_t mixture = 0; mixture < 625; ++mixture) {  // all texts of four pieces
        const std::string content = pieces[mixture % 5] + pieces[mixture / 5 % 5] +
                                    pieces[mixture / 25 % 5] + pieces[mixture / 125];
        const ExactBytes text(content);
        for (std::size_t size_max = 0; size_max <= content.size() + 3; ++size_max) {
            std::size_t expected = std::min(size_max, content.size());
            while (naive_result(text.bytes().first(expected)).result != Result::complete) {
                --expected;
            }
            EXPECT_EQ(utf8_prefix_size(text.bytes(), size_max), expected)
                << "at most " << size_max << " of " << shown(content);
        }
    }
}

}  // namespace
}  // namespace linnet
