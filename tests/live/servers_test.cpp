// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// TLS with the servers that are in use, each as its program is without settings and as Mozilla
// recommends ("intermediate"), and the messages that only TLS 1.3 has. Compiled once for each
// engine.
#include <cstdlib>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "live/foreign_server.hpp"
#include "live/tls_attempt.hpp"
#include "testkit/certificates_needed.hpp"

namespace linnet::test {
namespace {

// ---- the servers -----------------------------------------------------------------------------

struct ServerRow {
    std::string_view name;
    std::string_view package;
    std::string_view script;  // in this folder
    std::string_view server;  // its first argument, if any
    bool forwards = false;    // to a WebSocket server without TLS
    bool echoes = true;       // otherwise it cannot speak WebSocket
};

constexpr ServerRow server_rows[] = {
    {"nginx", "nginx-light", "terminators.py", "nginx", true},
    {"haproxy", "haproxy", "terminators.py", "haproxy", true},
    {"apache", "apache2-bin", "terminators.py", "apache", true},
    {"stunnel", "stunnel4", "terminators.py", "stunnel", true},
    {"openssl_s_server", "openssl", "s_server.py", ""},
    {"gnutls_serv", "gnutls-bin", "gnutls_server.py", "", false, false},
    {"node", "node-ws", "node_server.js", ""},
};

void PrintTo(const ServerRow& row, std::ostream* out) {
    *out << row.name;
}

struct Settings {
    std::string_view configuration;
    std::string_view chain;
};

constexpr Settings settings_rows[] = {
    {"default", "good"},
    {"intermediate", "good_rsa"},
};

void PrintTo(const Settings& settings, std::ostream* out) {
    *out << settings.configuration << "_" << settings.chain;
}

bool may_be_absent() {
    return std::getenv("CI") == nullptr;
}

// The reason to skip a test: the system lacks what it needs. With CI set there is none.
std::string why_absent(const ForeignServer& server, std::string_view package) {
    if (server.is_ready() || !may_be_absent()) return "";
    if (server.is_absent()) return "not installed: the Debian package " + std::string(package);
    if (server.printed().find("FORBIDDEN\n") == std::string::npos) return "";
    return "no new network namespace is allowed, and gnutls-serv listens on every address";
}

Launch launch_of(const ServerRow& row, const Settings& settings, std::vector<std::string> more) {
    const bool is_node = row.script.ends_with(".js");
    const std::string chain = certificates_path(std::string(settings.chain), "");
    Launch launch{.command = {is_node ? "node" : "/usr/bin/python3",
                              std::string(LINNET_LIVE_DIR "/").append(row.script)},
                  .settings = {"LINNET_LIVE_CERTIFICATE=" + chain + ".pem",
                               "LINNET_LIVE_KEY=" + chain + ".key",
                               "LINNET_LIVE_TLS=" + std::string(settings.configuration)}};
    if (!row.server.empty()) launch.command.emplace_back(row.server);
    launch.command.emplace_back(settings.configuration);
    launch.command.insert(launch.command.end(), more.begin(), more.end());
    return launch;
}

// ---- attempts --------------------------------------------------------------------------------

// Sends a message as soon as the connection is open, and closes after the response.
void converse(TlsAttempt& attempt, std::uint16_t port) {
    attempt.story.on = [&](const std::string& signal) {
        if (signal.starts_with("connection_established")) {
            EXPECT_EQ(attempt.client.get_peer(1)->put_packet("message"), Error::ok);
        }
        if (signal == "data_received()") {
            EXPECT_EQ(attempt.client.disconnect_from_host(), Error::ok);
        }
    };
    attempt.run(secure_url("good.test", port));
}

void expect_an_echo(std::uint16_t port) {
    TlsAttempt attempt;
    converse(attempt, port);
    EXPECT_EQ(attempt.story.signals,
              "connection_established(\"\") -> data_received() -> connection_closed(true)")
        << attempt.explanation();
    EXPECT_EQ(attempt.story.messages, std::vector<std::string>{"B:message"});
}

// A page as response to the upgrade shows that both sides have decrypted what the other has sent.
void expect_a_page(std::uint16_t port) {
    TlsAttempt attempt;
    attempt.run(secure_url("good.test", port));
    const Failure& failure = attempt.client.failure();
    EXPECT_EQ(attempt.story.signals, "connection_error()");
    EXPECT_EQ(failure.cause, Cause::upgrade_refused) << attempt.explanation();
    EXPECT_EQ(failure.http_status, 200);
    EXPECT_NE(failure.http_body.find("GnuTLS"), std::string_view::npos) << failure.http_body;
}

void expect_refused(std::uint16_t port, std::string_view roots, std::string_view host,
                    Cause cause) {
    TlsAttempt attempt({.roots = roots});
    attempt.run(secure_url(host, port));
    EXPECT_EQ(attempt.story.signals, "connection_error()");
    EXPECT_EQ(attempt.client.failure().phase, Phase::tls);
    EXPECT_EQ(attempt.client.failure().cause, cause) << attempt.explanation();
}

class TlsServers : public testing::TestWithParam<std::tuple<ServerRow, Settings>> {};

INSTANTIATE_TEST_SUITE_P(Programs, TlsServers,
                         testing::Combine(testing::ValuesIn(server_rows),
                                          testing::ValuesIn(settings_rows)),
                         [](const auto& row) {
                             return testing::PrintToString(std::get<0>(row.param)) + "_" +
                                    testing::PrintToString(std::get<1>(row.param));
                         });

TEST_P(TlsServers, are_trusted_with_their_root_under_their_name_only) {
    const auto& [row, settings] = GetParam();
    std::vector<std::string> arguments;
    if (row.forwards) {
        const ForeignServer& backend = shared_server(Program::python);
        const std::string reason = why_absent(backend, package_of(Program::python));
        if (!reason.empty()) GTEST_SKIP() << reason;
        ASSERT_TRUE(backend.is_ready()) << backend.printed();
        arguments.push_back(std::to_string(backend.port()));
    }
    const ForeignServer server(launch_of(row, settings, std::move(arguments)));
    const std::string reason = why_absent(server, row.package);
    if (!reason.empty()) GTEST_SKIP() << reason;
    ASSERT_TRUE(server.is_ready()) << server.printed();
    expect_refused(server.port(), "other_root", "good.test", Cause::tls_issuer_unknown);
    expect_refused(server.port(), "root", "other.test", Cause::tls_host_mismatch);
    (row.echoes ? expect_an_echo : expect_a_page)(server.port());
}

// ---- TLS 1.3 ---------------------------------------------------------------------------------

#ifdef LINNET_TEST_OPENSSL_ENGINE

constexpr ServerRow s_server_row = {"", "openssl", "s_server.py", ""};

// Sends each message after the reply to the one before it.
std::vector<std::string> replies_of(std::uint16_t port, const std::vector<std::string>& messages) {
    TlsAttempt attempt;
    std::size_t sent = 0;
    attempt.story.on = [&](const std::string& signal) {
        const bool may_send = signal == "data_received()" || signal.starts_with("connection_est");
        if (may_send && sent < messages.size()) {
            EXPECT_EQ(attempt.client.get_peer(1)->put_packet(messages[sent++]), Error::ok);
        } else if (may_send) {
            EXPECT_EQ(attempt.client.disconnect_from_host(), Error::ok);
        }
    };
    attempt.run(secure_url("good.test", port));
    EXPECT_TRUE(attempt.story.signals.ends_with("connection_closed(true)"))
        << attempt.explanation();
    std::vector<std::string> replies;
    for (const std::string& message : attempt.story.messages) replies.push_back(message.substr(2));
    return replies;
}

// Runs a conversation with s_server.py.
std::vector<std::string> replies_with(std::vector<std::string> options,
                                      const std::vector<std::string>& messages) {
    options.insert(options.begin(), "-tls1_3");
    const ForeignServer server(launch_of(s_server_row, settings_rows[0], std::move(options)));
    EXPECT_TRUE(server.is_ready()) << server.printed();
    return replies_of(server.port(), messages);
}

// Case 65: new keys in the middle of a connection
TEST(Tls13, accepts_key_updates_of_the_server) {
    const std::vector<std::string> messages = {"before", "update",     "after",
                                               "update", "after both", "count KeyUpdate"};
    std::vector<std::string> expected = messages;
    expected.back() = "sent 2, received 0";
    EXPECT_EQ(replies_with({}, messages), expected);
}

// Case 65: the server asks for new keys of the client as well
TEST(Tls13, replies_to_requested_key_updates) {
    const std::vector<std::string> messages = {"before",      "update both", "after",
                                               "update both", "after both",  "count KeyUpdate"};
    std::vector<std::string> expected = messages;
    expected.back() = "sent 2, received 2";
    EXPECT_EQ(replies_with({}, messages), expected);
}

// Case 65: the server does not support the group of the client's first key share
TEST(Tls13, repeats_its_hello_with_another_group) {
    for (const char* const group : {"P-256", "P-384", "P-521"}) {
        SCOPED_TRACE(group);
        const std::vector<std::string> expected = {"sent 0, received 2", "sent 2, received 0"};
        EXPECT_EQ(replies_with({"-groups", group}, {"count ClientHello", "count ServerHello"}),
                  expected);
    }
}

// Case 65: a single hello, so that the test above counts what it says
TEST(Tls13, says_hello_once_if_the_first_group_is_supported) {
    const std::vector<std::string> expected = {"sent 0, received 1"};
    EXPECT_EQ(replies_with({"-groups", "X25519"}, {"count ClientHello"}), expected);
}

// Case 65: tickets before the first message
TEST(Tls13, ignores_any_number_of_tickets) {
    const std::vector<std::string> expected = {"message", "sent 100, received 0"};
    EXPECT_EQ(replies_with({"-num_tickets", "100"}, {"message", "count NewSessionTicket"}),
              expected);
}

#endif

}  // namespace
}  // namespace linnet::test
