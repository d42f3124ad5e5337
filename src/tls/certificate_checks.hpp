// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Checks of one certificate that do not depend on its position in the chain.
#pragma once

#include "linnet/tls_chain.hpp"
#include "x509/certificate.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

inline constexpr std::size_t rsa_bits_min = 2048;

/// Returns true if subject and issuer are the same name. Such CAs do not count for a path length
/// (RFC 5280 6.1.4).
bool is_self_issued(const Certificate& certificate);

/// Returns true if `now_s` (Unix time) is within the dates. Otherwise `why` has the cause `early`
/// or `late`, and the dates.
bool check_dates(const Certificate& certificate, std::int64_t now_s, Cause early, Cause late,
                 TlsFailure& why);

/// The purpose for which a root is to be trusted.
struct RootUse {
    std::size_t ca_count = 0;  ///< CAs between the server's certificate and the root
    bool for_servers = true;   ///< extendedKeyUsage counts
    bool dates_count = false;  ///< for roots provided by the program; systems keep expired ones
    std::int64_t now_s = 0;
};

/// Returns true if a trusted root is a CA (X.509 v1 certificates are not), its extensions allow
/// this use, and its key is strong enough and not too slow. RFC 5280 6.1 ignores a root's own
/// extensions; people who limit a root expect them to count (RFC 5937). Otherwise `why` has the
/// cause and the name of the root.
bool check_root(const Certificate& root, const RootUse& use, TlsFailure& why);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
