// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The stage of a simulation: its time, random numbers, story and result. Everything derives from
// one seed: nothing here uses the real clock, the OS or a memory address.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "testkit/random.hpp"

namespace linnet::test {

/// The first invariant that was violated.
struct Violation {
    std::string invariant;
    std::string detail;
};

class Stage {
 public:
    static constexpr std::uint64_t never = UINT64_MAX;

    explicit Stage(std::uint64_t seed) : random_(seed) {}
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    // ---- time

    std::uint64_t now_us() const { return now_us_; }
    /// Schedules `what` for that time, or now if it has passed; events at one time run in the order
    /// of scheduling.
    void at(std::uint64_t time_us, std::function<void()> what);
    void after(std::uint64_t delay_us, std::function<void()> what) {
        at(now_us_ + delay_us, std::move(what));
    }
    /// Runs the next event if it is before `end_us`. False if there is none, or an invariant was
    /// violated.
    bool step(std::uint64_t end_us);

    // ---- chance

    std::size_t below(std::size_t bound) { return random_.below(bound); }
    bool one_in(std::size_t bound) { return random_.one_in(bound); }
    bool percent(std::size_t share) { return random_.below(100) < share; }
    std::uint64_t between(std::uint64_t least, std::uint64_t most) {
        return least + random_.next() % (most - least + 1);
    }
    template <class Value>
    Value pick(std::initializer_list<Value> values) {
        return values.begin()[random_.below(values.size())];
    }
    std::uint64_t seed_for_another() { return random_.next(); }

    // ---- story

    [[gnu::format(printf, 2, 3)]] void log(const char* format, ...);
    const std::string& story() const { return story_; }

    // ---- result

    /// The first violation ends the simulation.
    bool require(bool holds, const char* invariant, const char* detail) {
        if (!holds) fail(invariant, detail);
        return holds;
    }
    void fail(const char* invariant, const std::string& detail);
    bool is_over() const { return violation_.has_value(); }
    const std::optional<Violation>& violation() const { return violation_; }

 private:
    struct Happening {
        std::uint64_t time_us;
        std::uint64_t number;
        std::function<void()> what;
    };
    struct Later {
        bool operator()(const Happening& a, const Happening& b) const {
            return a.time_us != b.time_us ? a.time_us > b.time_us : a.number > b.number;
        }
    };

    Random random_;
    std::uint64_t now_us_ = 0;
    std::uint64_t count_ = 0;
    std::vector<Happening> coming_;  // a heap
    std::string story_;
    std::optional<Violation> violation_;
};

}  // namespace linnet::test
