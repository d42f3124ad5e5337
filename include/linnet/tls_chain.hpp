// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Checks whether the certificates of a server are trusted. For authors of a `TlsEngine`: the check
// is the same for every TLS library, which only verifies single signatures. (An engine whose
// library makes this decision itself need not use it.)
#pragma once

#include "linnet/public_key.hpp"
#include "linnet/tls.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Maximum total size of a server's certificates, in bytes.
inline constexpr std::size_t chain_size_max = 64 * 1024;
/// Maximum number of certificates that a server may present.
inline constexpr std::size_t chain_count_max = 16;
/// Maximum length of a path: the server's certificate, six CAs and the root.
inline constexpr std::size_t path_count_max = 8;
/// Maximum size of an RSA public exponent, in bits. The time to verify a signature is proportional
/// to it.
inline constexpr std::size_t exponent_bits_max = 32;
/// Maximum number of roots that are tried, and of those with the same name. If there are more,
/// those are preferred whose key identifier the chain names.
inline constexpr std::size_t root_count_max = 16;
inline constexpr std::size_t root_count_per_name_max = 8;

/// Maximum size of the block that `check_chain` allocates, in bytes.
inline constexpr std::size_t chain_memory_max = 48 * 1024;

/// The work that one call of `check_chain` may cause at most, whatever the server sends. The time
/// of a signature is counted in units of one by RSA with 2048 bits: 3 for 3072 bits, 4 for 4096
/// bits and P-256, 16 for P-384, 40 for P-521, 2 for Ed25519.
struct ChainBudget {
    std::size_t candidates = 512;  ///< certificates tried as the issuer of another
    std::size_t signatures = 16;
    std::size_t signature_cost = 160;
    std::size_t wrong_signatures = 8;
    std::size_t wrong_signature_cost = 32;
    /// Of a name with one name constraint. Long names, and directory names, count several times.
    std::size_t name_comparisons = 250'000;
};

/// Verifies signatures with a TLS library.
///
/// Example:
///
///     class Verifier final : public linnet::SignatureVerifier {
///         bool supports(linnet::SignatureScheme scheme) const override {
///             return scheme == linnet::SignatureScheme::ecdsa_sha256;
///         }
///         bool is_signed(const linnet::PublicKey& key, linnet::SignatureScheme,
///                        linnet::Bytes message, linnet::Bytes signature) override {
///             return key.bits == 256 && verify_p256(key.point, message, signature);
///         }
///     } verifier;
///     linnet::TlsRequest request;
///     linnet::Bytes chain[1];  // as the server sent it, in DER
///     linnet::ChainResult result;
///     linnet::TlsFailure why;
///     if (!linnet::check_chain(request, chain, verifier, result, why)) return print(why.detail());
///     // then verify with `result.key` that the server has signed the handshake
class SignatureVerifier {
 public:
    /// Returns true if the library can verify such signatures, and can use keys that make them.
    virtual bool supports(SignatureScheme scheme) const = 0;
    /// Returns true if `signature` is that of `message` by `key`. `scheme` is supported and fits
    /// the key, whose size is within the limits. An ECDSA signature is well-formed DER (RFC 3279
    /// 2.2.3). One of RSA with PKCS #1 must be compared whole, with its NULL (RFC 8017 9.2).
    virtual bool is_signed(const PublicKey& key, SignatureScheme scheme, Bytes message,
                           Bytes signature) = 0;

 protected:
    ~SignatureVerifier() = default;
};

/// Why a server is trusted. Views are valid as long as the chain and the trust that were passed to
/// `check_chain`.
struct ChainResult {
    /// The certificates in DER from the server's own on, each signed by the next, without the root.
    std::array<Bytes, path_count_max - 1> path;
    std::size_t path_count = 0;
    /// The trusted root that has signed the last of them. Empty if the server's certificate itself
    /// is trusted, and if the root is one of the system.
    Bytes root;
    PublicKey key;                   ///< of the server
    std::int64_t valid_until_s = 0;  ///< when the first certificate of the path expires; Unix time
    ChainBudget left;                ///< what was not used; set on failure, too
};

/// Looks for a path from the server's certificate to a trusted root on which every signature is
/// right and which satisfies RFC 5280 6 (dates, usage, path lengths, name constraints, policies),
/// the pins and the limits above; then checks the server's certificate and its host name (RFC
/// 9525). `chain` has the certificates as the server sent them, in DER, its own first, the others
/// in any order.
///
/// Signatures are verified from the root on: a server cannot cause more than the few that trusted
/// keys vouch for. Allocates one block from `request.memory` during the call. Returns false, with
/// cause and detail in `why`, if the server is not trusted.
bool check_chain(const TlsRequest& request, std::span<const Bytes> chain,
                 SignatureVerifier& verifier, ChainResult& result, TlsFailure& why);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
