// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Causes and failures in the words of the command: its options and the limits of its client, where
// the library names C++ members.
#pragma once

#include <string>

#include "linnet/failure.hpp"

namespace linnet::cli {

/// Returns the sentence for `cause` without a full stop, static.
std::string_view cause_text(Cause cause);

/// Returns `failure.explain()` with that sentence.
std::string explain(const Failure& failure);

}  // namespace linnet::cli
