// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#pragma once

#include "linnet/tls.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The TLS library of this build, used unless `Options::tls` sets another; null if there is none.
const TlsContext* default_tls_context();

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
