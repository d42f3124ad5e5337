// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include <pthread.h>
#include <signal.h>

#if __has_include(<link.h>)
#include <link.h>
#endif

#include <algorithm>
#include <cstring>
#include <new>

#include "platform/thread.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

// Enough for getaddrinfo and the modules that it loads; musl's default is smaller.
constexpr std::size_t stack_size_min = 256 * 1024;

struct Body {
    void (*run)(void*);
    void* argument;
};

#ifdef __linux__
void name_this_thread() {
    pthread_setname_np(pthread_self(), "linnet-resolver");
}
#else
void name_this_thread() {}  // the call differs between systems
#endif

void* run_body(void* body) {
    const Body what = *static_cast<Body*>(body);
    delete static_cast<Body*>(body);
    name_this_thread();
    what.run(what.argument);
    return nullptr;
}

#ifdef PT_TLS
int add_thread_local_size(dl_phdr_info* object, std::size_t, void* sum) {
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const auto& segment = object->dlpi_phdr[i];
        if (segment.p_type != PT_TLS) continue;
        *static_cast<std::size_t*>(sum) += segment.p_memsz + segment.p_align;
    }
    return 0;
}

// Returns the size of thread-local storage of the program and all its libraries.
std::size_t thread_local_size() {
    std::size_t sum = 0;
    dl_iterate_phdr(add_thread_local_size, &sum);
    return sum;
}
#else
std::size_t thread_local_size() {
    return 0;
}
#endif

// glibc takes thread-local storage from the stack, whose default size may be smaller than that.
// Only pages that are touched use memory.
bool create(pthread_t& thread, Body* body) {
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) return false;
    std::size_t size = 0;
    pthread_attr_getstacksize(&attributes, &size);
    const std::size_t page_size_max = 64 * 1024;  // some systems require whole pages
    const std::size_t wanted = std::max(size, stack_size_min) + thread_local_size();
    pthread_attr_setstacksize(&attributes, (wanted / page_size_max + 1) * page_size_max);
    const int error = pthread_create(&thread, &attributes, run_body, body);
    pthread_attr_destroy(&attributes);
    return error == 0;
}

// std::bit_cast is not in every standard library. pthread_t is an integer on some systems and a
// pointer on others.
static_assert(sizeof(pthread_t) <= sizeof(std::uintptr_t));

std::uintptr_t handle_of(pthread_t thread) {
    std::uintptr_t handle = 0;
    std::memcpy(&handle, &thread, sizeof thread);
    return handle;
}

pthread_t thread_of(std::uintptr_t handle) {
    pthread_t thread;
    std::memcpy(&thread, &handle, sizeof thread);
    return thread;
}

}  // namespace

// A new thread inherits the signal mask of its creator: the program's handlers must not run on it.
bool Thread::start(void (*run)(void*), void* argument) {
    auto* const body = new (std::nothrow) Body{run, argument};
    if (body == nullptr) return false;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    const bool is_created = create(thread, body);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (is_created) {
        handle_ = handle_of(thread);
    } else {
        delete body;
    }
    return is_created;
}

void Thread::join() {
    pthread_join(thread_of(handle_), nullptr);
}

void Thread::detach() {
    pthread_detach(thread_of(handle_));
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
