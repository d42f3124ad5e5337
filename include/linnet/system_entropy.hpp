// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Random numbers of the operating system.
#pragma once

#include "linnet/platform.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The default of `Options::entropy`: getrandom, getentropy, BCryptGenRandom. It has no state.
class SystemEntropy final : public Entropy {
 public:
    /// Returns false instead of waiting while the kernel has not gathered entropy yet, early at
    /// boot.
    bool fill(MutableBytes out) override;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
