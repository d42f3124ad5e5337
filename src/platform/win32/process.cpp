// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "platform/process.hpp"
#include "platform/win32/windows_os.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

// Windows has no fork, so the id never changes.
std::uint64_t process_id() {
    return GetCurrentProcessId();
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
