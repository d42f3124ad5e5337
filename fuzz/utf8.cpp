// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// UTF-8. Input: how to cut, the bound of a prefix, what to put around the text; then the text.
//
// Checks: a slow decoder that computes code points agrees; the first byte that no continuation
// could make valid is refused, for every cut of the text; a prefix ends with a whole character and
// is the longest such prefix.
#include "linnet/codec/utf8.hpp"

#include <algorithm>

#include "codec/kernels.hpp"
#include "fuzz_input.hpp"

namespace linnet::fuzz {
namespace {

constexpr std::size_t all_pairs_size_max = 24;

// The size of the character at the front of `text`, by its first byte; 0 if it starts none.
std::size_t announced_size(std::uint8_t first) {
    if (first < 0x80) return 1;
    if (first >= 0xC0 && first < 0xE0) return 2;
    if (first >= 0xE0 && first < 0xF0) return 3;
    return first >= 0xF0 && first < 0xF8 ? 4 : 0;
}

// The code point of one character; above 0x10FFFF if it is invalid. RFC 3629 3.
std::uint32_t code_point(Bytes character) {
    constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    constexpr std::uint32_t none = 0xFFFFFFFF;
    const std::size_t size = character.size();
    std::uint32_t value = size == 1 ? character[0] : character[0] & (0xFFu >> (size + 1));
    for (const std::uint8_t byte : character.subspan(1)) {
        if ((byte & 0xC0) != 0x80) return none;
        value = value << 6 | (byte & 0x3Fu);
    }
    const bool surrogate = value >= 0xD800 && value < 0xE000;
    return value < least[size] || surrogate ? none : value;
}

bool is_utf8_slowly(Bytes text) {
    while (!text.empty()) {
        const std::size_t size = announced_size(text[0]);
        if (size == 0 || size > text.size()) return false;
        if (code_point(text.first(size)) > 0x10FFFF) return false;
        text = text.subspan(size);
    }
    return true;
}

// Could any bytes after `text` make it valid? Tries the four relevant values for each byte.
bool can_become_utf8(Bytes text) {
    if (is_utf8_slowly(text)) return true;
    const std::size_t tail = std::min<std::size_t>(text.size(), 4);
    for (std::size_t at = text.size() - tail; at < text.size(); ++at) {
        if (announced_size(text[at]) <= 1 || !is_utf8_slowly(text.first(at))) continue;
        const Bytes begun = text.subspan(at);
        const std::size_t missing = announced_size(text[at]) - begun.size();
        if (missing == 0 || missing > 3) continue;
        for (std::size_t fill = 0; fill < 4; ++fill) {
            constexpr std::uint8_t fills[] = {0x80, 0x8F, 0x9F, 0xBF};
            std::array<std::uint8_t, 4> character{};
            std::copy(begun.begin(), begun.end(), character.begin());
            std::fill_n(character.begin() + static_cast<std::ptrdiff_t>(begun.size()), missing,
                        fills[fill]);
            if (is_utf8_slowly(Bytes(character).first(begun.size() + missing))) return true;
        }
    }
    return false;
}

// The size of the longest prefix that could still become valid.
std::size_t hopeful_size(Bytes text) {
    Utf8Validator validator;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!validator.feed(text.subspan(i, 1))) return i;
    }
    return text.size();
}

void check_cut(Bytes text, std::size_t first, std::size_t second) {
    const ExactCopy a(text.first(first));
    const ExactCopy b(text.subspan(first, second - first));
    const ExactCopy c(text.subspan(second));
    Utf8Validator validator;
    const bool in_a = validator.feed(a.bytes());
    const bool in_b = validator.feed(b.bytes());
    const bool in_c = validator.feed(c.bytes());
    require((in_a || !in_b) && (in_b || !in_c), "the result does not change");
    require((in_c && validator.complete()) == is_utf8(text), "two cuts do not change the result");
}

void check_cuts(Bytes text, Cuts cuts) {
    Utf8Validator validator;
    bool valid = true;
    std::size_t fed = 0;
    const std::size_t hopeful = hopeful_size(text);
    cuts.for_each_piece(text, [&](Bytes piece) {
        const bool now = validator.feed(piece);
        fed += piece.size();
        require(now == (fed <= hopeful), "refused at the piece with the first invalid byte");
        valid = now;
    });
    require((valid && validator.complete()) == is_utf8(text), "cuts do not change the result");
}

void check_prefix(Bytes text, std::size_t size_max) {
    const std::size_t size = utf8_prefix_size(text, size_max);
    require(size <= size_max && size <= text.size(), "the prefix is within the bound");
    require(is_utf8_slowly(text.first(size)), "it ends with a whole character");
    for (std::size_t longer = size + 1; longer <= std::min(size_max, text.size()); ++longer) {
        require(!is_utf8_slowly(text.first(longer)), "no longer prefix is valid");
    }
}

// The plain code gives the same result as a kernel.
void check_kernel(Cpu cpu, Bytes text, std::size_t hopeful) {
    if (text.size() < kernel_size_min) return;
    const WideResult result = check_utf8_wide(cpu, text.data(), text.size());
    require(result.size <= text.size(), "no more than available");
    // A kernel does not process even the beginning of an incomplete character.
    const std::size_t decided = result.size - std::min<std::size_t>(result.size, 3);
    require(result.valid ? hopeful >= decided : hopeful < result.size,
            "a kernel has the same result");
}

// The text surrounded by many valid characters, which the fast paths process.
std::string surrounded(FuzzInput& input) {
    constexpr std::string_view characters[] = {"a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9D\x84\x9E"};
    const std::string_view before = input.pick(characters);
    const std::size_t before_count = input.byte() * 2u;
    const std::string_view after = input.pick(characters);
    const std::size_t behind_count = input.byte() * 2u;
    const std::string_view text = text_of(input.rest());
    return repeated(before, before_count) + std::string(text) + repeated(after, behind_count);
}

}  // namespace
}  // namespace linnet::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace linnet::fuzz;
    FuzzInput input(data, size);
    const Cuts cuts(input);
    const std::size_t prefix_size_max = input.byte();
    const ExactCopy copy(surrounded(input));
    const linnet::Bytes text = copy.bytes();

    const bool valid = is_utf8_slowly(text);
    require(linnet::is_utf8(text) == valid, "a slow decoder has the same result");
    const std::size_t hopeful = hopeful_size(text);
    require(can_become_utf8(text.first(hopeful)), "a text not refused can become valid");
    require(hopeful == text.size() || !can_become_utf8(text.first(hopeful + 1)),
            "what is refused cannot");
    check_kernel(linnet::Cpu::baseline, text, hopeful);
    check_kernel(linnet::this_cpu(), text, hopeful);
    check_cuts(text, cuts);
    if (valid) check_prefix(text, prefix_size_max);
    if (text.size() > all_pairs_size_max) return 0;
    for (std::size_t first = 0; first <= text.size(); ++first) {
        for (std::size_t second = first; second <= text.size(); ++second) {
            check_cut(text, first, second);
        }
    }
    return 0;
}
