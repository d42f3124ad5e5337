// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What one certificate must fulfil on its own, whatever its place in the chain.
#pragma once

#include "linnet/tls_chain.hpp"
#include "x509/certificate.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

inline constexpr std::size_t rsa_bits_min = 2048;

/// Subject and issuer are the same name. Such CAs do not count for a path length (RFC 5280 6.1.4).
bool is_self_issued(const Certificate& certificate);

/// Whether `now_s` (Unix time) is within the dates. False: `why` has `early` or `late`, and the
/// dates.
bool check_dates(const Certificate& certificate, std::int64_t now_s, Cause early, Cause late,
                 TlsFailure& why);

/// What a root is to be trusted for.
struct RootUse {
    std::size_t ca_count = 0;  ///< CAs between the server's certificate and the root
    bool for_servers = true;   ///< extendedKeyUsage counts
    bool dates_count = false;  ///< for roots that the program gave; systems keep expired ones
    std::int64_t now_s = 0;
};

/// Whether a trusted root is a CA (a certificate of X.509 v1 cannot be), allows itself to be used
/// like that, and its key is strong and quick enough. RFC 5280 6.1 leaves a root's own extensions
/// out; people who limit a root expect them to count (RFC 5937). False: `why` has the cause, and
/// names the root.
bool check_root(const Certificate& root, const RootUse& use, TlsFailure& why);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
