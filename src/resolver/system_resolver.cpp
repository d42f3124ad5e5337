// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The state owns all requests; clients know them only by number. It exists as long as the resolver
// or one of its threads.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>

#include "base/kept_errno.hpp"
#include "linnet/system_resolver.hpp"
#include "platform/lookup.hpp"
#include "platform/process.hpp"
#include "platform/thread.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t host_size_max = 255;  // RFC 1035 2.3.4

}  // namespace

struct SystemResolver::State {
    struct Lookup {
        enum class Stage : std::uint8_t { queued, running, abandoned, done };

        Lookup* next = nullptr;
        Request request = 0;
        Stage stage = Stage::queued;
        Result result;
        std::array<SocketAddress, address_count_max> addresses;
        std::array<char, host_size_max + 1> host{};
    };
    struct Worker {
        enum class Stage : std::uint8_t { none, running, ended };
        State* state = nullptr;
        Stage stage = Stage::none;
        Thread thread;
    };

    static void work(void* worker);
    Lookup** find(Request request);
    Lookup* next_queued();
    void remove(Lookup** link);
    bool start_worker();
    void look_up_queued(std::unique_lock<std::mutex>& lock);
    bool abandon(Lookup** link);
    void abandon_all();

    // A forked child does not have the threads, and one of them may have locked the mutex at the
    // time: nothing can be taken, waited for or freed.
    bool is_of_parent() const { return process != process_id(); }

    const std::uint64_t process = process_id();
    std::mutex mutex;
    Lookup* lookups = nullptr;  // in the order of the requests
    Request last = 0;
    int owner_count = 1;  // the resolver and each thread
    std::array<Worker, thread_count_max> workers;
};

// ---- lookups; the mutex is locked ------------------------------------------------------------

// Returns the link to the lookup, or the null link at the end if there is none.
SystemResolver::State::Lookup** SystemResolver::State::find(Request request) {
    Lookup** link = &lookups;
    while (*link != nullptr && (*link)->request != request) link = &(*link)->next;
    return link;
}

SystemResolver::State::Lookup* SystemResolver::State::next_queued() {
    Lookup* lookup = lookups;
    while (lookup != nullptr && lookup->stage != Lookup::Stage::queued) lookup = lookup->next;
    return lookup;
}

void SystemResolver::State::remove(Lookup** link) {
    Lookup* const lookup = *link;
    *link = lookup->next;
    delete lookup;
}

// Returns true if the lookup is still listed: the thread that works on it removes it.
bool SystemResolver::State::abandon(Lookup** link) {
    Lookup::Stage& stage = (*link)->stage;
    if (stage == Lookup::Stage::running) stage = Lookup::Stage::abandoned;
    if (stage == Lookup::Stage::abandoned) return true;
    remove(link);
    return false;
}

void SystemResolver::State::abandon_all() {
    for (Lookup** link = &lookups; *link != nullptr;) {
        if (abandon(link)) link = &(*link)->next;
    }
}

// ---- threads ---------------------------------------------------------------------------------

void SystemResolver::State::look_up_queued(std::unique_lock<std::mutex>& lock) {
    while (Lookup* const lookup = next_queued()) {
        lookup->stage = Lookup::Stage::running;
        lock.unlock();
        lookup->result = look_up(lookup->host.data(), lookup->addresses);
        lock.lock();
        if (lookup->stage == Lookup::Stage::abandoned) {
            remove(find(lookup->request));
        } else {
            lookup->stage = Lookup::Stage::done;
        }
    }
}

void SystemResolver::State::work(void* worker) {
    auto& own = *static_cast<Worker*>(worker);
    State* const state = own.state;
    std::unique_lock lock(state->mutex);
    state->look_up_queued(lock);
    own.stage = Worker::Stage::ended;
    const bool is_last = --state->owner_count == 0;
    lock.unlock();
    if (is_last) delete state;
}

// Returns false if no thread will process the queue. The mutex is locked; a thread that has ended
// no longer needs it.
bool SystemResolver::State::start_worker() {
    bool is_served = false;
    for (Worker& worker : workers) {
        if (worker.stage == Worker::Stage::ended) worker.thread.join();
        if (worker.stage != Worker::Stage::running) worker.stage = Worker::Stage::none;
        is_served |= worker.stage == Worker::Stage::running;
    }
    for (Worker& worker : workers) {
        if (worker.stage != Worker::Stage::none) continue;
        worker.state = this;
        if (!worker.thread.start(work, &worker)) return is_served;
        worker.stage = Worker::Stage::running;
        ++owner_count;
        return true;
    }
    return is_served;
}

// ---- the resolver ----------------------------------------------------------------------------

// Clients on several threads may call this at the same time.
SystemResolver::State* SystemResolver::state() {
    if (State* const there = state_.load()) return there;
    auto* const made = new (std::nothrow) State;
    State* there = nullptr;
    if (made == nullptr || state_.compare_exchange_strong(there, made)) return made;
    delete made;
    return there;
}

SystemResolver::~SystemResolver() {
    const KeptErrno kept;
    State* const own = state_.load();
    if (own == nullptr || own->is_of_parent()) return;
    std::unique_lock lock(own->mutex);
    own->abandon_all();
    for (State::Worker& worker : own->workers) {
        if (worker.stage != State::Worker::Stage::none) worker.thread.detach();
    }
    const bool is_last = --own->owner_count == 0;
    lock.unlock();
    if (is_last) delete own;
}

Resolver::Request SystemResolver::start(std::string_view host) {
    const KeptErrno kept;
    State* const own = state();
    auto* const lookup = new (std::nothrow) State::Lookup;
    if (own == nullptr || lookup == nullptr) {
        delete lookup;
        return 0;
    }
    const std::unique_lock lock(own->mutex);
    lookup->request = ++own->last;
    *own->find(0) = lookup;
    if (host.size() > host_size_max) {
        lookup->result = host_not_found();
        lookup->stage = State::Lookup::Stage::done;
        return lookup->request;
    }
    std::copy(host.begin(), host.end(), lookup->host.begin());
    if (own->start_worker()) return lookup->request;
    own->remove(own->find(lookup->request));
    return 0;
}

Resolver::Result SystemResolver::take(Request request, std::span<SocketAddress> out) {
    const KeptErrno kept;
    State* const own = state_.load();
    if (own == nullptr) return {Outcome::failed, 0, 0};
    const std::unique_lock lock(own->mutex);
    State::Lookup** const link = own->find(request);
    if (*link == nullptr) return {Outcome::failed, 0, 0};
    if ((*link)->stage != State::Lookup::Stage::done) return {};
    Result result = (*link)->result;
    result.count = std::min(result.count, out.size());
    std::copy_n((*link)->addresses.begin(), result.count, out.begin());
    own->remove(link);
    return result;
}

void SystemResolver::cancel(Request request) {
    const KeptErrno kept;
    State* const own = state_.load();
    if (own == nullptr || own->is_of_parent()) return;
    const std::unique_lock lock(own->mutex);
    State::Lookup** const link = own->find(request);
    if (*link != nullptr) own->abandon(link);
}

void SystemResolver::join() {
    const KeptErrno kept;
    State* const own = state_.load();
    if (own == nullptr || own->is_of_parent()) return;
    for (State::Worker& worker : own->workers) {
        std::unique_lock lock(own->mutex);
        if (worker.stage == State::Worker::Stage::none) continue;
        lock.unlock();
        worker.thread.join();
        lock.lock();
        worker.stage = State::Worker::Stage::none;
    }
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
