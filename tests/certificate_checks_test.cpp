// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The constraints of a root, and dates. The certificates are composed; their signatures are not
// valid.
#include "tls/certificate_checks.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "testkit/der_builder.hpp"

namespace linnet::test {
namespace {

using namespace std::string_literals;

constexpr std::int64_t now_s = 1'795'392'000;         // 2026-11-23 00:00:00 UTC
constexpr std::int64_t not_before_s = 1'577'836'800;  // of CertificateParts: 2020-01-01
constexpr std::int64_t not_after_s = 4'733'510'400;   // 2120-01-01

const std::string yes = item(0x01, "\xFF");
const std::vector<unsigned long long> key_usage = {2, 5, 29, 15},
                                      basic_constraints = {2, 5, 29, 19},
                                      name_constraints = {2, 5, 29, 30},
                                      ext_key_usage = {2, 5, 29, 37};

const std::string ca = extension(basic_constraints, sequence({yes}), true);

std::string purposes(const std::vector<unsigned long long>& purpose) {
    return extension(ext_key_usage, sequence({oid(purpose)}));
}
std::string path_length(std::string_view number) {
    return extension(basic_constraints, sequence({yes, item(0x02, number)}), true);
}
// RSA with this number of bits.
std::string rsa_of(std::size_t bits, std::string_view exponent = "\x03") {
    const std::string rest((bits - 1) / 8, 'm');
    return rsa_key((bits % 8 == 0 ? "\0\x80"s : "\x40"s) + rest, exponent);
}

struct RootRow {
    std::string_view name;
    CertificateParts parts;
    RootUse use = {};
    Cause cause = Cause::none;
    std::string_view detail = "";
};

const RootUse with_dates = {.dates_count = true, .now_s = now_s};
const std::vector<unsigned long long> server_auth = {1, 3, 6, 1, 5, 5, 7, 3, 1},
                                      email = {1, 3, 6, 1, 5, 5, 7, 3, 4}, any = {2, 5, 29, 37, 0};

const RootRow root_rows[] = {
    {"plain", {.extensions = {ca}}},
    {"version 1", {.version = ""}, {}, Cause::tls_root_not_ca, "it is \"CN=subject\""},
    {"no basicConstraints", {}, {}, Cause::tls_root_not_ca, "it is \"CN=subject\""},
    {"basicConstraints with CA:FALSE",
     {.extensions = {extension(basic_constraints, sequence({}))}},
     {},
     Cause::tls_root_not_ca,
     "it is \"CN=subject\""},
    {"for signing", {.extensions = {ca, extension(key_usage, item(0x03, "\x02\x04"))}}},
    {"for CRLs alone",
     {.extensions = {ca, extension(key_usage, item(0x03, "\x01\x02"))}},
     {},
     Cause::tls_root_key_usage,
     "the keyUsage of \"CN=subject\" lacks keyCertSign"},
    {"unknown extension", {.extensions = {ca, extension({1, 2, 3}, "x")}}},
    {"unknown critical extension",
     {.extensions = {ca, extension({1, 2, 3}, "x", true)}},
     {},
     Cause::tls_root_critical_extension,
     "it is \"CN=subject\""},
    {"name constraints",
     {.extensions = {ca, extension(name_constraints, sequence({}))}},
     {},
     Cause::tls_root_name_constraints,
     "it is \"CN=subject\""},
    {"no CA below it, and there is none", {.extensions = {path_length("\0"s)}}},
    {"no CA below it, and there is one",
     {.extensions = {path_length("\0"s)}},
     {.ca_count = 1},
     Cause::tls_root_path_length,
     "\"CN=subject\" allows 0 and the chain has 1"},
    {"two CAs below it, and there are two", {.extensions = {path_length("\x02")}}, {.ca_count = 2}},
    {"two CAs below it, and there are three",
     {.extensions = {path_length("\x02")}},
     {.ca_count = 3},
     Cause::tls_root_path_length,
     "\"CN=subject\" allows 2 and the chain has 3"},
    {"any number of CAs below it", {.extensions = {ca}}, {.ca_count = 6}},
    {"RSA of 2048 bits", {.public_key = rsa_of(2048), .extensions = {ca}}},
    {"RSA of 2047 bits",
     {.public_key = rsa_of(2047), .extensions = {ca}},
     {},
     Cause::tls_root_key_weak,
     "it belongs to \"CN=subject\" and has 2047 bits"},
    {"an exponent of 32 bits",
     {.public_key = rsa_of(2048, "\0\xFF\xFF\xFF\xFF"s), .extensions = {ca}}},
    {"an exponent of 33 bits",
     {.public_key = rsa_of(2048, "\x01\0\0\0\x01"s), .extensions = {ca}},
     {},
     Cause::tls_root_key_exponent,
     "it is \"CN=subject\""},
    {"for servers", {.extensions = {ca, purposes(server_auth)}}},
    {"for any purpose", {.extensions = {ca, purposes(any)}}},
    {"for e-mail",
     {.extensions = {ca, purposes(email)}},
     {},
     Cause::tls_root_purpose,
     "the extendedKeyUsage of \"CN=subject\" lacks serverAuth"},
    {"for e-mail, where purposes do not count",
     {.extensions = {ca, purposes(email)}},
     {.for_servers = false}},
    {"in date", {.extensions = {ca}}, with_dates},
    {"expired",
     {.not_after = item(0x17, "210101000000Z"), .extensions = {ca}},
     with_dates,
     Cause::tls_root_expired,
     "\"CN=subject\" expired on 2021-01-01 00:00:00 UTC, and it is now 2026-11-23 00:00:00 UTC"},
    {"not valid yet",
     {.not_before = item(0x17, "300101000000Z"), .extensions = {ca}},
     with_dates,
     Cause::tls_root_not_yet_valid,
     "\"CN=subject\" is valid from 2030-01-01 00:00:00 UTC, and it is now 2026-11-23 00:00:00 UTC"},
    {"expired, where dates do not count",
     {.not_after = item(0x17, "210101000000Z"), .extensions = {ca}},
     {.now_s = now_s}},
};

TEST(CertificateChecks, refuse_each_restricted_or_weak_root_as_its_row_says) {
    for (const RootRow& row : root_rows) {
        SCOPED_TRACE(row.name);
        const std::string der = row.parts.der();
        const auto root = parse_certificate(bytes_of(der));
        ASSERT_TRUE(root);
        TlsFailure why;
        EXPECT_EQ(check_root(*root, row.use, why), row.cause == Cause::none);
        EXPECT_EQ(why.cause, row.cause) << text(why.cause);
        EXPECT_EQ(why.detail(), row.detail);
    }
}

TEST(CertificateChecks, accept_a_certificate_from_its_first_to_its_last_second) {
    const std::string der = CertificateParts{}.der();
    const auto certificate = parse_certificate(bytes_of(der));
    ASSERT_TRUE(certificate);
    const auto cause_at = [&](std::int64_t unix_s) {
        TlsFailure why;
        check_dates(*certificate, unix_s, Cause::tls_certificate_not_yet_valid,
                    Cause::tls_certificate_expired, why);
        return why.cause;
    };
    EXPECT_EQ(cause_at(not_before_s - 1), Cause::tls_certificate_not_yet_valid);
    EXPECT_EQ(cause_at(not_before_s), Cause::none);
    EXPECT_EQ(cause_at(not_after_s), Cause::none);
    EXPECT_EQ(cause_at(not_after_s + 1), Cause::tls_certificate_expired);
}

TEST(CertificateChecks, treat_a_certificate_with_equal_names_as_self_issued) {
    const auto is_self_issued_with = [](std::string_view issuer) {
        const std::string der = CertificateParts{.issuer = name_of(issuer)}.der();
        const auto certificate = parse_certificate(bytes_of(der));
        return certificate && is_self_issued(*certificate);
    };
    EXPECT_TRUE(is_self_issued_with("subject"));
    EXPECT_FALSE(is_self_issued_with("issuer"));
    EXPECT_FALSE(is_self_issued_with("subject2"));
}

}  // namespace
}  // namespace linnet::test
