// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "x509/ecdsa_signature.hpp"

#include "x509/der.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

bool is_ecdsa_signature(Bytes signature) {
    Bytes numbers, r, s;
    return take_content(signature, der::sequence, numbers) && signature.empty() &&
           take_positive(numbers, r) && take_positive(numbers, s) && numbers.empty();
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
