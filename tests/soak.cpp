// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Simulates new seeds until the time is over or an invariant is violated.
#include <gtest/gtest.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>

#include "testkit/simulation.hpp"

namespace {

using Clock = std::chrono::steady_clock;

struct Command {
    std::uint64_t minutes = 0;  // 0: no limit
    std::uint64_t seeds = 0;    // 0: no limit
    std::uint64_t from = 0;
    bool story = false;
};

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<Command> read_command(int count, char** arguments) {
    Command command;
    command.from =
        static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    for (int i = 1; i < count; ++i) {
        const std::string_view name = arguments[i];
        if (name == "--story") {
            command.story = true;
            continue;
        }
        std::uint64_t* const target = name == "--minutes" ? &command.minutes
                                      : name == "--seeds" ? &command.seeds
                                      : name == "--from"  ? &command.from
                                                          : nullptr;
        const auto value = ++i < count ? number(arguments[i]) : std::nullopt;
        if (target == nullptr || !value) return std::nullopt;
        *target = *value;
    }
    if (command.minutes == 0 && command.seeds == 0) command.minutes = 10;
    return command;
}

std::uint64_t seed_under_way = 0;

// An assertion, or a sanitizer with abort_on_error=1.
void report_seed(int) {
    std::fprintf(stderr, "seed %llu aborts; again with: ./dev soak --from %llu --seeds 1\n",
                 static_cast<unsigned long long>(seed_under_way),
                 static_cast<unsigned long long>(seed_under_way));
}

// GoogleTest's expectations report misuse of the TLS engine.
bool has_failed(const linnet::test::SimulationResult& result) {
    return result.violation || testing::UnitTest::GetInstance()->ad_hoc_test_result().Failed();
}

int soak(const Command& command) {
    const auto begin = Clock::now();
    auto progress_due = begin + std::chrono::minutes(1);
    std::uint64_t count = 0;
    std::uint64_t messages = 0;
    double simulated_s = 0;
    const auto is_over = [&] {
        if (command.seeds != 0 && count >= command.seeds) return true;
        const auto limit = std::chrono::minutes(static_cast<long>(command.minutes));
        return command.minutes != 0 && Clock::now() - begin >= limit;
    };
    for (; !is_over(); ++count) {
        const std::uint64_t seed = command.from + count;
        seed_under_way = seed;
        const auto result = linnet::test::simulate(seed);
        if (command.story) std::fputs(result.story.c_str(), stdout);
        if (has_failed(result)) {
            std::fputs(linnet::test::report(seed, result).c_str(), stdout);
            return 1;
        }
        messages += result.messages;
        simulated_s += static_cast<double>(result.simulated_us) / 1e6;
        if (Clock::now() < progress_due) continue;
        progress_due += std::chrono::minutes(1);
        std::printf("%llu seeds, %.1f simulated hours, %llu messages\n",
                    static_cast<unsigned long long>(count + 1), simulated_s / 3600,
                    static_cast<unsigned long long>(messages));
        std::fflush(stdout);
    }
    std::printf("%llu seeds, first %llu, last %llu, 0 failures\n",
                static_cast<unsigned long long>(count),
                static_cast<unsigned long long>(command.from),
                static_cast<unsigned long long>(command.from + count - (count > 0 ? 1 : 0)));
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    const std::optional<Command> command = read_command(count, arguments);
    if (!command) {
        std::fputs("usage: soak [--minutes M] [--seeds N] [--from SEED] [--story]\n", stderr);
        return 2;
    }
    std::signal(SIGABRT, report_seed);
    return soak(*command);
}
