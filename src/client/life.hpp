// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The state of an attempt, the time spent in each phase, and how it ended. Only `enter` writes the
// state.
#pragma once

#include <array>

#include "protocol/lifecycle.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// How an attempt ended, or will end after our close frame is sent.
struct Ending {
    Cause cause = Cause::none;
    Phase phase = Phase::request;
    int os_error = 0;

    bool is_clean() const {
        return cause == Cause::closed_by_client || cause == Cause::closed_by_server;
    }
};

class Life {
 public:
    using PhaseTimes = std::array<std::uint32_t, phase_count>;

    explicit Life(PhaseTimes& phase_ms) : phase_ms_(phase_ms) {}

    State state() const { return state_; }
    bool is_in(std::uint8_t groups) const { return linnet::is_in(state_, groups); }
    Phase phase() const { return facts_of(state_).phase; }
    /// The time at which the state was entered.
    std::uint64_t since_us() const { return since_us_; }

    void enter(Event event, std::uint64_t now_us);
    /// Ends the attempt.
    void end(const Ending& ending, std::uint64_t now_us);
    /// How the attempt ended; valid in the state `closed`.
    const Ending& ending() const { return ending_; }

 private:
    PhaseTimes& phase_ms_;
    State state_ = State::idle;
    std::uint64_t since_us_ = 0;
    Ending ending_;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
