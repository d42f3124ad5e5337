// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#ifndef _WIN32

#include <unistd.h>

#include "net/system.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

std::uint64_t process_id() {
    return static_cast<std::uint64_t>(getpid());
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE

#endif
