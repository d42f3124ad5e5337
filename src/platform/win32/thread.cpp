// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include <new>

#include "platform/thread.hpp"
#include "platform/win32/windows_os.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

struct Body {
    void (*run)(void*);
    void* argument;
};

DWORD WINAPI run_body(void* body) {
    const Body what = *static_cast<Body*>(body);
    delete static_cast<Body*>(body);
    what.run(what.argument);
    return 0;
}

}  // namespace

bool Thread::start(void (*run)(void*), void* argument) {
    auto* const body = new (std::nothrow) Body{run, argument};
    if (body == nullptr) return false;
    const HANDLE thread = CreateThread(nullptr, 0, run_body, body, 0, nullptr);
    if (thread == nullptr) delete body;
    handle_ = reinterpret_cast<std::uintptr_t>(thread);
    return thread != nullptr;
}

void Thread::join() {
    WaitForSingleObject(reinterpret_cast<HANDLE>(handle_), INFINITE);
    detach();
}

void Thread::detach() {
    CloseHandle(reinterpret_cast<HANDLE>(handle_));
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
