// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "bench.hpp"

#include <algorithm>
#include <random>

#include "linnet/protocol/outbox.hpp"
#include "linnet/system_entropy.hpp"

namespace linnet::bench {

std::string size_name(std::size_t size) {
    const bool kibi = size >= 1024 && size % 1024 == 0;
    const bool mebi = kibi && size % (1 << 20) == 0;
    const std::size_t unit = mebi ? 1 << 20 : kibi ? 1024 : 1;
    return std::to_string(size / unit) + (mebi ? " MiB" : kibi ? " KiB" : " B");
}

Buffers::Buffers(std::size_t size)
    : to_((size + page - 1) / page * page + page / 2 + 6), memory_(to_ + size + page) {
    std::minstd_rand random;
    for (std::uint8_t& byte : memory_) byte = static_cast<std::uint8_t>(random());
}

std::uint8_t* Buffers::at(std::size_t offset) {
    const auto begin = reinterpret_cast<std::uintptr_t>(memory_.data());
    return memory_.data() + (page - begin % page) % page + offset;
}

// ---- texts -----------------------------------------------------------------------------------

namespace {

std::string repeated(std::string_view piece, std::size_t size) {
    std::string text;
    while (text.size() + piece.size() <= size) text += piece;
    return text.append(size - text.size(), ' ');
}

constexpr std::string_view json =
    R"({"type":"state","tick":184467,"player":{"id":7,"name":"Ada","x":12.25,"y":-3.5},)"
    R"("items":["rope","lamp","map"],"say":"Who is there? I can hear you.","alive":true} )";

}  // namespace

std::string ascii_text(std::size_t size) {
    return repeated(json, size);
}

std::string json_text(std::size_t size) {
    return repeated(std::string(json) + "\"\u00FC\", ", size);
}

std::string mixed_text(std::size_t size) {
    const std::string_view characters[] = {"a", "\u00E9", "\u4E16", "\U0001F600"};
    std::mt19937 random;
    std::string text;
    while (text.size() < size) {
        const std::string_view next = characters[random() % 4];
        if (text.size() + next.size() <= size) text += next;
    }
    return text;
}

// ---- keys ------------------------------------------------------------------------------------

void fill_mask_key(std::uint8_t* key, std::size_t size) {
    static SystemEntropy entropy;
    static MaskKeySource source(entropy);
    MaskKey next{};
    source.next(next);
    std::copy_n(next.begin(), std::min(size, next.size()), key);
}

}  // namespace linnet::bench
