// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// SHA-1 (RFC 3174), used only for Sec-WebSocket-Accept, which is not a security measure (RFC 6455
// 10.8).
#pragma once

#include <array>

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

using Sha1Digest = std::array<std::uint8_t, 20>;

Sha1Digest sha1(Bytes data);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
