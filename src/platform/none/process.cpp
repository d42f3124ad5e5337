// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "platform/process.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

std::uint64_t process_id() {
    return 0;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
