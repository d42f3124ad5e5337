// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Verifies the server's certificates for OpenSSL by `check_chain`, as with every engine. OpenSSL's
// own verification is not used.
#pragma once

#include <openssl/x509.h>

#include "linnet/tls_chain.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// `shown` are the server's certificates, its own first. On false, `failure` has the cause.
bool verify_with_openssl(const TlsRequest& request, const STACK_OF(X509) * shown,
                         TlsFailure& failure);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
