// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The servers of a simulation: echoes, talkers, rooms (gd_mp_api), and hostile ones. Each server
// records what it has sent, to compare it with what its client has read, and compares what it
// receives with what the client's `put_packet` accepted.
#pragma once

#include "linnet/protocol/session.hpp"
#include "testkit/simulated_network.hpp"

namespace linnet::test {

/// How a server violates the protocol, or stops responding.
enum class Mischief : std::uint8_t {
    none,
    // instead of the correct response
    silence,
    wrong_accept,
    http_200,
    http_401,
    http_301,
    endless_headers,
    no_http,
    end_at_once,
    no_protocol,
    // after it, at a random time
    garbage,
    oversize,
    masked_frame,
    bad_utf8,
    reserved_bits,
    lone_continuation,
    long_control,
    bad_close,
    end_without_close,
    reset,
    ping_flood,
    deafness,
    // after the close frames
    no_end,
    talk_without_end,
};
inline constexpr std::size_t mischief_count = 24;

/// The behaviour of one server on each of its connections.
struct ServerPlan {
    enum class Kind : std::uint8_t { echo, talker, room };
    Kind kind = Kind::echo;
    std::size_t mischief_percent = 0;
    std::size_t message_count_max = 0;
    std::size_t message_size_max = 0;
    std::uint64_t pause_max_us = 0;  ///< between two messages
    std::size_t fragment_percent = 0;
    std::size_t close_percent = 0;  ///< connections that the server closes first
    std::size_t slow_percent = 0;   ///< connections that the server reads slowly

    static ServerPlan drawn(Stage& stage, Kind kind);
};

class Talk;

/// A server with any number of connections.
class SimulatedServer {
 public:
    SimulatedServer(Internet& internet, const ServerPlan& plan)
        : internet_(internet), plan_(plan) {}
    std::unique_ptr<ServerEnd> accept(Connection& connection);

 private:
    friend class Talk;

    Internet& internet_;
    ServerPlan plan_;
    std::vector<Talk*> members_;  // of the room, in the order of joining
    PeerId last_id_ = server_peer;
};

/// The server's end of one connection.
class Talk final : public ServerEnd {
 public:
    Talk(SimulatedServer& home, Connection& connection);

    void step() override;
    const std::vector<Message>& sent_messages() const override { return sent_messages_; }
    bool is_honest() const override { return mischief_ == Mischief::none; }
    bool is_attentive() const override { return read_size_max_ == SIZE_MAX; }

 private:
    // handshake
    void upgrade();
    void respond(const std::string& bytes);
    void accept(const std::string& respond);
    bool refuse();
    void open();
    // receiving
    void read();
    void decode();
    void receive(const Message& message);
    void receive_pong(Bytes payload);
    // sending
    void talk();
    bool say(const Message& message);
    void put_frame(Opcode opcode, std::string_view payload, bool fin = true);
    void ping();
    void close();
    void take_session_output();
    void flush();
    void finish();
    // misbehaviour
    void misbehave();
    std::string mischievous_bytes();
    void flood();
    // room
    void join();
    void leave();
    void relay(const Message& message);
    void announce(MultiplayerPacket::Type type, PeerId subject);

    Stage& stage_;
    SimulatedServer& home_;
    Internet& internet_;
    Connection& connection_;
    RandomEntropy entropy_;
    Session session_;
    Mischief mischief_ = Mischief::none;
    std::size_t read_size_max_ = SIZE_MAX;  // per step
    std::size_t left_to_say_ = 0;

    std::string out_;
    std::size_t out_begin_ = 0;
    std::vector<Message> sent_messages_;
    std::vector<std::string> pings_;
    std::size_t received_count_ = 0;
    std::uint64_t read_again_us_ = 0;
    PeerId id_ = no_peer;
    bool upgrading_ = false;
    bool upgraded_ = false;
    bool refused_ = false;
    bool spoiled_ = false;  // nothing sent after this is valid
    bool deaf_ = false;     // reads no more
    bool finishing_ = false;
    bool gone_ = false;
};

/// Bytes that identify their message.
std::string content_of(Stage& stage, bool is_text, const std::string& name, std::size_t size);
/// Mostly small, sometimes around the size limits of the frame formats.
std::size_t drawn_size(Stage& stage, std::size_t size_max);

}  // namespace linnet::test
