// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/codec/utf8.hpp"

#include <algorithm>
#include <cstring>

#include "codec/kernels.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

// What must come next, RFC 3629 4. The order of the first four allows arithmetic: each continuation
// byte decrements the state.
enum Expect : std::uint8_t {
    character,  // any first byte
    tail1,      // 80..BF, then a character
    tail2,      // 80..BF, then tail1
    tail3,      // 80..BF, then tail2
    after_e0,   // A0..BF, then tail1: below is overlong
    after_ed,   // 80..9F, then tail1: above are surrogates
    after_f0,   // 90..BF, then tail2: below is overlong
    after_f4,   // 80..8F, then tail2: above is beyond U+10FFFF
    invalid,    // final
};

Expect after_first(std::uint8_t byte) {
    if (byte < 0x80) return character;
    if (byte < 0xC2) return invalid;  // a stray continuation, or overlong
    if (byte < 0xE0) return tail1;
    if (byte == 0xE0) return after_e0;
    if (byte == 0xED) return after_ed;
    if (byte < 0xF0) return tail2;
    if (byte == 0xF0) return after_f0;
    if (byte < 0xF4) return tail3;
    return byte == 0xF4 ? after_f4 : invalid;
}

struct Tail {
    std::uint8_t low, high;
    Expect next;
};

// Indexed by Expect, starting at tail1.
constexpr Tail tails[] = {
    {0x80, 0xBF, character}, {0x80, 0xBF, tail1}, {0x80, 0xBF, tail2}, {0xA0, 0xBF, tail1},
    {0x80, 0x9F, tail1},     {0x90, 0xBF, tail2}, {0x80, 0x8F, tail2},
};

Expect after(Expect expect, std::uint8_t byte) {
    if (expect == character) return after_first(byte);
    if (expect == invalid) return invalid;
    const Tail& tail = tails[expect - tail1];
    return byte >= tail.low && byte <= tail.high ? tail.next : invalid;
}

std::size_t ascii_prefix_size(Bytes text) {
    constexpr std::uint64_t high_bits = 0x8080808080808080;
    std::size_t size = 0;
    for (; text.size() - size >= 8; size += 8) {
        std::uint64_t word;
        std::memcpy(&word, text.data() + size, 8);
        if ((word & high_bits) != 0) break;
    }
    while (size < text.size() && text[size] < 0x80) ++size;
    return size;
}

Expect after_all(Expect expect, Bytes piece) {
    while (!piece.empty() && expect != invalid) {
        if (expect == character) piece = piece.subspan(ascii_prefix_size(piece));
        if (piece.empty()) break;
        expect = after(expect, piece.front());
        piece = piece.subspan(1);
    }
    return expect;
}

// Returns the size of an incomplete character at the end of `text`, which is otherwise valid; these
// bytes are checked again. First bytes are C2 or more; E0 begins three bytes, F0 four.
std::size_t unfinished_size(Bytes text) {
    for (std::size_t size = 1; size <= 3 && size <= text.size(); ++size) {
        const std::uint8_t byte = text[text.size() - size];
        if (byte < 0x80) return 0;
        if (byte >= 0xC0) return (byte >= 0xF0 ? 4u : byte >= 0xE0 ? 3u : 2u) > size ? size : 0;
    }
    return 0;
}

// Alternates: the fast check runs from the beginning of a character as far as it can; then the
// plain check handles some bytes, including those where the fast check stopped.
Expect after_piece(Expect expect, Bytes piece) {
    while (!piece.empty() && expect != invalid) {
        if (expect == character && piece.size() >= kernel_size_min) {
            const WideResult wide = check_utf8_wide(piece.data(), piece.size());
            if (!wide.valid) return invalid;
            piece = piece.subspan(wide.size - unfinished_size(piece.first(wide.size)));
            if (piece.empty()) break;
        }
        const std::size_t plain_size = std::min(piece.size(), kernel_size_min);
        expect = after_all(expect, piece.first(plain_size));
        piece = piece.subspan(plain_size);
    }
    return expect;
}

}  // namespace

bool Utf8Validator::feed(Bytes piece) {
    const Expect expect = after_piece(static_cast<Expect>(state_), piece);
    state_ = expect;
    return expect != invalid;
}

bool is_utf8(Bytes text) {
    return after_piece(character, text) == character;
}

std::size_t utf8_prefix_size(Bytes text, std::size_t size_max) {
    if (text.size() <= size_max) return text.size();
    while (size_max > 0 && (text[size_max] & 0xC0) == 0x80) --size_max;
    return size_max;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
