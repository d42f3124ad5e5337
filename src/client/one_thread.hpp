// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Only one thread at a time may use a client: a debug build asserts that, a release build contains
// nothing of this. A call within a call (from a signal) is on the same thread, and may destroy the
// client.
#pragma once

#include "base/assert.hpp"

#ifndef NDEBUG
#include <atomic>
#include <thread>

#include "linnet/version.hpp"
#endif

namespace linnet::inline LINNET_INLINE_NAMESPACE {

#ifdef NDEBUG

class OneThread {
 public:
    struct Visit {
        explicit Visit(OneThread&) {}
    };
};

#else

class OneThread {
 public:
    /// A call from outside, from beginning to end.
    class Visit {
     public:
        explicit Visit(OneThread& rule) {
            const std::thread::id me = std::this_thread::get_id();
            std::thread::id visitor;
            if (rule.visitor_.compare_exchange_strong(visitor, me)) {
                rule_ = &rule;
                rule.outermost_ = this;
                return;
            }
            LINNET_ASSERT(visitor == me && "one thread at a time may be in a client");
        }
        Visit(const Visit&) = delete;
        Visit& operator=(const Visit&) = delete;
        ~Visit() {
            if (rule_ == nullptr) return;
            rule_->outermost_ = nullptr;
            rule_->visitor_ = std::thread::id();
        }

     private:
        friend class OneThread;
        OneThread* rule_ = nullptr;  // set if this call is the outermost
    };

    OneThread() = default;
    OneThread(const OneThread&) = delete;
    OneThread& operator=(const OneThread&) = delete;
    ~OneThread() {
        if (outermost_ != nullptr) outermost_->rule_ = nullptr;
    }

 private:
    std::atomic<std::thread::id> visitor_;
    Visit* outermost_ = nullptr;
};

#endif

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
