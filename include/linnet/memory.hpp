// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Where a client takes its memory from.
#pragma once

#include <cstddef>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Implement this to give a client an allocator of your own (`Options::memory`). Every byte of a
/// client goes through it, and it must outlive the client. Calls come from the thread that calls
/// the client. Without it linnet uses `malloc` and `free`.
class Memory {
 public:
    /// `size` bytes (never 0), aligned for any scalar type, or null when there are none: running
    /// out of memory is an error like any other.
    virtual void* allocate(std::size_t size) = 0;
    /// Takes back what `allocate(size)` gave; `block` is never null.
    virtual void deallocate(void* block, std::size_t size) = 0;

 protected:
    ~Memory() = default;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
