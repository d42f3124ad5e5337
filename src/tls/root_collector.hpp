// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Collects, in one pass over the trusted roots, those that have the name of an issuer in the
// server's chain.
#pragma once

#include <array>

#include "platform/roots.hpp"
#include "tls/path_search.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Makes a node of a certificate that may issue others.
PathNode make_issuer(const Certificate& certificate, CertificateRole role, const CheckRules& rules);

class RootCollector {
 public:
    RootCollector() = default;
    RootCollector(const RootCollector&) = delete;
    RootCollector& operator=(const RootCollector&) = delete;

    /// Looks for the issuer of `certificate`, too. At most `chain_count_max` times.
    void add_wanted(const Certificate& certificate);
    /// Reads the roots of the program, or of the system. Returns false if the system has none.
    bool collect(const TlsTrust& trust, const CheckRules& rules, Bytes leaf);

    void add_to(PathSearch& search) const;
    /// Returns the number of suitable roots for which there was no space.
    std::size_t left_out() const { return left_out_; }
    bool is_of_system() const { return is_of_system_; }
    /// Returns true if the server's own certificate is one of the roots.
    bool has_leaf() const { return has_leaf_; }

 private:
    // Which roots to prefer if there are too many.
    enum class Rank : std::uint8_t { unusable, other_key, unknown_key, same_key };
    struct Root {
        PathNode node;
        Rank rank = Rank::unusable;
    };
    struct Wanted {
        Bytes name;
        Bytes key_id;
    };
    class SystemVisitor;

    static constexpr std::size_t copies_size = 24 * 1024;

    void add(Bytes der, bool is_pinned, const CheckRules& rules);
    bool is_wanted(Bytes subject) const;
    Rank rank_of(const PathNode& node) const;
    Root* place_for(const PathNode& node, Rank rank);
    Bytes copy(Bytes der);

    std::array<Wanted, chain_count_max> wanted_;
    std::size_t wanted_count_ = 0;
    std::array<Root, root_count_max> roots_;
    std::size_t count_ = 0;
    std::size_t left_out_ = 0;
    bool is_of_system_ = false;
    bool has_leaf_ = false;
    // Roots of the system are copied.
    std::array<std::uint8_t, root_size_max> piece_;
    std::array<std::uint8_t, copies_size> copies_;
    std::size_t copied_ = 0;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
