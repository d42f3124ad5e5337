// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A program that uses a client at random: it polls each frame, rarely, or only when the client
// requests it; its listeners may do anything. It records its calls and the signals, and checks the
// client against the guarantees of the public headers.
#pragma once

#include <set>

#include "testkit/fake_tls.hpp"
#include "testkit/held_views.hpp"
#include "testkit/simulated_network.hpp"

namespace linnet::test {

struct PlayerPlan {
    enum class Pace : std::uint8_t { frames, rarely, events };
    Pace pace = Pace::frames;
    std::size_t server_count = 1;  ///< on ports from `first_port` on
    std::size_t attempt_count = 1;
    std::size_t put_percent = 0;     ///< of its turns
    std::size_t read_percent = 100;  ///< of its turns and of the announced packets
    std::size_t react_percent = 0;   ///< of the signals: its listener acts
    std::size_t close_percent = 5;   ///< of its turns
    std::size_t ping_percent = 3;    ///< of its turns
    std::size_t hold_percent = 0;    ///< of the views it gets: kept for as long as they are valid
    std::size_t message_size_max = 100;
    std::uint64_t pause_max_us = 100'000;  ///< between two turns
    std::size_t secure_percent = 0;
    bool reads_to_the_end = true;

    static PlayerPlan drawn(Stage& stage);
};
/// An echo, a talker, and a room.
inline constexpr std::uint16_t first_port = 8000;
inline constexpr std::size_t server_count = 3;
inline constexpr std::uint16_t room_port = first_port + 2;

/// Checks the log of a client and the guarantees that the log can show.
class SimulatedLog final : public Log {
 public:
    SimulatedLog(Stage& stage, std::size_t client) : stage_(stage), client_(client) {}
    void write(LogLevel level, std::string_view line) override;

 private:
    Stage& stage_;
    std::size_t client_;
};

/// Options as a user may set them, except those of the outside world.
Options drawn_options(Stage& stage);

class Player {
 public:
    Player(Stage& stage, Internet& internet, std::size_t number);
    Player(const Player&) = delete;
    Player& operator=(const Player&) = delete;

    /// Allows the first turn.
    void begin();
    /// Starts no further attempts: closes an open connection and polls until it has ended.
    void begin_to_end();
    /// Called when it has had enough time. Destroys the client.
    void end();
    /// The maximum time until everything has ended if every wait is bounded.
    std::uint64_t patience_us() const;

    std::uint64_t poll_count() const { return poll_count_; }
    std::uint64_t message_count() const { return message_count_; }
    std::uint64_t attempt_count() const { return attempt_count_; }
    std::uint64_t opened_count() const { return opened_count_; }
    /// For event-driven players: their events, and the number of polls.
    std::uint64_t event_count() const { return event_count_; }
    std::uint64_t event_poll_count() const { return event_poll_count_; }

 private:
    // The progress of an attempt's signals: the grammar in websocket_client.hpp.
    enum class Act : std::uint8_t { none, connecting, open, farewell, over };
    struct Attempt {
        std::shared_ptr<AttemptRecord> record = std::make_shared<AttemptRecord>();
        Act act = Act::none;
        Connection* connection = nullptr;  // once it is open
        bool we_closed = false;
        bool they_closed = false;
        bool server_is_there = false;  // peer_connected(1) was emitted
        bool joined = false;           // connection_succeeded
        std::set<int> peers;
        std::size_t announced = 0;
        std::size_t taken = 0;
        std::size_t sent_index =
            0;  // index of the next message to be read among those the server has sent
        std::size_t pings = 0;  // accepted by `ping`, or requested by `notify_resume`
        std::size_t resumes = 0;
        bool ping_was_refused = false;  // for a reason the player does not know
        std::uint64_t events = 0;       // event-driven: each may justify a poll
        std::uint64_t polls = 0;        // event-driven
        std::uint64_t since_us = 0;
        std::uint64_t closed_us = 0;
        std::uint64_t alive_us = 0;  // when the link was last known to be alive
        std::uint64_t gap_us = 0;    // the longest time without a poll since then
        std::uint64_t closing_gap_us =
            0;  // the same, since the first close frame was sent or received
        std::uint64_t life_signs = 0;
        std::size_t written = 0;
    };
    // The arguments of a signal, as received by the first of two listeners.
    struct Arguments {
        int number = 0;
        std::string text;

        static Arguments of(int number = 0, std::string_view text = {}) {
            return {number, std::string(text)};
        }
        static Arguments of(std::string_view text) { return of(0, text); }
        bool operator==(const Arguments&) const = default;
    };

    // signals (simulated_player.cpp)
    void log_plan();
    void create();
    void listen();
    template <class... Args, class First>
    void listen_twice(Signal<Args...>& signal, First first);
    void see(Arguments arguments);
    void see_again(const Arguments& arguments);
    bool count_signal(const char* signal, bool is_due);
    void on_established(std::string_view protocol);
    void on_error();
    void on_closed(bool clean);
    void on_data();
    void on_close_request(int code, std::string_view reason);
    void on_peer_connected(int peer);
    void on_peer_disconnected(int peer);
    void on_peer_packet();
    void on_succeeded();
    void on_room_end(bool was_joined);
    void check_ending(bool clean);
    void react();

    // actions
    void turn();
    void act();
    void connect();
    void disconnect();
    void ping();
    void did();
    void put();
    void read(std::size_t count_max);
    void verify(Bytes packet, int source);
    void destroy();
    void poll();
    void plan_turn();
    void plan_poll();
    void wake(std::uint64_t number, bool is_deadline);
    void changed();
    bool has_ready_socket();
    bool wants_to_send() const;

    // invariants (player_invariants.cpp)
    bool promise(bool holds, const char* invariant, const char* detail);
    void settle_attempt();
    void hold(HeldViews::Until until, const char* name, std::string_view view);
    void hold_peers();
    void check_views(HeldViews::Until end);
    void end_views(HeldViews::Until end);
    void drop_views(HeldViews::Until end);
    void check_anew();
    void check();
    void check_sockets();
    void check_deadlines();
    void note_life();
    void check_liveness(std::uint64_t closing_us);
    std::uint64_t slack_us(std::uint64_t gap_us) const;
    void check_stats();
    void check_idle(std::size_t calls_before, bool was_sending);
    void check_progress(std::uint64_t progress_before, std::uint64_t received_before);
    void count_events(const Stats& before, std::size_t cuts_before, std::uint64_t signals_before);
    void check_events();
    std::uint64_t life_signs() const;
    void look_twice();
    void check_written(const Connection& connection, const AttemptRecord& record, bool is_whole);
    bool is_healthy(const Connection& connection) const;
    static std::size_t messages_in(std::string_view stream);
    void check_received(const Connection& connection, Cause cause);
    std::size_t sent_for_reader() const;
    bool may_be_open() const {
        return attempt_.act == Act::open && !attempt_.we_closed && !attempt_.they_closed;
    }
    bool is_alive() const { return attempt_.act == Act::connecting || attempt_.act == Act::open; }
    bool every_wait_has_an_end() const;
    std::uint64_t progress() const;

    Stage& stage_;
    Internet& internet_;
    std::size_t number_;
    PlayerPlan plan_;
    SimulatedClock clock_;
    SimulatedEntropy entropy_;
    SimulatedResolver resolver_;
    SimulatedNetwork network_;
    SimulatedMemory memory_;
    SimulatedLog log_;
    FakeTls tls_;
    Options options_;
    std::unique_ptr<WebSocketClient> client_;
    Attempt attempt_;
    std::size_t attempts_left_ = 0;
    bool ending_ = false;
    bool polling_ = false;
    bool jumped_ = false;
    bool change_is_noted_ = false;
    bool awaits_second_ =
        false;  // the first listener has received a signal, the second has not yet
    Arguments seen_;
    HeldViews views_;
    std::span<const PeerId> moving_peers_;  // kept from a signal: its elements change
    int reaction_depth_ = 0;

    std::uint64_t wake_number_ = 0;  // a later plan to poll cancels the earlier one
    std::uint64_t last_poll_us_ = 0;
    int fruitless_count_ = 0;
    std::uint64_t signal_count_ = 0;
    std::uint64_t action_count_ = 0;
    std::uint64_t poll_count_ = 0;
    std::uint64_t message_count_ = 0;
    std::uint64_t attempt_count_ = 0;
    std::uint64_t opened_count_ = 0;
    std::uint64_t event_count_ = 0;
    std::uint64_t event_poll_count_ = 0;
};

}  // namespace linnet::test
