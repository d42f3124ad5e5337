// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include <unistd.h>

#include "platform/process.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

std::uint64_t process_id() {
    return static_cast<std::uint64_t>(getpid());
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
