// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Standard input, cut into messages: lines, or all of it as one. Reads no further than to the end
// of the next message, so that whoever cannot send stops reading, and waits for `poll` to say that
// there is something.
#pragma once

#include <string>

#include "linnet/bytes.hpp"

namespace linnet::cli {

class Input {
 public:
    enum class Cut : std::uint8_t { lines, nowhere };

    struct Message {
        std::string_view text;   ///< without the line feed; valid until `consume` or `read`
        std::size_t number = 0;  ///< of the line, from 1
        bool too_long = false;   ///< longer than `size_max`; `text` is empty
    };

    /// Messages of at most `size_max` bytes are taken from the descriptor `fd`.
    Input(int fd, Cut cut, std::size_t size_max);

    int fd() const { return fd_; }
    /// The next message has not arrived in whole: `read` when there is something.
    bool wants_more() const { return !ended_ && !found_; }
    /// One read(2), which blocks if there is nothing.
    void read();

    /// The next message. False if none is complete.
    bool next(Message& message) const;
    void consume();

    /// Nothing more will come, and everything was consumed.
    bool is_over() const { return ended_ && !found_; }
    /// Why it ended, when that was not its end; else 0.
    int os_error() const { return os_error_; }

 private:
    void find();
    std::size_t unread() const { return buffer_.size() - begin_; }

    int fd_;
    Cut cut_;
    std::size_t size_max_;
    std::string buffer_;
    std::size_t begin_ = 0;    // of the next message
    std::size_t scanned_ = 0;  // no line feed between begin_ and here
    std::size_t end_ = 0;      // of the next message, when found
    std::size_t number_ = 1;
    bool found_ = false;
    bool too_long_ = false;  // its bytes are dropped as they come
    bool ended_ = false;
    int os_error_ = 0;
};

}  // namespace linnet::cli
