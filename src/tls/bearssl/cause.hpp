// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Converts BearSSL's error numbers to causes.
#pragma once

#include "linnet/cause.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Converts an error of BearSSL's engine or X.509 code, but not an alert.
Cause cause_of_bearssl(unsigned error);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
