// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Certificate chains and trust: every row of tls_rows.hpp through `check_chain`, with a fixed
// clock, and the cases that rows cannot express. No sockets.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "codec/sha256.hpp"
#include "linnet/tls_chain.hpp"
#include "platform/roots.hpp"
#include "testkit/certificates_needed.hpp"
#include "testkit/der_builder.hpp"
#include "testkit/exact.hpp"
#include "testkit/random.hpp"
#include "testkit/signatures.hpp"
#include "testkit/tls_rows.hpp"
#include "x509/certificate.hpp"

namespace linnet::test {
namespace {

constexpr std::int64_t now_s = 1'795'392'000;  // 2026-11-23 00:00:00 UTC
constexpr std::string_view now_text = "2026-11-23 00:00:00 UTC";

using Ders = std::vector<std::string>;

// One call, with every certificate in its own block.
struct Checked {
    Checked(const Ders& chain, const TlsTrust& trust, std::string_view host = "good.test",
            std::int64_t unix_s = now_s) {
        for (const std::string& der : chain) blocks.push_back(std::make_unique<ExactBytes>(der));
        for (const auto& block : blocks) shown.push_back(block->bytes());
        const TlsRequest request{.host = host, .trust = trust, .unix_s = unix_s};
        EveryScheme verifier;
        is_trusted = check_chain(request, shown, verifier, result, why);
        EXPECT_EQ(is_trusted, why.cause == Cause::none);
        EXPECT_LT(result.path_count, path_count_max);
    }

    std::string detail() const { return std::string(why.detail()); }
    /// The indices of the path in the chain, as digits.
    std::string path() const {
        std::string indices;
        for (const Bytes der : std::span(result.path).first(result.path_count)) {
            for (std::size_t i = 0; i < shown.size(); ++i) {
                if (shown[i].data() == der.data()) indices += std::to_string(i);
            }
        }
        return indices;
    }

    std::vector<std::unique_ptr<ExactBytes>> blocks;
    std::vector<Bytes> shown;
    ChainResult result;
    TlsFailure why;
    bool is_trusted = false;
};

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != text.npos;
}

Ders ders_of(std::initializer_list<std::string_view> names) {
    Ders ders;
    for (const std::string_view name : names) ders.push_back(authority_der(name));
    return ders;
}

std::string hex(const Sha256Digest& digest) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : digest) text.append({digits[byte >> 4], digits[byte & 15]});
    return text;
}

// ---- the table -------------------------------------------------------------------------------

// Case 30, 31: every way in which certificates can be wrong
TEST(Chain, is_checked_as_every_row_says) {
    for (const TlsRow& row : tls_rows) {
        SCOPED_TRACE(row.name);
        const LoadedTrust trust(row.trust);
        const Checked checked(chain_ders(row.chain), trust.trust(), row.host);
        EXPECT_EQ(checked.why.cause, row.checked) << checked.detail();
        EXPECT_TRUE(has(checked.detail(), row.detail)) << checked.detail();
        EXPECT_TRUE(checked.detail().empty() || !checked.is_trusted) << checked.detail();
    }
}

// ---- the path --------------------------------------------------------------------------------

// Four certificates, of which the leaf and two are needed.
TEST(Chain, has_the_same_result_in_every_order) {
    const LoadedTrust trust({.roots = "old_root"});
    const Ders ders =
        ders_of({"cross_signed_leaf", "new_intermediate", "cross_new_root", "intermediate"});
    std::vector<std::size_t> order = {1, 2, 3};
    do {
        SCOPED_TRACE(testing::PrintToString(order));
        const Checked checked({ders[0], ders[order[0]], ders[order[1]], ders[order[2]]},
                              trust.trust());
        EXPECT_TRUE(checked.is_trusted) << checked.detail();
        ASSERT_EQ(checked.result.path_count, 3u);
        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_EQ(text_of(checked.result.path[i]), ders[i]) << "from issuer to issuer";
        }
        EXPECT_EQ(text_of(checked.result.root), authority_der("old_root"));
    } while (std::next_permutation(order.begin(), order.end()));
}

// The first is always the server's own.
TEST(Chain, begins_with_the_first_certificate) {
    const LoadedTrust trust({});
    const Checked checked(ders_of({"intermediate", "good"}), trust.trust());
    EXPECT_EQ(checked.why.cause, Cause::tls_purpose) << "an intermediate signs no handshakes";
}

TEST(Chain, is_not_longer_than_necessary) {
    const LoadedTrust trust({.roots = "root intermediate"});
    const Checked checked(chain_ders("root_sent"), trust.trust());
    EXPECT_TRUE(checked.is_trusted);
    EXPECT_EQ(checked.path(), "0") << "the nearest root ends the path";
    EXPECT_EQ(text_of(checked.result.root), authority_der("intermediate"));
}

TEST(Chain, names_no_root_for_a_pinned_leaf) {
    const LoadedTrust trust({.pinned = "good"});
    const Checked checked(chain_ders("good"), trust.trust());
    EXPECT_TRUE(checked.is_trusted);
    EXPECT_EQ(checked.path(), "0");
    EXPECT_TRUE(checked.result.root.empty());
}

TEST(Chain, may_contain_unrelated_certificates_of_any_kind) {
    const LoadedTrust trust({});
    const std::string intermediate = authority_der("intermediate");
    const std::string strays[] = {
        authority_der("other_root"),
        "not a certificate",
        std::string(1, '\0'),
        "",
        intermediate.substr(0, intermediate.size() - 1),
        intermediate + '\0',
    };
    for (const std::string& stray : strays) {
        const Checked checked({authority_der("good"), stray, intermediate, stray}, trust.trust());
        EXPECT_TRUE(checked.is_trusted) << shown(stray.substr(0, 20)) << checked.detail();
        EXPECT_EQ(checked.path(), "02");
    }
}

// Two certificates that name each other as issuer.
TEST(Chain, does_not_loop_for_ever) {
    const LoadedTrust trust({});
    for (const std::string_view name : {"self_signed", "self_signed_ca", "other_root"}) {
        const Ders ders = ders_of({name, name, name});
        EXPECT_EQ(Checked(ders, trust.trust()).why.cause, Cause::tls_issuer_unknown) << name;
    }
    const Ders crossed = ders_of({"self_signed", "self_signed_renewed", "self_signed"});
    const Checked checked(crossed, trust.trust());
    EXPECT_EQ(checked.why.cause, Cause::tls_issuer_unknown);
}

// A root with a number as its key, and that key identifier.
std::string numbered_root(unsigned number) {
    const auto byte = static_cast<char>(number);
    CertificateParts root{
        .issuer = name_of("one name"),
        .subject = name_of("one name"),
        .extensions = {extension({2, 5, 29, 19}, sequence({item(0x01, "\xFF")}), true),
                       extension({2, 5, 29, 14}, item(0x04, std::string(1, byte)))}};
    root.public_key.back() = byte;
    return root.der();
}

// Says that one root has signed everything.
class SignedByOne final : public SignatureVerifier {
 public:
    explicit SignedByOne(unsigned number) : number_(number) {}
    bool supports(SignatureScheme scheme) const override {
        return scheme == SignatureScheme::ecdsa_sha256;
    }
    bool is_signed(const PublicKey& key, SignatureScheme, Bytes, Bytes) override {
        return key.point.back() == number_;
    }

 private:
    unsigned number_;
};

// Returns whether root number 12 of 12 with one name is found. An empty key identifier: none.
bool is_found_among_twelve(std::string_view key_id) {
    X509Certificate roots;
    for (unsigned i = 1; i <= 12; ++i) {
        EXPECT_EQ(roots.load_from_memory(bytes_of(numbered_root(i))), Error::ok);
    }
    CertificateParts leaf{
        .issuer = name_of("one name"),
        .extensions = {alt_names({dns("good.test")})},
        .signature = bit_string(sequence({item(0x02, "\x01"), item(0x02, "\x01")}))};
    if (!key_id.empty()) {
        leaf.extensions.push_back(extension({2, 5, 29, 35}, sequence({item(0x80, key_id)})));
    }
    const std::string der = leaf.der();
    const Bytes chain[] = {bytes_of(der)};
    SignedByOne verifier(12);
    ChainResult result;
    TlsFailure why;
    const TlsTrust trust{.ca_bundle = &roots};
    const bool is_found = check_chain({.host = "good.test", .trust = trust, .unix_s = now_s}, chain,
                                      verifier, result, why);
    EXPECT_EQ(result.root.empty(), !is_found);
    if (!is_found) {
        EXPECT_EQ(why.cause, Cause::tls_issuer_unknown);
        EXPECT_TRUE(has(why.detail(), "4 more trusted roots have names of its issuers"))
            << why.detail();
    }
    return is_found;
}

TEST(Chain, tries_eight_roots_with_one_name_and_prefers_those_with_the_key_identifier) {
    EXPECT_FALSE(is_found_among_twelve(""));
    EXPECT_TRUE(is_found_among_twelve("\x0C"));
    EXPECT_FALSE(is_found_among_twelve("\x01"));
}

// ---- bounds ----------------------------------------------------------------------------------

TEST(Chain, has_at_most_16_certificates) {
    const LoadedTrust trust({});
    Ders ders = chain_ders("good");
    ders.resize(chain_count_max, authority_der("other_root"));
    EXPECT_TRUE(Checked(ders, trust.trust()).is_trusted);
    ders.push_back(authority_der("other_root"));
    EXPECT_EQ(Checked(ders, trust.trust()).why.cause, Cause::tls_chain_too_large);
}

TEST(Chain, has_at_most_64_kib) {
    const LoadedTrust trust({});
    Ders ders = chain_ders("good");
    const std::size_t left = chain_size_max - ders[0].size() - ders[1].size();
    ders.push_back(std::string(left, 'x'));
    EXPECT_TRUE(Checked(ders, trust.trust()).is_trusted);
    ders.back() += 'x';
    EXPECT_EQ(Checked(ders, trust.trust()).why.cause, Cause::tls_chain_too_large);
}

// The root counts, even if the server does not send it.
TEST(Chain, has_a_path_of_at_most_8_certificates) {
    Ders ders = chain_ders("chain_100");
    ders.resize(chain_count_max);
    const LoadedTrust deep({.roots = "chain_ca_93"});
    const Checked checked(ders, deep.trust());
    EXPECT_TRUE(checked.is_trusted) << checked.detail();
    EXPECT_EQ(checked.path(), "0123456");
    const LoadedTrust deeper({.roots = "chain_ca_92"});
    const Checked refused(ders, deeper.trust());
    EXPECT_EQ(refused.why.cause, Cause::tls_path_too_long);
    EXPECT_EQ(
        refused.detail(),
        "\"CN=chain_ca_94,O=linnet\" is certificate number 7 and is not signed by a trusted root");
    ders.resize(7);
    EXPECT_EQ(Checked(ders, deeper.trust()).why.cause, Cause::tls_issuer_unknown)
        << "the issuer is neither sent nor trusted";
}

// The server signs with that key, even if no signature in its chain matters.
TEST(Chain, has_no_leaf_with_a_large_exponent_even_if_it_is_trusted) {
    for (const RowTrust& row :
         {RowTrust{}, RowTrust{.pinned = "large_exponent"}, RowTrust{.keys = "large_exponent"},
          RowTrust{.roots = "large_exponent"}, RowTrust{.verify = false},
          RowTrust{.pinned = "root", .verify = false},
          RowTrust{.pinned = "large_exponent", .verify = false}}) {
        const LoadedTrust trust(row);
        const Checked checked(chain_ders("large_exponent"), trust.trust());
        EXPECT_EQ(checked.why.cause, Cause::tls_key_exponent);
        EXPECT_EQ(checked.detail(), "it belongs to \"CN=large_exponent,O=linnet\"");
    }
}

TEST(Chain, must_not_be_empty_or_malformed) {
    for (const RowTrust& row : {RowTrust{}, RowTrust{.pinned = "good"}, RowTrust{.keys = "good"},
                                RowTrust{.verify = false}}) {
        const LoadedTrust trust(row);
        EXPECT_EQ(Checked({}, trust.trust()).why.cause, Cause::tls_certificate_missing);
        for (const std::string_view der : {"", "x", "\x30", "\x30\x80"}) {
            const Checked checked({std::string(der)}, trust.trust());
            EXPECT_EQ(checked.why.cause, Cause::tls_certificate_malformed);
            EXPECT_EQ(checked.detail(), "it is the server's own certificate");
        }
    }
}

// ---- cost ------------------------------------------------------------------------------------

// Says which signatures are right, and adds up what they cost.
class CostlyVerifier final : public SignatureVerifier {
 public:
    explicit CostlyVerifier(std::string_view right_keys) : right_keys_(right_keys) {}
    bool supports(SignatureScheme scheme) const override {
        return scheme == SignatureScheme::ecdsa_sha256;
    }
    bool is_signed(const PublicKey& key, SignatureScheme, Bytes, Bytes) override {
        const std::size_t own_cost = key.bits == 256 ? 4 : key.bits == 384 ? 16 : 40;
        cost += own_cost;
        ++count;
        const bool is_right = has(right_keys_, text_of(key.point.last(1)));
        if (!is_right) wrong_cost += own_cost;
        return is_right;
    }
    std::size_t count = 0, cost = 0, wrong_cost = 0;

 private:
    std::string right_keys_;
};

using Arcs = std::vector<unsigned long long>;
const Arcs p256 = {1, 2, 840, 10045, 3, 1, 7}, p384 = {1, 3, 132, 0, 34}, p521 = {1, 3, 132, 0, 35};

// A CA that may have signed every other one. The last byte of its key is `key`.
std::string interchangeable(char key, const Arcs& curve, const std::string& more = "") {
    CertificateParts ca{
        .issuer = name_of("one name"),
        .subject = name_of("one name"),
        .public_key = ec_key(curve),
        .extensions = {extension({2, 5, 29, 19}, sequence({item(0x01, "\xFF")}), true)},
        .signature = bit_string(sequence({item(0x02, "\x01"), item(0x02, "\x01")}))};
    if (!more.empty()) ca.extensions.push_back(more);
    ca.public_key.back() = key;
    return ca.der();
}

struct HostileRow {
    std::string_view name;
    Arcs curve;
    std::string_view right_keys;  // R: roots, S: those sent
    std::string root_extension = "";
    bool has_roots = true;
};

// A leaf and 15 CAs that name each other, below eight roots of the same name.
CostlyVerifier cost_of(const HostileRow& row, Cause& cause) {
    X509Certificate roots;
    Ders ders = {interchangeable('L', row.curve, alt_names({dns("good.test")}))};
    for (char serial = 1; serial < 16; ++serial) {
        // Different keys: the byte before the last.
        std::string ca = interchangeable('S', row.curve);
        ca[ca.rfind('S') - 1] = serial;
        ders.push_back(ca);
        if (serial > 8 || !row.has_roots) continue;
        std::string root = interchangeable('R', row.curve, row.root_extension);
        root[root.rfind('R') - 1] = serial;
        EXPECT_EQ(roots.load_from_memory(bytes_of(root)), Error::ok);
    }
    std::vector<Bytes> chain;
    for (const std::string& der : ders) chain.push_back(bytes_of(der));
    CostlyVerifier verifier(row.right_keys);
    ChainResult result;
    TlsFailure why;
    const TlsTrust trust{.ca_bundle = &roots};
    const TlsRequest request{.host = "good.test", .trust = trust, .unix_s = now_s};
    EXPECT_FALSE(check_chain(request, chain, verifier, result, why));
    cause = why.cause;
    EXPECT_EQ(ChainBudget().signature_cost - result.left.signature_cost, verifier.cost);
    EXPECT_EQ(ChainBudget().signatures - result.left.signatures, verifier.count);
    return verifier;
}

TEST(Chain, costs_no_more_than_its_budget_whatever_is_sent) {
    const std::string no_names =
        extension({2, 5, 29, 30}, sequence({item_of(0xA0, {sequence({dns("other.test")})})}), true);
    const HostileRow rows[] = {
        {"no signature is right", p256, ""},
        {"no signature is right", p384, ""},
        {"no signature is right", p521, ""},
        {"all are right but those of the roots", p384, "S"},
        {"no root permits the name", p384, "RS", no_names},
        {"there is no root of that name", p384, "RS", "", false},
    };
    const ChainBudget budget;
    for (const HostileRow& row : rows) {
        SCOPED_TRACE(std::string(row.name) + " " + std::to_string(row.curve.back()));
        Cause cause = Cause::none;
        const CostlyVerifier verifier = cost_of(row, cause);
        EXPECT_LE(verifier.count, budget.signatures);
        EXPECT_LE(verifier.cost, budget.signature_cost);
        // The last wrong one may begin before the budget is spent.
        EXPECT_LT(verifier.wrong_cost, budget.wrong_signature_cost + 40);
        EXPECT_NE(cause, Cause::none);
    }
}

// 2000 names under 2000 constraints of a root are not compared to the end.
TEST(Chain, compares_no_more_names_than_its_budget_allows) {
    std::vector<std::string> subtrees, names = {dns("good.test")};
    for (int i = 0; i < 2000; ++i) {
        subtrees.push_back(sequence({dns("n" + std::to_string(i))}));
        names.push_back(dns("a.n" + std::to_string(i)));
    }
    const std::string constraints =
        extension({2, 5, 29, 30}, sequence({item_of(0xA1, subtrees)}), true);
    const auto cause_with = [&](std::size_t name_count) {
        X509Certificate roots;
        const std::string root = interchangeable('R', p256, constraints);
        EXPECT_EQ(roots.load_from_memory(bytes_of(root)), Error::ok);
        std::vector<std::string> some;
        for (std::size_t i = 0; i < name_count; ++i) some.push_back(dns("good.test"));
        const std::string leaf = interchangeable('L', p256, alt_names(some));
        const Bytes chain[] = {bytes_of(leaf)};
        CostlyVerifier verifier("R");
        ChainResult result;
        TlsFailure why;
        const TlsTrust trust{.ca_bundle = &roots};
        check_chain({.host = "good.test", .trust = trust, .unix_s = now_s}, chain, verifier, result,
                    why);
        return why.cause;
    };
    EXPECT_EQ(cause_with(120), Cause::none);
    EXPECT_EQ(cause_with(2000), Cause::tls_chain_too_complex);
}

// Attributes in the opposite order and in another type are compared character by character.
TEST(Chain, counts_the_comparison_of_large_directory_names_by_their_size) {
    const auto large = [](std::size_t number, unsigned tag, bool reversed) {
        std::vector<std::string> attributes;
        for (unsigned i = 0; i < 8; ++i) {
            const unsigned at = reversed ? 7 - i : i;
            const std::string text = std::string(80, 'x') + static_cast<char>('a' + at);
            attributes.push_back(attribute(3, text + std::to_string(number), tag));
        }
        return item(0xA4, sequence({item_of(0x31, attributes)}));
    };
    std::vector<std::string> subtrees, names = {dns("good.test")};
    for (std::size_t i = 0; i < 36; ++i) {
        subtrees.push_back(sequence({large(i, 0x0C, false)}));
        names.push_back(large(100 + i, 0x13, true));
    }
    X509Certificate roots;
    const std::string root = interchangeable(
        'R', p256, extension({2, 5, 29, 30}, sequence({item_of(0xA1, subtrees)}), true));
    ASSERT_EQ(roots.load_from_memory(bytes_of(root)), Error::ok);
    const std::string leaf = interchangeable('L', p256, alt_names(names));
    const Bytes chain[] = {bytes_of(leaf)};
    CostlyVerifier verifier("R");
    ChainResult result;
    TlsFailure why;
    const TlsTrust trust{.ca_bundle = &roots};
    EXPECT_FALSE(check_chain({.host = "good.test", .trust = trust, .unix_s = now_s}, chain,
                             verifier, result, why));
    EXPECT_EQ(why.cause, Cause::tls_chain_too_complex);
    EXPECT_EQ(result.left.name_comparisons, 0u);
}

// ---- what is trusted -------------------------------------------------------------------------

// A pinned key is required in addition to everything else.
// Case 30: the right key with the wrong chain
TEST(Chain, is_not_trusted_for_a_pinned_key_alone) {
    struct Row {
        std::string_view chain;
        Cause cause;
    };
    for (const Row& row :
         {Row{"good", Cause::none}, Row{"untrusted_root", Cause::tls_issuer_unknown},
          Row{"self_signed", Cause::tls_issuer_unknown},
          Row{"expired", Cause::tls_certificate_expired},
          Row{"wrong_host", Cause::tls_host_mismatch}}) {
        const LoadedTrust trust({.keys = row.chain});
        const Checked checked(chain_ders(row.chain), trust.trust());
        EXPECT_EQ(checked.why.cause, row.cause) << row.chain;
    }
}

// Case 31: an empty pin
TEST(Chain, is_not_trusted_by_an_empty_pin) {
    const X509Certificate nothing;
    for (const bool verify : {true, false}) {
        const TlsTrust trust{.verify = verify, .certificate = &nothing};
        EXPECT_EQ(Checked(chain_ders("good"), trust).why.cause, Cause::tls_trust_empty);
    }
}

TEST(Chain, needs_the_time_of_day_if_dates_are_checked) {
    const Ders good = chain_ders("good");
    for (const RowTrust& row : {RowTrust{}, RowTrust{.pinned = "good"}, RowTrust{.keys = "good"}}) {
        const LoadedTrust trust(row);
        EXPECT_EQ(Checked(good, trust.trust(), "good.test", 0).why.cause, Cause::tls_no_time);
    }
    for (const std::string_view pinned : {"", "good", "root"}) {
        const LoadedTrust trust({.pinned = pinned, .verify = false});
        EXPECT_TRUE(Checked(good, trust.trust(), "good.test", 0).is_trusted) << pinned;
    }
}

TEST(Chain, is_valid_from_its_first_to_its_last_second) {
    const LoadedTrust trust({});
    constexpr std::int64_t begin_s = 1'577'836'800;  // 2020-01-01
    constexpr std::int64_t end_s = 4'733'510'400;    // 2120-01-01
    const auto cause_at = [&](std::int64_t unix_s) {
        return Checked(chain_ders("good"), trust.trust(), "good.test", unix_s).why.cause;
    };
    EXPECT_EQ(cause_at(begin_s - 1), Cause::tls_certificate_not_yet_valid);
    EXPECT_EQ(cause_at(begin_s), Cause::none);
    EXPECT_EQ(cause_at(end_s), Cause::none);
    EXPECT_EQ(cause_at(end_s + 1), Cause::tls_certificate_expired);
    EXPECT_EQ(cause_at(-1), Cause::tls_certificate_not_yet_valid);
}

TEST(Chain, is_valid_until_the_first_of_its_path_expires) {
    const LoadedTrust trust({});
    EXPECT_EQ(Checked(chain_ders("good"), trust.trust()).result.valid_until_s, 4'733'510'400)
        << "2120-01-01";
}

class RootCounter final : public RootVisitor {
 public:
    void root(Bytes der) override {
        ++count;
        if (!parse_certificate(der)) ++malformed_count;
        last.assign(text_of(der));
    }
    int count = 0;
    int malformed_count = 0;
    std::string last;
};

TEST(Chain, falls_back_to_the_roots_of_the_system) {
    RootCounter roots;
    ExactBytes buffer(8 * 1024);
    const bool is_there = visit_system_roots(buffer.buffer(), roots);
    const Checked stranger(chain_ders("good"), {});
    EXPECT_EQ(stranger.why.cause, is_there ? Cause::tls_issuer_unknown : Cause::tls_roots_missing);
    if (!is_there) GTEST_SKIP() << "this system has no roots where linnet looks";
    EXPECT_GT(roots.count, 50);
    EXPECT_EQ(roots.malformed_count, 0);
    // A root that a server uses as its own certificate is trusted; it has no host name.
    const Checked known({roots.last}, {});
    EXPECT_NE(known.why.cause, Cause::tls_issuer_unknown) << known.detail();
}

TEST(Chain, does_not_use_the_system_if_the_program_has_its_own_roots) {
    RootCounter roots;
    ExactBytes buffer(8 * 1024);
    if (!visit_system_roots(buffer.buffer(), roots)) GTEST_SKIP() << "this system has no roots";
    const LoadedTrust bundle({}), pinned({.pinned = "root"});
    EXPECT_EQ(Checked({roots.last}, bundle.trust()).why.cause, Cause::tls_issuer_unknown);
    EXPECT_EQ(Checked({roots.last}, pinned.trust()).why.cause, Cause::tls_issuer_unknown);
}

// ---- details ---------------------------------------------------------------------------------

TEST(Chain, reports_the_dates_and_the_current_time) {
    const LoadedTrust trust({});
    EXPECT_EQ(Checked(chain_ders("expired"), trust.trust()).detail(),
              "\"CN=expired,O=linnet\" expired on 2002-01-01 00:00:00 UTC, and it is now " +
                  std::string(now_text));
}

TEST(Chain, reports_the_digests_of_the_pin_and_of_the_server) {
    const LoadedTrust pin({.pinned = "self_signed"}), key({.keys = "good_sibling"});
    const std::string good = authority_der("good");
    const auto key_of = [](const std::string& der) {
        return hex(sha256(parse_certificate(bytes_of(der))->key.info));
    };
    EXPECT_EQ(Checked(chain_ders("good"), pin.trust()).detail(),
              "the SHA-256 of its certificate is " + hex(sha256(bytes_of(good))) + " instead of " +
                  hex(sha256(bytes_of(authority_der("self_signed")))));
    EXPECT_EQ(Checked(chain_ders("good"), key.trust()).detail(),
              "the SHA-256 of its key is " + key_of(good) + " instead of " +
                  key_of(authority_der("good_sibling")));
}

TEST(Chain, reports_as_many_host_names_as_fit) {
    const LoadedTrust trust({});
    const Checked few(chain_ders("good"), trust.trust(), "other.test");
    EXPECT_EQ(few.detail(), "it is for good.test, localhost, 127.0.0.1, ::1");
    const Checked odd(chain_ders("long_san_first"), trust.trust(), "other.test");
    EXPECT_TRUE(has(odd.detail(), std::string(61, 'x') + ".long, good.test")) << odd.detail();
}

// As many as fit, and the number of the rest.
TEST(Chain, counts_the_host_names_that_do_not_fit) {
    for (std::size_t count = 1; count < 120; ++count) {
        std::vector<std::string> names;
        std::string all = "it is for ";
        for (std::size_t i = 0; i < count; ++i) {
            const std::string name = "host-" + std::to_string(i) + ".test";
            names.push_back(dns(name));
            all += (i == 0 ? "" : ", ") + name;
        }
        const std::string der = CertificateParts{.extensions = {alt_names(names)}}.der();
        X509Certificate pinned;
        ASSERT_EQ(pinned.load_from_memory(bytes_of(der)), Error::ok);
        const Checked checked({der}, {.certificate = &pinned});
        ASSERT_EQ(checked.why.cause, Cause::tls_host_mismatch);
        const std::string detail = checked.detail();
        if (detail == all) continue;
        const std::size_t described =
            static_cast<std::size_t>(1 + std::count(detail.begin(), detail.end(), ','));
        ASSERT_TRUE(detail.ends_with(" and " + std::to_string(count - described) + " more"))
            << detail;
        ASSERT_TRUE(all.starts_with(detail.substr(0, detail.find(" and ")))) << detail;
        ASSERT_GT(all.size(), 400u) << "cut unnecessarily";
    }
}

// None is reported after the first that does not fit, so the report is a prefix.
TEST(Chain, reports_the_first_host_names) {
    const std::string label(60, 'x');
    const std::string long_name = label + "." + label + "." + label + "." + label + ".test";
    const std::string der =
        CertificateParts{
            .extensions = {alt_names({dns(long_name), dns(long_name), dns("short.test")})}}
            .der();
    X509Certificate pinned;
    ASSERT_EQ(pinned.load_from_memory(bytes_of(der)), Error::ok);
    EXPECT_EQ(Checked({der}, {.certificate = &pinned}).detail(),
              "it is for " + long_name + " and 2 more");
}

// ---- hostile certificates --------------------------------------------------------------------

// If a damaged certificate is accepted, it has the key that the program trusts.
void expect_harmless(const Ders& chain, const TlsTrust& trust, Bytes key, const std::string& what) {
    const Checked checked(chain, trust);
    EXPECT_LE(checked.detail().size(), checked.why.detail_text.size());
    if (!checked.is_trusted) return;
    const auto leaf = parse_certificate(checked.result.path[0]);
    ASSERT_TRUE(leaf) << what;
    EXPECT_EQ(text_of(leaf->key.info), text_of(key)) << what;
}

TEST(Chain, survives_every_truncation_of_the_leaf) {
    const Ders chain = chain_ders("good");
    for (const RowTrust& row : {RowTrust{}, RowTrust{.pinned = "good"}, RowTrust{.keys = "good"},
                                RowTrust{.keys = "good", .verify = false}}) {
        const LoadedTrust trust(row);
        for (std::size_t size = 0; size < chain[0].size(); ++size) {
            const Checked checked({chain[0].substr(0, size), chain[1]}, trust.trust());
            ASSERT_EQ(checked.why.cause, Cause::tls_certificate_malformed) << size;
        }
    }
}

TEST(Chain, accepts_no_other_key_by_changing_a_byte) {
    const Ders chain = chain_ders("good");
    const auto good = parse_certificate(bytes_of(chain[0]));
    for (const RowTrust& row : {RowTrust{}, RowTrust{.pinned = "good"}, RowTrust{.keys = "good"},
                                RowTrust{.keys = "good", .verify = false}}) {
        const LoadedTrust trust(row);
        Random random(1);
        for (std::size_t i = 0; i < chain[0].size(); ++i) {
            for (const unsigned flip : {0x01u, 0x80u, 0xFFu, 1u + unsigned(random.below(255))}) {
                Ders changed = chain;
                changed[0][i] = static_cast<char>(static_cast<unsigned char>(chain[0][i]) ^ flip);
                expect_harmless(changed, trust.trust(), good->key.info,
                                "byte " + std::to_string(i) + " of the leaf");
            }
        }
    }
}

// A pinned certificate is compared byte by byte.
// Case 31: a pin that is nearly right
TEST(Chain, pins_every_byte) {
    const Ders chain = chain_ders("good");
    for (const bool verify : {true, false}) {
        const LoadedTrust trust({.pinned = "good", .verify = verify});
        for (std::size_t i = 0; i < chain[0].size(); ++i) {
            Ders changed = chain;
            changed[0][i] = static_cast<char>(static_cast<unsigned char>(chain[0][i]) ^ 1);
            const Checked checked(changed, trust.trust());
            ASSERT_FALSE(checked.is_trusted) << i;
        }
    }
}

TEST(Chain, survives_a_damaged_intermediate) {
    const LoadedTrust trust({});
    const Ders chain = chain_ders("good");
    const auto good = parse_certificate(bytes_of(chain[0]));
    for (std::size_t i = 0; i < chain[1].size(); ++i) {
        Ders changed = chain;
        changed[1][i] = static_cast<char>(static_cast<unsigned char>(chain[1][i]) ^ 0x55);
        expect_harmless(changed, trust.trust(), good->key.info, std::to_string(i));
        changed[1].resize(i);
        EXPECT_EQ(Checked(changed, trust.trust()).why.cause, Cause::tls_issuer_unknown) << i;
    }
}

}  // namespace
}  // namespace linnet::test
