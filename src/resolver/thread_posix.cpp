// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#ifndef _WIN32

#include <pthread.h>
#include <signal.h>

#include <cstring>
#include <new>

#include "resolver/thread.hpp"

namespace linnet::inline v0 {
namespace {

// For getaddrinfo and the modules that it loads; musl's default is less.
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
void name_this_thread() {}  // not the same call everywhere
#endif

void* run_body(void* body) {
    const Body what = *static_cast<Body*>(body);
    delete static_cast<Body*>(body);
    name_this_thread();
    what.run(what.argument);
    return nullptr;
}

// The stack has the program's default size: glibc takes the thread-local storage of the program and
// its libraries out of it, and there is no public call that tells how much. Only pages that are
// touched take memory.
bool create(pthread_t& thread, Body* body) {
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) return false;
    std::size_t size = 0;
    pthread_attr_getstacksize(&attributes, &size);
    if (size < stack_size_min) pthread_attr_setstacksize(&attributes, stack_size_min);
    const int error = pthread_create(&thread, &attributes, run_body, body);
    pthread_attr_destroy(&attributes);
    return error == 0;
}

// Not std::bit_cast, which not every standard library has. What is an integer here is a pointer
// there.
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

// A new thread has the mask of its creator: no handler of the program shall run on it.
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

}  // namespace linnet::inline v0

#endif
