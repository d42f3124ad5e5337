// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A client with its world, and a transcript of everything that a program can observe. A client has
// several attempts in sequence; each has its own transcript, in which times, sockets and counts are
// relative to its beginning, so that the transcripts of a new and a reused client can be compared.
//
// Views from the client are kept, and read again at the end of their documented validity.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "testkit/fake_tls.hpp"
#include "testkit/story.hpp"
#include "testkit/world.hpp"

namespace linnet::test {

/// `FakeTls`, or one of three that fail earlier.
class SwitchedTls final : public TlsContext {
 public:
    enum class Mode : std::uint8_t {
        works,
        refuses,     ///< engine creation fails
        handshakes,  ///< until the first byte from the server, which is an alert
    };
    Mode mode = Mode::works;

    TlsEngine* engine(const TlsRequest& request, TlsFailure& why) const override;

 private:
    FakeTls works_;
};

class Witness final : private Log {
 public:
    using Prepare = void (*)(Options&);

    explicit Witness(Prepare prepare);
    ~Witness() { destroy(); }

    enum class Sees : std::uint8_t {
        nothing,      ///< no transcript, but views are read again
        the_failure,  ///< the cause of a refused call, which changes nothing else
        everything,
    };
    /// Starts a new transcript, with the world in its initial state except for the clock.
    void begin(Sees sees);
    /// Logs what is only visible at the end.
    void end();
    /// Logs one line for each change of anything visible.
    const std::vector<std::string>& transcript() const { return transcript_; }

    // ---- what a server does

    /// The scripts of the connections of this attempt; the last one is repeated.
    void serve(std::vector<ServerScript> scripts);
    void serve(std::vector<ServerStep> steps) { serve({ServerScript{.steps = std::move(steps)}}); }
    ScriptedConnection& connection(std::size_t index = 0) {
        return world.connection(connections_begin_ + index);
    }
    /// The server accepts nothing from now on.
    void stop_reading() { connection().script.send_window = connection().taken; }
    void answer_last_ping();

    // ---- what a program does; each call is a line

    Error connect(std::string_view url = "ws://host.example/chat?key=1", Strings protocols = {},
                  Strings headers = {}, bool gd_mp_api = false);
    void join() { static_cast<void>(connect("ws://host.example/", {}, {}, true)); }
    /// Destroys the client; nothing may be left of it.
    void destroy();
    void disconnect(int code = 1000, std::string_view reason = "");
    void put(std::string_view packet);
    void put_to_room(PeerId target, std::string_view packet);
    /// Reads one packet of the peer or of the room.
    void read(PacketPeer& from);
    void read_all();
    void call(const char* name, Error error);
    void poll();
    void poll(int times) {
        for (int i = 0; i < times; ++i) step();
    }
    /// Polls once, then moves the clock towards the next deadline.
    void step();
    /// Polls until the attempt has ended.
    void run();
    bool is_connected() const {
        return client->get_connection_status() != NetworkedMultiplayerPeer::CONNECTION_DISCONNECTED;
    }
    bool is_under_way() const {
        return is_connected() || client->next_deadline() != WebSocketClient::no_deadline;
    }
    WebSocketPeer& peer() { return *client->get_peer(1); }

    /// Called in each handler, after its line is written.
    std::function<void(const std::string& signal)> on_signal;
    bool reads = true;  ///< every packet as soon as it is announced

    World world;
    SwitchedTls tls;
    std::unique_ptr<WebSocketClient> client;

 private:
    struct View {
        std::string what;
        std::string_view bytes;
        std::string expected;
    };

    void wait_for_nothing();
    void write(LogLevel level, std::string_view text) override;
    void receive(const std::string& signal);
    void receive_as_another(const std::string& signal, std::string_view text);
    void line(const std::string& text);
    void note(const std::string& subject, const std::string& text);
    void look();
    void look_at_waiting();
    void look_at_stats();
    void look_at_failure();
    void look_at_packets();
    void remember(std::vector<View>& views, const char* what, std::string_view bytes);
    void remember_views();
    void reread(std::vector<View>& views, const char* when);

    std::unique_ptr<Story> story_;
    std::vector<std::string> transcript_;
    std::map<std::string, std::string> last_;  // subject -> its last logged state
    Sees sees_ = Sees::everything;
    bool is_polling_ = false;
    bool has_connected_in_poll_ = false;
    std::uint64_t begun_us_ = 0;
    std::size_t connections_begin_ = 0;
    std::size_t asked_begin_ = 0;
    int calls_begin_ = 0;
    int allocations_begin_ = 0;
    std::vector<View> until_connect_;
    std::vector<View> until_poll_;
    std::vector<View> until_packet_;
};

}  // namespace linnet::test
