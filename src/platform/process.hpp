// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#pragma once

#include <cstdint>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Returns the id of this process; a forked child has a different one.
std::uint64_t process_id();

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
