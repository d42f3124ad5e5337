// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The log of whole conversations, line by line, and what it must never contain.
#include "client/journal.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codec/printable.hpp"
#include "testkit/play.hpp"

namespace linnet::test {
namespace {

class Lines final : public Log {
 public:
    void write(LogLevel level, std::string_view line) override {
        EXPECT_EQ(line.find_first_of("\r\n\x1b"), line.npos) << "a line is one line: " << line;
        EXPECT_LE(line.size(), 1024u);
        for (std::string_view rest = line; !rest.empty();) {
            EXPECT_TRUE(take_character(rest).is_printable) << line;
        }
        all.push_back(std::string(text(level)) + ": " + std::string(line));
    }
    std::string joined() const {
        std::string result;
        for (const std::string& line : all) result += line + "\n";
        return result;
    }
    std::size_t count(std::string_view part) const {
        std::size_t found = 0;
        for (const std::string& line : all) found += line.find(part) != line.npos;
        return found;
    }
    std::vector<std::string> all;
};

struct Logged {
    explicit Logged(const ServerScript& server, LogLevel level = LogLevel::debug)
        : play(server, [&](World&, Options& options) {
              options.log = &lines;
              options.log_level = level;
          }) {}
    Lines lines;
    Play play;
};

ServerScript friendly() {
    return {.steps = {AwaitRequest{}, Accept{}, AwaitClose{}, Send{server_close(1000)}, Fin{}}};
}

TEST(Journal, logs_a_conversation_from_beginning_to_end) {
    Logged logged(friendly());
    ASSERT_EQ(logged.play.connect(), Error::ok);
    logged.play.poll(5);
    ASSERT_EQ(logged.play.client->disconnect_from_host(1000, "bye"), Error::ok);
    logged.play.run();
    std::vector<std::string> lines = logged.lines.all;
    for (std::string& line : lines) {
        if (line.find("Sec-WebSocket-Key") != line.npos) line.resize(26);
        if (line.find("Sec-WebSocket-Accept") != line.npos) line.resize(29);
        if (line.find(" ended: ") != line.npos) line.resize(line.find(" ended: "));
    }
    const std::vector<std::string> expected = {
        "info: connecting to ws://host.example/",
        "debug: the host name has 1 address",
        "debug: connected to 10.0.0.1 port 80",
        "debug: > GET / HTTP/1.1",
        "debug: > Host: host.example",
        "debug: > Upgrade: websocket",
        "debug: > Connection: Upgrade",
        "debug: > Sec-WebSocket-Key",
        "debug: > Sec-WebSocket-Version: 13",
        "debug: < HTTP 101 Switching Protocols",
        "debug: < Upgrade: websocket",
        "debug: < Connection: Upgrade",
        "debug: < Sec-WebSocket-Accept",
        "info: open",
        "debug: sending a close frame: 1000 \"bye\"",
        "debug: received a close frame: 1000",
        "info: The connection to ws://host.example/",
    };
    EXPECT_EQ(lines, expected);
}

TEST(Journal, warns_that_a_server_is_not_verified) {
    constexpr std::string_view warning = "warning: the server's certificate is not verified";
    for (const bool verify : {true, false}) {
        Logged logged(friendly(), LogLevel::warning);
        logged.play.client->set_verify_ssl_enabled(verify);
        ASSERT_EQ(logged.play.client->connect_to_url("wss://host.example/"), Error::ok);
        logged.play.poll(20);
        EXPECT_EQ(logged.lines.count(warning), verify ? 0u : 1u) << logged.lines.joined();
    }
    Logged plain(friendly(), LogLevel::warning);
    plain.play.client->set_verify_ssl_enabled(false);
    ASSERT_EQ(plain.play.connect(), Error::ok);
    plain.play.poll(5);
    EXPECT_EQ(plain.lines.count(warning), 0u) << "ws:// verifies nothing anyway";
}

TEST(Journal, logs_at_the_requested_level) {
    struct Row {
        LogLevel level;
        std::size_t count;
    };
    for (const Row& row : {Row{LogLevel::error, 0}, Row{LogLevel::warning, 0},
                           Row{LogLevel::info, 3}, Row{LogLevel::debug, 17}}) {
        Logged logged(friendly(), row.level);
        ASSERT_EQ(logged.play.connect(), Error::ok);
        logged.play.poll(5);
        ASSERT_EQ(logged.play.client->disconnect_from_host(), Error::ok);
        logged.play.run();
        EXPECT_EQ(logged.lines.all.size(), row.count) << text(row.level);
    }
}

TEST(Journal, logs_a_failure_as_an_error_with_its_cause) {
    const std::string refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    Logged logged({.steps = {AwaitRequest{}, Send{refusal}, Fin{}}}, LogLevel::error);
    EXPECT_EQ(logged.play.client->connect_to_url("http://host/"), Error::invalid_parameter);
    ASSERT_EQ(logged.lines.all.size(), 1u) << logged.lines.joined();
    EXPECT_EQ(logged.lines.all[0],
              "error: cannot connect: " + std::string(text(logged.play.client->failure().cause)));
    ASSERT_EQ(logged.play.connect(), Error::ok);
    logged.play.run();
    ASSERT_EQ(logged.lines.all.size(), 2u) << logged.lines.joined();
    EXPECT_EQ(logged.lines.all[1],
              "error: " + std::string(logged.play.client->failure().explain()));
    EXPECT_EQ(logged.lines.count("403"), 1u);
}

TEST(Journal, never_contains_a_secret) {
    const std::string headers =
        "Set-Cookie: session=sEcReT\r\nServer: test\r\nLocation: http://a:sEcReT@b/?sEcReT\r\n";
    Logged logged({.steps = {AwaitRequest{}, Accept{headers}, AwaitClose{},
                             Send{server_close(1000)}, Fin{}}});
    WebSocketClient& client = *logged.play.client;
    ASSERT_EQ(client.connect_to_url(
                  "ws://u:sEcReT@host.example/p?q=sEcReT", {}, false,
                  {"Cookie: a=sEcReT", "Proxy-Authorization: Basic sEcReT", "X-Game: linnet"}),
              Error::ok);
    logged.play.poll(5);
    ASSERT_EQ(logged.play.peer().put_packet("sEcReT"), Error::ok);
    ASSERT_EQ(client.disconnect_from_host(), Error::ok);
    logged.play.run();
    EXPECT_EQ(logged.lines.count("sEcReT"), 0u) << logged.lines.joined();
    EXPECT_EQ(logged.lines.count("Authorization: (not shown)"), 2u)
        << "from the URL or the proxy: " << logged.lines.joined();
    EXPECT_EQ(logged.lines.count("Cookie: (not shown)"), 2u);
    EXPECT_EQ(logged.lines.count("X-Game: linnet"), 1u);
    EXPECT_EQ(logged.lines.count("> GET /p?... HTTP/1.1"), 1u);
}

TEST(Journal, warns_once_that_a_full_queue_pauses_reading) {
    std::string bytes;
    for (int i = 0; i < 50; ++i) bytes += server_frame(Opcode::binary, "0123456789");
    Logged logged({.steps = {AwaitRequest{}, Accept{}, Send{bytes}}}, LogLevel::warning);
    ASSERT_EQ(logged.play.client->set_buffers(8, 10, 8, 10), Error::ok);
    logged.play.story->reads = false;
    ASSERT_EQ(logged.play.connect(), Error::ok);
    logged.play.poll(100);
    EXPECT_EQ(logged.lines.count("warning: the input queue is full (10 messages, 100 bytes)"), 1u);
    EXPECT_EQ(logged.play.client->stats().receive_stalls, 1u);

    logged.play.peer().get_packet();
    logged.play.poll(3);
    EXPECT_EQ(logged.lines.all.size(), 1u) << "it is as full as before";
    for (int i = 0; i < 10; ++i) logged.play.peer().get_packet();
    logged.play.story->reads = true;
    logged.play.poll(10);
    logged.play.story->reads = false;
    EXPECT_EQ(logged.lines.all.size(), 1u);
}

TEST(Journal, logs_pings_stalls_protocol_errors_and_cancellation) {
    Logged logged({.steps = {AwaitRequest{}, Accept{}}, .send_window = 4096});
    ASSERT_EQ(logged.play.connect(), Error::ok);
    logged.play.poll(5);
    ASSERT_EQ(logged.play.client->ping(), Error::ok);
    ScriptedConnection& server = logged.play.world.connection();
    server.to_client += server_frame(Opcode::pong, server.frames.at(0).payload);
    logged.play.poll(1);
    EXPECT_EQ(logged.lines.count("debug: sending a ping"), 1u);
    EXPECT_EQ(logged.lines.count("debug: received a pong after 0 us"), 1u);
    ASSERT_EQ(logged.play.peer().put_packet(std::string(8192, 'x')), Error::ok);
    logged.play.poll(3);
    EXPECT_EQ(logged.lines.count("debug: the OS send buffer is full"), 1u);
    EXPECT_EQ(logged.play.client->stats().send_stalls, 1u);
    server.to_client += "\xFF\xFF";
    logged.play.poll(2);
    EXPECT_EQ(logged.lines.count("debug: closing because of a protocol error: "), 1u)
        << logged.lines.joined();

    Logged left(friendly());
    ASSERT_EQ(left.play.connect(), Error::ok);
    ASSERT_EQ(left.play.client->disconnect_from_host(), Error::ok);
    EXPECT_EQ(left.lines.all.back(), "info: cancelled by the program");
}

TEST(Journal, formats_nothing_without_a_log) {
    const Journal without_log(nullptr, LogLevel::debug);
    without_log.continued();
    Lines lines;
    const Journal deaf(&lines, LogLevel::error);
    deaf.stalled(1, 2);
    EXPECT_TRUE(lines.all.empty());
}

TEST(Journal, cuts_a_long_line_at_a_character) {
    for (const std::string& start : {std::string(), std::string("x")}) {
        Lines lines;
        const Journal journal(&lines, LogLevel::debug);
        std::string paragraph = start;
        while (paragraph.size() < 2000) paragraph += "\xC3\xBC";
        Failure failure;
        failure.explanation = paragraph;
        journal.failed(failure);
        ASSERT_EQ(lines.all.size(), 1u);
        EXPECT_EQ(lines.all[0].size(), std::string("error: ").size() + 1024 - start.size());
    }
}

TEST(Journal, shows_nothing_of_the_server_that_controls_a_terminal) {
    const std::string hostile = "a\xC2\x9B\xC2\x85\xE2\x80\xA8\xE2\x80\xAE\xE2\x81\xA6z";
    for (const bool refuses : {false, true}) {
        std::vector<ServerStep> steps{AwaitRequest{}};
        if (refuses) {
            steps.push_back(Send{"HTTP/1.1 400 " + hostile + "\r\nA: " + hostile +
                                 "\r\nLocation: ws://" + hostile + "/\r\n\r\n" + hostile});
        } else {
            steps.push_back(Accept{"A: " + hostile + "\r\n"});
            steps.push_back(Send{server_close(1000, hostile)});
        }
        Logged logged({.steps = steps});
        ASSERT_EQ(logged.play.connect(), Error::ok);
        logged.play.run();
        EXPECT_GE(logged.lines.count("a     z"), 2u) << logged.lines.joined();
    }
}

}  // namespace
}  // namespace linnet::test
