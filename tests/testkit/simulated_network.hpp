// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The world outside simulated clients: TCP with latency, windows, split deliveries, resets and
// black holes; a resolver; a clock, entropy and memory that may fail. The stage decides what
// happens and when. Each misuse violates `the_network_is_used_correctly`.
#pragma once

#include <map>
#include <memory>

#include "linnet/linnet.hpp"
#include "testkit/stage.hpp"

namespace linnet::test {

/// A message as sent on the wire.
struct Message {
    bool is_text = false;
    std::string payload;
    PeerId source = no_peer;     ///< in a room: the sender
    bool is_for_reader = false;  ///< in a room: a packet for the user, not a message of the room
};

/// What one attempt of a client has sent: written by its player, read by the server.
struct AttemptRecord {
    std::size_t player = 0;
    std::size_t number = 0;
    bool multiplayer = false;
    bool secure = false;
    std::vector<Message> accepted;  ///< by `put_packet`
};

/// How bytes are modified in transit, to check that this is detected.
enum class Tampering : std::uint8_t { none, swap, duplicate, drop, flip };

/// How bad the network of this simulation is.
struct Weather {
    std::size_t spurious_percent = 0;  ///< a call would block although it could proceed
    std::size_t short_percent = 0;     ///< a call moves fewer bytes than it could
    std::size_t cut_percent = 0;       ///< a write arrives in several parts
    std::size_t reset_percent = 0;     ///< connections that are reset
    std::size_t hole_percent = 0;      ///< directions in which nothing arrives for a while
    std::size_t dial_percent = 0;      ///< connects that fail or stall
    std::size_t resolve_percent = 0;   ///< lookups that fail or stall
    std::uint64_t latency_max_us = 1000;
    std::uint64_t jitter_max_us = 0;
    std::size_t window_min = 1 << 16;
    Tampering tampering = Tampering::none;

    static Weather drawn(Stage& stage);
};

/// One direction of a connection.
struct Lane {
    std::string written;        ///< by the sender
    std::string wire;           ///< what has arrived
    std::size_t departed = 0;   ///< part of `written` that is in transit or has arrived
    std::size_t delivered = 0;  ///< part of `written` that has arrived
    std::size_t read = 0;       ///< part of `wire` that was read
    std::size_t window = 0;
    std::size_t reset_at =
        SIZE_MAX;  ///< the connection is reset after this number of bytes has arrived
    std::uint64_t latency_us = 0;
    std::uint64_t jitter_us = 0;
    std::uint64_t hole_from_us = Stage::never;
    std::uint64_t hole_until_us = Stage::never;
    std::uint64_t last_arrival_us = 0;
    bool fin_written = false;
    bool fin_arrived = false;

    std::size_t unread() const { return wire.size() - read; }
    std::size_t space() const {
        const std::size_t used = written.size() - delivered + unread();
        return window > used ? window - used : 0;
    }
};

/// The server's end of one connection.
class ServerEnd {
 public:
    virtual ~ServerEnd() = default;
    /// Called when data has arrived, when the connection is writable again, or when it has ended.
    virtual void step() = 0;
    /// Every message that was completely sent before the close frame.
    virtual const std::vector<Message>& sent_messages() const = 0;
    /// True if the server complies with every protocol.
    virtual bool is_honest() const = 0;
    /// True if the server reads all input at once.
    virtual bool is_attentive() const = 0;
};

struct Connection {
    std::size_t number = 0;
    std::size_t client = 0;
    SocketAddress address;
    std::shared_ptr<const AttemptRecord> attempt;
    Network::Connecting dialled = Network::Connecting::pending;
    int dial_error = 0;
    Lane to_server;
    Lane to_client;
    std::size_t received = 0;  ///< by the client
    int client_error = 0;      ///< the errno of the client's OS after a reset
    bool server_reset = false;
    bool client_closed = false;
    bool client_shut_down = false;
    bool reset_drops_unread = false;
    std::unique_ptr<ServerEnd> server;

    /// True if the connection is reset at some point, or a direction stalls for a while.
    bool is_troubled() const {
        return to_server.hole_from_us != Stage::never || to_server.reset_at != SIZE_MAX ||
               to_client.hole_from_us != Stage::never || to_client.reset_at != SIZE_MAX;
    }
    bool is_readable() const {
        return client_error != 0 || to_client.unread() > 0 || to_client.fin_arrived;
    }
    bool is_writable() const {
        if (dialled != Network::Connecting::connected) {
            return dialled == Network::Connecting::failed;
        }
        return client_error != 0 || to_server.space() > 0;
    }
};

class Internet {
 public:
    using Accept = std::function<std::unique_ptr<ServerEnd>(Connection&)>;

    Internet(Stage& stage, const Weather& weather);
    Internet(const Internet&) = delete;
    Internet& operator=(const Internet&) = delete;

    // ---- set-up

    void listen(std::uint16_t port, Accept accept);
    void on_change(std::size_t client, std::function<void()> changed);
    const std::vector<SocketAddress>& addresses_of(std::string_view host) const;
    static constexpr std::size_t host_count = 4;
    const Weather& weather() const { return weather_; }
    Stage& stage() { return stage_; }

    // ---- the client's end

    Network::Opened connect(std::size_t client, const SocketAddress& address,
                            std::shared_ptr<const AttemptRecord> attempt);
    /// A descriptor of an open socket of that client.
    Connection* find(std::size_t client, SocketHandle socket);
    std::vector<Connection*> open_connections(std::size_t client);
    IoResult receive(Connection& connection, MutableBytes buffer);
    IoResult send(Connection& connection, std::span<const Bytes> pieces);
    void shut_down(Connection& connection);
    void close(Connection& connection);

    // ---- the server's end

    std::size_t server_write(Connection& connection, std::string_view bytes);
    std::string_view server_peek(const Connection& connection) const {
        return std::string_view(connection.to_server.wire).substr(connection.to_server.read);
    }
    void server_read(Connection& connection, std::size_t size);
    void server_fin(Connection& connection);
    void server_reset(Connection& connection);

 private:
    enum class Direction : std::uint8_t { to_server, to_client };
    static Lane& lane_of(Connection& connection, Direction direction) {
        return direction == Direction::to_server ? connection.to_server : connection.to_client;
    }
    void draw_lane(Lane& lane);
    void dial(Connection& connection);
    void finish_dial(Connection& connection, int error);
    std::uint64_t arrival_of(Lane& lane);
    void depart(Connection& connection, Direction direction);
    void arrive(Connection& connection, Direction direction, std::size_t begin, std::size_t size);
    void tamper(std::string& bytes, const Lane& lane);
    void write_fin(Connection& connection, Direction direction);
    void arrive_fin(Connection& connection, Direction direction);
    void reset(Connection& connection);
    void reset_server(Connection& connection);
    void notify(Connection& connection, Direction direction);
    void changed(const Connection& connection);

    Stage& stage_;
    Weather weather_;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::map<std::uint16_t, Accept> listeners_;
    std::vector<std::function<void()>> changed_;
    std::vector<std::vector<SocketAddress>> hosts_;
};

/// The network as one client sees it.
class SimulatedNetwork final : public Network {
 public:
    SimulatedNetwork(Internet& internet, std::size_t client)
        : internet_(internet), client_(client) {}

    Opened connect(const SocketAddress& address) override;
    ConnectResult connect_status(SocketHandle socket) override;
    IoResult receive(SocketHandle socket, MutableBytes buffer) override;
    IoResult send(SocketHandle socket, std::span<const Bytes> pieces) override;
    void shutdown_send(SocketHandle socket) override;
    void close(SocketHandle socket) override;
    bool set_no_delay(SocketHandle socket, bool enabled) override;
    void wait(std::span<const WaitItem> items, std::uint64_t timeout_us) override;

    /// The client whose sockets are opened from now on.
    std::shared_ptr<const AttemptRecord> attempt;
    std::size_t call_count = 0;      ///< of receive and send
    std::size_t progress_count = 0;  ///< calls that had an effect, or should have had one
    std::size_t cut_count = 0;       ///< calls that did less than they could
    std::uint64_t moved = 0;         ///< bytes
    /// Bytes received, and sends that succeeded after a blocked one: both show that the server is
    /// alive.
    std::uint64_t life_signs = 0;

 private:
    Connection* open(SocketHandle socket);

    Internet& internet_;
    std::size_t client_;
    bool send_was_blocked_ = false;
};

class SimulatedResolver final : public Resolver {
 public:
    SimulatedResolver(Internet& internet, std::size_t client)
        : internet_(internet), client_(client) {}
    Request start(std::string_view host) override;
    Result take(Request request, std::span<SocketAddress> out) override;
    void cancel(Request request) override;
    std::size_t open_count() const { return open_.size(); }

 private:
    struct Question {
        std::uint64_t resolved_us;
        int error;
        std::vector<SocketAddress> addresses;
    };
    Internet& internet_;
    std::size_t client_;
    std::map<Request, Question> open_;
};

/// Advances only with the stage and by `jump`.
class SimulatedClock final : public Clock {
 public:
    explicit SimulatedClock(Stage& stage) : stage_(stage) {}
    std::uint64_t now_us() override { return stage_.now_us() + offset_us_; }
    std::int64_t unix_s() override { return 1'800'000'000; }
    void jump(std::uint64_t by_us) { offset_us_ += by_us; }
    std::uint64_t offset_us() const { return offset_us_; }

 private:
    Stage& stage_;
    std::uint64_t offset_us_ = 1'000'000;
};

class SimulatedEntropy final : public Entropy {
 public:
    explicit SimulatedEntropy(std::uint64_t seed) : random_(seed) {}
    bool fill(MutableBytes out) override;
    std::size_t fail_percent = 0;

 private:
    Random random_;
};

class SimulatedMemory final : public Memory {
 public:
    SimulatedMemory(Stage& stage, std::uint64_t seed) : stage_(stage), random_(seed) {}
    void* allocate(std::size_t size) override;
    void deallocate(void* block, std::size_t size) override;

    std::size_t used = 0;
    std::size_t peak = 0;
    std::size_t limit = SIZE_MAX;
    std::size_t fail_percent = 0;

 private:
    Stage& stage_;
    Random random_;
    std::map<void*, std::size_t> sizes_;
};

}  // namespace linnet::test
