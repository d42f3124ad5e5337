// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Pseudo-random numbers that are the same in every run.
#pragma once

#include <cstdint>
#include <string>

#include "linnet/platform.hpp"

namespace linnet::test {

/// SplitMix64.
class Random {
 public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
    /// From 0 to `bound` - 1.
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
    bool one_in(std::size_t bound) { return below(bound) == 0; }
    /// Random bytes.
    std::string bytes(std::size_t size) {
        std::string text(size, '\0');
        for (char& c : text) c = static_cast<char>(static_cast<std::uint8_t>(next() >> 56));
        return text;
    }

 private:
    std::uint64_t state_;
};

/// Random bytes for masking keys, until the supply is exhausted.
class RandomEntropy final : public Entropy {
 public:
    explicit RandomEntropy(std::uint64_t seed = 1) : random_(seed) {}
    bool fill(MutableBytes out) override {
        if (exhausted) return false;
        ++fill_count;
        for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(random_.next() >> 56);
        return true;
    }

    bool exhausted = false;
    int fill_count = 0;

 private:
    Random random_;
};

}  // namespace linnet::test
