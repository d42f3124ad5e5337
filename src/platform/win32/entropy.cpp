// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Links with bcrypt.
#include "platform/win32/windows_os.hpp"
//
#include <bcrypt.h>

#include "linnet/system_entropy.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

bool SystemEntropy::fill(MutableBytes out) {
    return BCryptGenRandom(nullptr, out.data(), static_cast<ULONG>(out.size()),
                           BCRYPT_USE_SYSTEM_PREFERRED_RNG) == 0;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
