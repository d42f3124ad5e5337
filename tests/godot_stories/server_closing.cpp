// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Valid and invalid close frames of the server.
#include "godot_stories/stories.hpp"

namespace linnet::test::godot {
namespace {

// A server that sends `frames`, and ends its stream when it has received the client's close frame.
ServerScript closing(std::string frames) {
    return accepting({Pause{50}, Send{std::move(frames)}, AwaitClose{}, Fin{}});
}

Outcome closed_by_server(const std::string& request, const std::string& frame) {
    return {opened({request + " CONNECTED open", closed_clean, peer_closed, end_closed}), {frame}};
}

void answer_in_signals(Play& play) {
    play.on = [&play](const std::string& signal) {
        if (signal == "server_close_request(1001, \"bye\")") {
            play.put("A");
            play.disconnect(4002, "from the signal");
        }
        if (signal == "connection_closed(true)") play.connect("/reconnect-in-signal");
    };
    open_and_run(play);
}

Outcome answered_in_signals(const std::string& put) {
    const std::string request = "server_close_request(1001, \"bye\") CONNECTED open";
    return {opened({request, put, "disconnect_from_host", closed_clean, "connect_to_url = 0",
                    established, request, put, "disconnect_from_host", closed_clean,
                    "connect_to_url = 0", established, end_open}),
            {R"(1 close 1001 "bye")", R"(2 close 1001 "bye")", R"(3 close 1000 "")"}};
}

void read_after_the_end(Play& play) {
    play.reads = false;
    open_run_look(play);
    play.get();
}

Outcome unread(const Lines& after) {
    Lines lines =
        opened({data, data, "server_close_request(1000, \"end\") CONNECTED open", closed_clean});
    lines.insert(lines.end(), after.begin(), after.end());
    lines.push_back(end_closed);
    return {lines, {R"(1 close 1000 "end")"}};
}

}  // namespace

const std::vector<Trace> server_closing_traces = {
    {"server_close_1005",
     {closing(hex("880203ed"))},
     open_run_look,
     hanging(R"(1 close 1002 "")"),
     ended(close_frame(1002, Cause::close_code_not_allowed))},
    {"server_close_1012",
     {closing(hex("880903f472657374617274"))},
     open_run_look,
     hanging(R"(1 close 1002 "")"),
     closed_by_server("server_close_request(1012, \"restart\")", R"(1 close 1012 "restart")")},
    {"server_close_4000_utf8",
     {closing(hex("88090fa061c3b162e282ac"))},
     open_run_look,
     closed_by_server("server_close_request(4000, \"a\xC3\xB1"
                      "b\xE2\x82\xAC\")",
                      R"(1 close 4000 "a\xC3\xB1b\xE2\x82\xAC")")},
    {"server_close_999",
     {closing(hex("880203e7"))},
     open_run_look,
     hanging(R"(1 close 1002 "")"),
     ended(close_frame(1002, Cause::close_code_not_allowed))},
    {"server_close_bad_utf8",
     {closing(hex("880403e8fffe"))},
     open_run_look,
     hanging(R"(1 close 1007 "")"),
     ended(close_frame(1007, Cause::close_reason_not_utf8))},
    {"server_close_clean",
     {closing(hex("880503e9627965"))},
     open_run_look,
     closed_by_server("server_close_request(1001, \"bye\")", R"(1 close 1001 "bye")")},
    {"server_close_empty",
     {closing(hex("8800"))},
     open_run_look,
     closed_by_server("server_close_request(0, \"\")", R"(1 close "")")},
    // The recorded server disconnected before the reply; this one still receives it.
    {"server_close_fin_at_once",
     {accepting({Pause{50}, Send{hex("880503e86e6f77")}, Fin{}})},
     open_run_look,
     closed_by_server("server_close_request(1000, \"now\")", R"(1 close 1000 "now")")},
    {"server_close_in_signal",
     {closing(hex("880503e9627965")), closing(hex("880503e9627965")), accepting({})},
     answer_in_signals,
     answered_in_signals("put_packet = 0"),
     answered_in_signals("put_packet = 1")},
    {"server_close_one_byte",
     {closing(hex("880103"))},
     open_run_look,
     closed_by_server("server_close_request(0, \"\")", R"(1 close "")"),
     ended(close_frame(1002, Cause::close_payload_too_short))},
    {"server_close_unread",
     {accepting({Pause{50}, Send{hex("81036f6e65810374776f")}, Pause{100},
                 Send{hex("880503e8656e64")}, AwaitClose{}, Fin{}})},
     read_after_the_end,
     unread({peer_closed, "get_packet: error 1"}),
     unread({"peer closed, 2 available, last was no text, writes binary",
             "get_packet: text \"one\""})},
    {"server_data_after_close",
     {closing(hex("880203e8810b616674657220636c6f7365"))},
     open_run_look,
     closed_by_server("server_close_request(1000, \"\")", R"(1 close 1000 "")")},
    // The recorded server disconnected before the reply; this one still receives it.
    {"server_data_close_fin",
     {accepting({Pause{50}, Send{hex("81036f6e65810374776f880503e8656e64")}, Fin{}})},
     open_run_look,
     {opened({data, "get_packet: text \"one\"", data, "get_packet: text \"two\"",
              "server_close_request(1000, \"end\") CONNECTED open", closed_clean,
              "peer closed, 0 available, last was text, writes binary", end_closed}),
      {R"(1 close 1000 "end")"}}},
};

}  // namespace linnet::test::godot
