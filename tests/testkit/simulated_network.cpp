// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "testkit/simulated_network.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace linnet::test {
namespace {

constexpr SocketHandle first_socket = 100;
constexpr const char* rightly = "the_network_is_used_correctly";

std::string text_of_address(const SocketAddress& address) {
    return (address.ipv6 ? "v6-" : "v4-") + std::to_string(address.bytes[3]) + ":" +
           std::to_string(address.port);
}

}  // namespace

// ---- properties -------------------------------------------------------------------------------

Weather Weather::drawn(Stage& stage) {
    Weather weather;
    weather.latency_max_us = stage.pick<std::uint64_t>({0, 200, 5'000, 40'000, 300'000});
    weather.jitter_max_us = stage.pick<std::uint64_t>({0, 0, 1'000, 80'000});
    weather.window_min = stage.pick<std::size_t>({1, 7, 200, 4096, 65'536});
    if (weather.window_min < 4096) weather.latency_max_us = weather.jitter_max_us = 200;
    weather.cut_percent = stage.pick<std::size_t>({0, 10, 60});
    weather.short_percent = stage.pick<std::size_t>({0, 10, 60});
    weather.spurious_percent = stage.pick<std::size_t>({0, 0, 5, 40});
    if (stage.one_in(3)) return weather;
    weather.reset_percent = stage.pick<std::size_t>({0, 5, 30});
    weather.hole_percent = stage.pick<std::size_t>({0, 5, 30});
    weather.dial_percent = stage.pick<std::size_t>({0, 5, 40});
    weather.resolve_percent = stage.pick<std::size_t>({0, 5, 40});
    return weather;
}

Internet::Internet(Stage& stage, const Weather& weather) : stage_(stage), weather_(weather) {
    for (std::size_t host = 0; host < host_count; ++host) {
        const std::size_t count = stage.pick<std::size_t>({1, 1, 2, 3, 6, 20});
        std::vector<SocketAddress> addresses(count);
        for (std::size_t i = 0; i < count; ++i) {
            addresses[i].ipv6 = stage.one_in(2);
            addresses[i].bytes = {10, 0, static_cast<std::uint8_t>(host),
                                  static_cast<std::uint8_t>(i)};
        }
        hosts_.push_back(std::move(addresses));
    }
}

void Internet::listen(std::uint16_t port, Accept accept) {
    listeners_[port] = std::move(accept);
}

void Internet::on_change(std::size_t client, std::function<void()> changed) {
    if (changed_.size() <= client) changed_.resize(client + 1);
    changed_[client] = std::move(changed);
}

// "h0", "h1" and so on.
const std::vector<SocketAddress>& Internet::addresses_of(std::string_view host) const {
    const auto index = static_cast<std::size_t>(host.back() - '0');
    return hosts_.at(index % hosts_.size());
}

void Internet::draw_lane(Lane& lane) {
    lane.latency_us = stage_.between(0, weather_.latency_max_us);
    lane.jitter_us = weather_.jitter_max_us;
    lane.window = weather_.window_min + stage_.below(weather_.window_min * 4);
    if (stage_.percent(weather_.reset_percent))
        lane.reset_at = stage_.below(stage_.pick<std::size_t>({500, 20'000}));
    if (!stage_.percent(weather_.hole_percent)) return;
    lane.hole_from_us = stage_.now_us() + stage_.between(0, 10'000'000);
    if (stage_.one_in(2)) return;
    lane.hole_until_us = lane.hole_from_us + stage_.between(1, 20'000'000);
}

// ---- connecting ------------------------------------------------------------------------------

Network::Opened Internet::connect(std::size_t client, const SocketAddress& address,
                                  std::shared_ptr<const AttemptRecord> attempt) {
    const bool trouble = stage_.percent(weather_.dial_percent);
    if (trouble && stage_.one_in(4)) {
        const int error = stage_.pick({EMFILE, ENETUNREACH, ENOBUFS});
        stage_.log("c%zu connect %s: error %d", client, text_of_address(address).c_str(), error);
        return {no_socket, error};
    }
    auto connection = std::make_unique<Connection>();
    connection->number = connections_.size();
    connection->client = client;
    connection->address = address;
    connection->attempt = std::move(attempt);
    connection->reset_drops_unread = stage_.one_in(2);
    draw_lane(connection->to_server);
    draw_lane(connection->to_client);
    connections_.push_back(std::move(connection));
    Connection& made = *connections_.back();
    stage_.log("c%zu connect %s: #%zu", client, text_of_address(address).c_str(), made.number);
    const bool is_refused = !listeners_.contains(address.port) || (trouble && stage_.one_in(2));
    const bool is_answered = !trouble || is_refused;
    const std::uint64_t delay_us =
        stage_.one_in(4) ? stage_.between(0, 900'000) : made.to_server.latency_us * 2;
    if (!is_answered) return {first_socket + static_cast<SocketHandle>(made.number), 0};
    if (delay_us == 0) {
        finish_dial(made, is_refused ? ECONNREFUSED : 0);
    } else {
        stage_.after(delay_us, [this, &made, is_refused] {
            finish_dial(made, is_refused ? ECONNREFUSED : 0);
        });
    }
    return {first_socket + static_cast<SocketHandle>(made.number), 0};
}

void Internet::finish_dial(Connection& connection, int error) {
    if (connection.client_closed) return;
    connection.dial_error = error;
    connection.dialled = error == 0 ? Network::Connecting::connected : Network::Connecting::failed;
    stage_.log("#%zu %s", connection.number, error == 0 ? "is connected" : "is refused");
    if (error == 0) connection.server = listeners_.at(connection.address.port)(connection);
    changed(connection);
}

Connection* Internet::find(std::size_t client, SocketHandle socket) {
    const auto index = static_cast<std::size_t>(socket - first_socket);
    if (!stage_.require(socket >= first_socket && index < connections_.size(), rightly,
                        "a socket that was never opened")) {
        return nullptr;
    }
    Connection& connection = *connections_[index];
    if (!stage_.require(connection.client == client, rightly, "a socket of another client") ||
        !stage_.require(!connection.client_closed, rightly, "a closed socket is used")) {
        return nullptr;
    }
    return &connection;
}

std::vector<Connection*> Internet::open_connections(std::size_t client) {
    std::vector<Connection*> open;
    for (const auto& each : connections_) {
        if (each->client == client && !each->client_closed) open.push_back(each.get());
    }
    return open;
}

// ---- bytes in transit -------------------------------------------------------------------------

// TCP delivers in order; bytes lost in a black hole are sent again when it is over.
std::uint64_t Internet::arrival_of(Lane& lane) {
    std::uint64_t time_us = stage_.now_us() + lane.latency_us;
    if (lane.jitter_us > 0) time_us += stage_.between(0, lane.jitter_us);
    time_us = std::max(time_us, lane.last_arrival_us);
    if (time_us >= lane.hole_from_us && time_us < lane.hole_until_us) time_us = lane.hole_until_us;
    lane.last_arrival_us = time_us;
    return time_us;
}

void Internet::depart(Connection& connection, Direction direction) {
    Lane& lane = lane_of(connection, direction);
    while (lane.departed < lane.written.size()) {
        std::size_t size = lane.written.size() - lane.departed;
        if (stage_.percent(weather_.cut_percent)) size = 1 + stage_.below(size);
        const std::size_t begin = std::exchange(lane.departed, lane.departed + size);
        stage_.at(arrival_of(lane), [this, &connection, direction, begin, size] {
            arrive(connection, direction, begin, size);
        });
    }
}

void Internet::arrive(Connection& connection, Direction direction, std::size_t begin,
                      std::size_t size) {
    if (connection.client_error != 0 || connection.server_reset) return;
    Lane& lane = lane_of(connection, direction);
    lane.delivered += size;
    if (direction == Direction::to_client && connection.client_closed) {
        return reset_server(connection);
    }
    std::string bytes = lane.written.substr(begin, size);
    tamper(bytes, lane);
    lane.wire += bytes;
    if (lane.wire.size() >= lane.reset_at) {
        lane.wire.resize(std::max(lane.reset_at, lane.read));
        reset(connection);
    }
    notify(connection, direction);
}

// Usually after the handshake: during it, a change would only make the handshake fail.
void Internet::tamper(std::string& bytes, const Lane& lane) {
    if (weather_.tampering == Tampering::none || lane.wire.size() < 150) return;
    if (bytes.size() < 2 || !stage_.one_in(8)) return;
    const std::size_t at = stage_.below(bytes.size() - 1);
    const std::size_t size = 1 + stage_.below(std::min<std::size_t>(bytes.size() - at, 8));
    switch (weather_.tampering) {
        case Tampering::none: return;
        case Tampering::swap: std::swap(bytes[at], bytes[at + 1]); break;
        case Tampering::duplicate: bytes.insert(at, bytes.substr(at, size)); break;
        case Tampering::drop: bytes.erase(at, size); break;
        case Tampering::flip: bytes[at] = static_cast<char>(bytes[at] ^ 4); break;
    }
    stage_.log("the bytes are tampered with");
}

void Internet::write_fin(Connection& connection, Direction direction) {
    Lane& lane = lane_of(connection, direction);
    if (std::exchange(lane.fin_written, true)) return;
    stage_.at(arrival_of(lane),
              [this, &connection, direction] { arrive_fin(connection, direction); });
}

void Internet::arrive_fin(Connection& connection, Direction direction) {
    if (connection.client_error != 0 || connection.server_reset) return;
    lane_of(connection, direction).fin_arrived = true;
    notify(connection, direction);
}

void Internet::notify(Connection& connection, Direction direction) {
    if (direction == Direction::to_client) {
        changed(connection);
    } else if (connection.server) {
        connection.server->step();
    }
}

void Internet::changed(const Connection& connection) {
    if (connection.client_closed || connection.client >= changed_.size()) return;
    changed_[connection.client]();
}

// Both ends detect the reset.
void Internet::reset(Connection& connection) {
    if (connection.client_error != 0) return;
    stage_.log("#%zu is reset", connection.number);
    connection.client_error = ECONNRESET;
    if (connection.reset_drops_unread) connection.to_client.read = connection.to_client.wire.size();
    reset_server(connection);
    changed(connection);
}

void Internet::reset_server(Connection& connection) {
    if (std::exchange(connection.server_reset, true)) return;
    stage_.after(0, [&connection] {
        if (connection.server) connection.server->step();
    });
}

// ---- the client's end ------------------------------------------------------------------------

IoResult Internet::receive(Connection& connection, MutableBytes buffer) {
    Lane& lane = connection.to_client;
    std::size_t size = std::min(lane.unread(), buffer.size());
    if (size > 0 && stage_.percent(weather_.short_percent)) size = 1 + stage_.below(size);
    if (size == 0) {
        if (connection.client_error != 0) {
            return {IoResult::Outcome::failed, 0, connection.client_error};
        }
        return {lane.fin_arrived ? IoResult::Outcome::end : IoResult::Outcome::would_block, 0, 0};
    }
    std::copy_n(lane.wire.begin() + static_cast<std::ptrdiff_t>(lane.read), size, buffer.begin());
    lane.read += size;
    connection.received += size;
    // The server learns that the window is open again.
    stage_.after(connection.to_server.latency_us, [&connection] {
        if (connection.server) connection.server->step();
    });
    return {IoResult::Outcome::moved, size, 0};
}

IoResult Internet::send(Connection& connection, std::span<const Bytes> pieces) {
    if (connection.client_error != 0) {
        return {IoResult::Outcome::failed, 0, stage_.pick({EPIPE, ECONNRESET})};
    }
    Lane& lane = connection.to_server;
    std::size_t left = lane.space();
    if (left > 0 && stage_.percent(weather_.short_percent)) left = 1 + stage_.below(left);
    std::size_t size = 0;
    for (const Bytes piece : pieces) {
        const std::size_t taken = std::min(piece.size(), left - size);
        lane.written.append(text_of(piece.first(taken)));
        size += taken;
    }
    if (size == 0) return {};
    depart(connection, Direction::to_server);
    return {IoResult::Outcome::moved, size, 0};
}

void Internet::shut_down(Connection& connection) {
    connection.client_shut_down = true;
    stage_.log("c%zu shuts #%zu down", connection.client, connection.number);
    write_fin(connection, Direction::to_server);
}

// Unread data resets the connection, as in TCP.
void Internet::close(Connection& connection) {
    connection.client_closed = true;
    stage_.log("c%zu closes #%zu", connection.client, connection.number);
    if (connection.dialled != Network::Connecting::connected) return;
    if (connection.to_client.unread() == 0) return write_fin(connection, Direction::to_server);
    stage_.at(arrival_of(connection.to_server), [this, &connection] { reset_server(connection); });
}

// ---- the server's end ------------------------------------------------------------------------

std::size_t Internet::server_write(Connection& connection, std::string_view bytes) {
    Lane& lane = connection.to_client;
    if (connection.server_reset || lane.fin_written) return 0;
    std::size_t size = std::min(bytes.size(), lane.space());
    if (size > 1 && stage_.percent(weather_.short_percent)) size = 1 + stage_.below(size);
    if (size == 0) return 0;
    lane.written.append(bytes.substr(0, size));
    depart(connection, Direction::to_client);
    return size;
}

void Internet::server_read(Connection& connection, std::size_t size) {
    connection.to_server.read += size;
    stage_.after(connection.to_client.latency_us, [this, &connection] { changed(connection); });
}

void Internet::server_fin(Connection& connection) {
    if (!connection.server_reset) write_fin(connection, Direction::to_client);
}

void Internet::server_reset(Connection& connection) {
    stage_.at(arrival_of(connection.to_client), [this, &connection] { reset(connection); });
}

// ---- the view of one client -------------------------------------------------------------------

Connection* SimulatedNetwork::open(SocketHandle socket) {
    return internet_.find(client_, socket);
}

Network::Opened SimulatedNetwork::connect(const SocketAddress& address) {
    ++progress_count;
    return internet_.connect(client_, address, attempt);
}

Network::ConnectResult SimulatedNetwork::connect_status(SocketHandle socket) {
    const Connection* const connection = open(socket);
    if (connection == nullptr) return {Connecting::failed, EBADF};
    if (connection->dialled != Connecting::pending) ++progress_count;
    return {connection->dialled, connection->dial_error};
}

IoResult SimulatedNetwork::receive(SocketHandle socket, MutableBytes buffer) {
    Stage& stage = internet_.stage();
    Connection* const connection = open(socket);
    if (connection == nullptr) return {IoResult::Outcome::failed, 0, EBADF};
    stage.require(!buffer.empty(), rightly, "a receive without a buffer");
    stage.require(connection->dialled == Connecting::connected, rightly,
                  "a receive before the connection is there");
    ++call_count;
    if (connection->is_readable() && stage.percent(internet_.weather().spurious_percent)) {
        ++progress_count;
        ++cut_count;
        return {};
    }
    const IoResult result = internet_.receive(*connection, buffer);
    if (result.size > 0 && connection->to_client.unread() > 0) ++cut_count;
    life_signs += result.size;
    if (result.status != IoResult::Outcome::would_block) ++progress_count;
    moved += result.size;
    if (result.size > 0) {
        stage.log("c%zu receives %zu from #%zu", client_, result.size, connection->number);
    } else if (result.status != IoResult::Outcome::would_block) {
        stage.log("c%zu receives %s from #%zu", client_,
                  result.status == IoResult::Outcome::end ? "the end" : "an error",
                  connection->number);
    }
    return result;
}

IoResult SimulatedNetwork::send(SocketHandle socket, std::span<const Bytes> pieces) {
    Stage& stage = internet_.stage();
    Connection* const connection = open(socket);
    if (connection == nullptr) return {IoResult::Outcome::failed, 0, EBADF};
    stage.require(connection->dialled == Connecting::connected, rightly,
                  "a send before the connection is there");
    stage.require(!connection->client_shut_down, rightly, "a send after the end of stream");
    stage.require(!pieces.empty() && pieces.size() <= send_piece_count_max, rightly,
                  "a send of no piece, or of too many");
    for (const Bytes piece : pieces) stage.require(!piece.empty(), rightly, "an empty piece");
    ++call_count;
    if (connection->is_writable() && stage.percent(internet_.weather().spurious_percent)) {
        ++progress_count;
        ++cut_count;
        send_was_blocked_ = true;
        return {};
    }
    const IoResult result = internet_.send(*connection, pieces);
    if (result.size > 0 && send_was_blocked_) ++life_signs;
    send_was_blocked_ = result.size == 0;
    if (result.status != IoResult::Outcome::would_block) ++progress_count;
    moved += result.size;
    if (result.size > 0) {
        stage.log("c%zu sends %zu on #%zu", client_, result.size, connection->number);
    } else if (result.status == IoResult::Outcome::failed) {
        stage.log("c%zu cannot send on #%zu", client_, connection->number);
    }
    return result;
}

void SimulatedNetwork::shutdown_send(SocketHandle socket) {
    Connection* const connection = open(socket);
    if (connection == nullptr) return;
    ++progress_count;
    if (internet_.stage().require(!connection->client_shut_down, rightly,
                                  "a second end of stream")) {
        internet_.shut_down(*connection);
    }
}

void SimulatedNetwork::close(SocketHandle socket) {
    ++progress_count;
    if (Connection* const connection = open(socket)) internet_.close(*connection);
}

bool SimulatedNetwork::set_no_delay(SocketHandle socket, bool) {
    open(socket);
    return !internet_.stage().one_in(8);
}

void SimulatedNetwork::wait(std::span<const WaitItem>, std::uint64_t) {
    internet_.stage().fail(rightly, "something waits");
}

// ---- names -----------------------------------------------------------------------------------

// The smallest unused number; it is reused as soon as its request has ended.
Resolver::Request SimulatedResolver::start(std::string_view host) {
    Stage& stage = internet_.stage();
    const bool trouble = stage.percent(internet_.weather().resolve_percent);
    if (trouble && stage.one_in(6)) {
        stage.log("c%zu cannot ask for %.*s", client_, static_cast<int>(host.size()), host.data());
        return 0;
    }
    Request request = 1;
    while (open_.contains(request)) ++request;
    Question question{stage.now_us(), 0, internet_.addresses_of(host)};
    if (stage.one_in(2)) question.resolved_us += stage.between(0, 200'000);
    if (trouble) {
        switch (stage.below(4)) {
            case 0: question.resolved_us = Stage::never; break;
            case 1: question.resolved_us += stage.between(0, 20'000'000); break;
            case 2: question.error = stage.pick({-2, -3, 113}); break;
            case 3: question.addresses.clear(); break;
        }
    }
    stage.log("c%zu asks for %.*s: request %llu", client_, static_cast<int>(host.size()),
              host.data(), static_cast<unsigned long long>(request));
    open_[request] = std::move(question);
    return request;
}

Resolver::Result SimulatedResolver::take(Request request, std::span<SocketAddress> out) {
    Stage& stage = internet_.stage();
    const auto found = open_.find(request);
    if (!stage.require(found != open_.end(), "a_request_is_used_correctly", "it is over")) {
        return {Outcome::failed, 0, 0};
    }
    if (stage.now_us() < found->second.resolved_us) return {};
    const Question question = std::move(found->second);
    open_.erase(found);
    stage.log("c%zu has the result of request %llu: %zu addresses, error %d", client_,
              static_cast<unsigned long long>(request), question.addresses.size(), question.error);
    if (question.error != 0) return {Outcome::failed, 0, question.error};
    const std::size_t count = std::min(out.size(), question.addresses.size());
    std::copy_n(question.addresses.begin(), count, out.begin());
    return {Outcome::done, count, 0};
}

void SimulatedResolver::cancel(Request request) {
    internet_.stage().require(open_.erase(request) == 1, "a_request_is_used_correctly",
                              "what is over is cancelled");
    internet_.stage().log("c%zu cancels request %llu", client_,
                          static_cast<unsigned long long>(request));
}

// ---- resources -------------------------------------------------------------------------------

bool SimulatedEntropy::fill(MutableBytes out) {
    if (fail_percent > 0 && random_.below(100) < fail_percent) return false;
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(random_.next() >> 56);
    return true;
}

void* SimulatedMemory::allocate(std::size_t size) {
    stage_.require(size > 0, "memory_is_used_correctly", "a block of no bytes");
    if (fail_percent > 0 && random_.below(100) < fail_percent) return nullptr;
    if (size > limit || used > limit - size) return nullptr;
    used += size;
    peak = std::max(peak, used);
    void* const block = std::malloc(size);
    sizes_[block] = size;
    return block;
}

void SimulatedMemory::deallocate(void* block, std::size_t size) {
    const auto found = sizes_.find(block);
    if (!stage_.require(found != sizes_.end() && found->second == size, "memory_is_used_correctly",
                        "a block that is not there, or with another size")) {
        return;
    }
    sizes_.erase(found);
    used -= size;
    // Overwrites the block, so that a stale view changes even if nothing else is stored there.
    std::memset(block, 0xDD, size);
    std::free(block);
}

}  // namespace linnet::test
