// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Whole clients against hostile servers, networks and resolvers: bugs of other libraries
// (README.md, the table of cases) that concern more than one source file.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "testkit/play.hpp"

namespace linnet::test {
namespace {

using namespace std::string_literals;

constexpr Error ok = Error::ok;

void open(Play& play) {
    ASSERT_EQ(play.connect(), ok);
    play.poll(3);
    ASSERT_EQ(play.story->signals, "connection_established(\"\")");
}
ServerScript accepting() {
    return {.steps = {AwaitRequest{}, Accept{}}};
}
// The server reads no more than it has read.
void block(Play& play) {
    ScriptedConnection& connection = play.world.connection();
    connection.script.send_window = connection.taken;
}

// ---- arguments of the program ------------------------------------------------------------------

struct Asked {
    std::string url = "ws://host.example/";
    std::vector<std::string> protocols = {};
    std::vector<std::string> headers = {};
};

struct Part {
    const char* name;
    std::function<Asked(const std::string&)> with;
};

const Part parts[] = {
    {"host", [](const std::string& c) { return Asked{"ws://ho" + c + "st.example/"}; }},
    {"the end of the host", [](const std::string& c) { return Asked{"ws://host" + c}; }},
    {"port", [](const std::string& c) { return Asked{"ws://host.example:8" + c + "0/"}; }},
    {"path", [](const std::string& c) { return Asked{"ws://host.example/a" + c + "b"}; }},
    {"query", [](const std::string& c) { return Asked{"ws://host.example/?a" + c + "b"}; }},
    {"user", [](const std::string& c) { return Asked{"ws://us" + c + "er:pass@host.example/"}; }},
    {"password",
     [](const std::string& c) { return Asked{"ws://user:pa" + c + "ss@host.example/"}; }},
    {"sub-protocol", [](const std::string& c) { return Asked{.protocols = {"a" + c + "b"}}; }},
    {"header name", [](const std::string& c) { return Asked{.headers = {"X" + c + "Y: v"}}; }},
    {"header value", [](const std::string& c) { return Asked{.headers = {"X: v" + c + "w"}}; }},
    {"Host", [](const std::string& c) { return Asked{.headers = {"Host: v" + c + "w"}}; }},
    {"credentials of a proxy",
     [](const std::string& c) { return Asked{.headers = {"Proxy-Authorization: v" + c + "w"}}; }},
};

// Case 25: each character at each offset, before a byte is sent
TEST(HostileServer, receives_nothing_that_could_end_a_line) {
    for (const Part& part : parts) {
        for (const std::string& c : {"\r"s, "\n"s, "\r\n"s, "\0"s, " "s, "\x80"s, "\xC3\xA4"s}) {
            SCOPED_TRACE(std::string(part.name) + ", " + testing::PrintToString(c));
            const Asked asked = part.with(c);
            const bool is_good = c == " " && !asked.headers.empty() &&
                                 asked.headers[0].find(':') < asked.headers[0].find(c);
            const std::vector<std::string_view> protocols(asked.protocols.begin(),
                                                          asked.protocols.end());
            const std::vector<std::string_view> headers(asked.headers.begin(), asked.headers.end());
            Play play(accepting());
            const Error error = play.client->connect_to_url(asked.url, std::span(protocols), false,
                                                            std::span(headers));
            play.poll(3);
            if (is_good) {
                EXPECT_EQ(error, ok) << "a blank within a value is allowed";
                continue;
            }
            EXPECT_EQ(error, Error::invalid_parameter);
            EXPECT_TRUE(play.world.network.connections.empty());
            EXPECT_TRUE(play.world.resolver.asked.empty());
            EXPECT_EQ(play.story->signals, "");
        }
    }
}

// ---- responses to the request -----------------------------------------------------------------

struct ResponseRow {
    const char* name;
    std::vector<ServerStep> steps;
    Cause cause;
    int http_status = 0;
};

std::string repeated(std::string_view text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
}

// After the status line of a valid response.
std::vector<ServerStep> with_lines(const std::string& lines) {
    return {Send{"HTTP/1.1 101 x\r\n" + lines + "\r\n\r\n"}, Fin{}};
}

std::vector<ResponseRow> response_rows() {
    const std::string portal = "<html>Please log in to this hotel.</html>";
    return {
        {"a captive portal",
         {Send{"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + portal}, Fin{}},
         Cause::upgrade_refused,
         200},
        {"a captive portal that keeps the connection",
         {Send{"HTTP/1.1 200 OK\r\nContent-Length: 41\r\n\r\n" + portal}},
         Cause::upgrade_refused,
         200},
        {"a body without a head", {Send{portal}}, Cause::response_not_http},
        {"a refusal with a body",
         {Send{"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\n\r\nwho are you?"}, Fin{}},
         Cause::upgrade_refused,
         401},
        {"one header too large", with_lines("A: " + std::string(20'000, 'a')),
         Cause::response_too_large},
        {"ten thousand headers", with_lines(repeated("A: b\r\n", 10'000)),
         Cause::response_too_many_headers},
        {"an endless status line",
         {Send{"HTTP/1.1 101 " + std::string(20'000, 'x')}},
         Cause::response_too_large},
        {"no empty line", {Send{"HTTP/1.1 101 x\r\nA: b\r\n"}}, Cause::response_timed_out},
        {"no empty line, and its end",
         {Send{"HTTP/1.1 101 x\r\nA: b\r\n"}, Fin{}},
         Cause::response_incomplete},
        {"a line feed alone", with_lines("A: b\nC: d"), Cause::response_line_ending},
        {"a folded header", with_lines("A: b\r\n c"), Cause::response_header_folded},
        {"a NUL in a value", with_lines("A: b\0c"s), Cause::response_header_malformed},
        {"a NUL in a name", with_lines("A\0: b"s), Cause::response_header_malformed},
        {"no colon", with_lines("A b"), Cause::response_header_malformed},
        {"a blank before the colon", with_lines("A : b"), Cause::response_header_malformed},
        {"a status of four digits", {Send{"HTTP/1.1 1010 x\r\n\r\n"}}, Cause::response_status_line},
        {"a wrong accept value",
         with_lines("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x"),
         Cause::response_accept_wrong, 101},
        {"two accept values",
         {Accept{"Sec-WebSocket-Accept: x\r\n"}},
         Cause::response_header_repeated,
         101},
        {"an extension",
         {Accept{"Sec-WebSocket-Extensions: permessage-deflate\r\n"}},
         Cause::response_extension_not_offered,
         101},
        {"a sub-protocol",
         {Accept{"Sec-WebSocket-Protocol: chat\r\n"}},
         Cause::response_protocol_not_offered,
         101},
        {"two sub-protocols",
         {Accept{"Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b\r\n"}},
         Cause::response_protocol_not_offered,
         101},
    };
}

std::vector<ResponseRow> interim_and_version_rows() {
    return {
        {"early hints before a refusal",
         {Send{"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"}, Pause{50},
          Send{"HTTP/1.1 401 No\r\n\r\n"}},
         Cause::upgrade_refused,
         401},
        {"interim responses without end",
         {Send{repeated("HTTP/1.1 100 Continue\r\n\r\n", 1000)}, Accept{}},
         Cause::response_too_large},
        {"an interim response and nothing more",
         {Send{"HTTP/1.1 100 Continue\r\n\r\n"}},
         Cause::response_timed_out},
        {"an upgrade in HTTP/1.0",
         {Send{"HTTP/1.0 101 x\r\n\r\n"}},
         Cause::response_http_version,
         101},
        {"a redirect in HTTP/1.0",
         {Send{"HTTP/1.0 302 Found\r\nLocation: ws://h/\r\n\r\n"}, Fin{}},
         Cause::upgrade_refused,
         302},
        {"HTTP/2", {Send{"HTTP/2 101 x\r\n\r\n"}}, Cause::response_http_version},
        {"another upgrade beside it",
         {Accept{"Upgrade: h2c\r\n"}},
         Cause::response_header_repeated,
         101},
    };
}

// Case 22, 24, 26: captive portals and all other odd responses
TEST(HostileServer, may_send_any_response) {
    std::vector<ResponseRow> rows = response_rows();
    for (const ResponseRow& row : interim_and_version_rows()) rows.push_back(row);
    for (const ResponseRow& row : rows) {
        for (const std::size_t receive_max : {std::size_t{1}, SIZE_MAX}) {
            SCOPED_TRACE(row.name);
            ServerScript server{.steps = {AwaitRequest{}}, .receive_max = receive_max};
            server.steps.insert(server.steps.end(), row.steps.begin(), row.steps.end());
            // 20'000 bytes, one at a time, take a while.
            Play play(server, [](World&, Options& options) {
                options.timeouts.upgrade_ms = 1'000'000;
                options.timeouts.attempt_ms = 0;
            });
            ASSERT_EQ(play.connect(), ok);
            for (int i = 0; i < 100'000 && play.is_under_way(); ++i) play.poll(1);
            EXPECT_EQ(play.story->signals, "connection_error()");
            EXPECT_EQ(play.client->failure().cause, row.cause);
            EXPECT_EQ(play.client->failure().http_status, row.http_status);
            EXPECT_FALSE(play.client->failure().explain().empty());
            EXPECT_LE(play.world.memory.peak, 64u * 1024);
            EXPECT_EQ(play.world.network.connections.size(), 1u) << "it does not retry";
            EXPECT_EQ(play.world.network.open_count(), 0u);
        }
    }
}

// Not even to another host or from TLS to plain text: no credentials are sent elsewhere.
// Case 24: redirects, to other hosts and out of TLS
TEST(HostileServer, cannot_redirect_the_client) {
    for (const int status : {301, 302, 303, 307, 308}) {
        for (const char* location : {"/", "ws://host.example/other", "ws://evil.example/",
                                     "wss://evil.example/", "http://evil.example/"}) {
            for (const char* scheme : {"ws", "wss"}) {
                SCOPED_TRACE(std::string(scheme) + " to " + location);
                Play play({.steps = {AwaitRequest{},
                                     Send{"HTTP/1.1 " + std::to_string(status) +
                                          " Elsewhere\r\nLocation: " + location + "\r\n\r\n"},
                                     Fin{}}});
                const std::string url =
                    std::string(scheme) + "://user:secret@host.example/?token=secret";
                ASSERT_EQ(play.client->connect_to_url(url, {}, false, {"Cookie: secret"}), ok);
                play.poll(50);
                EXPECT_EQ(play.story->signals, "connection_error()");
                EXPECT_EQ(play.client->failure().cause, Cause::upgrade_refused);
                EXPECT_EQ(play.client->failure().http_status, status);
                EXPECT_EQ(play.world.network.connections.size(), 1u);
                EXPECT_EQ(play.world.resolver.asked, std::vector<std::string>{"host.example"});
                EXPECT_EQ(play.client->failure().explain().find("secret"), std::string_view::npos);
            }
        }
    }
}

// ---- floods ----------------------------------------------------------------------------------

// Case 12: a flood of pings from a server that does not read
TEST(HostileServer, that_pings_and_does_not_read_has_at_most_two_pending_pongs) {
    Play play(accepting());
    open(play);
    block(play);
    ScriptedConnection& connection = play.world.connection();
    std::size_t used = 0;
    for (int i = 0; i < 100'000; ++i) {
        connection.to_client += server_frame(Opcode::ping, std::to_string(i));
        if (i % 100 < 99) continue;
        play.client->poll();
        if (used == 0) used = play.world.memory.used;
        ASSERT_LE(play.world.memory.used, used) << "after " << i << " pings";
    }
    EXPECT_EQ(play.client->stats().pings_received, 100'000u);
    EXPECT_TRUE(connection.frames.empty());
    connection.script.send_window = SIZE_MAX;
    play.poll(2);
    // A pong already passed to the OS is not replaced; of all others only the latest remains.
    ASSERT_LE(connection.frames.size(), 2u);
    EXPECT_EQ(connection.frames.back().header.opcode, Opcode::pong);
    EXPECT_EQ(connection.frames.back().payload, "99999");
}

// It never stalls, so no deadline expires, and it stays below every size limit.
// Case 7, 8, 10: an endless message that never stalls
TEST(HostileServer, that_never_ends_a_message_is_disconnected) {
    for (const char* fragment : {"", "x"}) {
        Play play(accepting(),
                  [](World&, Options& options) { options.limits.fragment_count_max = 500; });
        open(play);
        ScriptedConnection& connection = play.world.connection();
        connection.to_client += server_frame(Opcode::text, fragment, false);
        int fragment_count = 1;
        for (; play.is_under_way() && fragment_count < 10'000; ++fragment_count) {
            connection.to_client += server_frame(Opcode::continuation, fragment, false) +
                                    server_frame(Opcode::ping, "still here");
            play.world.clock.advance_ms(5'000);
            play.poll(1);
        }
        EXPECT_EQ(play.client->failure().cause, Cause::message_too_many_fragments);
        // The client waits at most a second for the server's end of stream.
        EXPECT_LE(fragment_count, 503);
        EXPECT_TRUE(play.story->messages.empty());
    }
}

struct Pace {
    std::size_t receive_max;  // bytes per receive
    bool closing;
};

// Case 44: tiny writes without end
TEST(HostileServer, that_sends_endlessly_gets_only_its_share_of_a_poll) {
    constexpr std::size_t poll_size_max = 4096;
    for (const Pace& pace :
         {Pace{1, false}, Pace{7, false}, Pace{1000, false}, Pace{SIZE_MAX, false}, Pace{1, true},
          Pace{7, true}, Pace{1000, true}, Pace{SIZE_MAX, true}}) {
        SCOPED_TRACE(pace.receive_max);
        Play play(accepting(), [](World&, Options& options) {
            options.limits.poll_size_max = poll_size_max;
            options.limits.poll_item_count_max = 100;
        });
        open(play);
        ScriptedConnection& connection = play.world.connection();
        connection.script.receive_max = pace.receive_max;
        if (pace.closing) {
            ASSERT_EQ(play.client->disconnect_from_host(), ok);
        }
        connection.to_client += repeated(server_frame(Opcode::binary, "x"), 100'000);
        for (int i = 0; i < 100; ++i) {
            const Stats before = play.client->stats();
            const int receive_count = play.world.network.receive_count;
            play.client->poll();
            const Stats after = play.client->stats();
            EXPECT_LE(after.bytes_received - before.bytes_received, poll_size_max);
            EXPECT_LE(after.messages_received - before.messages_received, 100u);
            EXPECT_LE(play.world.network.receive_count - receive_count, 8)
                << "and does not receive any more";
        }
    }
}

struct BlockedRow {
    const char* name;
    void (*make)(Play&);
};

const BlockedRow blocked_rows[] = {
    {"its request",
     [](Play& play) {
         play.world.network.scripts[0].send_window = 0;
         ASSERT_EQ(play.connect(), ok);
     }},
    {"a message",
     [](Play& play) {
         open(play);
         block(play);
         ASSERT_EQ(play.peer().put_packet("x"), ok);
     }},
    {"a ping and a pong",
     [](Play& play) {
         open(play);
         block(play);
         play.world.connection().to_client += server_frame(Opcode::ping, "p");
         ASSERT_EQ(play.client->ping(), ok);
     }},
    {"its close frame",
     [](Play& play) {
         open(play);
         block(play);
         ASSERT_EQ(play.client->disconnect_from_host(), ok);
     }},
    {"its reply to a close frame",
     [](Play& play) {
         open(play);
         block(play);
         play.world.connection().to_client += server_close(1000);
     }},
    {"its complaint",
     [](Play& play) {
         open(play);
         block(play);
         play.world.connection().to_client += "\xC1";
     }},
};

// EAGAIN for ever: no call spins, and the client sleeps until its deadline.
// Case 45: EAGAIN for ever (CVE-2025-5399)
TEST(HostileServer, that_never_reads_does_not_cause_a_busy_loop) {
    for (const BlockedRow& row : blocked_rows) {
        SCOPED_TRACE(row.name);
        Play play({.steps = {AwaitRequest{}, Accept{}}});
        row.make(play);
        play.poll(2);
        for (int i = 0; i < 50; ++i) {
            const int before = play.world.network.send_count;
            play.client->poll();
            EXPECT_LE(play.world.network.send_count - before, 3);
            EXPECT_GT(play.client->next_deadline(), play.world.clock.now) << "it may sleep";
        }
        while (play.is_under_way()) play.client->wait(60'000);
        EXPECT_NE(play.client->failure().cause, Cause::none);
        EXPECT_LE(play.world.clock.now, 62'000'000u) << "an idle time, and its ping";
    }
}

// ---- a network that misbehaves ----------------------------------------------------------------

struct TakeRow {
    std::size_t send_max;
    std::size_t receive_max;
};

// Case 34: short writes with TLS and without
TEST(HostileServer, that_reads_and_writes_a_few_bytes_at_a_time_loses_nothing) {
    const std::string message(5'000, 'm');
    for (const TakeRow& row : {TakeRow{1, 1}, TakeRow{2, 4096}, TakeRow{13, 1}, TakeRow{4096, 3}}) {
        for (const char* scheme : {"ws", "wss"}) {
            SCOPED_TRACE(scheme);
            ServerScript server = accepting();
            server.steps.push_back(AwaitMessages{3});
            server.steps.push_back(Send{server_frame(Opcode::binary, message)});
            server.send_max = row.send_max;
            server.receive_max = row.receive_max;
            Play play(server, [](World&, Options& options) { options.timeouts = {}; });
            ASSERT_EQ(play.client->connect_to_url(std::string(scheme) + "://host.example/"), ok);
            for (int i = 0; i < 10'000 && play.story->signals.empty(); ++i) play.client->poll();
            ASSERT_EQ(play.story->signals, "connection_established(\"\")");
            for (int i = 0; i < 3; ++i) ASSERT_EQ(play.peer().put_packet(message), ok);
            for (int i = 0; i < 50'000 && play.story->messages.empty(); ++i) play.client->poll();
            EXPECT_EQ(play.story->messages, std::vector<std::string>{"B:" + message});
            const auto& frames = play.world.connection().frames;
            ASSERT_EQ(frames.size(), 3u);
            for (const ReceivedFrame& frame : frames) EXPECT_EQ(frame.payload, message);
        }
    }
}

// All different.
SocketAddress numbered(std::size_t number) {
    return {{10, 0, static_cast<std::uint8_t>(number / 256), static_cast<std::uint8_t>(number)}};
}

// Claims to have written more addresses than fit.
class BoastingResolver final : public Resolver {
 public:
    Request start(std::string_view) override { return 1; }
    Result take(Request, std::span<SocketAddress> out) override {
        ++taken_count;
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = numbered(i);
        return {Outcome::done, 10'000, 0};
    }
    void cancel(Request) override { ADD_FAILURE() << "cancelled after its result"; }
    int taken_count = 0;
};

// Case 47: ten thousand addresses, and a resolver that lies
TEST(HostileServer, with_ten_thousand_addresses_is_tried_at_sixteen) {
    BoastingResolver boasting;
    for (const bool boasts : {true, false}) {
        Play play({.connect_error = 111}, [&](World& world, Options& options) {
            world.resolver.addresses.clear();
            for (std::size_t i = 0; i < 10'000; ++i) {
                world.resolver.addresses.push_back(numbered(i));
            }
            if (boasts) options.resolver = &boasting;
        });
        ASSERT_EQ(play.connect(), ok);
        play.run();
        EXPECT_EQ(play.story->signals, "connection_error()");
        EXPECT_EQ(play.client->failure().cause, Cause::connect_failed);
        EXPECT_EQ(play.client->failure().addresses_tried.size(), address_count_max);
        EXPECT_EQ(play.world.network.connections.size(), address_count_max);
    }
    EXPECT_EQ(boasting.taken_count, 1) << "no result is requested twice";
}

// ---- many clients, many connections ----------------------------------------------------------

// The bytes that a client sends with entropy of the OS: the key of its request, and its masking
// keys.
struct Keys {
    std::string handshake;
    std::vector<MaskKey> masks;
};

Keys keys_of_a_client() {
    Play play(accepting(), [](World&, Options& options) { options.entropy = nullptr; });
    open(play);
    for (int i = 0; i < 20'000; ++i) {
        EXPECT_EQ(play.peer().put_packet("x"), ok);
    }
    Keys keys;
    const std::string& request = play.world.connection().request;
    keys.handshake = request.substr(request.find("Sec-WebSocket-Key: ") + 19, 24);
    for (const ReceivedFrame& frame : play.world.connection().frames) {
        keys.masks.push_back(frame.header.key);
    }
    return keys;
}

// All their clocks show the same time.
// Case 18: clients created at the same time
TEST(HostileServer, cannot_guess_the_keys_of_one_client_from_those_of_another) {
    constexpr std::size_t client_count = 4;
    std::set<std::string> handshakes;
    std::set<std::array<MaskKey, 2>> pairs;
    std::array<std::array<int, 256>, 4> histogram{};
    std::size_t pair_count = 0;
    for (std::size_t i = 0; i < client_count; ++i) {
        const Keys keys = keys_of_a_client();
        handshakes.insert(keys.handshake);
        for (std::size_t k = 0; k + 1 < keys.masks.size(); ++k) {
            pairs.insert({keys.masks[k], keys.masks[k + 1]});
            ++pair_count;
            for (std::size_t b = 0; b < 4; ++b) ++histogram[b][keys.masks[k][b]];
        }
    }
    EXPECT_EQ(handshakes.size(), client_count);
    EXPECT_EQ(pairs.size(), pair_count) << "a sequence of keys is repeated";
    for (const auto& bytes : histogram) {
        const double expected = static_cast<double>(pair_count) / 256;
        double chi_square = 0;
        for (const int seen : bytes) {
            const double distance = static_cast<double>(seen) - expected;
            chi_square += distance * distance / expected;
        }
        // 255 degrees of freedom, 8 standard deviations: the bytes are different in every run.
        EXPECT_GT(chi_square, 74);
        EXPECT_LT(chi_square, 436);
    }
}

// Case 39: a hundred thousand connections
TEST(HostileServer, leaves_no_resources_in_use_after_many_connections) {
    Play play({.steps = {AwaitRequest{}, Accept{}, AwaitClose{}, Send{server_close(1000)}, Fin{}}});
    FakeNetwork& network = play.world.network;
    std::size_t used = 0;
    for (int i = 0; i < 100'000; ++i) {
        ASSERT_EQ(play.connect(), ok);
        // Every third is given up at once, every third ends without a close frame.
        if (i % 3 > 0) play.client->poll();
        ASSERT_EQ(play.client->disconnect_from_host(), ok);
        if (i % 3 > 1) {
            for (int k = 0; k < 4; ++k) play.client->poll();
            ASSERT_EQ(play.client->failure().cause, Cause::closed_by_client);
            ASSERT_EQ(network.open_count(), 0u);
            if (used == 0) used = play.world.memory.used;
            ASSERT_EQ(play.world.memory.used, used) << "after " << i;
            network.connections.clear();
        }
        ASSERT_EQ(play.world.resolver.open_count(), 0u);
        play.world.resolver.asked.clear();
        play.story->lines.clear();
        play.story->signals.clear();
    }
}

}  // namespace
}  // namespace linnet::test
