// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Valid and invalid frames of the server.
#include "godot_stories/stories.hpp"

namespace linnet::test::godot {
namespace {

// A server that sends `frames`, and replies to the client's close frame.
ServerScript sending(std::string frames) {
    return accepting(
        {Pause{50}, Send{std::move(frames)}, AwaitClose{}, Send{server_close(1002)}, Fin{}});
}

constexpr char peer_closed_text[] = "peer closed, 0 available, last was text, writes binary";
constexpr char request_1000[] = "server_close_request(1000, \"\") CONNECTED open";

// For some invalid frames Godot drops the connection without a close frame.
Outcome dropped() {
    return {opened({closed_unclean, peer_closed, end_closed})};
}

constexpr char close_1002[] = R"(1 close 1002 "")";
constexpr char close_1007[] = R"(1 close 1007 "")";

}  // namespace

const std::vector<Trace> frame_traces = {
    {"empty_messages",
     {accepting({Pause{50}, Send{hex("8100")}, Pause{100}, Send{hex("8200")}, Pause{100},
                 Send{hex("810178")}, Pause{200}, Send{hex("880203e8")}, AwaitClose{}, Fin{}})},
     open_run_look,
     {opened({data, R"(get_packet: text "")", data, R"(get_packet: binary "")", data,
              R"(get_packet: text "x")", request_1000, closed_clean, peer_closed_text, end_closed}),
      {R"(1 close 1000 "")"}}},
    {"fragmented",
     {accepting({Pause{50},
                 Send{hex("01046f6e652d") + hex("000474776f2d") + hex("89036d6964") +
                      hex("80057468726565") + hex("020101") + hex("0000") + hex("800102") +
                      hex("8100") + hex("010773706c697420e2") + hex("800282ac")},
                 Pause{200}, Send{hex("880203e8")}, AwaitClose{}, Fin{}})},
     open_run_look,
     {opened({data, R"(get_packet: text "one-two-three")", data, R"(get_packet: binary "\x01\x02")",
              data, R"(get_packet: text "")", data, R"(get_packet: text "split \xE2\x82\xAC")",
              request_1000, closed_clean, peer_closed_text, end_closed}),
      {R"(1 pong "mid")", R"(1 close 1000 "")"}}},
    {"fragmented_ping",
     {sending(hex("090178"))},
     open_run_look,
     dropped(),
     ended(close_frame(1002, Cause::frame_control_fragmented))},
    {"invalid_utf8_text",
     {sending(hex("81046f6bfffe"))},
     open_run_look,
     hanging(close_1007),
     ended(close_frame(1007, Cause::text_not_utf8))},
    {"lone_continuation",
     {sending(hex("800178"))},
     open_run_look,
     hanging(close_1002),
     ended(close_frame(1002, Cause::continuation_without_start))},
    {"long_ping",
     {sending(hex("897e007e") + std::string(126, 'x'))},
     open_run_look,
     dropped(),
     ended(close_frame(1002, Cause::frame_control_too_long))},
    {"masked_from_server",
     {sending(hex("8186010203046c63706f6466"))},
     open_run_look,
     hanging(close_1002),
     ended(close_frame(1002, Cause::frame_masked))},
    {"new_message_inside_fragment",
     {sending(hex("010161810162"))},
     open_run_look,
     hanging(close_1002),
     ended(close_frame(1002, Cause::message_inside_message))},
    {"non_minimal_length",
     {sending(hex("817e000568656c6c6f"))},
     open_run_look,
     dropped(),
     ended(close_frame(1002, Cause::frame_length_not_minimal))},
    {"ping",
     {accepting({Pause{50},
                 Send{hex("8900") + hex("897d") + std::string(125, 'p') +
                      hex("8a0b756e736f6c696369746564")},
                 Pause{300}, Send{hex("880203e8")}, AwaitClose{}, Fin{}})},
     open_run_look,
     {opened({request_1000, closed_clean, peer_closed, end_closed}),
      {R"(1 pong "")", R"(1 pong 125 * "p")", R"(1 close 1000 "")"}},
     {{opened({request_1000, closed_clean, peer_closed, end_closed}),
       {R"(1 pong 125 * "p")", R"(1 close 1000 "")"}}}},
    {"reserved_ctrl_opcode",
     {sending(hex("8b0178"))},
     open_run_look,
     hanging(close_1002),
     ended(close_frame(1002, Cause::frame_reserved_opcode))},
    {"reserved_opcode",
     {sending(hex("830178"))},
     open_run_look,
     hanging(close_1002),
     ended(close_frame(1002, Cause::frame_reserved_opcode))},
    {"rsv_bit",
     {sending(hex("c103727376"))},
     open_run_look,
     hanging(close_1002),
     ended(close_frame(1002, Cause::frame_reserved_bits))},
};

}  // namespace linnet::test::godot
