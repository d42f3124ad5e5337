// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Removes secrets from memory.
#pragma once

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Sets all bytes to zero. Unlike with `memset`, the compiler must keep the writes even if nothing
/// reads them again.
void wipe(MutableBytes bytes);

/// Overwrites the stack below the caller, where a library that has returned may have left secrets.
void wipe_stack();

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
