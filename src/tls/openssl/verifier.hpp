// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What OpenSSL asks about the server's certificates: they are judged as with every engine, and
// OpenSSL verifies the signatures along the path.
#pragma once

#include <openssl/x509.h>

#include "linnet/tls_chain.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// `shown` is what the server has sent, its own certificate first. False: `failure` tells why.
bool verify_with_openssl(const TlsRequest& request, const STACK_OF(X509) * shown,
                         TlsFailure& failure);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
