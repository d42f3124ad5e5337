// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The only owner of memory.
#include "linnet/block.hpp"

#include <gtest/gtest.h>

#include <cstdint>

#include "testkit/world.hpp"

namespace linnet {
namespace {

using test::CountingMemory;  // fails the test if a block is returned with the wrong size
using test::Faults;

TEST(Block, owns_nothing_at_first) {
    Faults faults;
    CountingMemory memory(faults);
    for (Memory* const from : {static_cast<Memory*>(nullptr), static_cast<Memory*>(&memory)}) {
        Block block(from);
        EXPECT_EQ(block.memory(), from);
        EXPECT_EQ(block.size(), 0u);
        EXPECT_EQ(block.data(), nullptr);
        EXPECT_TRUE(block.bytes().empty());
        block.release();
    }
    EXPECT_EQ(memory.allocation_count, 0);
}

TEST(Block, allocates_with_malloc_if_no_memory_is_given) {
    Block block(nullptr);
    for (const std::size_t size : {1u, 100u, 100'000u}) {
        ASSERT_TRUE(block.allocate(size));
        ASSERT_EQ(block.size(), size);
        EXPECT_EQ(block.bytes().data(), block.data());
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block.data()) % alignof(std::max_align_t), 0u);
        for (std::uint8_t& byte : block.bytes()) byte = 1;
    }
    block.release();
    EXPECT_EQ(block.size(), 0u);
    EXPECT_EQ(block.data(), nullptr);
}

TEST(Block, allocates_from_the_given_memory_and_returns_the_same_bytes) {
    Faults faults;
    CountingMemory memory(faults);
    {
        Block block(&memory);
        ASSERT_TRUE(block.allocate(7));
        EXPECT_EQ(memory.used, 7u);
        ASSERT_TRUE(block.allocate(1000));
        EXPECT_EQ(memory.used, 1000u) << "the old bytes are freed";
        block.release();
        EXPECT_EQ(memory.used, 0u);
        block.release();
        ASSERT_TRUE(block.allocate(30));
        EXPECT_EQ(memory.used, 30u);
    }
    EXPECT_EQ(memory.used, 0u);
    EXPECT_EQ(memory.allocation_count, 3);
}

TEST(Block, changes_nothing_if_an_allocation_fails) {
    Faults faults;
    CountingMemory memory(faults);
    Block block(&memory);
    faults.fail_at = 0;
    EXPECT_FALSE(block.allocate(10));
    EXPECT_EQ(block.size(), 0u);
    EXPECT_EQ(block.data(), nullptr);

    ASSERT_TRUE(block.allocate(10));
    for (std::uint8_t& byte : block.bytes()) byte = 77;
    std::uint8_t* const data = block.data();
    faults.fail_at = faults.calls;
    EXPECT_FALSE(block.allocate(20));
    EXPECT_EQ(block.size(), 10u);
    EXPECT_EQ(block.data(), data);
    for (const std::uint8_t byte : block.bytes()) EXPECT_EQ(byte, 77);
    EXPECT_EQ(memory.used, 10u);
}

TEST(Block, swaps_bytes_and_memory_together) {
    Faults faults;
    CountingMemory memory(faults);
    CountingMemory other(faults);
    {
        Block a(&memory);
        Block b(&other);
        Block c(nullptr);
        ASSERT_TRUE(a.allocate(10));
        ASSERT_TRUE(b.allocate(20));
        ASSERT_TRUE(c.allocate(30));
        std::uint8_t* const data = a.data();
        a.swap(b);
        EXPECT_EQ(a.memory(), &other);
        EXPECT_EQ(a.size(), 20u);
        EXPECT_EQ(b.memory(), &memory);
        EXPECT_EQ(b.size(), 10u);
        EXPECT_EQ(b.data(), data);
        b.swap(c);
        EXPECT_EQ(b.memory(), nullptr);
        EXPECT_EQ(c.data(), data);
        EXPECT_EQ(memory.used, 10u);
        EXPECT_EQ(other.used, 20u);
    }
    EXPECT_EQ(memory.used, 0u);
    EXPECT_EQ(other.used, 0u);
}

}  // namespace
}  // namespace linnet
