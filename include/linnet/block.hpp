// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Memory owned by a client: all of it is allocated through this class.
#pragma once

#include <cstddef>

#include "linnet/bytes.hpp"
#include "linnet/memory.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// An owned, resizable array of bytes from a `Memory`. It cannot be copied, and does not throw:
/// allocation failures are return values. A block of size 0 owns nothing.
///
/// Example:
///
///     linnet::Block block(nullptr);
///     if (!block.allocate(16)) return print("out of memory");
///     const linnet::Bytes kept = block.bytes().first(4);
///     if (block.reallocate(64, kept)) print("64 bytes, beginning with the first 4 of the 16");
class Block {
 public:
    /// Allocates nothing. `memory` must outlive the block; null means `malloc` and `free`.
    explicit Block(Memory* memory) : memory_(memory) {}
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    ~Block() { release(); }

    /// Replaces the contents with `size` (not 0) uninitialised bytes. Returns false, and changes
    /// nothing, if memory is exhausted.
    [[nodiscard]] bool allocate(std::size_t size);
    /// As `allocate`, and copies `kept` followed by `kept_too` to the front of the new bytes. Both
    /// may be parts of the old contents; together they have at most `size` bytes.
    [[nodiscard]] bool reallocate(std::size_t size, Bytes kept, Bytes kept_too = {});
    /// Frees the contents; the size is 0 afterwards.
    void release();
    /// Exchanges contents and allocators. No allocation.
    void swap(Block& other);

    /// The allocator passed to the constructor, which may be null.
    Memory* memory() const { return memory_; }
    // The contents: valid until `allocate`, `reallocate`, `release` or `swap` succeeds.
    std::size_t size() const { return bytes_.size(); }
    std::uint8_t* data() const { return bytes_.data(); }
    MutableBytes bytes() const { return bytes_; }

 private:
    Memory* memory_;
    MutableBytes bytes_;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
