// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "tls/chain_failure.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

using Closeness = PathFailure::Kind;

Cause cause_of(const PathFailure& failure) {
    switch (failure.kind) {
        case Closeness::other_issuer:
        case Closeness::issuer_unusable:
        case Closeness::not_allowed: return cause_of(failure.fault, failure.issuer->role);
        case Closeness::path_too_long: return Cause::tls_path_too_long;
        case Closeness::signature_wrong: return Cause::tls_signature_wrong;
        case Closeness::signature_unsupported: return Cause::tls_signature_unsupported;
        case Closeness::signature_weak: return Cause::tls_signature_weak;
        case Closeness::policy: return Cause::tls_policy;
        case Closeness::root_has_not_signed:  // it may be another one of that name
        case Closeness::issuer_unknown: break;
    }
    return Cause::tls_issuer_unknown;
}

void put_unknown_issuer(const PathFailure& failure, const ChainFailure& context,
                        DetailWriter& detail) {
    const Certificate& last = failure.subject->certificate;
    detail.put_name(last.subject).put(" is signed by ");
    if (is_self_issued(last)) {
        detail.put("itself");
    } else {
        detail.put_name(last.issuer);
        detail.put(", which the server did not send and which is not trusted");
    }
    if (context.malformed == 0) return;
    detail.put("; certificate number ").put_number(context.malformed);
    detail.put(" of the server is malformed");
}

void put_not_allowed(const PathFailure& failure, DetailWriter& detail) {
    const Certificate& issuer = failure.issuer->certificate;
    if (failure.fault == Fault::path_length) {
        detail.put_name(issuer.subject).put(" allows ").put_number(issuer.path_length);
        detail.put(" CAs below it and has more");
        return;
    }
    detail.put("those of ").put_name(issuer.subject).put(" do not permit the names of ");
    detail.put_name(failure.subject->certificate.subject);
}

void put_signature(const PathFailure& failure, DetailWriter& detail) {
    const Certificate& issuer = failure.issuer->certificate;
    if (failure.kind == Closeness::root_has_not_signed) {
        detail.put("the trusted root ").put_name(issuer.subject).put(" has not signed ");
        detail.put_name(failure.subject->certificate.subject);
        return;
    }
    detail.put("it is that of ").put_name(issuer.subject).put(" on ");
    detail.put_name(failure.subject->certificate.subject);
    const SignatureScheme scheme = failure.subject->certificate.scheme;
    if (failure.kind == Closeness::signature_unsupported && scheme != SignatureScheme::unknown) {
        detail.put("; linnet-openssl supports it");
    }
}

void put_detail(const PathFailure& failure, const ChainFailure& context, TlsFailure& why) {
    if (failure.kind == Closeness::issuer_unusable || failure.kind == Closeness::other_issuer) {
        return put_fault(failure.fault, failure.issuer->certificate, context.rules.now_s, why);
    }
    DetailWriter detail(why);
    switch (failure.kind) {
        case Closeness::not_allowed: return put_not_allowed(failure, detail);
        case Closeness::path_too_long:
            detail.put_name(failure.subject->certificate.subject).put(" is certificate number ");
            detail.put_number(failure.length).put(" and is not signed by a trusted root");
            return;
        case Closeness::root_has_not_signed:
        case Closeness::signature_wrong:
        case Closeness::signature_unsupported:
        case Closeness::signature_weak: return put_signature(failure, detail);
        case Closeness::policy:
            detail.put("the path ends at ").put_name(failure.issuer->certificate.subject);
            return;
        default: return put_unknown_issuer(failure, context, detail);
    }
}

// Appends what else is wrong, so that it is not found only after the first failure was mended.
void put_besides(const ChainFailure& context, TlsFailure& why) {
    const bool is_over = context.rules.verify && context.rules.now_s > context.leaf.not_after_s;
    const bool is_cut_off =
        context.search.is_exhausted() && why.cause != Cause::tls_chain_too_complex;
    if (!is_over && !is_cut_off && context.roots_left_out == 0) return;
    DetailWriter detail(why, why.detail_size);
    if (is_cut_off) detail.put("; other paths were not tried: the budget for signatures is spent");
    if (is_over) {
        detail.put("; besides, the server's certificate expired on ");
        detail.put_time(context.leaf.not_after_s);
    }
    if (context.roots_left_out == 0) return;
    detail.put("; ").put_number(context.roots_left_out);
    detail.put(" more trusted roots have names of its issuers and were not tried");
}

}  // namespace

void put_chain_failure(const ChainFailure& failure, TlsFailure& why) {
    const PathFailure& closest = failure.search.failure();
    if (failure.search.is_exhausted() && closest.kind < Closeness::root_has_not_signed) {
        why.cause = Cause::tls_chain_too_complex;
    } else {
        why.cause = cause_of(closest);
        put_detail(closest, failure, why);
    }
    const bool is_leaf_told =
        closest.kind == Closeness::issuer_unusable && why.cause == Cause::tls_certificate_expired;
    if (!is_leaf_told) put_besides(failure, why);
}

void put_pin_mismatch(Bytes expected, Bytes seen, std::string_view what, std::size_t more,
                      TlsFailure& why) {
    why.cause = Cause::tls_pin_mismatch;
    DetailWriter detail(why);
    detail.put("the SHA-256 of its ").put(what).put(" is ").put_hex(seen);
    detail.put(" instead of ").put_hex(expected);
    if (more > 0) detail.put(" or ").put_number(more).put(" more");
}

void put_host_mismatch(const Certificate& leaf, TlsFailure& why) {
    why.cause = Cause::tls_host_mismatch;
    DetailWriter detail(why);
    detail.put("it is for ");
    std::size_t omitted = 0;
    std::string_view comma;
    Bytes names = leaf.alt_names;
    for (AltName name; take_alt_name(names, name);) {
        if (name.kind == AltName::Kind::other) continue;
        constexpr std::size_t kept = 64;  // for the text that follows
        if (omitted > 0 || detail.space() < name.value.size() + kept) {
            ++omitted;
            continue;
        }
        detail.put(comma);
        comma = ", ";
        if (name.kind == AltName::Kind::ip) {
            detail.put_ip(name.value);
        } else {
            detail.put_harmless(text_of(name.value));
        }
    }
    if (omitted > 0) detail.put(" and ").put_number(omitted).put(" more");
    if (!comma.empty() || omitted > 0) return;
    detail.put_name(leaf.subject);
    if (!leaf.has_alt_names) {
        detail.put(" and has no subject alternative name, without which a host is not matched");
    } else {
        detail.put(", whose subject alternative names are neither DNS names nor IP addresses");
    }
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
