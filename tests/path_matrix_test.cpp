// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Certificate paths with real signatures: every rule of RFC 5280 and RFC 9525 that concerns them,
// in every place, with both kinds of keys and with the signatures of each engine. The rows are in
// path_matrix/, those of one theme in each file; this file says what holds for all rows.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "path_matrix/judges.hpp"
#include "testkit/exact.hpp"
#include "testkit/random.hpp"
#include "tls/bearssl/signature_verifier.hpp"

#ifdef LINNET_TEST_OPENSSL
#include "tls/openssl/signature_verifier.hpp"
#endif

namespace linnet::test {
namespace {

const std::vector<EncodedRow>& encoded_matrix() {
    static const std::vector<EncodedRow> all(matrix().begin(), matrix().end());
    return all;
}

CountingVerifier& bearssl() {
    static BearSslSignatureVerifier engine;
    static CountingVerifier verifier(engine);
    return verifier;
}

// A row with other certificates behind the leaf.
EncodedRow with_shown(const EncodedRow& encoded, std::vector<std::string> shown) {
    EncodedRow other = encoded;
    other.shown = std::move(shown);
    return other;
}

// For one row in a loop over many variants: returns false at the first wrong one.
bool has_verdict_of_row(const EncodedRow& variant) {
    const Judgement judgement = judge(variant, bearssl());
    EXPECT_EQ(judgement.cause, variant.row.cause) << variant.row.name << ": " << judgement.detail;
    return judgement.cause == variant.row.cause;
}

void expect_verdict(const EncodedRow& encoded, CountingVerifier& verifier, Cause cause) {
    const Row& row = encoded.row;
    const Judgement judgement = judge(encoded, verifier);
    EXPECT_EQ(judgement.cause, cause) << row.name << ": " << judgement.detail;
    EXPECT_LE(judgement.wrong, row.wrong_max) << row.name;
    EXPECT_LE(judgement.checked, row.checks_max) << row.name;
}

// ---- the rows ----------------------------------------------------------------------------------

TEST(PathMatrix, has_each_family_and_an_accepted_twin_of_each_refused_row) {
    std::map<int, std::pair<int, int>> accepted_and_refused;
    std::set<std::string> names;
    for (const Row& row : matrix()) {
        auto& [accepted, refused] = accepted_and_refused[row.family];
        ++(row.cause == Cause::none ? accepted : refused);
        EXPECT_TRUE(names.insert(row.name).second) << "twice: " << row.name;
    }
    RecordProperty("rows", static_cast<int>(matrix().size()));
    for (const auto& [family, counts] : accepted_and_refused) {
        EXPECT_GT(counts.first, 0) << "nothing is accepted in family " << family;
    }
    EXPECT_GT(matrix().size(), 2000u);
    EXPECT_GT(accepted_and_refused.size(), 90u);
}

TEST(PathMatrix, has_the_verdict_of_each_row_with_the_signatures_of_bearssl) {
    for (const EncodedRow& encoded : encoded_matrix()) {
        expect_verdict(encoded, bearssl(), encoded.row.cause);
    }
}

#ifdef LINNET_TEST_OPENSSL
TEST(PathMatrix, has_the_verdict_of_each_row_with_the_signatures_of_openssl) {
    OpenSslSignatureVerifier engine;
    CountingVerifier openssl(engine);
    for (const EncodedRow& encoded : encoded_matrix()) {
        expect_verdict(encoded, openssl, encoded.row.with_openssl.value_or(encoded.row.cause));
    }
}

// A difference is listed in the row, with the section of the RFC that decides.
TEST(PathMatrix, differs_from_the_verifier_of_openssl_only_where_a_row_says_why) {
    int listed = 0;
    for (const EncodedRow& encoded : encoded_matrix()) {
        const Row& row = encoded.row;
        const std::string refusal = refusal_of_openssl(encoded);
        const bool is_same = refusal.empty() == (row.cause == Cause::none);
        EXPECT_EQ(is_same, row.differs.empty()) << row.name << ": OpenSSL says \"" << refusal
                                                << "\", listed is \"" << row.differs << '"';
        listed += !row.differs.empty();
    }
    RecordProperty("listed_differences", listed);
}
#endif

// ---- what holds for all rows --------------------------------------------------------------------

// All orders of up to five certificates, otherwise some.
std::vector<std::vector<std::string>> orders_behind_the_leaf(std::vector<std::string> shown) {
    std::vector<std::vector<std::string>> orders;
    if (shown.size() <= 6) {
        std::sort(shown.begin() + 1, shown.end());
        do {
            orders.push_back(shown);
        } while (std::next_permutation(shown.begin() + 1, shown.end()));
        return orders;
    }
    Random random(1);
    for (int round = 0; round < 20; ++round) {
        for (std::size_t i = shown.size() - 1; i > 1; --i) {
            std::swap(shown[i], shown[1 + random.below(i)]);
        }
        orders.push_back(shown);
    }
    return orders;
}

TEST(PathMatrix, has_the_same_verdict_in_every_order_behind_the_leaf) {
    for (const EncodedRow& encoded : encoded_matrix()) {
        if (encoded.shown.size() < 3) continue;
        for (std::vector<std::string>& shown : orders_behind_the_leaf(encoded.shown)) {
            if (!has_verdict_of_row(with_shown(encoded, std::move(shown)))) break;
        }
    }
}

std::vector<std::string> strays() {
    const Table table{KeyName{}};
    Made alone = table.ca("stray", "nowhere"), critical = table.root("stray");
    critical.put(extension({1, 2, 3}, "", true));
    Made constrained = table.ca("stray", "stray");
    constrained.put(name_constraints({dns("nowhere.test")}, {}));
    Made weak = table.ca("stray", "root");
    weak.form.hash = Hash::sha1;
    const std::string whole = alone.der();
    return {whole,
            critical.der(),
            constrained.der(),
            weak.der(),
            "not a certificate",
            "",
            whole.substr(0, whole.size() - 1),
            table.root("other").der()};
}

TEST(PathMatrix, has_the_same_verdict_with_strays) {
    const std::vector<std::string> all = strays();
    Random random(2);
    for (const EncodedRow& encoded : encoded_matrix()) {
        if (encoded.row.is_about_bounds || encoded.row.family == 104) continue;
        for (int round = 0; round < 3; ++round) {
            std::vector<std::string> shown = encoded.shown;
            while (shown.size() < 16 && !random.one_in(4)) {
                const auto place = static_cast<std::ptrdiff_t>(1 + random.below(shown.size()));
                shown.insert(shown.begin() + place, all[random.below(all.size())]);
            }
            if (!has_verdict_of_row(with_shown(encoded, std::move(shown)))) break;
        }
    }
}

TEST(PathMatrix, accepts_nothing_refused_with_a_certificate_less) {
    for (const EncodedRow& encoded : encoded_matrix()) {
        if (encoded.row.is_about_bounds || encoded.row.cause == Cause::none) continue;
        for (std::size_t i = 1; i < encoded.shown.size(); ++i) {
            std::vector<std::string> shown = encoded.shown;
            shown.erase(shown.begin() + static_cast<std::ptrdiff_t>(i));
            const Judgement judgement = judge(with_shown(encoded, std::move(shown)), bearssl());
            EXPECT_NE(judgement.cause, Cause::none) << encoded.row.name << " without " << i;
        }
        for (std::size_t i = 0; i < encoded.trusted.size(); ++i) {
            EncodedRow other = encoded;
            other.trusted.erase(other.trusted.begin() + static_cast<std::ptrdiff_t>(i));
            EXPECT_NE(judge(other, bearssl()).cause, Cause::none) << encoded.row.name;
        }
    }
}

// Adds a constraint of a type that the certificate does not have yet, or a path length.
void tighten(Made& made, std::size_t choice) {
    const std::string unlimited = basic_constraints(true), limited = basic_constraints(true, 0);
    const std::string additions[] = {
        name_constraints({}, {dns("bad.test")}),
        extended_key_usage({4}),
        key_usage({6}),
        extension({1, 2, 3}, "", true),
        extension({2, 5, 29, 36}, sequence({item(0x80, std::string(1, '\0'))}), true),
    };
    std::vector<std::string>& own = made.parts.extensions;
    if (choice >= std::size(additions)) {
        std::replace(own.begin(), own.end(), unlimited, limited);
        return;
    }
    const std::string type = extension_type(additions[choice]);
    const bool has_type = std::any_of(own.begin(), own.end(), [&](const std::string& each) {
        return extension_type(each) == type;
    });
    if (!has_type) made.add(additions[choice]);
}

// The signatures of the tightened certificates are right.
TEST(PathMatrix, accepts_nothing_refused_with_a_tighter_constraint) {
    Random random(3);
    for (const EncodedRow& encoded : encoded_matrix()) {
        const Row& row = encoded.row;
        if (row.is_about_bounds || row.cause == Cause::none || !random.one_in(3)) continue;
        for (std::size_t i = 0; i < row.shown.size() + row.trusted.size(); ++i) {
            EncodedRow other = encoded;
            const bool is_shown = i < row.shown.size();
            Made made = is_shown ? row.shown[i] : row.trusted[i - row.shown.size()];
            tighten(made, random.below(6));
            (is_shown ? other.shown[i] : other.trusted[i - row.shown.size()]) = made.der();
            EXPECT_NE(judge(other, bearssl()).cause, Cause::none)
                << row.name << ", tightened " << i;
        }
    }
}

TEST(PathMatrix, returns_a_path_from_the_leaf_on_of_shown_certificates) {
    for (const EncodedRow& encoded : encoded_matrix()) {
        if (encoded.row.cause != Cause::none) continue;
        const Judgement judgement = judge(encoded, bearssl());
        ASSERT_FALSE(judgement.path.empty()) << encoded.row.name;
        EXPECT_EQ(judgement.path[0], encoded.shown[0]) << encoded.row.name;
        for (const std::string& der : judgement.path) {
            EXPECT_EQ(std::count(encoded.shown.begin(), encoded.shown.end(), der) > 0, true)
                << encoded.row.name;
        }
    }
}

}  // namespace
}  // namespace linnet::test
