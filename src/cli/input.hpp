// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Standard input, cut into messages: lines, or all of it as one. Reads only up to the end of the
// next message, so that reading stops while nothing can be sent. Call `read` when `poll` reports
// input.
#pragma once

#include <string>

#include "linnet/bytes.hpp"

namespace linnet::cli {

class Input {
 public:
    enum class Cut : std::uint8_t { lines, nowhere };

    struct Message {
        std::string_view text;   ///< without the line feed; valid until `consume` or `read`
        std::size_t number = 0;  ///< number of the line, from 1
        bool too_long = false;   ///< longer than `size_max`; `text` is empty
    };

    /// Reads messages of at most `size_max` bytes from the descriptor `fd`.
    Input(int fd, Cut cut, std::size_t size_max);

    int fd() const { return fd_; }
    /// Returns true if the next message is incomplete: call `read` when there is input.
    bool wants_more() const { return !ended_ && !found_; }
    /// Calls read(2) once, which blocks if there is no input.
    void read();

    /// Returns the next message; false if none is complete.
    bool next(Message& message) const;
    void consume();

    /// Returns true when all input is consumed.
    bool is_over() const { return ended_ && !found_; }
    /// The error that ended the input, or 0.
    int os_error() const { return os_error_; }

 private:
    void find();
    std::size_t unread() const { return buffer_.size() - begin_; }

    int fd_;
    Cut cut_;
    std::size_t size_max_;
    std::string buffer_;
    std::size_t begin_ = 0;    // start of the next message
    std::size_t scanned_ = 0;  // no line feed between begin_ and here
    std::size_t end_ = 0;      // end of the next message, if found
    std::size_t number_ = 1;
    bool found_ = false;
    bool too_long_ = false;  // its bytes are discarded as they arrive
    bool ended_ = false;
    int os_error_ = 0;
};

}  // namespace linnet::cli
