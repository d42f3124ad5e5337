// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Checking a server's certificates: an ordinary chain, and the most expensive ones that a server
// can send without a key that anyone trusts, and with one. The signatures are real.
#include <array>
#include <map>
#include <memory>

#include "bench.hpp"
#include "chain_bench.hpp"
#include "testkit/der_builder.hpp"
#include "tls/bearssl/signature_verifier.hpp"

namespace linnet::bench {
namespace {

using test::item;
using test::sequence;
using Arcs = std::vector<unsigned long long>;

constexpr std::int64_t now_s = 1'795'392'000;  // 2026-11-23

// ---- certificates ----------------------------------------------------------------------------

struct Curve {
    int bearssl;
    Arcs id;
};
const Curve p256 = {BR_EC_secp256r1, {1, 2, 840, 10045, 3, 1, 7}};
const Curve p384 = {BR_EC_secp384r1, {1, 3, 132, 0, 34}};

class Key {
 public:
    Key(const Curve& curve, char seed) : curve_(curve) {
        br_hmac_drbg_context random;
        br_hmac_drbg_init(&random, &br_sha256_vtable, &seed, 1);
        br_ec_keygen(&random.vtable, br_ec_get_default(), &private_, private_bytes_, curve.bearssl);
        br_ec_compute_pub(br_ec_get_default(), &public_, public_bytes_, &private_);
    }
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;

    std::string info() const {
        const std::string point(reinterpret_cast<const char*>(public_.q), public_.qlen);
        const std::string algorithm =
            test::algorithm({1, 2, 840, 10045, 2, 1}, test::oid(curve_.id));
        return sequence({algorithm, test::bit_string(point)});
    }
    std::string sign(std::string_view message) const {
        std::array<std::uint8_t, 32> digest;
        br_sha256_context hash;
        br_sha256_init(&hash);
        br_sha256_update(&hash, message.data(), message.size());
        br_sha256_out(&hash, digest.data());
        std::array<char, 200> signature;
        const std::size_t size = br_ecdsa_sign_asn1_get_default()(
            br_ec_get_default(), &br_sha256_vtable, digest.data(), &private_, signature.data());
        return {signature.data(), size};
    }

 private:
    Curve curve_;
    br_ec_private_key private_;
    br_ec_public_key public_;
    unsigned char private_bytes_[BR_EC_KBUF_PRIV_MAX_SIZE];
    unsigned char public_bytes_[BR_EC_KBUF_PUB_MAX_SIZE];
};

const Key& key_of(const Curve& curve, char seed) {
    static std::map<std::pair<int, char>, std::unique_ptr<Key>> keys;
    std::unique_ptr<Key>& key = keys[{curve.bearssl, seed}];
    if (key == nullptr) key = std::make_unique<Key>(curve, seed);
    return *key;
}

std::string certificate(const std::string& subject, const std::string& issuer, const Key& key,
                        const Key& signer, bool is_leaf = false) {
    test::CertificateParts parts{.issuer = test::name_of(issuer),
                                 .subject = test::name_of(subject),
                                 .public_key = key.info()};
    parts.extensions = {
        is_leaf ? test::alt_names({test::dns("host.test")})
                : test::extension({2, 5, 29, 19}, sequence({item(0x01, "\xFF")}), true)};
    parts.signature = test::bit_string(signer.sign(parts.tbs()));
    return parts.der();
}

// ---- chains ----------------------------------------------------------------------------------

struct Case {
    std::vector<std::string> shown;
    X509Certificate roots;
    bool is_trusted = false;

    void trust(const std::string& der) {
        benchmark::DoNotOptimize(roots.load_from_memory(bytes_of(der)));
    }
};

// A leaf, a CA and a root.
void make_ordinary(Case& chain) {
    const Key &leaf = key_of(p256, 'l'), &ca = key_of(p256, 'c'), &root = key_of(p256, 'r');
    chain.shown = {certificate("leaf", "ca", leaf, ca, true), certificate("ca", "root", ca, root)};
    chain.trust(certificate("root", "root", root, root));
    chain.is_trusted = true;
}

// 15 CAs that name each other, below eight roots of that name. No root has signed any of them.
void make_hostile(Case& chain, const Curve& curve) {
    chain.shown = {certificate("leaf", "name", key_of(curve, 'l'), key_of(curve, 'a'), true)};
    for (char seed = 'a'; seed < 'a' + 15; ++seed) {
        chain.shown.push_back(certificate("name", "name", key_of(curve, seed), key_of(curve, 'z')));
    }
    for (char seed = 'A'; seed < 'A' + 8; ++seed) {
        const Key& root = key_of(curve, seed);
        chain.trust(certificate("name", "name", root, root));
    }
}

void run(benchmark::State& state, const Case& chain, SignatureVerifier& verifier) {
    std::vector<Bytes> shown;
    for (const std::string& der : chain.shown) shown.push_back(bytes_of(der));
    const TlsTrust trust{.ca_bundle = &chain.roots};
    const TlsRequest request{.host = "host.test", .trust = trust, .unix_s = now_s};
    bool as_expected = true;
    measure(state, {}, [&] {
        ChainResult result;
        TlsFailure why;
        as_expected &= check_chain(request, shown, verifier, result, why) == chain.is_trusted;
    });
    if (!as_expected) state.SkipWithError("the result was not the expected one");
}

BearSslSignatureVerifier bearssl;
const Entered entered([] { enter_chains("linnet", bearssl); });

}  // namespace

void enter_chains(const char* contender, SignatureVerifier& verifier) {
    const auto enter = [&](const char* of, auto make) {
        add("TLS chain", contender, of, [=, &verifier](benchmark::State& state) {
            Case chain;
            make(chain);
            run(state, chain, verifier);
        });
    };
    enter("P-256, one CA", make_ordinary);
    enter("hostile, P-256", [](Case& chain) { make_hostile(chain, p256); });
    enter("hostile, P-384", [](Case& chain) { make_hostile(chain, p384); });
}

}  // namespace linnet::bench
