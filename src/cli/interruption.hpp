// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// SIGINT, SIGTERM and SIGHUP as something to poll for. The first asks for a clean end; a second one
// ends the program where it stands, whatever it waits for. SIGPIPE becomes an error of `write`.
// A signal that is ignored when the program starts (nohup) stays ignored.
#pragma once

namespace linnet::cli {

class Interruption {
 public:
    /// Installs the handlers for the rest of the program: a signal during its last steps must not
    /// change how it ends. There can be one.
    Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    /// Readable from the first signal on.
    int fd() const { return pipe_[0]; }
    /// The first signal's number, or 0.
    int signal() const;

 private:
    int pipe_[2] = {-1, -1};
};

}  // namespace linnet::cli
