// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/input.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace linnet::cli {
namespace {

constexpr std::size_t read_size = 64 * 1024;

}  // namespace

Input::Input(int fd, Cut cut, std::size_t size_max) : fd_(fd), cut_(cut), size_max_(size_max) {}

void Input::read() {
    buffer_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
    const std::size_t filled = buffer_.size();
    buffer_.resize(filled + read_size);
    const ssize_t size = ::read(fd_, buffer_.data() + filled, read_size);
    buffer_.resize(filled + static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    const bool later = size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    if (later) return;
    if (size < 0) os_error_ = errno;
    ended_ = size <= 0;
    find();
}

// The last line may lack a line feed; a message that consists of all input may be empty.
void Input::find() {
    const std::size_t line_feed =
        cut_ == Cut::lines ? buffer_.find('\n', scanned_) : std::string::npos;
    const bool has_line_feed = line_feed != std::string::npos;
    scanned_ = buffer_.size();
    end_ = has_line_feed ? line_feed : buffer_.size();
    found_ = has_line_feed || (ended_ && (cut_ == Cut::nowhere || unread() > 0 || too_long_));
    too_long_ |= end_ - begin_ > size_max_;
    if (!too_long_) return;
    if (!found_) begin_ = buffer_.size();
    // The rest is not read, because nothing can follow.
    if (cut_ == Cut::nowhere) ended_ = found_ = true;
}

bool Input::next(Message& message) const {
    if (!found_) return false;
    const std::string_view text = std::string_view(buffer_).substr(begin_, end_ - begin_);
    message = {too_long_ ? std::string_view() : text, number_, too_long_};
    return true;
}

void Input::consume() {
    begin_ = std::min(end_ + 1, buffer_.size());
    scanned_ = begin_;
    ++number_;
    found_ = too_long_ = false;
    if (cut_ == Cut::lines) find();
}

}  // namespace linnet::cli
