// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Verifies the server's certificates for OpenSSL by `check_chain`, as with every engine. OpenSSL's
// own verification is not used, nor its form of the certificates: encoded again, they would not be
// the bytes that the server sent.
#pragma once

#include "linnet/tls_chain.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// `message` is the server's handshake message Certificate with its header, of TLS 1.2 (RFC 5246
/// 7.4.2) or TLS 1.3 (RFC 8446 4.4.2). On false, `failure` has the cause.
bool verify_with_openssl(const TlsRequest& request, Bytes message, bool is_tls_1_3,
                         TlsFailure& failure);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
