// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "testkit/simulated_player.hpp"

#include <algorithm>

#include "testkit/simulated_server.hpp"

namespace linnet::test {
namespace {

constexpr const char* grammar = "the_signals_keep_the_grammar";
constexpr const char* prefix_to_client = "the_client_reads_a_prefix_of_what_was_sent";
constexpr const char* by_the_book = "calls_return_the_documented_results";
constexpr const char* each_listener = "each_listener_receives_each_signal";

using Status = NetworkedMultiplayerPeer::ConnectionStatus;
constexpr Status connected = NetworkedMultiplayerPeer::CONNECTION_CONNECTED;
constexpr Status connecting = NetworkedMultiplayerPeer::CONNECTION_CONNECTING;

std::uint32_t drawn_ms(Stage& stage, std::uint32_t usual) {
    return stage.pick<std::uint32_t>({usual, usual, usual, 0, 50, 700, 5'000});
}

}  // namespace

// ---- random choices ---------------------------------------------------------------------------

PlayerPlan PlayerPlan::drawn(Stage& stage) {
    PlayerPlan plan;
    plan.pace = stage.pick({Pace::frames, Pace::rarely, Pace::events, Pace::events});
    plan.attempt_count = 1 + stage.below(5);
    plan.put_percent = stage.pick<std::size_t>({0, 10, 50, 100});
    plan.read_percent = stage.pick<std::size_t>({100, 100, 50, 5});
    plan.react_percent = stage.pick<std::size_t>({0, 0, 5, 50});
    plan.close_percent = stage.pick<std::size_t>({0, 1, 3, 15});
    plan.ping_percent = stage.pick<std::size_t>({0, 3, 3, 100});
    plan.hold_percent = stage.pick<std::size_t>({0, 20, 100});
    plan.message_size_max = stage.pick<std::size_t>({60, 1000, 70'000});
    plan.pause_max_us = plan.pace == Pace::frames ? stage.pick<std::uint64_t>({16'000, 33'000})
                        : plan.pace == Pace::rarely
                            ? stage.pick<std::uint64_t>({500'000, 9'000'000, 14'000'000})
                            : stage.pick<std::uint64_t>({5'000, 300'000});
    plan.secure_percent = stage.pick<std::size_t>({0, 0, 30, 100});
    plan.reads_to_the_end = !stage.one_in(4);
    return plan;
}

Options drawn_options(Stage& stage) {
    Options options;
    options.coalesce = stage.one_in(4);
    options.discard_input = stage.one_in(12);
    if (stage.one_in(3)) options.protocol_choice = ProtocolChoice::optional;
    Limits& limits = options.limits;
    if (stage.one_in(2)) {
        limits.input_payload_max = stage.pick<std::size_t>({1 << 20, 100'000, 3000, 200});
        limits.input_message_count_max = stage.pick<std::size_t>({1024, 20, 3, 1});
        limits.output_payload_max = stage.pick<std::size_t>({1 << 20, 100'000, 3000, 200});
        limits.output_message_count_max = stage.pick<std::size_t>({1024, 20, 3, 1});
        limits.fragment_count_max = stage.pick<std::size_t>({16'384, 100, 8});
        limits.response_size_max = stage.pick<std::size_t>({16'384, 1000, 200});
        limits.peer_count_max = stage.pick<std::size_t>({4096, 100, 2});
        limits.poll_size_max = stage.pick<std::size_t>({256 * 1024, 1000, 50, 1});
        limits.poll_item_count_max = stage.pick<std::size_t>({256, 10, 2, 1});
    }
    if (stage.one_in(2)) return options;
    Timeouts& timeouts = options.timeouts;
    for (std::uint32_t* const each :
         {&timeouts.resolve_ms, &timeouts.connect_ms, &timeouts.tls_ms, &timeouts.upgrade_ms,
          &timeouts.join_ms, &timeouts.attempt_ms, &timeouts.message_ms, &timeouts.closing_ms,
          &timeouts.drain_ms, &timeouts.ping_ms, &timeouts.pong_ms}) {
        *each = drawn_ms(stage, *each);
    }
    return options;
}

void SimulatedLog::write(LogLevel level, std::string_view line) {
    constexpr const char* log_is_clean = "the_log_is_clean";
    const bool is_printable = std::none_of(
        line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    stage_.log("c%zu logs %s: %.*s", client_, text(level).data(), static_cast<int>(line.size()),
               line.data());
    stage_.require(!line.empty() && line.size() <= 1024 && is_printable, log_is_clean,
                   "a line that is none");
    stage_.require(line.find("secret") == line.npos, log_is_clean, "a secret");
}

Player::Player(Stage& stage, Internet& internet, std::size_t number)
    : stage_(stage),
      internet_(internet),
      number_(number),
      plan_(PlayerPlan::drawn(stage)),
      clock_(stage),
      entropy_(stage.seed_for_another()),
      resolver_(internet, number),
      network_(internet, number),
      memory_(stage, stage.seed_for_another()),
      log_(stage, number),
      options_(drawn_options(stage)),
      attempts_left_(plan_.attempt_count) {
    entropy_.fail_percent = stage.pick<std::size_t>({0, 0, 0, 0, 0, 0, 0, 0, 5, 50});
    memory_.fail_percent = stage.pick<std::size_t>({0, 0, 0, 0, 0, 0, 0, 0, 5, 50});
    if (plan_.ping_percent == 100) {
        // Short enough that a dead link can be detected within a simulation.
        plan_.close_percent = 0;
        options_.timeouts.ping_ms = stage.pick({700u, 700u, 5'000u});
        options_.timeouts.pong_ms = stage.pick({700u, 700u, 5'000u});
    }
    if (stage.one_in(10)) memory_.limit = 2000 + stage.below(40'000);
    options_.clock = &clock_;
    options_.entropy = &entropy_;
    options_.resolver = &resolver_;
    options_.network = &network_;
    options_.memory = &memory_;
    options_.tls = &tls_;
    if (stage.one_in(3)) {
        options_.log = &log_;
        options_.log_level = LogLevel::debug;
    }
    internet.on_change(number, [this] { changed(); });
}

void Player::log_plan() {
    constexpr const char* paces[] = {"each frame", "rarely", "when it must"};
    const Limits& l = options_.limits;
    const Timeouts& t = options_.timeouts;
    stage_.log(
        "c%zu polls %s; in %zu/%zu, out %zu/%zu, fragments %zu, response %zu, peers %zu, "
        "poll %zu/%zu",
        number_, paces[static_cast<int>(plan_.pace)], l.input_payload_max,
        l.input_message_count_max, l.output_payload_max, l.output_message_count_max,
        l.fragment_count_max, l.response_size_max, l.peer_count_max, l.poll_size_max,
        l.poll_item_count_max);
    stage_.log(
        "c%zu waits in ms: resolve %u, connect %u, tls %u, upgrade %u, join %u, attempt %u, "
        "message %u, closing %u, drain %u, ping %u, pong %u",
        number_, t.resolve_ms, t.connect_ms, t.tls_ms, t.upgrade_ms, t.join_ms, t.attempt_ms,
        t.message_ms, t.closing_ms, t.drain_ms, t.ping_ms, t.pong_ms);
    const std::string limit =
        memory_.limit == SIZE_MAX ? "enough" : std::to_string(memory_.limit) + " bytes";
    stage_.log("c%zu has %s of memory, fails %zu%%; entropy fails %zu%%%s%s", number_,
               limit.c_str(), memory_.fail_percent, entropy_.fail_percent,
               options_.coalesce ? "; coalesces" : "",
               options_.discard_input ? "; discards input" : "");
}

// ---- signals ---------------------------------------------------------------------------------

void Player::create() {
    attempt_ = {};
    client_ = std::make_unique<WebSocketClient>(options_);
    stage_.log("c%zu begins to live", number_);
    listen();
}

// Both listeners are called, in this order, with the same arguments, for any action of the first
// one, unless it destroys the client.
template <class... Args, class First>
void Player::listen_twice(Signal<Args...>& signal, First first) {
    signal.connect([this, first](Args... args) {
        see(Arguments::of(args...));
        first(args...);
        if (!client_ || seen_.text.empty() || !stage_.one_in(4)) return;
        disconnect();
        connect();
    });
    signal.connect([this](Args... args) {
        see_again(Arguments::of(args...));
        if (client_ && stage_.one_in(4)) react();
        if (client_) see_again(Arguments::of(args...));
        awaits_second_ = false;
    });
}

void Player::listen() {
    listen_twice(client_->connection_established,
                 [this](std::string_view protocol) { on_established(protocol); });
    listen_twice(client_->connection_error, [this] { on_error(); });
    listen_twice(client_->connection_closed, [this](bool clean) { on_closed(clean); });
    listen_twice(client_->data_received, [this] { on_data(); });
    listen_twice(client_->server_close_request,
                 [this](int code, std::string_view reason) { on_close_request(code, reason); });
    listen_twice(client_->peer_connected, [this](int peer) { on_peer_connected(peer); });
    listen_twice(client_->peer_disconnected, [this](int peer) { on_peer_disconnected(peer); });
    listen_twice(client_->peer_packet, [this](int) { on_peer_packet(); });
    listen_twice(client_->connection_succeeded, [this] { on_succeeded(); });
    listen_twice(client_->connection_failed, [this] { on_room_end(false); });
    listen_twice(client_->server_disconnected, [this] { on_room_end(true); });
}

void Player::see(Arguments arguments) {
    promise(!awaits_second_, each_listener, "the second was left out");
    awaits_second_ = true;
    seen_ = std::move(arguments);
}

void Player::see_again(const Arguments& arguments) {
    promise(client_ != nullptr && awaits_second_, each_listener,
            "the second is called by a client that is destroyed");
    promise(arguments == seen_, each_listener, "the second gets other arguments");
}

bool Player::count_signal(const char* signal, bool is_due) {
    ++signal_count_;
    stage_.log("c%zu HEARS %s", number_, signal);
    return promise(is_due && polling_, grammar, signal);
}

void Player::on_established(std::string_view protocol) {
    const std::vector<Connection*> open = internet_.open_connections(number_);
    if (!count_signal("connection_established", attempt_.act == Act::connecting)) return;
    attempt_.act = Act::open;
    ++opened_count_;
    const bool is_multiplayer = attempt_.record->multiplayer;
    promise(client_->get_connection_status() == (is_multiplayer ? connecting : connected), grammar,
            "the status at connection_established");
    if (!promise(open.size() == 1, "nothing_is_left_open", "who has lost the race is open")) {
        return;
    }
    attempt_.connection = open.front();
    attempt_.alive_us = clock_.now_us();
    hold(HeldViews::Until::next_connect, "the protocol", protocol);
    hold(HeldViews::Until::next_connect, "response_headers", client_->response_headers());
    hold(HeldViews::Until::next_connect, "get_connected_host", client_->get_connected_host());
    attempt_.gap_us = 0;
    promise(attempt_.connection->attempt == attempt_.record, "nothing_is_left_open",
            "the connection is of an earlier attempt");
    react();
}

void Player::on_error() {
    if (!count_signal("connection_error", attempt_.act == Act::connecting)) return;
    attempt_.act = attempt_.record->multiplayer ? Act::farewell : Act::over;
    check_ending(false);
    react();
}

void Player::on_closed(bool clean) {
    if (!count_signal(clean ? "connection_closed(true)" : "connection_closed(false)",
                      attempt_.act == Act::open)) {
        return;
    }
    attempt_.act = attempt_.record->multiplayer ? Act::farewell : Act::over;
    check_ending(clean);
    settle_attempt();
    react();
}

void Player::on_data() {
    const bool is_due = attempt_.act == Act::open && !attempt_.record->multiplayer &&
                        !options_.discard_input && !attempt_.we_closed && !attempt_.they_closed;
    if (!count_signal("data_received", is_due)) return;
    ++attempt_.announced;
    ++message_count_;
    promise(client_->get_connection_status() == connected, grammar, "the status at data_received");
    if (stage_.percent(plan_.read_percent)) read(SIZE_MAX);
    react();
}

void Player::on_close_request(int code, std::string_view reason) {
    if (!count_signal("server_close_request", may_be_open())) return;
    hold(HeldViews::Until::next_connect, "the reason of a close frame", reason);
    attempt_.they_closed = true;
    attempt_.closed_us = clock_.now_us();
    promise(code == 0 || (code >= 1000 && code <= 4999), grammar, "a close code");
    promise(client_->get_connection_status() == connected, grammar,
            "the status at server_close_request");
    if (!options_.discard_input && internet_.weather().tampering == Tampering::none) {
        promise(attempt_.announced == sent_for_reader(),
                "everything_sent_before_the_close_is_received", "not every message was announced");
    }
    react();
}

void Player::on_peer_connected(int peer) {
    bool is_due = attempt_.act == Act::open && attempt_.record->multiplayer &&
                  !attempt_.we_closed && !attempt_.they_closed && !attempt_.peers.contains(peer);
    if (peer == 1) is_due = is_due && !attempt_.joined;
    if (peer != 1) is_due = is_due && attempt_.joined;
    if (!count_signal("peer_connected", is_due)) return;
    attempt_.server_is_there = true;
    attempt_.peers.insert(peer);
    hold_peers();
    promise(client_->get_connection_status() == connected, grammar, "the status at peer_connected");
    react();
}

void Player::on_succeeded() {
    const bool is_due = attempt_.act == Act::open && attempt_.server_is_there && !attempt_.joined;
    if (!count_signal("connection_succeeded", is_due)) return;
    attempt_.joined = true;
    react();
}

void Player::on_peer_disconnected(int peer) {
    const bool is_open = attempt_.act == Act::open && attempt_.joined && peer != 1 &&
                         !attempt_.we_closed && !attempt_.they_closed;
    const bool is_due = is_open || attempt_.act == Act::farewell;
    if (!count_signal("peer_disconnected", is_due && attempt_.peers.contains(peer))) return;
    attempt_.peers.erase(peer);
    react();
}

void Player::on_peer_packet() {
    const bool is_due = attempt_.act == Act::open && attempt_.joined && !attempt_.we_closed &&
                        !attempt_.they_closed && !options_.discard_input;
    if (!count_signal("peer_packet", is_due)) return;
    ++attempt_.announced;
    ++message_count_;
    if (stage_.percent(plan_.read_percent)) read(SIZE_MAX);
    react();
}

void Player::on_room_end(bool was_joined) {
    const bool is_due = attempt_.act == Act::farewell && attempt_.peers.empty() &&
                        attempt_.server_is_there == was_joined;
    if (!count_signal(was_joined ? "server_disconnected" : "connection_failed", is_due)) return;
    attempt_.act = Act::over;
    react();
}

// A listener may do anything within a signal.
void Player::react() {
    if (reaction_depth_ > 3 || !stage_.percent(plan_.react_percent)) return;
    ++reaction_depth_;
    const std::uint64_t before = progress();
    switch (stage_.below(12)) {
        case 0:
        case 1: read(1); break;
        case 2:
        case 3: put(); break;
        case 4: disconnect(); break;
        case 5:
            disconnect();
            connect();
            break;
        case 6: connect(); break;
        case 7:
            client_->poll();
            promise(progress() == before, by_the_book, "a nested poll does something");
            break;
        case 8: client_->wait(1000); break;
        case 9:
            if (stage_.one_in(4)) destroy();
            break;
        case 10: ping(); break;
        case 11:
            for (int i = 0; i < 2; ++i) {
                disconnect();
                connect();
            }
            break;
    }
    --reaction_depth_;
}

// ---- actions ----------------------------------------------------------------------------------

void Player::begin() {
    log_plan();
    create();
    plan_turn();
}

void Player::plan_turn() {
    const std::uint64_t pause_us =
        ending_ ? std::min<std::uint64_t>(plan_.pause_max_us, 200'000) : plan_.pause_max_us;
    const std::uint64_t least_us = ending_                                  ? 100'000
                                   : plan_.pace == PlayerPlan::Pace::frames ? 16'000
                                                                            : 1;
    // Does not poll for a long time, like a program that loads a level.
    const std::uint64_t nap_us = !ending_ && stage_.one_in(300) ? 12'000'000 : 0;
    stage_.after(nap_us + least_us + stage_.below(static_cast<std::size_t>(pause_us)),
                 [this] { turn(); });
}

void Player::turn() {
    const bool is_done = !is_alive() && attempts_left_ == 0;
    if (is_done && ending_ && client_) read(SIZE_MAX);
    if (is_done && ending_) return;
    if (!client_) create();
    if (stage_.one_in(300)) {
        clock_.jump(stage_.pick<std::uint64_t>({1'000'000, 60'000'000, 3'600'000'000}));
        jumped_ = true;
        stage_.log("c%zu was suspended", number_);
        if (client_ && stage_.one_in(2)) {
            did();
            ++attempt_.resumes;
            client_->notify_resume();
        }
    }
    act();
    if (client_) check();
    if (plan_.pace != PlayerPlan::Pace::events) poll();
    plan_poll();
    plan_turn();
}

void Player::act() {
    if (!is_alive()) {
        if (stage_.percent(plan_.read_percent)) read(SIZE_MAX);
        if (stage_.one_in(20)) ping();
        if (stage_.one_in(3)) connect();
        return;
    }
    if (ending_) {
        read(SIZE_MAX);
        if (attempt_.act == Act::open && !attempt_.we_closed) disconnect();
        return;
    }
    const std::size_t puts = stage_.percent(plan_.put_percent) ? 1 + stage_.below(4) : 0;
    for (std::size_t i = 0; i < puts; ++i) put();
    if (stage_.percent(plan_.read_percent)) read(stage_.one_in(3) ? 1 : SIZE_MAX);
    if (attempt_.act == Act::open && stage_.percent(plan_.close_percent)) disconnect();
    // A player that pings continuously waits for the results.
    if (stage_.one_in(plan_.ping_percent == 100 ? 5'000 : 100)) disconnect();
    if (stage_.one_in(50)) connect();
    if (stage_.percent(plan_.ping_percent)) ping();
    if (stage_.one_in(20)) client_->flush();
    if (client_) hold_peers();
    if (stage_.one_in(300)) destroy();
}

void Player::connect() {
    if (attempts_left_ == 0 || !client_) return;
    did();
    const bool is_secure = stage_.percent(plan_.secure_percent);
    const std::size_t port = stage_.one_in(40) ? 9 : first_port + stage_.below(server_count);
    const bool is_multiplayer = stage_.percent(port == room_port ? 90 : 5);
    const std::string host = stage_.one_in(3) ? "10.9.9." + std::to_string(stage_.below(9))
                                              : "h" + std::to_string(stage_.below(4));
    const std::string url = (is_secure ? "wss://" : "ws://") + host + ":" + std::to_string(port) +
                            (stage_.one_in(60) ? "/a b" : "/room?key=secret");
    Attempt next;
    next.act = Act::connecting;
    next.since_us = clock_.now_us();
    *next.record = {number_, attempt_count_, is_multiplayer, is_secure, {}};
    const auto earlier = network_.attempt;
    network_.attempt = next.record;
    const std::string_view offered[] = {"chat", "superchat"};
    const std::string_view headers[] = {"Authorization: Bearer secret", "X-Game: chess"};
    check_views(HeldViews::Until::next_connect);
    const Error error =
        client_->connect_to_url(url, stage_.one_in(4) ? Strings(offered) : Strings(),
                                is_multiplayer, stage_.one_in(4) ? Strings(headers) : Strings());
    stage_.log("c%zu connects to %s: %d", number_, url.c_str(), static_cast<int>(error));
    if (error != Error::already_in_use) drop_views(HeldViews::Until::next_connect);
    if (error != Error::ok) {
        network_.attempt = earlier;
        const bool may_be_in_use = attempt_.act == Act::connecting || may_be_open();
        promise(error != Error::already_in_use || may_be_in_use, by_the_book,
                "connect_to_url: already in use");
        promise(error == Error::already_in_use || (client_->failure().cause != Cause::none &&
                                                   !client_->failure().explain().empty()),
                by_the_book, "a refusal has no cause");
        if (error != Error::already_in_use) --attempts_left_;
        return;
    }
    settle_attempt();
    --attempts_left_;
    ++attempt_count_;
    attempt_ = std::move(next);
    attempt_.events = 1;
    check_anew();
}

void Player::disconnect() {
    if (!client_) return;
    did();
    const int code = stage_.pick({1000, 1000, 1000, 1001, 3000, 4000, 0, 1005, 70'000});
    const Error error = client_->disconnect_from_host(code, code == 0 ? "" : "enough");
    stage_.log("c%zu disconnects with %d: %d", number_, code, static_cast<int>(error));
    if (error != Error::ok) return;
    if (attempt_.act == Act::connecting) {
        settle_attempt();
        attempt_.act = Act::over;
    } else if (attempt_.act == Act::open && !attempt_.we_closed && !attempt_.they_closed) {
        attempt_.we_closed = true;
        attempt_.closed_us = clock_.now_us();
    }
}

void Player::did() {
    ++action_count_;
    ++attempt_.events;
    ++event_count_;
}

void Player::ping() {
    if (!client_) return;
    did();
    const Error error = client_->ping();
    stage_.log("c%zu pings: %d", number_, static_cast<int>(error));
    promise(error == Error::ok || error == Error::failed, by_the_book,
            "ping returns neither ok nor failed");
    promise(error != Error::ok || may_be_open(), by_the_book, "ping takes what it may not");
    if (error == Error::ok) {
        ++attempt_.pings;
        // It was not closing until now, so that time does not count.
        check_liveness(0);
    }
    // In this case the connection is about to end for a reason that is not reported yet.
    if (error != Error::ok && may_be_open() && entropy_.fail_percent == 0) {
        attempt_.ping_was_refused = true;
    }
}

void Player::put() {
    if (!client_) return;
    did();
    AttemptRecord& record = *attempt_.record;
    WebSocketPeer& peer = *client_->get_peer(1);
    Message message{.is_text = !record.multiplayer && stage_.one_in(2)};
    const std::string name = "c" + std::to_string(number_) + "." + std::to_string(record.number) +
                             "." + std::to_string(record.accepted.size());
    const std::size_t size = drawn_size(stage_, plan_.message_size_max);
    message.payload = content_of(stage_, message.is_text, name, size);
    Error error = Error::ok;
    if (record.multiplayer) {
        const PeerId target = stage_.pick({0, 0, 1, 2, -2});
        client_->set_target_peer(target);
        const PeerId own = client_->get_unique_id();
        error = client_->put_packet(message.payload);
        message.payload.insert(
            0, text_of(multiplayer_header(MultiplayerPacket::Type::payload, own, target)));
    } else {
        peer.set_write_mode(message.is_text ? WebSocketPeer::WRITE_MODE_TEXT
                                            : WebSocketPeer::WRITE_MODE_BINARY);
        error = peer.put_packet(message.payload);
    }
    const bool can_fit = message.payload.size() <= options_.limits.output_payload_max;
    promise(error != Error::ok || (may_be_open() && can_fit), by_the_book,
            "put_packet takes what it may not");
    promise(error != Error::invalid_parameter || !can_fit, by_the_book,
            "put_packet refuses what can fit");
    promise(error != Error::invalid_data && error != Error::unconfigured, by_the_book,
            "put_packet calls right bytes wrong");
    if (attempt_.act == Act::open || error == Error::ok) {
        stage_.log("c%zu puts %zu bytes: %d", number_, size, static_cast<int>(error));
    }
    if (error == Error::ok) record.accepted.push_back(std::move(message));
}

void Player::read(std::size_t count_max) {
    if (!client_) return;
    const bool is_multiplayer = attempt_.record->multiplayer;
    PacketPeer& queue = is_multiplayer ? static_cast<PacketPeer&>(*client_)
                                       : static_cast<PacketPeer&>(*client_->get_peer(1));
    while (count_max-- > 0 && queue.get_available_packet_count() > 0 && !stage_.is_over()) {
        did();
        const int source = client_->get_packet_peer();
        note_life();
        end_views(HeldViews::Until::next_packet);
        const Bytes packet = queue.get_packet();
        promise(queue.get_packet_error() == Error::ok, by_the_book,
                "what is available cannot be read");
        ++attempt_.taken;
        verify(packet, source);
        hold(HeldViews::Until::next_packet, "a packet", text_of(packet));
    }
}

void Player::verify(Bytes packet, int source) {
    if (!promise(attempt_.connection != nullptr && attempt_.connection->server != nullptr,
                 prefix_to_client, "a message without a server")) {
        return;
    }
    const std::vector<Message>& sent_messages = attempt_.connection->server->sent_messages();
    const bool is_multiplayer = attempt_.record->multiplayer;
    std::size_t& index = attempt_.sent_index;
    while (is_multiplayer && index < sent_messages.size() && !sent_messages[index].is_for_reader)
        ++index;
    stage_.log("c%zu reads message %zu of %zu bytes", number_, index, packet.size());
    if (!promise(index < sent_messages.size(), prefix_to_client, "it was never sent")) return;
    const Message& expected = sent_messages[index++];
    const std::string_view body =
        std::string_view(expected.payload).substr(is_multiplayer ? multiplayer_header_size : 0);
    promise(text_of(packet) == body, prefix_to_client, "lost, changed, repeated or out of order");
    if (is_multiplayer) {
        promise(source == expected.source, prefix_to_client, "another has sent it");
    } else {
        promise(client_->get_peer(1)->was_string_packet() == expected.is_text, prefix_to_client,
                "text is binary, or binary text");
    }
}

void Player::destroy() {
    stage_.log("c%zu is destroyed", number_);
    did();
    end_views(HeldViews::Until::next_connect);
    moving_peers_ = {};
    client_.reset();
    awaits_second_ = false;
    settle_attempt();
    attempt_ = {};
    constexpr const char* leftover = "nothing_is_leaked";
    promise(memory_.used == 0, leftover, "memory");
    promise(internet_.open_connections(number_).empty(), leftover, "a socket");
    promise(resolver_.open_count() == 0, leftover, "a request for a name");
}

// ---- polling ----------------------------------------------------------------------------------

void Player::poll() {
    if (!client_ || polling_ || stage_.is_over()) return;
    const std::uint64_t now_us = clock_.now_us();
    attempt_.gap_us = std::max(attempt_.gap_us, now_us - last_poll_us_);
    attempt_.closing_gap_us = std::max(attempt_.closing_gap_us, now_us - last_poll_us_);
    last_poll_us_ = now_us;
    const bool was_sending = wants_to_send();
    const std::uint64_t moved = network_.moved;
    const std::size_t calls = network_.call_count;
    const std::uint64_t before = progress();
    const Stats stats = client_->stats();
    const std::size_t cuts = network_.cut_count;
    const std::uint64_t signals = signal_count_;
    end_views(HeldViews::Until::next_poll);
    ++poll_count_;
    polling_ = true;
    if (stage_.one_in(8)) {
        client_->wait(0);
    } else {
        client_->poll();
    }
    polling_ = false;
    if (!client_ || stage_.is_over()) return;
    promise(!awaits_second_, each_listener, "the second was left out");
    count_events(stats, cuts, signals);
    promise(attempt_.act != Act::farewell || client_->next_deadline() <= clock_.now_us(), grammar,
            "the farewell of the room is cut short");
    if (progress() == before && network_.moved == moved) check_idle(calls, was_sending);
    check();
    check_deadlines();
}

void Player::changed() {
    if (plan_.pace != PlayerPlan::Pace::events || change_is_noted_) return;
    change_is_noted_ = true;
    stage_.after(0, [this] {
        change_is_noted_ = false;
        ++attempt_.events;
        ++event_count_;
        plan_poll();
    });
}

bool Player::wants_to_send() const {
    std::array<WaitItem, address_count_max> items;
    return client_->wait_set(items) > 0 && items[0].writable;
}

bool Player::has_ready_socket() {
    std::array<WaitItem, address_count_max> items;
    const std::size_t count = client_->wait_set(items);
    return std::any_of(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(count),
                       [this](const WaitItem& item) {
                           const Connection* const each = internet_.find(number_, item.socket);
                           return each != nullptr && ((item.readable && each->is_readable()) ||
                                                      (item.writable && each->is_writable()));
                       });
}

// Like an event loop: wakes only for the events that the client requests.
void Player::plan_poll() {
    if (plan_.pace != PlayerPlan::Pace::events || !client_ || stage_.is_over()) return;
    look_twice();
    if (!client_ || stage_.is_over()) return;
    const std::uint64_t number = ++wake_number_;
    const std::uint64_t due_us = client_->next_deadline();
    if (has_ready_socket() || due_us <= clock_.now_us()) {
        stage_.after(stage_.between(1, 100), [this, number] { wake(number, false); });
    } else if (due_us != WebSocketClient::no_deadline) {
        stage_.at(due_us - clock_.offset_us(), [this, number] { wake(number, true); });
    }
}

void Player::wake(std::uint64_t number, bool is_deadline) {
    if (number != wake_number_ || !client_) return;
    if (is_deadline) {
        ++attempt_.events;
        ++event_count_;
    }
    ++attempt_.polls;
    ++event_poll_count_;
    const std::uint64_t before = progress();
    const std::uint64_t received = client_->stats().bytes_received;
    poll();
    if (client_ && !stage_.is_over()) {
        check_progress(before, received);
        check_events();
    }
    plan_poll();
}

// ---- the end ---------------------------------------------------------------------------------

void Player::begin_to_end() {
    ending_ = true;
    attempts_left_ = 0;
}

void Player::end() {
    if (stage_.is_over()) return;
    if (client_ && is_alive() && every_wait_has_an_end() && !jumped_) {
        const std::uint64_t silent_us = clock_.now_us() - attempt_.alive_us;
        promise(silent_us < patience_us(), "every_attempt_ends", "it lives for ever");
    }
    if (client_) destroy();
}

}  // namespace linnet::test
