// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Parsing certificates, RFC 5280; malformed ones are refused as a whole. Most are composed here
// with one invalid part; some are from openssl (tests/vectors/make_certificates.sh).
#include "x509/certificate.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "testkit/certificates.hpp"
#include "testkit/der_builder.hpp"
#include "testkit/exact.hpp"
#include "testkit/vector_file.hpp"

namespace linnet {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using test::algorithm;
using test::bit_string;
using test::CertificateParts;
using test::ExactBytes;
using test::extension;
using test::item;
using test::null;
using test::oid;
using test::sequence;
using test::shown;
using Key = PublicKey::Kind;
using enum SignatureScheme;
using Id = std::vector<unsigned long long>;

// A certificate and its parsed form.
class Parsed {
 public:
    explicit Parsed(std::string_view der) : der_(der), result_(parse_certificate(der_.bytes())) {}
    explicit Parsed(const CertificateParts& parts) : Parsed(parts.der()) {}
    bool is_good() const { return result_.has_value(); }
    const Certificate* operator->() const { return &*result_; }
    Bytes der() const { return der_.bytes(); }

 private:
    ExactBytes der_;
    std::optional<Certificate> result_;
};

bool is_good(const CertificateParts& parts) {
    return Parsed(parts).is_good();
}

// ---- the whole -------------------------------------------------------------------------------

TEST(Certificate, gives_views_of_its_parts) {
    const CertificateParts parts = {
        .subject = test::name_of("example.test"),
        .extensions = {test::alt_names({test::dns("a"), test::dns("b")})}};
    const Parsed parsed(parts);
    ASSERT_TRUE(parsed.is_good());
    EXPECT_EQ(text_of(parsed->der), parts.der());
    EXPECT_EQ(text_of(parsed->issuer), parts.issuer);
    EXPECT_EQ(text_of(parsed->subject), parts.subject);
    EXPECT_EQ(text_of(parsed->key.info), parts.public_key);
    EXPECT_EQ(text_of(parsed->alt_names), test::dns("a") + test::dns("b"));
    EXPECT_EQ(text_of(parsed->common_name), "example.test");
    const std::string_view whole = text_of(parsed.der());
    for (const Bytes part : {parsed->der, parsed->issuer, parsed->subject, parsed->key.info,
                             parsed->alt_names, parsed->common_name}) {
        EXPECT_TRUE(test::lies_within(text_of(part), whole));
    }
}

TEST(Certificate, is_plain_without_extensions) {
    const Parsed parsed(CertificateParts{});
    ASSERT_TRUE(parsed.is_good());
    EXPECT_FALSE(parsed->is_ca);
    EXPECT_FALSE(parsed->has_alt_names);
    EXPECT_TRUE(parsed->alt_names.empty());
    EXPECT_FALSE(parsed->has_name_constraints);
    EXPECT_FALSE(parsed->has_unknown_critical);
    EXPECT_TRUE(parsed->allows_server);
}

TEST(Certificate, is_invalid_if_truncated_or_followed_by_bytes) {
    const std::string whole =
        CertificateParts{.extensions = {test::alt_names({test::dns("a.test")})}}.der();
    ASSERT_TRUE(Parsed(whole).is_good());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        ASSERT_FALSE(Parsed(std::string_view(whole).substr(0, size)).is_good()) << size;
    }
    EXPECT_FALSE(Parsed(whole + "x").is_good());
    EXPECT_FALSE(Parsed(whole + whole).is_good());
    EXPECT_FALSE(is_good({.behind_certificate = null()}));
    EXPECT_FALSE(is_good({.behind_signature = null()}));
    EXPECT_FALSE(is_good({.behind_tbs = null()}));
    EXPECT_FALSE(is_good({.behind_tbs = "\x30"}));
}

// Every part missing, doubled, with another tag, and followed by extra bytes.
TEST(Certificate, is_invalid_if_any_part_has_another_form) {
    const CertificateParts good = {.extensions = {extension({2, 5, 29, 19}, sequence({}))}};
    ASSERT_TRUE(is_good(good));
    constexpr std::string CertificateParts::*members[] = {
        &CertificateParts::serial_number, &CertificateParts::signature_algorithm,
        &CertificateParts::issuer,        &CertificateParts::not_before,
        &CertificateParts::not_after,     &CertificateParts::subject,
        &CertificateParts::public_key,    &CertificateParts::signature,
    };
    for (const auto member : members) {
        const std::string part = good.*member;
        const std::string content = part.substr(2);
        ASSERT_LT(static_cast<unsigned char>(part[1]), 0x80);
        for (const std::string& wrong :
             {""s, part + part, item(0x0C, content), "\x1F" + part.substr(1), part.substr(0, 1)}) {
            CertificateParts parts = good;
            parts.*member = wrong;
            EXPECT_FALSE(is_good(parts)) << shown(part) << " as " << shown(wrong);
        }
        CertificateParts parts = good;
        parts.*member = item(static_cast<unsigned char>(part[0]), content + "\x05");
        // A number and a string of bits may have any content.
        const bool is_free = part[0] == 0x02 || part[0] == 0x03;
        EXPECT_EQ(is_good(parts), is_free) << shown(part);
    }
}

TEST(Certificate, has_version_1_to_3_and_the_parts_of_that_version) {
    const auto version = [](std::string_view number) { return item(0xA0, item(0x02, number)); };
    const std::string ids = item(0x81, "\0a"sv) + item(0x82, "\0b"sv);
    const std::vector<std::string> some = {extension({2, 5, 29, 19}, sequence({}))};
    EXPECT_TRUE(is_good({.version = ""}));
    EXPECT_TRUE(is_good({.version = version("\0"sv)}));
    EXPECT_TRUE(is_good({.version = version("\x01")}));
    EXPECT_TRUE(is_good({.version = version("\x01"), .unique_ids = ids}));
    EXPECT_TRUE(is_good({.version = version("\x02"), .unique_ids = ids}));
    EXPECT_TRUE(is_good({.version = version("\x02"), .unique_ids = item(0x82, "\0b"sv)}));
    EXPECT_TRUE(is_good({.version = version("\x02"), .unique_ids = ids, .extensions = some}));

    EXPECT_FALSE(is_good({.version = "", .extensions = some}));
    EXPECT_FALSE(is_good({.version = version("\x01"), .extensions = some}));
    EXPECT_FALSE(is_good({.version = "", .unique_ids = ids}));
    EXPECT_FALSE(is_good({.unique_ids = item(0x82, "\0b"sv) + item(0x81, "\0a"sv)}));
    for (const std::string& wrong :
         {version("\x03"), version("\xFF"), version(""), version("\0\x02"sv), item(0xA0, ""),
          item(0xA0, item(0x02, "\x02") + null()), item(0xA0, item(0x0A, "\x02")),
          item(0x80, "\x02")}) {
        EXPECT_FALSE(is_good({.version = wrong})) << shown(wrong);
    }
}

TEST(Certificate, has_names_whose_texts_are_whole) {
    const auto is_good_with = [](unsigned tag, std::string_view text) {
        const std::string name = sequence({test::set_of({test::attribute(3, text, tag)})});
        const bool is_subject = is_good({.subject = name});
        EXPECT_EQ(is_good({.issuer = name}), is_subject) << shown(text);
        return is_subject;
    };
    EXPECT_TRUE(is_good_with(0x0C, "\xC3\xBC"));
    EXPECT_FALSE(is_good_with(0x0C, "\xC3"));
    EXPECT_TRUE(is_good_with(0x1E, "\0a"sv));
    EXPECT_FALSE(is_good_with(0x1E, "\0a\0"sv));
    EXPECT_TRUE(is_good_with(0x1C, "\0\0\0a"sv));
    EXPECT_FALSE(is_good_with(0x1C, "\0\0a"sv));
    EXPECT_TRUE(is_good_with(0x13, "a*b@c_\xFC")) << "often has characters that the type has not";
}

TEST(Certificate, has_a_serial_number_of_up_to_64_bytes) {
    for (const auto& number : {"\0"s, "\x80"s, std::string(20, '\x7F'), std::string(64, '\x80')}) {
        EXPECT_TRUE(is_good({.serial_number = item(0x02, number)}));
    }
    EXPECT_FALSE(is_good({.serial_number = item(0x02, "")}));
    EXPECT_FALSE(is_good({.serial_number = item(0x02, std::string(65, 's'))}));
    EXPECT_FALSE(is_good({.serial_number = item(0x02, "\0\x01"s)})) << "not the shortest form";
    EXPECT_FALSE(is_good({.serial_number = item(0x02, "\xFF\x80"s)}));
}

TEST(Certificate, has_the_names_that_is_name_allows) {
    for (const std::string& name : {sequence({null()}), sequence({test::set_of({})}), null()}) {
        EXPECT_FALSE(is_good({.issuer = name})) << shown(name);
        EXPECT_FALSE(is_good({.subject = name})) << shown(name);
    }
    EXPECT_TRUE(is_good({.issuer = sequence({}), .subject = sequence({})}));
}

// ---- signature -------------------------------------------------------------------------------

TEST(Certificate, classifies_signature_algorithms) {
    struct Row {
        Id id;
        SignatureScheme scheme;
    };
    const Row rows[] = {
        {{1, 2, 840, 113549, 1, 1, 11}, rsa_pkcs1_sha256},
        {{1, 2, 840, 113549, 1, 1, 12}, rsa_pkcs1_sha384},
        {{1, 2, 840, 113549, 1, 1, 13}, rsa_pkcs1_sha512},
        {{1, 2, 840, 10045, 4, 3, 2}, ecdsa_sha256},
        {{1, 2, 840, 10045, 4, 3, 3}, ecdsa_sha384},
        {{1, 2, 840, 10045, 4, 3, 4}, ecdsa_sha512},
        {{1, 3, 101, 112}, ed25519},
        {{1, 2, 840, 113549, 1, 1, 2}, weak},
        {{1, 2, 840, 113549, 1, 1, 3}, weak},
        {{1, 2, 840, 113549, 1, 1, 4}, weak},
        {{1, 2, 840, 113549, 1, 1, 5}, weak},
        {{1, 2, 840, 10045, 4, 1}, weak},
        {{1, 2, 840, 113549, 1, 1, 1}, unknown},
        {{1, 2, 840, 113549, 1, 1, 10}, unknown},  // RSASSA-PSS without a hash
        {{1, 2, 840, 113549, 1, 1, 14}, unknown},  // with SHA-224
        {{1, 2, 840, 10045, 4, 3, 1}, unknown},
        {{1, 2, 840, 10045, 4, 3}, unknown},
        {{1, 2, 840, 10045, 4, 3, 2, 1}, unknown},
    };
    for (const Row& row : rows) {
        for (const std::string& parameters : {""s, null(), sequence({null()})}) {
            const Parsed parsed({.signature_algorithm = algorithm(row.id, parameters)});
            ASSERT_TRUE(parsed.is_good());
            const bool is_ed25519 = row.scheme == ed25519;
            const bool is_simple = parameters.size() <= (is_ed25519 ? 0u : 2u);
            EXPECT_EQ(parsed->scheme, is_simple ? row.scheme : unknown) << shown(oid(row.id));
        }
    }
}

// RSASSA-PSS-params, RFC 4055 3.1.
std::string pss_parameters(unsigned hash, unsigned mask_hash, std::string_view salt,
                           const std::string& parameters = null(), const std::string& more = "") {
    const auto sha2 = [&](unsigned last) {
        return algorithm({2, 16, 840, 1, 101, 3, 4, 2, last}, parameters);
    };
    return sequence({item(0xA0, sha2(hash)),
                     item(0xA1, algorithm({1, 2, 840, 113549, 1, 1, 8}, sha2(mask_hash))),
                     item(0xA2, item(0x02, salt)), more});
}

TEST(Certificate, knows_pss_only_with_one_hash_and_a_salt_of_its_size) {
    const auto scheme_of = [](const std::string& parameters) {
        const Id pss = {1, 2, 840, 113549, 1, 1, 10};
        return Parsed({.signature_algorithm = algorithm(pss, parameters)})->scheme;
    };
    EXPECT_EQ(scheme_of(pss_parameters(1, 1, "\x20")), rsa_pss_sha256);
    EXPECT_EQ(scheme_of(pss_parameters(2, 2, "\x30")), rsa_pss_sha384);
    EXPECT_EQ(scheme_of(pss_parameters(3, 3, "\x40")), rsa_pss_sha512);
    EXPECT_EQ(scheme_of(pss_parameters(1, 1, "\x20", "")), rsa_pss_sha256) << "RFC 4055 2.1";
    const std::string trailer = item(0xA3, item(0x02, "\x01"));
    EXPECT_EQ(scheme_of(pss_parameters(1, 1, "\x20", null(), trailer)), rsa_pss_sha256);
    for (const std::string& odd :
         {pss_parameters(1, 1, "\x20", null(), item(0xA3, item(0x02, "\x02"))),
          pss_parameters(1, 1, "\x20", sequence({})), pss_parameters(1, 2, "\x20"),
          pss_parameters(2, 1, "\x30"), pss_parameters(1, 1, "\x14"), pss_parameters(1, 1, "\x30"),
          pss_parameters(4, 4, "\x1C"), sequence({}), null()}) {
        EXPECT_EQ(scheme_of(odd), unknown) << shown(odd);
    }
}

TEST(Certificate, is_invalid_if_the_signature_algorithm_differs_or_is_malformed) {
    const Id id = {1, 2, 840, 10045, 4, 3, 2};
    EXPECT_TRUE(is_good({.outer_algorithm = algorithm(id)}));
    EXPECT_TRUE(is_good({.outer_algorithm = algorithm(id, null())})) << "NULL may be absent";
    EXPECT_FALSE(is_good({.outer_algorithm = algorithm(id, sequence({}))}));
    EXPECT_FALSE(is_good({.outer_algorithm = algorithm({1, 2, 840, 10045, 4, 3, 3})}));
    EXPECT_FALSE(is_good({.signature_algorithm = algorithm(id, null() + null())}));
    EXPECT_FALSE(is_good({.signature_algorithm = algorithm(id, "\x05")}));
    EXPECT_FALSE(is_good({.signature_algorithm = sequence({null()})}));
    EXPECT_FALSE(is_good({.signature = item(0x03, "")}));
    EXPECT_FALSE(is_good({.signature = item(0x03, "\x01signature")})) << "a bit is missing";
    EXPECT_TRUE(is_good({.signature = bit_string("")}));
}

// ---- validity --------------------------------------------------------------------------------

std::optional<std::int64_t> unix_time(unsigned tag, std::string_view text) {
    const Parsed before({.not_before = item(tag, text)});
    const Parsed after({.not_after = item(tag, text)});
    EXPECT_EQ(before.is_good(), after.is_good());
    if (!before.is_good()) return std::nullopt;
    EXPECT_EQ(before->not_before_s, after->not_after_s);
    return before->not_before_s;
}

constexpr unsigned utc = 0x17, generalized = 0x18;

// The numbers are from Python: calendar.timegm(time.strptime(..)).
TEST(Certificate, reads_times_as_unix_seconds) {
    struct Row {
        unsigned tag;
        std::string_view text;
        std::int64_t seconds;
    };
    constexpr Row rows[] = {
        {utc, "700101000000Z", 0},
        {utc, "691231235959Z", -1},
        {utc, "500101000000Z", -631152000},
        {utc, "491231235959Z", 2524607999},
        {utc, "000229120000Z", 951825600},
        {utc, "991231235959Z", 946684799},
        {utc, "010203040506Z", 981173106},
        {utc, "380119031407Z", 2147483647},
        {utc, "380119031408Z", 2147483648},
        {generalized, "19700101000000Z", 0},
        {generalized, "20000229235959Z", 951868799},
        {generalized, "20500101000000Z", 2524608000},
        {generalized, "21000228235959Z", 4107542399},
        {generalized, "21000301000000Z", 4107542400},
        {generalized, "21060207062816Z", 4294967296},
        {generalized, "19000301000000Z", -2203891200},
        {generalized, "19000228000000Z", -2203977600},
        {generalized, "99991231235959Z", 253402300799},
        {generalized, "00010101000000Z", -62135596800},
        {generalized, "00000229000000Z", -62162121600},
        {generalized, "00000101000000Z", -62167219200},
    };
    for (const Row& row : rows) EXPECT_EQ(unix_time(row.tag, row.text), row.seconds) << row.text;
}

// Month by month, through the 400 years after which the calendar repeats itself.
TEST(Certificate, counts_days_without_a_gap) {
    const auto time_of = [](int year, int month, int day) {
        const int date = (year * 100 + month) * 100 + day;
        return unix_time(generalized, std::to_string(date).append("000000Z"));
    };
    const std::int64_t begin = time_of(1800, 1, 1).value();
    std::int64_t expected = begin;
    for (int year = 1800; year < 2200; ++year) {
        for (int month = 1; month <= 12; ++month) {
            int days = 31;
            while (!time_of(year, month, days)) --days;
            ASSERT_GE(days, 28);
            ASSERT_EQ(time_of(year, month, 1), expected) << year << "-" << month;
            expected += days * 86400;
            ASSERT_EQ(time_of(year, month, days), expected - 86400) << year << "-" << month;
        }
    }
    EXPECT_EQ(expected - begin, std::int64_t{146'097} * 86400);
}

TEST(Certificate, is_invalid_if_a_time_does_not_exist_or_has_another_format) {
    struct Row {
        unsigned tag;
        std::string_view text;
    };
    constexpr Row rows[] = {
        {utc, "200001000000Z"},
        {utc, "201301000000Z"},
        {utc, "200100000000Z"},
        {utc, "200132000000Z"},
        {utc, "200431000000Z"},
        {utc, "210229000000Z"},
        {utc, "200230000000Z"},
        {generalized, "21000229000000Z"},
        {generalized, "19000229000000Z"},
        {utc, "200101240000Z"},
        {utc, "200101006000Z"},
        {utc, "200101000060Z"},
        {utc, ""},
        {utc, "Z"},
        {utc, "2001010000Z"},
        {utc, "200101000000"},
        {utc, "200101000000z"},
        {utc, "2001010000000"},
        {utc, "20200101000000Z"},
        {generalized, "200101000000Z"},
        {utc, "200101000000+0000"},
        {generalized, "20200101000000.5Z"},
        {generalized, "20200101000000+0100"},
        {utc, "20010100000 Z"},
        {utc, "-00101000000Z"},
        {utc, "20010100000\0Z"sv},
        {utc, "2001010000:0Z"},
        {utc, "2001010000/0Z"},
        {0x0C, "200101000000Z"},
        {0x16, "20200101000000Z"},
    };
    for (const Row& row : rows) EXPECT_FALSE(unix_time(row.tag, row.text)) << shown(row.text);
    const std::string time = item(utc, "200101000000Z");
    EXPECT_TRUE(is_good({.validity = sequence({time, time})}));
    EXPECT_FALSE(is_good({.validity = sequence({time})}));
    EXPECT_FALSE(is_good({.validity = sequence({time, time, time})}));
    EXPECT_FALSE(is_good({.validity = test::set_of({time, time})}));
}

// ---- key -------------------------------------------------------------------------------------

struct KeyRow {
    std::string public_key;
    Key key;
    std::size_t bits;
};

void check_key(const KeyRow& row) {
    const Parsed parsed({.public_key = row.public_key});
    ASSERT_TRUE(parsed.is_good()) << shown(row.public_key);
    EXPECT_EQ(parsed->key.kind, row.key) << shown(row.public_key);
    EXPECT_EQ(parsed->key.bits, row.bits) << shown(row.public_key);
}

TEST(Certificate, measures_rsa_keys) {
    for (const std::size_t bytes : {1u, 2u, 64u, 128u, 256u, 512u, 1024u}) {
        const std::string rest(bytes - 1, 'm');
        check_key({test::rsa_key("\0\x81"s + rest), Key::rsa, bytes * 8});
        check_key({test::rsa_key("\0\xFF"s + rest), Key::rsa, bytes * 8});
        check_key({test::rsa_key("\x7F"s + rest), Key::rsa, bytes * 8 - 1});
        check_key({test::rsa_key("\x01"s + rest), Key::rsa, bytes * 8 - 7});
    }
}

TEST(Certificate, measures_the_exponents_of_rsa_keys) {
    struct Row {
        std::string exponent;
        std::size_t bits;
    };
    const Row rows[] = {
        {"\x03", 2},
        {"\x01\0\x01"s, 17},
        {"\0\xFF\xFF\xFF\xFF"s, 32},
        {"\x01\0\0\0\0"s, 33},
        {"\x7F" + std::string(511, 'e'), 4095},
    };
    for (const Id& id : {Id{1, 2, 840, 113549, 1, 1, 1}, Id{1, 2, 840, 113549, 1, 1, 10}}) {
        for (const Row& row : rows) {
            const Parsed parsed({.public_key = test::rsa_key("\x7F", row.exponent, id)});
            ASSERT_TRUE(parsed.is_good()) << shown(oid(id));
            EXPECT_EQ(bits_of(parsed->key.exponent), row.bits) << shown(oid(id));
        }
    }
    EXPECT_EQ(bits_of(Parsed(CertificateParts{})->key.exponent), 0u) << "a key on a curve";
}

TEST(Certificate, knows_no_rsa_key_with_an_even_modulus) {
    EXPECT_EQ(Parsed({.public_key = test::rsa_key("\x7E")})->key.kind, Key::other);
}

TEST(Certificate, recognises_the_curves_in_use) {
    const Id ec = {1, 2, 840, 10045, 2, 1};
    const auto other = [&](const std::string& parameters) {
        return sequence({algorithm(ec, parameters), bit_string("\x04point")});
    };
    const KeyRow rows[] = {
        {test::ec_key({1, 2, 840, 10045, 3, 1, 7}), Key::ec, 256},
        {test::ec_key({1, 3, 132, 0, 34}), Key::ec, 384},
        {test::ec_key({1, 3, 132, 0, 35}), Key::ec, 521},
        {test::ec_key({1, 3, 132, 0, 10}), Key::other, 0},  // secp256k1
        {test::ec_key({1, 3, 132, 0, 34, 1}), Key::other, 0},
        {test::ec_key({1, 3, 36, 3, 3, 2, 8, 1, 1, 7}), Key::other, 0},  // brainpoolP256r1
        {other(""), Key::other, 0},
        {other(null()), Key::other, 0},
        {other(sequence({item(0x02, "\x01")})), Key::other, 0},  // explicit, RFC 5480 2.1.1
        {sequence({algorithm(ec, oid({1, 3, 132, 0, 34})), bit_string("\x04short")}), Key::other,
         0},
        {sequence({algorithm(ec, oid({1, 2, 840, 10045, 3, 1, 7})),
                   bit_string("\x02" + std::string(64, 'x'))}),
         Key::other, 0},  // not uncompressed
        {sequence({algorithm({1, 3, 101, 112}), bit_string(std::string(32, 'e'))}), Key::ed25519,
         0},
        {sequence({algorithm({1, 3, 101, 112}), bit_string("ed25519")}), Key::other, 0},
        {sequence({algorithm({1, 3, 101, 112}, null()), bit_string(std::string(32, 'e'))}),
         Key::other, 0},
        {test::rsa_key("\x7F", "\x03", {1, 2, 840, 113549, 1, 1, 10}), Key::rsa_pss, 7},
        {test::rsa_key("\x7F", "\x03", {2, 5, 8, 1, 1}), Key::other, 0},  // X.509 (1988)
        {sequence(
             {algorithm({1, 2, 840, 10045, 4, 3, 2}, oid({1, 3, 132, 0, 34})), bit_string("")}),
         Key::other, 0},
    };
    for (const KeyRow& row : rows) check_key(row);
}

TEST(Certificate, is_invalid_if_its_key_is_malformed) {
    const Id rsa = {1, 2, 840, 113549, 1, 1, 1};
    const auto rsa_of = [&](const std::string& numbers) {
        return sequence({algorithm(rsa, null()), bit_string(numbers)});
    };
    const std::string three = item(0x02, "\x03");
    EXPECT_TRUE(is_good({.public_key = rsa_of(sequence({three, three}))}));
    const std::string rows[] = {
        sequence({}),
        sequence({algorithm(rsa, null())}),
        sequence({bit_string("x"), algorithm(rsa, null())}),
        sequence({algorithm(rsa, null()), bit_string(sequence({three, three})), null()}),
        sequence({algorithm(rsa, null() + null()), bit_string(sequence({three, three}))}),
        sequence({algorithm({1, 3, 101, 112}), item(0x03, "")}),
        sequence({algorithm({1, 3, 101, 112}), item(0x03, "\x07key")}),
        sequence({algorithm({1, 3, 101, 112}), item(0x04, "\0key"sv)}),
        sequence({algorithm({1, 2, 840, 113549, 1, 1, 10}), bit_string("pss")}),
        rsa_of(""),
        rsa_of(null()),
        rsa_of(sequence({})),
        rsa_of(sequence({three})),
        rsa_of(sequence({three, three, three})),
        rsa_of(sequence({three, three}) + null()),
        rsa_of(sequence({item(0x02, ""), three})),
        rsa_of(sequence({item(0x02, "\0"sv), three})),      // 0
        rsa_of(sequence({item(0x02, "\x80"), three})),      // below 0
        rsa_of(sequence({item(0x02, "\0\x7F"sv), three})),  // a superfluous zero
        rsa_of(sequence({item(0x02, "\0\0\x80"sv), three})),
        rsa_of(sequence({three, item(0x02, "\0"sv)})),
        rsa_of(sequence({three, item(0x02, "\xFF")})),
        rsa_of(sequence({three, item(0x02, "")})),
    };
    for (const std::string& row : rows) EXPECT_FALSE(is_good({.public_key = row})) << shown(row);
}

// ---- extensions ------------------------------------------------------------------------------

const Id key_usage = {2, 5, 29, 15}, subject_alt_name = {2, 5, 29, 17},
         basic_constraints = {2, 5, 29, 19}, name_constraints = {2, 5, 29, 30},
         certificate_policies = {2, 5, 29, 32}, policy_mappings = {2, 5, 29, 33},
         policy_constraints = {2, 5, 29, 36}, inhibit_any_policy = {2, 5, 29, 54},
         ext_key_usage = {2, 5, 29, 37};

// Describes a certificate with these extensions in one line.
std::string described(const std::vector<std::string>& extensions) {
    const Parsed parsed({.extensions = extensions});
    if (!parsed.is_good()) return "malformed";
    std::string line;
    if (parsed->is_ca) line += "ca ";
    if (parsed->has_alt_names) line += "names ";
    if (parsed->has_name_constraints) line += "constraints ";
    if (parsed->has_unknown_critical) line += "unknown ";
    if (!parsed->allows_server) line += "no server ";
    if (!parsed->allows_signing) line += "no signing ";
    return line;
}

TEST(Certificate, may_belong_to_a_ca) {
    struct Row {
        std::string value;
        std::string_view described;
    };
    const std::string yes = item(0x01, "\xFF"), no = item(0x01, "\0"sv);
    const std::string length = item(0x02, "\x05");
    const Row rows[] = {
        {sequence({}), ""},
        {sequence({yes}), "ca "},
        {sequence({no}), ""},
        {sequence({yes, length}), "ca "},
        {sequence({length}), ""},
        {"", "malformed"},
        {null(), "malformed"},
        {sequence({}) + null(), "malformed"},
        {sequence({item(0x01, "\x01")}), "malformed"},  // X.690 11.1
        {sequence({item(0x01, "")}), "malformed"},
        {sequence({item(0x01, "\xFF\xFF")}), "malformed"},
        {sequence({yes, yes}), "malformed"},
        {sequence({yes, length, length}), "malformed"},
        {sequence({length, yes}), "malformed"},
        {sequence({yes, null()}), "malformed"},
        {sequence({"\x01"}), "malformed"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(described({extension(basic_constraints, row.value)}), row.described)
            << shown(row.value);
        EXPECT_EQ(described({extension(basic_constraints, row.value, true)}), row.described);
    }
}

TEST(Certificate, limits_the_cas_below_it) {
    struct Row {
        std::string number;
        std::size_t path_length;  // SIZE_MAX - 1: malformed
    };
    constexpr std::size_t malformed = SIZE_MAX - 1;
    const Row rows[] = {
        {"\0"s, 0},          {"\x01", 1},         {"\x7F", 127},
        {"\0\x80"s, 128},    {"\x7F\xFF", 32767}, {"\0\x80\0"s, SIZE_MAX},
        {"\xFF", malformed}, {"", malformed},     {"\0\x01"s, malformed},
    };
    for (const Row& row : rows) {
        const std::string value = sequence({item(0x01, "\xFF"), item(0x02, row.number)});
        const Parsed parsed({.extensions = {extension(basic_constraints, value)}});
        EXPECT_EQ(parsed.is_good() ? parsed->path_length : malformed, row.path_length)
            << shown(row.number);
    }
    EXPECT_EQ(Parsed(CertificateParts{})->path_length, SIZE_MAX);
}

TEST(Certificate, may_sign_others_unless_its_key_usage_says_otherwise) {
    struct Row {
        std::string value;
        std::string_view described;
    };
    const Row rows[] = {
        {item(0x03, "\x02\x04"), ""},      // keyCertSign
        {item(0x03, "\x01\x06"), ""},      // and cRLSign
        {item(0x03, "\0\xFF"s), ""},       // all of the first byte
        {item(0x03, "\x07\x04\x80"), ""},  // and decipherOnly
        {item(0x03, "\x07\x80"), "no signing "},
        {item(0x03, "\x01\x02"), "no signing "},
        {item(0x03, "\x07\0\x80"s), "no signing "},
        {item(0x03, "\0"s), "malformed"},       // no bit at all, RFC 5280 4.2.1.3
        {item(0x03, "\x02\x05"), "malformed"},  // an unused bit is set
        {item(0x03, ""), "malformed"},
        {item(0x03, "\x08\x04"), "malformed"},
        {item(0x03, "\x01"), "malformed"},
        {item(0x04, "\x02\x04"), "malformed"},
        {item(0x03, "\x02\x04") + null(), "malformed"},
        {"", "malformed"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(described({extension(key_usage, row.value)}), row.described) << shown(row.value);
        EXPECT_EQ(described({extension(key_usage, row.value, true)}), row.described)
            << shown(row.value);
    }
}

// They only help to choose an issuer, so a malformed one is treated as absent.
TEST(Certificate, has_key_identifiers_of_its_own_and_of_its_issuer) {
    const Id subject_key = {2, 5, 29, 14}, authority_key = {2, 5, 29, 35};
    const auto ids = [](const std::vector<std::string>& extensions) {
        const Parsed parsed({.extensions = extensions});
        if (!parsed.is_good()) return "malformed"s;
        return std::string(text_of(parsed->subject_key_id)) + "|" +
               std::string(text_of(parsed->authority_key_id));
    };
    const std::string own = extension(subject_key, item(0x04, "own"));
    EXPECT_EQ(ids({}), "|");
    EXPECT_EQ(ids({own}), "own|");
    EXPECT_EQ(ids({own, extension(authority_key, sequence({item(0x80, "its")}))}), "own|its");
    EXPECT_EQ(ids({extension(authority_key, sequence({item(0x80, "its"), item(0xA1, "name"),
                                                      item(0x82, "number")}))}),
              "|its");
    EXPECT_EQ(ids({extension(authority_key, sequence({item(0xA1, "name")}))}), "|");
    for (const std::string& odd : {""s, "x"s, null(), sequence({}), item(0x04, "")}) {
        EXPECT_EQ(ids({extension(subject_key, odd), extension(authority_key, odd)}), "|");
    }
    EXPECT_EQ(described({extension(subject_key, item(0x04, "own"), true)}), "unknown ");
    EXPECT_EQ(described({extension(authority_key, sequence({}), true)}), "unknown ");
}

TEST(Certificate, has_alternative_names_that_are_well_formed) {
    struct Row {
        std::string value;
        std::string_view described;
    };
    const Row rows[] = {
        {sequence({}), "names "},
        {sequence({test::dns("a")}), "names "},
        {sequence({item(0xA0, "x"), test::dns("a"), item(0x87, "1234"), item(0x87, "1")}),
         "names "},
        {"", "malformed"},
        {test::dns("a"), "malformed"},
        {sequence({test::dns("a")}) + null(), "malformed"},
        {sequence({test::dns("a"), "\x82\x05x"}), "malformed"},
        {sequence({"x"}), "malformed"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(described({extension(subject_alt_name, row.value)}), row.described)
            << shown(row.value);
    }
}

TEST(Certificate, allows_servers_unless_its_purposes_are_others) {
    const std::string server = oid({1, 3, 6, 1, 5, 5, 7, 3, 1}),
                      client = oid({1, 3, 6, 1, 5, 5, 7, 3, 2});
    const std::string any = oid({2, 5, 29, 37, 0});
    struct Row {
        std::string value;
        std::string_view described;
    };
    const Row rows[] = {
        {sequence({server}), ""},
        {sequence({any}), ""},
        {sequence({client, server}), ""},
        {sequence({server, client}), ""},
        {sequence({client, any, client}), ""},
        {sequence({client}), "no server "},
        {sequence({}), "malformed"},
        {sequence({oid({1, 3, 6, 1, 5, 5, 7, 3})}), "no server "},
        {sequence({oid({1, 3, 6, 1, 5, 5, 7, 3, 1, 1})}), "no server "},
        {"", "malformed"},
        {server, "malformed"},
        {sequence({server}) + null(), "malformed"},
        {sequence({server, null()}), "malformed"},
        {sequence({server, "\x06"}), "malformed"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(described({extension(ext_key_usage, row.value)}), row.described)
            << shown(row.value);
    }
}

TEST(Certificate, reports_unknown_critical_extensions) {
    struct Row {
        Id id;
        std::string value;
        std::string_view described;
    };
    const Row known[] = {
        {key_usage, item(0x03, "\x07\x80"), "no signing "},
        {subject_alt_name, sequence({}), "names "},
        {basic_constraints, sequence({}), ""},
        {name_constraints, sequence({}), "constraints "},
        {certificate_policies, sequence({sequence({oid({1, 2, 3})})}), ""},
        {policy_mappings, sequence({sequence({oid({1, 2, 3}), oid({1, 2, 4})})}), ""},
        {policy_constraints, sequence({item(0x80, "\0"sv), item(0x81, "\x05")}), ""},
        {inhibit_any_policy, item(0x02, "\0"sv), ""},
        {ext_key_usage, sequence({oid({2, 5, 29, 37, 0})}), ""},
    };
    for (const Row& row : known) {
        EXPECT_EQ(described({extension(row.id, row.value)}), row.described) << shown(oid(row.id));
        EXPECT_EQ(described({extension(row.id, row.value, true)}), row.described)
            << shown(oid(row.id));
    }
    for (const Id& id : {Id{2, 5, 29, 31}, Id{2, 5, 29, 35}, Id{2, 5, 29}, Id{2, 5, 29, 19, 1},
                         Id{1, 2, 3}, Id{1, 3, 6, 1, 5, 5, 7, 1, 1}}) {
        EXPECT_EQ(described({extension(id, "anything")}), "") << shown(oid(id));
        EXPECT_EQ(described({extension(id, "anything", true)}), "unknown ") << shown(oid(id));
    }
    const std::string explicitly_not =
        sequence({oid({1, 2, 3}), item(0x01, "\0"sv), item(0x04, "")});
    EXPECT_EQ(described({explicitly_not}), "");
}

TEST(Certificate, is_invalid_if_its_policies_are_malformed) {
    const std::string policy = oid({1, 2, 3});
    const std::pair<Id, std::string> rows[] = {
        {certificate_policies, sequence({})},
        {certificate_policies, sequence({policy})},
        {certificate_policies, sequence({sequence({policy, null()})})},
        {certificate_policies, sequence({sequence({policy})}) + null()},
        {policy_mappings, sequence({})},
        {policy_constraints, sequence({})},
        {policy_constraints, sequence({item(0x80, "\xFF")})},
        {policy_constraints, sequence({item(0x81, "\0"sv), item(0x80, "\0"sv)})},
        {inhibit_any_policy, item(0x02, "")},
        {inhibit_any_policy, item(0x02, "\0"sv) + null()},
    };
    for (const auto& [id, value] : rows) {
        EXPECT_EQ(described({extension(id, value)}), "malformed") << shown(oid(id)) << shown(value);
    }
}

TEST(Certificate, is_invalid_if_its_extensions_are_malformed) {
    const std::string id = oid({1, 2, 3}), value = item(0x04, "x");
    EXPECT_EQ(described({sequence({id, value})}), "");
    const std::string rows[] = {
        null(),
        sequence({}),
        sequence({id}),
        sequence({value}),
        sequence({value, id}),
        sequence({id, value, value}),
        sequence({id, item(0x01, "\x01"), value}),
        sequence({id, item(0x01, ""), value}),
        sequence({id, item(0x01, "\xFF"), item(0x01, "\xFF"), value}),
        sequence({id, item(0x03, "\0x"sv)}),
        test::set_of({id, value}),
        "\x30",
    };
    for (const std::string& row : rows) EXPECT_EQ(described({row}), "malformed") << shown(row);

    const std::string list = sequence({extension({1, 2, 3}, "")});
    EXPECT_TRUE(is_good({.extensions_item = item(0xA3, list)}));
    EXPECT_TRUE(is_good({.extensions_item = item(0xA3, sequence({}))}));
    for (const std::string& wrong :
         {item(0xA3, ""), item(0xA3, list + null()), item(0xA3, list + list), item(0x83, list),
          item(0xA4, list), list, item(0xA3, list) + item(0xA3, list)}) {
        EXPECT_FALSE(is_good({.extensions_item = wrong})) << shown(wrong);
    }
}

TEST(Certificate, is_invalid_if_an_extension_is_repeated) {
    const std::string a = extension({1, 2, 3}, "a"), b = extension({1, 2, 4}, "b");
    EXPECT_EQ(described({a, b}), "");
    EXPECT_EQ(described({a, a}), "malformed");
    EXPECT_EQ(described({a, b, extension({1, 2, 3}, "c", true)}), "malformed");
    const std::string ca = extension(basic_constraints, sequence({item(0x01, "\xFF")}));
    EXPECT_EQ(described({ca, extension(basic_constraints, sequence({}))}), "malformed");
    const std::string names = test::alt_names({test::dns("a")});
    EXPECT_EQ(described({names, b, names}), "malformed");
}

TEST(Certificate, has_at_most_64_extensions) {
    std::vector<std::string> extensions;
    for (unsigned i = 0; i < 64; ++i) extensions.push_back(extension({1, 2, i}, "x", i == 63));
    EXPECT_EQ(described(extensions), "unknown ");
    extensions.push_back(extension({1, 2, 64}, "x"));
    EXPECT_EQ(described(extensions), "malformed");
}

// ---- certificates of openssl -------------------------------------------------------------------

struct VectorRow {
    const char* name;
    Key key;
    std::size_t key_bits;
    SignatureScheme scheme;
    std::string_view described;  // the output of `described`
};

constexpr VectorRow vector_rows[] = {
    {"root", Key::ec, 256, ecdsa_sha256, "ca "},
    {"intermediate", Key::ec, 256, ecdsa_sha256, "ca "},
    {"good", Key::ec, 256, ecdsa_sha256, "names "},
    {"good_rsa", Key::rsa, 2048, rsa_pkcs1_sha256, "names "},
    {"cn_only", Key::ec, 256, ecdsa_sha256, ""},
    {"ec_p384", Key::ec, 384, ecdsa_sha256, "names "},
    {"ec_p521", Key::ec, 521, ecdsa_sha256, "names "},
    {"ed25519_key", Key::ed25519, 0, ecdsa_sha256, "names "},
    {"eku_client", Key::ec, 256, ecdsa_sha256, "names no server "},
    {"intermediate_not_ca_ca", Key::ec, 256, ecdsa_sha256, ""},
    {"constrained_critical_ca", Key::ec, 256, ecdsa_sha256, "ca constraints "},
    {"md5", Key::ec, 256, weak, "names "},
    {"nul_in_san", Key::ec, 256, ecdsa_sha256, "names "},
    {"pss_signed", Key::ec, 256, unknown, "names "},
    {"rsa_1024", Key::rsa, 1024, ecdsa_sha256, "names "},
    {"sha1", Key::ec, 256, weak, "names "},
    {"unknown_critical", Key::ec, 256, ecdsa_sha256, "names unknown "},
    {"v1", Key::ec, 256, ecdsa_sha256, ""},
    {"wildcard", Key::ec, 256, ecdsa_sha256, "names "},
};

void check_vector(const VectorRow& row, std::string_view der) {
    const Parsed parsed(der);
    ASSERT_TRUE(parsed.is_good()) << row.name;
    EXPECT_EQ(parsed->key.kind, row.key) << row.name;
    EXPECT_EQ(parsed->key.bits, row.key_bits) << row.name;
    EXPECT_EQ(parsed->scheme, row.scheme) << row.name;
    EXPECT_EQ(parsed->is_ca, row.described.find("ca ") != row.described.npos) << row.name;
    EXPECT_EQ(parsed->has_alt_names, row.described.find("names") != row.described.npos) << row.name;
    EXPECT_EQ(parsed->has_name_constraints,
              row.described.find("constraints") != row.described.npos);
    EXPECT_EQ(parsed->has_unknown_critical, row.described.find("unknown") != row.described.npos)
        << row.name;
    EXPECT_EQ(parsed->allows_server, row.described.find("no server") == row.described.npos)
        << row.name;
}

TEST(Certificate, reads_certificates_of_openssl) {
    for (const VectorRow& row : vector_rows) {
        const std::string der = test::certificate_der(row.name);
        check_vector(row, der);
        const Parsed parsed(der);
        ASSERT_TRUE(parsed.is_good());
        EXPECT_EQ(parsed->not_before_s, 1577836800) << row.name;  // 2020-01-01
        EXPECT_EQ(parsed->not_after_s, 4733510400) << row.name;   // 2120-01-01
    }
    const Parsed good(test::certificate_der("good")), root(test::certificate_der("root"));
    const Parsed intermediate(test::certificate_der("intermediate"));
    EXPECT_EQ(text_of(good->common_name), "good");
    EXPECT_EQ(text_of(good->issuer), text_of(intermediate->subject));
    EXPECT_EQ(text_of(intermediate->issuer), text_of(root->subject));
    EXPECT_EQ(text_of(root->issuer), text_of(root->subject));
}

// For every change of one byte, nothing outside is read; if the result is still a certificate, its
// views are inside.
TEST(Certificate, survives_every_change_of_one_byte) {
    for (const char* const name : {"good", "rsa_1024", "constrained_critical_ca", "v1"}) {
        ExactBytes exact(test::certificate_der(name));
        for (std::uint8_t& byte : exact.buffer()) {
            const std::uint8_t right = byte;
            for (unsigned value = 0; value < 256; ++value) {
                byte = static_cast<std::uint8_t>(value);
                const auto result = parse_certificate(exact.bytes());
                if (!result) continue;
                for (const Bytes part :
                     {result->issuer, result->subject, result->key.info, result->alt_names,
                      result->common_name, result->subject_key_id, result->authority_key_id}) {
                    ASSERT_TRUE(test::lies_within(text_of(part), exact.text()));
                }
            }
            byte = right;
        }
        EXPECT_TRUE(parse_certificate(exact.bytes())) << name;
    }
}

TEST(Certificate, is_invalid_at_every_truncation_of_those_of_openssl) {
    for (const char* const name : {"good", "rsa_1024", "constrained_critical_ca", "v1"}) {
        const std::string der = test::certificate_der(name);
        for (std::size_t size = 0; size < der.size(); ++size) {
            ASSERT_FALSE(Parsed(std::string_view(der).substr(0, size)).is_good()) << name;
        }
    }
}

// The whole structure is checked: a wrong tag or length at any level above a value is detected.
TEST(Certificate, is_invalid_if_a_length_is_changed) {
    const std::string der = CertificateParts{}.der();
    const std::size_t tbs = der.find(CertificateParts{}.tbs());
    for (const std::size_t at : {std::size_t{1}, tbs + 1}) {
        for (unsigned value = 0; value < 256; ++value) {
            std::string changed = der;
            changed[at] = static_cast<char>(value);
            EXPECT_EQ(Parsed(changed).is_good(), changed == der) << at << " " << value;
        }
    }
}

// Every row of the script, generated when the tests were built.
TEST(Certificate, reads_every_certificate_the_script_makes) {
    const std::string reason = test::why_no_certificates();
    if (!reason.empty()) GTEST_SKIP() << reason;
    constexpr VectorRow rows[] = {
        {"rsa_4096", Key::rsa, 4096, ecdsa_sha256, "names "},
        {"rsa_8192", Key::rsa, 8192, ecdsa_sha256, "names "},
        {"pss_key", Key::rsa_pss, 2048, ecdsa_sha256, "names "},
        {"pss_signed", Key::ec, 256, rsa_pss_sha256, "names "},
        {"pss_long_salt", Key::ec, 256, unknown, "names "},
        {"ed25519_signed", Key::ec, 256, ed25519, "names "},
        {"sha384", Key::ec, 256, ecdsa_sha384, "names "},
        {"sha512", Key::ec, 256, rsa_pkcs1_sha512, "names "},
        {"eku_server_critical", Key::ec, 256, ecdsa_sha256, "names "},
        {"eku_any", Key::ec, 256, ecdsa_sha256, "names "},
        {"eku_none", Key::ec, 256, ecdsa_sha256, "names "},
        {"no_digital_signature", Key::ec, 256, ecdsa_sha256, "names "},
        {"constrained_noncritical_ca", Key::ec, 256, ecdsa_sha256, "ca constraints "},
        {"pathlen_ca", Key::ec, 256, ecdsa_sha256, "ca "},
        {"self_signed_ca", Key::ec, 256, ecdsa_sha256, "ca names "},
        {"san_10000", Key::ec, 256, ecdsa_sha256, "names "},
        {"chain_ca_99", Key::ec, 256, ecdsa_sha256, "ca "},
    };
    const std::string folder = LINNET_CERTIFICATES_DIR "/";
    for (const VectorRow& row : rows) {
        check_vector(row, test::der_of_pem(test::file_text(folder + row.name + ".crt")));
    }
    struct Dates {
        const char* name;
        std::int64_t from, to;
    };
    for (const Dates& dates : {Dates{"expired", 978307200, 1009843200},
                               Dates{"not_yet_valid", 4701974400, 4733510400}}) {
        const Parsed parsed(test::der_of_pem(test::file_text(folder + dates.name + ".crt")));
        ASSERT_TRUE(parsed.is_good());
        EXPECT_EQ(parsed->not_before_s, dates.from);
        EXPECT_EQ(parsed->not_after_s, dates.to);
    }
    EXPECT_EQ(test::ders_of_pem(test::file_text(folder + "chain_12.pem")).size(), 12u);
    EXPECT_EQ(test::ders_of_pem(test::file_text(folder + "chain_100.pem")).size(), 100u);
}

}  // namespace
}  // namespace linnet
