// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Parses the server's certificates, collects the roots that may have signed them, has a path
// searched (path_search.hpp), and checks what does not depend on the path: the server's own
// certificate, the host name, the pins.
#include <algorithm>
#include <new>

#include "codec/ip_text.hpp"
#include "codec/sha256.hpp"
#include "linnet/tls_chain.hpp"
#include "tls/chain_failure.hpp"
#include "tls/path_search.hpp"
#include "tls/root_collector.hpp"
#include "x509/host_name.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

class ChainCheck final : private PathAcceptor {
 public:
    ChainCheck(const TlsRequest& request, std::span<const Bytes> chain, SignatureVerifier& verifier,
               ChainResult& result, TlsFailure& why)
        : trust_(request.trust),
          rules_{verifier, request.unix_s, request.trust.verify},
          chain_(chain),
          result_(result),
          why_(why),
          search_(verifier, *this) {
        host_.name = request.host;
        if (parse_ip_literal(request.host, address_)) {
            host_.ip = Bytes(address_.bytes).first(address_.ipv6 ? 16 : 4);
        }
    }

    bool run();

 private:
    bool fail(Cause cause) {
        why_.cause = cause;
        return false;
    }
    bool fail(Fault fault);

    bool accepts(const Path& path) override;

    bool is_within_bounds();
    bool parse_leaf();
    bool is_given(Bytes der) const;
    bool pins_a_ca() const;
    bool check_trusted_leaf();
    bool check_path();
    void add_chain();
    bool check_leaf();
    bool check_host(CommonName common_name);
    bool is_key_pinned(const Certificate& certificate) const;
    bool check_key_pins(std::span<const PathNode* const> nodes);
    void fill_result(const Path& path);

    const TlsTrust& trust_;
    CheckRules rules_;
    std::span<const Bytes> chain_;
    ChainResult& result_;
    TlsFailure& why_;
    SocketAddress address_;
    Host host_;
    PathNode leaf_;
    std::array<PathNode, chain_count_max - 1> others_;
    std::size_t other_count_ = 0;
    std::size_t malformed_ = 0;  // the number of the first malformed certificate, 0: none
    PathSearch search_;
    RootCollector roots_;
};

bool ChainCheck::fail(Fault fault) {
    why_.cause = cause_of(fault, CertificateRole::leaf);
    put_fault(fault, leaf_.certificate, rules_.now_s, why_);
    return false;
}

bool ChainCheck::run() {
    result_ = {};
    if (!is_within_bounds() || !parse_leaf()) return false;
    const Certificate& leaf = leaf_.certificate;
    if (trust_.certificate != nullptr && trust_.certificate->size() == 0) {
        return fail(Cause::tls_trust_empty);
    }
    if (trust_.verify && rules_.now_s == 0) return fail(Cause::tls_no_time);
    const bool is_leaf_given = is_given(leaf.der);
    if (trust_.certificate != nullptr && !is_leaf_given && !pins_a_ca()) {
        put_pin_mismatch(sha256(trust_.certificate->der(0)), sha256(leaf.der), "certificate",
                         trust_.certificate->size() - 1, why_);
        return false;
    }
    const Fault unusable = check_usable(leaf.key, rules_.verifier);
    if (unusable != Fault::none) return fail(unusable);
    const bool is_unverified = !trust_.verify && trust_.certificate == nullptr;
    return is_leaf_given || is_unverified ? check_trusted_leaf() : check_path();
}

// ---- what the server sent --------------------------------------------------------------------

bool ChainCheck::is_within_bounds() {
    std::size_t size = 0;
    for (const Bytes der : chain_) size += der.size();
    return (chain_.size() <= chain_count_max && size <= chain_size_max) ||
           fail(Cause::tls_chain_too_large);
}

bool ChainCheck::parse_leaf() {
    if (chain_.empty()) return fail(Cause::tls_certificate_missing);
    const auto leaf = parse_certificate(chain_[0]);
    if (!leaf) {
        why_.cause = Cause::tls_certificate_malformed;
        DetailWriter(why_).put("it is the server's own certificate");
        return false;
    }
    leaf_ = {.certificate = *leaf, .role = CertificateRole::leaf};
    return true;
}

// Adds the others as issuers. Malformed ones and copies are left out: they may be unrelated.
void ChainCheck::add_chain() {
    search_.add_shown(leaf_);
    roots_.add_wanted(leaf_.certificate);
    for (std::size_t i = 1; i < chain_.size(); ++i) {
        const auto earlier = chain_.first(i);
        if (std::any_of(earlier.begin(), earlier.end(),
                        [&](Bytes other) { return text_of(other) == text_of(chain_[i]); })) {
            continue;
        }
        const auto certificate = parse_certificate(chain_[i]);
        if (!certificate) {
            if (malformed_ == 0) malformed_ = i + 1;
            continue;
        }
        others_[other_count_] = make_issuer(*certificate, CertificateRole::issuer, rules_);
        search_.add_shown(others_[other_count_++]);
        roots_.add_wanted(*certificate);
    }
}

// ---- trust without a path --------------------------------------------------------------------

// Returns true if this very certificate is among those of the program, pinned or as CA bundle.
bool ChainCheck::is_given(Bytes der) const {
    const X509Certificate* const own =
        trust_.certificate != nullptr ? trust_.certificate : trust_.ca_bundle;
    if (own == nullptr || (trust_.certificate == nullptr && !trust_.verify)) return false;
    for (std::size_t i = 0; i < own->size(); ++i) {
        if (text_of(own->der(i)) == text_of(der)) return true;
    }
    return false;
}

bool ChainCheck::pins_a_ca() const {
    for (std::size_t i = 0; i < trust_.certificate->size(); ++i) {
        const auto pinned = parse_certificate(trust_.certificate->der(i));
        if (pinned && pinned->is_ca) return true;
    }
    return false;
}

// The certificate is given by the program, or nothing but its key is to be checked.
bool ChainCheck::check_trusted_leaf() {
    Path path;
    path.nodes[path.count++] = &leaf_;
    fill_result(path);
    if (!check_key_pins(path.all())) return false;
    if (!trust_.verify) return true;
    if (trust_.certificate == nullptr) return check_leaf();
    const Fault fault = check_pinned_leaf(leaf_.certificate, rules_);
    if (fault != Fault::none) return fail(fault);
    // Certificates made by hand often have no other name.
    return check_host(CommonName::counts);
}

// ---- trust by a path -------------------------------------------------------------------------

bool ChainCheck::check_path() {
    add_chain();
    if (!roots_.collect(trust_, rules_, leaf_.certificate.der)) {
        return fail(Cause::tls_roots_missing);
    }
    if (roots_.has_leaf()) return check_trusted_leaf();
    roots_.add_to(search_);
    const bool is_found = search_.run();
    result_.left = search_.left();
    if (!is_found) {
        if (why_.cause != Cause::none) return false;  // a path without the pinned key
        put_chain_failure({.search = search_,
                           .malformed = malformed_,
                           .roots_left_out = roots_.left_out(),
                           .leaf = leaf_.certificate,
                           .rules = rules_},
                          why_);
        return false;
    }
    why_ = {};
    fill_result(search_.path());
    return check_leaf();
}

// Without verification, only the server's own key is to be pinned.
bool ChainCheck::accepts(const Path& path) {
    return check_key_pins(trust_.verify ? path.all() : path.all().first(1));
}

void ChainCheck::fill_result(const Path& path) {
    result_.key = leaf_.certificate.key;
    result_.valid_until_s = INT64_MAX;
    for (const PathNode* node : path.all()) {
        result_.valid_until_s = std::min(result_.valid_until_s, node->certificate.not_after_s);
        if (node->role != CertificateRole::root)
            result_.path[result_.path_count++] = node->certificate.der;
    }
    const Certificate& last = path.nodes[path.count - 1]->certificate;
    if (path.count > 1 && !roots_.is_of_system()) result_.root = last.der;
}

// ---- the server's own certificate ------------------------------------------------------------

bool ChainCheck::check_leaf() {
    const Fault fault = linnet::check_leaf(leaf_.certificate, rules_);
    if (fault != Fault::none) return fail(fault);
    return !trust_.verify || check_host(CommonName::is_ignored);
}

bool ChainCheck::check_host(CommonName common_name) {
    if (is_for_host(leaf_.certificate, host_, common_name)) return true;
    put_host_mismatch(leaf_.certificate, why_);
    return false;
}

bool ChainCheck::is_key_pinned(const Certificate& certificate) const {
    const Sha256Digest seen = sha256(certificate.key.info);
    return std::find(trust_.key_pins.begin(), trust_.key_pins.end(), seen) != trust_.key_pins.end();
}

// `nodes` are proved to belong to the server.
bool ChainCheck::check_key_pins(std::span<const PathNode* const> nodes) {
    if (trust_.key_pins.empty()) return true;
    for (const PathNode* node : nodes) {
        if (is_key_pinned(node->certificate)) return true;
    }
    if (why_.cause == Cause::none) {
        put_pin_mismatch(trust_.key_pins[0], sha256(leaf_.certificate.key.info), "key",
                         trust_.key_pins.size() - 1, why_);
    }
    return false;
}

}  // namespace

static_assert(sizeof(ChainCheck) <= chain_memory_max);

bool check_chain(const TlsRequest& request, std::span<const Bytes> chain,
                 SignatureVerifier& verifier, ChainResult& result, TlsFailure& why) {
    Block block(request.memory);
    if (!block.allocate(sizeof(ChainCheck))) {
        why.cause = Cause::out_of_memory;
        return false;
    }
    auto* const check = new (block.data()) ChainCheck(request, chain, verifier, result, why);
    const bool is_trusted = check->run();
    check->~ChainCheck();
    return is_trusted;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
