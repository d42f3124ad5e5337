// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "tls/certificate_checks.hpp"

#include "tls/failure_text.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

void put_dates(const Certificate& certificate, std::string_view what, std::int64_t unix_s,
               std::int64_t now_s, TlsFailure& why) {
    DetailWriter(why)
        .put_name(certificate.subject)
        .put(what)
        .put_time(unix_s)
        .put(", and it is now ")
        .put_time(now_s);
}

// Checks everything but the dates.
Cause cause_against(const Certificate& root, const RootUse& use) {
    const bool is_rsa = root.key == Certificate::Key::rsa;
    if (!root.is_ca) return Cause::tls_root_not_ca;
    if (!root.allows_signing) return Cause::tls_root_key_usage;
    if (root.has_unknown_critical) return Cause::tls_root_critical_extension;
    if (root.has_name_constraints) return Cause::tls_root_name_constraints;
    if (use.ca_count > root.path_length) return Cause::tls_root_path_length;
    if (is_rsa && root.key_bits < rsa_bits_min) return Cause::tls_root_key_weak;
    if (root.exponent_bits > exponent_bits_max) return Cause::tls_root_key_exponent;
    if (use.for_servers && !root.allows_server) return Cause::tls_root_purpose;
    return Cause::none;
}

void put_detail(const Certificate& root, const RootUse& use, TlsFailure& why) {
    DetailWriter detail(why);
    switch (why.cause) {
        case Cause::tls_root_key_usage:
            detail.put("the keyUsage of ").put_name(root.subject).put(" lacks keyCertSign");
            return;
        case Cause::tls_root_purpose:
            detail.put("the extendedKeyUsage of ").put_name(root.subject).put(" lacks serverAuth");
            return;
        case Cause::tls_root_path_length:
            detail.put_name(root.subject).put(" allows ").put_number(root.path_length);
            detail.put(" and the chain has ").put_number(use.ca_count);
            return;
        case Cause::tls_root_key_weak:
            detail.put("it belongs to ").put_name(root.subject);
            detail.put(" and has ").put_number(root.key_bits).put(" bits");
            return;
        default: detail.put("it is ").put_name(root.subject); return;
    }
}

}  // namespace

bool is_self_issued(const Certificate& certificate) {
    return text_of(certificate.subject) == text_of(certificate.issuer);
}

bool check_dates(const Certificate& certificate, std::int64_t now_s, Cause early, Cause late,
                 TlsFailure& why) {
    if (now_s < certificate.not_before_s) {
        why.cause = early;
        put_dates(certificate, " is valid from ", certificate.not_before_s, now_s, why);
        return false;
    }
    if (now_s > certificate.not_after_s) {
        why.cause = late;
        put_dates(certificate, " expired on ", certificate.not_after_s, now_s, why);
        return false;
    }
    return true;
}

bool check_root(const Certificate& root, const RootUse& use, TlsFailure& why) {
    why.cause = cause_against(root, use);
    if (why.cause != Cause::none) {
        put_detail(root, use, why);
        return false;
    }
    return !use.dates_count || check_dates(root, use.now_s, Cause::tls_root_not_yet_valid,
                                           Cause::tls_root_expired, why);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
