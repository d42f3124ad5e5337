// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The behaviour of Godot 3.2.3 in 99 recorded scenarios, and of linnet in the same. A trace is a
// scripted server, the calls of the program, and the resulting story: signals with the state seen
// in their handlers, return codes, packets, and the frames on the wire. The rows are in
// godot_stories_*.cpp, the readable table is vectors/godot_stories.md.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "testkit/story.hpp"
#include "testkit/world.hpp"

namespace linnet::test::godot {

using Lines = std::vector<std::string>;

/// The observable result of a scenario. `story` has a line for each signal, call and packet in
/// order and ends with the status; `wire` has the frames of the client, each after the number of
/// its connection.
struct Outcome {
    Lines story;
    Lines wire = {};
};

/// Makes the calls of a scenario on a client in a scripted world, and logs the results.
class Play {
 public:
    explicit Play(std::vector<ServerScript> servers);

    static constexpr std::uint64_t poll_interval_ms = 5;

    World world;
    Options options;    ///< for clients created from now on
    bool reads = true;  ///< reads every packet inside its `data_received`
    /// Called inside each handler, after its line is written.
    std::function<void(const std::string& signal)> on;

    WebSocketClient& client() { return *client_; }
    WebSocketPeer& peer() { return *client_->get_peer(1); }
    /// Destroys the client and creates another.
    void replace_client();

    void connect(std::string_view path = "/", Strings protocols = {}, Strings headers = {});
    void connect_to(std::string_view url, Strings protocols = {}, Strings headers = {});
    void disconnect(int code = 1000, std::string_view reason = {});
    void close_peer(int code, std::string_view reason);
    void put(std::string_view packet);
    void get();
    void get_all();
    void set_buffers(int input_kb, int input_packets, int output_kb, int output_packets);
    void poll();
    void run(std::uint64_t ms = 100);
    void status();
    void peer_info();
    void say(std::string line) { story_lines_.push_back(std::move(line)); }

    /// Returns the last status, the end of the client, and everything above.
    Outcome finish();

 private:
    void receive(const std::string& signal);
    void fill_in_accepts();
    std::string status_text();

    std::unique_ptr<WebSocketClient> client_;
    std::unique_ptr<Story> story_;
    Lines story_lines_;
    bool in_handler_ = false;
};

/// One row. Without `linnet`, linnet behaves like Godot; without `play`, the scenario is not
/// supported.
struct Trace {
    std::string_view name;
    std::vector<ServerScript> servers;
    void (*play)(Play& play);
    Outcome godot;
    std::optional<Outcome> linnet = {};
};

extern const std::vector<Trace> basic_traces;
extern const std::vector<Trace> refused_traces;
extern const std::vector<Trace> closing_traces;
extern const std::vector<Trace> server_closing_traces;
extern const std::vector<Trace> frame_traces;
extern const std::vector<Trace> buffer_traces;

// ---- words of the tables

/// Connects, and polls for 2.5 s.
void open_and_run(Play& play);
/// The same, and then prints the state of the peer.
void open_run_look(Play& play);

/// A server that accepts, and then performs `steps`.
ServerScript accepting(std::vector<ServerStep> steps, std::string headers = {});
/// A server that sends `head`, with {accept} replaced by the correct Sec-WebSocket-Accept.
ServerScript responding(std::string head, std::vector<ServerStep> steps = {});
/// The 101 of Godot's traces, followed by the lines of `extra`, up to the empty line.
std::string switching(std::string_view extra = {});

/// The bytes of hexadecimal digits.
std::string hex(std::string_view digits);

/// `rest` after connecting successfully without sub-protocol.
Lines opened(Lines rest);
/// A failed attempt to connect.
Lines refused();
/// The frame with which linnet closes the first connection; its reason is the cause.
std::string close_frame(int code, Cause cause);
/// `open_run_look` with an invalid frame: Godot replies with `frame`, and then the connection
/// hangs.
Outcome hanging(const std::string& frame);
/// The same in linnet: it replies, and the connection ends.
Outcome ended(const std::string& frame);

inline constexpr char established[] = "connection_established(\"\") CONNECTED open";
inline constexpr char data[] = "data_received() CONNECTED open";
inline constexpr char closed_clean[] = "connection_closed(true) DISCONNECTED";
inline constexpr char closed_unclean[] = "connection_closed(false) DISCONNECTED";
inline constexpr char connecting[] = "connect_to_url = 0 CONNECTING";
inline constexpr char error[] = "connection_error() DISCONNECTED";
inline constexpr char peer_open[] =
    "peer open 127.0.0.1:9001, 0 available, last was no text, writes binary";
inline constexpr char peer_closed[] = "peer closed, 0 available, last was no text, writes binary";
inline constexpr char end_open[] = "end CONNECTED open";
inline constexpr char end_closed[] = "end DISCONNECTED";

}  // namespace linnet::test::godot
