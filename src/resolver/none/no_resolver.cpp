// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Replaces the threads of src/resolver in a build without them (-Dresolver=none). IP literals and
// `Options::resolver` work as in every build.
#include "linnet/system_resolver.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

SystemResolver::~SystemResolver() = default;

Resolver::Request SystemResolver::start(std::string_view) {
    return 0;
}

Resolver::Result SystemResolver::take(Request, std::span<SocketAddress>) {
    return {Outcome::failed, 0, 0};
}

void SystemResolver::cancel(Request) {}

void SystemResolver::join() {}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
