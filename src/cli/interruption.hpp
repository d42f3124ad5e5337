// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// SIGINT, SIGTERM and SIGHUP as a descriptor to poll. The first signal requests a clean end; a
// second one ends the program immediately, even during a blocking call. SIGPIPE becomes an error of
// `write`. A signal that is ignored when the program starts (nohup) stays ignored.
#pragma once

namespace linnet::cli {

class Interruption {
 public:
    /// Installs the handlers until the program ends: a signal during its last steps must not change
    /// how it ends. Only one object may exist.
    Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    /// Readable after the first signal.
    int fd() const { return pipe_[0]; }
    /// The number of the first signal, or 0.
    int signal() const;

 private:
    int pipe_[2] = {-1, -1};
};

}  // namespace linnet::cli
