// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#pragma once

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Returns true if `signature` is exactly one Ecdsa-Sig-Value (RFC 3279 2.2.3) in DER: two positive
/// integers in their shortest form.
bool is_ecdsa_signature(Bytes signature);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
