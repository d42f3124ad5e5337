// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "tls/path_policy.hpp"

#include <algorithm>

#include "x509/der.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t policies_max = 32;  // of one certificate; the others are ignored

// Subtracts one from a number of certificates unless it is unlimited or spent.
void count_down(std::size_t& left) {
    if (left != 0 && left != SIZE_MAX) --left;
}

// RFC 5280 6.1.4 (h), (i) and 6.1.5 (a), (b). The root counts, too (RFC 5937).
bool is_policy_required(std::span<const PathNode* const> path) {
    std::size_t left = SIZE_MAX;
    for (std::size_t i = path.size(); i-- > 0;) {
        const PathNode& node = *path[i];
        const std::size_t own = node.certificate.require_explicit_policy;
        const bool is_leaf = i == 0;
        if (is_leaf || !node.is_self_issued) count_down(left);
        if (!is_leaf || own == 0) left = std::min(left, own);
    }
    return left == 0;
}

class PolicySet {
 public:
    /// Keeps only the policies that are also in `policies`, the content of the extension.
    void intersect(Bytes policies, bool any_policy_counts);
    bool is_empty() const { return !is_any_ && count_ == 0; }

 private:
    static std::string_view take_policy(Bytes& policies);

    bool is_any_ = true;
    std::array<std::string_view, policies_max> ids_;
    std::size_t count_ = 0;
};

std::string_view PolicySet::take_policy(Bytes& policies) {
    Bytes policy, id;
    take_content(policies, der::sequence, policy);
    take_content(policy, der::object_identifier, id);
    return text_of(id);
}

void PolicySet::intersect(Bytes policies, bool any_policy_counts) {
    constexpr std::string_view any_policy = "\x55\x1D\x20\x00"sv;
    PolicySet both;
    both.is_any_ = false;
    const auto end = ids_.begin() + static_cast<std::ptrdiff_t>(count_);
    while (!policies.empty()) {
        const std::string_view id = take_policy(policies);
        if (id == any_policy) {
            if (any_policy_counts) return;
            continue;
        }
        const bool is_common = is_any_ || std::find(ids_.begin(), end, id) != end;
        if (is_common && both.count_ < both.ids_.size()) both.ids_[both.count_++] = id;
    }
    *this = both;
}

}  // namespace

bool satisfies_policies(const Path& path) {
    if (!is_policy_required(path.all())) return true;
    PolicySet common;
    std::size_t any_policy_left = path.all().back()->certificate.inhibit_any_policy;
    for (std::size_t i = path.count - 1; i-- > 0;) {
        const PathNode& node = *path.nodes[i];
        const Certificate& certificate = node.certificate;
        if (certificate.has_policy_mappings) return false;
        const bool is_exempt = i > 0 && node.is_self_issued;
        common.intersect(certificate.policies, any_policy_left > 0 || is_exempt);
        if (!is_exempt) count_down(any_policy_left);
        any_policy_left = std::min(any_policy_left, certificate.inhibit_any_policy);
    }
    return !common.is_empty();
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
