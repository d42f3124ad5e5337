// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Stories of one attempt each (some of two), from `connect_to_url` to every kind of end. They
// assume nothing about the previous state of the client, except that it can connect.
#pragma once

#include <span>

#include "reuse/witness.hpp"

namespace linnet::test {

struct ReuseStory {
    const char* name;
    Cause cause;  ///< of the end, with the default options
    void (*play)(Witness&);
    /// No attempt starts, so everything from the previous one except its failure stays visible.
    bool is_refused = false;
};

std::span<const ReuseStory> reuse_stories();

}  // namespace linnet::test
