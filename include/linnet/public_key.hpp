// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Public keys and signature algorithms in certificates (RFC 5280 4.1.1.2, 4.1.2.7), as linnet reads
// them for a TLS library: see `SignatureVerifier` (tls_chain.hpp).
#pragma once

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// A signature algorithm with its hash; the parameters are those that the RFC requires.
enum class SignatureScheme : std::uint8_t {
    rsa_pkcs1_sha256,  ///< RFC 8017 8.2
    rsa_pkcs1_sha384,
    rsa_pkcs1_sha512,
    rsa_pss_sha256,  ///< RFC 8017 8.1; MGF1 with the same hash, a salt as long as the hash
    rsa_pss_sha384,
    rsa_pss_sha512,
    ecdsa_sha256,  ///< RFC 5758 3.2, on any curve
    ecdsa_sha384,
    ecdsa_sha512,
    ed25519,  ///< RFC 8410
    weak,     ///< with MD2, MD4, MD5 or SHA-1: never accepted
    unknown,  ///< any other
};

/// A SubjectPublicKeyInfo. Views are valid as long as the certificate that it comes from.
struct PublicKey {
    enum class Kind : std::uint8_t {
        rsa,
        rsa_pss,  ///< an RSA key for RSASSA-PSS alone (RFC 4055 1.2)
        ec,       ///< on P-256, P-384 or P-521, named and uncompressed (RFC 5480 2)
        ed25519,  ///< RFC 8410
        other,    ///< any other, or one of these that is malformed
    };
    Kind kind = Kind::other;
    Bytes info;            ///< the whole SubjectPublicKeyInfo in DER
    Bytes modulus;         ///< rsa, rsa_pss: big-endian, without leading zeros
    Bytes exponent;        ///< rsa, rsa_pss: likewise
    Bytes point;           ///< ec: 0x04, then both coordinates
    std::size_t bits = 0;  ///< of the modulus or the curve; 0 for other kinds
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
