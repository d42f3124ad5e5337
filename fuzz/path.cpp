// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Certificate paths, with the signatures of both TLS libraries. Input: flags (a pin instead of a
// bundle, no verification, a wrong key pin), the time, the certificate whose key is pinned, the
// host, the trusted certificates, the numbers of the shown ones, and how each is made
// (chain_maker.hpp).
//
// Checks: BearSSL and OpenSSL give the same result, cause, detail and path unless something is
// unsupported by BearSSL, and each verifies exactly those signatures that were made; the budget
// holds and is counted; an accepted path satisfies a second implementation (chain_opinion.hpp), and
// a refusal means that no such path exists; the order behind the leaf does not change the result,
// and certificates added to an accepted chain do not, either; without memory nothing is accepted.
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "chain_maker.hpp"
#include "chain_opinion.hpp"
#include "known_certificates.hpp"
#include "tls/bearssl/signature_verifier.hpp"
#include "tls/certificate_checks.hpp"
#include "tls/openssl/signature_verifier.hpp"

namespace linnet::fuzz {
namespace {

constexpr std::int64_t now_s = 1'795'392'000;  // 2026-11-23
constexpr std::size_t made_max = 12;
constexpr std::size_t roots_max = 8;  // of one name, all are tried

// ---- signatures ------------------------------------------------------------------------------

std::string identity_of(const PublicKey& key) {
    std::string text(1, static_cast<char>(key.kind));
    const bool is_numbers = key.kind == PublicKey::Kind::rsa || key.kind == PublicKey::Kind::ec;
    if (!is_numbers) return text.append(text_of(key.info));
    text.append(text_of(key.modulus)).append(1, '/').append(text_of(key.exponent));
    return text.append(1, '/').append(text_of(key.point));
}

/// Which signatures were made.
class Truth {
 public:
    void add(const MadeCertificate& made) {
        const auto leaf = parse_certificate(bytes_of(made.der));
        messages_.insert(made.signed_part);
        if (leaf) messages_.emplace(text_of(leaf->signed_part));
        signatures_.insert(
            {made.signer_info, static_cast<int>(made.scheme), made.signed_part, made.signature});
    }
    bool knows(Bytes message) const { return messages_.count(std::string(text_of(message))) > 0; }
    bool is_signed(const PublicKey& key, SignatureScheme scheme, Bytes message,
                   Bytes signature) const {
        for (std::size_t i = 0; i < FuzzKey::count; ++i) {
            if (!is_made(i, key)) continue;
            if (signatures_.count({FuzzKey::get(i).info(), static_cast<int>(scheme),
                                   std::string(text_of(message)),
                                   std::string(text_of(signature))}) > 0) {
                return true;
            }
        }
        return false;
    }

 private:
    // The same key may be encoded in another way.
    static bool is_made(std::size_t number, const PublicKey& key) {
        static std::array<std::string, FuzzKey::count> identities;
        std::string& identity = identities[number];
        if (identity.empty()) identity = made_identity(number);
        return identity == identity_of(key);
    }
    static std::string made_identity(std::size_t number) {
        // A certificate with this key: the zeros of the input make it.
        FuzzInput input{Bytes()};
        const std::string der = CertificateMaker(number, input).make().der;
        return identity_of(parse_certificate(bytes_of(der))->key);
    }

    std::set<std::string> messages_;
    std::set<std::tuple<std::string, int, std::string, std::string>> signatures_;
};

using VerifiedSignatures = std::map<std::tuple<std::string, int, std::string, std::string>, bool>;

/// Verifies with an engine, once each, and compares with the truth.
class Witness final : public SignatureVerifier {
 public:
    Witness(SignatureVerifier& engine, const Truth& truth, VerifiedSignatures& results)
        : engine_(engine), truth_(truth), results_(results) {}

    bool supports(SignatureScheme scheme) const override { return engine_.supports(scheme); }
    bool is_signed(const PublicKey& key, SignatureScheme scheme, Bytes message,
                   Bytes signature) override {
        require(engine_.supports(scheme), "only supported signatures are verified");
        const bool is_right = verify(key, scheme, message, signature);
        require(
            !truth_.knows(message) || is_right == truth_.is_signed(key, scheme, message, signature),
            "exactly the signatures that were made are right");
        const std::size_t units = signature_cost(key);
        ++count;
        cost += units;
        if (!is_right) {
            require(wrong_cost < ChainBudget().wrong_signature_cost, "none after the budget");
            ++wrong_count;
            wrong_cost += units;
        }
        return is_right;
    }
    void start() { count = cost = wrong_count = wrong_cost = 0; }

    std::size_t count = 0, cost = 0, wrong_count = 0, wrong_cost = 0;

 private:
    // Most inputs have most certificates in common, and large curves are slow.
    bool verify(const PublicKey& key, SignatureScheme scheme, Bytes message, Bytes signature) {
        if (results_.size() > 20'000) results_.clear();
        const auto [at, is_new] =
            results_.try_emplace({std::string(text_of(key.info)), static_cast<int>(scheme),
                                  std::string(text_of(message)), std::string(text_of(signature))});
        if (is_new) at->second = engine_.is_signed(key, scheme, message, signature);
        return at->second;
    }

    SignatureVerifier& engine_;
    const Truth& truth_;
    VerifiedSignatures& results_;
};

// ---- one result -----------------------------------------------------------------------------

struct Verdict {
    Cause cause;
    std::string detail;
    std::vector<const std::uint8_t*> path;
    bool is_exhausted;

    bool is_accepted() const { return cause == Cause::none; }
    friend bool operator==(const Verdict&, const Verdict&) = default;
};

void check_budget(const Witness& witness, const ChainBudget& left) {
    const ChainBudget full;
    require(full.signatures - left.signatures == witness.count, "signatures are counted");
    require(full.signature_cost - left.signature_cost == witness.cost, "by their cost");
    require(full.wrong_signatures - left.wrong_signatures == witness.wrong_count, "wrong ones");
    require(full.wrong_signature_cost - left.wrong_signature_cost ==
                std::min(witness.wrong_cost, full.wrong_signature_cost),
            "by their cost, too");
    require(witness.count <= full.signatures && witness.cost <= full.signature_cost &&
                witness.wrong_count <= full.wrong_signatures &&
                left.candidates <= full.candidates &&
                left.name_comparisons <= full.name_comparisons,
            "and limited");
}

Verdict judge(TlsRequest request, std::span<const Bytes> chain, Witness& witness) {
    FuzzMemory memory;
    memory.limit = chain_memory_max;
    request.memory = &memory;
    witness.start();
    ChainResult result;
    TlsFailure why;
    const bool accepted = linnet::check_chain(request, chain, witness, result, why);
    require(accepted == (why.cause == Cause::none), "a refusal has only a cause");
    check_budget(witness, result.left);
    const ChainOpinion opinion(request, chain);
    accepted ? opinion.check_accepted(result) : opinion.check_refused(why, result);
    Verdict verdict{
        why.cause, std::string(why.detail()), {}, ChainOpinion::is_exhausted(result.left)};
    for (std::size_t i = 0; i < result.path_count && accepted; ++i) {
        verdict.path.push_back(result.path[i].data());
    }
    if (accepted) verdict.path.push_back(result.root.data());
    return verdict;
}

// ---- whether there is a path -----------------------------------------------------------------

/// Tries all paths, without a plan.
class PathCensus {
 public:
    PathCensus(const TlsRequest& request, std::span<const Bytes> chain,
               const SignatureVerifier& engine, const Truth& truth)
        : request_(request), rules_{engine, request.unix_s, request.trust.verify}, truth_(truth) {
        std::set<std::string> known;
        for (const Bytes der : chain) {
            const auto certificate = parse_certificate(der);
            if (certificate && known.emplace(text_of(der)).second) shown_.push_back(*certificate);
        }
        const TlsTrust& trust = request.trust;
        const X509Certificate& given =
            trust.certificate != nullptr ? *trust.certificate : *trust.ca_bundle;
        for (std::size_t i = 0; i < given.size(); ++i) {
            const auto root = parse_certificate(given.der(i));
            if (root && (root->is_ca || trust.certificate == nullptr)) roots_.push_back(*root);
        }
    }

    /// Returns false, too, if there are too many paths to try.
    bool finds_path() {
        const Certificate& leaf = shown_[0];
        if (check_usable(leaf.key, rules_.verifier) != Fault::none) return false;
        if (linnet::check_leaf(leaf, rules_) != Fault::none) return false;
        const bool is_for_host = is_meant_for(leaf, request_.host, false);
        if (rules_.verify && (request_.unix_s == 0 || !is_for_host)) return false;
        path_ = {leaf};
        return is_reachable();
    }

 private:
    bool is_reachable() {
        if (++steps_ > 3000) return false;
        for (const Certificate& root : roots_) {
            if (!is_link(root, CertificateRole::root)) continue;
            path_.push_back(root);
            const bool is_good = is_consistent(path_);
            path_.pop_back();
            if (is_good) return true;
        }
        if (path_.size() + 1 >= path_count_max) return false;
        for (std::size_t i = 1; i < shown_.size(); ++i) {
            if (!is_link(shown_[i], CertificateRole::issuer)) continue;
            path_.push_back(shown_[i]);
            if (is_reachable()) return true;
            path_.pop_back();
        }
        return false;
    }

    bool is_link(const Certificate& issuer, CertificateRole role) {
        const Certificate& subject = path_.back();
        // RFC 4158 5.2.
        const bool is_repeated =
            std::any_of(path_.begin(), path_.end(), [&](const Certificate& each) {
                return text_of(each.key.info) == text_of(issuer.key.info) &&
                       text_of(each.alt_names) == text_of(issuer.alt_names) &&
                       is_same_name(each.subject, issuer.subject);
            });
        return !is_repeated && is_same_name(issuer.subject, subject.issuer) &&
               check_issuer(issuer, role, rules_) == Fault::none &&
               rules_.verifier.supports(subject.scheme) && is_signed(issuer.key, subject);
    }

    // The known certificates are from another hand; all of their keys are RSA or ECDSA.
    bool is_signed(const PublicKey& key, const Certificate& subject) const {
        const auto [message, signature] = std::pair(subject.signed_part, subject.signature);
        if (truth_.knows(message)) return truth_.is_signed(key, subject.scheme, message, signature);
        const bool is_ec = key.kind == PublicKey::Kind::ec;
        const bool by_ec = subject.scheme >= SignatureScheme::ecdsa_sha256 &&
                           subject.scheme <= SignatureScheme::ecdsa_sha512;
        return is_ec == by_ec && (is_ec || key.kind == PublicKey::Kind::rsa) &&
               OpenSslSignatureVerifier().is_signed(key, subject.scheme, message, signature);
    }

    const TlsRequest& request_;
    CheckRules rules_;
    const Truth& truth_;
    std::vector<Certificate> shown_, roots_;
    PathOfCertificates path_;
    int steps_ = 0;
};

// ---- the input -------------------------------------------------------------------------------

struct Story {
    std::uint8_t flags, time, pinned, host_number;
    Bytes roots, shown;
    std::vector<MadeCertificate> made;
    Truth truth;

    explicit Story(FuzzInput& input)
        : flags(input.byte()), time(input.byte()), pinned(input.byte()), host_number(input.byte()) {
        roots = input.take_part().rest();
        shown = input.take_part().rest();
        const std::size_t count = input.byte() % (made_max + 1);
        for (std::size_t i = 0; i < count; ++i) {
            made.push_back(CertificateMaker(i, input).make());
            truth.add(made.back());
        }
    }

    /// Up to 127 for those that were made, above for the known ones.
    Bytes der(std::uint8_t number) const {
        const X509Certificate& known = Known::get().all;
        if (number >= 128 || made.empty()) return known.der(number % known.size());
        return bytes_of(made[number % made.size()].der);
    }

    std::vector<Bytes> chain() const {
        std::vector<Bytes> result;
        for (const std::uint8_t number : shown.first(std::min<std::size_t>(shown.size(), 20))) {
            result.push_back(der(number));
        }
        for (std::size_t i = 0; shown.empty() && i + 1 < made.size(); ++i) {
            result.push_back(bytes_of(made[i].der));
        }
        return result;
    }

    void load_roots(X509Certificate& store) const {
        const std::uint8_t last = made.empty() ? 0 : static_cast<std::uint8_t>(made.size() - 1);
        const Bytes numbers = roots.empty() ? Bytes(&last, 1) : roots;
        for (const std::uint8_t number : numbers.first(std::min(numbers.size(), roots_max))) {
            const Error error = store.load_from_memory(der(number));
            require((error == Error::ok) == parse_certificate(der(number)).has_value(),
                    "a certificate can be loaded");
        }
    }

    std::int64_t unix_s() const {
        constexpr std::int64_t times[] = {now_s, now_s + 1, now_s - 1, now_s - 365 * 86'400, 0, 1};
        return times[time % std::size(times)];
    }

    std::string host() const {
        const std::string hosts[] = {"good.test", "a.good.test", "10.0.0.1", "other.test"};
        return hosts[host_number % std::size(hosts)];
    }
};

bool needs_openssl(Bytes der) {
    const auto certificate = parse_certificate(der);
    if (!certificate) return false;
    const BearSslSignatureVerifier bearssl;
    const OpenSslSignatureVerifier openssl;
    const SignatureScheme scheme = certificate->scheme;
    return bearssl.supports(scheme) != openssl.supports(scheme) ||
           certificate->key.kind == PublicKey::Kind::ed25519 ||
           certificate->key.kind == PublicKey::Kind::rsa_pss;
}

class PathCheck {
 public:
    explicit PathCheck(const Story& story) : story_(story), chain_(story.chain()) {
        story.load_roots(store_);
        TlsTrust& trust = request_.trust;
        ((story.flags & 1) == 0 ? trust.ca_bundle : trust.certificate) = &store_;
        if (trust.ca_bundle == nullptr) trust.ca_bundle = &Known::get().root;
        trust.verify = (story.flags & 2) == 0;
        if ((story.flags & 4) != 0) pins_.push_back(Sha256Digest{});
        X509Certificate one;
        const std::uint8_t pinned = story.pinned;
        if (pinned != 0 && one.load_from_memory(story.der(pinned - 1)) == Error::ok)
            pins_.push_back(one.facts(0).key_sha256);
        trust.key_pins = pins_;
        request_.host = host_;
        request_.unix_s = story.unix_s();
    }
    PathCheck(const PathCheck&) = delete;
    PathCheck& operator=(const PathCheck&) = delete;

    void run() {
        const Verdict by_bearssl = judge(request_, chain_, bearssl_);
        const Verdict by_openssl = judge(request_, chain_, openssl_);
        compare(by_bearssl, by_openssl);
        if (!by_bearssl.is_accepted()) check_refused(bearssl_engine_, by_bearssl);
        if (!by_openssl.is_accepted()) check_refused(openssl_engine_, by_openssl);
        check_orders(by_openssl);
        check_strays(by_bearssl, bearssl_);
        check_strays(by_openssl, openssl_);
        check_without_memory();
    }

 private:
    void compare(const Verdict& by_bearssl, const Verdict& by_openssl) {
        bool is_other = std::any_of(chain_.begin(), chain_.end(), needs_openssl);
        for (std::size_t i = 0; i < store_.size(); ++i) {
            is_other = is_other || needs_openssl(store_.der(i));
        }
        require(is_other || by_bearssl == by_openssl, "both libraries lead to the same verdict");
        require(!by_bearssl.is_accepted() || by_openssl.is_accepted() || by_openssl.is_exhausted,
                "what is right with fewer algorithms is right with more");
    }

    void check_refused(const SignatureVerifier& engine, const Verdict& verdict) {
        if (verdict.is_exhausted || verdict.cause == Cause::tls_chain_too_large) return;
        if (chain_.empty() || !parse_certificate(chain_[0]) || !pins_.empty()) return;
        const ChainOpinion opinion(request_, chain_);
        const bool is_path = request_.trust.verify || request_.trust.certificate != nullptr;
        if (!is_path || opinion.is_pinned()) return;
        require(!PathCensus(request_, chain_, engine, story_.truth).finds_path(),
                "a refused chain has no path");
    }

    void check_orders(const Verdict& verdict) {
        if (chain_.size() < 3) return;
        std::vector<Bytes> other = chain_;
        std::reverse(other.begin() + 1, other.end());
        require_same(judge(request_, other, openssl_), verdict);
        std::rotate(other.begin() + 1, other.begin() + 2, other.end());
        require_same(judge(request_, other, openssl_), verdict);
    }

    static void require_same(const Verdict& other, const Verdict& verdict) {
        require(other.is_accepted() == verdict.is_accepted() || other.is_exhausted ||
                    verdict.is_exhausted,
                "the order behind the leaf does not matter");
    }

    void check_strays(const Verdict& verdict, Witness& witness) {
        if (!verdict.is_accepted()) return;
        std::vector<Bytes> other = chain_;
        const Bytes strays[] = {Known::get().root.der(0), bytes_of("0\x03\x02\x01\x01"sv),
                                chain_[0], story_.der(story_.time), story_.der(story_.host_number)};
        for (const Bytes stray : strays) other.insert(other.begin() + 1, stray);
        const Verdict with_strays = judge(request_, other, witness);
        require(with_strays.is_accepted() || with_strays.is_exhausted ||
                    with_strays.cause == Cause::tls_chain_too_large,
                "further certificates do no harm");
    }

    void check_without_memory() {
        FuzzMemory memory;
        memory.allocations_left = 0;
        TlsRequest request = request_;
        request.memory = &memory;
        ChainResult result;
        TlsFailure why;
        require(!linnet::check_chain(request, chain_, bearssl_, result, why) &&
                    why.cause == Cause::out_of_memory,
                "without memory nothing is accepted");
    }

    const Story& story_;
    std::vector<Bytes> chain_;
    X509Certificate store_;
    std::vector<Sha256Digest> pins_;
    std::string host_ = story_.host();
    TlsRequest request_;
    BearSslSignatureVerifier bearssl_engine_;
    OpenSslSignatureVerifier openssl_engine_;
    inline static VerifiedSignatures by_bearssl_, by_openssl_;
    Witness bearssl_{bearssl_engine_, story_.truth, by_bearssl_};
    Witness openssl_{openssl_engine_, story_.truth, by_openssl_};
};

}  // namespace
}  // namespace linnet::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    linnet::fuzz::FuzzInput input(data, size);
    const linnet::fuzz::Story story(input);
    linnet::fuzz::PathCheck(story).run();
    return 0;
}
