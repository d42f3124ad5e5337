// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Where an attempt stands, how long each phase took, and how it ended. `enter` is the one place
// that writes the state.
#pragma once

#include <array>

#include "protocol/lifecycle.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// How an attempt ended, or will end once our close frame has left.
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
    /// When the state was entered.
    std::uint64_t since_us() const { return since_us_; }

    void enter(Event event, std::uint64_t now_us);
    /// The one end.
    void end(const Ending& ending, std::uint64_t now_us);
    /// How it ended, once the state is closed.
    const Ending& ending() const { return ending_; }

 private:
    PhaseTimes& phase_ms_;
    State state_ = State::idle;
    std::uint64_t since_us_ = 0;
    Ending ending_;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
