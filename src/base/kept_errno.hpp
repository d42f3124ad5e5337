// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#pragma once

#include <cerrno>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Gives the program its `errno` back at the end of a call: whatever the call asked the OS for is
/// reported by its result alone.
class KeptErrno {
 public:
    KeptErrno() = default;
    KeptErrno(const KeptErrno&) = delete;
    KeptErrno& operator=(const KeptErrno&) = delete;
    ~KeptErrno() { errno = kept_; }

 private:
    int kept_ = errno;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
