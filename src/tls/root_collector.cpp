// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "tls/root_collector.hpp"

#include <algorithm>
#include <cstring>

#include "x509/name_match.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

PathNode make_issuer(const Certificate& certificate, CertificateRole role,
                     const CheckRules& rules) {
    return {
        .certificate = certificate,
        .role = role,
        .fault = check_issuer(certificate, role, rules),
        .is_self_issued = is_self_issued(certificate),
        .is_valid_now =
            certificate.not_before_s <= rules.now_s && rules.now_s <= certificate.not_after_s,
    };
}

void RootCollector::add_wanted(const Certificate& certificate) {
    wanted_[wanted_count_++] = {certificate.issuer, certificate.authority_key_id};
}

bool RootCollector::is_wanted(Bytes subject) const {
    const auto wanted = std::span(wanted_).first(wanted_count_);
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](const Wanted& each) { return same_name(subject, each.name); });
}

// ---- the roots of the program ----------------------------------------------------------------

class RootCollector::SystemVisitor final : public RootVisitor {
 public:
    SystemVisitor(RootCollector& collector, const CheckRules& rules, Bytes leaf)
        : collector_(collector), rules_(rules), leaf_(leaf) {}
    void root(Bytes der) override {
        if (text_of(der) == text_of(leaf_)) collector_.has_leaf_ = true;
        collector_.add(der, false, rules_);
    }

 private:
    RootCollector& collector_;
    const CheckRules& rules_;
    Bytes leaf_;
};

bool RootCollector::collect(const TlsTrust& trust, const CheckRules& rules, Bytes leaf) {
    const bool is_pinned = trust.certificate != nullptr;
    const X509Certificate* const own = is_pinned ? trust.certificate : trust.ca_bundle;
    is_of_system_ = own == nullptr;
    if (is_of_system_) {
        SystemVisitor visitor(*this, rules, leaf);
        return visit_system_roots(piece_, visitor);
    }
    for (std::size_t i = 0; i < own->size(); ++i) add(own->der(i), is_pinned, rules);
    return true;
}

// A pinned certificate that is not a CA is the server's own, and does not sign.
void RootCollector::add(Bytes der, bool is_pinned, const CheckRules& rules) {
    const auto root = parse_certificate(der);
    if (!root || !is_wanted(root->subject) || (is_pinned && !root->is_ca)) return;
    const auto known = std::span(roots_).first(count_);
    if (std::any_of(known.begin(), known.end(), [&](const Root& each) {
            return text_of(each.node.certificate.der) == text_of(der);
        })) {
        return;
    }
    const PathNode node = make_issuer(*root, CertificateRole::root, rules);
    const Rank rank = rank_of(node);
    const bool is_too_large = is_of_system_ && der.size() > copies_.size() - copied_;
    Root* const place = is_too_large ? nullptr : place_for(node, rank);
    if (place == nullptr) {
        if (rank != Rank::unusable) ++left_out_;
        return;
    }
    *place = {node, rank};
    if (is_of_system_) place->node.certificate = *parse_certificate(copy(der));
}

RootCollector::Rank RootCollector::rank_of(const PathNode& node) const {
    if (node.fault != Fault::none) return Rank::unusable;
    const Certificate& root = node.certificate;
    Rank best = Rank::other_key;
    for (const Wanted& each : std::span(wanted_).first(wanted_count_)) {
        if (!same_name(root.subject, each.name)) continue;
        const bool is_unknown = each.key_id.empty() || root.subject_key_id.empty();
        const bool is_same = text_of(each.key_id) == text_of(root.subject_key_id);
        const Rank rank = is_unknown ? Rank::unknown_key
                          : is_same  ? Rank::same_key
                                     : Rank::other_key;
        best = std::max(best, rank);
    }
    return best;
}

// Returns a free place, or that of a root of a lower rank; null if there is none.
RootCollector::Root* RootCollector::place_for(const PathNode& node, Rank rank) {
    std::size_t with_name = 0;
    Root* lowest = nullptr;
    const bool is_full = count_ == roots_.size();
    const auto consider = [&](Root& each) {
        if (lowest == nullptr || each.rank < lowest->rank) lowest = &each;
    };
    for (Root& each : std::span(roots_).first(count_)) {
        if (!same_name(each.node.certificate.subject, node.certificate.subject)) continue;
        ++with_name;
        consider(each);
    }
    if (with_name < root_count_per_name_max) {
        if (!is_full) return &roots_[count_++];
        for (Root& each : roots_) consider(each);
    }
    if (lowest == nullptr || lowest->rank >= rank) return nullptr;
    if (lowest->rank != Rank::unusable) ++left_out_;
    return lowest;
}

// Copies a root of the system, for which there is space.
Bytes RootCollector::copy(Bytes der) {
    std::uint8_t* const to = copies_.data() + copied_;
    std::memcpy(to, der.data(), der.size());
    copied_ += der.size();
    return {to, der.size()};
}

void RootCollector::add_to(PathSearch& search) const {
    for (const Root& root : std::span(roots_).first(count_)) search.add_root(root.node);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
