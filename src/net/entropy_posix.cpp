// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#ifndef _WIN32

#include <unistd.h>
#if defined(__linux__) || defined(__APPLE__)
#include <sys/random.h>
#endif

#include <algorithm>
#include <cerrno>

#include "net/system.hpp"

namespace linnet::inline v0 {
namespace {

// How much of `out` was filled; 0 on failure.
#ifdef __linux__
std::size_t fill_front(MutableBytes out) {
    ssize_t size = -1;
    do {
        size = getrandom(out.data(), out.size(), 0);
    } while (size < 0 && errno == EINTR);
    return size < 0 ? 0 : static_cast<std::size_t>(size);
}
#else
std::size_t fill_front(MutableBytes out) {
    constexpr std::size_t size_max = 256;  // of one getentropy
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

}  // namespace linnet::inline v0

#endif
