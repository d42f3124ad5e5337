// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A blocking lookup of one host name: getaddrinfo.
#pragma once

#include "linnet/platform.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Writes the first addresses of `host`, which ends with a NUL, to `out`. Blocks.
Resolver::Result look_up(const char* host, std::span<SocketAddress> out);
/// Returns the result for a host name that cannot exist.
Resolver::Result host_not_found();

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
