// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The limits of the queues, and calls in the wrong state.
#include "godot_stories/stories.hpp"

namespace linnet::test::godot {
namespace {

// The line "peer ..." of `Play::peer_info` when open and before any text.
std::string peer_with(int available) {
    return "peer open 127.0.0.1:9001, " + std::to_string(available) +
           " available, last was no text, writes binary";
}
constexpr char set[] = "set_buffers = 0";
constexpr char close_1009[] = R"(1 close 1009 "")";

Lines opened_with_buffers(const Lines& rest) {
    Lines lines = opened(rest);
    lines.insert(lines.begin(), set);
    return lines;
}

// ---- one message

void receive_too_much(Play& play) {
    play.set_buffers(1, 16, 1, 16);
    play.connect();
    play.run(3000);
    play.peer_info();
    play.put("\x01\x02\x03");
    play.run(300);
}

void receive_by_size(Play& play) {
    play.set_buffers(1, 16, 1, 16);
    play.connect();
    play.run(1000);
    play.peer_info();
}

std::string message(std::size_t size) {
    return server_frame(Opcode::binary, std::string(size, 'z'));
}

Lines sized(const Lines& after_1023, const Lines& end) {
    Lines lines = {data, "get_packet: binary 1022 * \"z\"", data, "get_packet: binary 1023 * \"z\"",
                   data};
    lines.insert(lines.end(), after_1023.begin(), after_1023.end());
    lines.insert(lines.end(), {data, R"(get_packet: binary "after")"});
    lines.insert(lines.end(), end.begin(), end.end());
    return opened_with_buffers(lines);
}

// ---- unread messages

std::string six_messages() {
    std::string frames;
    for (const char last : std::string_view("012345")) {
        frames += server_frame(Opcode::binary, std::string("message 0") + last);
    }
    return frames;
}

std::string five_messages() {
    std::string frames;
    for (const char letter : std::string_view("ABCDE")) {
        frames += server_frame(Opcode::binary, std::string(300, letter));
    }
    return frames;
}

ServerScript overflowing(std::string frames) {
    return accepting({Pause{50}, Send{std::move(frames)}, AwaitMessages{1},
                      Send{server_frame(Opcode::binary, "after-drain")}});
}

void read_late(Play& play) {
    play.reads = false;
    play.connect();
    play.run(700);
    play.peer_info();
    play.get_all();
    play.put("go");
    play.run(300);
    play.peer_info();
    play.get_all();
}

void overflow_packets(Play& play) {
    play.set_buffers(64, 4, 1, 16);
    read_late(play);
}

void overflow_payload(Play& play) {
    play.set_buffers(1, 64, 1, 16);
    read_late(play);
}

// First `before` are announced, of which `packets` are available, then `after`, which are `later`.
struct Overflow {
    int before;
    Lines packets;
    Lines later;
    int after;
};

Outcome overflow(const Overflow& what) {
    Lines lines(static_cast<std::size_t>(what.before), data);
    const auto add = [&lines](const Lines& packets) {
        lines.push_back(peer_with(static_cast<int>(packets.size())));
        for (const std::string& packet : packets) lines.push_back("get_packet: binary " + packet);
    };
    add(what.packets);
    lines.push_back("put_packet = 0");
    lines.insert(lines.end(), static_cast<std::size_t>(what.after), data);
    add(what.later);
    lines.push_back(end_open);
    return {opened_with_buffers(lines), {R"(1 binary "go")", R"(1 close 1000 "")"}};
}

// ---- output

void put_beyond_the_bounds(Play& play) {
    play.set_buffers(64, 16, 1, 4);
    play.connect();
    play.run();
    for (const std::size_t size : {1000u, 1023u, 1024u, 1025u, 5000u, 100'000u}) {
        play.put(std::string(size, 'Z'));
    }
    for (int i = 0; i < 12; ++i) play.put(std::string(1'000'000, 'Z'));
    play.run(400);
    play.peer_info();
    play.disconnect(1000, "");
    play.run(4000);
    play.peer_info();
}

Lines out_story(std::size_t good_count, const std::string& further) {
    Lines lines(good_count, "put_packet = 0");
    lines.insert(lines.end(), 18 - good_count, further);
    lines.insert(lines.end(), {peer_with(0), "disconnect_from_host", peer_with(0), end_open});
    return opened_with_buffers(lines);
}

// ---- wrong states

void say_result(Play& play, std::string_view call, Error result) {
    play.say(std::string(call) + " = " + std::to_string(static_cast<int>(result)));
}

void call_client_as_peer(Play& play) {
    play.say("client has " + std::to_string(play.client().get_available_packet_count()));
    play.say("client get_packet of " + std::to_string(play.client().get_packet().size()));
    say_result(play, "client get_packet_error", play.client().get_packet_error());
    say_result(play, "client put_packet", play.client().put_packet("\x01"));
}

void say_host(Play& play) {
    play.say("host " + std::string(play.client().get_connected_host()) + ":" +
             std::to_string(play.client().get_connected_port()));
}

void call_idle(Play& play) {
    play.peer_info();
    for (const int id : {0, 2}) {
        play.say(play.client().get_peer(id) == nullptr ? "no such peer" : "a peer");
    }
    say_host(play);
    call_client_as_peer(play);
    say_result(play, "client put_packet of 0", play.client().put_packet(""));
    play.disconnect();
    play.poll();
    play.put("\x01");
    play.put("");
    play.get();
    play.close_peer(1000, "");
}

void call_in_wrong_states(Play& play) {
    WebSocketPeer* const first_peer = play.client().get_peer(1);
    call_idle(play);
    play.connect();
    play.say(play.client().get_peer(1) == first_peer ? "same peer object" : "another peer object");
    play.connect();
    play.set_buffers(1, 1, 1, 1);
    play.put("\x01");
    say_host(play);
    while (play.client().get_connection_status() == WebSocketClient::CONNECTION_CONNECTING) {
        play.poll();
    }
    play.connect();
    play.set_buffers(1, 1, 1, 1);
    call_client_as_peer(play);
    play.get();
    say_host(play);
    play.disconnect(1000, "done");
    play.set_buffers(2, 2, 2, 2);
    play.put("\x01");
    play.run();
    play.peer_info();
    play.put("\x01");
    play.set_buffers(2, 2, 2, 2);
    play.connect();
}

struct WrongState {
    std::string empty_from_client;
    std::string empty;
    std::string peer_object;
    std::string put_while_closing;
    std::string closed;
};

Lines wrong_state(const WrongState& what) {
    return {peer_closed, "no such peer", "no such peer", "host :0", "client has 0",
            "client get_packet of 0", "client get_packet_error = 3", "client put_packet = 3",
            what.empty_from_client, "disconnect_from_host", "put_packet = 1", what.empty,
            "get_packet: error 1", "close",
            // connecting
            connecting, what.peer_object, "connect_to_url = 22 CONNECTING", "set_buffers = 1",
            "put_packet = 1", "host :0", established,
            // open
            "connect_to_url = 22 CONNECTED open", "set_buffers = 1", "client has 0",
            "client get_packet of 0", "client get_packet_error = 3", "client put_packet = 3",
            "get_packet: error 2", "host 127.0.0.1:9001", "disconnect_from_host",
            // closing and closed
            set, what.put_while_closing, what.closed, peer_closed, "put_packet = 1", set,
            connecting, "end CONNECTING"};
}

const Lines overflow_later = {R"("after-drain")"};

}  // namespace

const std::vector<Trace> buffer_traces = {
    {"in_message_over_buffer",
     {accepting({Pause{50}, Send{message(2000) + server_frame(Opcode::binary, "small")},
                 AwaitClose{}, Send{server_close(1009)}, Fin{}})},
     receive_too_much,
     {opened_with_buffers({peer_with(0), "put_packet = 0", end_open}), {close_1009}},
     {{opened_with_buffers({closed_unclean, peer_closed, "put_packet = 1", end_closed}),
       {close_frame(1009, Cause::message_too_large)}}}},
    {"in_message_sizes",
     {accepting({Pause{50}, Send{message(1022)}, Pause{150}, Send{message(1023)}, Pause{150},
                 Send{message(1024)}, Pause{150}, Send{server_frame(Opcode::binary, "after")},
                 Pause{150}, Send{message(1025)}, AwaitClose{}, Fin{}})},
     receive_by_size,
     {sized({}, {peer_with(0), end_open}), {close_1009}},
     {{sized({"get_packet: binary 1024 * \"z\""}, {closed_unclean, peer_closed, end_closed}),
       {close_frame(1009, Cause::message_too_large)}}}},
    {"in_packets_overflow",
     {overflowing(six_messages())},
     overflow_packets,
     overflow({.before = 6,
               .packets = {R"("message 00")", R"("message 01")", R"("message 02")"},
               .later = overflow_later,
               .after = 1}),
     overflow(
         {.before = 4,
          .packets = {R"("message 00")", R"("message 01")", R"("message 02")", R"("message 03")"},
          .later = {R"("message 04")", R"("message 05")", R"("after-drain")"},
          .after = 3})},
    {"in_payload_overflow",
     {overflowing(five_messages())},
     overflow_payload,
     overflow({.before = 5,
               .packets = {R"(300 * "A")", R"(300 * "B")", R"(300 * "C")"},
               .later = overflow_later,
               .after = 1}),
     overflow({.before = 3,
               .packets = {R"(300 * "A")", R"(300 * "B")", R"(300 * "C")"},
               .later = {R"(300 * "D")", R"(300 * "E")", R"("after-drain")"},
               .after = 3})},
    // The recorded server read nothing, so only linnet's frames are known.
    {"out_queue",
     {accepting({})},
     put_beyond_the_bounds,
     {out_story(18, "")},
     {{out_story(3, "put_packet = 31"),
       {R"(1 binary 1000 * "Z")", R"(1 binary 1023 * "Z")", R"(1 binary 1024 * "Z")",
        R"(1 close 1000 "")"}}}},
    {"wrong_state",
     {{{AwaitRequest{}, Pause{250}, Accept{}, Pause{5}, Send{hex("82036f6e65")}, AwaitClose{},
        Send{server_close(1000)}, Fin{}}}},
     call_in_wrong_states,
     {wrong_state({"client put_packet of 0 = 0", "put_packet = 0", "another peer object",
                   "put_packet = 0", closed_unclean}),
      {R"(1 close 1000 "done\x00")"}},
     {{wrong_state({"client put_packet of 0 = 3", "put_packet = 1", "same peer object",
                    "put_packet = 1", closed_clean}),
       {R"(1 close 1000 "done")"}}}},
};

}  // namespace linnet::test::godot
