// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "tls/bearssl/cause.hpp"

#include "tls/bearssl/bearssl.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

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
        // Includes BR_ERR_BAD_PARAM: a wrong length in a message of the server.
        default: return Cause::tls_protocol_error;
    }
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
