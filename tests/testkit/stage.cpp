// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "testkit/stage.hpp"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>

namespace linnet::test {

void Stage::at(std::uint64_t time_us, std::function<void()> what) {
    if (time_us == never) return;
    coming_.push_back({std::max(time_us, now_us_), count_++, std::move(what)});
    std::push_heap(coming_.begin(), coming_.end(), Later{});
}

bool Stage::step(std::uint64_t end_us) {
    if (is_over() || coming_.empty() || coming_.front().time_us >= end_us) return false;
    std::pop_heap(coming_.begin(), coming_.end(), Later{});
    const Happening next = std::move(coming_.back());
    coming_.pop_back();
    now_us_ = next.time_us;
    next.what();
    return !is_over();
}

void Stage::log(const char* format, ...) {
    std::array<char, 400> line;
    const int time_size = std::snprintf(line.data(), line.size(), "%4llu.%06llu  ",
                                        static_cast<unsigned long long>(now_us_ / 1'000'000),
                                        static_cast<unsigned long long>(now_us_ % 1'000'000));
    const auto used = static_cast<std::size_t>(time_size);
    std::va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(line.data() + used, line.size() - used, format, arguments);
    va_end(arguments);
    story_.append(line.data()).push_back('\n');
}

void Stage::fail(const char* invariant, const std::string& detail) {
    log("BROKEN %s: %s", invariant, detail.c_str());
    if (!violation_) violation_ = {invariant, detail};
}

}  // namespace linnet::test
