// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Cause and detail of the failures of `check_chain`.
#pragma once

#include "tls/failure_text.hpp"
#include "tls/path_search.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

struct ChainFailure {
    const PathSearch& search;    // without success
    std::size_t malformed;       // the number of a malformed certificate, 0: none
    std::size_t roots_left_out;  // for lack of space
    const Certificate& leaf;
    const CheckRules& rules;
};

/// Writes why no path was found.
void put_chain_failure(const ChainFailure& failure, TlsFailure& why);

/// Writes that neither `expected` nor one of `more` others is the digest of `what`.
void put_pin_mismatch(Bytes expected, Bytes seen, std::string_view what, std::size_t more,
                      TlsFailure& why);

/// Writes for which hosts the certificate is.
void put_host_mismatch(const Certificate& leaf, TlsFailure& why);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
