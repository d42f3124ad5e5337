// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Checks of one certificate that do not depend on its position on a path.
#pragma once

#include "linnet/tls_chain.hpp"
#include "x509/certificate.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// What is wrong with a certificate, whatever its role.
enum class Fault : std::uint8_t {
    none,
    not_ca,
    key_usage,
    purpose,
    key_unsupported,
    key_weak,
    key_exponent,
    critical_extension,
    constraints_malformed,
    not_yet_valid,
    expired,
    // The two that depend on the certificates below it.
    path_length,
    names,
};

enum class CertificateRole : std::uint8_t { leaf, issuer, root };

Cause cause_of(Fault fault, CertificateRole role);

struct CheckRules {
    const SignatureVerifier& verifier;
    std::int64_t now_s;
    bool verify;  // dates and purpose count
};

/// Checks whether the TLS library can use the key, and within the time that is allowed: the server
/// signs the handshake with it, whether or not the certificate matters.
Fault check_usable(const PublicKey& key, const SignatureVerifier& verifier);

/// Checks the server's own certificate.
Fault check_leaf(const Certificate& leaf, const CheckRules& rules);

/// Checks a pinned server certificate, of which less is required: it is often made by hand.
Fault check_pinned_leaf(const Certificate& leaf, const CheckRules& rules);

/// Checks a CA. RFC 5280 6.1 ignores the extensions of a root; people who limit a root expect them
/// to count (RFC 5937). RFC 5280 does not define extendedKeyUsage in a CA; every TLS library treats
/// it as a limit on what the CA may issue, and CAs for e-mail alone rely on that.
Fault check_issuer(const Certificate& ca, CertificateRole role, const CheckRules& rules);

/// Returns what a check of a signature by this key costs, in checks with RSA of 2048 bits.
std::size_t signature_cost(const PublicKey& key);

/// Writes the detail of a fault of `certificate` to `why`, whose cause is set.
void put_fault(Fault fault, const Certificate& certificate, std::int64_t now_s, TlsFailure& why);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
