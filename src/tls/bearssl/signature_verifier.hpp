// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Verifies single signatures with BearSSL: RSA with PKCS #1 1.5, and ECDSA.
#pragma once

#include "linnet/tls_chain.hpp"
#include "tls/bearssl/bearssl.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class BearSslSignatureVerifier final : public SignatureVerifier {
 public:
    bool supports(SignatureScheme scheme) const override;
    bool is_signed(const PublicKey& key, SignatureScheme scheme, Bytes message,
                   Bytes signature) override;
};

/// Returns BearSSL's form of a key of kind `rsa` or `ec`, which refers to the same bytes.
br_x509_pkey bearssl_key(const PublicKey& key);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
