// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// One thread of the operating system. Unlike std::thread it returns false instead of throwing when
// the system has no more threads.
#pragma once

#include <cstdint>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class Thread {
 public:
    /// Runs `run(argument)` in a new thread with all signals blocked. Returns false if the system
    /// has no more threads.
    bool start(void (*run)(void*), void* argument);
    /// Waits for the thread to end. Call either `join` or `detach` once after `start`.
    void join();
    void detach();

 private:
    std::uintptr_t handle_ = 0;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
