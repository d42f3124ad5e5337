// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What the program says: payload on standard output, which may be slow or gone, and everything else
// on standard error.
#pragma once

#include <string>

#include "linnet/bytes.hpp"

namespace linnet::cli {

/// Opens descriptors 0, 1 and 2 on /dev/null where they are closed, or a socket would get their
/// number. Reading is then at the end of input, writing to standard output fails (EBADF), and what
/// goes to standard error is lost. Call it first in `main`. False: one is still closed.
bool open_standard_streams();

/// Flushes what stdio has printed on standard output. False: it could not be written, which is
/// reported on standard error. That nobody reads any more (EPIPE) is not a failure.
bool flush_standard_output();

/// One line on standard error: "linnet: text".
void tell(std::string_view text);
/// The same without the name in front.
void tell_plain(std::string_view text);

/// The same, that standard output cannot be written.
void tell_not_written(int os_error);

/// What the system says of an error.
std::string os_error_text(int os_error);

/// Messages on their way to standard output. Never blocks: what is not taken waits.
class Output {
 public:
    enum class State : std::uint8_t {
        good,
        gone,    ///< nobody reads any more (EPIPE): that is no failure
        failed,  ///< `os_error`
    };

    /// With `raw` binary messages go out as they are, and text as it is on a terminal too.
    explicit Output(bool raw);

    void put_text(std::string_view text);
    void put_binary(Bytes bytes);

    bool is_terminal() const { return is_terminal_; }
    bool is_empty() const { return unwritten() == 0; }
    /// False while much waits: take no more messages then.
    bool has_space() const;
    /// Writes what is taken without waiting.
    void write();
    /// `poll` reported `events` for standard output.
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
    std::size_t written_ = 0;  // of it
};

}  // namespace linnet::cli
