// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// BearSSL's numbers as causes.
#pragma once

#include "linnet/cause.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// For an error of BearSSL, engine or X.509; alerts are not among them.
Cause cause_of_bearssl(unsigned error);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
