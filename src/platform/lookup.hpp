// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// One host name to addresses, waiting for it: getaddrinfo.
#pragma once

#include "linnet/platform.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Writes the first addresses of `host`, which ends with a NUL, to `out`. Blocks.
Resolver::Result look_up(const char* host, std::span<SocketAddress> out);
/// The result of a host name that no name server can know.
Resolver::Result host_not_found();

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
