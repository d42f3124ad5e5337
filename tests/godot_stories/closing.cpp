// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Closes by either side, and lost connections.
#include "godot_stories/stories.hpp"

namespace linnet::test::godot {
namespace {

// ---- closes of the client

// A server that performs `steps` between the client's close frame and its own end of stream.
ServerScript after_close(std::vector<ServerStep> steps) {
    steps.insert(steps.begin(), AwaitClose{});
    steps.push_back(Fin{});
    return accepting(std::move(steps));
}

ServerScript answering_close() {
    return after_close({Send{server_close(1000)}});
}

void close_4001(Play& play) {
    play.connect();
    play.run();
    play.disconnect(4001, "goodbye \xC3\xA9");
    play.peer_info();
    play.put("\x01");
    play.run(500);
    play.peer_info();
}

constexpr char close_4001_in_godot[] = R"(1 close 4001 "goodbye \xC3\xA9\x00")";
constexpr char close_4001_in_linnet[] = R"(1 close 4001 "goodbye \xC3\xA9")";

Outcome close_4001_godot() {
    return {opened({"disconnect_from_host", peer_open, "put_packet = 0", closed_unclean,
                    peer_closed, end_closed}),
            {close_4001_in_godot}};
}

Outcome close_4001_linnet(const std::string& closed) {
    return {opened({"disconnect_from_host", peer_open, "put_packet = 1", closed, peer_closed,
                    end_closed}),
            {close_4001_in_linnet}};
}

void close_by_peer_object(Play& play) {
    play.connect();
    play.run();
    play.close_peer(1000, "via peer");
    play.peer_info();
    play.run();
}

void close_with_defaults(Play& play) {
    play.connect();
    play.run();
    play.disconnect();
    play.run();
}

void close_unanswered(Play& play) {
    play.connect();
    play.run();
    play.disconnect(1000, "x");
    play.run(5010);
    play.peer_info();
    play.disconnect(1000, "again");
    play.peer_info();
    play.connect("/second");
    play.peer_info();
    play.run(300);
}

struct CloseCase {
    int code;
    std::string reason;
};

// Each uses a new connection; a client whose connection does not end is replaced.
void close_with_odd_codes(Play& play) {
    const std::vector<CloseCase> cases{{1000, ""},
                                       {1005, ""},
                                       {1006, "r"},
                                       {0, ""},
                                       {0, "reason"},
                                       {-1, ""},
                                       {-1, "r"},
                                       {999, ""},
                                       {5000, ""},
                                       {70000, "wrap"},
                                       {1000, std::string(122, 'x')},
                                       {1000, std::string(123, 'x')},
                                       {1000, std::string(124, 'x')},
                                       {3000, "\xE2\x82\xAC"}};
    bool closed = true;
    play.on = [&closed](const std::string& signal) {
        if (signal.substr(0, 17) == "connection_closed") closed = true;
    };
    for (const CloseCase& one : cases) {
        if (!std::exchange(closed, false)) play.replace_client();
        play.say("case " + std::to_string(one.code) + " with " + std::to_string(one.reason.size()));
        play.connect();
        play.run();
        play.disconnect(one.code, one.reason);
        play.run(900);
    }
}

struct CloseStory {
    std::string name;
    Lines rest;
};

Lines close_stories(const std::vector<CloseStory>& stories) {
    Lines lines;
    for (const CloseStory& story : stories) {
        lines.insert(lines.end(), {"case " + story.name, connecting, established});
        lines.insert(lines.end(), story.rest.begin(), story.rest.end());
    }
    lines.push_back(end_closed);
    return lines;
}

const Lines close_ends = {"disconnect_from_host", closed_unclean};
const Lines close_hangs = {"disconnect_from_host"};
const Lines close_is_clean = {"disconnect_from_host", closed_clean};
const Lines close_refused = {"disconnect_from_host = 31"};

const Lines close_codes_in_godot = close_stories({{"1000 with 0", close_ends},
                                                  {"1005 with 0", close_hangs},
                                                  {"1006 with 1", close_hangs},
                                                  {"0 with 0", close_ends},
                                                  {"0 with 6", close_ends},
                                                  {"-1 with 0", close_hangs},
                                                  {"-1 with 1", close_hangs},
                                                  {"999 with 0", close_hangs},
                                                  {"5000 with 0", close_hangs},
                                                  {"70000 with 4", close_ends},
                                                  {"1000 with 122", close_ends},
                                                  {"1000 with 123", close_hangs},
                                                  {"1000 with 124", close_hangs},
                                                  {"3000 with 3", close_ends}});

const Lines close_codes_in_linnet = close_stories({{"1000 with 0", close_is_clean},
                                                   {"1005 with 0", close_refused},
                                                   {"1006 with 1", close_refused},
                                                   {"0 with 0", close_is_clean},
                                                   {"0 with 6", close_refused},
                                                   {"-1 with 0", close_refused},
                                                   {"-1 with 1", close_refused},
                                                   {"999 with 0", close_refused},
                                                   {"5000 with 0", close_refused},
                                                   {"70000 with 4", close_refused},
                                                   {"1000 with 122", close_is_clean},
                                                   {"1000 with 123", close_is_clean},
                                                   {"1000 with 124", close_is_clean},
                                                   {"3000 with 3", close_is_clean}});

void close_in_data(Play& play) {
    play.reads = false;
    play.on = [&play, first = true](const std::string& signal) mutable {
        if (signal == "data_received()" && std::exchange(first, false)) {
            play.disconnect(1000, "enough");
        }
    };
    open_and_run(play);
}

void connect_while_closing(Play& play) {
    play.connect("/first");
    play.run();
    play.disconnect(1000, "first");
    play.connect("/second");
    play.run(600);
    play.peer_info();
}

void disconnect_while_connecting(Play& play) {
    play.connect("/a");
    play.disconnect();
    play.status();
    play.run(200);
    play.connect("/b");
    play.run(60);
    play.disconnect();
    play.status();
    play.run(200);
}

// ---- losses

void just_open(Play& play) {
    play.connect("/a");
    play.run();
}

void put_into_the_dead_link(Play& play) {
    play.connect();
    play.run();
    play.world.clock.advance_ms(200);
    for (int i = 0; i < 3; ++i) {
        play.put("\x01\x02\x03");
        play.peer_info();
        play.world.clock.advance_ms(60);
    }
    play.run();
    play.peer_info();
    play.connect("/again");
    play.run(300);
}

const Lines put_in_godot =
    opened({"put_packet = 1", peer_closed, "put_packet = 1", peer_closed, "put_packet = 1",
            peer_closed, error, peer_closed, connecting, established, closed_unclean, end_closed});

Lines put_in_linnet(const std::string& first) {
    return opened({first, peer_open, "put_packet = 1", peer_open, "put_packet = 1", peer_open,
                   closed_unclean, peer_closed, connecting, established, closed_unclean,
                   end_closed});
}

void reconnect_in_error(Play& play) {
    play.on = [&play, retry_count = 0](const std::string& signal) mutable {
        if (signal == "connection_error()" && retry_count++ < 2) play.connect("/retry");
    };
    open_and_run(play);
}

}  // namespace

const std::vector<Trace> closing_traces = {
    {"abrupt_rst",
     {accepting({Pause{100}, Reset{}})},
     open_run_look,
     {opened({closed_unclean, peer_closed, end_closed})}},
    {"client_close_by_peer_object",
     {answering_close()},
     close_by_peer_object,
     {opened({"close", peer_open, closed_unclean, end_closed}), {R"(1 close 1000 "via peer\x00")"}},
     {{opened({"close", peer_open, closed_clean, end_closed}), {R"(1 close 1000 "via peer")"}}}},
    {"client_close_clean",
     {answering_close()},
     close_4001,
     close_4001_godot(),
     close_4001_linnet(closed_clean)},
    {"client_close_data_then_answer",
     {after_close({Send{hex("81066c6174652030")}, Send{hex("81066c6174652031")},
                   Send{hex("81066c6174652032")}, Send{hex("89096c6174652070696e67")}, Pause{100},
                   Send{server_close(4001)}})},
     close_4001,
     close_4001_godot(),
     close_4001_linnet(closed_clean)},
    {"client_close_defaults",
     {answering_close()},
     close_with_defaults,
     {opened({"disconnect_from_host", closed_unclean, end_closed}), {"1 close 1000 \"\""}},
     {{opened({"disconnect_from_host", closed_clean, end_closed}), {"1 close 1000 \"\""}}}},
    {"client_close_fin_only",
     {after_close({})},
     close_4001,
     close_4001_godot(),
     close_4001_linnet(closed_unclean)},
    {"client_close_rst",
     {accepting({AwaitClose{}, Pause{50}, Reset{}})},
     close_4001,
     close_4001_godot(),
     close_4001_linnet(closed_unclean)},
    {"client_close_unanswered",
     {accepting({}), accepting({})},
     close_unanswered,
     {opened({"disconnect_from_host", peer_open, "disconnect_from_host", peer_open, connecting,
              peer_closed, established, end_open}),
      {R"(1 close 1000 "x\x00")", R"(2 close 1000 "")"}},
     {{opened({"disconnect_from_host", closed_unclean, peer_closed, "disconnect_from_host",
               peer_closed, connecting, peer_closed, established, end_open}),
       {R"(1 close 1000 "x")", R"(2 close 1000 "")"}}}},
    {"close_codes",
     {answering_close()},
     close_with_odd_codes,
     {close_codes_in_godot,
      {R"(1 close 1000 "")", R"(2 close 1005 "")", R"(3 close 1006 "r\x00")", R"(4 close "")",
       R"(5 close "")", R"(6 close 65535 "")", R"(7 close 65535 "r\x00")", R"(8 close 999 "")",
       R"(9 close 5000 "")", R"(10 close 4464 "wrap\x00")",
       "11 close 1000 \"" + std::string(122, 'x') + "\\x00\"", R"(12 close 1000 "")",
       R"(13 close 1000 "")", R"(14 close 3000 "\xE2\x82\xAC\x00")"}},
     {{close_codes_in_linnet,
       {R"(1 close 1000 "")", R"(2 close 1000 "")", R"(3 close 1000 "")", R"(4 close "")",
        R"(5 close 1000 "")", R"(6 close 1000 "")", R"(7 close 1000 "")", R"(8 close 1000 "")",
        R"(9 close 1000 "")", R"(10 close 1000 "")", R"(11 close 1000 122 * "x")",
        R"(12 close 1000 123 * "x")", R"(13 close 1000 123 * "x")",
        R"(14 close 3000 "\xE2\x82\xAC")"}}}},
    {"close_in_data",
     {accepting({Pause{50}, Send{hex("81036f6e65810374776f81057468726565")}, AwaitClose{},
                 Send{server_close(1000)}, Fin{}})},
     close_in_data,
     {opened({data, "disconnect_from_host", closed_unclean, end_closed}),
      {R"(1 close 1000 "enough\x00")"}},
     {{opened({data, "disconnect_from_host", closed_clean, end_closed}),
       {R"(1 close 1000 "enough")"}}}},
    {"connect_while_closing",
     {accepting({AwaitClose{}, Pause{280}, Send{server_close(1000)}}),
      accepting({Send{hex("810c7365636f6e64206973207570")}})},
     connect_while_closing,
     {opened({"disconnect_from_host", connecting, established, data,
              "get_packet: text \"second is up\"",
              "peer open 127.0.0.1:9001, 0 available, last was text, writes binary", end_open}),
      {R"(1 close 1000 "first\x00")", R"(2 close 1000 "")"}},
     {{opened({"disconnect_from_host", connecting, established, data,
               "get_packet: text \"second is up\"",
               "peer open 127.0.0.1:9001, 0 available, last was text, writes binary", end_open}),
       {R"(1 close 1000 "first")", R"(2 close 1000 "")"}}}},
    {"cut_frame_then_fin",
     {accepting({Pause{100}, Send{hex("810a30313233")}, Fin{}})},
     open_run_look,
     {opened({closed_unclean, peer_closed, end_closed})}},
    {"data_then_fin",
     {accepting({Pause{100}, Send{hex("81036f6e6582040074776f")}, Fin{}})},
     open_run_look,
     {opened({data, "get_packet: text \"one\"", data, R"(get_packet: binary "\x00two")",
              closed_unclean, peer_closed, end_closed})}},
    {"disconnect_while_connecting",
     {{{AwaitRequest{}}}},
     disconnect_while_connecting,
     {{connecting, "disconnect_from_host", "status DISCONNECTED", connecting,
       "disconnect_from_host", "status DISCONNECTED", end_closed}}},
    {"drop_while_open", {accepting({})}, just_open, {opened({end_open}), {"1 close 1000 \"\""}}},
    {"half_close",
     {accepting({Pause{100}, Fin{}})},
     open_run_look,
     {opened({closed_unclean, peer_closed, end_closed})}},
    // The server resets when it receives anything. Godot sends a frame in two parts and so detects
    // it in the first call; linnet sends it in one part, which the OS still accepts.
    {"put_after_fin",
     {accepting({Pause{150}, Fin{}, AwaitMessages{1}, Reset{}}), accepting({Pause{100}, Fin{}})},
     put_into_the_dead_link,
     {put_in_godot},
     {{put_in_linnet("put_packet = 0"), {R"(1 binary "\x01\x02\x03")"}}}},
    {"put_after_rst",
     {accepting({Pause{150}, Reset{}}), accepting({Pause{100}, Reset{}})},
     put_into_the_dead_link,
     {put_in_godot},
     {{put_in_linnet("put_packet = 1")}}},
    {"reconnect_in_error",
     {responding("HTTP/1.1 404 Not Found\r\nA: b\r\nC: d\r\nE: f\r\n\r\n")},
     reconnect_in_error,
     {{connecting, error, "connect_to_url = 0", error, "connect_to_url = 0", error, end_closed}}},
};

}  // namespace linnet::test::godot
