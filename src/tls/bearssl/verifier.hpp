// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Verifies the server's certificates for BearSSL, which delivers them in pieces. They are collected
// and checked (`check_chain`); then the path goes through BearSSL's own validation, which verifies
// the signatures and everything else once more.
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
    unsigned check();
    unsigned take_key(Bytes leaf);
    unsigned verify_path(const ChainResult& result);
    void make_anchors(const ChainResult& result);
    const br_x509_pkey* key(unsigned* usages) const;

    X509 x509_;
    TlsRequest request_;
    TlsFailure& failure_;

    std::size_t size_ = 0;
    std::size_t count_ = 0;
    bool is_too_large_ = false;
    std::array<std::size_t, chain_count_max> ends_{};

    enum class KeyFrom : std::uint8_t { nowhere, leaf, path };
    KeyFrom key_from_ = KeyFrom::nowhere;
    br_x509_decoder_context leaf_;
    br_x509_minimal_context minimal_;
    std::array<br_x509_decoder_context, root_count_max> root_decoders_;
    std::array<br_x509_trust_anchor, root_count_max> anchors_;
    std::size_t anchor_count_ = 0;
    std::array<std::uint8_t, root_buffer_size> root_buffer_;
    std::array<std::uint8_t, chain_size_max> chain_;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
