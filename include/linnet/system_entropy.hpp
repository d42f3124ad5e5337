// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Random numbers of the operating system.
#pragma once

#include "linnet/platform.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The default of `Options::entropy`: getrandom, getentropy or BCryptGenRandom. It has no state,
/// and threads may share one.
///
/// Example:
///
///     linnet::SystemEntropy entropy;
///     std::array<std::uint8_t, 16> nonce;
///     if (!entropy.fill(nonce)) print("early at boot: try again later");
class SystemEntropy final : public Entropy {
 public:
    /// As `Entropy::fill`. Returns false, without waiting, while the kernel has not gathered enough
    /// entropy early at boot.
    bool fill(MutableBytes out) override;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
