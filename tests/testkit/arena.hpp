// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A fixed array as the only memory of a client: first fit, adjacent free blocks are joined.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <map>

#include "linnet/memory.hpp"

namespace linnet::test {

template <std::size_t capacity>
class Arena final : public Memory {
 public:
    void* allocate(std::size_t size) override {
        const std::size_t rounded = round(size);
        std::size_t begin = 0;
        for (const auto& [offset, taken] : blocks_) {
            if (offset - begin >= rounded) break;
            begin = offset + taken;
        }
        if (capacity_rounded - begin < rounded) {
            ++refusal_count_;
            return nullptr;
        }
        blocks_[begin] = rounded;
        used_ += size;
        return bytes_ + begin;
    }
    void deallocate(void* block, std::size_t size) override {
        const auto offset = static_cast<std::size_t>(static_cast<unsigned char*>(block) - bytes_);
        const auto found = blocks_.find(offset);
        ASSERT_NE(found, blocks_.end()) << "an unknown block";
        EXPECT_EQ(found->second, round(size)) << "a block is returned with another size";
        blocks_.erase(found);
        used_ -= size;
    }
    std::size_t used() const { return used_; }
    int refusal_count() const { return refusal_count_; }

 private:
    static constexpr std::size_t alignment = alignof(std::max_align_t);
    static constexpr std::size_t round(std::size_t size) {
        return (size + alignment - 1) / alignment * alignment;
    }
    static constexpr std::size_t capacity_rounded = round(capacity) + 16 * alignment;

    alignas(std::max_align_t) unsigned char bytes_[capacity_rounded];
    std::map<std::size_t, std::size_t>
        blocks_;  // by offset, so that adjacent blocks are neighbours
    std::size_t used_ = 0;
    int refusal_count_ = 0;
};

}  // namespace linnet::test
