// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Replaces the BearSSL engine in a build without TLS (-Dtls=none).
#include "tls/default_context.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

const TlsContext* default_tls_context() {
    return nullptr;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
