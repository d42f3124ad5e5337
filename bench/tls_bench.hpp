// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#pragma once

#include "linnet/tls.hpp"

namespace linnet::bench {

/// Measures the engines of `context`; null is a yardstick, which copies.
void enter_tls(const char* contender, const TlsContext* context);

}  // namespace linnet::bench
