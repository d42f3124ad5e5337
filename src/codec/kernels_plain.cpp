// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// For CPUs without kernels.
#if !(defined(__GNUC__) && (defined(__x86_64__) || defined(__AARCH64EL__)))

#include "codec/kernels.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

Cpu this_cpu() {
    return Cpu::baseline;
}

void copy_masked_wide(std::uint8_t* to, const std::uint8_t* from, std::size_t size,
                      std::uint64_t key) {
    copy_masked_plain(to, from, size, key);
}

WideResult check_utf8_wide(const std::uint8_t*, std::size_t) {
    return {};
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE

#endif
