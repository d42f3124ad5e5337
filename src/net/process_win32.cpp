// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#ifdef _WIN32

#include "net/system.hpp"
#include "net/windows_os.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

// Nothing forks here, so that it never changes.
std::uint64_t process_id() {
    return GetCurrentProcessId();
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE

#endif
