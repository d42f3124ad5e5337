// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The limits of a root, and dates. The certificates are composed; their signatures are not valid.
#include "tls/certificate_checks.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "testkit/der_builder.hpp"
#include "testkit/exact.hpp"
#include "testkit/signatures.hpp"

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
    const std::string rest((bits - 1) / 8, 'm');  // odd
    const unsigned top = 1u << ((bits - 1) % 8);
    const std::string head = (top == 0x80 ? "\0"s : ""s) + static_cast<char>(top);
    return rsa_key(head + rest, exponent);
}

struct RootRow {
    std::string_view name;
    CertificateParts parts;
    bool verify = true;
    Cause cause = Cause::none;
    std::string_view detail = "";
};

const std::vector<unsigned long long> server_auth = {1, 3, 6, 1, 5, 5, 7, 3, 1},
                                      email = {1, 3, 6, 1, 5, 5, 7, 3, 4}, any = {2, 5, 29, 37, 0};

const RootRow root_rows[] = {
    {"plain", {.extensions = {ca}}},
    {"version 1", {.version = ""}},
    {"version 2",
     {.version = item(0xA0, item(0x02, "\x01"))},
     true,
     Cause::tls_root_not_ca,
     "it is \"CN=subject\""},
    {"no basicConstraints", {}, true, Cause::tls_root_not_ca, "it is \"CN=subject\""},
    {"basicConstraints with CA:FALSE",
     {.extensions = {extension(basic_constraints, sequence({}))}},
     true,
     Cause::tls_root_not_ca,
     "it is \"CN=subject\""},
    {"for signing", {.extensions = {ca, extension(key_usage, item(0x03, "\x02\x04"))}}},
    {"for CRLs alone",
     {.extensions = {ca, extension(key_usage, item(0x03, "\x01\x02"))}},
     true,
     Cause::tls_root_key_usage,
     "the keyUsage of \"CN=subject\" lacks keyCertSign"},
    {"unknown extension", {.extensions = {ca, extension({1, 2, 3}, "x")}}},
    {"unknown critical extension",
     {.extensions = {ca, extension({1, 2, 3}, "x", true)}},
     true,
     Cause::tls_root_critical_extension,
     "it is \"CN=subject\""},
    {"name constraints",
     {.extensions = {ca, extension(name_constraints,
                                   sequence({item_of(0xA0, {sequence({dns("a")})})}))}}},
    {"empty name constraints",
     {.extensions = {ca, extension(name_constraints, sequence({}))}},
     true,
     Cause::tls_root_name_constraints,
     "those of \"CN=subject\" are malformed"},
    {"no CA below it", {.extensions = {path_length("\0"s)}}},
    {"a curve that is not supported",
     {.public_key = ec_key({1, 3, 132, 0, 10}), .extensions = {ca}},
     true,
     Cause::tls_root_key_unsupported,
     "it belongs to \"CN=subject\""},
    {"RSA of 2048 bits", {.public_key = rsa_of(2048), .extensions = {ca}}},
    {"RSA of 2047 bits",
     {.public_key = rsa_of(2047), .extensions = {ca}},
     true,
     Cause::tls_root_key_weak,
     "it belongs to \"CN=subject\" and has 2047 bits"},
    {"RSA of 4096 bits", {.public_key = rsa_of(4096), .extensions = {ca}}},
    {"RSA of 4097 bits",
     {.public_key = rsa_of(4097), .extensions = {ca}},
     true,
     Cause::tls_root_key_unsupported,
     "it belongs to \"CN=subject\" and has 4097 bits"},
    {"an exponent of 1",
     {.public_key = rsa_of(2048, "\x01"), .extensions = {ca}},
     true,
     Cause::tls_root_key_exponent,
     "it belongs to \"CN=subject\""},
    {"an even exponent",
     {.public_key = rsa_of(2048, "\x04"), .extensions = {ca}},
     true,
     Cause::tls_root_key_exponent,
     "it belongs to \"CN=subject\""},
    {"an exponent of 32 bits",
     {.public_key = rsa_of(2048, "\0\xFF\xFF\xFF\xFF"s), .extensions = {ca}}},
    {"an exponent of 33 bits",
     {.public_key = rsa_of(2048, "\x01\0\0\0\x01"s), .extensions = {ca}},
     true,
     Cause::tls_root_key_exponent,
     "it belongs to \"CN=subject\""},
    {"for servers", {.extensions = {ca, purposes(server_auth)}}},
    {"for any purpose", {.extensions = {ca, purposes(any)}}},
    {"for e-mail",
     {.extensions = {ca, purposes(email)}},
     true,
     Cause::tls_root_purpose,
     "the extendedKeyUsage of \"CN=subject\" lacks serverAuth"},
    {"for e-mail, where purposes do not count", {.extensions = {ca, purposes(email)}}, false},
    {"in date", {.extensions = {ca}}},
    {"expired",
     {.not_after = item(0x17, "210101000000Z"), .extensions = {ca}},
     true,
     Cause::tls_root_expired,
     "\"CN=subject\" expired on 2021-01-01 00:00:00 UTC, and it is now 2026-11-23 00:00:00 UTC"},
    {"valid never",
     {.not_before = item(0x17, "300101000000Z"),
      .not_after = item(0x17, "290101000000Z"),
      .extensions = {ca}},
     true,
     Cause::tls_root_expired,
     "\"CN=subject\" ends before it begins"},
    {"not valid yet",
     {.not_before = item(0x17, "300101000000Z"), .extensions = {ca}},
     true,
     Cause::tls_root_not_yet_valid,
     "\"CN=subject\" is valid from 2030-01-01 00:00:00 UTC, and it is now 2026-11-23 00:00:00 UTC"},
    {"expired, where dates do not count",
     {.not_after = item(0x17, "210101000000Z"), .extensions = {ca}},
     false},
};

TEST(CertificateChecks, refuse_each_restricted_or_weak_root_as_its_row_says) {
    for (const RootRow& row : root_rows) {
        SCOPED_TRACE(row.name);
        const std::string der = row.parts.der();
        const auto root = parse_certificate(bytes_of(der));
        ASSERT_TRUE(root);
        EveryScheme verifier;
        const Fault fault =
            check_issuer(*root, CertificateRole::root, {verifier, now_s, row.verify});
        TlsFailure why;
        why.cause = cause_of(fault, CertificateRole::root);
        if (fault != Fault::none) put_fault(fault, *root, now_s, why);
        EXPECT_EQ(why.cause, row.cause) << text(why.cause);
        EXPECT_EQ(why.detail(), row.detail);
    }
}

TEST(CertificateChecks, accept_a_certificate_from_its_first_to_its_last_second) {
    const std::string der = CertificateParts{}.der();
    const auto certificate = parse_certificate(bytes_of(der));
    ASSERT_TRUE(certificate);
    EveryScheme verifier;
    const auto fault_at = [&](std::int64_t unix_s) {
        return check_leaf(*certificate, {verifier, unix_s, true});
    };
    EXPECT_EQ(fault_at(not_before_s - 1), Fault::not_yet_valid);
    EXPECT_EQ(fault_at(not_before_s), Fault::none);
    EXPECT_EQ(fault_at(not_after_s), Fault::none);
    EXPECT_EQ(fault_at(not_after_s + 1), Fault::expired);
}

TEST(CertificateChecks, name_a_cause_for_every_fault_in_every_role) {
    for (auto fault = Fault::not_ca; fault <= Fault::names;
         fault = static_cast<Fault>(static_cast<int>(fault) + 1)) {
        for (const CertificateRole role :
             {CertificateRole::leaf, CertificateRole::issuer, CertificateRole::root}) {
            EXPECT_NE(cause_of(fault, role), Cause::none) << static_cast<int>(fault);
        }
    }
    EXPECT_EQ(cause_of(Fault::none, CertificateRole::leaf), Cause::none);
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
