// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The contents of a certificate (RFC 5280) that decide whether a server is trusted. Parsing checks
// only the form; `check_chain` decides the rest.
#pragma once

#include <cstdint>
#include <optional>

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

struct Certificate {
    enum class Key : std::uint8_t { rsa, ec, other };
    enum class Signature : std::uint8_t {
        sha2,   // RSA PKCS #1 1.5 or ECDSA with SHA-256, SHA-384 or SHA-512
        weak,   // with MD2, MD4, MD5 or SHA-1
        other,  // RSASSA-PSS, Ed25519, ...
    };

    // Views into the parsed bytes.
    Bytes der;
    Bytes issuer;       // Name, whole
    Bytes subject;      // Name, whole
    Bytes public_key;   // SubjectPublicKeyInfo, whole
    Bytes alt_names;    // the content of GeneralNames
    Bytes common_name;  // characters of the last CN of the subject; empty if there is none
    // subjectKeyIdentifier and the keyIdentifier of authorityKeyIdentifier; empty if absent or
    // malformed, because they only help to choose among issuers with the same name.
    Bytes subject_key_id;
    Bytes authority_key_id;

    std::int64_t not_before_s = 0;  // Unix time
    std::int64_t not_after_s = 0;
    Key key = Key::other;
    std::size_t key_bits = 0;  // of the RSA modulus or of the curve; 0 for other keys
    std::size_t exponent_bits =
        0;  // of the public exponent of an RSA key of any kind; 0 for other keys
    Signature signature = Signature::other;
    bool is_ca = false;
    bool allows_signing = true;          // keyUsage is absent, or has keyCertSign
    std::size_t path_length = SIZE_MAX;  // CAs allowed below it (pathLenConstraint), if limited
    bool has_alt_names = false;
    bool has_name_constraints = false;
    bool has_unknown_critical = false;  // a critical extension that is not supported
    bool allows_server = true;          // extendedKeyUsage is absent, or has serverAuth or any
};

/// Parses all of `der`; returns nothing if it is not exactly one well-formed certificate.
std::optional<Certificate> parse_certificate(Bytes der);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
