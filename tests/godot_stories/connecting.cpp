// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Failing to connect: valid, invalid and missing responses to the upgrade request.
#include <cerrno>

#include "godot_stories/stories.hpp"

namespace linnet::test::godot {
namespace {

// A correct 101 of `size` bytes in total.
std::string sized_response(std::size_t size) {
    constexpr std::size_t growth = 28 - std::string_view("{accept}").size();
    const std::size_t rest = switching("X-Fill: \r\n").size() + growth;
    return switching("X-Fill: " + std::string(size - rest, 'f') + "\r\n");
}

// Each receive returns at most one byte of the response.
ServerScript byte_by_byte() {
    ServerScript script = accepting({});
    for (std::size_t i = 0; i < 200; ++i) script.cuts.push_back(i);
    return script;
}

ServerScript never_connecting() {
    ServerScript script;
    script.connect_pending = true;
    return script;
}

ServerScript refusing() {
    ServerScript script;
    script.connect_error = ECONNREFUSED;
    return script;
}

void connect_for_two_seconds(Play& play) {
    play.options.timeouts.connect_ms = 2000;
    play.replace_client();
    play.connect();
    play.run(1990);
    play.status();
    play.run(100);
}

void connect_twice(Play& play) {
    play.connect();
    play.run();
    play.connect();
    play.run();
}

void wait_six_seconds(Play& play) {
    play.connect();
    play.run(6000);
    play.connect();
    play.set_buffers(64, 64, 64, 64);
    play.disconnect();
    play.status();
    play.run(200);
    play.connect("/again");
    play.run();
}

void ask_for_an_unknown_name(Play& play) {
    play.world.resolver.error = -2;
    play.connect_to("ws://no-such-host.invalid:9/x");
    play.run();
}

const Lines open_to_the_end = {connecting, established, end_open};
const Lines dropped = {"1 close 1000 \"\""};

constexpr char switching_noreason[] =
    "HTTP/1.1 101\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: {accept}\r\n\r\n";
constexpr char switching_keep_alive[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
    "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n";
constexpr char switching_odd_case[] =
    "HTTP/1.1 101 whatever\r\nuPGRADE: WebSocket\r\nCONNECTION: UPGRADE\r\n"
    "sec-websocket-ACCEPT:   {accept}  \r\n\r\n";
constexpr char switching_http10[] =
    "HTTP/1.0 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: {accept}\r\n\r\n";
constexpr char switching_lf[] =
    "HTTP/1.1 101 x\nUpgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Accept: {accept}\n\n";

}  // namespace

const std::vector<Trace> refused_traces = {
    {"bad_accept",
     {responding("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n")},
     open_and_run,
     {refused()}},
    {"connect_timeout",
     {never_connecting()},
     connect_for_two_seconds,
     {{connecting, "status CONNECTING", error, end_closed}}},
    {"connection_list",
     {responding(switching_keep_alive)},
     open_and_run,
     {refused()},
     {{open_to_the_end, dropped}}},
    {"connection_refused",
     {refusing()},
     connect_twice,
     {{connecting, error, connecting, error, end_closed}}},
    {"extra_extension",
     {responding(switching("Sec-WebSocket-Extensions: permessage-deflate\r\n"))},
     open_and_run,
     {open_to_the_end, dropped},
     {{refused()}}},
    {"header_case", {responding(switching_odd_case)}, open_and_run, {open_to_the_end, dropped}},
    {"header_empty_value",
     {responding(switching("X-Empty:\r\n"))},
     open_and_run,
     {refused()},
     {{open_to_the_end, dropped}}},
    {"header_without_colon", {responding(switching("nonsense\r\n"))}, open_and_run, {refused()}},
    {"headers_4080", {responding(sized_response(4080))}, open_and_run, {open_to_the_end, dropped}},
    {"headers_4096", {responding(sized_response(4096))}, open_and_run, {open_to_the_end, dropped}},
    {"headers_4097",
     {responding(sized_response(4097))},
     open_and_run,
     {refused()},
     {{open_to_the_end, dropped}}},
    {"headers_9000",
     {responding(sized_response(9000))},
     open_and_run,
     {refused()},
     {{open_to_the_end, dropped}}},
    {"hs_100_continue",
     {responding("HTTP/1.1 100 Continue\r\nA: b\r\n\r\n" + switching())},
     open_and_run,
     {refused()},
     {{open_to_the_end, dropped}}},
    {"hs_byte_by_byte", {byte_by_byte()}, open_and_run, {open_to_the_end, dropped}},
    {"hs_fin_before_answer", {{{AwaitRequest{}, Fin{}}}}, open_and_run, {refused()}},
    {"hs_fin_in_same_segment",
     {accepting({Send{hex("81056561726c79")}, Fin{}})},
     open_and_run,
     {opened({data, "get_packet: text \"early\"", closed_unclean, end_closed})}},
    {"hs_frame_in_same_segment",
     {accepting({Send{hex("81056561726c79")}})},
     open_and_run,
     {opened({data, "get_packet: text \"early\"", end_open}), dropped}},
    {"hs_not_http", {responding(hex("0001676172626167650a"), {Fin{}})}, open_and_run, {refused()}},
    {"hs_partial_then_fin",
     {responding("HTTP/1.1 101 Switching Protocols\r\nUpgrade: webso", {Pause{100}, Fin{}})},
     open_and_run,
     {refused()}},
    {"hs_rst_before_answer", {{{AwaitRequest{}, Reset{}}}}, open_and_run, {refused()}},
    {"http10_101", {responding(switching_http10)}, open_and_run, {refused()}},
    {"http11_101_noreason",
     {responding(switching_noreason)},
     open_and_run,
     {open_to_the_end, dropped}},
    {"http_302",
     {responding("HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nA: b\r\nC: d\r\n\r\n")},
     open_and_run,
     {refused()}},
    {"http_401",
     {responding("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nA: b\r\n"
                 "C: d\r\n\r\n")},
     open_and_run,
     {refused()}},
    {"http_404",
     {responding("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nServer: x\r\nX: y\r\n\r\nnope!")},
     open_and_run,
     {refused()}},
    {"lf_only", {responding(switching_lf, {Pause{1500}, Fin{}})}, open_and_run, {refused()}},
    {"missing_accept",
     {responding("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                 "Connection: Upgrade\r\n\r\n")},
     open_and_run,
     {refused()}},
    {"missing_connection",
     {responding("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                 "Sec-WebSocket-Accept: {accept}\r\n\r\n")},
     open_and_run,
     {refused()}},
    {"missing_upgrade",
     {responding("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Accept: {accept}\r\n\r\n")},
     open_and_run,
     {refused()}},
    {"never_answered",
     {{{AwaitRequest{}}}},
     wait_six_seconds,
     {{connecting, "connect_to_url = 22 CONNECTING", "set_buffers = 1", "disconnect_from_host",
       "status DISCONNECTED", connecting, "end CONNECTING"}}},
    {"unresolvable_name",
     {},
     ask_for_an_unknown_name,
     {{"connect_to_url = 31 DISCONNECTED", end_closed}},
     {{{connecting, error, end_closed}}}},
};

}  // namespace linnet::test::godot
