// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "base/wipe.hpp"

#include <array>

namespace linnet::inline LINNET_INLINE_NAMESPACE {

void wipe(MutableBytes bytes) {
    volatile std::uint8_t* const begin = bytes.data();
    for (std::size_t i = 0; i < bytes.size(); ++i) begin[i] = 0;
}

void wipe_stack() {
    constexpr std::size_t depth = 8 * 1024;
    std::array<std::uint8_t, depth> stack;
    wipe(stack);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
