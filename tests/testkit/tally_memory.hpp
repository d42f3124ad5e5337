// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// malloc with a cheap counter, for tests with very many connections. `CountingMemory` (world.hpp)
// checks more.
#pragma once

#include <algorithm>
#include <cstdlib>

#include "linnet/memory.hpp"

namespace linnet::test {

class TallyMemory final : public Memory {
 public:
    void* allocate(std::size_t size) override {
        ++allocation_count;
        used += size;
        peak = std::max(peak, used);
        return std::malloc(size);
    }
    void deallocate(void* block, std::size_t size) override {
        used -= size;
        std::free(block);
    }
    std::size_t allocation_count = 0;
    std::size_t used = 0;
    std::size_t peak = 0;
};

}  // namespace linnet::test
