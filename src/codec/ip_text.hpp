// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// IP addresses to and from text: RFC 4291 2.2, RFC 5952. No operating system is asked.
#pragma once

#include "base/text_writer.hpp"
#include "linnet/platform.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Reads `text` as an IPv4 or IPv6 address, without brackets, port or zone; the port becomes 0.
/// Returns false if it is neither. Octets of IPv4 are decimal, without leading zeros.
bool parse_ip_literal(std::string_view text, SocketAddress& address);

/// Size of the longest text of an IP address, with a NUL.
inline constexpr std::size_t ip_text_size_max = 46;
/// Writes the IP address in its canonical form, without the port.
void put_ip(TextWriter& out, const SocketAddress& address);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
