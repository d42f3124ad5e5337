// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Matches certificates with hosts, RFC 9525 (and RFC 6125 before it).
#pragma once

#include "x509/certificate.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The host of a URL: a name, or an IP address.
struct Host {
    std::string_view name;  // as in the URL; ASCII
    Bytes ip;               // 4 or 16 bytes if it is an IP literal, else empty
};

/// Whether a common name counts when a certificate has no subject alternative names.
enum class CommonName : bool { is_ignored, counts };

/// Matches a DNS name of the certificate, which may begin with "*.", with a host name. ASCII case
/// is ignored; the wildcard is the whole leftmost label, matches exactly one label, and may not
/// directly precede a top-level label; a final dot of the host is ignored; empty names match
/// nothing.
bool dns_name_matches(std::string_view presented, std::string_view host);

/// Matches IP addresses only with IP names, and host names only with DNS names.
bool is_for_host(const Certificate& certificate, const Host& host, CommonName common_name);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
