// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The allocator of a client.
#pragma once

#include <cstddef>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Implement it and pass it as `Options::memory` to replace `malloc` and `free`. A client allocates
/// all of its memory through it, on the thread that calls the client (exceptions: `SystemResolver`
/// and OpenSSL have their own). It must outlive the client. `memory_max` (memory_max.hpp) bounds
/// the memory in use at any time.
///
/// Example:
///
///     class Counter final : public linnet::Memory {
///      public:
///         std::size_t used = 0;
///         void* allocate(std::size_t size) override { return used += size, std::malloc(size); }
///         void deallocate(void* block, std::size_t size) override {
///             used -= size;
///             std::free(block);
///         }
///     } memory;
///     linnet::Options options;
///     options.memory = &memory;
class Memory {
 public:
    /// Returns `size` (never 0) bytes aligned for any scalar type, or null if memory is exhausted.
    /// Null is not fatal: the call fails with `Error::out_of_memory`, or the connection ends with
    /// `Cause::out_of_memory`.
    virtual void* allocate(std::size_t size) = 0;
    /// Frees `block`, which is not null and was returned by `allocate(size)` with the same size.
    virtual void deallocate(void* block, std::size_t size) = 0;

 protected:
    ~Memory() = default;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
