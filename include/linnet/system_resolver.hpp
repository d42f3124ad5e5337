// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Host names by the operating system (getaddrinfo), which blocks: in threads of its own, so that
// nobody waits. They are named "linnet-resolver", block all signals, have stacks of the default
// size, and end when nothing is left to ask. This is the only place where linnet has threads.
#pragma once

#include <atomic>

#include "linnet/platform.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The default of `Options::resolver`: then each client has one. Give several clients the same, on
/// any threads, to bound their threads together. It must outlive them; what it has begun for a
/// client that is gone touches that client no more.
///
/// In a child process that was forked it may only be destroyed, which then leaves everything as it
/// is: its threads are not there.
///
/// Its requests are no part of `Options::memory`: they are taken by malloc, less than 1 KiB each.
class SystemResolver final : public Resolver {
 public:
    /// More requests wait in a queue.
    static constexpr std::size_t thread_count_max = 4;

    /// Takes nothing before the first `start`.
    SystemResolver() = default;
    SystemResolver(const SystemResolver&) = delete;
    SystemResolver& operator=(const SystemResolver&) = delete;
    /// Does not wait: a thread that is still asking ends by itself when it has its answer.
    ~SystemResolver();

    Request start(std::string_view host) override;
    Result take(Request request, std::span<SocketAddress> out) override;
    void cancel(Request request) override;

    /// Waits until every thread has ended; nobody may call `start` meanwhile. For programs that
    /// unload the code behind it.
    void join();

 private:
    struct State;
    State* state();

    std::atomic<State*> state_ = nullptr;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
