// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Verifies single signatures with OpenSSL.
#pragma once

#include "linnet/tls_chain.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class OpenSslSignatureVerifier final : public SignatureVerifier {
 public:
    bool supports(SignatureScheme scheme) const override;
    bool is_signed(const PublicKey& key, SignatureScheme scheme, Bytes message,
                   Bytes signature) override;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
