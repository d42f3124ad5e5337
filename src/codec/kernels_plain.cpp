// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// For CPUs without a kernel of their own.
#if !(defined(__x86_64__) && defined(__GNUC__))

#include "codec/kernels.hpp"

namespace linnet::inline v0 {

Cpu this_cpu() {
    return Cpu::baseline;
}

std::size_t copy_masked_wide(Cpu, std::uint8_t*, const std::uint8_t*, std::size_t, std::uint64_t) {
    return 0;
}

WideVerdict judge_utf8_wide(Cpu, const std::uint8_t*, std::size_t) {
    return {};
}

}  // namespace linnet::inline v0

#endif
