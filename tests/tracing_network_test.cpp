// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The lines of a trace: of one stream, for every cut, and of a whole client's calls.
#include "cli/tracing_network.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "cli/rendering.hpp"
#include "testkit/wire.hpp"
#include "testkit/world.hpp"

namespace linnet::cli {
namespace {

using namespace std::string_view_literals;
using test::close_payload;
using test::frame_from;

using Rows = std::vector<std::string>;

class Collected final : public TraceLines, public TraceSink {
 public:
    void line(std::uint64_t offset, std::string_view text) override {
        rows.push_back(std::to_string(offset).append(" ").append(text));
    }
    void line(std::string_view text) override { rows.emplace_back(text); }
    Rows rows;
};

Rows traced(Role receiver, const std::vector<std::string_view>& pieces) {
    Collected lines;
    StreamTracer tracer(receiver);
    for (const std::string_view piece : pieces) tracer.feed(bytes_of(piece), lines);
    tracer.end(lines);
    return lines.rows;
}

Rows traced(Role receiver, std::string_view wire) {
    return traced(receiver, std::vector{wire});
}

const std::string accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
const Rows accepted_rows = {"0 HTTP/1.1 101 Switching Protocols", "34 Upgrade: websocket"};

// The stream after an accepted response.
Rows traced_frames(const std::string& frames) {
    Rows rows = traced(Role::client, accepted + frames);
    EXPECT_EQ(Rows(rows.begin(), rows.begin() + 2), accepted_rows);
    rows.erase(rows.begin(), rows.begin() + 2);
    return rows;
}

TEST(StreamTracer, shows_a_request_without_its_secrets) {
    EXPECT_EQ(traced(Role::server,
                     "GET /room?token=secret HTTP/1.1\r\nHost: h\r\nAuthorization: Basic secret\r\n"
                     "COOKIE : a=secret\r\nproxy-authorization:secret\r\nX-Cookie: shown\r\n\r\n"),
              (Rows{"0 GET /room?... HTTP/1.1", "33 Host: h", "42 Authorization: (not shown)",
                    "71 COOKIE : (not shown)", "90 proxy-authorization: (not shown)",
                    "118 X-Cookie: shown"}));
}

TEST(StreamTracer, shows_a_response_without_its_secrets) {
    EXPECT_EQ(traced(Role::client, "HTTP/1.1 101 What?\r\nSet-Cookie: secret\r\nno field\r\n\r\n"),
              (Rows{"0 HTTP/1.1 101 What?", "20 Set-Cookie: (not shown)", "40 no field"}));
}

TEST(StreamTracer, shows_urls_in_headers_without_their_secrets) {
    struct Row {
        std::string header;
        std::string shown;
    };
    const Row rows[] = {
        {"Location: https://me:secret@host.example/x?token=secret",
         "Location: \"https://host.example/x\""},
        {"location:/x?token=secret", "location: \"/x\""},
        {"Content-Location: //me:secret@h/#secret", "Content-Location: \"//h/\""},
        {"Refresh: 5; url=https://me:secret@h/?secret", "Refresh: \"5; url=https://h/\""},
        {"Link: <https://me:secret@a/>; rel=next, <https://me:secret@b/?secret>",
         "Link: \"<https://a/>; rel=next, <https://b/\""},
        {"Referer: https://a/b?secret", "Referer: \"https://a/b\""},
        {"X-Next: https://me:secret@h/", "X-Next: \"https://h/\""},
        {"Location: https://me:" + std::string(2000, 's'), "Location: (not shown)..."},
        {"Server: a?b", "Server: a?b"},
    };
    for (const Row& row : rows) {
        const Rows lines = traced(Role::client, "HTTP/1.1 302 x\r\n" + row.header + "\r\n\r\n");
        EXPECT_EQ(lines.at(1), "16 " + row.shown);
        const Rows request = traced(Role::server, "GET / HTTP/1.1\r\n" + row.header + "\r\n\r\n");
        EXPECT_EQ(request.at(1), "16 " + row.shown);
    }
}

TEST(StreamTracer, shows_every_kind_of_frame) {
    struct Row {
        std::string wire;
        std::string shown;
    };
    const Row rows[] = {
        {frame_from(Role::server, Opcode::text, "hi \"you\"\n"),
         "56 text, 9 bytes: \"hi \"you\"\\x0a\""},
        {frame_from(Role::server, Opcode::text, ""), "56 text, 0 bytes"},
        {frame_from(Role::server, Opcode::text, "x", false),
         "56 text, more follows, 1 byte: \"x\""},
        {frame_from(Role::server, Opcode::continuation, "\xBC!"), "56 continuation, 2 bytes: bc21"},
        {frame_from(Role::server, Opcode::binary, "\x01\xFF"sv), "56 binary, 2 bytes: 01ff"},
        {frame_from(Role::server, Opcode::ping, "are you there"),
         "56 ping, 13 bytes: \"are you there\""},
        {frame_from(Role::server, Opcode::pong, "\0\1"sv), "56 pong, 2 bytes: 0001"},
        {frame_from(Role::server, Opcode::close, ""), "56 close, 0 bytes"},
        {frame_from(Role::server, Opcode::close, close_payload(1000)), "56 close, 2 bytes: 1000"},
        {frame_from(Role::server, Opcode::close, close_payload(4001, "why")),
         "56 close, 5 bytes: 4001 \"why\""},
        {frame_from(Role::server, Opcode::close, "\x03"), "56 close, 1 byte: \"\\x03\""},
    };
    for (const Row& row : rows) EXPECT_EQ(traced_frames(row.wire), Rows{row.shown});
}

TEST(StreamTracer, unmasks_what_a_client_sends) {
    const std::string request = "GET / HTTP/1.1\r\n\r\n";
    EXPECT_EQ(traced(Role::server, request + frame_from(Role::client, Opcode::text, "hello")),
              (Rows{"0 GET / HTTP/1.1", "18 text, 5 bytes, masked 37fa213d: \"hello\""}));
}

TEST(StreamTracer, shows_only_the_beginning_of_a_long_payload) {
    const std::string front(64, 'x');
    EXPECT_EQ(traced_frames(frame_from(Role::server, Opcode::text, front)),
              Rows{"56 text, 64 bytes: \"" + front + "\""});
    EXPECT_EQ(traced_frames(frame_from(Role::server, Opcode::text, front + "y")),
              Rows{"56 text, 65 bytes: \"" + front + "\"..."});
    // The cut is within a character.
    const std::string text = std::string(63, 'x') + "ü and more";
    EXPECT_EQ(traced_frames(frame_from(Role::server, Opcode::text, text)),
              Rows{"56 text, 74 bytes: \"" + std::string(63, 'x') + "\"..."});
    const std::string long_one(70'000, '\1');
    std::string hex;
    for (int i = 0; i < 64; ++i) hex += "01";
    EXPECT_EQ(traced_frames(frame_from(Role::server, Opcode::binary, long_one) +
                            frame_from(Role::server, Opcode::text, "next")),
              (Rows{"56 binary, 70000 bytes: " + hex + "...", "70066 text, 4 bytes: \"next\""}));
}

TEST(StreamTracer, shows_the_same_at_every_pair_of_cuts) {
    const std::string wire = accepted + frame_from(Role::server, Opcode::text, "Grüße") +
                             frame_from(Role::server, Opcode::ping, "") +
                             frame_from(Role::server, Opcode::binary, std::string(130, '\2')) +
                             frame_from(Role::server, Opcode::close, close_payload(1001, "bye"));
    const Rows whole = traced(Role::client, wire);
    EXPECT_EQ(whole.size(), 6u);
    for (std::size_t i = 0; i <= wire.size(); ++i) {
        for (std::size_t j = i; j <= wire.size(); j += 7) {
            const std::string_view all = wire;
            const auto cut =
                traced(Role::client, {all.substr(0, i), all.substr(i, j - i), all.substr(j)});
            ASSERT_EQ(cut, whole) << i << " " << j;
        }
    }
}

TEST(StreamTracer, reports_what_was_cut_off) {
    EXPECT_EQ(traced(Role::client, "HTTP/1"), Rows{"0 cut off inside a line, after 6 bytes"});
    const std::string frame = frame_from(Role::server, Opcode::text, std::string(200, 'x'));
    EXPECT_EQ(traced_frames(frame.substr(0, 3)),
              Rows{"56 cut off inside a frame header, after 3 bytes"});
    EXPECT_EQ(traced_frames(frame.substr(0, 14)),
              Rows{"56 cut off inside a frame (text), 190 bytes missing"});
    EXPECT_EQ(traced_frames(frame.substr(0, 203)).back(),
              "56 cut off inside a frame (text), 1 byte missing");
    EXPECT_EQ(traced_frames(frame).size(), 1u);
    EXPECT_EQ(traced(Role::client, ""), Rows{});
}

TEST(StreamTracer, shows_a_framing_error_and_stops_decoding) {
    EXPECT_EQ(traced_frames("\xC1\x05hello"),
              (Rows{"56 invalid frame: a frame has a reserved bit set: c1; decoding stops here",
                    "57 6 bytes that are not frames"}));
    EXPECT_EQ(traced_frames("\x81\x85hello"),
              (Rows{"56 invalid frame: the server sent a masked frame: 8185; decoding stops here",
                    "58 5 bytes that are not frames"}));
}

TEST(StreamTracer, does_not_decode_the_body_of_a_refusal_as_frames) {
    EXPECT_EQ(traced(Role::client, "HTTP/1.1 404 101\r\n\r\n\x81\x01x"),
              (Rows{"0 HTTP/1.1 404 101", "20 3 bytes that are not frames"}));
}

TEST(StreamTracer, keeps_only_a_bounded_part_of_an_endless_line) {
    Collected lines;
    StreamTracer tracer(Role::client);
    const std::string piece(1000, 'x');
    for (int i = 0; i < 1000; ++i) tracer.feed(bytes_of(piece), lines);
    tracer.feed(bytes_of("\r\n"), lines);
    ASSERT_EQ(lines.rows.size(), 1u);
    EXPECT_EQ(lines.rows[0], "0 " + std::string(1024, 'x') + "...");
}

TEST(StreamTracer, shows_nothing_that_could_control_a_terminal) {
    EXPECT_EQ(traced(Role::client, "HTTP/1.1 101 \x1B[2J\r\nX: \xC2\x9B\xFF\r\n\r\n"),
              (Rows{"0 HTTP/1.1 101 \\x1b[2J", "19 X: \\xc2\\x9b\\xff"}));
}

// ---- the network -----------------------------------------------------------------------------

struct Traced {
    test::World world;
    Collected lines;
    TracingNetwork network{world.network, world.clock, lines};
    WebSocketClient client{options()};

    Options options() {
        Options options = world.options();
        options.network = &network;
        return options;
    }
    // Polls until nothing changes with the clock stopped, and then once after a second.
    void run(std::vector<test::ServerStep> steps) {
        world.network.scripts = {{.steps = std::move(steps)}};
        ASSERT_EQ(client.connect_to_url("ws://10.0.0.1:81/chat?x"), Error::ok);
        for (int i = 0; i < 20; ++i) client.poll();
        world.clock.advance_ms(2'000);
        for (int i = 0; i < 20; ++i) client.poll();
    }
    bool has(std::string_view row) const {
        return std::find(lines.rows.begin(), lines.rows.end(), row) != lines.rows.end();
    }
    std::string all() const {
        std::string text;
        for (const std::string& row : lines.rows) text += row + "\n";
        return text;
    }
};

TEST(TracingNetwork, prints_a_whole_conversation) {
    Traced traced;
    traced.run({test::AwaitRequest{}, test::Accept{},
                test::Send{test::server_frame(Opcode::text, "hello") + test::server_close(1000)},
                test::AwaitClose{}, test::Fin{}});
    EXPECT_EQ(traced.client.failure().cause, Cause::closed_by_server);
    const Rows& rows = traced.lines.rows;
    ASSERT_GT(rows.size(), 4u) << traced.all();
    EXPECT_EQ(rows[0], "     0.000 ms  -- connecting to 10.0.0.1 port 81");
    EXPECT_EQ(rows[1], "     0.000 ms  -- connected to 10.0.0.1 port 81");
    EXPECT_EQ(rows[2], "     0.000 ms  -> @0       GET /chat?... HTTP/1.1");
    EXPECT_TRUE(traced.has("     0.000 ms  <- @0       HTTP/1.1 101 Switching Protocols"))
        << traced.all();
    EXPECT_NE(traced.all().find(" text, 5 bytes: \"hello\"\n"), std::string::npos) << traced.all();
    EXPECT_NE(traced.all().find(" close, 2 bytes: 1000\n"), std::string::npos) << traced.all();
    EXPECT_NE(traced.all().find(" close, 2 bytes, masked "), std::string::npos) << traced.all();
    EXPECT_NE(traced.all().find(" end of stream\n"), std::string::npos) << traced.all();
    EXPECT_TRUE(rows.back().ends_with("-- closed"));
}

TEST(TracingNetwork, prints_the_time_of_each_line) {
    Traced traced;
    traced.run({test::AwaitRequest{}, test::Accept{}, test::Pause{1'500},
                test::Send{test::server_frame(Opcode::text, "late")}});
    EXPECT_NE(traced.all().find("  2000.000 ms  <- "), std::string::npos) << traced.all();
}

TEST(TracingNetwork, prints_a_refused_connection) {
    Traced traced;
    traced.world.network.scripts = {{.steps = {}, .connect_error = 111}};
    ASSERT_EQ(traced.client.connect_to_url("ws://10.0.0.1/"), Error::ok);
    for (int i = 0; i < 5; ++i) traced.client.poll();
    EXPECT_EQ(traced.client.failure().cause, Cause::connect_failed);
    EXPECT_NE(traced.all().find("-- 10.0.0.1 port 80: "), std::string::npos) << traced.all();
    EXPECT_EQ(traced.all().find("closed"), std::string::npos) << traced.all();
}

TEST(TracingNetwork, prints_a_connection_that_is_given_up) {
    Traced traced;
    traced.world.network.scripts = {{.steps = {}, .connect_pending = true}};
    ASSERT_EQ(traced.client.connect_to_url("ws://10.0.0.1/"), Error::ok);
    traced.client.poll();
    ASSERT_EQ(traced.client.disconnect_from_host(), Error::ok);
    EXPECT_EQ(traced.lines.rows.back(), "     0.000 ms  -- 10.0.0.1 port 80: cancelled");
}

TEST(TracingNetwork, prints_a_reset_and_what_it_cut_off) {
    Traced traced;
    traced.run({test::AwaitRequest{}, test::Accept{}, test::Send{"\x81\x05he"}, test::Reset{}});
    EXPECT_EQ(traced.client.failure().cause, Cause::connection_lost);
    EXPECT_NE(traced.all().find("cut off inside a frame (text), 3 bytes missing\n"),
              std::string::npos)
        << traced.all();
}

// The client gets the results of the wrapped network.
TEST(TracingNetwork, changes_nothing) {
    Traced traced;
    test::World plain;
    WebSocketClient client(plain.options());
    const std::vector<test::ServerStep> steps = {
        test::AwaitRequest{},
        test::Accept{},
        test::Send{test::server_frame(Opcode::text, "hello")},
        test::Send{test::server_close(1000)},
        test::AwaitClose{},
        test::Fin{}};
    traced.run(steps);
    plain.network.scripts = {{.steps = steps}};
    ASSERT_EQ(client.connect_to_url("ws://10.0.0.1:81/chat?x"), Error::ok);
    for (int i = 0; i < 20; ++i) client.poll();
    EXPECT_EQ(text_of(traced.client.get_peer(1)->get_packet()), "hello");
    EXPECT_EQ(traced.world.connection().request, plain.connection().request);
    EXPECT_EQ(traced.client.stats().bytes_received, client.stats().bytes_received);
    EXPECT_EQ(traced.client.failure().cause, client.failure().cause);
}

// ---- bytes as a person reads them --------------------------------------------------------------

TEST(Rendering, dumps_like_hexdump) {
    std::string dump;
    append_hex_dump(dump, bytes_of("0123456789abcdef\n"));
    EXPECT_EQ(dump,
              "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n"
              "00000010  0a                                                |.|\n"
              "00000011\n");
}

TEST(Rendering, keeps_every_character_except_control_characters) {
    std::string out;
    append_harmless(out, "a~ü世🎈\n\t\x7F\xE4\xC2", "\n");
    EXPECT_EQ(out, "a~ü世🎈\n\\x09\\x7f\\xe4\\xc2");
    out.clear();
    append_harmless(out,
                    "\xC2\x9B"
                    "31m\xC2\x85\xE2\x80\xA8\xE2\x80\xAE");
    EXPECT_EQ(out, "\\xc2\\x9b31m\\xc2\\x85\\xe2\\x80\\xa8\\xe2\\x80\\xae");
}

TEST(Rendering, writes_milliseconds) {
    EXPECT_EQ(milliseconds(0), "0.000");
    EXPECT_EQ(milliseconds(1'020), "1.020");
    EXPECT_EQ(milliseconds(61'000'999), "61000.999");
}

}  // namespace
}  // namespace linnet::cli
