// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Whole simulations: clients, servers, network, time and failures, all from one seed. The same seed
// produces the same story, to the last byte.
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
    std::uint64_t messages = 0;  ///< received by clients
    std::uint64_t polls = 0;
    std::uint64_t events = 0;       ///< of event-driven clients: each may justify a poll
    std::uint64_t event_polls = 0;  ///< of the same clients
    std::uint64_t simulated_us = 0;
};

SimulationResult simulate(std::uint64_t seed, Tampering tampering = Tampering::none);

/// The report of a simulation that violated an invariant: seed, invariant, the end of the story,
/// and how to reproduce it.
std::string report(std::uint64_t seed, const SimulationResult& result);

}  // namespace linnet::test
