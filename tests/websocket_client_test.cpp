// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The documented classes: deadlines, limits and the contents of a failure. The result of each call
// in each state is in calls_by_state_test, whole conversations are in conversation_test, Godot's
// own stories in godot_stories_test, hostile servers in hostile_server_test.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "linnet/codec/http.hpp"
#include "testkit/play.hpp"

namespace linnet::test {
namespace {

using Status = NetworkedMultiplayerPeer::ConnectionStatus;

// Accepts the upgrade and then does nothing except reply to a close frame.
ServerScript friendly() {
    return {.steps = {AwaitRequest{}, Accept{}, AwaitClose{}, Send{server_close(1000)}, Fin{}}};
}
ServerScript script_that_sends(const std::string& bytes) {
    return {.steps = {AwaitRequest{}, Accept{}, Send{bytes}, AwaitClose{}, Send{server_close(1000)},
                      Fin{}}};
}
ServerScript responds(const std::string& response) {
    return {.steps = {AwaitRequest{}, Send{response}, Fin{}}};
}

void open(Play& play) {
    ASSERT_EQ(play.connect(), Error::ok);
    for (int i = 0; i < 10 && play.client->get_connection_status() != Status::CONNECTION_CONNECTED;
         ++i) {
        play.poll(1);
    }
    ASSERT_EQ(play.client->get_connection_status(), Status::CONNECTION_CONNECTED);
}

constexpr Error ok = Error::ok;
constexpr Error failed = Error::failed;
constexpr auto DISCONNECTED = Status::CONNECTION_DISCONNECTED;
constexpr auto CONNECTED = Status::CONNECTION_CONNECTED;

TEST(WebSocketClient, keeps_its_packets_at_its_peer) {
    Play play(script_that_sends(server_frame(Opcode::text, "a")));
    play.story->reads = false;
    open(play);
    play.poll(2);
    EXPECT_EQ(play.peer().get_available_packet_count(), 1u);
    EXPECT_EQ(play.client->get_available_packet_count(), 0u);
    EXPECT_EQ(play.client->put_packet("x"), Error::unconfigured);
    EXPECT_TRUE(play.client->get_packet().empty());
    EXPECT_EQ(play.client->get_packet_error(), Error::unconfigured);
    EXPECT_EQ(play.peer().get_packet_error(), ok) << "each object has its own";
    EXPECT_EQ(play.client->get_peer(0), nullptr);
    EXPECT_EQ(play.client->get_peer(2), nullptr);
    EXPECT_FALSE(play.peer().was_string_packet());
    EXPECT_EQ(text_of(play.peer().get_packet()), "a");
    EXPECT_TRUE(play.peer().was_string_packet());
}

// ---- connect_to_url --------------------------------------------------------------------------

struct RefusedRow {
    const char* url;
    std::vector<std::string_view> protocols;
    std::vector<std::string_view> headers;
    Error error;
    Cause cause;
};

TEST(WebSocketClient, refuses_invalid_arguments_before_changing_anything) {
    const RefusedRow rows[] = {
        {"http://h/", {}, {}, Error::invalid_parameter, Cause::url_scheme},
        {"h/", {}, {}, Error::invalid_parameter, Cause::url_scheme},
        {"ws://", {}, {}, Error::invalid_parameter, Cause::url_host},
        {"ws://[::1:2:3:4:5:6:7:8:9]/", {}, {}, Error::invalid_parameter, Cause::url_host},
        {"ws://h:0/", {}, {}, Error::invalid_parameter, Cause::url_port},
        {"ws://h/#f", {}, {}, Error::invalid_parameter, Cause::url_fragment},
        {"ws://h/a b", {}, {}, Error::invalid_parameter, Cause::url_character},
        {"ws://h/", {"a b"}, {}, Error::invalid_parameter, Cause::protocol_not_token},
        {"ws://h/", {"a", "a"}, {}, Error::invalid_parameter, Cause::protocol_repeated},
        {"ws://h/", {}, {"X: a\r\nY: b"}, Error::invalid_parameter, Cause::header_malformed},
        {"ws://h/", {}, {"Upgrade: x"}, Error::invalid_parameter, Cause::header_reserved},
        {"ws://h/", {}, {"Host: a", "host: b"}, Error::invalid_parameter, Cause::header_repeated},
    };
    for (const RefusedRow& row : rows) {
        SCOPED_TRACE(row.url);
        Play play(friendly());
        EXPECT_EQ(play.client->connect_to_url(row.url, std::span(row.protocols), false,
                                              std::span(row.headers)),
                  row.error);
        EXPECT_EQ(play.client->failure().cause, row.cause);
        EXPECT_EQ(play.client->failure().phase, Phase::request);
        EXPECT_EQ(play.client->failure().explain(), text(row.cause));
        play.poll(3);
        EXPECT_EQ(play.story->signals, "") << "no signal follows";
        EXPECT_TRUE(play.world.network.connections.empty());
    }
}

TEST(WebSocketClient, refuses_arguments_that_are_too_long) {
    Play play(friendly());
    const std::string long_url = "ws://h/" + std::string(8 * 1024, 'a');
    EXPECT_EQ(play.client->connect_to_url(long_url), Error::invalid_parameter);
    EXPECT_EQ(play.client->failure().cause, Cause::url_too_long);
    const std::string long_header = "X: " + std::string(16 * 1024, 'a');
    EXPECT_EQ(play.client->connect_to_url("ws://h/", {}, false, {long_header}),
              Error::invalid_parameter);
    EXPECT_EQ(play.client->failure().cause, Cause::request_too_large);
}

TEST(WebSocketClient, connects_to_literals_without_the_resolver) {
    for (const char* url : {"ws://127.0.0.1/", "ws://[::1]:8080/"}) {
        Play play(friendly());
        ASSERT_EQ(play.client->connect_to_url(url), ok);
        play.poll(3);
        EXPECT_EQ(play.story->signals, "connection_established(\"\")");
        EXPECT_TRUE(play.world.resolver.asked.empty());
    }
}

TEST(WebSocketClient, tries_every_address_of_a_name) {
    Play play(friendly());
    play.world.network.scripts = {{.connect_error = ECONNREFUSED}, friendly()};
    play.world.resolver.addresses = {SocketAddress{{10, 0, 0, 1}}, SocketAddress{{10, 0, 0, 2}}};
    open(play);
    EXPECT_EQ(play.client->get_connected_host(), "10.0.0.2");
}

TEST(WebSocketClient, returns_the_response_headers_and_the_agreed_protocol) {
    Play play({.steps = {AwaitRequest{},
                         Accept{"Sec-WebSocket-Protocol: b\r\nX-Room: 7\r\nX-Empty:\r\n"}}});
    ASSERT_EQ(play.client->connect_to_url("ws://h/", {"a", " b "}), ok);
    play.poll(3);
    EXPECT_EQ(play.story->signals, "connection_established(\"b\")");
    EXPECT_EQ(play.client->response_header("x-room"), "7");
    EXPECT_EQ(play.client->response_header("X-Empty"), "");
    EXPECT_EQ(play.client->response_header("absent"), "");
    std::string_view rest = play.client->response_headers();
    int count = 0;
    for (HttpHeader entry; take_header(rest, entry);) ++count;
    EXPECT_EQ(count, 6);
}

TEST(WebSocketClient, accepts_a_response_without_a_protocol_if_the_options_allow_it) {
    Play play(friendly(),
              [](World&, Options& options) { options.protocol_choice = ProtocolChoice::optional; });
    ASSERT_EQ(play.client->connect_to_url("ws://h/", {"a"}), ok);
    play.poll(3);
    EXPECT_EQ(play.story->signals, "connection_established(\"\")");
}

// The server has read the key, but not the end of the request. Then it accepts.
void accept_early(Play& play) {
    ASSERT_EQ(play.connect(), ok);
    play.poll(1);
    ScriptedConnection& connection = play.world.connection();
    ASSERT_EQ(connection.request.size(), 150u) << "the server does not read the rest yet";
    const std::size_t key_at = connection.request.find("Sec-WebSocket-Key: ") + 19;
    HandshakeKey key;
    std::copy_n(connection.request.begin() + static_cast<std::ptrdiff_t>(key_at), key.size(),
                key.begin());
    const HandshakeAccept accept = handshake_accept(key);
    connection.to_client =
        "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        std::string(accept.begin(), accept.end()) + "\r\n\r\n";
    play.poll(1);
    EXPECT_EQ(play.story->signals, "");
}

ServerScript reads_150_bytes() {
    ServerScript server;
    server.send_window = 150;
    return server;
}

TEST(WebSocketClient, sends_frames_only_after_the_whole_request) {
    Play play(reads_150_bytes());
    play.story->on = [&](const std::string&) { EXPECT_EQ(play.peer().put_packet("x"), ok); };
    accept_early(play);
    ScriptedConnection& connection = play.world.connection();
    connection.script.send_window = SIZE_MAX;
    play.poll(1);
    EXPECT_EQ(play.story->signals, "connection_established(\"\")");
    ASSERT_EQ(connection.frames.size(), 1u);
    EXPECT_EQ(connection.frames[0].payload, "x");
}

// A server may accept before it has read the request, and then disconnect.
TEST(WebSocketClient, detects_the_end_of_a_link_that_accepted_before_it_read_the_request) {
    for (const bool resets : {false, true}) {
        Play play(reads_150_bytes());
        accept_early(play);
        (resets ? play.world.connection().reset : play.world.connection().ended) = true;
        play.poll(1);
        EXPECT_EQ(play.story->signals, "connection_error()");
        EXPECT_EQ(play.client->failure().cause,
                  resets ? Cause::connection_lost : Cause::end_of_stream);
        EXPECT_EQ(play.client->failure().phase, Phase::upgrade);
    }
}

TEST(WebSocketClient, detects_that_its_request_cannot_be_sent_although_its_buffer_is_full) {
    Play play(reads_150_bytes());
    accept_early(play);
    ScriptedConnection& connection = play.world.connection();
    while (connection.to_client.size() < 4u << 20) {
        connection.to_client += server_frame(Opcode::binary, std::string(1000, 'x'));
    }
    play.poll(100);
    connection.reset = true;
    play.poll(1);
    EXPECT_EQ(play.story->signals, "connection_error()");
    EXPECT_EQ(play.client->failure().cause, Cause::connection_lost);
    EXPECT_EQ(play.client->failure().os_error, EPIPE);
}

TEST(WebSocketClient, sleeps_while_frames_after_an_early_accept_fill_its_buffer) {
    Play play(reads_150_bytes());
    accept_early(play);
    std::string& to_client = play.world.connection().to_client;
    while (to_client.size() < 4u << 20) {
        to_client += server_frame(Opcode::binary, std::string(1000, 'x'));
    }
    play.poll(100);
    EXPECT_EQ(play.story->signals, "");
    std::array<WaitItem, 1> items;
    ASSERT_EQ(play.client->wait_set(items), 1u);
    EXPECT_FALSE(items[0].readable) << "there is no space";
    EXPECT_TRUE(items[0].writable);
    EXPECT_GT(play.client->next_deadline(), play.world.clock.now);
    play.world.connection().script.send_window = SIZE_MAX;
    play.poll(100);
    EXPECT_GE(play.story->messages.size(), 4'000u);
}

// ---- contents of a failure --------------------------------------------------------------------

// Case 24: a 401 with a body
TEST(WebSocketClient, reports_the_response_of_a_refusing_server) {
    Play play(responds("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n\r\nwho are you?"));
    ASSERT_EQ(play.client->connect_to_url("ws://user:secret@h/room?token=secret"), ok);
    play.run();
    const Failure& failure = play.client->failure();
    EXPECT_EQ(play.story->signals, "connection_error()");
    EXPECT_EQ(failure.cause, Cause::upgrade_refused);
    EXPECT_EQ(failure.phase, Phase::upgrade);
    EXPECT_EQ(failure.http_status, 401);
    EXPECT_EQ(failure.http_reason, "Unauthorized");
    EXPECT_EQ(failure.http_headers, "WWW-Authenticate: Basic\r\n");
    EXPECT_EQ(failure.http_body, "who are you?");
    const std::string explanation(failure.explain());
    EXPECT_NE(explanation.find("401"), explanation.npos) << explanation;
    EXPECT_NE(explanation.find("who are you?"), explanation.npos) << explanation;
    EXPECT_EQ(explanation.find("secret"), explanation.npos) << explanation;
}

// Case 48: a refusal in HTTP/1.0
TEST(WebSocketClient, reports_the_response_of_a_server_that_refuses_in_http_1_0) {
    Play play(responds("HTTP/1.0 302 Moved\r\nLocation: ws://other/\r\n\r\ngone"));
    ASSERT_EQ(play.connect(), ok);
    play.run();
    const Failure& failure = play.client->failure();
    EXPECT_EQ(failure.cause, Cause::upgrade_refused);
    EXPECT_EQ(failure.http_status, 302);
    EXPECT_EQ(failure.http_reason, "Moved");
    EXPECT_EQ(failure.http_headers, "Location: ws://other/\r\n");
    EXPECT_EQ(failure.http_body, "gone");
    EXPECT_NE(failure.explain().find("redirecting to \"ws://other/\""), std::string_view::npos);
}

// Case 49: 1xx before a 101 and before a refusal, in one segment and apart
TEST(WebSocketClient, skips_interim_responses) {
    const std::string hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
    for (const std::uint64_t pause_ms : {0u, 100u}) {
        for (const bool refuses : {false, true}) {
            std::vector<ServerStep> steps{AwaitRequest{}, Send{"HTTP/1.1 100 Continue\r\n\r\n"},
                                          Send{hints}};
            if (pause_ms > 0) steps.push_back(Pause{pause_ms});
            if (refuses) {
                steps.push_back(Send{"HTTP/1.1 401 No\r\nA: b\r\n\r\nwho?"});
            } else {
                steps.push_back(Accept{"A: b\r\n"});
                steps.push_back(Send{server_frame(Opcode::text, "hello")});
            }
            Play play({.steps = steps});
            ASSERT_EQ(play.connect(), ok);
            play.poll(20);
            if (refuses) {
                EXPECT_EQ(play.client->failure().cause, Cause::upgrade_refused);
                EXPECT_EQ(play.client->failure().http_status, 401);
                EXPECT_EQ(play.client->failure().http_headers, "A: b\r\n");
                EXPECT_EQ(play.client->failure().http_body, "who?");
                continue;
            }
            EXPECT_EQ(play.story->signals, "connection_established(\"\") -> data_received()");
            EXPECT_EQ(play.client->response_header("A"), "b");
            EXPECT_EQ(play.client->response_header("Link"), "");
        }
    }
}

TEST(WebSocketClient, reports_each_address_it_tried) {
    Play play({.connect_error = ECONNREFUSED});
    play.world.resolver.addresses = {SocketAddress{{10, 0, 0, 1}}, SocketAddress{{10, 0, 0, 2}}};
    ASSERT_EQ(play.connect(), ok);
    play.run();
    const Failure& failure = play.client->failure();
    EXPECT_EQ(failure.cause, Cause::connect_failed);
    EXPECT_EQ(failure.os_error, ECONNREFUSED);
    ASSERT_EQ(failure.addresses_tried.size(), 2u);
    EXPECT_EQ(failure.addresses_tried[1].os_error, ECONNREFUSED);
    EXPECT_NE(failure.explain().find("10.0.0.2 port 80"), failure.explain().npos);
}

// Case 47: a name without an address
TEST(WebSocketClient, reports_that_a_name_does_not_resolve) {
    Play play(friendly());
    play.world.resolver.error = -2;
    ASSERT_EQ(play.connect(), ok);
    play.run();
    EXPECT_EQ(play.story->signals, "connection_error()");
    EXPECT_EQ(play.client->failure().cause, Cause::resolve_failed);
    EXPECT_EQ(play.client->failure().os_error, -2);

    Play empty(friendly());
    empty.world.resolver.addresses.clear();
    ASSERT_EQ(empty.connect(), ok);
    empty.run();
    EXPECT_EQ(empty.client->failure().cause, Cause::resolve_no_address);
}

TEST(WebSocketClient, reports_the_duration_of_each_phase) {
    Play play({.steps = {AwaitRequest{}, Pause{500}, Accept{}, Pause{300}, Fin{}}});
    ASSERT_EQ(play.connect(), ok);
    play.run();
    const auto& ms = play.client->failure().phase_ms;
    EXPECT_NEAR(ms[static_cast<std::size_t>(Phase::upgrade)], 500, 40);
    EXPECT_NEAR(ms[static_cast<std::size_t>(Phase::open)], 300, 40);
}

// ---- deadlines -------------------------------------------------------------------------------

struct DeadlineRow {
    const char* name;
    ServerScript server;
    bool resolver_is_silent;
    Cause cause;
    std::uint64_t ms;  // from the beginning
};

TEST(WebSocketClient, has_a_deadline_in_every_state_before_it_is_open) {
    const DeadlineRow rows[] = {
        {"resolve", friendly(), true, Cause::resolve_timed_out, 10'000},
        {"connect", {.connect_pending = true}, false, Cause::connect_timed_out, 10'000},
        {"upgrade", {.steps = {AwaitRequest{}}}, false, Cause::response_timed_out, 10'000},
    };
    for (const DeadlineRow& row : rows) {
        SCOPED_TRACE(row.name);
        Play play(row.server);
        play.world.resolver.pending = row.resolver_is_silent;
        const std::uint64_t begin_us = play.world.clock.now;
        ASSERT_EQ(play.connect(), ok);
        play.run();
        EXPECT_EQ(play.story->signals, "connection_error()");
        EXPECT_EQ(play.client->failure().cause, row.cause);
        EXPECT_NEAR(static_cast<double>(play.world.clock.now - begin_us) / 1000,
                    static_cast<double>(row.ms), 100);
        EXPECT_EQ(play.world.resolver.open_count(), 0u);
    }
}

// Case 21: deadlines that start again
TEST(WebSocketClient, has_one_deadline_for_the_whole_attempt) {
    ServerScript server{.steps = {AwaitRequest{}}};
    Play play(server, [](World&, Options& options) { options.timeouts.attempt_ms = 3'000; });
    ASSERT_EQ(play.connect(), ok);
    play.run();
    EXPECT_EQ(play.client->failure().cause, Cause::attempt_timed_out);
}

// Case 21: a response of one byte per second
TEST(WebSocketClient, gives_up_on_a_response_that_drips) {
    ServerScript server{.steps = {AwaitRequest{}, Send{"HTTP/1.1 101 x\r\n"}}};
    for (int i = 0; i < 60; ++i) {
        server.steps.push_back(Pause{1'000});
        server.steps.push_back(Send{"a"});
    }
    Play play(server);
    ASSERT_EQ(play.connect(), ok);
    play.run();
    EXPECT_EQ(play.client->failure().cause, Cause::response_timed_out);
}

// Case 41: a link that is half open
TEST(WebSocketClient, pings_an_idle_link_and_detects_a_dead_one) {
    Play play({.steps = {AwaitRequest{}, Accept{}}});
    open(play);
    const std::uint64_t begin_us = play.world.clock.now;
    play.run();
    ASSERT_EQ(play.world.connection().frames.size(), 1u);
    EXPECT_EQ(play.world.connection().frames[0].header.opcode, Opcode::ping);
    EXPECT_EQ(play.story->signals, "connection_established(\"\") -> connection_closed(false)");
    EXPECT_EQ(play.client->failure().cause, Cause::pong_timed_out);
    EXPECT_NEAR(static_cast<double>(play.world.clock.now - begin_us) / 1000, 40'000, 100);
}

// Case 41: a link that is half open, while we send
TEST(WebSocketClient, detects_a_dead_link_although_it_keeps_sending) {
    Play play({.steps = {AwaitRequest{}, Accept{}}});
    open(play);
    const std::uint64_t begin_us = play.world.clock.now;
    while (play.is_under_way()) {
        static_cast<void>(play.peer().put_packet("state"));
        play.poll(10);
    }
    EXPECT_EQ(play.client->failure().cause, Cause::pong_timed_out);
    EXPECT_NEAR(static_cast<double>(play.world.clock.now - begin_us) / 1000, 40'000, 300);
}

// Case 66: a program that sends its own pings
TEST(WebSocketClient, detects_a_dead_link_although_the_program_pings) {
    for (const std::uint64_t every_ms : {160u, 5'000u, 15'000u, 19'000u}) {
        Play play({.steps = {AwaitRequest{}, Accept{}}});
        open(play);
        const std::uint64_t begin_us = play.world.clock.now;
        for (int i = 0; i < 4'000 && play.is_under_way(); ++i) {
            EXPECT_EQ(play.client->ping(), ok);
            play.world.clock.advance_ms(every_ms);
            play.client->poll();
        }
        EXPECT_EQ(play.client->failure().cause, Cause::pong_timed_out) << every_ms;
        EXPECT_LE(play.world.clock.now - begin_us, 20'000'000u + every_ms * 1000) << every_ms;
    }
}

// Case 66: without keep-alive the program is responsible
TEST(WebSocketClient, has_no_deadline_for_pings_from_the_program_if_keep_alive_is_off) {
    Play play({.steps = {AwaitRequest{}, Accept{}}},
              [](World&, Options& options) { options.timeouts.ping_ms = 0; });
    open(play);
    EXPECT_EQ(play.client->ping(), ok);
    EXPECT_EQ(play.client->next_deadline(), WebSocketClient::no_deadline);
    play.world.clock.advance_ms(3'600'000);
    play.client->poll();
    EXPECT_EQ(play.client->get_connection_status(), CONNECTED);
}

TEST(WebSocketClient, keeps_a_healthy_link_through_a_long_loading_screen) {
    Play play(script_that_sends(server_frame(Opcode::text, "still here")));
    open(play);
    play.world.clock.advance_ms(3'600'000);
    play.client->poll();
    EXPECT_EQ(play.client->get_connection_status(), CONNECTED);
    EXPECT_EQ(play.story->messages, std::vector<std::string>{"T:still here"});
}

// Case 10: a message that stalls
TEST(WebSocketClient, ends_when_a_message_stalls) {
    const std::string half = server_frame(Opcode::binary, std::string(100, 'x')).substr(0, 50);
    Play play({.steps = {AwaitRequest{}, Accept{}, Send{half}}},
              [](World&, Options& options) { options.timeouts.ping_ms = 0; });
    open(play);
    play.run();
    EXPECT_EQ(play.client->failure().cause, Cause::message_timed_out);
}

// A slow handler that pings: the time of a poll is the time when it started.
TEST(WebSocketClient, keeps_a_link_whose_handler_takes_longer_than_a_message_may) {
    const std::string half = server_frame(Opcode::binary, std::string(100, 'x'));
    Play play({.steps = {AwaitRequest{}, Accept{},
                         Send{server_frame(Opcode::text, "slow") + half.substr(0, 50)},
                         Pause{10'000}, Send{half.substr(50)}}});
    play.story->on = [&](const std::string& signal) {
        if (signal != "data_received()" || play.story->messages.size() > 1) return;
        play.world.clock.advance_ms(Timeouts{}.message_ms + 1'000);
        EXPECT_EQ(play.client->ping(), ok);
    };
    open(play);
    play.poll(1);
    EXPECT_EQ(play.client->get_connection_status(), CONNECTED);
    EXPECT_EQ(play.client->failure().cause, Cause::none);
}

TEST(WebSocketClient, does_not_count_messages_refused_because_the_link_is_lost) {
    Play play({.steps = {AwaitRequest{}, Accept{}, Pause{1000}, Reset{}}});
    open(play);
    play.world.clock.advance_ms(2000);
    EXPECT_EQ(play.peer().put_packet("lost"), failed);
    EXPECT_EQ(play.client->stats().messages_sent, 0u);
    EXPECT_EQ(play.client->stats().output_queued_size, 0u);
}

TEST(WebSocketClient, counts_the_time_after_a_protocol_error_as_closing) {
    ServerScript script{.steps = {AwaitRequest{}, Accept{}, Pause{1000}, Send{"\xFF\xFF"}}};
    script.send_window = 155;  // our close frame cannot be sent
    Play play(script);
    open(play);
    play.run();
    const Failure& failure = play.client->failure();
    EXPECT_EQ(failure.cause, Cause::frame_reserved_bits);
    EXPECT_EQ(failure.phase, Phase::open);
    EXPECT_LE(failure.phase_ms[static_cast<std::size_t>(Phase::open)], 1'100u);
    EXPECT_GE(failure.phase_ms[static_cast<std::size_t>(Phase::closing)], 4'900u);
}

// Case 43: floods of every kind after our close frame
TEST(WebSocketClient, closes_within_closing_ms_even_if_the_server_keeps_sending) {
    for (const std::string& each :
         {server_frame(Opcode::ping, std::string(100, 'p')), server_frame(Opcode::binary, ""),
          server_frame(Opcode::binary, std::string(4096, 'x'))}) {
        for (const std::size_t poll_size_max : {1024u, 256u * 1024}) {
            ServerScript server{.steps = {AwaitRequest{}, Accept{}, AwaitClose{}}};
            std::string flood;
            while (flood.size() < 100'000) flood += each;
            for (int i = 0; i < 1'000; ++i) {
                server.steps.push_back(Send{flood});
                server.steps.push_back(Pause{8});
            }
            Play play(server, [&](World&, Options& options) {
                options.limits.poll_size_max = poll_size_max;
                options.timeouts.closing_ms = 2'000;
            });
            open(play);
            ASSERT_EQ(play.client->disconnect_from_host(), ok);
            const std::uint64_t begin_us = play.world.clock.now;
            play.run();
            EXPECT_EQ(play.client->failure().cause, Cause::close_not_answered);
            EXPECT_LE(play.world.clock.now - begin_us, 2'000'000u + 2 * 16'000);
        }
    }
}

// Case 42: an unanswered close frame
TEST(WebSocketClient, ends_when_its_close_frame_is_not_answered) {
    Play play({.steps = {AwaitRequest{}, Accept{}}});
    open(play);
    ASSERT_EQ(play.client->disconnect_from_host(1000, "bye"), ok);
    const std::uint64_t begin_us = play.world.clock.now;
    play.run();
    EXPECT_EQ(play.story->signals, "connection_established(\"\") -> connection_closed(false)");
    EXPECT_EQ(play.client->failure().cause, Cause::close_not_answered);
    EXPECT_NEAR(static_cast<double>(play.world.clock.now - begin_us) / 1000, 5'000, 100);
}

// Case 42, 45: a close frame that cannot be sent
TEST(WebSocketClient, ends_when_its_close_frame_cannot_be_sent) {
    ServerScript server{.steps = {AwaitRequest{}, Accept{}}};
    server.send_window = 200;
    Play play(server);
    open(play);
    ASSERT_EQ(play.peer().put_packet(std::string(1000, 'x')), ok);
    ASSERT_EQ(play.client->disconnect_from_host(), ok);
    play.run();
    EXPECT_EQ(play.client->failure().cause, Cause::close_not_sent);
}

// Case 43: a server that continues after our close frame
TEST(WebSocketClient, ends_in_bounded_time_if_the_server_keeps_sending_after_the_close) {
    ServerScript server{.steps = {AwaitRequest{}, Accept{}, AwaitClose{}}};
    for (int i = 0; i < 2'000; ++i) {
        server.steps.push_back(Send{server_frame(Opcode::binary, std::string(4096, 'x'))});
        server.steps.push_back(Pause{8});
    }
    Play play(server, [](World&, Options& options) { options.limits.poll_size_max = 1024; });
    open(play);
    ASSERT_EQ(play.client->disconnect_from_host(), ok);
    const std::uint64_t begin_us = play.world.clock.now;
    play.run();
    EXPECT_EQ(play.client->failure().cause, Cause::close_not_answered);
    EXPECT_LE(play.world.clock.now - begin_us, 11'000'000u);
}

// Case 15, 43: a server that continues after its close frame
TEST(WebSocketClient, discards_everything_after_the_close_frame_of_the_server) {
    ServerScript server{.steps = {AwaitRequest{}, Accept{}, Send{server_close(1000)},
                                  Send{std::string(900'000, 'x')}}};
    server.send_window = 155;  // the reply cannot be sent
    Play play(server);
    open(play);
    const std::size_t before = play.client->stats().buffer_size;
    play.run();
    EXPECT_EQ(play.client->failure().cause, Cause::close_not_sent);
    EXPECT_LE(play.client->stats().buffer_size, std::max<std::size_t>(before, 256 * 1024));
    EXPECT_GT(play.client->stats().discarded_size, 500'000u);
}

TEST(WebSocketClient, sleeps_while_it_waits_for_the_end_of_the_stream) {
    std::string bytes;
    for (int i = 0; i < 255; ++i) bytes += server_frame(Opcode::binary, "x");
    Play play({.steps = {AwaitRequest{}, Accept{}, Send{bytes + server_close(1000)}}});
    int received_count = 0;
    play.story->on = [&](const std::string& signal) {
        const bool last = signal == "data_received()" && ++received_count == 255;
        if (!last) return;
        EXPECT_EQ(play.client->disconnect_from_host(), ok);
    };
    ASSERT_EQ(play.connect(), ok);
    play.poll(3);
    EXPECT_TRUE(play.world.connection().client_shut_down);
    std::array<WaitItem, 1> items;
    ASSERT_EQ(play.client->wait_set(items), 1u);
    EXPECT_TRUE(items[0].readable);
    EXPECT_GT(play.client->next_deadline(), play.world.clock.now);
}

// Case 42: a missing end of the stream
TEST(WebSocketClient, waits_at_most_a_second_for_the_end_of_the_stream) {
    Play play({.steps = {AwaitRequest{}, Accept{}, Send{server_close(1000)}}});
    open(play);
    const std::uint64_t begin_us = play.world.clock.now;
    play.run();
    EXPECT_EQ(play.client->failure().cause, Cause::closed_by_server);
    EXPECT_NEAR(static_cast<double>(play.world.clock.now - begin_us) / 1000, 1'000, 100);
    EXPECT_TRUE(play.world.connection().client_shut_down);
}

TEST(WebSocketClient, reports_at_once_that_its_request_cannot_be_sent) {
    Play play(friendly());
    ASSERT_EQ(play.client->connect_to_url("ws://10.0.0.1/"), ok);
    play.world.faults.fail_at = play.world.faults.calls + 1;  // after the check of the connection
    play.poll(1);
    EXPECT_EQ(play.story->signals, "connection_error()");
    EXPECT_EQ(play.client->failure().cause, Cause::connection_lost);
    EXPECT_EQ(play.client->failure().os_error, ECONNRESET);
}

// Case 37, 47: destruction while a name is being resolved
TEST(WebSocketClient, cancels_its_resolver_request_when_it_is_destroyed) {
    Play play(friendly());
    play.world.resolver.pending = true;
    ASSERT_EQ(play.connect(), ok);
    EXPECT_EQ(play.world.resolver.open_count(), 1u);
    play.client.reset();
    EXPECT_EQ(play.world.resolver.open_count(), 0u);
}

// ---- closing ---------------------------------------------------------------------------------

struct CloseRow {
    int code;
    std::string reason;
    Error error;
    std::string payload;  // in the close frame
};

// Case 36: close frames with uninitialised bytes
TEST(WebSocketClient, sends_exactly_the_requested_close_frame) {
    const std::string euro = "\xE2\x82\xAC";
    std::string many_euros;
    for (int i = 0; i < 50; ++i) many_euros += euro;
    const CloseRow rows[] = {
        {1000, "", ok, "\x03\xE8"},
        {1000, "bye", ok,
         "\x03\xE8"
         "bye"},
        {4001, "a" + euro, ok,
         "\x0F\xA1"
         "a" +
             euro},
        {1000, many_euros, ok, "\x03\xE8" + many_euros.substr(0, 123)},
        {1000, "x" + many_euros, ok,
         "\x03\xE8"
         "x" +
             many_euros.substr(0, 120)},
        {0, "", ok, ""},
        {0, "reason", Error::invalid_parameter, ""},
        {-1, "", Error::invalid_parameter, ""},
        {999, "", Error::invalid_parameter, ""},
        {1005, "", Error::invalid_parameter, ""},
        {1006, "", Error::invalid_parameter, ""},
        {5000, "", Error::invalid_parameter, ""},
        {70000, "", Error::invalid_parameter, ""},
        {1000, "\xFF", Error::invalid_data, ""},
    };
    for (const CloseRow& row : rows) {
        SCOPED_TRACE(std::to_string(row.code) + " " + row.reason);
        Play play(friendly());
        open(play);
        EXPECT_EQ(play.client->disconnect_from_host(row.code, row.reason), row.error);
        play.poll(3);
        if (row.error != ok) {
            EXPECT_EQ(play.client->get_connection_status(), CONNECTED);
            EXPECT_TRUE(play.world.connection().frames.empty());
            continue;
        }
        ASSERT_EQ(play.world.connection().frames.size(), 1u);
        EXPECT_EQ(play.world.connection().frames[0].payload, row.payload);
        play.run();
        EXPECT_EQ(play.story->signals, "connection_established(\"\") -> connection_closed(true)");
        EXPECT_EQ(play.client->failure().cause, Cause::closed_by_client);
    }
}

// Which types convert to bytes is tested in bytes_test.
TEST(WebSocketClient, sends_all_bytes_of_a_packet_from_every_container) {
    Play play(friendly());
    open(play);
    WebSocketPeer& peer = play.peer();
    char chars[3] = {1, 0, 2};
    const std::uint8_t unsigned_chars[3] = {1, 0, 2};
    const std::byte array[3] = {std::byte{1}, std::byte{0}, std::byte{2}};
    const std::string string(chars, 3);
    const Error errors[] = {
        peer.put_packet(chars),
        peer.put_packet(unsigned_chars),
        peer.put_packet(array),
        peer.put_packet(std::array<char, 3>{1, 0, 2}),
        peer.put_packet(std::vector<char>{1, 0, 2}),
        peer.put_packet(std::vector<std::uint8_t>{1, 0, 2}),
        peer.put_packet(std::span(chars)),
        peer.put_packet(std::span(array)),
        peer.put_packet(Bytes(unsigned_chars)),
        peer.put_packet(string),
        peer.put_packet(std::string_view(string)),
        peer.put_packet("\1\0\2"),
    };
    const auto& frames = play.world.connection().frames;
    ASSERT_EQ(frames.size(), std::size(errors));
    for (std::size_t i = 0; i < frames.size(); ++i) {
        EXPECT_EQ(errors[i], ok) << i;
        EXPECT_EQ(frames[i].payload, string) << i;
    }
}

TEST(WebSocketClient, takes_protocols_and_headers_from_any_kind_of_list) {
    const std::vector<std::string> protocols = {"chat", "superchat"};
    const std::array<const char*, 2> headers = {"X-A: b", "X-C: d"};
    Play play({.steps = {AwaitRequest{}}});
    ASSERT_EQ(play.client->connect_to_url("ws://h/", protocols, false, headers), ok);
    play.poll(3);
    const std::string& request = play.world.connection().request;
    EXPECT_NE(request.find("Sec-WebSocket-Protocol: chat, superchat\r\n"), request.npos);
    EXPECT_NE(request.find("X-A: b\r\nX-C: d\r\n"), request.npos);
}

TEST(WebSocketClient, sends_accepted_messages_before_the_close_frame) {
    ServerScript server = friendly();
    server.send_max = 7;
    Play play(server);
    open(play);
    for (int i = 0; i < 5; ++i) ASSERT_EQ(play.peer().put_packet(std::to_string(i)), ok);
    ASSERT_EQ(play.client->disconnect_from_host(), ok);
    play.run();
    const auto& frames = play.world.connection().frames;
    ASSERT_EQ(frames.size(), 6u);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(frames[i].payload, std::to_string(i));
    EXPECT_EQ(frames[5].header.opcode, Opcode::close);
}

TEST(WebSocketClient, gives_up_silently_while_connecting) {
    for (const Phase phase : {Phase::resolve, Phase::connect, Phase::upgrade}) {
        SCOPED_TRACE(text(phase));
        Play play({.steps = {AwaitRequest{}}, .connect_pending = phase == Phase::connect});
        play.world.resolver.pending = phase == Phase::resolve;
        ASSERT_EQ(play.connect(), ok);
        play.poll(4);
        EXPECT_EQ(play.client->disconnect_from_host(), ok);
        EXPECT_EQ(play.client->get_connection_status(), DISCONNECTED);
        EXPECT_EQ(play.world.network.open_count(), 0u);
        EXPECT_EQ(play.world.resolver.open_count(), 0u);
        play.poll(5);
        EXPECT_EQ(play.story->signals, "");
        play.world.resolver.pending = false;
        play.world.network.scripts = {friendly()};
        EXPECT_EQ(play.connect(), ok) << "it can be used again at once";
    }
}

TEST(WebSocketClient, sends_a_close_frame_when_it_is_destroyed) {
    Play play(friendly());
    open(play);
    play.client.reset();
    ASSERT_EQ(play.world.connection().frames.size(), 1u);
    EXPECT_EQ(play.world.connection().frames[0].payload, "\x03\xE8");
    EXPECT_TRUE(play.world.connection().client_closed);
}

TEST(WebSocketClient, closes_with_a_code_after_a_protocol_error_and_ends) {
    const std::string invalid = server_frame(Opcode::text, "fine") + "\xC1\x01x";
    Play play(script_that_sends(invalid));
    ASSERT_EQ(play.connect(), ok);
    play.run();
    EXPECT_EQ(play.story->signals,
              "connection_established(\"\") -> data_received() -> connection_closed(false)");
    EXPECT_EQ(play.client->failure().cause, Cause::frame_reserved_bits);
    EXPECT_EQ(play.client->failure().phase, Phase::open);
    ASSERT_EQ(play.world.connection().frames.size(), 1u);
    EXPECT_EQ(play.world.connection().frames[0].payload.substr(0, 2), "\x03\xEA");
}

TEST(WebSocketClient, keeps_unread_packets_readable_after_the_end) {
    Play play(script_that_sends(server_frame(Opcode::text, "one") +
                                server_frame(Opcode::binary, "two") + server_close(1001)));
    play.story->reads = false;
    ASSERT_EQ(play.connect(), ok);
    play.run();
    EXPECT_EQ(play.client->get_connection_status(), DISCONNECTED);
    ASSERT_EQ(play.peer().get_available_packet_count(), 2u);
    EXPECT_EQ(text_of(play.peer().get_packet()), "one");
    EXPECT_EQ(play.peer().get_packet_error(), ok);
    EXPECT_EQ(text_of(play.peer().get_packet()), "two");
    EXPECT_TRUE(play.peer().get_packet().empty());
    EXPECT_EQ(play.peer().get_packet_error(), failed);
}

// ---- queues ----------------------------------------------------------------------------------

TEST(WebSocketClient, uses_its_buffers_to_the_last_byte) {
    Play play(friendly());
    ASSERT_EQ(play.client->set_buffers(0, 1, 1, 1), Error::invalid_parameter);
    ASSERT_EQ(play.client->set_buffers(1, 0, 1, 1), Error::invalid_parameter);
    ASSERT_EQ(play.client->set_buffers(1, 2, 1, 2), ok);
    ServerScript server{.steps = {AwaitRequest{}, Accept{}, Pause{100},
                                  Send{server_frame(Opcode::binary, std::string(1024, 'x')) +
                                       server_frame(Opcode::binary, std::string(1025, 'x'))}}};
    server.send_window = 200;
    play.world.network.scripts = {server};
    open(play);
    EXPECT_EQ(play.peer().put_packet(std::string(1025, 'x')), Error::invalid_parameter);
    EXPECT_EQ(play.peer().put_packet(std::string(1024, 'x')), ok);
    EXPECT_EQ(play.peer().get_current_outbound_buffered_amount(), 1024u);
    EXPECT_EQ(play.peer().put_packet("x"), Error::out_of_memory);
    EXPECT_EQ(play.peer().put_packet(""), ok) << "no payload, but a packet";
    EXPECT_EQ(play.peer().put_packet(""), Error::out_of_memory);
    play.run();
    EXPECT_EQ(play.story->messages.size(), 1u);
    EXPECT_EQ(play.client->failure().cause, Cause::message_too_large);
}

TEST(WebSocketClient, stops_reading_when_its_queue_is_full_and_loses_nothing) {
    std::string bytes;
    for (int i = 0; i < 500; ++i) bytes += server_frame(Opcode::binary, std::string(100, 'x'));
    Play play(script_that_sends(bytes));
    ASSERT_EQ(play.client->set_buffers(8, 10, 8, 10), ok);
    play.story->reads = false;
    open(play);
    play.poll(100);
    EXPECT_EQ(play.peer().get_available_packet_count(), 10u);
    EXPECT_LT(play.world.connection().given, bytes.size()) << "TCP applies backpressure";
    const int idle_receives = play.world.network.receive_count;
    play.world.clock.advance_ms(600'000);
    play.poll(10);
    EXPECT_EQ(play.world.network.receive_count, idle_receives);
    EXPECT_EQ(play.client->get_connection_status(), CONNECTED)
        << "deadlines are suspended meanwhile";

    std::size_t read = 0;
    while (play.peer().get_available_packet_count() > 0) {
        EXPECT_EQ(play.peer().get_packet().size(), 100u);
        ++read;
        if (read <= 490) {
            EXPECT_LE(play.client->next_deadline(), play.world.clock.now)
                << "work is pending again";
        }
        play.poll(1);
    }
    EXPECT_EQ(read, 500u);
}

// A program with an event loop polls only when a socket is ready or the deadline has come.
struct Stream {
    std::size_t size;  // of each message
    std::size_t
        ping_count;  // after each: discarded bytes, which fill the block before a limit is reached
};
constexpr Stream streams[] = {{10, 0}, {700, 0}, {1000, 0}, {3000, 0}, {2000, 10}, {3000, 20}};

TEST(WebSocketClient, never_sleeps_after_taking_packets_has_freed_space) {
    constexpr std::size_t message_count = 300;
    for (const Stream& stream : streams) {
        std::string bytes;
        for (std::size_t i = 0; i < message_count; ++i) {
            bytes += server_frame(Opcode::binary, std::string(stream.size, 'x'));
            for (std::size_t k = 0; k < stream.ping_count; ++k) {
                bytes += server_frame(Opcode::ping, std::string(125, 'p'));
            }
        }
        Play play(script_that_sends(bytes), [](World&, Options& options) {
            options.limits.input_payload_max = 8 * 1024;
            options.limits.input_message_count_max = 16;
            options.limits.response_size_max = 2 * 1024;
        });
        play.story->reads = false;
        open(play);
        for (std::size_t read = 0; read < message_count;) {
            std::array<WaitItem, 1> items;
            const bool ready =
                play.client->wait_set(items) == 1 && items[0].readable &&
                play.world.connection().given < play.world.connection().to_client.size();
            if (ready || play.client->next_deadline() <= play.world.clock.now) {
                play.client->poll();
            } else {
                ASSERT_GT(play.peer().get_available_packet_count(), 0u)
                    << "asleep after " << read << " packets of " << stream.size;
            }
            if (play.peer().get_available_packet_count() == 0) continue;
            ASSERT_EQ(play.peer().get_packet().size(), stream.size);
            ++read;
        }
    }
}

// One receive fills the block completely, and the listener takes everything in it.
TEST(WebSocketClient, never_sleeps_after_its_listener_has_freed_space) {
    std::string bytes;
    for (int i = 0; i < 400; ++i) bytes += server_frame(Opcode::binary, std::string(100, 'x'));
    Play play({.steps = {AwaitRequest{}, Accept{}, Pause{20}, Send{bytes}}},
              [](World&, Options& options) {
                  options.limits.input_payload_max = 1000;
                  options.limits.input_message_count_max = 4;
              });
    open(play);
    play.world.clock.advance_ms(30);
    const ScriptedConnection& server = play.world.connection();
    for (bool awake = true; awake;) {
        play.client->poll();
        std::array<WaitItem, 1> items;
        const bool is_ready = play.client->wait_set(items) == 1 && items[0].readable &&
                              server.given < server.to_client.size();
        awake = is_ready || play.client->next_deadline() <= play.world.clock.now;
    }
    EXPECT_EQ(play.story->messages.size(), 400u);
}

TEST(WebSocketClient, never_sleeps_after_closing_has_freed_space) {
    for (const Stream& stream : streams) {
        std::string bytes;
        for (int i = 0; i < 300; ++i) {
            bytes += server_frame(Opcode::binary, std::string(stream.size, 'x'));
            for (std::size_t k = 0; k < stream.ping_count; ++k) {
                bytes += server_frame(Opcode::ping, std::string(125, 'p'));
            }
        }
        Play play({.steps = {AwaitRequest{}, Accept{}, Send{bytes}, AwaitClose{},
                             Send{server_close(1000)}, Fin{}}},
                  [](World&, Options& options) {
                      options.limits.input_payload_max = 8 * 1024;
                      options.limits.input_message_count_max = 16;
                      options.limits.response_size_max = 2 * 1024;
                  });
        play.story->reads = false;
        open(play);
        play.poll(100);
        ASSERT_EQ(play.client->disconnect_from_host(), ok);
        const std::uint64_t now = play.world.clock.now;
        while (play.client->get_connection_status() == CONNECTED) {
            std::array<WaitItem, 1> items;
            const ScriptedConnection& server = play.world.connection();
            const bool has_more = server.given < server.to_client.size() || server.ended;
            const bool ready = play.client->wait_set(items) == 1 && items[0].readable && has_more;
            ASSERT_TRUE(ready || play.client->next_deadline() <= now)
                << "asleep with packets of " << stream.size;
            play.client->poll();
        }
        EXPECT_EQ(play.client->failure().cause, Cause::closed_by_client);
    }
}

// As above, but the buffer has space: the link is silent because we do not continue reading.
TEST(WebSocketClient, does_not_mistake_a_silence_it_caused_for_a_dead_link) {
    std::string bytes;
    for (int i = 0; i < 11; ++i) bytes += server_frame(Opcode::binary, "x");
    Play play(script_that_sends(bytes),
              [](World&, Options& options) { options.limits.input_message_count_max = 10; });
    play.story->reads = false;
    open(play);
    for (int i = 0; i < 60; ++i) {
        play.world.clock.advance_ms(10'000);
        play.poll(1);
    }
    EXPECT_EQ(play.client->get_connection_status(), CONNECTED);
    EXPECT_TRUE(play.world.connection().frames.empty()) << "no ping is sent";
    play.story->read_all();
    play.poll(1);
    EXPECT_EQ(play.peer().get_available_packet_count(), 1u);
    EXPECT_TRUE(play.world.connection().frames.empty()) << "the idle time starts again";
}

TEST(WebSocketClient, ends_only_after_a_full_queue_has_been_read) {
    std::string bytes;
    for (int i = 0; i < 25; ++i) bytes += server_frame(Opcode::binary, std::to_string(i));
    Play play({.steps = {AwaitRequest{}, Accept{}, Send{bytes}, Fin{}}},
              [](World&, Options& options) { options.limits.input_message_count_max = 10; });
    play.story->reads = false;
    open(play);
    play.poll(100);
    EXPECT_EQ(play.client->get_connection_status(), CONNECTED);
    while (play.is_under_way()) {
        play.story->read_all();
        play.poll(1);
    }
    play.story->read_all();
    EXPECT_EQ(play.story->messages.size(), 25u);
    EXPECT_EQ(play.client->failure().cause, Cause::end_of_stream);
}

// Case 44: small messages without end
TEST(WebSocketClient, does_no_more_in_one_poll_than_its_limits_say) {
    std::string bytes;
    for (int i = 0; i < 600; ++i) bytes += server_frame(Opcode::binary, "x");
    Play play(script_that_sends(bytes));
    ASSERT_EQ(play.connect(), ok);
    std::size_t per_poll_max = 0;
    while (play.story->messages.size() < 600) {
        const std::size_t before = play.story->messages.size();
        play.poll(1);
        per_poll_max = std::max(per_poll_max, play.story->messages.size() - before);
        const bool left = play.story->messages.size() < 600 && !play.story->messages.empty();
        if (!left) continue;
        EXPECT_LE(play.client->next_deadline(), play.world.clock.now);
    }
    EXPECT_EQ(per_poll_max, 256u);
}

// Case 45: EAGAIN
TEST(WebSocketClient, does_not_retry_a_blocked_socket_with_every_packet) {
    ServerScript server{.steps = {AwaitRequest{}, Accept{}}};
    server.send_window = 200;
    Play play(server);
    open(play);
    ASSERT_EQ(play.peer().put_packet(std::string(1000, 'x')), ok);
    const int sends = play.world.network.send_count;
    for (int i = 0; i < 10; ++i) EXPECT_EQ(play.peer().put_packet("x"), ok);
    EXPECT_EQ(play.world.network.send_count, sends);
}

TEST(WebSocketClient, resets_the_write_mode_to_binary_at_each_connect_to_url) {
    Play play(friendly());
    play.peer().set_write_mode(WebSocketPeer::WRITE_MODE_TEXT);
    ASSERT_EQ(play.connect(), ok);
    EXPECT_EQ(play.peer().get_write_mode(), WebSocketPeer::WRITE_MODE_BINARY);
    play.peer().set_write_mode(WebSocketPeer::WRITE_MODE_TEXT);
    play.poll(3);
    EXPECT_EQ(play.peer().get_write_mode(), WebSocketPeer::WRITE_MODE_TEXT);
}

TEST(WebSocketClient, discards_its_input_if_the_options_say_so) {
    Play play(
        script_that_sends(server_frame(Opcode::text, "one") + server_frame(Opcode::text, "two")),
        [](World&, Options& options) { options.discard_input = true; });
    open(play);
    play.poll(3);
    EXPECT_EQ(play.story->signals, "connection_established(\"\")");
    EXPECT_EQ(play.client->stats().messages_received, 2u);
    EXPECT_EQ(play.client->stats().discarded_size, 6u);
}

TEST(WebSocketClient, refuses_text_that_is_not_utf8) {
    Play play(friendly());
    open(play);
    play.peer().set_write_mode(WebSocketPeer::WRITE_MODE_TEXT);
    EXPECT_EQ(play.peer().put_packet("\xFF"), Error::invalid_data);
    EXPECT_EQ(play.peer().put_packet("\xC3\xA9"), ok);
    ASSERT_EQ(play.world.connection().frames.size(), 1u);
    EXPECT_EQ(play.world.connection().frames[0].header.opcode, Opcode::text);
}

TEST(WebSocketClient, sends_at_once_outside_poll_and_in_one_call_inside) {
    Play play(friendly());
    play.story->on = [&](const std::string& signal) {
        if (!signal.starts_with("connection_established")) return;
        const int before = play.world.network.send_count;
        for (int i = 0; i < 10; ++i) EXPECT_EQ(play.peer().put_packet("x"), ok);
        EXPECT_EQ(play.world.network.send_count, before);
    };
    open(play);
    EXPECT_EQ(play.world.network.send_count, 2) << "the request, and all ten messages";
    EXPECT_EQ(play.peer().put_packet("x"), ok);
    EXPECT_EQ(play.world.network.send_count, 3);
}

TEST(WebSocketClient, coalesces_if_the_options_say_so) {
    Play play(friendly(), [](World&, Options& options) { options.coalesce = true; });
    open(play);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(play.peer().put_packet("x"), ok);
    EXPECT_EQ(play.world.network.send_count, 1);
    play.client->flush();
    EXPECT_EQ(play.world.network.send_count, 2);
    EXPECT_EQ(play.world.connection().frames.size(), 10u);
}

TEST(WebSocketClient, makes_one_call_in_an_idle_poll) {
    Play play(friendly());
    open(play);
    play.poll(3);
    const int receives = play.world.network.receive_count;
    const int sends = play.world.network.send_count;
    play.poll(1);
    EXPECT_EQ(play.world.network.receive_count, receives + 1);
    EXPECT_EQ(play.world.network.send_count, sends);
}

TEST(WebSocketClient, allocates_nothing_in_steady_state) {
    std::string bytes;
    for (int i = 0; i < 100; ++i) bytes += server_frame(Opcode::binary, std::string(200, 'x'));
    ServerScript server{.steps = {AwaitRequest{}, Accept{}}};
    for (std::size_t i = 1; i <= 110; ++i) {
        server.steps.push_back(Send{bytes});
        server.steps.push_back(AwaitMessages{i * 100});
    }
    Play play(server);
    play.story->reads = false;
    std::size_t echoed = 0;
    play.client->data_received.connect([&play, &echoed] {
        const Bytes packet = play.peer().get_packet();
        ASSERT_EQ(packet.size(), 200u);
        ASSERT_EQ(play.peer().put_packet(packet), ok);
        ++echoed;
    });
    open(play);
    while (echoed < 1'000) play.poll(1);
    const int allocations = play.world.memory.allocation_count;
    const std::uint64_t moved = play.client->stats().moved_size;
    while (echoed < 11'000) play.poll(1);
    EXPECT_EQ(play.world.memory.allocation_count, allocations);
    EXPECT_EQ(play.client->stats().moved_size, moved) << "and copies nothing it received";
}

TEST(WebSocketClient, shrinks_its_buffers_to_their_initial_size) {
    Play play(script_that_sends(server_frame(Opcode::binary, std::string(200'000, 'x'))));
    open(play);
    play.poll(5);
    EXPECT_GT(play.world.memory.used, 200'000u);
    play.world.clock.advance_ms(11'000);
    play.poll(2);
    EXPECT_LE(play.world.memory.used, 4'096u);
}

// Case 67: the views of a program that was busy for a while
TEST(WebSocketClient, keeps_a_packet_valid_in_the_poll_that_finds_the_link_idle) {
    for (const int burst : {300, 1030}) {
        std::string bytes;
        for (int i = 0; i < burst; ++i) {
            bytes += server_frame(Opcode::binary, "message " + std::to_string(i));
        }
        Play play(script_that_sends(bytes));
        play.story->reads = false;
        Bytes last;
        int taken_count = 0;
        const auto take_all = [&] {
            while (play.peer().get_available_packet_count() > 0) {
                last = play.peer().get_packet();
                ++taken_count;
            }
        };
        if (burst == 300) {
            play.story->on = [&](const std::string& signal) {
                if (signal == "data_received()") take_all();
            };
        }
        open(play);
        for (int i = 0; i < 20 && taken_count < burst; ++i) {
            play.world.clock.advance_ms(11'000);
            play.client->poll();
            const std::string expected = "message " + std::to_string(taken_count - 1);
            if (taken_count > 0 && burst == 300) {
                EXPECT_EQ(text_of(last), expected);
            }
            if (burst == 1030) take_all();
        }
        EXPECT_EQ(taken_count, burst);
    }
}

// Case 67: the first listener replaces the attempt, the second keeps reading
TEST(WebSocketClient, keeps_the_text_of_a_signal_valid_for_each_of_its_listeners) {
    ServerScript server{.steps = {AwaitRequest{}, Accept{"Sec-WebSocket-Protocol: chat\r\n"},
                                  Send{server_close(3000, "enough")}}};
    Play play(server);
    int signals = 0;
    const auto connect = [&] {
        ASSERT_EQ(play.client->connect_to_url("ws://host.example/", {"chat", "other"}), ok);
    };
    const auto replace = [&] {
        static_cast<void>(play.client->disconnect_from_host());
        connect();
    };
    const auto expect_protocol = [&](std::string_view protocol) {
        EXPECT_EQ(protocol, "chat");
        ++signals;
    };
    const auto expect_reason = [&](int code, std::string_view reason) {
        EXPECT_EQ(code, 3000);
        EXPECT_EQ(reason, "enough");
        ++signals;
    };
    bool replaces_at_once = true;
    play.client->connection_established.connect([&](std::string_view protocol) {
        expect_protocol(protocol);
        if (replaces_at_once) replace();
    });
    play.client->connection_established.connect([&](std::string_view protocol) {
        expect_protocol(protocol);
        if (replaces_at_once) replace();
        replaces_at_once = false;
    });
    play.client->connection_established.connect(expect_protocol);
    play.client->server_close_request.connect([&](int code, std::string_view reason) {
        expect_reason(code, reason);
        replace();
    });
    play.client->server_close_request.connect(expect_reason);
    connect();
    while (signals < 8) play.poll(1);
    EXPECT_EQ(signals, 8) << "three, three, and two of the close frame";
}

TEST(WebSocketClient, keeps_its_buffers_while_it_only_sends) {
    Play play({.steps = {AwaitRequest{}, Accept{}}});
    open(play);
    ASSERT_EQ(play.peer().put_packet("x"), ok);
    const int allocations = play.world.memory.allocation_count;
    for (int i = 0; i < 1'500; ++i) {
        ASSERT_EQ(play.peer().put_packet("x"), ok);
        play.poll(1);
    }
    EXPECT_EQ(play.world.memory.allocation_count, allocations);
}

// ---- waiting ---------------------------------------------------------------------------------

TEST(WebSocketClient, waits_until_there_is_something_to_do) {
    Play play({.steps = {AwaitRequest{}}});
    play.client->wait(60'000);  // idle: nothing to wait for
    const std::uint64_t begin_us = play.world.clock.now;
    EXPECT_EQ(begin_us, 1'000'000u);
    ASSERT_EQ(play.connect(), ok);
    while (play.story->signals.empty()) play.client->wait(60'000);
    EXPECT_EQ(play.client->failure().cause, Cause::response_timed_out);
    EXPECT_NEAR(static_cast<double>(play.world.clock.now - begin_us) / 1000, 10'000, 300);
}

TEST(WebSocketClient, wakes_for_the_deadline_of_the_whole_attempt) {
    Play play({.steps = {AwaitRequest{}}},
              [](World&, Options& options) { options.timeouts.attempt_ms = 3'000; });
    const std::uint64_t begin_us = play.world.clock.now;
    ASSERT_EQ(play.connect(), ok);
    while (play.story->signals.empty()) play.client->wait(60'000);
    EXPECT_NEAR(static_cast<double>(play.world.clock.now - begin_us) / 1000, 3'000, 300);
}

TEST(WebSocketClient, names_the_sockets_to_wait_for) {
    Play play({.connect_pending = true});
    play.world.resolver.addresses = {SocketAddress{{10, 0, 0, 1}}, SocketAddress{{10, 0, 0, 2}},
                                     SocketAddress{{10, 0, 0, 3}}};
    std::array<WaitItem, address_count_max> items;
    EXPECT_EQ(play.client->wait_set(items), 0u);
    EXPECT_EQ(play.client->next_deadline(), WebSocketClient::no_deadline);
    ASSERT_EQ(play.connect(), ok);
    play.client->poll();
    EXPECT_EQ(play.client->wait_set(items), 1u);
    EXPECT_TRUE(items[0].writable);
    EXPECT_EQ(play.client->next_deadline(), play.world.clock.now + 250'000);
    play.world.clock.advance_ms(250);
    play.client->poll();
    EXPECT_EQ(play.client->wait_set(items), 2u);

    Play opened(friendly());
    open(opened);
    ASSERT_EQ(opened.client->wait_set(items), 1u);
    EXPECT_TRUE(items[0].readable);
    EXPECT_FALSE(items[0].writable);
}

TEST(WebSocketClient, measures_the_round_trip_of_a_ping) {
    Play play({.steps = {AwaitRequest{}, Accept{}}});
    open(play);
    ASSERT_EQ(play.client->ping(), ok);
    const auto& frames = play.world.connection().frames;
    ASSERT_EQ(frames.size(), 1u);
    play.world.clock.advance_ms(30);
    play.world.connection().to_client += server_frame(Opcode::pong, "not a reply to it");
    play.client->poll();
    EXPECT_EQ(play.client->stats().round_trip_us, 0u);
    play.world.connection().to_client += server_frame(Opcode::pong, frames[0].payload);
    play.client->poll();
    EXPECT_EQ(play.client->stats().round_trip_us, 30'000u);
    EXPECT_EQ(play.client->stats().pongs_received, 2u);
    ASSERT_EQ(play.client->disconnect_from_host(), ok);
    ASSERT_EQ(play.connect(), ok);
    EXPECT_EQ(play.client->stats().round_trip_us, 0u) << "it belonged to another connection";
}

TEST(WebSocketClient, keeps_the_smallest_and_the_smoothed_round_trip) {
    Play play({.steps = {AwaitRequest{}, Accept{}}});
    open(play);
    for (const std::uint64_t ms : {80u, 160u, 10u}) {
        ASSERT_EQ(play.client->ping(), ok);
        play.world.clock.advance_ms(ms);
        ScriptedConnection& server = play.world.connection();
        const std::string response = server_frame(Opcode::pong, server.frames.back().payload);
        server.to_client += response + response;  // the second one is a reply to nothing
        play.client->poll();
    }
    const Stats stats = play.client->stats();
    EXPECT_EQ(stats.round_trip_us, 10'000u);
    EXPECT_EQ(stats.round_trip_min_us, 10'000u);
    EXPECT_EQ(stats.round_trip_smoothed_us, (90'000u * 7 + 10'000) / 8);
    EXPECT_EQ(stats.pongs_received, 6u);
}

TEST(WebSocketClient, counts_frames_messages_and_bytes_and_reports_its_queues) {
    const std::string pings = server_frame(Opcode::ping, "one") + server_frame(Opcode::ping, "two");
    const std::string messages = server_frame(Opcode::text, "hel", false) +
                                 server_frame(Opcode::continuation, "lo") +
                                 server_frame(Opcode::binary, "half of it").substr(0, 6);
    Play play({.steps = {AwaitRequest{}, Accept{}, Send{pings + messages}}, .send_window = 1000});
    play.story->reads = false;
    open(play);
    play.poll(3);
    Stats stats = play.client->stats();
    EXPECT_EQ(stats.frames_received, 5u) << "the last one has started";
    EXPECT_EQ(stats.messages_received, 1u);
    EXPECT_EQ(stats.pings_received, 2u);
    EXPECT_EQ(stats.bytes_received, play.world.connection().to_client.size());
    EXPECT_EQ(stats.input_queued_size, 5u);
    EXPECT_EQ(stats.message_size_so_far, 4u);
    EXPECT_EQ(stats.frames_sent, 1u) << "one pong answers both pings";
    EXPECT_EQ(stats.output_queued_size, 0u);

    ASSERT_EQ(play.peer().put_packet(std::string(2000, 'x')), ok);
    ASSERT_EQ(play.client->ping(), ok);
    ASSERT_EQ(play.client->ping(), ok) << "replaces the first, which is not partly sent";
    stats = play.client->stats();
    EXPECT_EQ(stats.frames_sent, 1u) << "half a message was sent, and no ping";
    EXPECT_EQ(stats.messages_sent, 1u);
    EXPECT_EQ(stats.output_queued_size, 2000u);
    EXPECT_EQ(stats.bytes_sent, play.world.connection().taken);
    EXPECT_EQ(stats.send_stalls, 1u);
    EXPECT_EQ(play.peer().get_packet().size(), 5u);
    EXPECT_EQ(play.client->stats().input_queued_size, 0u);
}

TEST(WebSocketClient, sends_a_ping_at_once_when_the_process_resumes) {
    Play play({.steps = {AwaitRequest{}, Accept{}}});
    play.client->notify_resume();
    EXPECT_TRUE(play.world.network.connections.empty());
    open(play);
    // The clock was stopped: without the call the link would count as alive for 20 s more.
    play.world.clock.advance_ms(10'000);
    play.client->notify_resume();
    ASSERT_EQ(play.world.connection().frames.size(), 1u);
    EXPECT_EQ(play.world.connection().frames[0].header.opcode, Opcode::ping);
    const std::uint64_t begin_us = play.world.clock.now;
    play.run();
    EXPECT_EQ(play.client->failure().cause, Cause::pong_timed_out);
    EXPECT_NEAR(static_cast<double>(play.world.clock.now - begin_us) / 1000, 20'000, 50);
    play.client->notify_resume();
    EXPECT_EQ(play.world.connection().frames.size(), 1u);
}

TEST(WebSocketClient, ignores_the_silence_before_the_process_resumed) {
    const std::string message = server_frame(Opcode::binary, std::string(100, 'x'));
    Play play({.steps = {AwaitRequest{}, Accept{}, Send{message.substr(0, 50)}, Pause{7'200'000},
                         Send{message.substr(50)}}});
    open(play);
    play.poll(3);
    play.world.clock.advance_ms(
        7'190'000);  // the clock advanced, and half of a message has arrived
    play.client->notify_resume();
    play.poll(1000);
    EXPECT_EQ(play.client->get_connection_status(), CONNECTED) << play.client->failure().explain();
    EXPECT_EQ(play.story->messages.size(), 1u);
}

TEST(WebSocketClient, clamps_limits_that_are_too_large) {
    Play play(script_that_sends(server_frame(Opcode::text, "hello")), [](World&, Options& options) {
        options.limits.input_payload_max = options.limits.output_payload_max = SIZE_MAX;
        options.limits.input_message_count_max = options.limits.output_message_count_max = SIZE_MAX;
    });
    open(play);
    play.poll(2);
    EXPECT_EQ(play.story->messages, std::vector<std::string>{"T:hello"});
    EXPECT_EQ(play.peer().put_packet(std::string(100'000, 'x')), ok);
}

// As on Linux: the first call after a reset fails, and the next receive returns an end of stream.
TEST(WebSocketClient, reports_a_reset_that_only_a_send_has_detected) {
    Play play({.steps = {AwaitRequest{}, Accept{}, AwaitMessages{1}, Fin{}}});
    open(play);
    play.world.faults.fail_at = play.world.faults.calls + 1;  // after the entropy of the mask
    static_cast<void>(play.peer().put_packet("x"));
    play.world.connection().ended = true;
    play.run();
    EXPECT_EQ(play.story->signals, "connection_established(\"\") -> connection_closed(false)");
    EXPECT_EQ(play.client->failure().cause, Cause::connection_lost);
    EXPECT_EQ(play.client->failure().os_error, ECONNRESET);
}

TEST(WebSocketClient, reports_everything_received_before_it_reports_a_lost_link) {
    std::string bytes;
    for (int i = 0; i < 5; ++i) bytes += server_frame(Opcode::text, std::to_string(i));
    Play play({.steps = {AwaitRequest{}, Accept{}, Send{bytes}, Reset{}}},
              [](World&, Options& options) { options.limits.poll_item_count_max = 1; });
    open(play);
    play.poll(1);
    EXPECT_EQ(play.peer().put_packet("x"), failed) << "a send detects it first";
    play.run();
    EXPECT_EQ(play.story->messages.size(), 5u);
    EXPECT_EQ(play.client->failure().cause, Cause::connection_lost);
}

TEST(WebSocketClient, reports_everything_received_before_it_reports_exhausted_memory) {
    const std::string bytes = server_frame(Opcode::text, "one") +
                              server_frame(Opcode::text, "two") +
                              server_frame(Opcode::binary, std::string(10'000, 'x'));
    Play play(script_that_sends(bytes));
    play.world.memory.limit = 1024 + 200 + 2048 + 400;  // texts, inbox, headers: it cannot grow
    open(play);
    play.run();
    EXPECT_EQ(play.client->failure().cause, Cause::out_of_memory);
    EXPECT_EQ(play.story->messages, (std::vector<std::string>{"T:one", "T:two"}));
}

// TLS has accepted the whole ping, and the OS all but its last byte.
void ping_but_for_a_byte(Play& play) {
    ASSERT_EQ(play.client->connect_to_url("wss://host.example/"), ok);
    play.poll(20);
    ASSERT_EQ(play.client->get_connection_status(), CONNECTED);
    ScriptedConnection& server = play.world.connection();
    server.script.send_window = server.taken + FakeTls::window_size;
    ASSERT_EQ(play.client->ping(), ok);
    play.world.clock.advance_ms(15'000);
    play.client->poll();
    EXPECT_TRUE(server.frames.empty());
    server.script.send_window = SIZE_MAX;
    play.client->poll();
    ASSERT_EQ(server.frames.size(), 1u);
}

TEST(WebSocketClient, measures_a_round_trip_from_when_the_whole_ping_was_sent) {
    Play play({.steps = {AwaitRequest{}, Accept{}}});
    ping_but_for_a_byte(play);
    ScriptedConnection& server = play.world.connection();
    play.world.clock.advance_ms(30);
    server.to_client += server_frame(Opcode::pong, server.frames[0].payload);
    play.poll(1);
    EXPECT_EQ(play.client->stats().round_trip_us, 30'000u);
}

// TLS has already received it, so no socket becomes readable for it.
TEST(WebSocketClient, requests_a_poll_to_discard_tls_input_after_a_protocol_error) {
    const std::string bad = "\xC1";
    Play play({.steps = {AwaitRequest{}, Accept{}, Pause{5000}, Send{bad + std::string(21, 'x')}}},
              [](World&, Options& options) { options.limits.poll_size_max = 8; });
    ASSERT_EQ(play.client->connect_to_url("wss://host.example/"), ok);
    play.poll(60);
    ASSERT_EQ(play.client->get_connection_status(), CONNECTED);
    ScriptedConnection& server = play.world.connection();
    server.script.send_window = server.taken;  // our close frame cannot be sent
    play.world.clock.advance_ms(5'000);
    int polls = 0;
    do {
        play.client->poll();
        ++polls;
    } while (play.client->next_deadline() <= play.world.clock.now_us() && polls < 100);
    EXPECT_EQ(play.client->stats().discarded_size, 14u);
    EXPECT_EQ(polls, 3) << "8 bytes in each, or it spins";
}

// TLS has accepted our close frame, and the OS nothing of it.
TEST(WebSocketClient, is_not_closed_cleanly_while_tls_buffers_its_close_frame) {
    for (const bool leaves : {false, true}) {
        Play play({.steps = {AwaitRequest{}, Accept{}, Pause{2000}, Send{server_close(1000)},
                             AwaitClose{}, Fin{}}});
        ASSERT_EQ(play.client->connect_to_url("wss://host.example/"), ok);
        play.poll(20);
        ScriptedConnection& server = play.world.connection();
        server.script.send_window = server.taken;
        ASSERT_EQ(play.client->disconnect_from_host(), ok);
        play.poll(250);
        EXPECT_EQ(play.client->get_connection_status(), CONNECTED);
        if (leaves) server.script.send_window = SIZE_MAX;
        play.run();
        EXPECT_EQ(play.client->failure().cause,
                  leaves ? Cause::closed_by_client : Cause::close_not_sent);
    }
}

// Case 42: the link is lost while our close frame is unsent or partly sent
TEST(WebSocketClient, is_not_closed_cleanly_if_its_close_frame_was_never_sent) {
    for (const bool over_tls : {false, true}) {
        for (const bool we_close : {false, true}) {
            for (const std::size_t part : {0u, 3u}) {
                SCOPED_TRACE(std::to_string(over_tls) + std::to_string(we_close) +
                             std::to_string(part));
                Play play({.steps = {AwaitRequest{}, Accept{}, Pause{2000},
                                     Send{server_close(1000)}, Pause{1000}, Reset{}}});
                ASSERT_EQ(play.client->connect_to_url(over_tls ? "wss://host.example/"
                                                               : "ws://host.example/"),
                          ok);
                play.poll(20);
                ScriptedConnection& server = play.world.connection();
                server.script.send_window = server.taken + part;
                if (we_close) {
                    ASSERT_EQ(play.client->disconnect_from_host(), ok);
                }
                play.run();
                EXPECT_TRUE(server.frames.empty());
                EXPECT_NE(play.story->signals.find("connection_closed(false)"), std::string::npos);
                EXPECT_EQ(play.client->failure().cause, Cause::connection_lost);
            }
        }
    }
}

// Nothing is queued, so only the engine's own output detects it.
TEST(WebSocketClient, detects_that_tls_cannot_send_although_it_has_nothing_to_send_itself) {
    Play play({.steps = {AwaitRequest{}, Accept{}, Pause{2000}, Reset{}}});
    ASSERT_EQ(play.client->connect_to_url("wss://host.example/"), ok);
    play.poll(20);
    ScriptedConnection& server = play.world.connection();
    server.script.send_window = server.taken + 3;
    ASSERT_EQ(play.client->ping(), ok);
    server.script.receive_max = 0;
    const std::uint64_t begin_us = play.world.clock.now;
    play.run();
    EXPECT_EQ(play.client->failure().cause, Cause::connection_lost);
    EXPECT_EQ(play.client->failure().os_error, EPIPE);
    EXPECT_LE(play.world.clock.now - begin_us, 3'000'000u) << "not only at the next ping";
}

// Both close at once; the server then sends its end of stream and continues to read.
TEST(WebSocketClient, sends_accepted_messages_if_close_frames_cross_and_the_server_half_closes) {
    for (const bool over_tls : {false, true}) {
        for (const bool we_close : {false, true}) {
            SCOPED_TRACE(std::to_string(over_tls) + std::to_string(we_close));
            ServerScript script{
                .steps = {AwaitRequest{}, Accept{}, Pause{500}, Send{server_close(1000)}, Fin{}}};
            script.send_max = 100;
            Play play(script);
            ASSERT_EQ(play.client->connect_to_url(over_tls ? "wss://host.example/"
                                                           : "ws://host.example/"),
                      ok);
            play.poll(20);
            ScriptedConnection& server = play.world.connection();
            server.script.send_window = server.taken + 1000;
            for (int i = 0; i < 10; ++i) {
                ASSERT_EQ(play.peer().put_packet(std::string(1000, 'x')), ok);
            }
            if (we_close) {
                ASSERT_EQ(play.client->disconnect_from_host(), ok);
            }
            play.poll(50);
            server.script.send_window = SIZE_MAX;
            play.run();
            EXPECT_EQ(server.frames.size(), 11u) << "10 messages and a close frame";
            EXPECT_NE(play.story->signals.find("connection_closed(true)"), std::string::npos);
            EXPECT_EQ(play.client->failure().cause,
                      we_close ? Cause::closed_by_client : Cause::closed_by_server);
        }
    }
}

// A slow link is not a dead one: over TLS each byte of a record counts, as it does without.
TEST(WebSocketClient, counts_each_sent_byte_as_progress) {
    for (const bool over_tls : {false, true}) {
        for (const bool closing : {false, true}) {
            SCOPED_TRACE(std::to_string(over_tls) + std::to_string(closing));
            Play play({.steps = {AwaitRequest{}, Accept{}, AwaitClose{}, Send{server_close(1000)},
                                 Fin{}}});
            ASSERT_EQ(play.client->connect_to_url(over_tls ? "wss://host.example/"
                                                           : "ws://host.example/"),
                      ok);
            play.poll(20);
            ScriptedConnection& server = play.world.connection();
            server.script.send_window = server.taken;
            ASSERT_EQ(play.peer().put_packet(std::string(40, 'x')), ok);
            if (closing) {
                ASSERT_EQ(play.client->disconnect_from_host(), ok);
            }
            for (int i = 0; i < 40; ++i) {
                server.script.send_window = server.taken + 1;
                play.world.clock.advance_ms(closing ? 4'000 : 10'000);
                play.client->poll();
            }
            EXPECT_EQ(play.client->get_connection_status(), CONNECTED);
            server.script.send_window = SIZE_MAX;
            play.poll(2);
            if (!closing) {
                ASSERT_EQ(play.client->disconnect_from_host(), ok);
            }
            play.run();
            EXPECT_EQ(play.client->failure().cause, Cause::closed_by_client);
        }
    }
}

TEST(WebSocketClient, starts_the_pong_timeout_when_tls_has_sent_the_whole_ping) {
    Play play({.steps = {AwaitRequest{}, Accept{}}});
    ping_but_for_a_byte(play);
    const std::uint64_t begin_us = play.world.clock.now;
    play.run();
    EXPECT_EQ(play.client->failure().cause, Cause::pong_timed_out);
    EXPECT_NEAR(static_cast<double>(play.world.clock.now - begin_us) / 1000, 20'000, 100);
}

// Blocked output, followed by a ping that is sent when the server reads again, for the last time.
TEST(WebSocketClient, detects_a_dead_link_one_pong_timeout_after_a_blocked_ping_was_sent) {
    ServerScript script{.steps = {AwaitRequest{}, Accept{}}};
    Play play(script);
    open(play);
    ScriptedConnection& server = play.world.connection();
    server.script.send_window = server.taken + 100;
    ASSERT_EQ(play.peer().put_packet(std::string(1000, 'x')), ok);
    ASSERT_EQ(play.client->ping(), ok);
    play.poll(10);
    server.script.send_window = SIZE_MAX;
    play.poll(1);
    ASSERT_EQ(server.frames.size(), 2u);
    const std::uint64_t begin_us = play.world.clock.now;
    play.run();
    EXPECT_EQ(play.client->failure().cause, Cause::pong_timed_out);
    EXPECT_NEAR(static_cast<double>(play.world.clock.now - begin_us) / 1000, 20'000, 100);
}

TEST(WebSocketClient, changes_nothing_if_a_ping_finds_no_entropy) {
    Play play({.steps = {AwaitRequest{}, Accept{}}});
    open(play);
    play.world.entropy.exhausted = true;
    while (play.client->ping() == ok) {  // the remaining keys
    }
    play.world.connection().to_client += server_frame(Opcode::pong, "");
    play.client->poll();
    const std::uint64_t before_us = play.client->next_deadline();
    play.world.clock.advance_ms(1000);
    EXPECT_EQ(play.client->ping(), failed);
    EXPECT_EQ(play.client->next_deadline(), before_us);
}

TEST(WebSocketClient, declares_no_link_dead_while_received_messages_wait_for_the_next_poll) {
    std::string bytes;
    for (int i = 0; i < 10; ++i) bytes += server_frame(Opcode::binary, "x");
    // It has closed, so it answers no ping; its close frame comes after the messages.
    Play play({.steps = {AwaitRequest{}, Accept{}, Send{bytes + server_close(1000)}, AwaitClose{},
                         Fin{}}},
              [](World&, Options& options) { options.limits.poll_item_count_max = 1; });
    open(play);
    for (int i = 0; i < 20; ++i) {
        play.client->poll();
        play.world.clock.advance_ms(Timeouts{}.ping_ms + 1);
    }
    EXPECT_EQ(play.story->messages.size(), 10u);
    EXPECT_EQ(play.client->failure().cause, Cause::closed_by_server);
}

// Memory for no larger block, which contains an unread message and the front of `rest`.
void fill_without_memory(Play& play) {
    play.story->reads = false;
    open(play);
    play.poll(1);
    play.world.memory.limit = play.world.memory.used;
    play.poll(10);
    ASSERT_EQ(play.peer().get_available_packet_count(), 1u);
}

ServerScript writes_too_much(std::size_t message_size, const std::string& rest) {
    return {.steps = {AwaitRequest{}, Accept{}, Pause{20},
                      Send{server_frame(Opcode::binary, std::string(message_size, 'x'))}, Pause{20},
                      Send{rest}}};
}

void expect_rest(Play& play) {
    for (int i = 0; i < 4; ++i) play.client->poll();
    EXPECT_TRUE(!play.is_under_way() || play.client->next_deadline() > play.world.clock.now)
        << "it is always due at once";
}

TEST(WebSocketClient, sleeps_at_the_deadline_of_a_message_without_buffer_space) {
    Play play(writes_too_much(1500, server_frame(Opcode::binary, std::string(60'000, 'y'))));
    fill_without_memory(play);
    play.world.clock.advance_ms(Timeouts{}.message_ms + 1);
    expect_rest(play);
}

// A control frame waits for its end, which does not fit.
TEST(WebSocketClient, sleeps_at_the_deadline_of_closing_without_buffer_space) {
    Play play(writes_too_much(1950, server_frame(Opcode::ping, std::string(125, 'p'))));
    fill_without_memory(play);
    ASSERT_EQ(play.client->disconnect_from_host(), ok);
    play.poll(50);
    EXPECT_EQ(play.client->get_connection_status(), CONNECTED);
    play.world.clock.advance_ms(Timeouts{}.closing_ms + 1);
    expect_rest(play);
}

TEST(WebSocketClient, reports_why_its_request_could_not_be_sent_even_if_the_stream_has_ended) {
    int seen_count = 0;
    for (int n = 0; n < 12; ++n) {
        Play play({.steps = {Fin{}}});
        play.world.faults.fail_at = n;
        if (play.connect() != ok) continue;
        play.run();
        const bool was_the_send =
            play.world.network.send_count == 1 && play.world.connection().taken == 0;
        if (!was_the_send) continue;
        ++seen_count;
        EXPECT_EQ(play.client->failure().cause, Cause::connection_lost);
        EXPECT_EQ(play.client->failure().os_error, ECONNRESET);
    }
    EXPECT_EQ(seen_count, 1);
}

TEST(WebSocketClient, wakes_at_once_for_a_resolver_that_cannot_start) {
    Play play(friendly());
    play.world.faults.fail_at = play.world.faults.calls + 1;  // after the entropy of the nonce
    ASSERT_EQ(play.connect(), ok);
    EXPECT_LE(play.client->next_deadline(), play.world.clock.now);
    play.client->poll();
    EXPECT_EQ(play.client->failure().cause, Cause::resolve_not_begun);
}

TEST(WebSocketClient, ends_at_once_when_it_closes_a_lost_link_whose_last_messages_were_blocked) {
    const std::string bytes = server_frame(Opcode::text, "1") + server_frame(Opcode::text, "2");
    Play play({.steps = {AwaitRequest{}, Accept{}, Send{bytes}, Reset{}}},
              [](World&, Options& options) { options.limits.input_message_count_max = 1; });
    play.story->reads = false;
    open(play);
    play.poll(3);
    EXPECT_EQ(play.client->get_connection_status(), CONNECTED) << "a message is not reported yet";
    EXPECT_EQ(play.peer().get_packet().size(), 1u);
    ASSERT_EQ(play.client->disconnect_from_host(), ok);
    EXPECT_LE(play.client->next_deadline(), play.world.clock.now);
    play.client->poll();
    EXPECT_EQ(play.client->get_connection_status(), DISCONNECTED);
}

TEST(WebSocketClient, keeps_the_close_reason_when_it_refuses_to_connect_while_closing) {
    Play play(
        {.steps = {AwaitRequest{}, Accept{}, Send{server_close(4001, "full")}, Pause{500}, Fin{}}});
    open(play);
    play.poll(3);
    ASSERT_EQ(play.client->failure().close_code, 4001);
    EXPECT_EQ(play.client->connect_to_url("http://host/"), Error::invalid_parameter);
    EXPECT_EQ(play.client->failure().cause, Cause::url_scheme);
    play.run();
    EXPECT_EQ(play.client->failure().cause, Cause::closed_by_server);
    EXPECT_EQ(play.client->failure().close_code, 4001);
    EXPECT_EQ(play.client->failure().close_reason, "full");
}

// Case 19: no random bytes
TEST(WebSocketClient, sends_nothing_without_entropy) {
    Play play(friendly());
    play.world.entropy.exhausted = true;
    EXPECT_EQ(play.connect(), failed);
    EXPECT_EQ(play.client->failure().cause, Cause::no_entropy);

    Play opened(friendly());
    open(opened);
    opened.world.entropy.exhausted = true;
    EXPECT_EQ(opened.peer().put_packet("x"), failed);
    EXPECT_EQ(opened.client->disconnect_from_host(), failed);
    EXPECT_TRUE(opened.world.connection().frames.empty());
}

}  // namespace
}  // namespace linnet::test
