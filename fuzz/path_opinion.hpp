// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A second implementation of RFC 5280 6.1 for one path, without signatures: every rule is applied
// to the whole path, one after the other, without budgets.
#pragma once

#include <algorithm>

#include "linnet/tls_chain.hpp"
#include "name_opinion.hpp"
#include "x509/certificate.hpp"

namespace linnet::fuzz {

/// The server's certificate first, the root last.
using PathOfCertificates = std::vector<Certificate>;

inline bool is_same_name(Bytes a, Bytes b) {
    return read_name(a) == read_name(b);
}

inline bool is_issued_by_itself(const Certificate& certificate) {
    return is_same_name(certificate.subject, certificate.issuer);
}

inline bool has_linked_names(const PathOfCertificates& path) {
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        if (read_name(path[i].issuer)->empty()) return false;
        if (!is_same_name(path[i].issuer, path[i + 1].subject)) return false;
    }
    return true;
}

inline bool satisfies_path_lengths(const PathOfCertificates& path) {
    for (std::size_t i = 1; i < path.size(); ++i) {
        const auto counted = std::count_if(
            path.begin() + 1, path.begin() + static_cast<std::ptrdiff_t>(i),
            [](const Certificate& certificate) { return !is_issued_by_itself(certificate); });
        if (static_cast<std::size_t>(counted) > path[i].path_length) return false;
    }
    return true;
}

inline bool satisfies_name_constraints(const PathOfCertificates& path) {
    for (std::size_t i = 1; i < path.size(); ++i) {
        if (!path[i].has_name_constraints) continue;
        const auto constraints = ConstraintsOpinion::read(path[i].name_constraints);
        if (!constraints) return false;
        for (std::size_t below = 0; below < i; ++below) {
            const Certificate& certificate = path[below];
            if (below > 0 && is_issued_by_itself(certificate)) continue;
            if (!constraints->allow(certificate.subject, certificate.alt_names,
                                    certificate.has_alt_names)) {
                return false;
            }
        }
    }
    return true;
}

// Not a std::set: the memory sanitizer does not track writes by its precompiled parts in libstdc++.
using Policies = std::vector<std::string>;

inline bool has_policy(const Policies& policies, const std::string& policy) {
    return std::find(policies.begin(), policies.end(), policy) != policies.end();
}

inline Policies policies_of(const Certificate& certificate) {
    Policies policies;
    DerItem policy, id;
    for (Bytes rest = certificate.policies; take_item(rest, policy);) {
        Bytes content = policy.content;
        take_item(content, id);
        policies.emplace_back(text_of(id.whole));
    }
    return policies;
}

/// The state of RFC 5280 6.1.2. Without mappings, each level of the tree is a set. The limits of
/// the root count, too.
inline bool satisfies_policies_slowly(const PathOfCertificates& path) {
    const std::string any_policy("\x06\x04\x55\x1D\x20\x00", 6);
    const std::size_t n = path.size() - 1;
    std::size_t explicit_policy = std::min(n + 1, path[n].require_explicit_policy);
    std::size_t inhibit_any = std::min(n + 1, path[n].inhibit_any_policy);
    Policies level = {any_policy};
    bool has_mappings = false;
    for (std::size_t i = n; i-- > 0;) {
        const Certificate& certificate = path[i];
        const bool is_leaf = i == 0;
        const bool is_exempt = !is_leaf && is_issued_by_itself(certificate);
        const Policies own = policies_of(certificate);
        Policies next;
        for (const std::string& policy : own) {
            const bool is_known = has_policy(level, policy) || has_policy(level, any_policy);
            if (policy != any_policy && is_known) next.push_back(policy);
        }
        if (has_policy(own, any_policy) && (inhibit_any > 0 || is_exempt)) {
            next.insert(next.end(), level.begin(), level.end());
        }
        level = next;
        has_mappings = has_mappings || certificate.has_policy_mappings;
        if (!is_exempt && explicit_policy > 0) --explicit_policy;
        if (!is_exempt && inhibit_any > 0) --inhibit_any;
        if (!is_leaf || certificate.require_explicit_policy == 0) {
            explicit_policy = std::min(explicit_policy, certificate.require_explicit_policy);
        }
        inhibit_any = std::min(inhibit_any, certificate.inhibit_any_policy);
    }
    return explicit_policy > 0 || (!level.empty() && !has_mappings);
}

/// Everything that depends on the position of certificates on the path.
inline bool is_consistent(const PathOfCertificates& path) {
    return path.size() <= path_count_max && has_linked_names(path) &&
           satisfies_path_lengths(path) && satisfies_name_constraints(path) &&
           satisfies_policies_slowly(path);
}

}  // namespace linnet::fuzz
