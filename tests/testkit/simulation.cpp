// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "testkit/simulation.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "testkit/simulated_player.hpp"
#include "testkit/simulated_server.hpp"

namespace linnet::test {
namespace {

constexpr std::size_t story_lines_shown = 60;
constexpr std::uint64_t step_count_max = 400'000;

class Simulation {
 public:
    Simulation(std::uint64_t seed, Tampering tampering)
        : stage_(seed), internet_(stage_, weather(tampering)) {
        for (std::size_t i = 0; i < server_count; ++i) {
            const auto kind = static_cast<ServerPlan::Kind>(i);
            servers_.push_back(
                std::make_unique<SimulatedServer>(internet_, ServerPlan::drawn(stage_, kind)));
            internet_.listen(static_cast<std::uint16_t>(first_port + i),
                             [server = servers_.back().get()](Connection& connection) {
                                 return server->accept(connection);
                             });
        }
        const std::size_t count = 1 + stage_.below(stage_.pick<std::size_t>({1, 3, 8}));
        for (std::size_t i = 0; i < count; ++i) {
            players_.push_back(std::make_unique<Player>(stage_, internet_, i));
            stage_.after(stage_.between(0, 2'000'000),
                         [player = players_.back().get()] { player->begin(); });
        }
    }

    SimulationResult run() {
        pass(stage_.between(2'000'000, 40'000'000));
        std::uint64_t patience_us = 0;
        for (const auto& player : players_) {
            player->begin_to_end();
            patience_us = std::max(patience_us, player->patience_us());
        }
        stage_.log("the end begins");
        pass(patience_us + 1'000'000);
        for (const auto& player : players_) player->end();
        return result();
    }

 private:
    Weather weather(Tampering tampering) {
        Weather weather = Weather::drawn(stage_);
        weather.tampering = tampering;
        return weather;
    }
    void pass(std::uint64_t time_us) {
        const std::uint64_t end_us = stage_.now_us() + time_us;
        for (std::uint64_t i = 0; i < step_count_max && stage_.step(end_us); ++i) {
        }
    }
    SimulationResult result() {
        SimulationResult result;
        result.violation = stage_.violation();
        result.story = stage_.story();
        result.simulated_us = stage_.now_us();
        result.players = players_.size();
        for (const auto& player : players_) {
            result.attempts += player->attempt_count();
            result.opened += player->opened_count();
            result.messages += player->message_count();
            result.polls += player->poll_count();
            result.events += player->event_count();
            result.event_polls += player->event_poll_count();
        }
        return result;
    }

    Stage stage_;
    Internet internet_;
    std::vector<std::unique_ptr<SimulatedServer>> servers_;
    std::vector<std::unique_ptr<Player>> players_;
};

}  // namespace

SimulationResult simulate(std::uint64_t seed, Tampering tampering) {
    return Simulation(seed, tampering).run();
}

std::string report(std::uint64_t seed, const SimulationResult& result) {
    if (!result.violation) return "no invariant was violated\n";
    std::size_t begin = result.story.size();
    for (std::size_t lines = 0; begin > 0 && lines <= story_lines_shown; --begin) {
        if (result.story[begin - 1] == '\n' && ++lines > story_lines_shown) break;
    }
    return "seed " + std::to_string(seed) + " breaks " + result.violation->invariant + ": " +
           result.violation->detail + "\n" + result.story.substr(begin) +
           "see all of it with: ./dev soak --from " + std::to_string(seed) + " --seeds 1 --story\n";
}

}  // namespace linnet::test
