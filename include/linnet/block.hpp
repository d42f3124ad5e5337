// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The one owner of memory: nothing else in L0-L4 allocates.
#pragma once

#include <cstddef>

#include "linnet/bytes.hpp"
#include "linnet/memory.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class Block {
 public:
    /// Owns nothing yet. Null `memory` means malloc and free.
    explicit Block(Memory* memory) : memory_(memory) {}
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    ~Block() { release(); }

    /// Replaces what is owned by `size` fresh bytes; on false nothing has changed. The old contents
    /// are lost.
    [[nodiscard]] bool allocate(std::size_t size);
    /// The same, but the fresh bytes begin with `kept` and, after it, `kept_too`. Both may lie in
    /// what is owned now, and fit.
    [[nodiscard]] bool reallocate(std::size_t size, Bytes kept, Bytes kept_too = {});
    void release();
    void swap(Block& other);

    Memory* memory() const { return memory_; }
    std::size_t size() const { return bytes_.size(); }
    std::uint8_t* data() const { return bytes_.data(); }
    MutableBytes bytes() const { return bytes_; }

 private:
    Memory* memory_;
    MutableBytes bytes_;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
