// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The output of the program: payload on standard output, which may be slow or closed, and
// everything else on standard error.
#pragma once

#include <string>

#include "linnet/bytes.hpp"

namespace linnet::cli {

/// Opens closed descriptors among 0, 1 and 2 on /dev/null, so that no socket gets their numbers.
/// Reading then returns the end of input, writing to standard output fails (EBADF), and output on
/// standard error is lost. Call it first in `main`. Returns false if one is still closed.
bool open_standard_streams();

/// Flushes stdio's standard output. Returns false and prints a message if that fails. A closed
/// reader (EPIPE) is not a failure.
bool flush_standard_output();

/// Prints one line on standard error: "linnet: text".
void report(std::string_view text);
/// Prints one line on standard error without the program's name.
void report_plain(std::string_view text);

/// Prints that standard output cannot be written.
void report_not_written(int os_error);

/// Returns the system's text for an error.
std::string os_error_text(int os_error);

/// Buffers messages for standard output without ever blocking.
class Output {
 public:
    enum class State : std::uint8_t {
        good,
        gone,    ///< the reader has closed (EPIPE), which is not a failure
        failed,  ///< `os_error`
    };

    /// With `raw`, binary messages are written unchanged, and text also on a terminal.
    explicit Output(bool raw);

    void put_text(std::string_view text);
    void put_binary(Bytes bytes);

    bool is_terminal() const { return is_terminal_; }
    bool is_empty() const { return unwritten() == 0; }
    /// Returns false while the buffer is full: take no more messages then.
    bool has_space() const;
    /// Writes as much as possible without blocking.
    void write();
    /// Handles the `events` that `poll` reported for standard output.
    void check(short events);

    State state() const { return state_; }
    int os_error() const { return os_error_; }

 private:
    std::size_t unwritten() const { return pending_.size() - written_; }
    bool write_once();
    void lose(int os_error);

    bool raw_;
    bool is_terminal_;
    State state_ = State::good;
    int os_error_ = 0;
    std::string pending_;
    std::size_t written_ = 0;  // of `pending_`
};

}  // namespace linnet::cli
