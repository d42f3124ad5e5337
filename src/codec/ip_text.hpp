// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Converts between IP addresses and text (RFC 4291 2.2, RFC 5952) without the operating system.
#pragma once

#include "base/text_writer.hpp"
#include "linnet/platform.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Reads `text` as an IPv4 or IPv6 address without brackets, port or zone, and sets the port to 0.
/// Returns false if it is neither. IPv4 octets are decimal, without leading zeros.
bool parse_ip_literal(std::string_view text, SocketAddress& address);

/// Size of the longest text of an IP address, including a NUL.
inline constexpr std::size_t ip_text_size_max = 46;
/// Writes the IP address in its canonical form, without the port.
void put_ip(TextWriter& out, const SocketAddress& address);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
