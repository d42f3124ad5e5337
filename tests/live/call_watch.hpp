// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Checks every system call of a thread, and of every thread it starts, before it is made: a seccomp
// filter passes the calls to a supervisor, which allows each call or makes it fail
// (SECCOMP_RET_USER_NOTIF). This needs no privileges and no package, and counts exactly.
#pragma once

#include <linux/seccomp.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace linnet::test {

/// The calls that the watched thread may make.
enum class Watching : std::uint8_t {
    nothing,       ///< everything
    poller,        ///< nothing that could wait, no signal handler, no thread
    new_resolver,  ///< the same, but it may start threads
};

class CallWatch {
 public:
    /// Runs `body` in a watched thread, until that thread and all threads it has started have
    /// ended. Returns why this is not supported on this machine; empty on success.
    std::string run(const std::function<void()>& body);

    // ---- for the body

    void watch(Watching what) { watching_ = what; }
    /// Calls of the body's thread so far, except those that read the time, which are not system
    /// calls if the vDSO supports them.
    std::size_t count() const { return count_; }
    /// Threads that it has started.
    std::size_t thread_count() const { return thread_count_; }

    /// The forbidden calls that the body's thread tried to make, in order; after `run`.
    const std::vector<std::string>& complaints() const { return complaints_; }

 private:
    void install();
    void supervise();
    bool look_at(const seccomp_notif& notification);
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
