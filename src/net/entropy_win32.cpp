// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Link with bcrypt.
#ifdef _WIN32

#include "net/windows_os.hpp"
//
#include <bcrypt.h>

#include "net/system.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

bool SystemEntropy::fill(MutableBytes out) {
    return BCryptGenRandom(nullptr, out.data(), static_cast<ULONG>(out.size()),
                           BCRYPT_USE_SYSTEM_PREFERRED_RNG) == 0;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE

#endif
