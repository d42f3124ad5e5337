// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/interruption.hpp"

#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string_view>

#include "cli/command_line.hpp"

namespace linnet::cli {
namespace {

constexpr int ending_signals[] = {SIGINT, SIGTERM, SIGHUP};
// timeout(1) and shells send the same signal to the process and to its group: these count as one.
constexpr std::int64_t same_request_ms = 100;

volatile std::sig_atomic_t first_signal = 0;
std::int64_t first_signal_ms = 0;  // written and read in the handler, which does not nest
int wake_fd = -1;

// The kernel calls the functions up to `on_signal`: they use async-signal-safe calls only.

[[noreturn]] void leave(std::string_view message, int status) {
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, message.data(), message.size());
    ::_exit(status);
}

std::int64_t now_ms() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

void on_signal(int number) {
    const int status = static_cast<int>(ExitStatus::signal) + number;
    if (first_signal != 0) {
        if (now_ms() - first_signal_ms < same_request_ms) return;
        leave("linnet: ended at once by a second signal\n", status);
    }
    const int error = errno;
    first_signal = number;
    first_signal_ms = now_ms();
    if (::write(wake_fd, "", 1) < 0) leave("linnet: ended by a signal\n", status);
    errno = error;
}

void install(int number, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;  // NOLINT(cppcoreguidelines-pro-type-union-access)
    for (const int other : ending_signals) sigaddset(&action.sa_mask, other);
    ::sigaction(number, &action, nullptr);
}

bool is_ignored(int number) {
    struct sigaction action {};
    ::sigaction(number, nullptr, &action);
    return action.sa_handler == SIG_IGN;  // NOLINT(cppcoreguidelines-pro-type-union-access)
}

}  // namespace

Interruption::Interruption() {
    if (::pipe(pipe_) == 0) {
        for (const int fd : pipe_) {
            ::fcntl(fd, F_SETFL, O_NONBLOCK);
            ::fcntl(fd, F_SETFD, FD_CLOEXEC);
        }
    }
    wake_fd = pipe_[1];
    install(SIGPIPE, SIG_IGN);
    for (const int number : ending_signals) {
        if (!is_ignored(number)) install(number, on_signal);
    }
}

int Interruption::signal() const {
    return first_signal;
}

}  // namespace linnet::cli
