// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Compares X.501 names, RFC 5280 7.1: the characters count, not the type of the string; letter case
// in ASCII and the number of spaces do not. No allocation.
#pragma once

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Returns true if both are the same name. Both are whole Names that `is_name` accepts.
bool same_name(Bytes a, Bytes b);

/// Returns true if `name` begins with all parts of `base` (RFC 5280 4.2.1.10, directoryName).
bool is_below_name(Bytes name, Bytes base);

/// Returns true if the name has no parts.
bool is_empty_name(Bytes name);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
