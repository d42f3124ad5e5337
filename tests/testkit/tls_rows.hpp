// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Every way in which a server's certificates can be valid or invalid, and the result of each
// engine. Differences between the engines and `check_chain`, or between the engines, are listed
// only here: they come from what a TLS library can verify or offer, never from trust.
// The files are those of make_certificates.sh.
#pragma once

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "linnet/x509_certificate.hpp"
#include "testkit/vector_file.hpp"

namespace linnet::test {

/// The certificates and keys that the program trusts. Lists are names separated by blanks.
struct RowTrust {
    std::string_view roots = "root";  ///< <name>.crt as CA bundle
    std::string_view pinned = "";     ///< <name>.crt by set_trusted_ssl_certificate
    std::string_view keys = "";       ///< certificates whose key is pinned
    bool verify = true;
};

/// The results of the engines if they differ from that of `check_chain`.
struct Engines {
    Cause bearssl = Cause::none;
    Cause openssl = Cause::none;
    std::string_view reason = "";  ///< empty: both have the same result
};

struct TlsRow {
    std::string_view name;
    std::string_view chain;  ///< the server sends <chain>.pem
    std::string_view host = "good.test";
    Cause checked = Cause::none;  ///< by `check_chain` if the library verifies everything
    std::string_view detail = "";
    RowTrust trust = {};
    Engines engines = {};
};

inline void PrintTo(const TlsRow& row, std::ostream* out) {
    *out << row.name;
}

constexpr Cause cause_with_bearssl(const TlsRow& row) {
    return row.engines.reason.empty() ? row.checked : row.engines.bearssl;
}
constexpr Cause cause_with_openssl(const TlsRow& row) {
    return row.engines.reason.empty() ? row.checked : row.engines.openssl;
}

namespace tls_rows_detail {

using enum Cause;

inline constexpr RowTrust unverified = {.verify = false};
constexpr RowTrust pin(std::string_view names) {
    return {.pinned = names};
}
constexpr RowTrust unverified_pin(std::string_view names) {
    return {.pinned = names, .verify = false};
}
constexpr RowTrust key(std::string_view names) {
    return {.keys = names};
}
constexpr RowTrust roots(std::string_view names) {
    return {.roots = names};
}

// Limitations of BearSSL, and additional checks of OpenSSL.
constexpr Engines not_with_bearssl(Cause bearssl, std::string_view reason) {
    return {bearssl, none, reason};
}
inline constexpr Engines no_common_signature = not_with_bearssl(
    tls_nothing_in_common, "BearSSL offers neither Ed25519 nor RSASSA-PSS for the server's key");
inline constexpr Engines server_keeps_it = not_with_bearssl(
    tls_nothing_in_common, "an OpenSSL server does not use such a key in TLS 1.2, but does in 1.3");
inline constexpr Engines pss_signature =
    not_with_bearssl(tls_signature_unsupported, "BearSSL does not verify RSASSA-PSS");
inline constexpr Engines ed25519_signature =
    not_with_bearssl(tls_key_unsupported, "BearSSL does not verify Ed25519");

}  // namespace tls_rows_detail

namespace tls_rows_detail {
inline constexpr TlsRow rows[] = {
    // ---- sound
    {"good", "good"},
    {"good_by_another_name", "good", "localhost"},
    {"good_by_ipv4", "good", "127.0.0.1"},
    {"good_by_ipv6", "good", "::1"},
    {"good_in_upper_case", "good", "GOOD.Test"},
    {"good_with_a_final_dot", "good", "good.test."},
    {"rsa_2048", "good_rsa"},
    {"rsa_4096", "rsa_4096"},
    {"p_384", "ec_p384"},
    {"p_521", "ec_p521"},
    {"sha_384", "sha384"},
    {"sha_512", "sha512"},
    // ---- dates
    {"expired", "expired", "good.test", tls_certificate_expired,
     "\"CN=expired,O=linnet\" expired on 2002-01-01 00:00:00 UTC, and it is now 2026-"},
    {"not_yet_valid", "not_yet_valid", "good.test", tls_certificate_not_yet_valid,
     "\"CN=not_yet_valid,O=linnet\" is valid from 2119-01-01 00:00:00 UTC, and it is now 2026-"},
    {"intermediate_expired", "intermediate_expired", "good.test", tls_certificate_expired,
     "\"CN=intermediate_expired_ca,O=linnet\" expired on 2002-01-01"},
    {"expired_root", "expired_root_leaf", "good.test", tls_root_expired,
     "\"CN=expired_root,O=linnet\" expired on 2002-01-01 00:00:00 UTC, and it is now 2026-",
     roots("expired_root")},
    {"root_not_yet_valid", "future_root_leaf", "good.test", tls_root_not_yet_valid,
     "\"CN=future_root,O=linnet\" is valid from 2119-01-01 00:00:00 UTC, and it is now 2026-",
     roots("future_root")},
    // ---- host names
    {"wrong_host", "wrong_host", "good.test", tls_host_mismatch, "it is for other.test"},
    {"wildcard", "wildcard", "www.example.test"},
    {"wildcard_and_a_deeper_host", "wildcard", "a.b.example.test", tls_host_mismatch,
     "*.example.test"},
    {"wildcard_and_its_parent", "wildcard", "example.test", tls_host_mismatch, "*.example.test"},
    {"wildcard_under_a_top_level", "wildcard_top_level", "good.test", tls_host_mismatch, "*.test"},
    {"wildcard_alone", "wildcard_alone", "good.test", tls_host_mismatch, "it is for *"},
    {"wildcard_partial", "wildcard_partial", "www.example.test", tls_host_mismatch,
     "w*.example.test"},
    {"wildcard_double", "wildcard_double", "a.b.example.test", tls_host_mismatch,
     "*.*.example.test"},
    {"wildcard_over_ip", "wildcard_over_ip", "127.0.0.1", tls_host_mismatch, "*.0.0.1"},
    {"upper_case", "upper_case"},
    {"trailing_dot", "trailing_dot", "good.test", tls_host_mismatch, "it is for good.test."},
    {"common_name_alone", "cn_only", "good.test", tls_host_mismatch,
     "it is for \"CN=good.test,O=linnet\""},
    {"common_name_wildcard", "cn_wildcard_only", "www.example.test", tls_host_mismatch,
     "CN=*.example.test"},
    {"common_name_beside_another_host", "cn_ok_san_other", "good.test", tls_host_mismatch,
     "it is for other.test"},
    {"common_name_beside_an_email", "cn_ok_san_email", "good.test", tls_host_mismatch,
     "CN=good.test"},
    {"ip", "ip_san", "127.0.0.1"},
    {"ipv6", "ip_san", "::1"},
    {"ip_and_a_name", "ip_san", "good.test", tls_host_mismatch, "it is for 127.0.0.1, ::1"},
    {"ip_as_a_name", "ip_in_dns_san", "127.0.0.1", tls_host_mismatch, "it is for 127.0.0.1"},
    {"ip_as_common_name", "ip_in_cn", "127.0.0.1", tls_host_mismatch, "CN=127.0.0.1"},
    {"ip_and_only_names", "wrong_host", "127.0.0.1", tls_host_mismatch, "it is for other.test"},
    {"nul_in_a_name", "nul_in_san", "good.test", tls_host_mismatch,
     "it is for \"CN=nul_in_san,O=linnet\""},
    {"nul_in_a_name_for_the_evil_one", "nul_in_san", "evil.test", tls_host_mismatch,
     "it is for \"CN=nul_in_san,O=linnet\""},
    {"a_very_long_name_first", "long_san_first"},
    {"no_extensions_at_all", "v1", "good.test", tls_host_mismatch,
     "it is for \"CN=good.test,O=linnet\""},
    // ---- who has signed
    {"self_signed", "self_signed", "good.test", tls_issuer_unknown,
     "\"CN=self_signed,O=linnet\" is signed by itself"},
    {"self_signed_ca", "self_signed_ca", "good.test", tls_issuer_unknown, "is signed by itself"},
    {"self_signed_in_the_bundle", "self_signed", "good.test", none, "", roots("root self_signed")},
    {"self_signed_renewed_and_the_old_one_in_the_bundle", "self_signed_renewed", "good.test",
     tls_root_not_ca, "it is \"CN=self_signed,O=linnet\"", roots("root self_signed")},
    {"untrusted_root", "untrusted_root", "good.test", tls_issuer_unknown,
     "\"CN=other_intermediate,O=linnet\" is signed by \"CN=other_root,O=linnet\", which the "
     "server did not send and which is not trusted"},
    {"common_name_alone_in_the_bundle", "cn_only", "good.test", tls_host_mismatch, "CN=good.test",
     roots("cn_only")},
    {"empty_bundle", "good", "good.test", tls_issuer_unknown, "CN=root", roots("")},
    {"missing_intermediate", "missing_intermediate", "good.test", tls_issuer_unknown,
     "is signed by \"CN=intermediate,O=linnet\""},
    {"intermediate_trusted_alone", "good", "good.test", none, "", roots("intermediate")},
    {"missing_intermediate_trusted", "missing_intermediate", "good.test", none, "",
     roots("intermediate")},
    {"names_in_another_string_type", "string_type_differs"},
    {"cross_signed_and_the_new_root", "cross_signed", "good.test", none, "", roots("new_root")},
    {"cross_signed_and_the_old_root", "cross_signed", "good.test", none, "", roots("old_root")},
    {"cross_signed_and_both_roots", "cross_signed", "good.test", none, "",
     roots("old_root new_root")},
    {"cross_expired_and_the_new_root", "cross_signed_expired", "good.test", none, "",
     roots("new_root")},
    {"cross_expired_and_the_old_root", "cross_signed_expired", "good.test", tls_certificate_expired,
     "CN=new_root", roots("old_root")},
    // ---- order and number
    {"root_sent_too", "root_sent"},
    {"wrong_order", "wrong_order"},
    {"unrelated_sent", "unrelated_sent"},
    {"leaf_twice", "leaf_twice"},
    {"eight_certificates_with_the_root", "chain_7"},
    {"nine_certificates_with_the_root", "chain_8", "good.test", tls_path_too_long,
     "\"CN=chain_ca_2,O=linnet\" is certificate number 7 and is not signed by a trusted root"},
    {"twelve_certificates", "chain_12", "good.test", tls_path_too_long,
     "\"CN=chain_ca_6,O=linnet\" is certificate number 7 and is not signed by a trusted root"},
    {"a_hundred_certificates", "chain_100", "good.test", tls_chain_too_large},
    {"three_thousand_names", "san_3000", "good.test", tls_chain_too_large},
    {"ten_thousand_names", "san_10000", "good.test", tls_chain_too_large},
    // ---- who may sign
    {"path_length", "pathlen_violated", "good.test", tls_issuer_not_ca,
     "\"CN=pathlen_ca,O=linnet\" allows 0 CAs below it and has more"},
    {"intermediate_is_no_ca", "intermediate_not_ca", "good.test", tls_issuer_not_ca,
     "CN=intermediate_not_ca_ca"},
    {"constrained_critical", "name_constraints_critical"},
    {"constrained", "name_constraints_noncritical"},
    {"constrained_to_another", "name_constraints_violated", "good.test", tls_name_constraints,
     "those of \"CN=constrained_elsewhere_ca,O=linnet\" do not permit the names of "
     "\"CN=name_constraints_violated,O=linnet\""},
    // ---- constraints of a root
    {"root_with_name_constraints", "constrained_root_leaf", "good.test", none, "",
     roots("constrained_root")},
    {"root_with_name_constraints_and_sent", "constrained_root_sent", "good.test", none, "",
     roots("constrained_root")},
    {"root_with_a_critical_extension", "critical_root_leaf", "good.test",
     tls_root_critical_extension, "it is \"CN=critical_root,O=linnet\"", roots("critical_root")},
    {"root_that_is_no_ca", "not_ca_root_leaf", "good.test", tls_root_not_ca,
     "it is \"CN=not_ca_root,O=linnet\"", roots("not_ca_root")},
    {"root_without_basic_constraints", "v3_root_leaf", "good.test", tls_root_not_ca,
     "it is \"CN=v3_root,O=linnet\"", roots("v3_root")},
    {"root_of_version_1", "v1_root_leaf", "good.test", none, "", roots("v1_root")},
    {"root_for_crls", "crl_root_leaf", "good.test", tls_root_key_usage,
     "the keyUsage of \"CN=crl_root,O=linnet\" lacks keyCertSign", roots("crl_root")},
    {"root_for_emails", "email_root_leaf", "good.test", tls_root_purpose,
     "the extendedKeyUsage of \"CN=email_root,O=linnet\" lacks serverAuth", roots("email_root")},
    {"root_for_servers", "server_root_leaf", "good.test", none, "", roots("server_root")},
    {"path_length_of_the_root", "pathlen_root_leaf", "good.test", none, "", roots("pathlen_root")},
    {"path_length_of_the_root_violated", "pathlen_root_violated", "good.test", tls_root_path_length,
     "\"CN=pathlen_root,O=linnet\" allows 0 CAs below it and has more", roots("pathlen_root")},
    {"rsa_1024_root", "rsa_1024_root_leaf", "good.test", tls_root_key_weak,
     "it belongs to \"CN=rsa_1024_root,O=linnet\" and has 1024 bits", roots("rsa_1024_root")},
    {"large_exponent_of_the_root", "large_exponent_root_leaf", "good.test", tls_root_key_exponent,
     "it belongs to \"CN=large_exponent_root,O=linnet\"", roots("large_exponent_root")},
    // ---- several roots of one name
    {"root_renewed", "twin", "good.test", none, "", roots("twin_root_expired twin_root")},
    {"root_renewed_and_the_old_one_last", "twin", "good.test", none, "",
     roots("twin_root twin_root_expired")},
    {"root_and_another_of_its_name", "twin", "good.test", none, "",
     roots("twin_root twin_root_other")},
    {"root_and_another_of_its_name_first", "twin", "good.test", none, "",
     roots("twin_root_other twin_root")},
    {"roots_of_which_only_the_one_for_another_key_has_expired", "twin_with_key_id", "good.test",
     none, "", roots("twin_root_other_expired twin_root_constrained")},
    {"root_expired_and_another_of_its_name", "twin", "good.test", tls_root_expired, "CN=twin_root",
     roots("twin_root_other twin_root_expired")},
    {"root_expired_and_another_of_its_name_with_a_key_id", "twin_with_key_id", "good.test",
     tls_root_expired, "CN=twin_root", roots("twin_root_other twin_root_expired")},
    {"roots_of_which_none_has_signed", "twin_of_the_third", "good.test", tls_issuer_unknown,
     "the trusted root \"CN=twin_root,O=linnet\" has not signed ",
     roots("twin_root_expired twin_root_other")},
    {"cross_signed_and_the_new_root_expired", "cross_signed", "good.test", tls_root_expired,
     "CN=new_root", roots("new_root_expired")},
    {"cross_signed_and_the_new_root_expired_and_the_old_root", "cross_signed", "good.test", none,
     "", roots("new_root_expired old_root")},
    // ---- strength
    {"rsa_1024", "rsa_1024", "good.test", tls_key_weak,
     "\"CN=rsa_1024,O=linnet\" and has 1024 bits"},
    {"rsa_8192", "rsa_8192", "good.test", tls_key_unsupported, "and has 8192 bits"},
    {"largest_exponent", "largest_exponent"},
    {"large_exponent", "large_exponent", "good.test", tls_key_exponent,
     "it belongs to \"CN=large_exponent,O=linnet\""},
    {"large_exponent_in_the_middle", "large_exponent_issuer", "good.test", tls_key_exponent,
     "it belongs to \"CN=large_exponent_ca,O=linnet\""},
    {"sha_1", "sha1", "good.test", tls_signature_weak, "\"CN=sha1,O=linnet\""},
    {"sha_1_in_the_middle", "sha1_intermediate", "good.test", tls_signature_weak,
     "CN=sha1_intermediate_ca"},
    {"md_5", "md5", "good.test", tls_signature_weak, "\"CN=md5,O=linnet\""},
    {"pss_signature", "pss_signed", "good.test", none, "", {}, pss_signature},
    {"pss_signature_with_a_long_salt", "pss_long_salt", "good.test", tls_signature_unsupported,
     "it is that of \"CN=rsa_intermediate,O=linnet\" on \"CN=pss_long_salt,O=linnet\""},
    {"pss_key", "pss_key", "good.test", none, "", {}, no_common_signature},
    {"ed25519_key", "ed25519_key", "good.test", none, "", {}, no_common_signature},
    {"ed25519_signature", "ed25519_signed", "good.test", none, "", {}, ed25519_signature},
    // ---- purpose
    {"for_clients", "eku_client", "good.test", tls_purpose,
     "the extendedKeyUsage of \"CN=eku_client,O=linnet\" lacks serverAuth"},
    {"issued_by_a_ca_for_emails", "eku_email_issuer", "good.test", tls_issuer_purpose,
     "the extendedKeyUsage of \"CN=email_ca,O=linnet\" lacks serverAuth"},
    {"issued_by_a_ca_for_clients", "eku_client_issuer", "good.test", tls_issuer_purpose,
     "CN=client_ca"},
    {"issued_below_a_ca_for_emails", "eku_email_above_its_issuer", "good.test", tls_issuer_purpose,
     "CN=email_ca"},
    {"issued_by_a_ca_for_clients_and_servers", "eku_server_issuer"},
    {"issued_by_a_ca_for_any_purpose", "eku_any_issuer"},
    {"for_any_purpose", "eku_any"},
    {"for_no_purpose_in_particular", "eku_none"},
    {"for_servers_critically", "eku_server_critical"},
    {"unknown_critical_extension", "unknown_critical", "good.test", tls_critical_extension,
     "CN=unknown_critical"},
    {"key_agreement_alone",
     "no_digital_signature",
     "good.test",
     tls_purpose,
     "the keyUsage of \"CN=no_digital_signature,O=linnet\" lacks digitalSignature",
     {},
     {tls_nothing_in_common, tls_purpose, server_keeps_it.reason}},
    // ---- one certificate pinned
    {"pin_itself", "self_signed", "good.test", none, "", pin("self_signed")},
    {"pin_itself_by_ip", "self_signed", "127.0.0.1", none, "", pin("self_signed")},
    {"pin_itself_for_another_host", "self_signed", "other.test", tls_host_mismatch,
     "it is for good.test, 127.0.0.1", pin("self_signed")},
    {"pin_before_it_was_renewed", "self_signed_renewed", "good.test", tls_pin_mismatch,
     "the SHA-256 of its certificate is ", pin("self_signed")},
    {"pin_itself_expired", "self_signed_expired", "good.test", tls_certificate_expired,
     "CN=self_signed_expired", pin("self_signed_expired")},
    {"pin_another", "good", "good.test", tls_pin_mismatch, " instead of ", pin("self_signed")},
    {"pin_itself_a_ca", "self_signed_ca", "good.test", none, "", pin("self_signed_ca")},
    {"pin_root", "good", "good.test", none, "", pin("root")},
    {"pin_root_and_wrong_host", "wrong_host", "good.test", tls_host_mismatch,
     "it is for other.test", pin("root")},
    {"pin_root_and_expired", "expired", "good.test", tls_certificate_expired, "CN=expired",
     pin("root")},
    {"pin_root_and_for_clients", "eku_client", "good.test", tls_purpose, "", pin("root")},
    {"pin_root_and_a_ca_for_emails", "eku_email_issuer", "good.test", tls_issuer_purpose,
     "CN=email_ca", pin("root")},
    {"pin_root_with_name_constraints", "constrained_root_leaf", "good.test", none, "",
     pin("constrained_root")},
    {"pin_root_for_emails", "email_root_leaf", "good.test", tls_root_purpose, "CN=email_root",
     pin("email_root")},
    {"pin_root_that_is_no_ca", "not_ca_root_leaf", "good.test", tls_pin_mismatch,
     "the SHA-256 of its certificate is ", pin("not_ca_root")},
    {"pin_root_of_version_1", "v1_root_leaf", "good.test", tls_pin_mismatch,
     "the SHA-256 of its certificate is ", pin("v1_root")},
    {"pin_root_that_has_expired", "expired_root_leaf", "good.test", tls_root_expired,
     "CN=expired_root", pin("expired_root")},
    {"pin_root_of_others", "good", "good.test", tls_issuer_unknown,
     "is signed by \"CN=root,O=linnet\"", pin("other_root")},
    {"pin_intermediate", "good", "good.test", none, "", pin("intermediate")},
    {"pin_intermediate_that_is_missing", "missing_intermediate", "good.test", none, "",
     pin("intermediate")},
    {"pin_what_another_signed", "good", "good.test", none, "", pin("good")},
    {"pin_its_sibling", "other_key", "good.test", tls_pin_mismatch,
     "the SHA-256 of its certificate is ", pin("good")},
    {"pin_what_another_signed_for_another_host", "good", "www.good.test", tls_host_mismatch,
     "it is for good.test, localhost, 127.0.0.1, ::1", pin("good")},
    {"pin_what_another_signed_expired", "expired", "good.test", tls_certificate_expired, "",
     pin("expired")},
    {"pin_without_the_chain", "missing_intermediate", "good.test", none, "", pin("good")},
    {"pin_common_name_alone", "cn_only", "good.test", none, "", pin("cn_only")},
    {"pin_root_and_common_name_alone", "cn_only", "good.test", tls_host_mismatch, "", pin("root")},
    {"pin_pss_signature", "pss_signed", "good.test", none, "", pin("pss_signed")},
    {"pin_ed25519_signature", "ed25519_signed", "good.test", none, "", pin("ed25519_signed")},
    {"pin_rsa_8192", "rsa_8192", "good.test", tls_key_unsupported, "", pin("rsa_8192")},
    {"pin_for_clients", "eku_client", "good.test", none, "", pin("eku_client")},
    {"pin_unknown_critical_extension", "unknown_critical", "good.test", tls_critical_extension,
     "it is \"CN=unknown_critical,O=linnet\"", pin("unknown_critical")},
    {"pin_rsa_1024", "rsa_1024", "good.test", tls_key_weak, "and has 1024 bits", pin("rsa_1024")},
    // ---- several
    {"pins_of_which_it_is_the_second", "good", "good.test", none, "", pin("self_signed good")},
    {"pins_of_which_it_is_none", "good", "good.test", tls_pin_mismatch, " or 1 more",
     pin("self_signed good_sibling")},
    {"pins_of_which_one_is_its_root", "good", "good.test", none, "", pin("self_signed root")},
    {"pins_of_which_one_is_a_root_of_others", "good", "good.test", tls_issuer_unknown, "",
     pin("self_signed other_root")},
    {"pins_of_which_one_that_is_no_ca_has_signed", "self_signed_renewed", "good.test",
     tls_issuer_unknown, "is signed by itself", pin("self_signed other_root")},
    // ---- keys pinned
    {"key_pin", "good", "good.test", none, "", key("good")},
    {"key_pin_of_the_intermediate", "good", "good.test", none, "", key("intermediate")},
    {"key_pin_of_the_root", "good", "good.test", none, "", key("root")},
    {"key_pin_of_its_sibling", "good", "good.test", tls_pin_mismatch, "the SHA-256 of its key is ",
     key("good_sibling")},
    {"key_pins_old_and_new", "good", "good.test", none, "", key("good_sibling good")},
    {"key_pins_new_and_old", "other_key", "good.test", none, "", key("good_sibling good")},
    {"key_pins_of_which_it_has_none", "good", "good.test", tls_pin_mismatch, " or 1 more",
     key("good_sibling other_root")},
    {"key_pin_of_a_stray", "unrelated_sent", "good.test", tls_pin_mismatch, "",
     key("other_intermediate")},
    {"key_pin_of_one_renewed",
     "self_signed_renewed",
     "good.test",
     none,
     "",
     {.roots = "self_signed_renewed", .keys = "self_signed"}},
    {"key_pin_and_expired", "expired", "good.test", tls_certificate_expired, "", key("expired")},
    {"key_pin_and_wrong_host", "wrong_host", "good.test", tls_host_mismatch, "", key("wrong_host")},
    {"key_pin_and_pin", "good", "good.test", none, "", {.pinned = "good", .keys = "good"}},
    {"key_pin_against_pin",
     "good",
     "good.test",
     tls_pin_mismatch,
     "the SHA-256 of its key is ",
     {.pinned = "good", .keys = "good_sibling"}},
    // ---- verification off
    {"unverified_good", "good", "good.test", none, "", unverified},
    {"unverified_expired", "expired", "good.test", none, "", unverified},
    {"unverified_not_yet_valid", "not_yet_valid", "good.test", none, "", unverified},
    {"unverified_wrong_host", "wrong_host", "good.test", none, "", unverified},
    {"unverified_self_signed", "self_signed", "good.test", none, "", unverified},
    {"unverified_untrusted_root", "untrusted_root", "good.test", none, "", unverified},
    {"unverified_common_name_alone", "cn_only", "good.test", none, "", unverified},
    {"unverified_rsa_1024", "rsa_1024", "good.test", none, "", unverified},
    {"unverified_rsa_8192", "rsa_8192", "good.test", tls_key_unsupported, "", unverified},
    {"unverified_large_exponent", "large_exponent", "good.test", tls_key_exponent,
     "CN=large_exponent", unverified},
    {"unverified_large_exponent_in_the_middle", "large_exponent_issuer", "good.test", none, "",
     unverified},
    {"unverified_sha_1", "sha1", "good.test", none, "", unverified},
    {"unverified_md_5", "md5", "good.test", none, "", unverified},
    {"unverified_pss_signature", "pss_signed", "good.test", none, "", unverified},
    {"unverified_pss_key", "pss_key", "good.test", none, "", unverified, no_common_signature},
    {"unverified_ed25519_key", "ed25519_key", "good.test", none, "", unverified,
     no_common_signature},
    {"unverified_ed25519_signature", "ed25519_signed", "good.test", none, "", unverified},
    {"unverified_for_clients", "eku_client", "good.test", none, "", unverified},
    {"unverified_unknown_critical_extension", "unknown_critical", "good.test", none, "",
     unverified},
    {"unverified_key_agreement_alone", "no_digital_signature", "good.test", none, "", unverified,
     server_keeps_it},
    {"unverified_no_extensions_at_all", "v1", "good.test", none, "", unverified},
    {"unverified_p_521", "ec_p521", "good.test", none, "", unverified},
    {"unverified_three_thousand_names", "san_3000", "good.test", tls_chain_too_large, "",
     unverified},
    {"unverified_pin_itself", "self_signed_expired", "other.test", none, "",
     unverified_pin("self_signed_expired")},
    {"unverified_pin_another", "good", "good.test", tls_pin_mismatch, " instead of ",
     unverified_pin("self_signed")},
    {"unverified_pin_root", "good", "other.test", none, "", unverified_pin("root")},
    {"unverified_pin_root_and_for_clients", "eku_client", "good.test", none, "",
     unverified_pin("root")},
    {"unverified_pin_root_and_a_ca_for_emails", "eku_email_issuer", "good.test", none, "",
     unverified_pin("root")},
    {"unverified_pin_root_for_emails", "email_root_leaf", "good.test", none, "",
     unverified_pin("email_root")},
    {"unverified_pin_root_that_has_expired", "expired_root_leaf", "good.test", none, "",
     unverified_pin("expired_root")},
    {"unverified_pin_root_with_name_constraints", "constrained_root_leaf", "good.test", none, "",
     unverified_pin("constrained_root")},
    {"unverified_pin_root_of_others", "good", "good.test", tls_issuer_unknown, "",
     unverified_pin("other_root")},
    {"unverified_pin_root_and_not_yet_valid", "not_yet_valid", "good.test", none, "",
     unverified_pin("root")},
    {"unverified_pin_root_and_expired_before_its_issuer_began", "expired", "good.test", none, "",
     unverified_pin("root")},
    {"unverified_key_pin", "good", "other.test", none, "", {.keys = "good", .verify = false}},
    {"unverified_pin_root_and_key_pin_of_the_intermediate",
     "good",
     "good.test",
     tls_pin_mismatch,
     "the SHA-256 of its key is ",
     {.pinned = "root", .keys = "intermediate", .verify = false}},
    {"unverified_key_pin_of_the_intermediate",
     "good",
     "good.test",
     tls_pin_mismatch,
     "the SHA-256 of its key is ",
     {.keys = "intermediate", .verify = false}},
};
}  // namespace tls_rows_detail

inline constexpr std::span<const TlsRow> tls_rows = tls_rows_detail::rows;

inline std::string certificates_path(std::string_view name, std::string_view ending) {
    return std::string(LINNET_CERTIFICATES_DIR "/").append(name).append(ending);
}
/// The certificates the server sends with <name>.pem, in DER.
inline std::vector<std::string> chain_ders(std::string_view name) {
    return ders_of_pem(file_text(certificates_path(name, ".pem")));
}
/// The certificate of that name in DER.
inline std::string authority_der(std::string_view name) {
    return der_of_pem(file_text(certificates_path(name, ".crt")));
}

/// Loads the certificates that `RowTrust` names.
class LoadedTrust {
 public:
    explicit LoadedTrust(const RowTrust& row) : row_(row) {
        load(roots_, row.roots);
        load(pinned_, row.pinned);
        X509Certificate keys;
        load(keys, row.keys);
        for (std::size_t i = 0; i < keys.size(); ++i) keys_.push_back(keys.facts(i).key_sha256);
    }

    const X509Certificate* roots() const { return &roots_; }
    const X509Certificate* pinned() const { return row_.pinned.empty() ? nullptr : &pinned_; }
    std::span<const Sha256Digest> keys() const { return keys_; }
    bool verify() const { return row_.verify; }
    TlsTrust trust() const { return {verify(), pinned(), keys(), roots()}; }

 private:
    static void load(X509Certificate& into, std::string_view names) {
        while (!names.empty()) {
            const std::string_view name = names.substr(0, names.find(' '));
            names.remove_prefix(std::min(name.size() + 1, names.size()));
            EXPECT_EQ(into.load(certificates_path(name, ".crt").c_str()), Error::ok) << name;
        }
    }

    RowTrust row_;
    X509Certificate roots_;
    X509Certificate pinned_;
    std::vector<Sha256Digest> keys_;
};

}  // namespace linnet::test
