// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Conversations, URLs, headers and sub-protocols.
#include <array>
#include <set>

#include "godot_stories/stories.hpp"

namespace linnet::test::godot {
namespace {

// ---- conversations

const std::string big(1'500'000, 'Z');

void send_big(Play& play) {
    play.set_buffers(2048, 16, 2048, 16);
    play.connect();
    play.run();
    play.put(big);
    play.run();
    play.disconnect();
    play.run();
}

// Godot's encoding of the Variant `{"a": 1}`.
const std::string variant = hex("12000000010000000400000001000000610000000200000001000000");
const std::string shown_variant =
    R"("\x12\x00\x00\x00\x01\x00\x00\x00\x04\x00\x00\x00\x01\x00\x00\x00a\x00\x00\x00\x02\x00)"
    R"(\x00\x00\x01\x00\x00\x00")";

void echo_binary(Play& play) {
    play.connect();
    play.run();
    play.peer_info();
    play.peer().set_write_mode(WebSocketPeer::WRITE_MODE_BINARY);
    play.put(hex("000102ff"));
    play.run();
    play.put(variant);
    play.run();
    for (const std::size_t size : {125u, 126u, 65535u, 64936u}) {
        play.put(std::string(size, 'Z'));
        play.run();
    }
    play.peer_info();
    play.disconnect(1000, "bye");
    play.run();
}

Lines binary_story(const std::string& closed) {
    return opened({peer_open,
                   "put_packet = 0",
                   data,
                   R"(get_packet: binary "\x00\x01\x02\xFF")",
                   "put_packet = 0",
                   data,
                   "get_packet: binary " + shown_variant,
                   "put_packet = 0",
                   data,
                   "get_packet: binary 125 * \"Z\"",
                   "put_packet = 0",
                   data,
                   "get_packet: binary 126 * \"Z\"",
                   "put_packet = 0",
                   data,
                   "get_packet: binary 65535 * \"Z\"",
                   "put_packet = 0",
                   data,
                   "get_packet: binary 64936 * \"Z\"",
                   peer_open,
                   "disconnect_from_host",
                   closed,
                   end_closed});
}

Lines binary_wire(const std::string& close) {
    return {R"(1 binary "\x00\x01\x02\xFF")",
            "1 binary " + shown_variant,
            R"(1 binary 125 * "Z")",
            R"(1 binary 126 * "Z")",
            R"(1 binary 65535 * "Z")",
            R"(1 binary 64936 * "Z")",
            close};
}

// Each message is echoed, followed by the close frame.
ServerScript echoing(Opcode opcode, const std::vector<std::string>& messages) {
    std::vector<ServerStep> steps;
    for (const std::string& message : messages) {
        steps.push_back(AwaitMessages{steps.size() / 2 + 1});
        steps.push_back(Send{server_frame(opcode, message)});
    }
    steps.insert(steps.end(), {AwaitClose{}, Send{server_close(1000)}, Fin{}});
    return accepting(std::move(steps));
}

void echo_text(Play& play) {
    play.connect("/echo?a=1&b=2");
    play.run();
    play.peer_info();
    play.peer().set_write_mode(WebSocketPeer::WRITE_MODE_TEXT);
    play.put("hello");
    play.run();
    play.put("h\xC3\xA9llo \xE4\xB8\x96\xE7\x95\x8C");
    play.run();
    play.put("\xFF\xFE\x41");
    play.run();
    play.put("");
    play.run();
    play.peer_info();
    play.disconnect();
    play.run();
    play.peer_info();
}

Lines text_story(const std::string& put_bad_utf8, const std::string& closed) {
    return opened(
        {peer_open, "put_packet = 0", data, "get_packet: text \"hello\"", "put_packet = 0", data,
         R"(get_packet: text "h\xC3\xA9llo \xE4\xB8\x96\xE7\x95\x8C")", put_bad_utf8,
         "put_packet = 0", "peer open 127.0.0.1:9001, 0 available, last was text, writes text",
         "disconnect_from_host", closed, "peer closed, 0 available, last was text, writes text",
         end_closed});
}

void six_frames(Play& play) {
    play.connect();
    play.run();
    for (const char last : {'\0', '\1', '\2', '\3', '\4', '\5'}) {
        play.put(std::string(4, '\0') + last);
        play.run(450);
    }
    std::set<std::array<std::uint8_t, 4>> keys;
    for (const ReceivedFrame& frame : play.world.connection().frames) keys.insert(frame.header.key);
    play.say(std::to_string(keys.size()) + " masking keys");
}

Lines six_puts(const std::string& last) {
    Lines lines(6, "put_packet = 0");
    lines.insert(lines.end(), {last, end_open});
    return opened(lines);
}

const Lines six_on_the_wire = {
    R"(1 binary "\x00\x00\x00\x00\x00")",
    R"(1 binary "\x00\x00\x00\x00\x01")",
    R"(1 binary "\x00\x00\x00\x00\x02")",
    R"(1 binary "\x00\x00\x00\x00\x03")",
    R"(1 binary "\x00\x00\x00\x00\x04")",
    R"(1 binary "\x00\x00\x00\x00\x05")",
    R"(1 close 1000 "")",
};

void poll_after_a_gap(Play& play) {
    play.connect();
    play.run(10);
    play.world.clock.advance_ms(800);
    play.run();
    play.peer_info();
}

// Which signals are emitted in which poll.
void polls_by_hand(Play& play) {
    std::size_t signal_count = 0;
    play.on = [&signal_count](const std::string&) { ++signal_count; };
    play.connect();
    for (int i = 0; i < 14; ++i) {
        const std::size_t before = signal_count;
        play.poll();
        if (signal_count > before) play.say("in poll " + std::to_string(i));
        play.world.clock.advance_ms(15);
    }
}

void set_buffers_values(Play& play) {
    for (const int value : {1, 2, 3}) play.set_buffers(value, value, value, value);
    play.set_buffers(64, 1024, 64, 1024);
    play.set_buffers(65, 1025, 65, 1025);
    play.set_buffers(0, 0, 0, 0);
}

std::string mode(Play& play) {
    return play.peer().get_write_mode() == WebSocketPeer::WRITE_MODE_TEXT ? "text" : "binary";
}

void write_modes(Play& play) {
    WebSocketPeer* const old_peer = play.client().get_peer(1);
    old_peer->set_write_mode(WebSocketPeer::WRITE_MODE_TEXT);
    play.say("before: " + mode(play));
    play.connect();
    play.say("connecting: " + mode(play));
    play.peer().set_write_mode(WebSocketPeer::WRITE_MODE_TEXT);
    play.run();
    play.say("open: " + mode(play));
    play.put("x");
    play.disconnect();
    play.run();
    play.connect("/2");
    play.run();
    play.say("second: " + mode(play));
    play.say(old_peer == play.client().get_peer(1) ? "same peer object" : "another peer object");
}

Lines modes_story(const std::string& closed, const std::string& object) {
    return {"before: text", connecting,       "connecting: binary",   established,
            "open: text",   "put_packet = 0", "disconnect_from_host", closed,
            connecting,     established,      "second: binary",       object,
            end_open};
}

// ---- requests

// The request without the key, which is always different.
void say_request(Play& play) {
    if (play.world.network.connections.empty()) return play.say("no request");
    const std::string& request = play.world.network.connections.back()->request;
    std::string shown;
    for (std::size_t begin = 0, end = 0; begin < request.size(); begin = end + 2) {
        end = request.find("\r\n", begin);
        const std::string line = request.substr(begin, end - begin);
        if (line.substr(0, 18) != "Sec-WebSocket-Key:" && !line.empty()) shown += line + "|";
    }
    play.say(shown);
}

void custom_headers(Play& play) {
    play.connect("/h", {},
                 {"X-One: 1", "Host: evil.example", "Cookie: a=b; c=d", "bad header",
                  "X-\xC3\x9C: \xC3\xBC"});
    play.run();
    say_request(play);
}

void offer_three(Play& play) {
    play.connect("/", {"alpha", " beta ", "gamma"});
    play.run();
    play.disconnect();
}

ServerScript choosing(const std::string& protocol) {
    return accepting({}, "Sec-WebSocket-Protocol: " + protocol + "\r\n");
}

const Lines none_chosen = {connecting, error, "disconnect_from_host", end_closed};

// ---- URLs

// Connects to each URL in turn and prints the request.
void every_url(Play& play) {
    constexpr std::array<std::string_view, 25> urls{"ws://127.0.0.1:9001",
                                                    "ws://127.0.0.1:9001/",
                                                    "127.0.0.1:9001/noscheme",
                                                    "ws://127.0.0.1:9001?q=1",
                                                    "ws://127.0.0.1:9001/p?q=1#frag",
                                                    "WS://127.0.0.1:9001/upper",
                                                    "http://127.0.0.1:9001/http",
                                                    "ws://user:pw@127.0.0.1:9001/cred",
                                                    "ws://[::1]:9001/v6",
                                                    "ws://::1/v6b",
                                                    "ws://localhost:9001/lh",
                                                    "ws://LOCALHOST:9001/LH",
                                                    "ws://127.0.0.1:0/port0",
                                                    "ws://127.0.0.1:99999/port99999",
                                                    "ws://127.0.0.1:74537/wrap",
                                                    "ws://127.0.0.1:abc/portabc",
                                                    "ws://127.0.0.1:/emptyport",
                                                    "ws://:9001/nohost",
                                                    "",
                                                    "ws://",
                                                    "ws:///path",
                                                    "ws://127.0.0.1:9001/sp ace",
                                                    "ws://127.0.0.1:9001/\xC3\xA9",
                                                    "ws://127.0.0.1:9001//double/../x",
                                                    "wss:127.0.0.1:9001"};
    const auto try_one = [&play](std::string_view url) {
        play.say(std::string(url));
        const std::size_t before = play.world.network.connections.size();
        play.connect_to(url);
        play.run();
        if (play.world.network.connections.size() > before) {
            const std::string& request = play.world.network.connections.back()->request;
            const std::size_t host_end = request.find("\r\n", request.find("\r\n") + 2);
            play.say(request.substr(0, host_end).replace(request.find("\r\n"), 2, "|"));
        }
        play.replace_client();
    };
    for (const std::string_view url : urls) try_one(url);
    try_one(" ws://127.0.0.1:9001/lead");
}

constexpr char not_tried[] = "connect_to_url = 31 DISCONNECTED";

const Lines urls_in_godot = {
    // clang-format off
    "ws://127.0.0.1:9001", connecting, established, "GET / HTTP/1.1|Host: 127.0.0.1:9001",
    "ws://127.0.0.1:9001/", connecting, established, "GET / HTTP/1.1|Host: 127.0.0.1:9001",
    "127.0.0.1:9001/noscheme", connecting, established,
    "GET /noscheme HTTP/1.1|Host: 127.0.0.1:9001",
    "ws://127.0.0.1:9001?q=1", connecting, error,
    "ws://127.0.0.1:9001/p?q=1#frag", connecting, established,
    "GET /p?q=1#frag HTTP/1.1|Host: 127.0.0.1:9001",
    "WS://127.0.0.1:9001/upper", not_tried,
    "http://127.0.0.1:9001/http", not_tried,
    "ws://user:pw@127.0.0.1:9001/cred", not_tried,
    "ws://[::1]:9001/v6", not_tried,
    "ws://::1/v6b", connecting, error,
    "ws://localhost:9001/lh", connecting, established, "GET /lh HTTP/1.1|Host: localhost:9001",
    "ws://LOCALHOST:9001/LH", connecting, established, "GET /LH HTTP/1.1|Host: LOCALHOST:9001",
    "ws://127.0.0.1:0/port0", connecting, error,
    "ws://127.0.0.1:99999/port99999", connecting, error,
    "ws://127.0.0.1:74537/wrap", connecting, established,
    "GET /wrap HTTP/1.1|Host: 127.0.0.1:9001",
    "ws://127.0.0.1:abc/portabc", connecting, error,
    "ws://127.0.0.1:/emptyport", connecting, error,
    "ws://:9001/nohost", not_tried,
    "", not_tried,
    "ws://", not_tried,
    "ws:///path", not_tried,
    "ws://127.0.0.1:9001/sp ace", connecting, established,
    "GET /sp ace HTTP/1.1|Host: 127.0.0.1:9001",
    "ws://127.0.0.1:9001/\xC3\xA9", connecting, established,
    "GET /\xC3\xA9 HTTP/1.1|Host: 127.0.0.1:9001",
    "ws://127.0.0.1:9001//double/../x", connecting, established,
    "GET //double/../x HTTP/1.1|Host: 127.0.0.1:9001",
    "wss:127.0.0.1:9001", not_tried,
    " ws://127.0.0.1:9001/lead", not_tried,
    end_closed,
    // clang-format on
};

// Letter case of the scheme, a query without a path, user information and [::1] work; invalid URLs
// are refused before anything is sent.
const Lines urls_in_linnet = {
    // clang-format off
    "ws://127.0.0.1:9001", connecting, established, "GET / HTTP/1.1|Host: 127.0.0.1:9001",
    "ws://127.0.0.1:9001/", connecting, established, "GET / HTTP/1.1|Host: 127.0.0.1:9001",
    "127.0.0.1:9001/noscheme", not_tried,
    "ws://127.0.0.1:9001?q=1", connecting, established, "GET /?q=1 HTTP/1.1|Host: 127.0.0.1:9001",
    "ws://127.0.0.1:9001/p?q=1#frag", not_tried,
    "WS://127.0.0.1:9001/upper", connecting, established,
    "GET /upper HTTP/1.1|Host: 127.0.0.1:9001",
    "http://127.0.0.1:9001/http", not_tried,
    "ws://user:pw@127.0.0.1:9001/cred", connecting, established,
    "GET /cred HTTP/1.1|Host: 127.0.0.1:9001",
    "ws://[::1]:9001/v6", connecting, established, "GET /v6 HTTP/1.1|Host: [::1]:9001",
    "ws://::1/v6b", not_tried,
    "ws://localhost:9001/lh", connecting, established, "GET /lh HTTP/1.1|Host: localhost:9001",
    "ws://LOCALHOST:9001/LH", connecting, established, "GET /LH HTTP/1.1|Host: LOCALHOST:9001",
    "ws://127.0.0.1:0/port0", not_tried,
    "ws://127.0.0.1:99999/port99999", not_tried,
    "ws://127.0.0.1:74537/wrap", not_tried,
    "ws://127.0.0.1:abc/portabc", not_tried,
    "ws://127.0.0.1:/emptyport", not_tried,
    "ws://:9001/nohost", not_tried,
    "", not_tried,
    "ws://", not_tried,
    "ws:///path", not_tried,
    "ws://127.0.0.1:9001/sp ace", not_tried,
    "ws://127.0.0.1:9001/\xC3\xA9", not_tried,
    "ws://127.0.0.1:9001//double/../x", connecting, established,
    "GET //double/../x HTTP/1.1|Host: 127.0.0.1:9001",
    "wss:127.0.0.1:9001", not_tried,
    " ws://127.0.0.1:9001/lead", not_tried,
    end_closed,
    // clang-format on
};

// Destroying the client ends every open connection.
Lines dropped(int count) {
    Lines lines;
    for (int i = 1; i <= count; ++i) lines.push_back(std::to_string(i) + " close 1000 \"\"");
    return lines;
}

}  // namespace

const std::vector<Trace> basic_traces = {
    {"big_message",
     {accepting({AwaitMessages{1}, Send{server_frame(Opcode::binary, big)}, AwaitClose{},
                 Send{server_close(1000)}, Fin{}})},
     send_big,
     {{"set_buffers = 0", connecting, established, "put_packet = 0", data,
       "get_packet: binary 1500000 * \"Z\"", "disconnect_from_host", closed_unclean, end_closed},
      {"1 binary 1500000 * \"Z\"", "1 close 1000 \"\""}},
     {{{"set_buffers = 0", connecting, established, "put_packet = 0", data,
        "get_packet: binary 1500000 * \"Z\"", "disconnect_from_host", closed_clean, end_closed},
       {"1 binary 1500000 * \"Z\"", "1 close 1000 \"\""}}}},
    {"custom_headers",
     {accepting({})},
     custom_headers,
     {{connecting, established,
       "GET /h HTTP/1.1|Host: 127.0.0.1:9001|Upgrade: websocket|Connection: Upgrade|"
       "Sec-WebSocket-Version: 13|X-One: 1|Host: evil.example|Cookie: a=b; c=d|bad header|"
       "X-\xC3\x9C: \xC3\xBC|",
       end_open},
      {"1 close 1000 \"\""}},
     {{{not_tried, "no request", end_closed}}}},
    {"echo_binary",
     {echoing(Opcode::binary,
              {hex("000102ff"), variant, std::string(125, 'Z'), std::string(126, 'Z'),
               std::string(65535, 'Z'), std::string(64936, 'Z')})},
     echo_binary,
     {binary_story(closed_unclean), binary_wire(R"(1 close 1000 "bye\x00")")},
     {{binary_story(closed_clean), binary_wire(R"(1 close 1000 "bye")")}}},
    {"echo_text",
     {echoing(Opcode::text, {"hello", "h\xC3\xA9llo \xE4\xB8\x96\xE7\x95\x8C"})},
     echo_text,
     {text_story("put_packet = 0", closed_unclean),
      {R"(1 text "hello")", R"(1 text "h\xC3\xA9llo \xE4\xB8\x96\xE7\x95\x8C")",
       R"(1 text "\xFF\xFEA")", R"(1 close 1000 "")"}},
     {{text_story("put_packet = 30", closed_clean),
       {R"(1 text "hello")", R"(1 text "h\xC3\xA9llo \xE4\xB8\x96\xE7\x95\x8C")", R"(1 text "")",
        R"(1 close 1000 "")"}}}},
    {"mask_and_key_randomness",
     {accepting({})},
     six_frames,
     {six_puts("3 masking keys"), six_on_the_wire},
     {{six_puts("6 masking keys"), six_on_the_wire}}},
    {"poll_gap",
     {accepting({Pause{200},
                 Send{hex("81056761702030") + hex("81056761702031") + hex("81056761702032") +
                      hex("880503e8676170")},
                 Fin{}})},
     poll_after_a_gap,
     {opened({data, "get_packet: text \"gap 0\"", data, "get_packet: text \"gap 1\"", data,
              "get_packet: text \"gap 2\"", "server_close_request(1000, \"gap\") CONNECTED open",
              closed_clean, "peer closed, 0 available, last was text, writes binary", end_closed}),
      {"1 close 1000 \"gap\""}}},
    {"poll_steps",
     {{{AwaitRequest{}, Pause{10}, Accept{}, Send{hex("81036f6e65810374776f")}, Pause{75},
        Send{hex("880503e8656e64")}, AwaitClose{}, Fin{}}}},
     polls_by_hand,
     {opened({"in poll 1", data, "get_packet: text \"one\"", data, "get_packet: text \"two\"",
              "in poll 2", "server_close_request(1000, \"end\") CONNECTED open", closed_clean,
              "in poll 5", end_closed}),
      {"1 close 1000 \"end\""}},
     {{opened({data, "get_packet: text \"one\"", data, "get_packet: text \"two\"", "in poll 1",
               "server_close_request(1000, \"end\") CONNECTED open", closed_clean, "in poll 5",
               end_closed}),
       {"1 close 1000 \"end\""}}}},
    {"set_buffers_values",
     {},
     set_buffers_values,
     {{"set_buffers = 0", "set_buffers = 0", "set_buffers = 0", "set_buffers = 0",
       "set_buffers = 0", "set_buffers = 0", end_closed}},
     {{{"set_buffers = 0", "set_buffers = 0", "set_buffers = 0", "set_buffers = 0",
        "set_buffers = 0", "set_buffers = 31", end_closed}}}},
    {"subprotocol_absent", {accepting({})}, offer_three, {none_chosen}},
    {"subprotocol_agreed",
     {choosing("beta")},
     offer_three,
     {{connecting, "connection_established(\"beta\") CONNECTED open", "disconnect_from_host",
       end_open},
      {"1 close 1000 \"\""}}},
    {"subprotocol_case", {choosing("ALPHA")}, offer_three, {none_chosen}},
    {"subprotocol_two", {choosing("alpha, beta")}, offer_three, {none_chosen}},
    {"subprotocol_unoffered", {choosing("delta")}, offer_three, {none_chosen}},
    {"subprotocol_unrequested", {choosing("alpha")}, open_and_run, {refused()}},
    {"urls",
     {accepting({})},
     every_url,
     {urls_in_godot, dropped(10)},
     {{urls_in_linnet, dropped(9)}}},
    {"var_roundtrip",
     {},
     nullptr,
     {opened({data, "disconnect_from_host", closed_unclean, end_closed})}},
    {"write_mode_reset",
     {accepting({AwaitClose{}, Send{server_close(1000)}, Fin{}}), accepting({})},
     write_modes,
     {modes_story(closed_unclean, "another peer object"),
      {"1 text \"x\"", "1 close 1000 \"\"", "2 close 1000 \"\""}},
     {{modes_story(closed_clean, "same peer object"),
       {"1 text \"x\"", "1 close 1000 \"\"", "2 close 1000 \"\""}}}},
};

}  // namespace linnet::test::godot
