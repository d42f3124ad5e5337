// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Whole simulations: clients and servers, their network, their time and their misfortunes, all from
// one seed. The same seed tells the same story, to the last byte.
#pragma once

#include <optional>
#include <string>

#include "testkit/simulated_network.hpp"

namespace linnet::test {

struct SimulationResult {
    std::optional<Violation> violation;
    std::string story;
    std::uint64_t players = 0;
    std::uint64_t attempts = 0;
    std::uint64_t opened = 0;
    std::uint64_t messages = 0;  ///< that clients heard
    std::uint64_t polls = 0;
    std::uint64_t events = 0;       ///< of event-driven clients: each may cost a poll
    std::uint64_t event_polls = 0;  ///< of the same clients
    std::uint64_t simulated_us = 0;
};

SimulationResult simulate(std::uint64_t seed, Tampering tampering = Tampering::none);

/// What to print of a simulation that broke a promise: seed, promise, the end of the story, and how
/// to see it again.
std::string report(std::uint64_t seed, const SimulationResult& result);

}  // namespace linnet::test
