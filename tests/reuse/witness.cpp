// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "reuse/witness.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace linnet::test {
namespace {

constexpr std::size_t shown_size_max = 64;

// The values derived from the handshake's key, which differs in each attempt.
std::string blanked(std::string text) {
    for (const std::string name : {"Sec-WebSocket-Key: ", "Sec-WebSocket-Accept: "}) {
        for (std::size_t at = 0; (at = text.find(name, at)) != text.npos;) {
            at += name.size();
            text.replace(at, text.find('\r', at) - at, "*");
        }
    }
    return text;
}

std::string shown(std::string_view bytes) {
    std::string text = blanked(std::string(bytes));
    for (char& c : text) {
        if (c < ' ') c = c == '\r' ? ' ' : c == '\n' ? '|' : '.';
    }
    if (text.size() <= shown_size_max * 8) return '"' + text + '"';
    return '"' + text.substr(0, shown_size_max) + "\"... " + std::to_string(bytes.size()) +
           " bytes, hash " + std::to_string(std::hash<std::string_view>()(bytes));
}

std::string fields(std::initializer_list<std::pair<const char*, std::uint64_t>> values) {
    std::string text;
    for (const auto& [name, value] : values) {
        text += (text.empty() ? "" : ", ") + std::string(name) + " " + std::to_string(value);
    }
    return text;
}

std::string_view view_of(std::span<const AddressTried> addresses) {
    return {reinterpret_cast<const char*>(addresses.data()), addresses.size_bytes()};
}

std::string_view view_of(std::span<const PeerId> peers) {
    return {reinterpret_cast<const char*>(peers.data()), peers.size_bytes()};
}

// Stays in its handshake until the server sends anything.
class HandshakingEngine final : public TlsEngine {
 public:
    explicit HandshakingEngine(Block& own) : own_(own.memory()) { own_.swap(own); }
    TlsState state() const override { return state_; }
    const TlsFailure& failure() const override { return failure_; }
    std::size_t feed(Bytes ciphertext) override {
        state_ = TlsState::failed;
        failure_.cause = Cause::tls_alert;
        failure_.alert = 40;
        failure_.native = 296;
        failure_.detail_text[0] = 'A';
        failure_.detail_size = 1;
        return ciphertext.size();
    }
    Bytes outgoing() override { return {}; }
    void outgoing_sent(std::size_t) override {}
    MutableBytes plaintext() override { return {}; }
    void plaintext_taken(std::size_t) override {}
    MutableBytes send_buffer() override { return {}; }
    void encrypt(std::size_t) override {}
    void close() override {}
    void end_of_stream() override { state_ = TlsState::closed; }
    void destroy() override {
        Block own(own_.memory());
        own.swap(own_);
        this->~HandshakingEngine();
    }

 private:
    ~HandshakingEngine() = default;

    Block own_;
    TlsState state_ = TlsState::handshaking;
    TlsFailure failure_;
};

}  // namespace

TlsEngine* SwitchedTls::engine(const TlsRequest& request, TlsFailure& why) const {
    if (mode == Mode::works) return works_.engine(request, why);
    Block own(request.memory);
    if (mode == Mode::handshakes && own.allocate(sizeof(HandshakingEngine))) {
        return new (own.data()) HandshakingEngine(own);
    }
    why.cause = Cause::tls_root_expired;
    why.native = 7;
    std::copy_n("since 2020", 10, why.detail_text.begin());
    why.detail_size = 10;
    return nullptr;
}

// ---- one transcript after the other ----------------------------------------------------------

Witness::Witness(Prepare prepare) {
    Options options = world.options();
    options.tls = &tls;
    options.log = this;
    options.log_level = LogLevel::debug;
    prepare(options);
    client = std::make_unique<WebSocketClient>(options);
    story_ = std::make_unique<Story>(*client);
    story_->reads = false;
    story_->on = [this](const std::string& signal) { receive(signal); };
    // Other listeners, which are called after the first one, for any action of the first.
    client->connection_established.connect([this](std::string_view protocol) {
        receive_as_another("connection_established(\"" + std::string(protocol) + "\")", protocol);
    });
    client->server_close_request.connect([this](int code, std::string_view reason) {
        receive_as_another(
            "server_close_request(" + std::to_string(code) + ", \"" + std::string(reason) + "\")",
            reason);
    });
}

void Witness::destroy() {
    reread(until_connect_, "before the client's end");
    client.reset();
    EXPECT_EQ(world.network.open_count(), 0u)
        << "a socket is still open after the client is destroyed";
    EXPECT_EQ(world.resolver.open_count(), 0u)
        << "a request is still pending after the client is destroyed";
}

void Witness::begin(Sees sees) {
    transcript_.clear();
    last_.clear();
    story_->lines.clear();
    story_->signals.clear();
    on_signal = {};
    reads = true;
    sees_ = sees;
    begun_us_ = world.clock.now;
    connections_begin_ = world.network.connections.size();
    asked_begin_ = world.resolver.asked.size();
    world.resolver.addresses = {SocketAddress{{10, 0, 0, 1}}};
    world.resolver.pending = false;
    world.resolver.error = 0;
    world.entropy.exhausted = false;
    world.memory.limit = SIZE_MAX;
    world.faults.fail_at = world.memory_faults.fail_at = -1;
    tls.mode = SwitchedTls::Mode::works;
    serve({AwaitRequest{}});
}

void Witness::end() {
    look();
    if (!is_under_way()) wait_for_nothing();
    for (std::size_t i = connections_begin_; i < world.network.connections.size(); ++i) {
        const ScriptedConnection& c = world.connection(i);
        line("the server received " + shown(c.request));
        for (const ReceivedFrame& frame : c.frames) {
            line("frame " + std::to_string(static_cast<int>(frame.header.opcode)) +
                 (frame.header.fin ? " fin " : " ") + shown(frame.payload));
        }
        line("connection: " + fields({{"taken", c.taken},
                                      {"given", c.given},
                                      {"closed", c.client_closed},
                                      {"shut_down", c.client_shut_down},
                                      {"no_delay", c.no_delay}}));
    }
    for (std::size_t i = asked_begin_; i < world.resolver.asked.size(); ++i) {
        line("resolved " + world.resolver.asked[i]);
    }
    line("calls: " +
         fields({{"of the system", static_cast<std::uint64_t>(world.faults.calls - calls_begin_)},
                 {"allocations", static_cast<std::uint64_t>(world.memory.allocation_count -
                                                            allocations_begin_)}}));
}

void Witness::wait_for_nothing() {
    const std::uint64_t now_us = world.clock.now;
    client->wait(10);
    EXPECT_EQ(world.clock.now, now_us) << "an idle client waits for something";
    poll();
}

void Witness::serve(std::vector<ServerScript> scripts) {
    auto& all = world.network.scripts;
    all.assign(connections_begin_, ServerScript{});
    all.insert(all.end(), scripts.begin(), scripts.end());
}

void Witness::answer_last_ping() {
    ScriptedConnection& server = connection();
    const auto is_ping = [](const ReceivedFrame& f) { return f.header.opcode == Opcode::ping; };
    const auto ping = std::find_if(server.frames.rbegin(), server.frames.rend(), is_ping);
    if (ping == server.frames.rend()) return;
    server.to_client += server_frame(Opcode::pong, ping->payload);
}

// ---- calls -----------------------------------------------------------------------------------

Error Witness::connect(std::string_view url, Strings protocols, Strings headers, bool gd_mp_api) {
    reread(until_connect_, "before connect_to_url");
    if (!is_polling_) reread(until_poll_, "before connect_to_url");
    reread(until_packet_, "before connect_to_url");
    if (transcript_.empty()) {
        calls_begin_ = world.faults.calls;
        allocations_begin_ = world.memory.allocation_count;
    }
    // The arguments are valid only during the call.
    const auto temporary = std::make_unique<std::string>(url);
    const Error error = client->connect_to_url(*temporary, protocols, gd_mp_api, headers);
    until_poll_.clear();
    has_connected_in_poll_ |= is_polling_ && error == Error::ok;
    call("connect_to_url", error);
    return error;
}

void Witness::disconnect(int code, std::string_view reason) {
    call("disconnect_from_host", client->disconnect_from_host(code, reason));
}

void Witness::put(std::string_view packet) {
    call("put_packet", peer().put_packet(packet));
}

void Witness::put_to_room(PeerId target, std::string_view packet) {
    client->set_target_peer(target);
    call("put_packet to the room", client->put_packet(packet));
}

void Witness::read(PacketPeer& from) {
    reread(until_packet_, "before get_packet");
    const Bytes packet = from.get_packet();
    remember(until_packet_, "packet", text_of(packet));
    line("packet " + shown(text_of(packet)) + (peer().was_string_packet() ? " text" : " binary"));
    call("get_packet", from.get_packet_error());
}

void Witness::read_all() {
    while (peer().get_available_packet_count() > 0) read(peer());
    while (client->get_available_packet_count() > 0) read(*client);
}

void Witness::call(const char* name, Error error) {
    line(std::string(name) + ": " + std::string(text(error)));
    look();
}

void Witness::poll() {
    reread(until_packet_, "before poll");
    reread(until_poll_, "before poll");
    is_polling_ = true;
    client->poll();
    is_polling_ = has_connected_in_poll_ = false;
    look();
}

void Witness::step() {
    poll();
    const std::uint64_t now = world.clock.now;
    const std::uint64_t next = std::max(client->next_deadline(), now + 1'000);
    world.clock.now = std::min(next, now + 250'000);
}

void Witness::run() {
    for (int i = 0; i < 400 && is_under_way(); ++i) step();
}

// ---- lines -----------------------------------------------------------------------------------

void Witness::line(const std::string& text) {
    if (sees_ == Sees::nothing) return;
    const std::uint64_t time_us = world.clock.now - begun_us_;
    transcript_.push_back("[" + std::to_string(time_us) + " us] " + text);
}

void Witness::note(const std::string& subject, const std::string& text) {
    std::string& last = last_[subject];
    if (last == text) return;
    last = text;
    line("    " + subject + ": " + text);
}

void Witness::write(LogLevel level, std::string_view text) {
    line("log " + std::string(linnet::text(level)) + ": " + blanked(std::string(text)));
}

void Witness::receive(const std::string& signal) {
    EXPECT_FALSE(has_connected_in_poll_) << signal << " in the poll in which its attempt began";
    line("signal " + story_->lines.back());
    look();
    if (reads) read_all();
    if (on_signal) on_signal(signal);
}

void Witness::receive_as_another(const std::string& signal, std::string_view text) {
    EXPECT_TRUE(story_->lines.back().starts_with(signal + " "))
        << "the first listener receives " << story_->lines.back() << ", the second " << signal;
    if (!has_connected_in_poll_) remember(until_connect_, "text of a signal", text);
}

void Witness::look() {
    remember_views();
    if (!is_connected()) {
        EXPECT_EQ(world.network.open_count(), 0u) << "a socket is open after the end";
        EXPECT_EQ(world.resolver.open_count(), 0u) << "a name is being resolved after the end";
        EXPECT_LT(world.memory.used, client->stats().buffer_size + 8 * 1024)
            << "memory of the connection is kept after the end";
    }
    if (sees_ == Sees::nothing) return;
    look_at_failure();
    if (sees_ == Sees::the_failure) return;
    note("status", name_of(client->get_connection_status()) +
                       (peer().is_connected_to_host() ? " open to " : " not open ") +
                       std::string(client->get_connected_host()) + " " +
                       std::to_string(client->get_connected_port()));
    note("response headers", shown(client->response_headers()));
    note("the world",
         fields({{"memory", world.memory.used},
                 {"open sockets", world.network.open_count()},
                 {"resolving", world.resolver.open_count()},
                 {"connections", world.network.connections.size() - connections_begin_}}));
    look_at_waiting();
    look_at_stats();
    look_at_packets();
}

void Witness::look_at_waiting() {
    const std::uint64_t next = client->next_deadline();
    const std::uint64_t time = next - begun_us_;
    note("next deadline", next == WebSocketClient::no_deadline ? "never"
                          : next <= world.clock.now            ? "now"
                                                               : std::to_string(time) + " us");
    std::array<WaitItem, address_count_max> items;
    const std::size_t count = client->wait_set(items);
    std::string text;
    for (const WaitItem& item : std::span(items).first(count)) {
        const auto index = static_cast<std::size_t>(item.socket - 100);
        text += " " + std::to_string(index - connections_begin_) +
                (item.readable ? " readable" : "") + (item.writable ? " writable" : "");
    }
    note("wait set", std::to_string(count) + text);
}

void Witness::look_at_stats() {
    const Stats s = client->stats();
    note("counted", fields({{"bytes_received", s.bytes_received},
                            {"bytes_sent", s.bytes_sent},
                            {"frames_received", s.frames_received},
                            {"frames_sent", s.frames_sent},
                            {"messages_received", s.messages_received},
                            {"messages_sent", s.messages_sent},
                            {"pings_received", s.pings_received},
                            {"pongs_received", s.pongs_received}}));
    note("pings", fields({{"pings_sent", s.pings_sent},
                          {"pings_answered", s.pings_answered},
                          {"round_trip_us", s.round_trip_us},
                          {"round_trip_min_us", s.round_trip_min_us},
                          {"round_trip_smoothed_us", s.round_trip_smoothed_us}}));
    note("lost", fields({{"discarded_size", s.discarded_size},
                         {"ignored_messages", s.ignored_messages},
                         {"receive_stalls", s.receive_stalls},
                         {"send_stalls", s.send_stalls}}));
    note("queues", fields({{"input_queued_size", s.input_queued_size},
                           {"output_queued_size", s.output_queued_size},
                           {"message_size_so_far", s.message_size_so_far},
                           {"buffer_size", s.buffer_size},
                           {"moved_size", s.moved_size}}));
}

void Witness::look_at_failure() {
    const Failure& failure = client->failure();
    note("failure", std::string(text(failure.cause)) + " (" + std::string(text(failure.phase)) +
                        "), os_error " + std::to_string(failure.os_error));
    note("explanation", std::string(failure.explain()));
    EXPECT_EQ(failure.explain().data()[failure.explain().size()], '\0');
    note("explanation with memory", shown(failure.explanation));
    note("failure of TLS",
         std::string(text(failure.tls.cause)) + ", native " + std::to_string(failure.tls.native) +
             ", alert " + std::to_string(failure.tls.alert) + ", " + shown(failure.tls.detail()));
    note("refusal", std::to_string(failure.http_status) + " " + shown(failure.http_reason) + " " +
                        shown(failure.http_headers) + " " + shown(failure.http_body));
    note("close frame", std::to_string(failure.close_code) + " " + shown(failure.close_reason));
    std::string text;
    for (const AddressTried& tried : failure.addresses_tried) {
        for (const std::uint8_t byte : tried.address.bytes) text += std::to_string(byte) + ".";
        text += " port " + std::to_string(tried.address.port) + " os_error " +
                std::to_string(tried.os_error) + "; ";
    }
    note("addresses tried", text);
    text.clear();
    for (const std::uint32_t ms : failure.phase_ms) text += std::to_string(ms) + " ";
    note("phase_ms", text);
}

void Witness::look_at_packets() {
    note("packets", fields({{"of the peer", peer().get_available_packet_count()},
                            {"of the room", client->get_available_packet_count()},
                            {"text", peer().was_string_packet()},
                            {"write mode", peer().get_write_mode()},
                            {"unsent", peer().get_current_outbound_buffered_amount()}}));
    std::string text = "we are " + std::to_string(client->get_unique_id()) + ", the next is from " +
                       std::to_string(client->get_packet_peer()) + ", there are";
    for (const PeerId peer : client->peers()) text += " " + std::to_string(peer);
    note("room", text);
}

// ---- views -----------------------------------------------------------------------------------

void Witness::remember(std::vector<View>& views, const char* what, std::string_view bytes) {
    const auto is_same = [&](const View& view) {
        return view.bytes.data() == bytes.data() && view.bytes.size() == bytes.size();
    };
    if (bytes.empty() || std::any_of(views.begin(), views.end(), is_same)) return;
    views.push_back({what, bytes, std::string(bytes)});
}

void Witness::remember_views() {
    const Failure& failure = client->failure();
    remember(until_connect_, "response_headers", client->response_headers());
    remember(until_connect_, "response_header", client->response_header("x-served-by"));
    remember(until_connect_, "connected_host", client->get_connected_host());
    remember(until_connect_, "addresses_tried", view_of(failure.addresses_tried));
    remember(until_connect_, "http_reason", failure.http_reason);
    remember(until_connect_, "http_headers", failure.http_headers);
    remember(until_connect_, "http_body", failure.http_body);
    remember(until_connect_, "close_reason", failure.close_reason);
    remember(until_connect_, "explanation", failure.explanation);
    // The elements change within a poll.
    if (!is_polling_) remember(until_poll_, "peers", view_of(client->peers()));
}

void Witness::reread(std::vector<View>& views, const char* when) {
    for (const View& view : views) {
        EXPECT_EQ(std::string(view.bytes), view.expected) << view.what << ", read again " << when;
    }
    views.clear();
}

}  // namespace linnet::test
