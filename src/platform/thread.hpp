// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// One thread of the operating system, one .cpp file for each. Unlike std::thread it tells when
// there is none, instead of throwing.
#pragma once

#include <cstdint>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class Thread {
 public:
    /// False when the system has no more. The thread runs `run(argument)`, with all signals
    /// blocked.
    bool start(void (*run)(void*), void* argument);
    /// Waits for its end. After `start` one of these two, once.
    void join();
    void detach();

 private:
    std::uintptr_t handle_ = 0;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
