// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Sees every system call of a thread before it is made, and of every thread that it begins: a
// seccomp filter hands them to a supervisor, who lets each go on or fail (SECCOMP_RET_USER_NOTIF).
// That needs no privileges and no package, and counts exactly.
#pragma once

#include <linux/seccomp.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace linnet::test {

/// What the watched thread may do.
enum class Watching : std::uint8_t {
    nothing,       ///< everything
    poller,        ///< nothing that could wait, no signal handler, no thread
    new_resolver,  ///< the same, but it may begin threads
};

class CallWatch {
 public:
    /// Runs `body` in a thread that is watched, until it and all threads that it has begun have
    /// ended. Returns why that is impossible on this machine; else nothing.
    std::string run(const std::function<void()>& body);

    // ---- for the body

    void watch(Watching what) { watching_ = what; }
    /// Calls of the body's thread so far, but for those that ask for the time: these are none where
    /// the vDSO knows it.
    std::size_t count() const { return count_; }
    /// Threads that it has begun.
    std::size_t thread_count() const { return thread_count_; }

    /// What the body's thread wanted to do and was not allowed, in order; after `run`.
    const std::vector<std::string>& complaints() const { return complaints_; }

 private:
    void install();
    void supervise();
    bool look_at(const seccomp_notif& told);
    std::string complaint_of(const seccomp_data& call) const;

    std::atomic<Watching> watching_ = Watching::nothing;
    std::atomic<std::size_t> count_ = 0;
    std::atomic<std::size_t> thread_count_ = 0;
    std::atomic<int> listener_ = -1;
    std::atomic<int> error_ = 0;
    std::atomic<pid_t> watched_ = 0;
    std::vector<std::string> complaints_;
};

}  // namespace linnet::test
