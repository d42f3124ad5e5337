// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// `linnet serve`: runs an echo or relay server until a signal arrives.
#pragma once

#include "cli/command_line.hpp"
#include "cli/interruption.hpp"

namespace linnet::cli {

/// Returns the exit status.
int serve(const ServeOptions& what, const Interruption& interruption);

}  // namespace linnet::cli
