// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Searches for a path from the server's certificate to a trusted root, RFC 4158. All issuers that
// have the right name are tried, the most promising first; what depends on the certificates below
// (path lengths, name constraints, policies) is checked on the way up, and signatures from the root
// down, each once.
#pragma once

#include <array>

#include "tls/certificate_checks.hpp"
#include "x509/name_constraints.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// A certificate that may be on a path.
struct PathNode {
    Certificate certificate;
    CertificateRole role = CertificateRole::issuer;
    Fault fault = Fault::none;  // why it may not issue others
    bool is_self_issued = false;
    bool is_valid_now = false;
};

/// The certificates of a path, the server's own first and the root last.
struct Path {
    std::array<const PathNode*, path_count_max> nodes{};
    std::size_t count = 0;

    std::span<const PathNode* const> all() const { return std::span(nodes).first(count); }
};

/// The failure to report: the one that came closest to a path.
struct PathFailure {
    /// In ascending order of closeness.
    enum class Kind : std::uint8_t {
        issuer_unknown,       // nothing has the name of the issuer
        other_issuer,         // what has that name may not issue, and has another key identifier
        root_has_not_signed,  // but has that name
        issuer_unusable,      // what has that name may not issue certificates
        path_too_long,
        signature_wrong,
        signature_unsupported,
        signature_weak,
        not_allowed,  // by the path length or the name constraints of an issuer
        policy,
    };
    Kind kind = Kind::issuer_unknown;
    std::size_t length = 0;  // of the path below the issuer; 0: nothing was tried yet
    const PathNode* subject = nullptr;
    const PathNode* issuer = nullptr;
    Fault fault = Fault::none;
};

/// Decides whether a path that stands is the one wanted.
class PathAcceptor {
 public:
    virtual bool accepts(const Path& path) = 0;

 protected:
    ~PathAcceptor() = default;
};

class PathSearch {
 public:
    static constexpr std::size_t node_count_max = chain_count_max + root_count_max;

    PathSearch(SignatureVerifier& verifier, PathAcceptor& acceptor)
        : verifier_(verifier), acceptor_(acceptor) {}

    /// Adds a certificate of the server, which must outlive the search; its own is the first. At
    /// most `chain_count_max`.
    void add_shown(const PathNode& node) { nodes_[shown_count_++] = &node; }
    /// Adds a trusted root, likewise. At most `root_count_max`.
    void add_root(const PathNode& node) { nodes_[chain_count_max + root_count_++] = &node; }

    /// Returns true if a path was found and accepted.
    bool run();

    const Path& path() const { return path_; }
    const PathFailure& failure() const { return failure_; }
    const ChainBudget& left() const { return left_; }
    /// Returns true if the search was ended by the budget.
    bool is_exhausted() const { return is_exhausted_; }

 private:
    using Mask = std::uint32_t;  // of nodes
    enum class Edge : std::uint8_t { unknown, good, bad };
    static_assert(node_count_max <= 32);

    const PathNode& node(std::size_t index) const { return *nodes_[index]; }
    const Certificate& certificate(std::size_t index) const { return nodes_[index]->certificate; }
    void number_identities();
    Mask issuers_of(std::size_t index);
    std::size_t take_best(std::size_t subject, Mask& mask) const;
    bool is_better(std::size_t subject, std::size_t a, std::size_t b) const;

    bool step();
    void push(std::size_t index);
    bool may_issue(std::size_t index);
    bool is_on_path(std::size_t index) const;
    std::size_t ca_count() const;
    Constrained allows_names(const PathNode& issuer);
    bool is_complete(std::size_t root);
    bool is_signed(std::size_t issuer, std::size_t subject);
    Edge verify(std::size_t issuer, std::size_t subject);
    bool take_signature(std::size_t cost);
    void note(PathFailure::Kind kind, std::size_t subject, const PathNode* issuer,
              Fault fault = Fault::none);
    void exhaust() { is_exhausted_ = true; }

    SignatureVerifier& verifier_;
    PathAcceptor& acceptor_;
    ChainBudget left_;
    bool is_exhausted_ = false;
    PathFailure failure_;

    // The shown certificates come first, the roots follow at `chain_count_max`.
    std::array<const PathNode*, node_count_max> nodes_{};
    std::size_t shown_count_ = 0;
    std::size_t root_count_ = 0;
    std::array<std::uint8_t, node_count_max> identity_{};  // the first with the same names and key
    std::array<Mask, chain_count_max> issuers_{};
    std::array<bool, chain_count_max> issuers_known_{};
    std::array<std::array<Edge, chain_count_max>, node_count_max> edges_{};

    // The path under trial; `candidates_` are the issuers of each that were not tried yet.
    std::array<std::size_t, path_count_max> stack_{};
    std::array<Mask, path_count_max> candidates_{};
    std::size_t depth_ = 0;
    Path path_;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
