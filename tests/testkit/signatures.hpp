// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Verifiers of signatures for tests of certificate paths.
#pragma once

#include "tls/bearssl/signature_verifier.hpp"

namespace linnet::test {

/// A library that can verify everything, and verifies what BearSSL can: other signatures are right.
class EveryScheme final : public SignatureVerifier {
 public:
    bool supports(SignatureScheme scheme) const override {
        return scheme != SignatureScheme::weak && scheme != SignatureScheme::unknown;
    }
    bool is_signed(const PublicKey& key, SignatureScheme scheme, Bytes message,
                   Bytes signature) override {
        return !bearssl_.supports(scheme) || bearssl_.is_signed(key, scheme, message, signature);
    }

 private:
    BearSslSignatureVerifier bearssl_;
};

/// A library that verifies everything and takes no time.
class NoSignatures final : public SignatureVerifier {
 public:
    bool supports(SignatureScheme scheme) const override {
        return scheme != SignatureScheme::weak && scheme != SignatureScheme::unknown;
    }
    bool is_signed(const PublicKey&, SignatureScheme, Bytes, Bytes) override { return true; }
};

}  // namespace linnet::test
