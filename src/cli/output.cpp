// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/output.hpp"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "cli/rendering.hpp"
#include "platform/os_error.hpp"

namespace linnet::cli {
namespace {

constexpr std::size_t waiting_size_max = 256 * 1024;
// A pipe that poll(2) reports as writable takes this many bytes without blocking.
constexpr std::size_t write_size_max = PIPE_BUF;
constexpr std::string_view whole_lines = "\n\t";

}  // namespace

bool open_standard_streams() {
    constexpr int modes[] = {O_RDONLY, O_RDONLY, O_WRONLY};  // of descriptor 0, 1 and 2
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
        if (::fcntl(fd, F_GETFD) == -1 && ::open("/dev/null", modes[fd]) != fd) return false;
    }
    return true;
}

bool flush_standard_output() {
    const bool is_flushed = std::fflush(stdout) == 0;
    if (is_flushed && std::ferror(stdout) == 0) return true;
    const int os_error = is_flushed ? EIO : errno;
    if (os_error == EPIPE) return true;
    report_not_written(os_error);
    return false;
}

void report_not_written(int os_error) {
    report(std::string("standard output cannot be written: ").append(os_error_text(os_error)));
}

void report(std::string_view text) {
    std::string line = "linnet: ";
    append_harmless(line, text);
    report_plain(line);
}

void report_plain(std::string_view text) {
    std::string line(text);
    line.append("\n");
    std::string_view rest = line;
    while (!rest.empty()) {
        const ssize_t size = ::write(STDERR_FILENO, rest.data(), rest.size());
        if (size < 0 && errno != EINTR) return;
        rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    }
}

std::string os_error_text(int os_error) {
    std::array<std::uint8_t, 128> buffer;
    TextWriter writer(buffer);
    put_os_error(writer, os_error);
    return std::string(writer.text());
}

Output::Output(bool raw) : raw_(raw), is_terminal_(::isatty(STDOUT_FILENO) != 0) {}

void Output::put_text(std::string_view text) {
    if (is_terminal_ && !raw_) {
        append_harmless(pending_, text, whole_lines);
    } else {
        pending_.append(text);
    }
    pending_.append("\n");
}

void Output::put_binary(Bytes bytes) {
    if (raw_) {
        pending_.append(text_of(bytes));
    } else {
        append_hex_dump(pending_, bytes);
    }
}

bool Output::has_space() const {
    return unwritten() < waiting_size_max;
}

void Output::write() {
    while (state_ == State::good && unwritten() > 0 && write_once()) {
    }
    if (state_ != State::good) written_ = pending_.size();
    // Moves at most as many bytes as have been written.
    if (written_ < pending_.size() - written_) return;
    pending_.erase(0, written_);
    written_ = 0;
}

// Returns true if more can be written. Standard output is shared with other programs, so it is not
// set to O_NONBLOCK; poll(2) reports whether it is writable.
bool Output::write_once() {
    pollfd item{STDOUT_FILENO, POLLOUT, 0};
    if (::poll(&item, 1, 0) <= 0) return false;
    const std::size_t size = std::min(unwritten(), write_size_max);
    const ssize_t taken = ::write(STDOUT_FILENO, pending_.data() + written_, size);
    if (taken >= 0) {
        written_ += static_cast<std::size_t>(taken);
        return true;
    }
    if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) lose(errno);
    return false;
}

void Output::check(short events) {
    // A socket whose reader has closed always reports POLLHUP (a pipe POLLERR), even without
    // requested events.
    const bool is_lost = (events & (POLLERR | POLLHUP | POLLNVAL)) != 0;
    if (is_lost && state_ == State::good) lose(EPIPE);
}

void Output::lose(int os_error) {
    state_ = os_error == EPIPE ? State::gone : State::failed;
    os_error_ = os_error;
}

}  // namespace linnet::cli
