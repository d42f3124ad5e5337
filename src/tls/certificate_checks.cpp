// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "tls/certificate_checks.hpp"

#include "tls/failure_text.hpp"
#include "x509/name_constraints.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

using KeyKind = PublicKey::Kind;

constexpr std::size_t rsa_bits_min = 2048;
constexpr std::size_t rsa_bits_max = 4096;

bool is_rsa(const PublicKey& key) {
    return key.kind == KeyKind::rsa || key.kind == KeyKind::rsa_pss;
}

// A scheme that a library supports if it supports keys of this kind.
SignatureScheme scheme_for(KeyKind kind) {
    switch (kind) {
        case KeyKind::rsa: return SignatureScheme::rsa_pkcs1_sha256;
        case KeyKind::rsa_pss: return SignatureScheme::rsa_pss_sha256;
        case KeyKind::ec: return SignatureScheme::ecdsa_sha256;
        case KeyKind::ed25519: return SignatureScheme::ed25519;
        case KeyKind::other: break;
    }
    return SignatureScheme::unknown;
}

Fault check_strength(const PublicKey& key) {
    return is_rsa(key) && key.bits < rsa_bits_min ? Fault::key_weak : Fault::none;
}

// A certificate that ends before it begins is expired.
Fault check_dates(const Certificate& certificate, const CheckRules& rules) {
    if (!rules.verify) return Fault::none;
    const bool is_reversed = certificate.not_after_s < certificate.not_before_s;
    if (rules.now_s < certificate.not_before_s && !is_reversed) return Fault::not_yet_valid;
    return is_reversed || rules.now_s > certificate.not_after_s ? Fault::expired : Fault::none;
}

Fault first_of(std::initializer_list<Fault> faults) {
    for (const Fault fault : faults) {
        if (fault != Fault::none) return fault;
    }
    return Fault::none;
}

// A root of version 1 has no extensions that could say so.
bool is_ca(const Certificate& certificate, CertificateRole role) {
    if (certificate.version == 3) return certificate.is_ca;
    return role == CertificateRole::root && certificate.version == 1;
}

void put_dates(const Certificate& certificate, std::string_view what, std::int64_t unix_s,
               std::int64_t now_s, DetailWriter& detail) {
    detail.put_name(certificate.subject).put(what).put_time(unix_s);
    detail.put(", and it is now ").put_time(now_s);
}

void put_key(Fault fault, const Certificate& certificate, DetailWriter& detail) {
    const PublicKey& key = certificate.key;
    detail.put("it belongs to ").put_name(certificate.subject);
    if (fault == Fault::key_exponent) return;
    if (key.bits > 0) detail.put(" and has ").put_number(key.bits).put(" bits");
    if (fault != Fault::key_unsupported) return;
    if (key.kind == KeyKind::ed25519) detail.put("; it is Ed25519, which linnet-openssl supports");
    if (key.kind == KeyKind::rsa_pss && key.bits <= rsa_bits_max) {
        detail.put("; it is RSASSA-PSS, which linnet-openssl supports");
    }
}

struct Causes {
    Fault fault;
    Cause leaf, issuer, root;
};

constexpr Causes causes[] = {
    {Fault::not_ca, Cause::tls_issuer_not_ca, Cause::tls_issuer_not_ca, Cause::tls_root_not_ca},
    {Fault::key_usage, Cause::tls_purpose, Cause::tls_issuer_not_ca, Cause::tls_root_key_usage},
    {Fault::purpose, Cause::tls_purpose, Cause::tls_issuer_purpose, Cause::tls_root_purpose},
    {Fault::key_unsupported, Cause::tls_key_unsupported, Cause::tls_key_unsupported,
     Cause::tls_root_key_unsupported},
    {Fault::key_weak, Cause::tls_key_weak, Cause::tls_key_weak, Cause::tls_root_key_weak},
    {Fault::key_exponent, Cause::tls_key_exponent, Cause::tls_key_exponent,
     Cause::tls_root_key_exponent},
    {Fault::critical_extension, Cause::tls_critical_extension, Cause::tls_critical_extension,
     Cause::tls_root_critical_extension},
    {Fault::constraints_malformed, Cause::tls_name_constraints, Cause::tls_name_constraints,
     Cause::tls_root_name_constraints},
    {Fault::not_yet_valid, Cause::tls_certificate_not_yet_valid,
     Cause::tls_certificate_not_yet_valid, Cause::tls_root_not_yet_valid},
    {Fault::expired, Cause::tls_certificate_expired, Cause::tls_certificate_expired,
     Cause::tls_root_expired},
    {Fault::path_length, Cause::tls_issuer_not_ca, Cause::tls_issuer_not_ca,
     Cause::tls_root_path_length},
    {Fault::names, Cause::tls_name_constraints, Cause::tls_name_constraints,
     Cause::tls_root_name_constraints},
};

}  // namespace

Cause cause_of(Fault fault, CertificateRole role) {
    for (const Causes& each : causes) {
        if (each.fault != fault) continue;
        return role == CertificateRole::leaf     ? each.leaf
               : role == CertificateRole::issuer ? each.issuer
                                                 : each.root;
    }
    return Cause::none;
}

Fault check_usable(const PublicKey& key, const SignatureVerifier& verifier) {
    if (!verifier.supports(scheme_for(key.kind))) return Fault::key_unsupported;
    if (!is_rsa(key)) return Fault::none;
    if (key.bits > rsa_bits_max) return Fault::key_unsupported;
    const bool is_good = !key.exponent.empty() && (key.exponent.back() & 1) != 0 &&
                         bits_of(key.exponent) >= 2 && bits_of(key.exponent) <= exponent_bits_max;
    return is_good ? Fault::none : Fault::key_exponent;
}

Fault check_pinned_leaf(const Certificate& leaf, const CheckRules& rules) {
    const Fault critical = leaf.has_unknown_critical ? Fault::critical_extension : Fault::none;
    return rules.verify ? first_of({check_strength(leaf.key), critical, check_dates(leaf, rules)})
                        : Fault::none;
}

// All cipher suites need a signature by the server.
Fault check_leaf(const Certificate& leaf, const CheckRules& rules) {
    const Fault critical = leaf.has_unknown_critical ? Fault::critical_extension : Fault::none;
    const Fault purpose = leaf.allows_server ? Fault::none : Fault::purpose;
    const Fault usage = leaf.allows_handshakes ? Fault::none : Fault::key_usage;
    const Fault sound = first_of({check_strength(leaf.key), critical});
    if (!rules.verify) return sound;
    return first_of({sound, check_dates(leaf, rules), purpose, usage});
}

Fault check_issuer(const Certificate& ca, CertificateRole role, const CheckRules& rules) {
    if (!is_ca(ca, role)) return Fault::not_ca;
    if (!ca.allows_signing) return Fault::key_usage;
    const Fault key = first_of({check_usable(ca.key, rules.verifier), check_strength(ca.key)});
    if (key != Fault::none) return key;
    if (ca.has_unknown_critical) return Fault::critical_extension;
    const bool is_readable =
        !ca.has_name_constraints || parse_name_constraints(ca.name_constraints).has_value();
    if (!is_readable) return Fault::constraints_malformed;
    if (rules.verify && !ca.allows_server) return Fault::purpose;
    return check_dates(ca, rules);
}

std::size_t signature_cost(const PublicKey& key) {
    switch (key.kind) {
        case KeyKind::ec: return key.bits <= 256 ? 4 : key.bits <= 384 ? 16 : 40;
        case KeyKind::ed25519: return 2;
        default: return key.bits <= 2048 ? 1 : key.bits <= 3072 ? 3 : 4;
    }
}

void put_fault(Fault fault, const Certificate& certificate, std::int64_t now_s, TlsFailure& why) {
    const bool is_for_servers = why.cause == Cause::tls_purpose;
    DetailWriter detail(why);
    switch (fault) {
        case Fault::key_usage:
            detail.put("the keyUsage of ").put_name(certificate.subject).put(" lacks ");
            detail.put(is_for_servers ? "digitalSignature" : "keyCertSign");
            return;
        case Fault::purpose:
            detail.put("the extendedKeyUsage of ").put_name(certificate.subject);
            detail.put(" lacks serverAuth");
            return;
        case Fault::constraints_malformed:
            detail.put("those of ").put_name(certificate.subject).put(" are malformed");
            return;
        case Fault::expired:
            if (certificate.not_after_s < certificate.not_before_s) {
                detail.put_name(certificate.subject).put(" ends before it begins");
                return;
            }
            return put_dates(certificate, " expired on ", certificate.not_after_s, now_s, detail);
        case Fault::not_yet_valid:
            return put_dates(certificate, " is valid from ", certificate.not_before_s, now_s,
                             detail);
        case Fault::key_unsupported:
        case Fault::key_weak:
        case Fault::key_exponent: return put_key(fault, certificate, detail);
        default: detail.put("it is ").put_name(certificate.subject); return;
    }
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
