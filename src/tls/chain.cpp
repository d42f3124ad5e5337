// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The checks are made in the order in which a person wants the results: is the certificate pinned,
// does it lead to a root, is every certificate on the path sound, in date, and for this host. The
// path is found by names alone; the TLS engine verifies the signatures afterwards.
#include <algorithm>
#include <cstring>

#include "codec/ip_text.hpp"
#include "codec/sha256.hpp"
#include "linnet/tls_chain.hpp"
#include "platform/roots.hpp"
#include "tls/certificate_checks.hpp"
#include "tls/failure_text.hpp"
#include "x509/certificate.hpp"
#include "x509/host_name.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t root_size_max = 8 * 1024;  // the largest root on the web is 2 KiB

bool same(Bytes a, Bytes b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin());
}

// Whether a root has the key that signed `last`, according to the key identifiers.
enum class Fit : std::uint8_t { other_key, unknown, same_key };

Fit fit_of(const Certificate& root, const Certificate& last) {
    if (root.subject_key_id.empty() || last.authority_key_id.empty()) return Fit::unknown;
    return same(root.subject_key_id, last.authority_key_id) ? Fit::same_key : Fit::other_key;
}

class ChainCheck {
 public:
    ChainCheck(const TlsRequest& request, std::span<const Bytes> chain, MutableBytes buffer,
               ChainResult& result, TlsFailure& why)
        : trust_(request.trust),
          now_s_(request.unix_s),
          chain_(chain),
          buffer_(buffer),
          result_(result),
          why_(why) {
        host_.name = request.host;
        if (parse_ip_literal(request.host, address_)) {
            host_.ip = Bytes(address_.bytes).first(address_.ipv6 ? 16 : 4);
        }
    }

    bool run();

 private:
    DetailWriter fail(Cause cause) {
        why_.cause = cause;
        return DetailWriter(why_);
    }

    bool is_within_bounds();
    bool parse_leaf();
    bool is_pinned(Bytes der) const;
    bool pins_a_ca() const;
    bool find_path();
    bool find_roots(const Certificate& last);
    void find_own_roots(const X509Certificate& own, const Certificate& last);
    bool find_system_roots(const Certificate& last);
    bool admits(const Certificate& root, const Certificate& last);
    std::size_t ca_count(std::size_t path_count) const;
    std::optional<Certificate> find_issuer(const Certificate& certificate) const;
    void add_to_path(const Certificate& certificate);
    bool check_path();
    bool check_issuer(std::size_t index);
    bool check_strength(const Certificate& certificate);
    bool check_exponent(const Certificate& certificate);
    bool check_dates(const Certificate& certificate);
    bool check_purpose();
    bool check_host(CommonName common_name);
    bool check_key_pins();
    bool is_key_pinned(const Certificate& certificate) const;
    bool fail_pin(Bytes expected, Bytes seen, std::string_view what, std::size_t more);
    bool fail_host();
    bool fail_issuer(const Certificate& last);
    bool fail_root();
    bool fail_path_too_long(const Certificate& last);

    const TlsTrust& trust_;
    std::int64_t now_s_;
    std::span<const Bytes> chain_;
    MutableBytes buffer_;
    ChainResult& result_;
    TlsFailure& why_;
    SocketAddress address_;
    Host host_;
    Fit admitted_fit_ = Fit::other_key;                 // the best of the roots admitted
    Fit refused_fit_ = Fit::other_key;                  // of `result_.refused_root`
    std::size_t refused_at_ = 0;                        // path size when that root was refused
    std::array<Certificate, path_count_max - 1> path_;  // parsed; parallel to `result_.path`
};

bool ChainCheck::run() {
    result_ = {};
    result_.unix_s = now_s_;
    if (!is_within_bounds() || !parse_leaf()) return false;
    const Certificate& leaf = path_[0];
    if (trust_.certificate != nullptr && trust_.certificate->size() == 0) {
        fail(Cause::tls_trust_empty);
        return false;
    }
    if (trust_.verify && now_s_ == 0) {
        fail(Cause::tls_no_time);
        return false;
    }
    const bool is_pinned_itself = is_pinned(leaf.der);
    if (trust_.certificate != nullptr && !is_pinned_itself && !pins_a_ca()) {
        return fail_pin(sha256(trust_.certificate->der(0)), sha256(leaf.der), "certificate",
                        trust_.certificate->size() - 1);
    }
    // The server signs with this key, so its exponent is checked in any case.
    if (!check_exponent(leaf)) return false;
    if (is_pinned_itself) {
        // Self-signed certificates often have no other name.
        const CommonName common_name =
            trust_.certificate != nullptr ? CommonName::counts : CommonName::is_ignored;
        return check_key_pins() &&
               (!trust_.verify || (check_dates(leaf) && check_host(common_name)));
    }
    if (!trust_.verify && trust_.certificate == nullptr) return check_key_pins();
    return find_path() && check_path() && check_key_pins() &&
           (!trust_.verify || (check_purpose() && check_host(CommonName::is_ignored)));
}

// ---- the path --------------------------------------------------------------------------------

bool ChainCheck::is_within_bounds() {
    std::size_t size = 0;
    for (const Bytes der : chain_) size += der.size();
    if (chain_.size() <= chain_count_max && size <= chain_size_max) return true;
    fail(Cause::tls_chain_too_large);
    return false;
}

bool ChainCheck::parse_leaf() {
    if (chain_.empty()) {
        fail(Cause::tls_certificate_missing);
        return false;
    }
    const auto leaf = parse_certificate(chain_[0]);
    if (!leaf) {
        fail(Cause::tls_certificate_malformed).put("it is the server's own certificate");
        return false;
    }
    add_to_path(*leaf);
    return true;
}

void ChainCheck::add_to_path(const Certificate& certificate) {
    path_[result_.path_count] = certificate;
    result_.path[result_.path_count++] = certificate.der;
}

// Returns true if this very certificate is among the roots of the program, pinned or as CA bundle.
bool ChainCheck::is_pinned(Bytes der) const {
    const X509Certificate* const own =
        trust_.certificate != nullptr ? trust_.certificate : trust_.ca_bundle;
    if (own == nullptr || (trust_.certificate == nullptr && !trust_.verify)) return false;
    for (std::size_t i = 0; i < own->size(); ++i) {
        if (same(own->der(i), der)) return true;
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

// Follows issuers from the server's certificate to a root that may be used. A root that may not be
// used does not end the search, because the server's chain may lead to another. Unrelated and
// repeated certificates are skipped.
bool ChainCheck::find_path() {
    for (;;) {
        const Certificate& last = path_[result_.path_count - 1];
        if (find_roots(last)) return true;
        if (why_.cause != Cause::none) return false;
        const auto issuer = find_issuer(last);
        if (issuer && result_.path_count < path_.size()) {
            add_to_path(*issuer);
            continue;
        }
        if (result_.refused_root.cause != Cause::none) return fail_root();
        return issuer ? fail_path_too_long(last) : fail_issuer(last);
    }
}

// Finds the roots that, by their name, have signed `last` and may be used for that.
bool ChainCheck::find_roots(const Certificate& last) {
    const X509Certificate* const own =
        trust_.certificate != nullptr ? trust_.certificate : trust_.ca_bundle;
    if (own != nullptr) {
        find_own_roots(*own, last);
    } else if (!find_system_roots(last)) {
        fail(Cause::tls_roots_missing);
    }
    if (result_.root_count == 0) return false;
    const bool may_have_signed = refused_at_ == result_.path_count &&
                                 refused_fit_ != Fit::other_key && refused_fit_ >= admitted_fit_;
    if (!may_have_signed) result_.refused_root = {};
    return true;
}

void ChainCheck::find_own_roots(const X509Certificate& own, const Certificate& last) {
    for (std::size_t i = own.find_subject(last.issuer);
         i < own.size() && result_.root_count < root_count_max;
         i = own.find_subject(last.issuer, i + 1)) {
        const auto root = parse_certificate(own.der(i));
        const bool may_sign = root && (root->is_ca || trust_.certificate == nullptr);
        if (may_sign && admits(*root, last)) result_.roots[result_.root_count++] = own.der(i);
    }
}

bool ChainCheck::find_system_roots(const Certificate& last) {
    class Visitor final : public RootVisitor {
     public:
        Visitor(ChainCheck& check, const Certificate& last, MutableBytes buffer)
            : check_(check), last_(last), buffer_(buffer) {}

        void root(Bytes der) override {
            ChainResult& result = check_.result_;
            if (result.root_count == root_count_max || der.size() > buffer_.size()) return;
            const auto root = parse_certificate(der);
            if (!root || !same(root->subject, last_.issuer)) return;
            if (!check_.admits(*root, last_)) return;
            std::memcpy(buffer_.data(), der.data(), der.size());
            result.roots[result.root_count++] = buffer_.first(der.size());
            buffer_ = buffer_.subspan(der.size());
        }

     private:
        ChainCheck& check_;
        const Certificate& last_;
        MutableBytes buffer_;
    };
    const std::size_t piece = std::min(buffer_.size(), root_size_max);
    Visitor roots(*this, last, buffer_.subspan(piece));
    return visit_system_roots(buffer_.first(piece), roots);
}

bool ChainCheck::admits(const Certificate& root, const Certificate& last) {
    const bool is_own = trust_.certificate != nullptr || trust_.ca_bundle != nullptr;
    const Fit fit = fit_of(root, last);
    TlsFailure why;
    const RootUse use{.ca_count = ca_count(result_.path_count),
                      .for_servers = trust_.verify,
                      .dates_count = trust_.verify && is_own,
                      .now_s = now_s_};
    if (check_root(root, use, why)) {
        admitted_fit_ = std::max(admitted_fit_, fit);
        return true;
    }
    const bool is_first = result_.refused_root.cause == Cause::none;
    if (is_first || fit > refused_fit_) {
        result_.refused_root = why;
        refused_fit_ = fit;
        refused_at_ = result_.path_count;
    }
    return false;
}

// Number of CAs among the first `path_count` certificates, as a path length counts them.
std::size_t ChainCheck::ca_count(std::size_t path_count) const {
    const auto first = path_.begin() + 1;
    const auto last = path_.begin() + static_cast<std::ptrdiff_t>(path_count);
    return static_cast<std::size_t>(
        std::count_if(first, last, [](const Certificate& ca) { return !is_self_issued(ca); }));
}

std::optional<Certificate> ChainCheck::find_issuer(const Certificate& certificate) const {
    for (const Bytes der : chain_) {
        const auto candidate = parse_certificate(der);
        if (!candidate || !same(candidate->subject, certificate.issuer)) continue;
        const auto path = std::span(result_.path).first(result_.path_count);
        const bool is_used =
            std::any_of(path.begin(), path.end(), [&](Bytes used) { return same(used, der); });
        if (!is_used) return candidate;
    }
    return std::nullopt;
}

// ---- the certificates on the path ------------------------------------------------------------

bool ChainCheck::check_path() {
    // If dates do not count, choose a time at which all certificates are valid, if there is one.
    if (!trust_.verify) result_.unix_s = path_[0].not_before_s;
    for (std::size_t i = 0; i < result_.path_count; ++i) {
        const Certificate& certificate = path_[i];
        if (!trust_.verify) {
            result_.unix_s = std::max(result_.unix_s, certificate.not_before_s);
        }
        if (i > 0 && !check_issuer(i)) return false;
        if (!check_strength(certificate) || !check_exponent(certificate)) return false;
        if (trust_.verify && !check_dates(certificate)) return false;
    }
    return true;
}

bool ChainCheck::check_issuer(std::size_t index) {
    const Certificate& certificate = path_[index];
    const std::size_t below = ca_count(index);
    if (certificate.is_ca && certificate.allows_signing && below <= certificate.path_length) {
        return true;
    }
    DetailWriter detail = fail(Cause::tls_issuer_not_ca);
    detail.put("it is ").put_name(certificate.subject);
    if (!certificate.is_ca) return false;
    if (!certificate.allows_signing) {
        detail.put(", whose keyUsage lacks keyCertSign");
    } else {
        detail.put(", which allows ").put_number(certificate.path_length);
        detail.put(" CAs below it instead of ").put_number(below);
    }
    return false;
}

bool ChainCheck::check_strength(const Certificate& certificate) {
    const bool is_weak =
        certificate.key == Certificate::Key::rsa && certificate.key_bits < rsa_bits_min;
    Cause cause = Cause::none;
    if (certificate.signature == Certificate::Signature::weak) cause = Cause::tls_signature_weak;
    if (certificate.has_unknown_critical) cause = Cause::tls_critical_extension;
    if (certificate.has_name_constraints) cause = Cause::tls_name_constraints;
    if (is_weak) cause = Cause::tls_key_weak;
    if (cause == Cause::none) return true;
    DetailWriter detail = fail(cause);
    detail.put("it belongs to ").put_name(certificate.subject);
    if (is_weak) detail.put(" and has ").put_number(certificate.key_bits).put(" bits");
    return false;
}

bool ChainCheck::check_exponent(const Certificate& certificate) {
    if (certificate.exponent_bits <= exponent_bits_max) return true;
    fail(Cause::tls_key_exponent).put("it belongs to ").put_name(certificate.subject);
    return false;
}

bool ChainCheck::check_dates(const Certificate& certificate) {
    return linnet::check_dates(certificate, now_s_, Cause::tls_certificate_not_yet_valid,
                               Cause::tls_certificate_expired, why_);
}

// RFC 5280 does not define extendedKeyUsage in a CA; every TLS library treats it as a limit on what
// the CA may issue, and CAs for e-mail alone rely on that.
bool ChainCheck::check_purpose() {
    for (const Certificate& certificate : std::span(path_).first(result_.path_count)) {
        if (certificate.allows_server) continue;
        const bool is_leaf = &certificate == path_.data();
        DetailWriter detail = fail(is_leaf ? Cause::tls_purpose : Cause::tls_issuer_purpose);
        detail.put("the extendedKeyUsage of ").put_name(certificate.subject);
        detail.put(" lacks serverAuth");
        return false;
    }
    return true;
}

bool ChainCheck::check_host(CommonName common_name) {
    return is_for_host(path_[0], host_, common_name) || fail_host();
}

bool ChainCheck::is_key_pinned(const Certificate& certificate) const {
    const Sha256Digest seen = sha256(certificate.public_key);
    return std::find(trust_.key_pins.begin(), trust_.key_pins.end(), seen) != trust_.key_pins.end();
}

// Without verification, only the server's own certificate is proved to be the server's.
bool ChainCheck::check_key_pins() {
    if (trust_.key_pins.empty()) return true;
    const auto proved = std::span(path_).first(trust_.verify ? result_.path_count : 1);
    for (const Certificate& certificate : proved) {
        if (is_key_pinned(certificate)) return true;
    }
    return fail_pin(trust_.key_pins[0], sha256(path_[0].public_key), "key",
                    trust_.key_pins.size() - 1);
}

// ---- failures --------------------------------------------------------------------------------

bool ChainCheck::fail_pin(Bytes expected, Bytes seen, std::string_view what, std::size_t more) {
    DetailWriter detail = fail(Cause::tls_pin_mismatch);
    detail.put("the SHA-256 of its ").put(what).put(" is ").put_hex(seen);
    detail.put(" instead of ").put_hex(expected);
    if (more > 0) detail.put(" or ").put_number(more).put(" more");
    return false;
}

bool ChainCheck::fail_issuer(const Certificate& last) {
    DetailWriter detail = fail(Cause::tls_issuer_unknown);
    if (same(last.issuer, last.subject)) {
        detail.put_name(last.subject).put(" is signed by itself");
    } else {
        detail.put_name(last.subject).put(" is signed by ").put_name(last.issuer);
        detail.put(", which the server did not send and which is not trusted");
    }
    return false;
}

// An error in the server's own chain, such as an expired certificate, takes precedence.
bool ChainCheck::fail_root() {
    result_.path_count = refused_at_;
    if (check_path()) why_ = result_.refused_root;
    return false;
}

bool ChainCheck::fail_path_too_long(const Certificate& last) {
    fail(Cause::tls_path_too_long)
        .put_name(last.subject)
        .put(" is certificate number ")
        .put_number(result_.path_count)
        .put(" and is not signed by a trusted root");
    return false;
}

bool ChainCheck::fail_host() {
    DetailWriter detail = fail(Cause::tls_host_mismatch);
    detail.put("it is for ");
    std::size_t omitted = 0;
    std::string_view comma;
    Bytes names = path_[0].alt_names;
    for (AltName name; take_alt_name(names, name);) {
        if (name.kind == AltName::Kind::other) continue;
        constexpr std::size_t kept = 64;  // for the text that follows
        if (omitted > 0 || detail.space() < name.value.size() + kept) {
            ++omitted;
            continue;
        }
        detail.put(comma);
        comma = ", ";
        if (name.kind == AltName::Kind::ip) {
            detail.put_ip(name.value);
        } else {
            detail.put_harmless(text_of(name.value));
        }
    }
    if (comma.empty() && omitted == 0) detail.put_name(path_[0].subject);
    if (omitted > 0) detail.put(" and ").put_number(omitted).put(" more");
    return false;
}

}  // namespace

bool check_chain(const TlsRequest& request, std::span<const Bytes> chain, MutableBytes buffer,
                 ChainResult& result, TlsFailure& why) {
    return ChainCheck(request, chain, buffer, result, why).run();
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
