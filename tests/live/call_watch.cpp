// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "live/call_watch.hpp"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <thread>

#include "testkit/sanitizer.hpp"

namespace linnet::test {
namespace {

constexpr std::size_t complaint_count_max = 20;

// Calls that never wait. A lone getrandom could, once, before the machine has any entropy; from
// glibc 2.41 on, its first use in a thread blocks signals for a moment.
constexpr long harmless[] = {
    SYS_socket,      SYS_setsockopt, SYS_getsockopt, SYS_fcntl,  SYS_close,          SYS_shutdown,
    SYS_getsockname, SYS_getrandom,  SYS_mmap,       SYS_munmap, SYS_mremap,         SYS_mprotect,
    SYS_madvise,     SYS_brk,        SYS_getpid,     SYS_gettid, SYS_rt_sigprocmask,
};
// Calls made by a program that starts a thread; the sanitizers' wrappers make more than the
// libraries.
constexpr long thread_makers[] = {
    SYS_clone,
    SYS_clone3,
#ifdef LINNET_TEST_SANITIZED
    SYS_sched_yield,
#endif
};
constexpr long clocks[] = {
    SYS_clock_gettime,
    SYS_gettimeofday,
#ifdef SYS_time
    SYS_time,
#endif
};

// These exist only on older architectures.
#ifdef SYS_poll
constexpr long old_poll = SYS_poll;
#else
constexpr long old_poll = -1;
#endif

template <std::size_t count>
bool is_one_of(const long (&numbers)[count], long number) {
    return std::find(numbers, numbers + count, number) != numbers + count;
}

std::string waits_on_socket(std::uint64_t fd, std::uint64_t flags) {
    const int status = ::fcntl(static_cast<int>(fd), F_GETFL);
    const bool may_wait = (status & O_NONBLOCK) == 0 && (flags & MSG_DONTWAIT) == 0;
    return status < 0 || !may_wait ? "" : "may wait on a socket that blocks";
}

std::string waits_for_events(std::int64_t timeout) {
    return timeout == 0 ? "" : "waits for events";
}

// The thread is stopped in its call, so the memory it points to does not change.
std::string waits_for_events_until(std::uint64_t timeout) {
    timespec time{0, 1};
    if (timeout != 0) std::memcpy(&time, reinterpret_cast<const void*>(timeout), sizeof time);
    return waits_for_events(time.tv_sec + time.tv_nsec);
}

std::string waits_for_thread(std::uint64_t operation) {
    const auto command = static_cast<unsigned>(operation) & static_cast<unsigned>(FUTEX_CMD_MASK);
    return command == FUTEX_WAKE ? "" : "waits for another thread";
}

int version_of_kernel() {
    utsname name{};
    int major = 0, minor = 0;
    ::uname(&name);
    return std::sscanf(name.release, "%d.%d", &major, &minor) == 2 ? major * 1000 + minor : 0;
}

}  // namespace

std::string CallWatch::complaint_of(const seccomp_data& call) const {
    const auto& args = call.args;
    switch (call.nr) {
        case SYS_read:
        case SYS_readv:
        case SYS_write:
        case SYS_writev:
        case SYS_connect: return waits_on_socket(args[0], 0);
        case SYS_sendmsg:
        case SYS_recvmsg: return waits_on_socket(args[0], args[2]);
        case SYS_sendto:
        case SYS_recvfrom: return waits_on_socket(args[0], args[3]);
        case old_poll: return waits_for_events(static_cast<int>(args[2]));
        case SYS_ppoll: return waits_for_events_until(args[2]);
        case SYS_futex: return waits_for_thread(args[1]);
        default: break;
    }
    if (is_one_of(harmless, call.nr)) return "";
    const bool may_begin_thread = watching_ == Watching::new_resolver;
    if (may_begin_thread && is_one_of(thread_makers, call.nr)) return "";
    return "is none that a poll has to make";
}

// Whether the call is allowed.
bool CallWatch::look_at(const seccomp_notif& notification) {
    if (static_cast<pid_t>(notification.pid) != watched_ || is_one_of(clocks, notification.data.nr))
        return true;
    ++count_;
    if (notification.data.nr == SYS_clone || notification.data.nr == SYS_clone3) ++thread_count_;
    const bool is_free = watching_ == Watching::nothing;
    const std::string complaint = is_free ? "" : complaint_of(notification.data);
    if (complaint.empty()) return true;
    if (complaints_.size() < complaint_count_max) {
        complaints_.push_back("system call " + std::to_string(notification.data.nr) + " " +
                              complaint);
    }
    return false;
}

// Belongs to the watched thread, since every later call of it needs a decision.
void CallWatch::install() {
    sock_filter all[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF)};
    const sock_fprog program{1, all};
    watched_ = static_cast<pid_t>(::syscall(SYS_gettid));
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    const long listener =
        ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    if (listener < 0) error_ = errno;
    listener_ = static_cast<int>(listener);
}

// Waits until no thread has the filter any more.
void CallWatch::supervise() {
    pollfd item{listener_, POLLIN, 0};
    for (;;) {
        if (::poll(&item, 1, -1) < 0) continue;
        if ((item.revents & POLLIN) == 0) break;
        seccomp_notif notification{};
        if (::ioctl(item.fd, SECCOMP_IOCTL_NOTIF_RECV, &notification) != 0) continue;
        // A forbidden call is not made, since it could wait for ever.
        seccomp_notif_resp response{};
        response.id = notification.id;
        if (look_at(notification)) {
            response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        } else {
            response.error = -EPERM;
        }
        ::ioctl(item.fd, SECCOMP_IOCTL_NOTIF_SEND, &response);
    }
    ::close(item.fd);
}

std::string CallWatch::run(const std::function<void()>& body) {
    // Since this kernel version, the supervisor is notified when its last thread has ended.
    if (version_of_kernel() < 5009) return "seccomp's supervisors need Linux 5.9";
    std::thread watched([&] {
        install();
        if (error_ == 0) body();
        watching_ = Watching::nothing;
    });
    // The only call that the watched thread may not make is the one that would wake this thread.
    while (listener_ < 0 && error_ == 0) std::this_thread::yield();
    if (error_ == 0) supervise();
    watched.join();
    if (error_ == 0) return "";
    return std::string("seccomp's supervisors are not permitted: ") + std::strerror(error_);
}

}  // namespace linnet::test
