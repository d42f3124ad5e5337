// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#ifndef _WIN32

#include <unistd.h>
#ifdef __APPLE__
#include <sys/random.h>
#endif

#include <algorithm>

#include "net/system.hpp"

namespace linnet::inline v0 {

bool SystemEntropy::fill(MutableBytes out) {
    constexpr std::size_t size_max = 256;  // of one getentropy
    while (!out.empty()) {
        const std::size_t size = std::min(out.size(), size_max);
        if (getentropy(out.data(), size) != 0) return false;
        out = out.subspan(size);
    }
    return true;
}

}  // namespace linnet::inline v0

#endif
