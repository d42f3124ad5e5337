// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "tls/openssl/signature_verifier.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

using enum SignatureScheme;

bool is_pss(SignatureScheme scheme) {
    return scheme == rsa_pss_sha256 || scheme == rsa_pss_sha384 || scheme == rsa_pss_sha512;
}

// Returns null for Ed25519, which needs no hash.
const EVP_MD* hash_of(SignatureScheme scheme) {
    switch (scheme) {
        case rsa_pkcs1_sha256:
        case rsa_pss_sha256:
        case ecdsa_sha256: return EVP_sha256();
        case rsa_pkcs1_sha384:
        case rsa_pss_sha384:
        case ecdsa_sha384: return EVP_sha384();
        case rsa_pkcs1_sha512:
        case rsa_pss_sha512:
        case ecdsa_sha512: return EVP_sha512();
        default: return nullptr;
    }
}

// OpenSSL's objects for one signature, freed together.
class Check {
 public:
    explicit Check(Bytes key_info) {
        const unsigned char* in = key_info.data();
        key_ = d2i_PUBKEY(nullptr, &in, static_cast<long>(key_info.size()));
    }
    Check(const Check&) = delete;
    Check& operator=(const Check&) = delete;
    ~Check() {
        EVP_MD_CTX_free(context_);
        EVP_PKEY_free(key_);
    }

    bool verify(SignatureScheme scheme, Bytes message, Bytes signature);

 private:
    EVP_PKEY* key_;
    EVP_MD_CTX* context_ = EVP_MD_CTX_new();
};

bool Check::verify(SignatureScheme scheme, Bytes message, Bytes signature) {
    EVP_PKEY_CTX* parameters = nullptr;  // owned by `context_`
    if (key_ == nullptr || context_ == nullptr) return false;
    if (EVP_DigestVerifyInit(context_, &parameters, hash_of(scheme), nullptr, key_) != 1)
        return false;
    if (is_pss(scheme) &&
        (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) <= 0 ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) <= 0)) {
        return false;
    }
    return EVP_DigestVerify(context_, signature.data(), signature.size(), message.data(),
                            message.size()) == 1;
}

}  // namespace

bool OpenSslSignatureVerifier::supports(SignatureScheme scheme) const {
    return scheme != weak && scheme != unknown;
}

bool OpenSslSignatureVerifier::is_signed(const PublicKey& key, SignatureScheme scheme,
                                         Bytes message, Bytes signature) {
    ERR_set_mark();
    const bool is_right = Check(key.info).verify(scheme, message, signature);
    ERR_pop_to_mark();  // otherwise SSL_get_error would report a wrong signature later
    return is_right;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
