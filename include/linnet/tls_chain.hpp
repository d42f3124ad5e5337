// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Checks whether the certificates of a server are trusted. The check is the same for every TLS
// engine, and covers everything except signatures, which the TLS library verifies. For authors of a
// `TlsEngine`.
//
// Example:
//
//     linnet::TlsRequest request;
//     linnet::Bytes chain[1];  // as the server sent it, in DER
//     std::vector<std::uint8_t> buffer(linnet::root_buffer_size);
//     linnet::ChainResult result;
//     linnet::TlsFailure why;
//     if (!linnet::check_chain(request, chain, buffer, result, why)) return print(why.detail());
//     for (std::size_t i = 0; i + 1 < result.path_count; ++i) {
//         // verify that result.path[i] is signed by the key of result.path[i + 1]
//     }
//     // then that a root of result.roots has signed the last one, if there are any
#pragma once

#include "linnet/tls.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Maximum total size of a server's certificates, in bytes.
inline constexpr std::size_t chain_size_max = 64 * 1024;
/// Maximum number of certificates that a server may present.
inline constexpr std::size_t chain_count_max = 16;
/// Maximum length of a path: the server's certificate, the intermediate ones and the root.
inline constexpr std::size_t path_count_max = 8;
/// Maximum size of an RSA public exponent, in bits. The time to verify a signature is proportional
/// to it.
inline constexpr std::size_t exponent_bits_max = 32;
/// Maximum number of roots with the same name that are tried.
inline constexpr std::size_t root_count_max = 8;
/// Size of the buffer that `check_chain` needs for roots of the system, in bytes.
inline constexpr std::size_t root_buffer_size = 24 * 1024;

/// The signatures that remain to be verified. Views are valid as long as the chain, the buffer and
/// the trust that were passed to `check_chain`.
struct ChainResult {
    /// Certificates in DER from the server's own on, each signed by the next.
    std::array<Bytes, path_count_max - 1> path;
    std::size_t path_count = 0;
    /// Roots with the name of the issuer of the last certificate of the path; one of them must have
    /// signed it. If there are none, the certificate itself is trusted, and no signature matters.
    std::array<Bytes, root_count_max> roots;
    std::size_t root_count = 0;
    /// Why another root of that name is not in `roots`. Report it if no root in `roots` has signed
    /// the path, unless its cause is `Cause::none`.
    TlsFailure refused_root;
    /// The Unix time at which to verify the path. It is the current time if dates are checked;
    /// otherwise a time at which the whole path was valid, if one exists.
    std::int64_t unix_s = 0;
};

/// Finds a path from the server's certificate to a trusted root (RFC 5280 6) and checks dates, host
/// name, usage for servers, key strength and pins. `chain` has the certificates as the server sent
/// them, in DER, its own first. `buffer` has `root_buffer_size` bytes and is borrowed for roots of
/// the system.
///
/// Returns false, with cause and detail in `why`, if the server is not trusted. Do not verify
/// signatures before it has returned true: the bounds above limit how long that takes.
bool check_chain(const TlsRequest& request, std::span<const Bytes> chain, MutableBytes buffer,
                 ChainResult& result, TlsFailure& why);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
