// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include <algorithm>

#include "godot_stories/stories.hpp"
#include "protocol/closing.hpp"

namespace linnet::test::godot {
namespace {

// As quoted text, with everything that is not printable ASCII as \xNN. A long run of one byte is
// shown by its length.
std::string shown_payload(std::string_view payload) {
    constexpr std::size_t run_size_min = 17;
    const bool is_run = payload.size() >= run_size_min &&
                        payload.find_first_not_of(payload.front()) == payload.npos;
    if (is_run) return std::to_string(payload.size()) + " * " + shown_payload(payload.substr(0, 1));
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string result = "\"";
    for (const char c : payload) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7F) {
            result += c;
        } else {
            result += std::string("\\x") + digits[byte / 16] + digits[byte % 16];
        }
    }
    return result + "\"";
}

std::string shown_frame(const ReceivedFrame& frame) {
    const std::string_view payload = frame.payload;
    const std::string fin = frame.header.fin ? "" : "unfinished ";
    switch (frame.header.opcode) {
        case Opcode::continuation: return fin + "continuation " + shown_payload(payload);
        case Opcode::text: return fin + "text " + shown_payload(payload);
        case Opcode::binary: return fin + "binary " + shown_payload(payload);
        case Opcode::ping: return fin + "ping " + shown_payload(payload);
        case Opcode::pong: return fin + "pong " + shown_payload(payload);
        case Opcode::close: break;
    }
    if (payload.size() < 2) return "close " + shown_payload(payload);
    const int code =
        static_cast<unsigned char>(payload[0]) * 256 + static_cast<unsigned char>(payload[1]);
    return "close " + std::to_string(code) + " " + shown_payload(payload.substr(2));
}

std::string number(Error code) {
    return std::to_string(static_cast<int>(code));
}

}  // namespace

Play::Play(std::vector<ServerScript> servers) : options(world.options()) {
    world.network.scripts = std::move(servers);
    replace_client();
}

void Play::replace_client() {
    client_.reset();
    client_ = std::make_unique<WebSocketClient>(options);
    story_ = std::make_unique<Story>(*client_);
    story_->reads = false;
    story_->on = [this](const std::string& signal) { receive(signal); };
}

void Play::receive(const std::string& signal) {
    const bool was_in_handler = std::exchange(in_handler_, true);
    say(story_->lines.back());
    if (reads && signal == "data_received()") get_all();
    if (on) on(signal);
    in_handler_ = was_in_handler;
}

std::string Play::status_text() {
    return name_of(client_->get_connection_status()) +
           (peer().is_connected_to_host() ? " open" : "");
}

void Play::connect(std::string_view path, Strings protocols, Strings headers) {
    connect_to("ws://127.0.0.1:9001" + std::string(path), protocols, headers);
}

void Play::connect_to(std::string_view url, Strings protocols, Strings headers) {
    const Error result = client_->connect_to_url(url, protocols, false, headers);
    say("connect_to_url = " + number(result) + (in_handler_ ? "" : " " + status_text()));
}

// Godot's function returns nothing: only a refusal has a number.
void Play::disconnect(int code, std::string_view reason) {
    const Error result = client_->disconnect_from_host(code, reason);
    say("disconnect_from_host" + (result == Error::ok ? "" : " = " + number(result)));
}

void Play::close_peer(int code, std::string_view reason) {
    const Error result = peer().close(code, reason);
    say("close" + (result == Error::ok ? "" : " = " + number(result)));
}

void Play::put(std::string_view packet) {
    say("put_packet = " + number(peer().put_packet(packet)));
}

void Play::get() {
    const Bytes packet = peer().get_packet();
    const Error result = peer().get_packet_error();
    if (result != Error::ok) return say("get_packet: error " + number(result));
    say(std::string("get_packet: ") + (peer().was_string_packet() ? "text " : "binary ") +
        shown_payload(text_of(packet)));
}

void Play::get_all() {
    while (peer().get_available_packet_count() > 0) get();
}

void Play::set_buffers(int input_kb, int input_packets, int output_kb, int output_packets) {
    say("set_buffers = " +
        number(client_->set_buffers(input_kb, input_packets, output_kb, output_packets)));
}

void Play::poll() {
    client_->poll();
    fill_in_accepts();
    world.clock.advance_ms(poll_interval_ms);
}

void Play::run(std::uint64_t ms) {
    for (std::uint64_t passed = 0; passed < ms; passed += poll_interval_ms) poll();
}

void Play::status() {
    say("status " + status_text());
}

void Play::peer_info() {
    const std::string where = peer().is_connected_to_host()
                                  ? "open " + std::string(peer().get_connected_host()) + ":" +
                                        std::to_string(peer().get_connected_port())
                                  : "closed";
    say("peer " + where + ", " + std::to_string(peer().get_available_packet_count()) +
        " available, " + (peer().was_string_packet() ? "last was text" : "last was no text") +
        ", writes " +
        (peer().get_write_mode() == WebSocketPeer::WRITE_MODE_TEXT ? "text" : "binary"));
}

// The key is known once the request has arrived, and `answering` waits briefly before its response.
void Play::fill_in_accepts() {
    constexpr std::string_view name = "Sec-WebSocket-Key: ";
    constexpr std::string_view placeholder = "{accept}";
    for (const auto& connection : world.network.connections) {
        const std::size_t at = connection->request.find(name);
        if (connection->request.find("\r\n\r\n") == std::string::npos) continue;
        HandshakeKey key;
        connection->request.copy(key.data(), key.size(), at + name.size());
        const HandshakeAccept accept = handshake_accept(key);
        for (ServerStep& step : connection->script.steps) {
            auto* const send = std::get_if<Send>(&step);
            if (send == nullptr || send->bytes.find(placeholder) == std::string::npos) continue;
            send->bytes.replace(send->bytes.find(placeholder), placeholder.size(), accept.data(),
                                accept.size());
        }
    }
}

Outcome Play::finish() {
    say("end " + status_text());
    client_.reset();
    Outcome outcome{story_lines_};
    for (std::size_t i = 0; i < world.network.connections.size(); ++i) {
        for (const ReceivedFrame& frame : world.connection(i).frames) {
            outcome.wire.push_back(std::to_string(i + 1) + " " + shown_frame(frame));
        }
    }
    EXPECT_EQ(world.network.open_count(), 0u) << "a socket was left open";
    return outcome;
}

// ---- words of the tables ---------------------------------------------------------------------

void open_and_run(Play& play) {
    play.connect();
    play.run(2500);
}

void open_run_look(Play& play) {
    open_and_run(play);
    play.peer_info();
}

ServerScript accepting(std::vector<ServerStep> steps, std::string headers) {
    steps.insert(steps.begin(), {AwaitRequest{}, Accept{std::move(headers)}});
    return {std::move(steps)};
}

ServerScript responding(std::string head, std::vector<ServerStep> steps) {
    steps.insert(steps.begin(), {AwaitRequest{}, Pause{1}, Send{std::move(head)}});
    return {std::move(steps)};
}

std::string switching(std::string_view extra) {
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: {accept}\r\n" +
           std::string(extra) + "\r\n";
}

std::string hex(std::string_view digits) {
    constexpr std::string_view values = "0123456789abcdef";
    std::string bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        bytes += static_cast<char>(values.find(digits[i]) * 16 + values.find(digits[i + 1]));
    }
    return bytes;
}

Lines opened(Lines rest) {
    rest.insert(rest.begin(), {connecting, established});
    return rest;
}

Lines refused() {
    return {connecting, error, end_closed};
}

std::string close_frame(int code, Cause cause) {
    return "1 close " + std::to_string(code) + " \"" + std::string(close_reason_for(cause)) + "\"";
}

Outcome hanging(const std::string& frame) {
    return {opened({peer_open, end_open}), {frame}};
}

Outcome ended(const std::string& frame) {
    return {opened({closed_unclean, peer_closed, end_closed}), {frame}};
}

}  // namespace linnet::test::godot
