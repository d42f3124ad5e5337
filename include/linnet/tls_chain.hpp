// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Whether the certificates that a server shows are what the program trusts: everything but the
// signatures, which need a TLS library's arithmetic. The same for every engine.
#pragma once

#include "linnet/tls.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Bounds on what a server may show.
inline constexpr std::size_t chain_size_max = 64 * 1024;
inline constexpr std::size_t chain_count_max = 16;
/// Certificates on a path: the server's own, the intermediate ones and the root.
inline constexpr std::size_t path_count_max = 8;
/// Public exponents of RSA keys are below 2 to the power of this: verifying a signature takes time
/// in proportion to the bits.
inline constexpr std::size_t exponent_bits_max = 32;
/// At most so many roots of one name are tried.
inline constexpr std::size_t root_count_max = 8;
/// What `judge_chain` needs to hold the system's roots.
inline constexpr std::size_t root_buffer_size = 24 * 1024;

/// What is left to verify. Views live as long as the chain, the room and the trust that were given.
struct ChainResult {
    /// From the server's own certificate on, each signed by the next.
    std::array<Bytes, path_count_max - 1> path;
    std::size_t path_count = 0;
    /// Roots of the name that has signed the last of the path; one of them must have. None: the
    /// certificate is trusted as it is, and no signature in the chain matters.
    std::array<Bytes, root_count_max> roots;
    std::size_t root_count = 0;
    /// Why another root of that name is not among `roots`: what to report if none of those has
    /// signed the path, unless its cause is `Cause::none`.
    TlsFailure refused_root;
    /// A moment, in Unix time, at which the path shall be valid. Not now when dates do not count:
    /// then one at which all of it was, as far as there is one.
    std::int64_t unix_s = 0;
};

/// Sorts what the server has shown (`chain`, DER, its own first) into a path to a trusted root, and
/// checks dates, host name, key usage for servers, strength and pins. No signature is verified
/// before it returns true, so that the bounds above limit what a server can make that cost. `room`
/// is borrowed for roots of the system, `root_buffer_size` bytes. False: `why` has cause and
/// detail.
bool check_chain(const TlsRequest& request, std::span<const Bytes> chain, MutableBytes buffer,
                 ChainResult& result, TlsFailure& why);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
