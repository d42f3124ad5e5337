// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "reuse/stories.hpp"

#include <cerrno>

namespace linnet::test {
namespace {

using Type = MultiplayerPacket::Type;

constexpr PeerId us = 53680760;
constexpr const char* secure_url = "wss://host.example/";

std::string text_message(std::string_view payload, bool fin = true) {
    return server_frame(Opcode::text, payload, fin);
}
std::string binary_message(std::string_view payload) {
    return server_frame(Opcode::binary, payload);
}
std::string of_the_room(Type type, PeerId subject) {
    const auto packet = system_packet(type, subject);
    return binary_message(text_of(Bytes(packet)));
}
std::string packet_from(PeerId source, std::string_view body) {
    const auto header = multiplayer_header(Type::payload, source, us);
    return binary_message(std::string(text_of(Bytes(header))) + std::string(body));
}
std::string welcome() {
    return of_the_room(Type::id, us) + of_the_room(Type::add, server_peer);
}
ServerScript unreachable(int error) {
    return {.steps = {}, .connect_error = error};
}
ServerScript silent() {
    return {.steps = {}, .connect_pending = true};
}

// Opens a connection to a server that sends `bytes` and then nothing.
void open(Witness& w, const std::string& bytes = "") {
    w.serve({AwaitRequest{}, Accept{}, Send{bytes}});
    static_cast<void>(w.connect());
    for (int i = 0; i < 3; ++i) {
        w.poll();
        w.world.clock.advance_ms(16);
    }
}

// ---- good ends -------------------------------------------------------------------------------

void closed_by_the_client(Witness& w) {
    w.serve({AwaitRequest{}, Accept{}, AwaitMessages{2}, Send{text_message("hello")}, AwaitClose{},
             Send{server_close(1000, "bye")}, Fin{}});
    static_cast<void>(w.connect());
    w.poll(2);
    w.put("binary");
    w.peer().set_write_mode(WebSocketPeer::WRITE_MODE_TEXT);
    w.put("text");
    w.call("set_no_delay", w.peer().set_no_delay(false));
    w.poll(3);
    w.disconnect(4000, "done");
    w.put("too late");
    w.run();
}

void closed_by_the_server(Witness& w) {
    w.serve({AwaitRequest{}, Accept{"Sec-WebSocket-Protocol: chat\r\nX-Served-By: a\r\n"},
             Send{text_message("one") + binary_message("two") + text_message("")}, Pause{40},
             Send{server_close(1001, "going away")}, AwaitClose{}, Fin{}});
    static_cast<void>(w.connect("ws://user:secret@host.example:81/", {"talk", "chat"},
                                {"X-Client: linnet", "Cookie: a=b"}));
    w.run();
}

void closed_without_a_code_and_left_open(Witness& w) {
    open(w, server_frame(Opcode::close, ""));
    w.run();
}

void messages_left_unread(Witness& w) {
    w.reads = false;
    w.serve({AwaitRequest{}, Accept{}, Send{text_message("one") + text_message("two")}, Fin{}});
    static_cast<void>(w.connect());
    w.run();
    w.read(w.peer());
}

void full_queue(Witness& w) {
    w.reads = false;
    open(w);
    for (int i = 0; i < 1200; ++i) w.connection().to_client += text_message("t");
    w.poll(12);
    for (int i = 0; i < 300; ++i) w.read(w.peer());
    w.poll(2);
    w.connection().reset = true;
    w.poll(2);
    w.disconnect();
    w.run();
}

void early_hints(Witness& w) {
    w.serve({AwaitRequest{}, Send{"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"}, Pause{10},
             Accept{"X-Served-By: b\r\n"}, Send{server_close(1000)}, AwaitClose{}, Fin{}});
    static_cast<void>(w.connect("ws://10.1.2.3/"));
    w.run();
}

void pings_both_ways(Witness& w) {
    open(w, server_frame(Opcode::ping, "are you there") + server_frame(Opcode::pong, "unasked"));
    w.call("ping", w.client->ping());
    w.world.clock.advance_ms(30);
    w.answer_last_ping();
    w.poll(70);
    w.answer_last_ping();
    w.poll(3);
    w.connection().to_client += server_close(1000);
    w.poll(2);
    w.connection().ended = true;
    w.run();
}

void suspended(Witness& w) {
    open(w);
    w.world.clock.advance_ms(3'600'000);
    w.client->notify_resume();
    w.client->flush();
    w.poll(2);
    w.client->wait(50);
    w.run();
}

// ---- refusals --------------------------------------------------------------------------------

void refused_with_a_body(Witness& w) {
    w.serve({AwaitRequest{},
             Send{"HTTP/1.1 404 Nothing Here\r\nLocation: /else\r\nContent-Length: 9\r\n\r\n"
                  "not here\n"},
             Fin{}});
    static_cast<void>(w.connect());
    w.run();
}

void refused_in_http_1_0(Witness& w) {
    w.serve({AwaitRequest{},
             Send{"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.0 503 Busy\r\nA: b\r\n\r\nlater"}});
    static_cast<void>(w.connect());
    w.run();
}

void wrong_accept(Witness& w) {
    w.serve({AwaitRequest{}, Send{"HTTP/1.1 101 Fine\r\nUpgrade: websocket\r\n"
                                  "Connection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n"}});
    static_cast<void>(w.connect());
    w.run();
}

void answered_with_noise(Witness& w) {
    w.serve({AwaitRequest{}, Send{"SSH-2.0-OpenSSH\r\n"}});
    static_cast<void>(w.connect());
    w.run();
}

// ---- never open ------------------------------------------------------------------------------

void resolve_failed(Witness& w) {
    w.world.resolver.error = -2;
    static_cast<void>(w.connect());
    w.run();
}

void resolve_not_begun(Witness& w) {
    w.world.faults.fail_at = w.world.faults.calls + 1;
    static_cast<void>(w.connect());
    w.run();
}

void no_address(Witness& w) {
    w.world.resolver.addresses.clear();
    static_cast<void>(w.connect());
    w.run();
}

void resolve_timed_out(Witness& w) {
    w.world.resolver.pending = true;
    static_cast<void>(w.connect());
    for (int i = 0; i < 12; ++i) {
        w.poll();
        w.world.clock.advance_ms(1'000);
    }
}

void no_address_accepts(Witness& w) {
    w.world.resolver.addresses = {{{10, 0, 0, 1}}, {{10, 0, 0, 2}}, {{10, 0, 0, 3}}};
    w.serve({unreachable(ECONNREFUSED), silent(), unreachable(EHOSTUNREACH)});
    static_cast<void>(w.connect());
    w.poll(10);
    w.connection(1).script.connect_error = ENETUNREACH;
    w.connection(1).script.connect_pending = false;
    w.run();
}

void second_address_accepts(Witness& w) {
    w.world.resolver.addresses = {{{10, 0, 0, 1}}, {{10, 0, 0, 2}}};
    w.serve({silent(), {.steps = {AwaitRequest{}, Accept{}, Reset{}}}});
    static_cast<void>(w.connect());
    w.run();
}

void connect_timed_out(Witness& w) {
    w.serve({silent()});
    static_cast<void>(w.connect());
    w.run();
}

void upgrade_timed_out(Witness& w) {
    w.serve({AwaitRequest{}, Send{"HTTP/1.1 101"}});
    static_cast<void>(w.connect());
    w.run();
}

void ended_in_the_answer(Witness& w) {
    w.serve({AwaitRequest{}, Send{"HTTP/1.1 101 Fine\r\nUpgr"}, Fin{}});
    static_cast<void>(w.connect());
    w.run();
}

void reset_before_the_answer(Witness& w) {
    w.serve({AwaitRequest{}, Reset{}});
    static_cast<void>(w.connect());
    w.run();
}

void given_up_while_resolving(Witness& w) {
    w.world.resolver.pending = true;
    static_cast<void>(w.connect());
    w.poll(2);
    w.disconnect();
    w.poll(2);
}

void given_up_while_connecting(Witness& w) {
    w.world.resolver.addresses = {{{10, 0, 0, 1}}, {{10, 0, 0, 2}}};
    w.serve({unreachable(ECONNREFUSED), silent()});
    static_cast<void>(w.connect());
    w.poll(2);
    w.disconnect();
}

void given_up_while_upgrading(Witness& w) {
    w.serve({AwaitRequest{}, Send{"HTTP/1.1 1"}});
    static_cast<void>(w.connect());
    w.poll(2);
    w.disconnect();
    w.poll(1);
}

void accepted_before_the_request_was_taken(Witness& w) {
    w.serve({{.steps = {AwaitRequest{}, Accept{}, Send{text_message("early")}, Reset{}},
              .send_max = 50}});
    static_cast<void>(w.connect());
    w.run();
}

// ---- TLS -------------------------------------------------------------------------------------

void closed_over_tls(Witness& w) {
    w.serve({AwaitRequest{}, Accept{}, Send{text_message("secret")}, AwaitClose{},
             Send{server_close(1000)}});
    static_cast<void>(w.connect(secure_url));
    w.poll(30);
    w.put("a message of more than one window of the engine");
    w.disconnect();
    w.run();
}

void cut_off_over_tls(Witness& w) {
    w.serve({AwaitRequest{}, Accept{}, Send{text_message("secret")}, Fin{}});
    static_cast<void>(w.connect(secure_url));
    w.run();
}

void blocked_over_tls(Witness& w) {
    w.serve({AwaitRequest{}, Accept{}});
    static_cast<void>(w.connect(secure_url));
    w.poll(30);
    w.stop_reading();
    w.put("a message of more than one window of the engine");
    w.poll(2);
    w.disconnect();
    w.run();
}

void reset_over_tls(Witness& w) {
    w.serve({AwaitRequest{}, Accept{}});
    static_cast<void>(w.connect(secure_url));
    w.poll(30);
    w.connection().to_client += text_message("never read");
    w.connection().reset = true;
    w.put("never sent");
    w.put("never sent");
    w.run();
}

void no_tls_engine(Witness& w) {
    w.tls.mode = SwitchedTls::Mode::refuses;
    static_cast<void>(w.connect(secure_url));
    w.run();
}

void alert_in_the_tls_handshake(Witness& w) {
    w.tls.mode = SwitchedTls::Mode::handshakes;
    w.serve({Pause{30}, Send{"\x15"}});
    static_cast<void>(w.connect(secure_url));
    w.run();
}

void tls_timed_out(Witness& w) {
    w.tls.mode = SwitchedTls::Mode::handshakes;
    w.serve(std::vector<ServerStep>{});
    static_cast<void>(w.connect(secure_url));
    w.run();
}

// ---- bad ends --------------------------------------------------------------------------------

void protocol_error(Witness& w) {
    open(w, text_message("fine") + "\xF1\x01x");
    w.poll(2);
    w.connection().to_client += "more that is ignored";
    w.run();
}

void protocol_error_and_nothing_is_read(Witness& w) {
    open(w);
    w.stop_reading();
    w.connection().to_client += text_message("\xFF");
    w.run();
}

void message_half_there(Witness& w) {
    open(w, text_message("begins", false) +
                server_frame(Opcode::continuation, "goes on").substr(0, 4));
    w.run();
}

void reset_between_fragments(Witness& w) {
    open(w, text_message("begins", false));
    w.connection().to_client += server_frame(Opcode::ping, "between") +
                                server_frame(Opcode::continuation, " and ends") +
                                text_message("begins", false);
    w.poll(2);
    w.connection().reset = true;
    w.run();
}

void dead_link(Witness& w) {
    open(w, text_message("last words"));
    w.run();
}

void close_not_answered(Witness& w) {
    open(w);
    w.disconnect(1000, "please");
    w.poll(2);
    w.connection().to_client += text_message("ignored");
    w.run();
}

void close_not_sent(Witness& w) {
    open(w);
    w.stop_reading();
    w.put("stuck");
    w.poll(1);
    w.disconnect();
    w.run();
}

void reset_in_a_message(Witness& w) {
    open(w, text_message("half of a message").substr(0, 9));
    w.connection().reset = true;
    w.run();
}

void reset_while_closing(Witness& w) {
    open(w);
    w.disconnect();
    w.connection().reset = true;
    w.run();
}

void end_of_stream(Witness& w) {
    w.serve({AwaitRequest{}, Accept{}, Send{binary_message("whole") + "\x82"}, Fin{}});
    static_cast<void>(w.connect());
    w.run();
}

void sending_fails(Witness& w) {
    open(w);
    w.connection().to_client += text_message("still read");
    w.connection().reset = true;
    w.put("lost");
    w.put("refused");
    w.call("ping", w.client->ping());
    w.run();
}

void blocked_output(Witness& w) {
    open(w);
    w.connection().script.send_window = w.connection().taken + 5;
    w.put("the first five bytes leave");
    for (int i = 0; i < 3; ++i) w.put("these wait");
    w.put(std::string(300, 'x'));
    w.poll(4);
    w.connection().script.send_window += 10;
    w.poll(1);
    w.connection().script.send_window += 10;
    w.poll(1);
    w.connection().reset = true;
    w.run();
}

void out_of_memory(Witness& w) {
    open(w);
    w.world.memory.limit = w.world.memory.used;
    w.put(std::string(10'000, 'x'));
    w.connection().to_client += text_message(std::string(20'000, 'x'));
    w.run();
}

void out_of_memory_for_the_response(Witness& w) {
    w.serve({AwaitRequest{}, Accept{}});
    static_cast<void>(w.connect());
    w.world.memory.limit = w.world.memory.used;
    w.run();
}

void out_of_entropy(Witness& w) {
    open(w);
    w.world.entropy.exhausted = true;
    for (int i = 0; i < 40; ++i) w.put("no key");
    w.disconnect(1000, "no key");
    w.run();
}

// ---- rooms -----------------------------------------------------------------------------------

void room_closed_by_the_server(Witness& w) {
    w.serve({AwaitRequest{}, Accept{},
             Send{welcome() + of_the_room(Type::add, 7) + packet_from(7, "hi") +
                  of_the_room(Type::add, 9) + of_the_room(Type::del, 7) + text_message("what?")},
             AwaitMessages{2}, Send{packet_from(9, "unread") + server_close(1000, "over")},
             AwaitClose{}, Fin{}});
    w.join();
    w.poll(20);
    w.put_to_room(9, "to nine");
    w.put_to_room(0, "to all");
    w.reads = false;
    w.poll(2);
    w.put("not with a room");
    w.read(w.peer());
    w.run();
}

void room_left(Witness& w) {
    w.serve({AwaitRequest{}, Accept{}, Send{welcome() + of_the_room(Type::add, 7)}, AwaitClose{},
             Send{server_close(1000)}, Fin{}});
    w.join();
    w.poll(20);
    w.disconnect();
    w.run();
}

// The end was announced, but the room was not left yet.
void room_not_left_to_the_end(Witness& w) {
    std::string bytes = welcome();
    for (PeerId peer = 2; peer < 300; ++peer) bytes += of_the_room(Type::add, peer);
    w.serve({AwaitRequest{}, Accept{}, Send{bytes}, Pause{900}, Reset{}});
    w.join();
    for (int i = 0; i < 400 && w.is_under_way(); ++i) {
        w.step();
        if (w.client->failure().cause != Cause::none) break;
    }
}

void room_never_joined(Witness& w) {
    w.serve({AwaitRequest{}, Accept{}, Send{text_message("{}")}});
    w.join();
    w.run();
}

void room_with_a_wrong_id(Witness& w) {
    w.serve({AwaitRequest{}, Accept{}, Send{of_the_room(Type::id, 0)}, AwaitClose{}, Fin{}});
    w.join();
    w.run();
}

void room_refused(Witness& w) {
    w.serve({unreachable(ECONNREFUSED)});
    w.join();
    w.run();
}

// ---- more than one attempt -------------------------------------------------------------------

void left_while_closing(Witness& w) {
    open(w, text_message("unread").substr(0, 5));
    w.disconnect(1000, "left");
    w.poll(1);
}

void left_while_its_close_frame_is_stuck(Witness& w) {
    open(w);
    w.stop_reading();
    w.put("stuck");
    w.disconnect();
}

void left_with_a_full_queue(Witness& w) {
    w.reads = false;
    open(w);
    for (int i = 0; i < 1100; ++i) w.connection().to_client += text_message("t");
    w.poll(8);
    w.disconnect();
}

void left_while_draining(Witness& w) {
    open(w, server_close(1012, "restarts"));
}

void given_up_and_connected_again_without_a_poll(Witness& w) {
    w.serve({silent(), {.steps = {AwaitRequest{}, Accept{}, Send{server_close(1000)}, Fin{}}}});
    static_cast<void>(w.connect("ws://10.1.2.3/"));
    w.disconnect();
    w.disconnect();
    static_cast<void>(w.connect());
    static_cast<void>(w.connect());
    w.run();
}

void connected_again_while_closing(Witness& w) {
    const std::vector<ServerStep> talk = {AwaitRequest{}, Accept{}, Send{text_message("hello")}};
    w.serve(talk);
    static_cast<void>(w.connect());
    w.poll(3);
    w.disconnect();
    static_cast<void>(w.connect());
    w.poll(3);
    w.connection(1).reset = true;
    w.run();
}

void connected_again_in_each_signal(Witness& w) {
    const std::vector<ServerStep> talk = {
        AwaitRequest{}, Accept{"X-Served-By: c\r\nSec-WebSocket-Protocol: chat\r\n"},
        Send{text_message("hello")}, Pause{20}, Send{server_close(1001, "come again")}};
    w.serve(talk);
    static_cast<void>(w.connect("ws://host.example/", {"chat"}));
    int left = 6;
    w.on_signal = [&w, &left](const std::string&) {
        if (left-- % 2 == 0) return;
        w.disconnect();
        if (left > 0) static_cast<void>(w.connect("ws://host.example/again", {"chat"}));
    };
    w.run();
    w.on_signal = {};
}

void connected_again_twice_in_a_signal(Witness& w) {
    w.serve({AwaitRequest{}, Accept{}, Send{server_close(4321, "twice")}, AwaitClose{}, Fin{}});
    static_cast<void>(w.connect());
    bool is_first = true;
    w.on_signal = [&w, &is_first](const std::string& signal) {
        if (!signal.starts_with("server_close_request") || !std::exchange(is_first, false)) return;
        static_cast<void>(w.connect("ws://host.example/a"));
        w.disconnect();
        static_cast<void>(w.connect("ws://host.example/b"));
    };
    w.run();
    w.on_signal = {};
}

// ---- no attempt ------------------------------------------------------------------------------

void refused_url(Witness& w) {
    static_cast<void>(w.connect("http://host.example/"));
    w.poll(1);
}

void refused_without_memory(Witness& w) {
    w.world.memory.limit = 0;
    static_cast<void>(w.connect());
}

void refused_without_entropy(Witness& w) {
    w.world.entropy.exhausted = true;
    static_cast<void>(w.connect());
}

constexpr ReuseStory stories[] = {
#define STORY(name, cause) \
    { #name, Cause::cause, name }
    STORY(closed_by_the_client, closed_by_client),
    STORY(closed_by_the_server, closed_by_server),
    STORY(closed_without_a_code_and_left_open, closed_by_server),
    STORY(messages_left_unread, end_of_stream),
    STORY(full_queue, connection_lost),
    STORY(early_hints, closed_by_server),
    STORY(pings_both_ways, closed_by_server),
    STORY(suspended, pong_timed_out),
    STORY(refused_with_a_body, upgrade_refused),
    STORY(refused_in_http_1_0, upgrade_refused),
    STORY(wrong_accept, response_accept_wrong),
    STORY(answered_with_noise, response_not_http),
    STORY(resolve_failed, resolve_failed),
    STORY(resolve_not_begun, resolve_not_begun),
    STORY(no_address, resolve_no_address),
    STORY(resolve_timed_out, resolve_timed_out),
    STORY(no_address_accepts, connect_failed),
    STORY(second_address_accepts, connection_lost),
    STORY(connect_timed_out, connect_timed_out),
    STORY(upgrade_timed_out, response_timed_out),
    STORY(ended_in_the_answer, response_incomplete),
    STORY(reset_before_the_answer, connection_lost),
    STORY(given_up_while_resolving, none),
    STORY(given_up_while_connecting, none),
    STORY(given_up_while_upgrading, none),
    STORY(accepted_before_the_request_was_taken, connection_lost),
    STORY(closed_over_tls, closed_by_client),
    STORY(cut_off_over_tls, tls_truncated),
    STORY(blocked_over_tls, close_not_sent),
    STORY(reset_over_tls, connection_lost),
    STORY(no_tls_engine, tls_root_expired),
    STORY(alert_in_the_tls_handshake, tls_alert),
    STORY(tls_timed_out, tls_timed_out),
    STORY(protocol_error, frame_reserved_bits),
    STORY(protocol_error_and_nothing_is_read, text_not_utf8),
    STORY(message_half_there, message_timed_out),
    STORY(reset_between_fragments, connection_lost),
    STORY(dead_link, pong_timed_out),
    STORY(close_not_answered, close_not_answered),
    STORY(close_not_sent, close_not_sent),
    STORY(reset_in_a_message, connection_lost),
    STORY(reset_while_closing, connection_lost),
    STORY(end_of_stream, end_of_stream),
    STORY(sending_fails, connection_lost),
    STORY(blocked_output, connection_lost),
    STORY(out_of_memory, out_of_memory),
    STORY(out_of_memory_for_the_response, out_of_memory),
    STORY(out_of_entropy, no_entropy),
    STORY(room_closed_by_the_server, closed_by_server),
    STORY(room_left, closed_by_client),
    STORY(room_not_left_to_the_end, connection_lost),
    STORY(room_never_joined, join_timed_out),
    STORY(room_with_a_wrong_id, join_id_out_of_range),
    STORY(room_refused, connect_failed),
    STORY(left_while_closing, none),
    STORY(left_while_its_close_frame_is_stuck, none),
    STORY(left_while_draining, none),
    STORY(left_with_a_full_queue, none),
    STORY(given_up_and_connected_again_without_a_poll, closed_by_server),
    STORY(connected_again_while_closing, connection_lost),
    STORY(connected_again_in_each_signal, closed_by_client),
    STORY(connected_again_twice_in_a_signal, closed_by_server),
#undef STORY
    {"refused_url", Cause::url_scheme, refused_url, true},
    {"refused_without_memory", Cause::out_of_memory, refused_without_memory, true},
    {"refused_without_entropy", Cause::no_entropy, refused_without_entropy, true},
};

}  // namespace

std::span<const ReuseStory> reuse_stories() {
    return stories;
}

}  // namespace linnet::test
