// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include <unistd.h>
#if __has_include(<sys/random.h>)
#include <sys/random.h>
#endif

#include <algorithm>
#include <cerrno>

#include "linnet/system_entropy.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

// Returns how much of `out` was filled; 0 on failure. Early at boot the kernel may have no entropy
// yet: getrandom then fails with EAGAIN instead of blocking, and no weaker source is used. On
// systems with only getentropy (macOS, OpenBSD) the kernel has entropy before programs run.
#ifdef GRND_NONBLOCK
std::size_t fill_front(MutableBytes out) {
    ssize_t size = -1;
    do {
        size = getrandom(out.data(), out.size(), GRND_NONBLOCK);
    } while (size < 0 && errno == EINTR);
    return size < 0 ? 0 : static_cast<std::size_t>(size);
}
#else
std::size_t fill_front(MutableBytes out) {
    constexpr std::size_t size_max = 256;  // of one getentropy call
    const std::size_t size = std::min(out.size(), size_max);
    return getentropy(out.data(), size) == 0 ? size : 0;
}
#endif

}  // namespace

bool SystemEntropy::fill(MutableBytes out) {
    while (!out.empty()) {
        const std::size_t size = fill_front(out);
        if (size == 0) return false;
        out = out.subspan(size);
    }
    return true;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
