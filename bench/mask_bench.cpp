// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Masks a payload that starts six bytes past a cache line. Masking in place twice is the identity,
// so nothing has to be restored.
#include "bench.hpp"
#include "linnet/codec/mask.hpp"

namespace linnet::bench {
namespace {

constexpr std::size_t sizes[] = {16, 125, 1024, 16 * 1024, 1 << 20};

void memcpy_bytes(std::uint8_t* to, const std::uint8_t* from, std::size_t size) {
    std::memcpy(to, from, size);
}

void byte_loop(std::uint8_t* to, const std::uint8_t* from, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        to[i] = static_cast<std::uint8_t>(from[i] ^ mask_key[i % 4]);
    }
}

constexpr MaskKey key = {mask_key[0], mask_key[1], mask_key[2], mask_key[3]};

void enter_copy(const char* target, const char* contender, MaskCopy copy) {
    for (const std::size_t size : sizes) {
        add(target, contender, size_name(size), [copy, size](benchmark::State& state) {
            Buffers buffers(size);
            measure(state, {1, size}, [&] { copy(buffers.to(), buffers.from(), size); });
        });
    }
}

const Entered entered([] {
    enter_mask_in_place("linnet", [](std::uint8_t* data, std::size_t size) {
        apply_mask({data, size}, key, 0);
    });
    enter_copy("mask in place", "memcpy", memcpy_bytes);
    enter_mask_in_place("byte loop",
                        [](std::uint8_t* data, std::size_t size) { byte_loop(data, data, size); });

    enter_mask_copy("linnet", [](std::uint8_t* to, const std::uint8_t* from, std::size_t size) {
        copy_masked({to, size}, {from, size}, key, 0);
    });
    enter_mask_copy("memcpy", memcpy_bytes);
    enter_mask_copy("byte loop", byte_loop);
});

}  // namespace

void enter_mask_in_place(const char* contender, MaskInPlace mask) {
    for (const std::size_t size : sizes) {
        add("mask in place", contender, size_name(size), [mask, size](benchmark::State& state) {
            Buffers buffers(size);
            measure(state, {1, size}, [&] { mask(buffers.to(), size); });
        });
    }
}

void enter_mask_copy(const char* contender, MaskCopy mask) {
    enter_copy("mask while copying", contender, mask);
}

}  // namespace linnet::bench
