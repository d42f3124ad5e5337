// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Host name lookup by the operating system. Since getaddrinfo blocks, it runs in threads named
// "linnet-resolver", the only threads that linnet creates. They block all signals, have stacks of
// the default size, and end when no request is left.
#pragma once

#include <atomic>

#include "linnet/platform.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The default of `Options::resolver`: each client then has its own. Clients on any threads may
/// share one, and with it the limit on threads; it must outlive them. A lookup never accesses a
/// client that has been destroyed.
///
/// In a forked child process it may only be destroyed, which then does nothing: its threads do not
/// exist there.
///
/// Requests are allocated by `malloc`, not from `Options::memory`: less than 1 KiB each.
///
/// Example:
///
///     linnet::SystemResolver resolver;  // at most 4 threads for both clients
///     linnet::Options options;
///     options.resolver = &resolver;
///     linnet::WebSocketClient first(options), second(options);
class SystemResolver final : public Resolver {
 public:
    /// Maximum number of lookups at a time; further requests are queued.
    static constexpr std::size_t thread_count_max = 4;

    /// Allocates nothing before the first `start`.
    SystemResolver() = default;
    SystemResolver(const SystemResolver&) = delete;
    SystemResolver& operator=(const SystemResolver&) = delete;
    /// Does not wait for lookups in progress: their threads end when getaddrinfo returns.
    ~SystemResolver();

    /// As `Resolver::start`. Returns 0 if no thread can be created or memory is exhausted.
    Request start(std::string_view host) override;
    Result take(Request request, std::span<SocketAddress> out) override;
    void cancel(Request request) override;

    /// Blocks until every thread has ended. For programs that unload the library's code; `start`
    /// must not be called meanwhile.
    void join();

 private:
    struct State;
    State* state();

    std::atomic<State*> state_ = nullptr;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
