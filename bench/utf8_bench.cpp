// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Validates a whole text as UTF-8.
#include "linnet/codec/utf8.hpp"

#include "bench.hpp"

namespace linnet::bench {
namespace {

constexpr std::size_t sizes[] = {64, 1024, 16 * 1024, 1 << 20};

struct Kind {
    const char* name;
    std::string (*text)(std::size_t size);
};
constexpr Kind kinds[] = {{"ASCII", ascii_text}, {"JSON", json_text}, {"mixed", mixed_text}};

// All contenders read the same buffer.
template <class Act>
void enter(const char* contender, Act act) {
    for (const Kind& kind : kinds) {
        for (const std::size_t size : sizes) {
            const std::string name = std::string(kind.name) + ' ' + size_name(size);
            add("UTF-8", contender, name, [=](benchmark::State& state) {
                Buffers buffers(size);
                std::memcpy(buffers.from(), kind.text(size).data(), size);
                bool valid = true;
                measure(state, {1, size}, [&] { valid &= act(buffers, size); });
                if (!valid) state.SkipWithError("a good text was refused");
            });
        }
    }
}

// The bytes that may follow a byte, copied from RFC 3629 4.
struct Sequence {
    std::uint8_t first_low, first_high, second_low, second_high;
    std::size_t size;
};
constexpr Sequence sequences[] = {
    {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
    {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
    {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

bool is_within(std::uint8_t byte, std::uint8_t low, std::uint8_t high) {
    return byte >= low && byte <= high;
}

// The size of the character at the front, 0 if it is invalid.
std::size_t character_size(const std::uint8_t* text, std::size_t size) {
    if (text[0] < 0x80) return 1;
    for (const Sequence& sequence : sequences) {
        if (!is_within(text[0], sequence.first_low, sequence.first_high)) continue;
        if (size < sequence.size) return 0;
        if (!is_within(text[1], sequence.second_low, sequence.second_high)) return 0;
        for (std::size_t i = 2; i < sequence.size; ++i) {
            if (!is_within(text[i], 0x80, 0xBF)) return 0;
        }
        return sequence.size;
    }
    return 0;
}

bool is_utf8_by_the_table(const std::uint8_t* text, std::size_t size) {
    for (std::size_t at = 0; at < size;) {
        const std::size_t step = character_size(text + at, size - at);
        if (step == 0) return false;
        at += step;
    }
    return true;
}

const Entered entered([] {
    enter_utf8("linnet", [](const std::uint8_t* text, std::size_t size) {
        return is_utf8(Bytes(text, size));
    });
    enter_utf8("table", is_utf8_by_the_table);
    enter("memcpy", [](Buffers& buffers, std::size_t size) {
        std::memcpy(buffers.to(), buffers.from(), size);
        return true;
    });
});

}  // namespace

void enter_utf8(const char* contender, IsUtf8 is_utf8) {
    enter(contender,
          [is_utf8](Buffers& buffers, std::size_t size) { return is_utf8(buffers.from(), size); });
}

}  // namespace linnet::bench
