// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "tls/path_search.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

#include "tls/path_policy.hpp"
#include "x509/ecdsa_signature.hpp"
#include "x509/name_match.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t ca_count_max = path_count_max - 2;  // between the server's own and the root

// Whether an issuer has the key that signed a certificate, according to the key identifiers (RFC
// 5280 4.2.1.1). They are only hints.
enum class KeyHint : std::uint8_t { same_key, unknown, other_key };

KeyHint key_hint(const Certificate& issuer, const Certificate& subject) {
    if (issuer.subject_key_id.empty() || subject.authority_key_id.empty()) return KeyHint::unknown;
    const bool is_same = text_of(issuer.subject_key_id) == text_of(subject.authority_key_id);
    return is_same ? KeyHint::same_key : KeyHint::other_key;
}

bool fits(SignatureScheme scheme, PublicKey::Kind kind) {
    switch (scheme) {
        case SignatureScheme::rsa_pkcs1_sha256:
        case SignatureScheme::rsa_pkcs1_sha384:
        case SignatureScheme::rsa_pkcs1_sha512: return kind == PublicKey::Kind::rsa;
        case SignatureScheme::rsa_pss_sha256:
        case SignatureScheme::rsa_pss_sha384:
        case SignatureScheme::rsa_pss_sha512:
            return kind == PublicKey::Kind::rsa || kind == PublicKey::Kind::rsa_pss;
        case SignatureScheme::ecdsa_sha256:
        case SignatureScheme::ecdsa_sha384:
        case SignatureScheme::ecdsa_sha512: return kind == PublicKey::Kind::ec;
        case SignatureScheme::ed25519: return kind == PublicKey::Kind::ed25519;
        case SignatureScheme::weak:
        case SignatureScheme::unknown: break;
    }
    return false;
}

// Libraries differ in what they accept beyond DER.
bool is_well_formed(const PublicKey& key, Bytes signature) {
    if (key.kind == PublicKey::Kind::ec) return is_ecdsa_signature(signature);
    return key.modulus.empty() || signature.size() == key.modulus.size();
}

}  // namespace

// ---- the graph -------------------------------------------------------------------------------

void PathSearch::number_identities() {
    const auto is_same = [&](std::size_t a, std::size_t b) {
        return nodes_[a] != nullptr &&
               text_of(certificate(a).key.info) == text_of(certificate(b).key.info) &&
               text_of(certificate(a).alt_names) == text_of(certificate(b).alt_names) &&
               same_name(certificate(a).subject, certificate(b).subject);
    };
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (nodes_[i] == nullptr) continue;
        std::size_t first = 0;
        while (first < i && !is_same(first, i)) ++first;
        identity_[i] = static_cast<std::uint8_t>(first);
    }
}

// Returns all that have the name of the issuer, except the server's own certificate.
PathSearch::Mask PathSearch::issuers_of(std::size_t index) {
    if (issuers_known_[index]) return issuers_[index];
    const Bytes name = certificate(index).issuer;
    Mask mask = 0;
    const auto add = [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            if (same_name(certificate(i).subject, name)) mask |= Mask{1} << i;
        }
    };
    if (!is_empty_name(name)) {
        add(1, shown_count_);
        add(chain_count_max, chain_count_max + root_count_);
    }
    issuers_known_[index] = true;
    return issuers_[index] = mask;
}

// A strict order, so that the result does not depend on the order in which the server sends them.
bool PathSearch::is_better(std::size_t subject, std::size_t a, std::size_t b) const {
    const auto rank = [&](std::size_t index) {
        const PathNode& issuer = node(index);
        const KeyHint hint = key_hint(issuer.certificate, certificate(subject));
        const bool is_shown = issuer.role != CertificateRole::root;
        return std::tuple(hint == KeyHint::other_key, is_shown, hint, !issuer.is_valid_now,
                          issuer.is_self_issued, -issuer.certificate.not_before_s,
                          -issuer.certificate.not_after_s, index);
    };
    return rank(a) < rank(b);
}

std::size_t PathSearch::take_best(std::size_t subject, Mask& mask) const {
    std::size_t best = nodes_.size();
    for (Mask rest = mask; rest != 0; rest &= rest - 1) {
        const auto index = static_cast<std::size_t>(std::countr_zero(rest));
        if (best == nodes_.size() || is_better(subject, index, best)) best = index;
    }
    mask &= ~(Mask{1} << best);
    return best;
}

// ---- climbing --------------------------------------------------------------------------------

bool PathSearch::run() {
    number_identities();
    push(0);
    while (depth_ > 0 && !is_exhausted_) {
        if (step()) return true;
    }
    return false;
}

void PathSearch::push(std::size_t index) {
    stack_[depth_] = index;
    candidates_[depth_++] = issuers_of(index);
}

// Tries one issuer of the last certificate on the path. Returns true if the path is complete.
bool PathSearch::step() {
    const std::size_t last = stack_[depth_ - 1];
    if (candidates_[depth_ - 1] == 0) {
        note(PathFailure::Kind::issuer_unknown, last, nullptr);
        --depth_;
        return false;
    }
    if (left_.candidates == 0) {
        exhaust();
        return false;
    }
    --left_.candidates;
    const std::size_t next = take_best(last, candidates_[depth_ - 1]);
    if (!may_issue(next)) return false;
    if (node(next).role == CertificateRole::root) return is_complete(next);
    if (depth_ > ca_count_max) {
        note(PathFailure::Kind::path_too_long, last, &node(next));
    } else {
        push(next);
    }
    return false;
}

bool PathSearch::may_issue(std::size_t index) {
    const std::size_t last = stack_[depth_ - 1];
    const PathNode& issuer = node(index);
    if (edges_[index][last] == Edge::bad) return false;
    const bool is_repeated = is_on_path(index);
    if (issuer.fault != Fault::none && (!is_repeated || issuer.role == CertificateRole::root)) {
        const bool is_other = key_hint(issuer.certificate, certificate(last)) == KeyHint::other_key;
        note(is_other ? PathFailure::Kind::other_issuer : PathFailure::Kind::issuer_unusable, last,
             &issuer, issuer.fault);
    }
    if (issuer.fault != Fault::none || is_repeated) return false;
    if (ca_count() > issuer.certificate.path_length) {
        note(PathFailure::Kind::not_allowed, last, &issuer, Fault::path_length);
        return false;
    }
    const Constrained names = allows_names(issuer);
    if (names == Constrained::undecided) exhaust();
    return names == Constrained::permitted;
}

// RFC 4158 5.2: a path with the same names and key twice is longer than necessary.
bool PathSearch::is_on_path(std::size_t index) const {
    const auto path = std::span(stack_).first(depth_);
    return std::any_of(path.begin(), path.end(),
                       [&](std::size_t each) { return identity_[each] == identity_[index]; });
}

// The CAs on the path as a path length counts them, RFC 5280 6.1.4 (l).
std::size_t PathSearch::ca_count() const {
    const auto cas = std::span(stack_).first(depth_).subspan(1);
    return static_cast<std::size_t>(std::count_if(
        cas.begin(), cas.end(), [&](std::size_t each) { return !node(each).is_self_issued; }));
}

Constrained PathSearch::allows_names(const PathNode& issuer) {
    if (!issuer.certificate.has_name_constraints) return Constrained::permitted;
    const auto constraints = parse_name_constraints(issuer.certificate.name_constraints);
    for (std::size_t i = 0; i < depth_; ++i) {
        const PathNode& below = node(stack_[i]);
        if (i > 0 && below.is_self_issued) continue;
        const Constrained names =
            compare_names(*constraints, below.certificate, left_.name_comparisons);
        if (names == Constrained::excluded) {
            note(PathFailure::Kind::not_allowed, stack_[i], &issuer, Fault::names);
        }
        if (names != Constrained::permitted) return names;
    }
    return Constrained::permitted;
}

// ---- signatures ------------------------------------------------------------------------------

bool PathSearch::is_complete(std::size_t root) {
    path_.count = 0;
    for (std::size_t i = 0; i < depth_; ++i) path_.nodes[path_.count++] = nodes_[stack_[i]];
    path_.nodes[path_.count++] = nodes_[root];
    if (!satisfies_policies(path_)) {
        note(PathFailure::Kind::policy, stack_[0], nodes_[root]);
        return false;
    }
    std::size_t issuer = root;
    for (std::size_t i = depth_; i-- > 0; issuer = stack_[i]) {
        if (!is_signed(issuer, stack_[i])) return false;
    }
    return acceptor_.accepts(path_);
}

bool PathSearch::is_signed(std::size_t issuer, std::size_t subject) {
    Edge& edge = edges_[issuer][subject];
    if (edge == Edge::unknown) edge = verify(issuer, subject);
    return edge == Edge::good;
}

PathSearch::Edge PathSearch::verify(std::size_t issuer, std::size_t subject) {
    using enum PathFailure::Kind;
    const PublicKey& key = certificate(issuer).key;
    const Certificate& signed_one = certificate(subject);
    const SignatureScheme scheme = signed_one.scheme;
    const auto refuse = [&](PathFailure::Kind kind) {
        const bool is_root = node(issuer).role == CertificateRole::root;
        note(kind == signature_wrong && is_root ? root_has_not_signed : kind, subject,
             nodes_[issuer]);
        return Edge::bad;
    };
    if (scheme == SignatureScheme::weak) return refuse(signature_weak);
    if (!verifier_.supports(scheme)) return refuse(signature_unsupported);
    if (!fits(scheme, key.kind) || !is_well_formed(key, signed_one.signature)) {
        return refuse(signature_wrong);
    }
    const std::size_t cost = signature_cost(key);
    if (!take_signature(cost)) return Edge::unknown;
    if (verifier_.is_signed(key, scheme, signed_one.signed_part, signed_one.signature)) {
        return Edge::good;
    }
    --left_.wrong_signatures;
    left_.wrong_signature_cost -= std::min(cost, left_.wrong_signature_cost);
    return refuse(signature_wrong);
}

bool PathSearch::take_signature(std::size_t cost) {
    const bool is_left = left_.signatures > 0 && left_.signature_cost >= cost &&
                         left_.wrong_signatures > 0 && left_.wrong_signature_cost > 0;
    if (!is_left) {
        exhaust();
        return false;
    }
    --left_.signatures;
    left_.signature_cost -= cost;
    return true;
}

// ---- failures --------------------------------------------------------------------------------

// The first of those that come equally close is kept, because the best candidates come first.
void PathSearch::note(PathFailure::Kind kind, std::size_t subject, const PathNode* issuer,
                      Fault fault) {
    const bool is_closer = std::tuple(kind, depth_) > std::tuple(failure_.kind, failure_.length);
    if (is_closer) failure_ = {kind, depth_, nodes_[subject], issuer, fault};
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
