// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// SHA-256 (FIPS 180-4) for certificate fingerprints and key pins. Implemented here, like SHA-1, so
// that both work the same with every TLS library and without one.
#pragma once

#include <array>

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

std::array<std::uint8_t, 32> sha256(Bytes data);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
