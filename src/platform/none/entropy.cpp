// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/system_entropy.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

bool SystemEntropy::fill(MutableBytes) {
    return false;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
