// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// For the target files: names, the timed loop, memory.
#pragma once

#include <benchmark/benchmark.h>

#include <vector>

#include "targets.hpp"

namespace linnet::bench {

/// The work of one iteration.
struct Work {
    std::size_t items = 1;
    std::size_t bytes = 0;  ///< of payload
};

/// The timed loop.
template <class Act>
void measure(benchmark::State& state, Work work, Act act) {
    for ([[maybe_unused]] auto turn : state) {
        act();
        benchmark::ClobberMemory();
    }
    const auto turns = static_cast<std::size_t>(state.iterations());
    state.SetItemsProcessed(static_cast<std::int64_t>(turns * work.items));
    if (work.bytes > 0) state.SetBytesProcessed(static_cast<std::int64_t>(turns * work.bytes));
}

/// Adds the benchmark "target/contender/of"; `run` gets the State.
template <class Run>
benchmark::internal::Benchmark* add(const std::string& target, const std::string& contender,
                                    const std::string& of, Run run) {
    const std::string name = target + '/' + contender + '/' + of;
    return benchmark::RegisterBenchmark(name.c_str(), run);
}

/// Formats as "16 B", "64 KiB".
std::string size_name(std::size_t size);

/// Two buffers, the second six bytes past a cache line: the offset of a payload after a short
/// masked header. Their distance is far from a multiple of 4 KiB, which would slow down some CPUs.
class Buffers {
 public:
    explicit Buffers(std::size_t size);
    std::uint8_t* from() { return at(0); }
    std::uint8_t* to() { return at(to_); }

 private:
    static constexpr std::size_t page = 4096;
    std::uint8_t* at(std::size_t offset);

    std::size_t to_;
    std::vector<std::uint8_t> memory_;
};

// ---- texts of exactly `size` bytes -----------------------------------------------------------

/// JSON, all ASCII.
std::string ascii_text(std::size_t size);
/// JSON with one other character in each 170 bytes.
std::string json_text(std::size_t size);
/// Characters of one to four bytes, in random order.
std::string mixed_text(std::size_t size);

}  // namespace linnet::bench
