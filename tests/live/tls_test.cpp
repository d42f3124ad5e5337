// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// TLS over real sockets: every row of tls_rows.hpp with `openssl s_server`, servers with other TLS
// versions, servers that misbehave, and faults in transit. Compiled once for each engine.
//
// s_server responds to the upgrade with an HTTP/1.0 page, which shows that the server is trusted.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <utility>

#include "live/foreign_server.hpp"
#include "live/tls_attempt.hpp"
#include "testkit/certificates_needed.hpp"
#include "testkit/exact.hpp"
#include "testkit/tally_memory.hpp"

namespace linnet::test {
namespace {

// ---- openssl s_server ------------------------------------------------------------------------

// A temporary folder, deleted at the end of the process.
std::string scratch_path(const std::string& name) {
    struct Folder {
        Folder() { static_cast<void>(::mkdtemp(path.data())); }
        ~Folder() {
            std::error_code ignored;
            std::filesystem::remove_all(path, ignored);
        }
        std::string path = testing::TempDir() + "linnet_tls_XXXXXX";
    };
    static const Folder folder;
    return folder.path + "/" + name;
}

// The rest of a PEM file after its first block.
std::string behind_first_block(const std::string& pem) {
    constexpr std::string_view end = "-----END CERTIFICATE-----\n";
    return pem.substr(std::min(pem.size(), pem.find(end) + end.size()));
}

// The certificates that follow the server's own, as a file; empty if there are none.
std::string rest_of_chain(const std::string& chain) {
    const std::string rest = behind_first_block(file_text(certificates_path(chain, ".pem")));
    if (rest.empty()) return {};
    const std::string path = scratch_path(chain + "_rest.pem");
    std::ofstream(path) << rest;
    return path;
}

Launch s_server(const std::string& chain, std::vector<std::string> more = {}) {
    Launch launch{
        .command = {"openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-cert",
                    certificates_path(chain, ".pem"), "-key", certificates_path(chain, ".key")},
        .ready = "ACCEPT "};
    const std::string rest = rest_of_chain(chain);
    if (!rest.empty()) launch.command.insert(launch.command.end(), {"-cert_chain", rest});
    // The client must refuse weak keys and old versions.
    const bool is_reported = std::find(more.begin(), more.end(), "-cipher") != more.end();
    if (!is_reported) more.insert(more.end(), {"-cipher", "DEFAULT:@SECLEVEL=0"});
    launch.command.insert(launch.command.end(), more.begin(), more.end());
    return launch;
}

// One for each chain, for the lifetime of the program.
ForeignServer& server_of_chain(const std::string& chain) {
    static std::map<std::string, std::unique_ptr<ForeignServer>> servers;
    std::unique_ptr<ForeignServer>& server = servers[chain];
    if (!server) server = std::make_unique<ForeignServer>(s_server(chain));
    return *server;
}

void expect_cause(const TlsAttempt& attempt, Cause cause, std::string_view detail) {
    const Failure& failure = attempt.client.failure();
    const std::string explanation = attempt.explanation();
    EXPECT_EQ(attempt.story.signals, "connection_error()");
    if (cause == Cause::none) {
        EXPECT_EQ(failure.phase, Phase::upgrade) << explanation;
        EXPECT_EQ(failure.cause, Cause::upgrade_refused) << explanation;
        return;
    }
    EXPECT_EQ(failure.cause, cause) << explanation;
    EXPECT_TRUE(attempt.explains(text(cause))) << explanation;
    EXPECT_TRUE(attempt.explains(detail)) << explanation;
}

class TlsRows : public testing::TestWithParam<TlsRow> {};

INSTANTIATE_TEST_SUITE_P(Chains, TlsRows, testing::ValuesIn(tls_rows.begin(), tls_rows.end()),
                         [](const auto& row) { return std::string(row.param.name); });

// Case 30, 31: real servers with each certificate
TEST_P(TlsRows, end_as_the_table_says) {
    const TlsRow& row = GetParam();
    ForeignServer& server = server_of_chain(std::string(row.chain));
    ASSERT_TRUE(server.is_ready()) << server.printed();
    TlsAttempt attempt(row.trust);
    attempt.run(secure_url(row.host, server.port()));
    const Cause cause = expected_cause(row);
    expect_cause(attempt, cause, cause == row.checked ? row.detail : "");
}

// ---- signatures ------------------------------------------------------------------------------

std::string pem_of(const std::string& der) {
    X509Certificate certificate;
    EXPECT_EQ(certificate.load_from_memory(bytes_of(der)), Error::ok);
    const std::string path = scratch_path("damaged.pem");
    EXPECT_EQ(certificate.save(path.c_str()), Error::ok);
    return file_text(path);
}

// The chain of good.pem with the last byte of one signature changed.
std::string damaged_chain(std::size_t which) {
    std::vector<std::string> ders = chain_ders("good");
    ders[which].back() ^= 1;
    std::string pem;
    for (const std::string& der : ders) pem += pem_of(der);
    const std::string path = scratch_path("damaged_chain.pem");
    std::ofstream(path) << pem;
    return path;
}

ForeignServer damaged_server(std::size_t which) {
    Launch launch = s_server("good");
    const std::string path = damaged_chain(which);
    const std::string rest = path + ".rest";
    std::ofstream(rest) << behind_first_block(file_text(path));
    for (std::string& word : launch.command) {
        if (word == certificates_path("good", ".pem")) word = path;
        if (word == rest_of_chain("good")) word = rest;
    }
    return ForeignServer(launch);
}

TEST(TlsSignatures, are_verified_for_every_certificate) {
    constexpr Cause causes[] = {Cause::tls_signature_wrong, Cause::tls_issuer_unknown};
    for (std::size_t which = 0; which < std::size(causes); ++which) {
        ForeignServer server = damaged_server(which);
        ASSERT_TRUE(server.is_ready()) << server.printed();
        TlsAttempt attempt;
        attempt.run(secure_url("good.test", server.port()));
        expect_cause(attempt, causes[which],
                     which == 0 ? "it is that of "
                                : "the trusted root \"CN=root,O=linnet\" has not signed ");
        TlsAttempt unverified({.verify = false});
        unverified.run(secure_url("good.test", server.port()));
        expect_cause(unverified, Cause::none, "");
    }
}

// ---- servers with another TLS ----------------------------------------------------------

struct Dialect {
    std::string_view name;
    std::string_view chain;
    std::vector<std::string> options;
    Cause bearssl = Cause::none;
    Cause openssl = Cause::none;
    std::string_view detail = "";
};

Dialect refused_key_exchange(std::string_view name, std::string_view chain,
                             std::vector<std::string> options) {
    constexpr Cause cause = Cause::tls_nothing_in_common;
    return {name, chain, std::move(options), cause, cause, "alert 40 handshake_failure"};
}

const Dialect dialects[] = {
    {"tls_1_2_alone", "good", {"-tls1_2"}},
    {"tls_1_3_alone",
     "good",
     {"-tls1_3"},
     Cause::tls_only_13,
     Cause::none,
     "alert 70 protocol_version"},
    // BearSSL offers no cipher suite of TLS 1.1; OpenSSL lists its versions in an extension.
    {"tls_1_1_alone", "good", {"-tls1_1"}, Cause::tls_nothing_in_common, Cause::tls_only_old},
    {"tls_1_0_alone", "good", {"-tls1"}, Cause::tls_nothing_in_common, Cause::tls_only_old},
    {"a_client_certificate_required",
     "good",
     {"-Verify", "1"},
     Cause::tls_client_certificate,
     Cause::tls_client_certificate,
     "alert "},
    {"a_client_certificate_required_in_tls_1_2",
     "good",
     {"-Verify", "1", "-tls1_2"},
     Cause::tls_client_certificate,
     Cause::tls_client_certificate,
     "alert 40 handshake_failure"},
    {"a_client_certificate_asked_for", "good", {"-verify", "1"}},
    refused_key_exchange("cbc_alone", "good", {"-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"}),
    refused_key_exchange("rsa_key_exchange_alone", "good_rsa",
                         {"-tls1_2", "-cipher", "AES128-GCM-SHA256"}),
    refused_key_exchange("rsa_key_exchange_and_cbc_alone", "good_rsa",
                         {"-tls1_2", "-cipher", "AES128-SHA"}),
    refused_key_exchange("dhe_alone", "good_rsa",
                         {"-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"}),
    refused_key_exchange("dhe_and_chacha20_alone", "good_rsa",
                         {"-tls1_2", "-cipher", "DHE-RSA-CHACHA20-POLY1305"}),
    refused_key_exchange("ccm_alone", "good", {"-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-CCM"}),
    refused_key_exchange("finite_fields_alone", "good", {"-groups", "ffdhe2048:ffdhe8192"}),
    refused_key_exchange("x448_alone", "good", {"-groups", "X448"}),
    {"x25519_alone", "good_rsa", {"-groups", "X25519"}},
    {"p_256_alone", "good", {"-groups", "P-256"}},
    {"p_384_alone", "good_rsa", {"-groups", "P-384"}},
    {"p_521_alone", "good_rsa", {"-groups", "P-521"}},
    {"chacha20", "good", {"-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"}},
    {"aes_256_gcm", "good_rsa", {"-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"}},
    {"http_1_1_by_alpn", "good", {"-alpn", "http/1.1,h2"}},
    {"http_2_alone",
     "good",
     {"-alpn", "h2"},
     Cause::tls_alert,
     Cause::tls_alert,
     "alert 120 no_application_protocol"},
};

void PrintTo(const Dialect& row, std::ostream* out) {
    *out << row.name;
}

class TlsDialects : public testing::TestWithParam<Dialect> {};

INSTANTIATE_TEST_SUITE_P(Servers, TlsDialects, testing::ValuesIn(dialects),
                         [](const auto& row) { return std::string(row.param.name); });

// Case 35, 58: servers that support only TLS 1.3, or request or require a client certificate
TEST_P(TlsDialects, are_supported_or_reported) {
    const Dialect& row = GetParam();
    ForeignServer server(s_server(std::string(row.chain), row.options));
    ASSERT_TRUE(server.is_ready()) << server.printed();
    TlsAttempt attempt;
    attempt.run(secure_url("good.test", server.port()));
    const Cause cause = pick(row.bearssl, row.openssl);
    expect_cause(attempt, cause, row.detail);
}

// ---- servers that misbehave ------------------------------------------------------------------

struct Misdeed {
    std::string_view name;  // in raw_tls_server.py
    Cause bearssl;
    Cause openssl;
    std::string_view detail = "";
};

constexpr Misdeed same_with_both(std::string_view name, Cause cause, std::string_view detail = "") {
    return {name, cause, cause, detail};
}

constexpr Misdeed misdeeds[] = {
    same_with_both("http", Cause::tls_not_tls),
    same_with_both("ssh", Cause::tls_not_tls),
    same_with_both("smtp", Cause::tls_not_tls),
    same_with_both("nul_bytes", Cause::tls_not_tls),
    same_with_both("sslv2", Cause::tls_not_tls),
    same_with_both("unknown_record_type", Cause::tls_not_tls),
    same_with_both("end_at_once", Cause::tls_closed),
    same_with_both("end_after_hello", Cause::tls_closed),
    same_with_both("end_within_a_record", Cause::tls_closed),
    same_with_both("reset_after_hello", Cause::tls_closed),
    same_with_both("close_notify", Cause::tls_closed),
    same_with_both("silent", Cause::tls_timed_out),
    same_with_both("half_a_record_and_silence", Cause::tls_timed_out),
    same_with_both("alert_40", Cause::tls_nothing_in_common, "alert 40 handshake_failure"),
    same_with_both("alert_42", Cause::tls_alert, "alert 42 bad_certificate"),
    same_with_both("alert_112", Cause::tls_alert, "alert 112 unrecognized_name"),
    same_with_both("alert_255", Cause::tls_alert, "alert 255"),
    {"alert_70", Cause::tls_only_13, Cause::tls_only_old, "alert 70 protocol_version"},
    same_with_both("application_data_first", Cause::tls_protocol_error),
    same_with_both("too_long_record", Cause::tls_bad_record),
    same_with_both("garbage_handshake", Cause::tls_protocol_error),
    same_with_both("old_server_hello", Cause::tls_only_old),
    {"empty_records", Cause::tls_timed_out, Cause::tls_protocol_error},
    {"warnings", Cause::tls_timed_out, Cause::tls_protocol_error},
    same_with_both("huge_certificate", Cause::tls_chain_too_large),
};

void PrintTo(const Misdeed& row, std::ostream* out) {
    *out << row.name;
}

class TlsMisdeeds : public testing::TestWithParam<Misdeed> {};

INSTANTIATE_TEST_SUITE_P(Servers, TlsMisdeeds, testing::ValuesIn(misdeeds),
                         [](const auto& row) { return std::string(row.param.name); });

Launch script(std::string_view name, std::vector<std::string> arguments) {
    Launch launch{.command = {"/usr/bin/python3", std::string(LINNET_LIVE_DIR "/").append(name)}};
    launch.command.insert(launch.command.end(), arguments.begin(), arguments.end());
    return launch;
}

// Case 33: records and chains of any size
TEST_P(TlsMisdeeds, end_in_bounded_time_and_memory) {
    const Misdeed& row = GetParam();
    ForeignServer server(script("raw_tls_server.py", {std::string(row.name)}));
    ASSERT_TRUE(server.is_ready()) << server.printed();
    TallyMemory memory;
    Options options;
    options.memory = &memory;
    options.timeouts.tls_ms = 400;
    TlsAttempt attempt({}, options);
    attempt.run(secure_url("good.test", server.port()));
    expect_cause(attempt, pick(row.bearssl, row.openssl), row.detail);
    EXPECT_EQ(attempt.client.failure().phase, Phase::tls);
    const auto& phase_ms = attempt.client.failure().phase_ms;
    EXPECT_LT(phase_ms[static_cast<std::size_t>(Phase::tls)], 5000u);
    EXPECT_LT(memory.peak, 300u * 1024);
}

// ---- faults on the way -----------------------------------------------------------------------

struct Fault {
    std::string_view name;  // in tls_proxy.py
    std::string_view story;
    Cause cause;
    std::size_t message_count = 1;
};

constexpr std::string_view lost_behind_one =
    "connection_established(\"\") -> data_received() -> connection_closed(false)";
constexpr std::string_view unharmed =
    "connection_established(\"\") -> data_received() -> data_received() -> connection_closed(true)";

// The response to the upgrade is the first record with application data, each echo another one.
constexpr Fault faults[] = {
    {"none", unharmed, Cause::closed_by_client, 2},
    {"corrupt_the_certificates", "connection_error()", Cause::tls_issuer_unknown, 0},
    {"corrupt_the_key_exchange", "connection_error()", Cause::tls_signature_wrong, 0},
    {"truncate_the_handshake", "connection_error()", Cause::tls_closed, 0},
    {"reset_the_handshake", "connection_error()", Cause::tls_closed, 0},
    {"corrupt_the_first", "connection_error()", Cause::tls_bad_record, 0},
    {"corrupt", lost_behind_one, Cause::tls_bad_record},
    {"corrupt_the_tag", lost_behind_one, Cause::tls_bad_record},
    {"duplicate", lost_behind_one, Cause::tls_bad_record},
    {"replay_the_first", lost_behind_one, Cause::tls_bad_record},
    {"drop", "connection_established(\"\") -> connection_closed(false)", Cause::tls_bad_record, 0},
    {"truncate", lost_behind_one, Cause::tls_truncated},
    {"truncate_the_header", lost_behind_one, Cause::tls_truncated},
    {"end_between_records", lost_behind_one, Cause::tls_truncated},
    {"too_long", lost_behind_one, Cause::tls_bad_record},
    {"too_short", lost_behind_one, Cause::tls_bad_record},
    {"too_short_by_a_byte", lost_behind_one, Cause::tls_bad_record},
    {"too_short_finished", "connection_error()", Cause::tls_bad_record, 0},
    {"plain_alert", lost_behind_one, Cause::tls_bad_record},
    {"reset", lost_behind_one, Cause::connection_lost},
    {"drip", unharmed, Cause::closed_by_client, 2},
    // Both close frames have been exchanged: TLS failures after them are harmless.
    {"drop_close_notify", unharmed, Cause::closed_by_client, 2},
    {"corrupt_close_notify", unharmed, Cause::closed_by_client, 2},
};

void PrintTo(const Fault& row, std::ostream* out) {
    *out << row.name;
}

class TlsFaults : public testing::TestWithParam<Fault> {
 protected:
    // A valid server, for all of them.
    static ForeignServer& backend() {
        static const std::unique_ptr<ForeignServer> server = [] {
            Launch launch = script("python_server.py", {});
            const std::string base = certificates_path("good", "");
            launch.settings = {"LINNET_LIVE_CERTIFICATE=" + base + ".pem",
                               "LINNET_LIVE_KEY=" + base + ".key", "LINNET_LIVE_TLS=1.2"};
            return std::make_unique<ForeignServer>(launch);
        }();
        return *server;
    }
};

INSTANTIATE_TEST_SUITE_P(Proxies, TlsFaults, testing::ValuesIn(faults),
                         [](const auto& row) { return std::string(row.param.name); });

// Case 32, 33: a stream that is cut off or damaged in transit
TEST_P(TlsFaults, are_reported_once_and_deliver_no_wrong_data) {
    const Fault& row = GetParam();
    ForeignServer& good = backend();
    if (good.is_absent() && std::getenv("CI") == nullptr) {
        GTEST_SKIP() << "not installed: the Debian package python3-websockets";
    }
    ASSERT_TRUE(good.is_ready()) << good.printed();
    ForeignServer proxy(
        script("tls_proxy.py", {std::string(row.name), std::to_string(good.port())}));
    ASSERT_TRUE(proxy.is_ready()) << proxy.printed();

    TlsAttempt attempt;
    std::size_t received = 0;
    attempt.story.on = [&](const std::string& signal) {
        const bool is_open = signal.starts_with("connection_established");
        for (int i = 0; i < 2 && is_open; ++i) {
            EXPECT_EQ(attempt.client.get_peer(1)->put_packet("message"), Error::ok);
        }
        if (signal == "data_received()" && ++received == 2) {
            EXPECT_EQ(attempt.client.disconnect_from_host(), Error::ok);
        }
    };
    attempt.run(secure_url("good.test", proxy.port()));
    EXPECT_EQ(attempt.story.signals, row.story) << attempt.explanation();
    EXPECT_EQ(attempt.client.failure().cause, row.cause) << attempt.explanation();
    EXPECT_EQ(attempt.story.messages, std::vector<std::string>(row.message_count, "B:message"));
}

}  // namespace
}  // namespace linnet::test
