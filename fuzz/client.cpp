// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The whole client. Input: options; the actions of the program and of its listeners, which act in
// the middle of each signal (they close, connect again, poll, put, destroy the client); the result
// of each external call; the output of the server. See README.md for the bytes.
//
// Checks: the signals of an attempt are emitted in a legal order; each attempt that was not
// abandoned has exactly one ending, with a cause and a readable explanation; at the end no socket,
// request or block is left; every message is announced once and readable; the server receives whole
// messages in order; `next_deadline` and `wait_set` are correct and lead to the end; no poll makes
// an unbounded number of external calls.
#include <algorithm>
#include <memory>

#include "client_world.hpp"

namespace linnet::fuzz {
namespace {

// What the program knows of its attempt from its calls and signals.
struct Attempt {
    bool under_way = false;
    bool opened = false;
    bool we_closed = false;
    bool they_closed = false;
    std::size_t announced = 0;
    std::size_t taken = 0;
    std::vector<std::string> put;
};

class Program {
 public:
    Program(FuzzWorld& world, const Options& options, FuzzInput script)
        : world_(world), options_(options), script_(script) {
        create();
    }

    void run() {
        act_connect();
        while (!script_.is_empty()) {
            if (!client_) create();
            act();
            check();
        }
        if (client_) reach_the_end();
        client_.reset();
        require(world_.network.open_count() == 0, "no socket is left");
        require(world_.resolver.open_count() == 0, "no request is left");
    }

 private:
    // ---- signals

    void create() {
        client_ = std::make_unique<WebSocketClient>(options_);
        attempt_ = {};
        world_.network.messages.clear();
        extra_ = SlotId::none;
        client_->connection_established.connect([this](std::string_view) { on_established(); });
        client_->connection_error.connect([this] { on_error(); });
        client_->connection_closed.connect([this](bool clean) { on_closed(clean); });
        client_->data_received.connect([this] { on_data(); });
        client_->server_close_request.connect(
            [this](int code, std::string_view reason) { on_close_request(code, reason); });
    }

    void on_established() {
        require(attempt_.under_way && !attempt_.opened, "an attempt opens once");
        attempt_.opened = true;
        require(!client_->response_headers().empty(), "there was a response");
        received(NetworkedMultiplayerPeer::CONNECTION_CONNECTED);
    }

    void on_error() {
        require(attempt_.under_way && !attempt_.opened,
                "connection_error is emitted only before the connection is open");
        check_ending();
        received(NetworkedMultiplayerPeer::CONNECTION_DISCONNECTED);
    }

    void on_closed(bool clean) {
        require(attempt_.under_way && attempt_.opened, "a closed connection was open");
        const Cause cause = client_->failure().cause;
        require(clean == (cause == Cause::closed_by_client || cause == Cause::closed_by_server),
                "clean is exactly the good end");
        require(!clean || attempt_.we_closed || attempt_.they_closed, "one side has closed");
        check_ending();
        received(NetworkedMultiplayerPeer::CONNECTION_DISCONNECTED);
    }

    void on_data() {
        require(attempt_.under_way && attempt_.opened, "a message arrives while open");
        require(!attempt_.we_closed && !attempt_.they_closed,
                "nothing is accepted after a close frame");
        require(!options_.discard_input, "nothing is logged without a log");
        ++attempt_.announced;
        check_queue();
        received(NetworkedMultiplayerPeer::CONNECTION_CONNECTED);
    }

    void on_close_request(int code, std::string_view reason) {
        require(attempt_.under_way && attempt_.opened, "only an open connection closes");
        require(!attempt_.we_closed && !attempt_.they_closed, "only the first close is reported");
        require(code == 0 || (code >= 1000 && code <= 4999), "the code may be sent");
        require(reason.size() <= 123, "a reason fits its frame");
        attempt_.they_closed = true;
        received(NetworkedMultiplayerPeer::CONNECTION_CONNECTED);
    }

    // Every listener misbehaves as the input selects. The client may have been destroyed
    // afterwards.
    void received(NetworkedMultiplayerPeer::ConnectionStatus status) {
        ++signals_;
        require(client_->get_connection_status() == status, "the status fits the signal");
        for (std::size_t left = script_.byte() % 4; left > 0 && client_; --left) act();
    }

    void check_ending() {
        attempt_.under_way = false;
        const Failure& failure = client_->failure();
        require(failure.cause != Cause::none, "every end has a cause");
        const std::string_view explanation = failure.explain();
        require(explanation.size() > 20, "every end has an explanation");
        require(explanation.data()[explanation.size()] == '\0',
                "the explanation is null-terminated");
        for (const char c : explanation) {
            require(static_cast<unsigned char>(c) >= 0x20, "the explanation is one paragraph");
        }
        require(world_.network.open_count() == 0, "no socket is open after the end");
        require(world_.resolver.open_count() == 0, "no request is pending after the end");
    }

    // ---- actions of the program

    void act() {
        switch (script_.byte() % 20) {
            case 0: return act_poll();
            case 1: return act_pass_time();
            case 2: return act_read(SIZE_MAX);
            case 3: return act_read(1);
            case 4: return act_put(WebSocketPeer::WRITE_MODE_BINARY);
            case 5: return act_put(WebSocketPeer::WRITE_MODE_TEXT);
            case 6: return act_disconnect(1000, {});
            case 7: return act_disconnect(script_.number16(), text_of(some()));
            case 8: return act_connect();
            case 9: client_.reset(); return;
            case 10: static_cast<void>(client_->ping()); return;
            case 11: client_->flush(); return;
            case 12: return act_wait();
            case 13: return act_set_buffers();
            case 14: return act_ask();
            case 15: return act_listen();
            case 16: client_->data_received.disconnect(extra_); return;
            case 17: world_.memory.allocations_left = budget(); return;
            case 18: world_.entropy.fills_left = budget(); return;
            case 19: return act_close_peer();
        }
    }

    Bytes some() { return script_.take(script_.byte()); }
    std::size_t budget() {
        const std::size_t count = script_.byte();
        return count == 255 ? SIZE_MAX : count;
    }

    void act_poll() {
        const std::size_t calls = world_.calls();
        const std::size_t moved = world_.network.moved;
        const std::size_t signals = signals_;
        client_->poll();
        // Each byte moved allows one call, and each listener a few.
        const std::size_t excused =
            200 + (world_.network.moved - moved) + 64 * (signals_ - signals);
        require(world_.calls() - calls <= excused,
                "a poll calls the outside a bounded number of times");
        require(signals_ - signals <= options_.limits.poll_item_count_max + 3,
                "a poll emits a bounded number of signals");
    }

    void act_wait() {
        const std::uint8_t time = script_.byte();
        if (time == 0) return client_->notify_resume();
        client_->wait(time * 100u);
    }

    void act_pass_time() {
        constexpr std::uint64_t times_us[] = {1,         1000,       16'000,        250'000,
                                              1'000'000, 30'000'000, 3'600'000'000, 1ull << 50};
        world_.clock.now += script_.pick(times_us);
    }

    void act_read(std::size_t count_max) {
        WebSocketPeer& peer = *client_->get_peer(1);
        while (count_max-- > 0 && peer.get_available_packet_count() > 0) {
            const ExactCopy packet(peer.get_packet());
            require(peer.get_packet_error() == Error::ok, "available packets are readable");
            ++attempt_.taken;
        }
        if (peer.get_available_packet_count() > 0) return;
        require(peer.get_packet().empty() && peer.get_packet_error() != Error::ok,
                "an empty queue returns its error");
    }

    void act_put(WebSocketPeer::WriteMode mode) {
        constexpr std::size_t repetitions[] = {1, 2, 50, 600};
        WebSocketPeer& peer = *client_->get_peer(1);
        peer.set_write_mode(mode);
        const std::size_t repetition = script_.pick(repetitions);
        const std::string packet = repeated(text_of(some()), repetition);

        const std::uint64_t before = client_->stats().messages_sent;
        const Error error = peer.put_packet(packet);
        const bool accepted = client_->stats().messages_sent != before;
        require(error != Error::ok || (accepted && may_put()), "data is sent only while open");
        if (!accepted) return;
        attempt_.put.push_back((mode == WebSocketPeer::WRITE_MODE_TEXT ? "T" : "B") + packet);
    }
    bool may_put() const {
        return attempt_.under_way && attempt_.opened && !attempt_.we_closed &&
               !attempt_.they_closed;
    }

    void act_disconnect(int code, std::string_view reason) {
        note_close(client_->disconnect_from_host(code, reason));
    }
    void act_close_peer() {
        if (!client_->get_peer(1)->is_connected_to_host()) {
            require(client_->get_peer(1)->close() == Error::ok,
                    "closing a connection that is not open is ok");
            return;
        }
        note_close(client_->get_peer(1)->close(1001, "bye"));
    }
    void note_close(Error error) {
        require(error == Error::ok || attempt_.under_way, "idle, it does nothing");
        if (error != Error::ok) return;
        if (attempt_.under_way && !attempt_.opened) attempt_ = {};  // abandoned: has no ending
        attempt_.we_closed = attempt_.under_way;
    }

    void act_connect() {
        constexpr std::string_view urls[] = {"ws://host.example/", "ws://10.0.0.1:8080/chat?x=1",
                                             "ws://[::1]",         "ws://u:p@host/",
                                             "wss://host/",        "http://host/",
                                             "ws://[::1::2]/a",    "ws://h/#f"};
        constexpr std::string_view protocols[] = {"chat", "superchat", "not a token"};
        constexpr std::string_view headers[] = {"X-Game: fuzz", "Authorization: Bearer x",
                                                "Upgrade: no"};
        const std::string_view url = script_.pick(urls);
        const std::uint8_t what = script_.byte();
        const std::span offered = std::span(protocols).first(what % 4u);
        const std::span given = std::span(headers).first(what / 4u % 4u);
        const Error error = client_->connect_to_url(url, offered, what == 255, given);
        require(error != Error::already_in_use || attempt_.under_way,
                "the number of bytes in use is correct");
        if (error == Error::ok) {
            attempt_ = {.under_way = true};
            world_.network.messages.clear();
        } else if (error != Error::already_in_use) {
            require(client_->failure().cause != Cause::none, "a refusal has a cause");
            require(!client_->failure().explain().empty(), "there is an explanation");
        }
    }

    void act_set_buffers() {
        const int kb = static_cast<int>(script_.byte()) - 1;
        const int count = static_cast<int>(script_.byte()) - 1;
        const Error error = client_->set_buffers(kb, count, kb, count);
        require(error == Error::failed || (error == Error::ok) == (kb >= 1 && count >= 1),
                "sizes below one are refused");
    }

    void act_ask() {
        const WebSocketPeer& peer = *client_->get_peer(1);
        require(peer.is_connected_to_host() == (attempt_.under_way && attempt_.opened),
                "connected is from open to the end");
        require(client_->get_connected_host().empty() != peer.is_connected_to_host(),
                "a host is there while it is connected");
        require((client_->get_connected_port() != 0) == peer.is_connected_to_host(),
                "there is a port");
        static_cast<void>(client_->get_peer(1)->set_no_delay(script_.flag()));
        static_cast<void>(client_->response_header("Server"));
        static_cast<void>(client_->get_packet());
        require(client_->put_packet("x") == Error::unconfigured, "packets come from the peer");
    }

    // More listeners than fit without allocation; each may be disconnected during an emission.
    void act_listen() {
        for (std::size_t i = 0; i < 3; ++i) {
            extra_ = client_->data_received.connect([this] { ++extra_calls_; });
        }
    }

    // ---- invariants between calls

    void check_queue() {
        require(client_->get_peer(1)->get_available_packet_count() ==
                    attempt_.announced - attempt_.taken,
                "each message is announced once and stays until it is taken");
    }

    void check() {
        if (!client_) return;
        check_queue();
        const auto status = client_->get_connection_status();
        if (!attempt_.under_way) {
            require(status == NetworkedMultiplayerPeer::CONNECTION_DISCONNECTED,
                    "the conversation has ended");
            require(client_->next_deadline() == WebSocketClient::no_deadline, "nothing is due");
        } else {
            require(status == (attempt_.opened ? NetworkedMultiplayerPeer::CONNECTION_CONNECTED
                                               : NetworkedMultiplayerPeer::CONNECTION_CONNECTING),
                    "the status matches the signals");
        }
        std::array<WaitItem, address_count_max> items;
        const std::size_t count = client_->wait_set(items);
        require(attempt_.under_way || count == 0, "nothing is waited for");
        for (const WaitItem& item : std::span(items).first(count)) {
            require(world_.network.is_open(item.socket), "the awaited sockets are open");
            require(item.readable || item.writable, "there is something to wait for");
        }
        const std::vector<std::string>& received = world_.network.messages;
        require(received.size() <= attempt_.put.size() &&
                    std::equal(received.begin(), received.end(), attempt_.put.begin()),
                "the server receives the messages in order");
    }

    bool every_state_has_a_deadline() const {
        const Timeouts& t = options_.timeouts;
        return t.resolve_ms != 0 && t.connect_ms != 0 && t.upgrade_ms != 0 && t.attempt_ms != 0 &&
               t.message_ms != 0 && t.closing_ms != 0 && t.drain_ms != 0 && t.ping_ms != 0 &&
               t.pong_ms != 0;
    }

    // Polls exactly when something is due: this must lead to the end once the server has sent
    // everything.
    void reach_the_end() {
        for (int i = 0; i < 5'000 && attempt_.under_way; ++i) {
            if (i == 500) world_.network.fall_silent();
            act_poll();
            act_read(SIZE_MAX);  // a full queue has no deadline: it waits for the program
            check();
            const std::uint64_t due_us = client_->next_deadline();
            if (due_us != WebSocketClient::no_deadline) {
                world_.clock.now = std::max(world_.clock.now, due_us);
            } else if (attempt_.under_way) {
                require(!every_state_has_a_deadline(), "every state has a deadline");
                if (attempt_.we_closed) return;
                act_disconnect(1000, {});
                if (!attempt_.we_closed) return;
            }
        }
        require(!attempt_.under_way, "deadlines lead to the end");
    }

    FuzzWorld& world_;
    Options options_;
    FuzzInput script_;
    std::unique_ptr<WebSocketClient> client_;
    Attempt attempt_;
    SlotId extra_ = SlotId::none;
    std::size_t extra_calls_ = 0;
    std::size_t signals_ = 0;
};

// ---- the input -------------------------------------------------------------------------------

Limits read_limits(FuzzInput& input) {
    constexpr std::size_t payloads[] = {1 << 20, 1, 125, 1000, 65'536};
    constexpr std::size_t counts[] = {1024, 1, 2, 3};
    constexpr std::size_t results[] = {16'384, 64, 160, 4096};
    constexpr std::size_t polls[] = {256 * 1024, 1, 100, 4096};
    Limits limits;
    limits.input_payload_max = input.pick(payloads);
    limits.input_message_count_max = input.pick(counts);
    limits.output_payload_max = input.pick(payloads);
    limits.output_message_count_max = input.pick(counts);
    limits.fragment_count_max = input.pick(counts);
    limits.response_size_max = input.pick(results);
    limits.response_header_count_max = input.flag() ? 3 : 100;
    limits.poll_size_max = input.pick(polls);
    limits.poll_item_count_max = input.pick(counts);
    return limits;
}

Timeouts read_timeouts(FuzzInput& input) {
    constexpr std::uint32_t times_ms[] = {10'000, 0, 1, 100, 60'000, UINT32_MAX};
    Timeouts timeouts;
    for (std::uint32_t* time_ms : {&timeouts.resolve_ms, &timeouts.connect_ms, &timeouts.upgrade_ms,
                                   &timeouts.attempt_ms, &timeouts.message_ms, &timeouts.closing_ms,
                                   &timeouts.drain_ms, &timeouts.ping_ms, &timeouts.pong_ms}) {
        *time_ms = input.pick(times_ms);
    }
    return timeouts;
}

// An empty part leaves the defaults of a user who sets nothing.
Options read_options(FuzzInput input) {
    Options options;
    if (input.is_empty()) return options;
    const std::uint8_t flags = input.byte();
    options.coalesce = (flags & 1) != 0;
    options.discard_input = (flags & 2) != 0;
    if ((flags & 4) != 0) options.protocol_choice = ProtocolChoice::optional;
    options.limits = read_limits(input);
    options.timeouts = read_timeouts(input);
    return options;
}

}  // namespace
}  // namespace linnet::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace linnet::fuzz;
    FuzzInput input(data, size);
    linnet::Options options = read_options(input.take_part());
    const FuzzInput script = input.take_part();
    const FuzzInput results = input.take_part();
    FuzzWorld world(results, input);
    options.clock = &world.clock;
    options.entropy = &world.entropy;
    options.resolver = &world.resolver;
    options.network = &world.network;
    options.memory = &world.memory;
    StrictLog log;
    options.log = &log;
    options.log_level = linnet::LogLevel::debug;
    Program(world, options, script).run();
    return 0;
}
