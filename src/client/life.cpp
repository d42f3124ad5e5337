// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "client/life.hpp"

#include "base/assert.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

void Life::enter(Event event, std::uint64_t now_us) {
    const std::optional<State> next = after(state_, event);
    LINNET_ASSERT(next.has_value());
    if (is_alive(state_)) {
        phase_ms_[static_cast<std::size_t>(phase())] +=
            static_cast<std::uint32_t>((now_us - since_us_) / 1000);
    }
    // A missing transition is an error in linnet; a release build ends this attempt, not the
    // program.
    state_ = next.value_or(State::closed);
    since_us_ = now_us;
}

void Life::end(const Ending& ending, std::uint64_t now_us) {
    ending_ = ending;
    enter(Event::ended, now_us);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
