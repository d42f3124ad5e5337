// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Conversations over real sockets with foreign servers, over ws:// and over wss://. Each test
// checks the complete sequence of the client's signals, which has exactly one ending.
//
// Nothing here sleeps except the client's own `wait`, and a deadline bounds every loop.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "linnet/linnet.hpp"
#include "live/foreign_server.hpp"
#include "testkit/certificates.hpp"
#include "testkit/exact.hpp"
#include "testkit/story.hpp"
#include "tls/default_context.hpp"

namespace linnet::test {
namespace {

using namespace std::string_view_literals;
using testing::AssertionFailure;
using testing::AssertionResult;
using testing::AssertionSuccess;
using Mode = WebSocketPeer::WriteMode;

constexpr Mode as_text = WebSocketPeer::WRITE_MODE_TEXT;
constexpr Mode as_binary = WebSocketPeer::WRITE_MODE_BINARY;
constexpr std::size_t mebibyte = 1 << 20;
constexpr std::string_view opened = "connection_established(\"\")";
constexpr std::string_view closed_cleanly = "connection_closed(true)";
constexpr std::string_view cut_off = "connection_closed(false)";

// ---- words for what happens ------------------------------------------------------------------

std::string times(std::string_view signal, std::size_t count) {
    return std::string(signal) + (count == 1 ? "" : " x" + std::to_string(count));
}

std::string messages(std::size_t count) {
    return times("data_received()", count);
}

std::string close_request(int code, std::string_view reason) {
    return "server_close_request(" + std::to_string(code) + ", \"" + std::string(reason) + "\")";
}

std::string tale_of(std::initializer_list<std::string_view> signals) {
    std::string tale;
    for (const std::string_view signal : signals) {
        tale += (tale.empty() ? "" : " -> ") + std::string(signal);
    }
    return tale;
}

// The signals of a story, with repeated ones merged.
std::string tale_of(const Story& story) {
    const std::string_view arrow = " -> ";
    std::string tale;
    std::string_view rest = story.signals;
    while (!rest.empty()) {
        const std::string_view signal = rest.substr(0, rest.find(arrow));
        std::size_t count = 0;
        while (!rest.empty() && rest.substr(0, rest.find(arrow)) == signal) {
            rest.remove_prefix(std::min(rest.size(), signal.size() + arrow.size()));
            ++count;
        }
        tale += (tale.empty() ? "" : arrow);
        tale += times(signal, count);
    }
    return tale;
}

bool is_ending(std::string_view line) {
    return line.starts_with("connection_error") || line.starts_with("connection_closed");
}

std::string brief(std::string_view message) {
    constexpr std::size_t size_max = 60;
    if (message.size() <= size_max) return shown(message);
    return shown(message.substr(0, size_max)) + "... of " + std::to_string(message.size());
}

AssertionResult is_same(std::string_view got, std::string_view expected) {
    if (got == expected) return AssertionSuccess();
    const std::size_t common = std::min(got.size(), expected.size());
    const auto differs =
        std::mismatch(got.begin(), got.begin() + static_cast<int>(common), expected.begin());
    return AssertionFailure() << "got " << brief(got) << ", expected " << brief(expected)
                              << ", they part at byte " << differs.first - got.begin();
}

// Letters of one to four bytes, cut so that `size` is exact.
std::string text_of_size(std::size_t size) {
    constexpr std::string_view letters = "l\u00ef\u0144\u0146\u1ebdt \U0001F426 ";
    std::string text;
    while (text.size() + letters.size() <= size) text += letters;
    return text + std::string(size - text.size(), '.');
}

// Every byte value, in an order that does not repeat with the mask.
std::string binary_of_size(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 + i / 251);
    return bytes;
}

std::string payload_of(Mode mode, std::size_t size) {
    return mode == as_text ? text_of_size(size) : binary_of_size(size);
}

// As logged by `Story::messages`.
std::string logged(Mode mode, std::string_view payload) {
    return (mode == as_text ? "T:" : "B:") + std::string(payload);
}

// ---- a conversation --------------------------------------------------------------------------

std::string_view lead_of(Scheme scheme) {
    return scheme == Scheme::wss ? "wss://" : "ws://";
}

std::string url_of(std::uint16_t port, std::string_view path = "/", Scheme scheme = Scheme::ws) {
    return std::string(lead_of(scheme)) + "127.0.0.1:" + std::to_string(port) + std::string(path);
}

// The certificates of the servers with TLS.
const X509Certificate& trusted_roots() {
    static const std::unique_ptr<X509Certificate> roots = [] {
        auto loaded = std::make_unique<X509Certificate>();
        EXPECT_EQ(loaded->load(LINNET_CERTIFICATES_DIR "/root.crt"), Error::ok);
        return loaded;
    }();
    return *roots;
}

Options trusting(Options options, Scheme scheme) {
    if (scheme == Scheme::wss) options.ca_bundle = &trusted_roots();
    return options;
}

class Conversation {
 public:
    explicit Conversation(const Options& options = {}, Scheme scheme = Scheme::ws)
        : client(trusting(options, scheme)), story(client) {}

    WebSocketClient client;
    Story story;

    WebSocketPeer& peer() { return *client.get_peer(1); }

    /// Waits until `done`; fails if the story has ended before, or after a generous time.
    template <class Done>
    AssertionResult reaches(std::string_view what, Done done) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!done()) {
            if (client.get_connection_status() == WebSocketClient::CONNECTION_DISCONNECTED) {
                return failure("the story ended before " + std::string(what));
            }
            if (std::chrono::steady_clock::now() >= deadline) {
                return failure("20 s were not enough for " + std::string(what));
            }
            client.wait(100);
        }
        return AssertionSuccess();
    }

    AssertionResult opens(const std::string& url, Strings protocols = {}, Strings headers = {}) {
        const Error error = client.connect_to_url(url, protocols, false, headers);
        if (error != Error::ok) return failure("connect_to_url: " + std::string(text(error)));
        return reaches("the connection was open", [this] { return peer().is_connected_to_host(); });
    }

    AssertionResult puts(Mode mode, std::string_view payload) {
        peer().set_write_mode(mode);
        const Error error = peer().put_packet(payload);
        if (error == Error::ok) return AssertionSuccess();
        return failure("put_packet: " + std::string(text(error)));
    }

    AssertionResult receives(std::size_t count) {
        return reaches("message " + std::to_string(count),
                       [&] { return story.messages.size() >= count; });
    }

    /// Sends `payload` and expects to receive `expected`.
    AssertionResult exchanges(Mode mode, std::string_view payload, std::string_view expected) {
        const std::size_t count = story.messages.size() + 1;
        if (const AssertionResult put = puts(mode, payload); !put) return put;
        if (const AssertionResult result = receives(count); !result) return result;
        return is_same(story.messages.back(), expected);
    }

    /// Runs until the end. The story must then be `expected`, and nothing may follow it.
    AssertionResult ends_as(const std::string& expected) {
        const auto ended = [this] { return !story.lines.empty() && is_ending(story.lines.back()); };
        if (const AssertionResult end = reaches("the end was reported", ended); !end) return end;
        for (int i = 0; i < 3; ++i) client.poll();
        if (tale_of(story) != expected) return failure("expected the story " + shown(expected));
        for (const std::string& line : story.lines) {
            const std::string_view seen = is_ending(line) ? ") DISCONNECTED" : ") CONNECTED open";
            if (!line.ends_with(seen)) return failure("a handler saw the wrong status: " + line);
        }
        return AssertionSuccess();
    }

    /// Closes the connection and expects that the server agrees.
    AssertionResult closes_as(const std::string& expected) {
        const Error error = client.disconnect_from_host();
        if (error != Error::ok) return failure("disconnect: " + std::string(text(error)));
        if (const AssertionResult end = ends_as(expected); !end) return end;
        if (client.failure().cause == Cause::closed_by_client) return AssertionSuccess();
        return failure("expected an end by the client");
    }

 private:
    AssertionResult failure(const std::string& what) const {
        return AssertionFailure() << what << "\nstory so far: " << shown(tale_of(story))
                                  << "\nexplanation: " << client.failure().explain();
    }
};

// ---- what a server cannot do -----------------------------------------------------------------

enum class Ability : std::uint8_t {
    fragments,
    ping,
    choose_no_protocol,
    show_headers,
    refuse,
    longest_reason
};

struct Inability {
    Program program;
    Ability ability;
    const char* reason;
};

constexpr Inability inabilities[] = {
    {Program::godot, Ability::fragments, "Godot sends each packet as one frame"},
    {Program::godot, Ability::ping, "a Godot server has no call that pings"},
    {Program::godot, Ability::choose_no_protocol,
     "a Godot server accepts an offer of sub-protocols only if it knows one"},
    {Program::godot, Ability::show_headers, "a Godot script does not see the request"},
    {Program::godot, Ability::refuse, "a Godot server refuses without an HTTP response"},
    {Program::godot, Ability::longest_reason,
     "a Godot server sends one byte more than the reason, which does not fit after 123"},
};

// Why the tests of `program` are skipped; empty if they are not. With CI set they never are.
std::string why_absent(const ForeignServer& server, Program program) {
    if (!server.is_absent() || std::getenv("CI") != nullptr) return {};
    return "not installed: the Debian package " + std::string(package_of(program));
}

std::string complaint_of(const ForeignServer& server, Program program) {
    return std::string(name_of(program)) + " did not start (Debian package " +
           std::string(package_of(program)) + "); it printed:\n" + server.printed();
}

struct Kind {
    Program program;
    Scheme scheme;
};

void PrintTo(const Kind& kind, std::ostream* out) {
    *out << name_of(kind.program) << " over " << lead_of(kind.scheme);
}

class Live : public testing::TestWithParam<Kind> {
 protected:
    void SetUp() override {
        const bool has_tls = default_tls_context() != nullptr;
        if (scheme() == Scheme::wss && !has_tls) GTEST_SKIP() << "this build has no TLS";
        const std::string reason = scheme() == Scheme::wss ? why_no_certificates() : "";
        if (!reason.empty()) GTEST_SKIP() << reason;
        need(program());
    }

    static Program program() { return GetParam().program; }
    static Scheme scheme() { return GetParam().scheme; }

    // Skips or fails the test if `program` cannot run.
    static void need(Program program) {
        const ForeignServer& server = shared_server(program, scheme());
        const std::string absent = why_absent(server, program);
        if (!absent.empty()) GTEST_SKIP() << absent;
        ASSERT_TRUE(server.is_ready()) << complaint_of(server, program);
    }

    // Tests that do not stop their server share one.
    static ForeignServer& server() { return shared_server(program(), scheme()); }
    static std::string url(std::string_view path = "/") { return url_to(server(), path); }
    static std::string url_to(const ForeignServer& server, std::string_view path = "/") {
        return url_of(server.port(), path, scheme());
    }
    // Why the server does not support it; null if it does.
    static const char* why_not(Ability ability) {
        for (const Inability& row : inabilities) {
            if (row.program == program() && row.ability == ability) return row.reason;
        }
        return nullptr;
    }
    static bool is_godot() { return program() == Program::godot; }
    static Program protocol_program() {
        return is_godot() ? Program::godot_with_protocols : program();
    }
    // Godot appends a byte to the reason.
    static std::string reason_of_server(std::string_view reason) {
        const bool with_nul = is_godot() && !reason.empty();
        return std::string(reason) + std::string(with_nul ? 1 : 0, '\0');
    }
};

std::string name_of_row(const testing::TestParamInfo<Kind>& row) {
    const std::string name(name_of(row.param.program));
    return row.param.scheme == Scheme::wss ? name + "_over_tls" : name;
}

constexpr Kind kinds[] = {
    {Program::python, Scheme::ws},  {Program::node, Scheme::ws},  {Program::godot, Scheme::ws},
    {Program::python, Scheme::wss}, {Program::node, Scheme::wss}, {Program::godot, Scheme::wss},
    {Program::nginx, Scheme::wss},
};

INSTANTIATE_TEST_SUITE_P(Foreign, Live, testing::ValuesIn(kinds), name_of_row);

// ---- messages --------------------------------------------------------------------------------

TEST_P(Live, messages_of_every_size_come_back_in_their_own_type) {
    constexpr std::size_t sizes[] = {1, 125, 126, 65535, 65536, mebibyte};
    Conversation talk({}, scheme());
    ASSERT_TRUE(talk.opens(url()));
    for (const Mode mode : {as_text, as_binary}) {
        for (const std::size_t size : sizes) {
            const std::string payload = payload_of(mode, size);
            ASSERT_TRUE(talk.exchanges(mode, payload, logged(mode, payload))) << size;
        }
    }
    EXPECT_TRUE(talk.closes_as(tale_of({opened, messages(12), closed_cleanly})));
    EXPECT_EQ(talk.client.stats().messages_sent, 12u);
    EXPECT_EQ(talk.client.stats().messages_received, 12u);
}

TEST_P(Live, empty_messages_are_messages) {
    Conversation talk({}, scheme());
    ASSERT_TRUE(talk.opens(url()));
    // A Godot server never sends an empty packet, so ours sends a placeholder.
    EXPECT_TRUE(talk.exchanges(as_text, "", is_godot() ? "T:an empty text" : "T:"));
    EXPECT_TRUE(talk.exchanges(as_binary, "", is_godot() ? "T:an empty binary" : "B:"));
    EXPECT_TRUE(talk.closes_as(tale_of({opened, messages(2), closed_cleanly})));
}

TEST_P(Live, fragments_with_pings_between_them_are_one_message) {
    if (const char* const reason = why_not(Ability::fragments)) GTEST_SKIP() << reason;
    constexpr std::string_view whole = "one message, in three fragments: \u20ac";
    Conversation talk({}, scheme());
    ASSERT_TRUE(talk.opens(url()));
    EXPECT_TRUE(talk.exchanges(as_text, "fragments text", logged(as_text, whole)));
    EXPECT_TRUE(talk.exchanges(as_text, "fragments binary", logged(as_binary, whole)));
    EXPECT_TRUE(talk.closes_as(tale_of({opened, messages(2), closed_cleanly})));
    EXPECT_GE(talk.client.stats().pings_received, 8u);
}

TEST_P(Live, many_messages_in_flight_come_back_in_order) {
    constexpr std::size_t count = 2000;
    Conversation talk({}, scheme());
    ASSERT_TRUE(talk.opens(url()));
    const auto payload = [](std::size_t i) { return "message " + std::to_string(i); };
    std::size_t sent = 0;
    const auto all_came_back = [&] {
        for (; sent < count; ++sent) {
            talk.peer().set_write_mode(sent % 2 == 0 ? as_text : as_binary);
            if (talk.peer().put_packet(payload(sent)) != Error::ok) break;  // the queue is full
        }
        return talk.story.messages.size() == count;
    };
    ASSERT_TRUE(talk.reaches("the last of 2000 messages", all_came_back));
    for (std::size_t i = 0; i < count; ++i) {
        const Mode mode = i % 2 == 0 ? as_text : as_binary;
        ASSERT_TRUE(is_same(talk.story.messages[i], logged(mode, payload(i)))) << i;
    }
    EXPECT_TRUE(talk.closes_as(tale_of({opened, messages(count), closed_cleanly})));
}

TEST_P(Live, a_mebibyte_goes_both_ways_at_once) {
    constexpr std::size_t round_count = 4;
    const std::string ours = binary_of_size(mebibyte);
    const std::string theirs = std::string(mebibyte, 'z');
    Conversation talk({}, scheme());
    ASSERT_TRUE(talk.opens(url()));
    for (std::size_t round = 1; round <= round_count; ++round) {
        ASSERT_TRUE(talk.puts(as_text, "big " + std::to_string(mebibyte)));
        const auto all_is_sent = [&] {
            return talk.peer().get_current_outbound_buffered_amount() == 0;
        };
        ASSERT_TRUE(talk.reaches("the command was sent", all_is_sent));
        ASSERT_TRUE(talk.puts(as_binary, ours));
        ASSERT_TRUE(talk.receives(2 * round));
        EXPECT_TRUE(is_same(talk.story.messages[2 * round - 2], logged(as_binary, theirs)));
        EXPECT_TRUE(is_same(talk.story.messages[2 * round - 1], logged(as_binary, ours)));
    }
    EXPECT_TRUE(talk.closes_as(tale_of({opened, messages(2 * round_count), closed_cleanly})));
}

TEST_P(Live, sixteen_mebibytes_in_messages_of_64_kib_come_back) {
    constexpr std::size_t count = 256;
    const std::string payload = binary_of_size(64 * 1024);
    Conversation talk({}, scheme());
    ASSERT_TRUE(talk.opens(url()));
    talk.peer().set_write_mode(as_binary);
    std::size_t sent = 0;
    const auto all_came_back = [&] {
        while (sent < count && talk.peer().put_packet(payload) == Error::ok) ++sent;
        return talk.story.messages.size() == count;
    };
    ASSERT_TRUE(talk.reaches("the last of 16 MiB", all_came_back));
    const std::string expected = logged(as_binary, payload);
    for (const std::string& message : talk.story.messages) {
        ASSERT_TRUE(is_same(message, expected));
    }
    EXPECT_TRUE(talk.closes_as(tale_of({opened, messages(count), closed_cleanly})));
}

TEST_P(Live, replies_from_within_a_signal_are_sent) {
    constexpr std::size_t count = 50;
    Conversation talk({}, scheme());
    talk.story.on = [&](const std::string& signal) {
        const bool goes_on = signal == opened || signal == messages(1);
        if (!goes_on) return;
        if (talk.story.messages.size() == count) {
            EXPECT_EQ(talk.client.disconnect_from_host(), Error::ok);
        } else {
            EXPECT_EQ(talk.peer().put_packet("your turn"), Error::ok);
        }
    };
    ASSERT_TRUE(talk.opens(url()));
    EXPECT_TRUE(talk.ends_as(tale_of({opened, messages(count), closed_cleanly})));
}

// ---- pings -----------------------------------------------------------------------------------

TEST_P(Live, a_ping_from_the_server_is_answered) {
    if (const char* const reason = why_not(Ability::ping)) GTEST_SKIP() << reason;
    Conversation talk({}, scheme());
    ASSERT_TRUE(talk.opens(url()));
    EXPECT_TRUE(talk.exchanges(as_text, "ping are you there?", "T:the pong came back"));
    EXPECT_TRUE(talk.closes_as(tale_of({opened, messages(1), closed_cleanly})));
    EXPECT_EQ(talk.client.stats().pings_received, 1u);
}

TEST_P(Live, a_ping_to_the_server_measures_the_round_trip) {
    Conversation talk({}, scheme());
    ASSERT_TRUE(talk.opens(url()));
    ASSERT_EQ(talk.client.ping(), Error::ok);
    EXPECT_TRUE(talk.reaches("a pong", [&] { return talk.client.stats().pongs_received == 1; }));
    EXPECT_GT(talk.client.stats().round_trip_us, 0u);
    EXPECT_TRUE(talk.closes_as(tale_of({opened, closed_cleanly})));
}

// ---- the opening handshake -------------------------------------------------------------------

TEST_P(Live, a_sub_protocol_is_agreed_on) {
    need(protocol_program());
    if (IsSkipped() || HasFatalFailure()) return;
    Conversation talk({}, scheme());
    ASSERT_TRUE(talk.opens(url_to(shared_server(protocol_program(), scheme())),
                           {"linnet.unknown", "linnet.two"}));
    EXPECT_TRUE(talk.exchanges(as_text, "hello", "T:hello"));
    EXPECT_TRUE(talk.closes_as(
        tale_of({"connection_established(\"linnet.two\")", messages(1), closed_cleanly})));
}

TEST_P(Live, an_offer_without_a_choice_is_an_error) {
    Conversation talk({}, scheme());
    ASSERT_EQ(talk.client.connect_to_url(url(), {"linnet.unknown"}), Error::ok);
    EXPECT_TRUE(talk.ends_as("connection_error()"));
    // Godot only ends the stream.
    EXPECT_EQ(talk.client.failure().cause,
              is_godot() ? Cause::response_incomplete : Cause::response_protocol_missing)
        << talk.client.failure().explain();
}

TEST_P(Live, an_offer_without_a_choice_may_be_allowed) {
    if (const char* const reason = why_not(Ability::choose_no_protocol)) GTEST_SKIP() << reason;
    Options options;
    options.protocol_choice = ProtocolChoice::optional;
    Conversation talk(options, scheme());
    ASSERT_TRUE(talk.opens(url(), {"linnet.unknown"}));
    EXPECT_TRUE(talk.closes_as(tale_of({opened, closed_cleanly})));
}

TEST_P(Live, custom_headers_arrive) {
    if (const char* const reason = why_not(Ability::show_headers)) GTEST_SKIP() << reason;
    Conversation talk({}, scheme());
    const std::string_view lead = lead_of(scheme());
    const std::string with_user = std::string(lead) + "lin:net@" + url().substr(lead.size());
    ASSERT_TRUE(talk.opens(with_user, {}, {"X-Linnet: one, two", "X-Empty:", "X-Linnet: three"}));
    ASSERT_TRUE(talk.puts(as_text, "headers "));
    ASSERT_TRUE(talk.receives(1));
    const std::string seen = talk.story.messages.front().substr(2) + "\n";
    const std::string rows[] = {
        "host: 127.0.0.1:" + std::to_string(server().port()) + "\n",
        "upgrade: websocket\n",
        "connection: Upgrade\n",
        "sec-websocket-version: 13\n",
        "authorization: Basic bGluOm5ldA==\n",
        "x-linnet: one, two\n",
        "x-empty: \n",
        "x-linnet: three\n",
    };
    for (const std::string& row : rows) EXPECT_NE(seen.find(row), seen.npos) << row << seen;
    EXPECT_EQ(seen.find("sec-websocket-extensions"), seen.npos) << seen;
    EXPECT_TRUE(talk.closes_as(tale_of({opened, messages(1), closed_cleanly})));
}

TEST_P(Live, headers_of_the_response_can_be_read) {
    Conversation talk({}, scheme());
    ASSERT_TRUE(talk.opens(url()));
    EXPECT_EQ(talk.client.response_header("UPGRADE"), "websocket");
    EXPECT_EQ(talk.client.response_header("sec-websocket-accept").size(), 28u);
    EXPECT_EQ(talk.client.get_connected_host(), "127.0.0.1");
    EXPECT_EQ(talk.client.get_connected_port(), server().port());
    EXPECT_TRUE(talk.closes_as(tale_of({opened, closed_cleanly})));
}

TEST_P(Live, a_host_name_leads_to_the_address_that_listens) {
    Conversation talk({}, scheme());
    ASSERT_TRUE(talk.opens(std::string(lead_of(scheme())) +
                           "localhost:" + std::to_string(server().port())));
    EXPECT_EQ(talk.client.get_connected_host(), "127.0.0.1");
    EXPECT_TRUE(talk.closes_as(tale_of({opened, closed_cleanly})));
}

TEST_P(Live, a_refusal_is_reported_with_its_status) {
    if (const char* const reason = why_not(Ability::refuse)) GTEST_SKIP() << reason;
    for (const int status : {302, 401, 404}) {
        const std::string number = std::to_string(status);
        Conversation talk({}, scheme());
        ASSERT_EQ(talk.client.connect_to_url(url("/" + number)), Error::ok);
        EXPECT_TRUE(talk.ends_as("connection_error()"));
        const Failure& failure = talk.client.failure();
        EXPECT_EQ(failure.cause, Cause::upgrade_refused);
        EXPECT_EQ(failure.http_status, status);
        EXPECT_NE(failure.explain().find(number), std::string_view::npos) << failure.explain();
    }
}

// ---- closing ---------------------------------------------------------------------------------

struct Close {
    int code;
    std::string_view reason;
};

constexpr Close closes[] = {{1000, ""}, {1000, "that is all"}, {4001, "na\u00efve reason"}};

// The longest reason that fits a close frame is 123 bytes (RFC 6455 5.5).
constexpr std::string_view longest_reason =
    "123 bytes of reason, which are the most that a close frame can hold besides its code of two "
    "bytes: this is a control frame.";
static_assert(longest_reason.size() == 123);

std::string closed_line(int code, std::size_t message_count, std::string_view reason) {
    return "CLOSED " + std::to_string(code) + " after " + std::to_string(message_count) +
           " messages: " + std::string(reason);
}

AssertionResult prints(ForeignServer& server, const std::string& line) {
    if (server.has_printed(line)) return AssertionSuccess();
    return AssertionFailure() << "no line " << shown(line) << " in:\n" << server.printed();
}

void expect_close_of_client(ForeignServer& server, const Close& close, Scheme scheme) {
    Conversation talk({}, scheme);
    ASSERT_TRUE(talk.opens(url_of(server.port(), "/", scheme)));
    ASSERT_EQ(talk.client.disconnect_from_host(close.code, close.reason), Error::ok);
    EXPECT_TRUE(talk.ends_as(tale_of({opened, closed_cleanly})));
    EXPECT_EQ(talk.client.failure().cause, Cause::closed_by_client);
    EXPECT_TRUE(prints(server, closed_line(close.code, 0, close.reason)));
}

TEST_P(Live, the_server_receives_the_code_and_reason_of_the_client) {
    ForeignServer server(program(), scheme());
    ASSERT_TRUE(server.is_ready()) << complaint_of(server, program());
    for (const Close& row : closes) expect_close_of_client(server, row, scheme());
    expect_close_of_client(server, {3000, longest_reason}, scheme());
}

TEST_P(Live, a_close_without_a_code_is_accepted) {
    ForeignServer server(program(), scheme());
    ASSERT_TRUE(server.is_ready()) << complaint_of(server, program());
    Conversation talk({}, scheme());
    ASSERT_TRUE(talk.opens(url_to(server)));
    ASSERT_EQ(talk.client.disconnect_from_host(0), Error::ok);
    EXPECT_TRUE(talk.ends_as(tale_of({opened, closed_cleanly})));
    // The RFC reports "no code" to programs as 1005 (7.1.5); Godot does not.
    EXPECT_TRUE(prints(server, closed_line(is_godot() ? 0 : 1005, 0, "")));
}

TEST_P(Live, messages_accepted_before_the_close_arrive) {
    ForeignServer server(program(), scheme());
    ASSERT_TRUE(server.is_ready()) << complaint_of(server, program());
    Conversation talk({}, scheme());
    ASSERT_TRUE(talk.opens(url_to(server)));
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(talk.puts(as_binary, binary_of_size(1000)));
    ASSERT_EQ(talk.client.disconnect_from_host(4002, "all said"), Error::ok);
    // The echoes are discarded, and not reported.
    EXPECT_TRUE(talk.ends_as(tale_of({opened, closed_cleanly})));
    EXPECT_TRUE(prints(server, closed_line(4002, 100, "all said")));
}

void expect_close_of_server(const std::string& url, const Close& asked, const std::string& reason,
                            Scheme scheme) {
    Conversation talk({}, scheme);
    ASSERT_TRUE(talk.opens(url));
    const std::string code = std::to_string(asked.code);
    ASSERT_TRUE(talk.puts(as_text, "close " + code + " " + std::string(asked.reason)));
    EXPECT_TRUE(talk.ends_as(tale_of({opened, close_request(asked.code, reason), closed_cleanly})));
    const Failure& failure = talk.client.failure();
    EXPECT_EQ(failure.cause, Cause::closed_by_server);
    EXPECT_EQ(failure.close_code, asked.code);
    EXPECT_EQ(failure.close_reason, reason);
}

TEST_P(Live, the_code_and_reason_of_the_server_are_reported) {
    for (const Close& row : closes) {
        expect_close_of_server(url(), row, reason_of_server(row.reason), scheme());
    }
}

TEST_P(Live, the_longest_reason_of_the_server_is_reported) {
    if (const char* const reason = why_not(Ability::longest_reason)) GTEST_SKIP() << reason;
    expect_close_of_server(url(), {3000, longest_reason}, std::string(longest_reason), scheme());
}

TEST_P(Live, messages_received_before_the_close_stay_readable) {
    Conversation talk({}, scheme());
    talk.story.reads = false;
    ASSERT_TRUE(talk.opens(url()));
    ASSERT_TRUE(talk.puts(as_text, "last words"));
    ASSERT_TRUE(talk.puts(as_text, "close 1001 bye"));
    EXPECT_TRUE(talk.ends_as(tale_of(
        {opened, messages(1), close_request(1001, reason_of_server("bye")), closed_cleanly})));
    talk.story.read_all();
    EXPECT_EQ(talk.story.messages, std::vector<std::string>{"T:last words"});
}

TEST_P(Live, a_destroyed_client_sends_a_close_frame) {
    ForeignServer server(program(), scheme());
    ASSERT_TRUE(server.is_ready()) << complaint_of(server, program());
    {
        Conversation talk({}, scheme());
        ASSERT_TRUE(talk.opens(url_to(server)));
        EXPECT_TRUE(talk.exchanges(as_text, "hello", "T:hello"));
    }
    EXPECT_TRUE(prints(server, closed_line(1000, 1, "")));
}

TEST_P(Live, a_client_can_be_used_again_after_its_end) {
    Conversation talk({}, scheme());
    int rounds = 0;
    talk.story.on = [&](const std::string& signal) {
        Error error = Error::ok;
        if (signal == opened) error = talk.peer().put_packet("again");
        if (signal == messages(1)) error = talk.client.disconnect_from_host();
        if (signal == closed_cleanly && ++rounds < 3) error = talk.client.connect_to_url(url());
        EXPECT_EQ(error, Error::ok) << text(error) << " in " << signal;
    };
    ASSERT_TRUE(talk.opens(url()));
    ASSERT_TRUE(talk.reaches("the third end", [&] { return rounds == 3; }));
    const std::string round = tale_of({opened, messages(1), closed_cleanly});
    EXPECT_TRUE(talk.ends_as(tale_of({round, round, round})));
}

// ---- sudden ends -----------------------------------------------------------------------------

enum class Moment : std::uint8_t { nothing_happens, a_message_comes, a_message_goes };

std::string name_of(Moment moment) {
    switch (moment) {
        case Moment::nothing_happens: return "while_nothing_happens";
        case Moment::a_message_comes: return "while_a_message_comes";
        case Moment::a_message_goes: return "while_a_message_goes";
    }
    return "?";
}

class LiveKilled : public testing::TestWithParam<std::tuple<Program, Moment>> {
 protected:
    // More than the socket buffers between two processes, so it cannot be received completely.
    static constexpr std::size_t huge_size = 64 * mebibyte;

    static void bring_about(Moment moment, Conversation& talk, ForeignServer& server) {
        switch (moment) {
            case Moment::nothing_happens: return;
            case Moment::a_message_comes: {
                ASSERT_TRUE(talk.puts(as_text, "big " + std::to_string(huge_size)));
                const auto half_there = [&] { return talk.client.stats().message_size_so_far > 0; };
                ASSERT_TRUE(talk.reaches("the beginning of a message", half_there));
                return;
            }
            case Moment::a_message_goes: {
                server.freeze();
                talk.peer().set_write_mode(as_binary);
                const std::string payload = binary_of_size(mebibyte);
                while (talk.peer().put_packet(payload) == Error::ok) continue;
                ASSERT_GT(talk.peer().get_current_outbound_buffered_amount(), 0u);
                return;
            }
        }
    }
};

// A server that hangs keeps its sockets: only a timeout detects it.
// Case 41: a server that hangs
TEST_P(Live, a_server_that_hangs_is_detected) {
    ForeignServer server(program(), scheme());
    ASSERT_TRUE(server.is_ready()) << complaint_of(server, program());
    Options options;
    options.timeouts.ping_ms = 50;
    options.timeouts.pong_ms = 150;
    Conversation talk(options, scheme());
    ASSERT_TRUE(talk.opens(url_to(server)));
    server.freeze();
    EXPECT_TRUE(talk.ends_as(tale_of({opened, cut_off})));
    EXPECT_EQ(talk.client.failure().cause, Cause::pong_timed_out);
}

// Case 42: an unanswered close frame
TEST_P(Live, an_unanswered_close_ends) {
    ForeignServer server(program(), scheme());
    ASSERT_TRUE(server.is_ready()) << complaint_of(server, program());
    Options options;
    options.timeouts.closing_ms = 150;
    Conversation talk(options, scheme());
    ASSERT_TRUE(talk.opens(url_to(server)));
    server.freeze();
    ASSERT_EQ(talk.client.disconnect_from_host(), Error::ok);
    EXPECT_TRUE(talk.ends_as(tale_of({opened, cut_off})));
    EXPECT_EQ(talk.client.failure().cause, Cause::close_not_answered);
}

TEST_P(LiveKilled, the_end_is_reported_once) {
    const auto [program, moment] = GetParam();
    ForeignServer server(program);
    const std::string absent = why_absent(server, program);
    if (!absent.empty()) GTEST_SKIP() << absent;
    ASSERT_TRUE(server.is_ready()) << complaint_of(server, program);

    Options options;
    options.limits.input_payload_max = huge_size;
    Conversation talk(options);
    ASSERT_TRUE(talk.opens(url_of(server.port())));
    ASSERT_NO_FATAL_FAILURE(bring_about(moment, talk, server));
    server.kill();
    EXPECT_TRUE(talk.ends_as(tale_of({opened, cut_off})));
    const Failure& failure = talk.client.failure();
    EXPECT_TRUE(failure.cause == Cause::connection_lost || failure.cause == Cause::end_of_stream)
        << failure.explain();
    EXPECT_EQ(failure.phase, Phase::open);
}

std::string name_of_killed_row(const testing::TestParamInfo<std::tuple<Program, Moment>>& row) {
    const auto [program, moment] = row.param;
    return std::string(name_of(program)) + "_" + name_of(moment);
}

INSTANTIATE_TEST_SUITE_P(
    Foreign, LiveKilled,
    testing::Combine(testing::Values(Program::python, Program::node, Program::godot),
                     testing::Values(Moment::nothing_happens, Moment::a_message_comes,
                                     Moment::a_message_goes)),
    name_of_killed_row);

// ---- responses that no library sends -----------------------------------------------------------

class LiveRaw : public testing::Test {
 protected:
    void SetUp() override {
        const ForeignServer& server = shared_server(Program::raw);
        const std::string absent = why_absent(server, Program::raw);
        if (!absent.empty()) GTEST_SKIP() << absent;
        ASSERT_TRUE(server.is_ready()) << complaint_of(server, Program::raw);
    }
    static std::string url(std::string_view path) {
        return url_of(shared_server(Program::raw).port(), path);
    }
};

struct OddAnswer {
    std::string_view path;
    Cause cause;
    int status;
};

constexpr OddAnswer odd_responses[] = {
    {"/302", Cause::upgrade_refused, 302},
    {"/401", Cause::upgrade_refused, 401},
    {"/not-http", Cause::response_not_http, 0},
    {"/http-1.0", Cause::upgrade_refused, 200},
    {"/early-hints-401", Cause::upgrade_refused, 401},
    {"/half", Cause::response_incomplete, 0},
    {"/nothing", Cause::response_incomplete, 0},
    {"/wrong-accept", Cause::response_accept_wrong, 101},
};

TEST_F(LiveRaw, odd_responses_are_distinguished) {
    for (const OddAnswer& row : odd_responses) {
        Conversation talk;
        ASSERT_EQ(talk.client.connect_to_url(url(row.path)), Error::ok);
        EXPECT_TRUE(talk.ends_as("connection_error()")) << row.path;
        const Failure& failure = talk.client.failure();
        EXPECT_EQ(failure.cause, row.cause) << row.path;
        EXPECT_EQ(failure.http_status, row.status) << row.path;
        EXPECT_EQ(failure.phase, Phase::upgrade) << row.path;
    }
}

TEST_F(LiveRaw, a_refusal_keeps_its_headers_and_body) {
    Conversation talk;
    ASSERT_EQ(talk.client.connect_to_url(url("/401")), Error::ok);
    EXPECT_TRUE(talk.ends_as("connection_error()"));
    const Failure& failure = talk.client.failure();
    EXPECT_EQ(failure.http_reason, "Unauthorized");
    EXPECT_NE(failure.http_headers.find("WWW-Authenticate: Basic realm=\"live\"\r\n"),
              std::string_view::npos);
    EXPECT_EQ(failure.http_body, "who are you?");
    for (const std::string_view part : {"401"sv, "Unauthorized"sv, "who are you?"sv}) {
        EXPECT_NE(failure.explain().find(part), std::string_view::npos) << failure.explain();
    }
}

TEST_F(LiveRaw, a_redirection_is_reported_without_its_secrets) {
    Conversation talk;
    ASSERT_EQ(talk.client.connect_to_url(url("/302")), Error::ok);
    EXPECT_TRUE(talk.ends_as("connection_error()"));
    const std::string_view explanation = talk.client.failure().explain();
    EXPECT_NE(explanation.find("ws://127.0.0.1:1/elsewhere"), explanation.npos) << explanation;
    EXPECT_EQ(explanation.find("secret"), explanation.npos) << explanation;
}

TEST_F(LiveRaw, silence_after_the_request_is_bounded) {
    Options options;
    options.timeouts.upgrade_ms = 300;
    Conversation talk(options);
    ASSERT_EQ(talk.client.connect_to_url(url("/silent")), Error::ok);
    EXPECT_TRUE(talk.ends_as("connection_error()"));
    const Failure& failure = talk.client.failure();
    EXPECT_EQ(failure.cause, Cause::response_timed_out) << failure.explain();
    EXPECT_GE(failure.phase_ms[static_cast<std::size_t>(Phase::upgrade)], 300u);
}

TEST(LiveClosedPort, refuses_the_connection) {
    const ReservedPort port;
    ASSERT_NE(port.number(), 0);
    Conversation talk;
    ASSERT_EQ(talk.client.connect_to_url(url_of(port.number())), Error::ok);
    EXPECT_TRUE(talk.ends_as("connection_error()"));
    const Failure& failure = talk.client.failure();
    EXPECT_EQ(failure.cause, Cause::connect_failed) << failure.explain();
    ASSERT_EQ(failure.addresses_tried.size(), 1u);
    EXPECT_NE(failure.addresses_tried[0].os_error, 0);
}

}  // namespace
}  // namespace linnet::test
