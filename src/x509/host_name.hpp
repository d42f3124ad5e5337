// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Whether a certificate is for a host, RFC 9525 (and RFC 6125 before it).
#pragma once

#include "x509/certificate.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The host of a URL: a name, or an IP address.
struct Host {
    std::string_view name;  // as in the URL; ASCII
    Bytes ip;               // 4 or 16 bytes if it is an IP literal, else empty
};

/// What counts when a certificate has no subject alternative names at all.
enum class CommonName : bool { is_ignored, counts };

/// A DNS name of the certificate, which may begin with "*.", matches a host name: ASCII case is
/// ignored; the wildcard is the whole leftmost label, stands for exactly one and never directly
/// above a top-level label; a final dot of the host means nothing; empty names match nothing.
bool dns_name_matches(std::string_view presented, std::string_view host);

/// IP addresses match only IP names, host names only DNS names.
bool is_for_host(const Certificate& certificate, const Host& host, CommonName common_name);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
