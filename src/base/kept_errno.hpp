// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#pragma once

#include <cerrno>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Restores the program's `errno` at the end of a call: linnet reports errors of the OS only
/// through its own results.
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
