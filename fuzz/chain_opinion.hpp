// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A second implementation of `check_chain`: whether its result is correct for the certificates,
// checked one property at a time, independently of the order of its checks.
#pragma once

#include <algorithm>
#include <vector>

#include "codec/ip_text.hpp"
#include "fuzz_input.hpp"
#include "linnet/codec/utf8.hpp"
#include "linnet/tls_chain.hpp"
#include "path_opinion.hpp"
#include "tls/bearssl/signature_verifier.hpp"
#include "x509/certificate.hpp"
#include "x509/name_match.hpp"

namespace linnet::fuzz {

/// True if no byte breaks a line or controls a terminal.
inline bool is_harmless(std::string_view text) {
    const bool is_printable = std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) >= ' ' && c != 0x7F;
    });
    return is_printable && is_utf8(bytes_of(text)) && text.find("\xE2\x80\xAE") == text.npos;
}

// ---- host names, RFC 9525 6.3 ----------------------------------------------------------------

inline bool name_matches(std::string_view presented, std::string_view host) {
    std::vector<std::string> pattern = lower_labels(presented);
    std::vector<std::string> labels = lower_labels(host);
    if (labels.size() > 1 && labels.back().empty()) labels.pop_back();
    if (has_empty(pattern) || has_empty(labels) || pattern.size() != labels.size()) return false;
    if (pattern[0] == "*" && pattern.size() > 1) {
        if (pattern.size() < 3) return false;
        pattern.erase(pattern.begin());
        labels.erase(labels.begin());
    }
    return pattern == labels;
}

inline bool is_meant_for(const Certificate& leaf, std::string_view host, bool common_name_counts) {
    SocketAddress address;
    const bool is_ip = parse_ip_literal(host, address);
    const Bytes ip = Bytes(address.bytes).first(address.ipv6 ? 16 : 4);
    if (!leaf.has_alt_names) {
        return common_name_counts && !is_ip && name_matches(text_of(leaf.common_name), host);
    }
    Bytes rest = leaf.alt_names;
    for (AltName name; take_alt_name(rest, name);) {
        const std::string_view value = text_of(name.value);
        if (is_ip && name.kind == AltName::Kind::ip && value == text_of(ip)) return true;
        if (!is_ip && name.kind == AltName::Kind::dns && name_matches(value, host)) return true;
    }
    return false;
}

// ---- the chain -------------------------------------------------------------------------------

/// The question, and the facts about it.
class ChainOpinion {
 public:
    ChainOpinion(const TlsRequest& request, std::span<const Bytes> chain)
        : request_(request), trust_(request.trust), chain_(chain) {
        for (const Bytes der : chain) {
            if (const auto certificate = parse_certificate(der)) parsed_.push_back(*certificate);
        }
        if (!chain.empty()) leaf_ = parse_certificate(chain[0]);
    }

    /// The server's own certificate is among those given.
    bool is_pinned() const {
        const X509Certificate* const own = given();
        if (!leaf_ || (trust_.certificate == nullptr && !trust_.verify)) return false;
        for (std::size_t i = 0; i < own->size(); ++i) {
            if (text_of(own->der(i)) == text_of(chain_[0])) return true;
        }
        return false;
    }

    /// A part of the budget is less than the next step may need.
    static bool is_exhausted(const ChainBudget& left) {
        return left.candidates == 0 || left.signatures == 0 || left.signature_cost < 40 ||
               left.wrong_signatures == 0 || left.wrong_signature_cost == 0 ||
               left.name_comparisons == 0;
    }

    void check_accepted(const ChainResult& result) const {
        require(leaf_.has_value() && result.path_count >= 1, "there is a leaf");
        require(result.path[0].data() == chain_[0].data(), "the path begins with the leaf");
        const bool is_path = !result.root.empty();
        require(is_path == (!is_pinned() && (trust_.verify || trust_.certificate != nullptr)),
                "signatures matter unless the leaf is trusted as it is");
        require(!is_beyond(*leaf_) || !trust_.verify, "it has nothing unknown");
        require(bits_of(leaf_->key.exponent) <= exponent_bits_max, "its key is quick to verify");
        if (is_path) check_path(result);
        if (!is_path) require(result.path_count == 1, "nothing else is examined");
        check_key_pins(result);
        if (!trust_.verify) return;
        require(request_.unix_s != 0 && are_in_date(result), "all certificates are in date");
        const bool common_name_counts = trust_.certificate != nullptr && !is_path;
        require(is_meant_for(*leaf_, request_.host, common_name_counts),
                "the certificate is for the host");
        require(!is_path || are_for_servers(result), "all certificates are for servers");
    }

    void check_refused(const TlsFailure& why, const ChainResult& result) const {
        const bool is_spent = why.cause == Cause::tls_chain_too_complex;
        require(is_spent ? is_exhausted(result.left) : is_true(why.cause),
                "the cause of a refusal is correct");
        require(is_harmless(why.detail()), "its detail is printable text");
        require(why.native == 0 && why.alert == 0, "the cause is not one of the TLS library");
    }

 private:
    const X509Certificate* given() const {
        return trust_.certificate != nullptr ? trust_.certificate : trust_.ca_bundle;
    }

    bool is_given(Bytes der) const {
        for (std::size_t i = 0; i < given()->size(); ++i) {
            if (given()->der(i).data() == der.data()) return true;
        }
        return false;
    }

    void check_path(const ChainResult& result) const {
        require(result.path_count <= chain_.size(),
                "a path is not longer than the chain and the root");
        require(result.path_count < path_count_max, "the result is within the limit");
        Bytes issuer;
        for (std::size_t i = 0; i < result.path_count; ++i) {
            const auto certificate = parse_certificate(result.path[i]);
            require(certificate.has_value(), "every element of the path is a certificate");
            require(i == 0 || same_name(certificate->subject, issuer),
                    "each is signed by the next");
            require(i == 0 || (certificate->is_ca && certificate->allows_signing),
                    "which may sign");
            require(!is_weak(*certificate) && !is_beyond(*certificate),
                    "each certificate is well-formed");
            for (std::size_t before = 0; before < i; ++before) {
                require(text_of(result.path[before]) != text_of(result.path[i]),
                        "none is on it twice");
            }
            issuer = certificate->issuer;
        }
        check_root(result, issuer);
    }

    static PathOfCertificates path_of(const ChainResult& result) {
        PathOfCertificates path;
        for (std::size_t i = 0; i < result.path_count; ++i) {
            path.push_back(*parse_certificate(result.path[i]));
        }
        path.push_back(*parse_certificate(result.root));
        return path;
    }

    void check_root(const ChainResult& result, Bytes issuer) const {
        const auto root = parse_certificate(result.root);
        require(root && is_given(result.root), "the root is one of the given ones");
        require(same_name(root->subject, issuer), "the root signed the last certificate");
        require(root->is_ca || root->version == 1, "the issuer may sign, as a CA");
        require(root->allows_signing && !is_beyond(*root) && !has_short_key(*root),
                "and is sound itself");
        const PathOfCertificates path = path_of(result);
        require(has_linked_names(path), "each certificate names its issuer");
        require(satisfies_path_lengths(path), "path lengths allow the CAs below them");
        require(satisfies_name_constraints(path), "no name is outside the constraints of a CA");
        require(satisfies_policies_slowly(path), "a required policy is shared");
        require(!trust_.verify || (root->allows_server && is_in_date(*root)),
                "and is for servers, and in date");
    }

    bool is_key_pinned(Bytes der) const {
        X509Certificate one;
        require(one.load_from_memory(der) == Error::ok, "it is a certificate");
        return std::find(trust_.key_pins.begin(), trust_.key_pins.end(), one.facts(0).key_sha256) !=
               trust_.key_pins.end();
    }

    void check_key_pins(const ChainResult& result) const {
        if (trust_.key_pins.empty()) return;
        bool is_pinned = false;
        for (std::size_t i = 0; i < (trust_.verify ? result.path_count : 1); ++i) {
            is_pinned = is_pinned || is_key_pinned(result.path[i]);
        }
        is_pinned =
            is_pinned || (trust_.verify && !result.root.empty() && is_key_pinned(result.root));
        require(is_pinned, "one of the pinned keys is on the path");
    }

    bool are_in_date(const ChainResult& result) const {
        for (std::size_t i = 0; i < result.path_count; ++i) {
            const auto certificate = parse_certificate(result.path[i]);
            if (!is_in_date(*certificate)) return false;
        }
        return true;
    }

    bool is_in_date(const Certificate& certificate) const {
        return certificate.not_before_s <= request_.unix_s &&
               request_.unix_s <= certificate.not_after_s;
    }

    static bool are_for_servers(const ChainResult& result) {
        const auto path = std::span(result.path).first(result.path_count);
        return std::all_of(path.begin(), path.end(),
                           [](Bytes der) { return parse_certificate(der)->allows_server; });
    }

    static bool has_good_exponent(const Certificate& certificate) {
        const Bytes exponent = certificate.key.exponent;
        return !exponent.empty() && exponent.back() % 2 == 1 && bits_of(exponent) > 1 &&
               bits_of(exponent) <= exponent_bits_max;
    }
    static bool is_supported(const Certificate& certificate) {
        const PublicKey& key = certificate.key;
        return key.kind == PublicKey::Kind::ec ||
               (key.kind == PublicKey::Kind::rsa && key.bits <= 4096);
    }
    static bool is_weak(const Certificate& certificate) {
        return certificate.scheme == SignatureScheme::weak || has_short_key(certificate);
    }
    static bool has_short_key(const Certificate& certificate) {
        return certificate.key.kind == PublicKey::Kind::rsa && certificate.key.bits < 2048;
    }
    static bool requires_policy(const Certificate& certificate) {
        return certificate.require_explicit_policy < path_count_max;
    }
    static bool is_beyond(const Certificate& certificate) {
        return certificate.has_unknown_critical ||
               bits_of(certificate.key.exponent) > exponent_bits_max;
    }

    // A certificate that ends before it begins is always expired.
    static bool has_expired(const Certificate& certificate, std::int64_t now) {
        return certificate.not_after_s < now || certificate.not_after_s < certificate.not_before_s;
    }

    template <class Is>
    bool any(Is is) const {
        return std::any_of(parsed_.begin(), parsed_.end(), is);
    }

    bool is_too_large() const {
        std::size_t size = 0;
        for (const Bytes der : chain_) size += der.size();
        return chain_.size() > chain_count_max || size > chain_size_max;
    }

    bool is_pin_missing() const {
        const bool is_other = trust_.certificate != nullptr && !is_pinned();
        return is_other || (!trust_.key_pins.empty() && !is_key_pinned(chain_[0]));
    }

    template <class Is>
    bool any_given(Is is) const {
        for (std::size_t i = 0; i < given()->size(); ++i) {
            const auto root = parse_certificate(given()->der(i));
            if (root && is(*root)) return true;
        }
        return false;
    }

    bool is_true_of_a_root(Cause cause) const {
        return any_given([&](const Certificate& root) {
            switch (cause) {
                case Cause::tls_root_not_ca: return !root.is_ca && root.version != 1;
                case Cause::tls_root_key_usage: return !root.allows_signing;
                case Cause::tls_root_critical_extension: return root.has_unknown_critical;
                case Cause::tls_root_name_constraints: return root.has_name_constraints;
                case Cause::tls_root_path_length: return root.path_length < path_count_max;
                case Cause::tls_root_key_weak: return has_short_key(root);
                case Cause::tls_root_key_unsupported: return !is_supported(root);
                case Cause::tls_root_key_exponent: return !has_good_exponent(root);
                case Cause::tls_root_purpose: return trust_.verify && !root.allows_server;
                case Cause::tls_root_expired:
                    return trust_.verify && has_expired(root, request_.unix_s);
                case Cause::tls_root_not_yet_valid:
                    return trust_.verify && root.not_before_s > request_.unix_s;
                default: return false;
            }
        });
    }

    bool is_true(Cause cause) const {
        const std::int64_t now = request_.unix_s;
        switch (cause) {
            case Cause::tls_certificate_missing: return chain_.empty();
            case Cause::tls_chain_too_large: return is_too_large();
            case Cause::tls_certificate_malformed: return !leaf_;
            case Cause::tls_trust_empty: return given()->size() == 0;
            case Cause::tls_no_time: return now == 0 && trust_.verify;
            case Cause::tls_pin_mismatch: return is_pin_missing();
            case Cause::tls_path_too_long: return parsed_.size() >= path_count_max;
            case Cause::tls_key_exponent:
                return any([](const auto& c) { return !has_good_exponent(c); });
            case Cause::tls_key_unsupported:
                return any([](const auto& c) { return !is_supported(c); });
            case Cause::tls_signature_unsupported:
                return any(
                    [](const auto& c) { return !BearSslSignatureVerifier().supports(c.scheme); });
            case Cause::tls_signature_wrong: return !chain_.empty();
            case Cause::tls_policy: return any(requires_policy) || any_given(requires_policy);
            case Cause::tls_issuer_unknown: return !is_pinned();
            case Cause::tls_issuer_not_ca:
                return any([](const auto& c) {
                    return !c.is_ca || !c.allows_signing || c.path_length < path_count_max;
                });
            case Cause::tls_certificate_expired:
                return trust_.verify && any([&](const auto& c) { return has_expired(c, now); });
            case Cause::tls_certificate_not_yet_valid:
                return trust_.verify && any([&](const auto& c) { return c.not_before_s > now; });
            case Cause::tls_host_mismatch: return !is_meant_for(*leaf_, request_.host, false);
            case Cause::tls_purpose: return !leaf_->allows_server || !leaf_->allows_handshakes;
            case Cause::tls_issuer_purpose:
                return any([](const auto& c) { return c.is_ca && !c.allows_server; });
            case Cause::tls_name_constraints:
                return any([](const auto& c) { return c.has_name_constraints; });
            case Cause::tls_critical_extension:
                return any([](const auto& c) { return c.has_unknown_critical; });
            case Cause::tls_key_weak:
            case Cause::tls_signature_weak: return any(is_weak);
            default: return is_true_of_a_root(cause);
        }
    }

    const TlsRequest& request_;
    const TlsTrust& trust_;
    std::span<const Bytes> chain_;
    std::vector<Certificate> parsed_;
    std::optional<Certificate> leaf_;
};

}  // namespace linnet::fuzz
