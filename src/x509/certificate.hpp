// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The contents of a certificate (RFC 5280) that decide whether a server is trusted. Parsing checks
// only the form; `check_chain` decides the rest.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>

#include "linnet/bytes.hpp"
#include "linnet/public_key.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

struct Certificate {
    // Views into the parsed bytes.
    Bytes der;
    Bytes signed_part;       // TBSCertificate, whole
    Bytes signature;         // of `signed_part`
    Bytes issuer;            // Name, whole
    Bytes subject;           // Name, whole
    Bytes alt_names;         // the content of GeneralNames
    Bytes common_name;       // characters of the last CN of the subject; empty if there is none
    Bytes name_constraints;  // the value of the extension
    Bytes policies;          // the content of certificatePolicies
    // subjectKeyIdentifier and the keyIdentifier of authorityKeyIdentifier; empty if absent or
    // malformed, because they only help to choose among issuers with the same name.
    Bytes subject_key_id;
    Bytes authority_key_id;

    PublicKey key;
    SignatureScheme scheme = SignatureScheme::unknown;
    int version = 1;
    std::int64_t not_before_s = 0;  // Unix time
    std::int64_t not_after_s = 0;
    // Numbers of CAs or certificates below this one; SIZE_MAX: no limit.
    std::size_t path_length = SIZE_MAX;              // pathLenConstraint
    std::size_t require_explicit_policy = SIZE_MAX;  // policyConstraints
    std::size_t inhibit_any_policy = SIZE_MAX;
    bool is_ca = false;
    bool allows_signing = true;     // keyUsage is absent, or has keyCertSign
    bool allows_handshakes = true;  // keyUsage is absent, or has digitalSignature
    bool allows_server = true;      // extendedKeyUsage is absent, or has serverAuth or any
    bool has_alt_names = false;
    bool has_name_constraints = false;
    bool has_policy_mappings = false;
    bool has_unknown_critical = false;  // a critical extension that is not supported
};

/// Returns the number of bits of a number without leading zeros.
inline std::size_t bits_of(Bytes number) {
    if (number.empty()) return 0;
    return (number.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(number[0]));
}

/// Parses all of `der`; returns nothing if it is not exactly one well-formed certificate.
std::optional<Certificate> parse_certificate(Bytes der);

/// Returns true if subject and issuer are the same name. Such CAs do not count for a path length,
/// and no name constraints apply to them (RFC 5280 6.1).
bool is_self_issued(const Certificate& certificate);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
