// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "tls/bearssl/cause.hpp"

#include "tls/bearssl/bearssl.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

Cause cause_of_x509(unsigned error) {
    switch (error) {
        case BR_ERR_X509_EMPTY_CHAIN: return Cause::tls_certificate_missing;
        case BR_ERR_X509_UNSUPPORTED: return Cause::tls_signature_unsupported;
        case BR_ERR_X509_LIMIT_EXCEEDED:
        case BR_ERR_X509_WRONG_KEY_TYPE: return Cause::tls_key_unsupported;
        case BR_ERR_X509_BAD_SIGNATURE: return Cause::tls_signature_wrong;
        case BR_ERR_X509_TIME_UNKNOWN: return Cause::tls_no_time;
        case BR_ERR_X509_EXPIRED: return Cause::tls_certificate_expired;
        case BR_ERR_X509_DN_MISMATCH:
        case BR_ERR_X509_NOT_TRUSTED: return Cause::tls_issuer_unknown;
        case BR_ERR_X509_BAD_SERVER_NAME: return Cause::tls_host_mismatch;
        case BR_ERR_X509_CRITICAL_EXTENSION: return Cause::tls_critical_extension;
        case BR_ERR_X509_NOT_CA: return Cause::tls_issuer_not_ca;
        case BR_ERR_X509_FORBIDDEN_KEY_USAGE: return Cause::tls_purpose;
        case BR_ERR_X509_WEAK_PUBLIC_KEY: return Cause::tls_key_weak;
        default: return Cause::tls_certificate_malformed;
    }
}

}  // namespace

Cause cause_of_bearssl(unsigned error) {
    switch (error) {
        case BR_ERR_BAD_STATE:
        case BR_ERR_IO: return Cause::tls_internal;
        case BR_ERR_UNSUPPORTED_VERSION: return Cause::tls_only_old;
        case BR_ERR_BAD_LENGTH:
        case BR_ERR_TOO_LARGE:
        case BR_ERR_BAD_MAC: return Cause::tls_bad_record;
        case BR_ERR_NO_RANDOM: return Cause::no_entropy;
        case BR_ERR_BAD_SIGNATURE: return Cause::tls_signature_wrong;
        case BR_ERR_WRONG_KEY_USAGE: return Cause::tls_purpose;
        case BR_ERR_INVALID_ALGORITHM: return Cause::tls_nothing_in_common;
        default: break;  // includes BR_ERR_BAD_PARAM: a wrong length in a message of the server
    }
    const bool is_x509 = error >= BR_ERR_X509_OK && error <= BR_ERR_X509_NOT_TRUSTED;
    return is_x509 ? cause_of_x509(error) : Cause::tls_protocol_error;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
