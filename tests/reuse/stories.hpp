// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Stories of one attempt each (some of two), from `connect_to_url` to an end of every kind. They
// assume nothing about the client before, but that it can connect.
#pragma once

#include <span>

#include "reuse/witness.hpp"

namespace linnet::test {

struct ReuseStory {
    const char* name;
    Cause cause;  ///< of its end, with the default options
    void (*play)(Witness&);
    /// No attempt begins, so that all of the one before but its failure stays visible.
    bool is_refused = false;
};

std::span<const ReuseStory> reuse_stories();

}  // namespace linnet::test
