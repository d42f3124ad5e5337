// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#pragma once

#include "linnet/tls.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// What this build brings, if `Options::tls` gives nothing else; null if it brings none.
const TlsContext* default_tls_context();

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
