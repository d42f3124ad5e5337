// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Whether a certificate matches a host, RFC 9525 6.
#include "x509/host_name.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "testkit/der_builder.hpp"
#include "testkit/exact.hpp"

namespace linnet {
namespace {

using namespace std::string_view_literals;
using test::CertificateParts;
using test::dns;
using test::ExactBytes;
using test::item;

bool matches(std::string_view presented, std::string_view host) {
    const ExactBytes exact_presented(presented), exact_host(host);
    return dns_name_matches(exact_presented.text(), exact_host.text());
}

struct Row {
    std::string_view presented, host;
};

TEST(DnsName, matches_the_same_name_in_any_letter_case) {
    constexpr Row rows[] = {
        {"example.test", "example.test"},  {"EXAMPLE.test", "example.TEST"},
        {"localhost", "localhost"},        {"a.b.c.d.e", "A.B.C.D.E"},
        {"a_b-1.test", "A_B-1.test"},      {"xn--e1a.test", "XN--E1A.test"},
        {"example.test", "example.test."}, {"localhost", "localhost."},
    };
    for (const Row& row : rows) {
        EXPECT_TRUE(matches(row.presented, row.host)) << row.presented << " " << row.host;
    }
}

TEST(DnsName, matches_no_other_name) {
    constexpr Row rows[] = {
        {"example.test", "example.tes"},           {"example.tes", "example.test"},
        {"example.test", "xample.test"},           {"example.test", "www.example.test"},
        {"www.example.test", "example.test"},      {"example.test", "exampleXtest"},
        {"example.test\0.evil"sv, "example.test"}, {"example.test", "example.test\0.evil"sv},
        {"example.test", "ex@mple.test"},          {"[", "{"},
        {"\xC3\xA9.test", "\xC3\x89.test"},        {"example.test", ""},
        {"example.test.", "example.test"},         {"example.test.", "example.test."},
        {"example.test", "example.test.."},        {"example.test.", "example.test.."},
        {" example.test", "example.test"},         {"example.test ", "example.test"},
    };
    for (const Row& row : rows) {
        EXPECT_FALSE(matches(row.presented, row.host)) << row.presented << " " << row.host;
    }
}

TEST(DnsName, has_no_empty_label) {
    for (const std::string_view name : {"", ".", "..", ".test", "a..test", "..a", "a.."}) {
        EXPECT_FALSE(matches(name, name)) << name;
        EXPECT_FALSE(matches("*.example.test", std::string(name).append(".example.test"))) << name;
    }
    EXPECT_FALSE(matches("*.", "a")) << "no parent";
    EXPECT_FALSE(matches("*.", "a."));
    EXPECT_FALSE(matches("*..test", "a..test"));
    EXPECT_FALSE(matches("*.example.test", ".example.test"));
    EXPECT_FALSE(matches("*.example.test", "."));
}

// Case 30: wildcards
TEST(DnsName, has_wildcards_for_exactly_one_leftmost_label) {
    constexpr Row good_rows[] = {
        {"*.example.test", "www.example.test"},     {"*.example.test", "WWW.EXAMPLE.TEST"},
        {"*.example.test", "www.example.test."},    {"*.a.b.c", "x.a.b.c"},
        {"*.example.test", "xn--e1a.example.test"},
    };
    for (const Row& row : good_rows) {
        EXPECT_TRUE(matches(row.presented, row.host)) << row.presented << " " << row.host;
    }
    constexpr Row bad_rows[] = {
        {"*.example.test", "example.test"},
        {"*.example.test", "a.b.example.test"},
        {"*.example.test", "aexample.test"},
        {"*.example.test", "www.example.tes"},
        {"*.example.test", "www.xexample.test"},
        {"*.test", "example.test"},
        {"*.test", "test"},
        {"*", "test"},
        {"*", "example.test"},
        {"*.*", "example.test"},
        {"w*.example.test", "www.example.test"},
        {"*w.example.test", "www.example.test"},
        {"w*w.example.test", "www.example.test"},
        {"www.*.test", "www.example.test"},
        {"*.*.test", "www.example.test"},
        {"**.example.test", "www.example.test"},
        {"www.example.*", "www.example.test"},
        {"*example.test", "www.example.test"},
        {"*.test.", "a.test"},
        {"*.example.test.", "www.example.test."},
    };
    for (const Row& row : bad_rows) {
        EXPECT_FALSE(matches(row.presented, row.host)) << row.presented << " " << row.host;
    }
}

// ---- certificates ----------------------------------------------------------------------------

constexpr std::string_view ipv4 = "\x7F\0\0\x01"sv;
constexpr std::string_view ipv6 = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"sv;

bool is_for(const CertificateParts& parts, std::string_view name, std::string_view ip,
            CommonName common_name = CommonName::counts) {
    const ExactBytes der(parts.der());
    const auto certificate = parse_certificate(der.bytes());
    EXPECT_TRUE(certificate);
    return certificate && is_for_host(*certificate, {name, bytes_of(ip)}, common_name);
}

CertificateParts with_alt_names(const std::vector<std::string>& names,
                                std::string_view common_name = "cn.test") {
    return {.subject = test::name_of(common_name), .extensions = {test::alt_names(names)}};
}

TEST(HostName, is_compared_with_all_dns_names) {
    const auto parts = with_alt_names({item(0x81, "me@mail.test"), dns("a.test"), item(0x87, ipv4),
                                       dns("*.b.test"), dns("c.test")});
    for (const char* const host : {"a.test", "x.b.test", "c.test", "C.TEST."}) {
        EXPECT_TRUE(is_for(parts, host, "")) << host;
    }
    for (const char* const host :
         {"b.test", "d.test", "mail.test", "me@mail.test", "cn.test", ""}) {
        EXPECT_FALSE(is_for(parts, host, "")) << host;
    }
}

// Case 30: IP addresses
TEST(HostName, matches_ip_addresses_only_with_ip_names) {
    const auto right = with_alt_names({dns("a.test"), item(0x87, ipv6), item(0x87, ipv4)});
    EXPECT_TRUE(is_for(right, "127.0.0.1", ipv4));
    EXPECT_TRUE(is_for(right, "::1", ipv6));
    EXPECT_FALSE(is_for(right, "127.0.0.2", "\x7F\0\0\x02"sv));
    EXPECT_FALSE(is_for(right, "127.0.0.1", "")) << "a name that looks like an address";
    EXPECT_FALSE(is_for(right, "a.test", ipv4.substr(0, 3)));

    for (const auto& names : {dns("127.0.0.1"), dns("*.0.0.1"), dns(ipv4), item(0x86, ipv4),
                              item(0x87, "\x7F\0\0\x01\xFF\xFF\xFF\xFF"sv)}) {
        EXPECT_FALSE(is_for(with_alt_names({names}), "127.0.0.1", ipv4));
    }
    EXPECT_FALSE(is_for(with_alt_names({item(0x87, "abcd")}), "abcd", ""));
    EXPECT_FALSE(is_for(with_alt_names({item(0x87, "abcd")}, "127.0.0.1"), "127.0.0.1", ipv4));
}

TEST(HostName, matches_the_common_name_only_if_allowed_and_without_alternative_names) {
    const CertificateParts plain = {.subject = test::name_of("cn.test")};
    EXPECT_TRUE(is_for(plain, "cn.test", ""));
    EXPECT_TRUE(is_for(plain, "CN.test.", ""));
    EXPECT_FALSE(is_for(plain, "cn.test", "", CommonName::is_ignored));
    EXPECT_FALSE(is_for(plain, "other.test", ""));
    EXPECT_TRUE(is_for({.subject = test::name_of("*.cn.test")}, "a.cn.test", ""));

    for (const auto& names : std::vector<std::vector<std::string>>{
             {dns("other.test")}, {item(0x81, "me@cn.test")}, {item(0x87, ipv4)}, {}}) {
        EXPECT_FALSE(is_for(with_alt_names(names), "cn.test", ""));
    }
    const CertificateParts ip_in_cn = {.subject = test::name_of("127.0.0.1")};
    EXPECT_FALSE(is_for(ip_in_cn, "127.0.0.1", ipv4));
    EXPECT_FALSE(is_for({.subject = test::sequence({})}, "", ""));
    const auto two = test::sequence({test::set_of({test::attribute(3, "cn.test")}),
                                     test::set_of({test::attribute(3, "last.test")})});
    EXPECT_FALSE(is_for({.subject = two}, "cn.test", ""));
    EXPECT_TRUE(is_for({.subject = two}, "last.test", ""));
}

// Case 30: a NUL in a name
TEST(HostName, is_not_ended_by_a_nul_in_a_certificate) {
    const auto parts = with_alt_names({dns("a.test\0.evil.test"sv)});
    EXPECT_FALSE(is_for(parts, "a.test", ""));
    EXPECT_FALSE(is_for({.subject = test::name_of("a.test\0.evil.test"sv)}, "a.test", ""));
}

}  // namespace
}  // namespace linnet
