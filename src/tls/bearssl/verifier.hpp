// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Verifies the server's certificates for BearSSL, which delivers them in pieces: they are collected
// and checked by `check_chain`. BearSSL's own X.509 code is not used.
#pragma once

#include "linnet/tls_chain.hpp"
#include "tls/bearssl/bearssl.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class BearSslVerifier {
 public:
    /// `failure` receives the cause. The arguments must outlive the verifier.
    BearSslVerifier(const TlsRequest& request, std::string_view host, TlsFailure& failure);
    BearSslVerifier(const BearSslVerifier&) = delete;
    BearSslVerifier& operator=(const BearSslVerifier&) = delete;

    /// The object to pass to the engine.
    const br_x509_class** x509() { return &x509_.vtable; }

 private:
    // BearSSL has a pointer to the vtable pointer; our data follows it.
    struct X509 {
        const br_x509_class* vtable;
        BearSslVerifier* verifier;
    };
    static const br_x509_class vtable;
    static BearSslVerifier& of(const br_x509_class* const* context);

    void begin_certificate(std::size_t size);
    void append(Bytes piece);
    unsigned end_chain();
    bool check();

    X509 x509_;
    TlsRequest request_;
    TlsFailure& failure_;

    std::size_t size_ = 0;
    std::size_t count_ = 0;
    bool is_too_large_ = false;
    std::array<std::size_t, chain_count_max> ends_{};

    br_x509_pkey key_{};  // refers to `chain_`
    std::array<std::uint8_t, chain_size_max> chain_;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
