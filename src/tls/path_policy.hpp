// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Certificate policies, RFC 5280 6.1, for a client that requires none itself: they matter only if a
// CA on the path requires one (requireExplicitPolicy).
#pragma once

#include "tls/path_search.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Returns true unless a CA requires that all certificates below the root share a policy, and they
/// do not. Instead of the tree of RFC 5280, which can be made to grow without bounds, the sets are
/// intersected; a path on which policies are mapped is refused if one is required.
bool satisfies_policies(const Path& path);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
