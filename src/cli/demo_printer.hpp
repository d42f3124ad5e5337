// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Prints the demo's steps.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "linnet/system_clock.hpp"

namespace linnet::cli {

/// Writes coloured lines with times to the terminal.
class Printer {
 public:
    void chapter(const std::string& title) { print("\n%s%s%s\n", bold_, title.c_str(), plain_); }
    void call(const std::string& text) { line(dim_, "->", text); }
    void signal(const std::string& text) { line(blue_, "<-", text); }
    void good(const std::string& text) { line(green_, "ok", text); }
    void bad(const std::string& text) { line(red_, "!!", text); }

 private:
    template <class... Args>
    void print(const char* format, Args... args) {
        std::printf(format, args...);  // NOLINT(cppcoreguidelines-pro-type-vararg)
        std::fflush(stdout);
    }
    void line(const char* colour, const char* mark, const std::string& text) {
        const double ms = static_cast<double>(clock_.now_us() - begin_us_) / 1000;
        print("%s%9.2f ms%s  %s%s %s%s\n", dim_, ms, plain_, colour, mark, text.c_str(), plain_);
    }

    SystemClock clock_;
    const std::uint64_t begin_us_ = clock_.now_us();
    const bool coloured_ = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    const char* bold_ = coloured_ ? "\033[1m" : "";
    const char* dim_ = coloured_ ? "\033[2m" : "";
    const char* blue_ = coloured_ ? "\033[34m" : "";
    const char* green_ = coloured_ ? "\033[32m" : "";
    const char* red_ = coloured_ ? "\033[31m" : "";
    const char* plain_ = coloured_ ? "\033[0m" : "";
};

}  // namespace linnet::cli
