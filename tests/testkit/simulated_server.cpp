// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "testkit/simulated_server.hpp"

#include <algorithm>
#include <utility>

#include "cli/server_handshake.hpp"
#include "testkit/world.hpp"

namespace linnet::test {
namespace {

constexpr std::size_t out_size_max = 64 * 1024;
constexpr const char* prefix_to_server = "the_server_receives_a_prefix_of_what_was_accepted";

Limits server_limits() {
    Limits limits;
    limits.input_payload_max = 4 << 20;
    return limits;
}

std::size_t unsent(const std::string& out, std::size_t begin) {
    return out.size() - begin;
}

}  // namespace

// ---- contents --------------------------------------------------------------------------------

std::size_t drawn_size(Stage& stage, std::size_t size_max) {
    const std::size_t size = stage.one_in(12)
                                 ? stage.pick<std::size_t>({0, 125, 126, 127, 4096, 65'535, 65'536})
                                 : stage.below(stage.pick<std::size_t>({8, 60, 300, 3000}));
    return std::min(size, size_max);
}

// "c2.1.17 300|", followed by a pattern.
std::string content_of(Stage& stage, bool is_text, const std::string& name, std::size_t size) {
    std::string content = name + " " + std::to_string(size) + "|";
    content.resize(std::min(content.size(), size));
    Random pattern(stage.seed_for_another());
    while (content.size() < size) {
        if (!is_text) {
            content += pattern.bytes(size - content.size());
            break;
        }
        const std::uint64_t bits = pattern.next();
        if (content.size() + 3 <= size && bits % 8 == 0) {
            content += "\xE2\x82\xAC";
        } else {
            content += static_cast<char>('a' + bits % 26);
        }
    }
    return content;
}

ServerPlan ServerPlan::drawn(Stage& stage, Kind kind) {
    ServerPlan plan;
    plan.kind = kind;
    plan.mischief_percent = stage.pick<std::size_t>({0, 0, 10, 50});
    plan.message_count_max = stage.pick<std::size_t>({3, 20, 100, 300});
    plan.message_size_max = stage.pick<std::size_t>({60, 1000, 70'000});
    plan.pause_max_us = stage.pick<std::uint64_t>({0, 2'000, 100'000, 2'000'000, 25'000'000});
    plan.fragment_percent = stage.pick<std::size_t>({0, 10, 70});
    plan.close_percent = stage.pick<std::size_t>({0, 20, 50});
    plan.slow_percent = stage.pick<std::size_t>({0, 0, 10, 50});
    return plan;
}

// ---- a server --------------------------------------------------------------------------------

std::unique_ptr<ServerEnd> SimulatedServer::accept(Connection& connection) {
    return std::make_unique<Talk>(*this, connection);
}

Talk::Talk(SimulatedServer& home, Connection& connection)
    : stage_(home.internet_.stage()),
      home_(home),
      internet_(home.internet_),
      connection_(connection),
      entropy_(1),
      session_(Role::server, server_limits(), entropy_, nullptr) {
    const ServerPlan& plan = home.plan_;
    if (stage_.percent(plan.mischief_percent)) {
        mischief_ = static_cast<Mischief>(1 + stage_.below(mischief_count - 1));
        stage_.log("s#%zu is up to mischief %d", connection.number, static_cast<int>(mischief_));
    }
    if (stage_.percent(plan.slow_percent)) read_size_max_ = 1 + stage_.below(500);
    left_to_say_ = stage_.below(plan.message_count_max + 1);
}

void Talk::step() {
    if (gone_) return;
    if (connection_.server_reset) {
        gone_ = true;
        stage_.log("s#%zu is reset", connection_.number);
        leave();
        return;
    }
    read();
    flush();
    const Lane& lane = connection_.to_server;
    if (lane.fin_arrived && lane.unread() == 0 && !gone_) {
        stage_.log("s#%zu receives the end", connection_.number);
        gone_ = true;
        leave();
        internet_.server_fin(connection_);
    }
}

// ---- the handshake ---------------------------------------------------------------------------

void Talk::upgrade() {
    if (upgrading_) return;
    cli::UpgradeRequest request = cli::read_upgrade_request(session_.unparsed());
    if (request.size == 0) return;
    upgrading_ = true;
    stage_.require(!request.target.empty(), "compliant_peers_are_not_accused",
                   "the client's request is none");
    session_.skip(request.size);
    if (mischief_ == Mischief::no_protocol) request.protocol.clear();
    std::string accepting = cli::accept_upgrade(request);
    if (mischief_ == Mischief::wrong_accept) {
        accepting[accepting.find("Accept: ") + 9] ^= 1;
    }
    const std::uint64_t delay_us =
        stage_.one_in(3) ? stage_.between(0, stage_.pick<std::uint64_t>({1'000, 1'000'000})) : 0;
    if (delay_us == 0) return accept(accepting);
    stage_.after(delay_us, [this, accepting] { accept(accepting); });
}

void Talk::accept(const std::string& accepting) {
    if (gone_ || refuse()) return;
    respond(accepting);
    upgraded_ = mischief_ != Mischief::wrong_accept;
    if (upgraded_) open();
    step();
}

void Talk::respond(const std::string& bytes) {
    out_ += bytes;
    flush();
}

// Returns true if the request is refused.
bool Talk::refuse() {
    refused_ = true;
    switch (mischief_) {
        case Mischief::silence: return true;
        case Mischief::http_200:
            respond("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
            return true;
        case Mischief::http_401:
            respond(cli::refuse_upgrade("401 Unauthorized", "who are you"));
            internet_.server_fin(connection_);
            return true;
        case Mischief::http_301:
            respond("HTTP/1.1 301 Moved Permanently\r\nLocation: ws://elsewhere/\r\n\r\n");
            return true;
        case Mischief::endless_headers:
            respond("HTTP/1.1 101 Switching Protocols\r\n");
            flood();
            return true;
        case Mischief::no_http: respond(std::string(200, '\x15')); return true;
        case Mischief::end_at_once: internet_.server_fin(connection_); return true;
        default: refused_ = false; return false;
    }
}

void Talk::open() {
    const ServerPlan& plan = home_.plan_;
    if (plan.kind == ServerPlan::Kind::room) join();
    const bool has_no_room = plan.kind == ServerPlan::Kind::room && id_ == no_peer;
    if (plan.kind != ServerPlan::Kind::echo && !has_no_room) talk();
    if (mischief_ > Mischief::no_protocol && mischief_ < Mischief::no_end) {
        stage_.after(stage_.between(0, 2'000'000), [this] { misbehave(); });
    }
    if (stage_.percent(plan.close_percent)) {
        stage_.after(stage_.between(0, 6'000'000), [this] { close(); });
    }
}

// ---- receiving -------------------------------------------------------------------------------

void Talk::read() {
    if (deaf_ || refused_ || stage_.now_us() < read_again_us_) return;
    std::size_t left = read_size_max_;
    while (!gone_ && left > 0 && unsent(out_, out_begin_) < out_size_max) {
        const std::string_view input = internet_.server_peek(connection_);
        const MutableBytes buffer = session_.receive_buffer();
        const std::size_t size = std::min({input.size(), buffer.size(), left});
        if (size == 0) break;
        std::copy_n(input.begin(), size, buffer.begin());
        session_.fill(size);
        internet_.server_read(connection_, size);
        left -= size;
        upgraded_ ? decode() : upgrade();
    }
    if (left > 0) return;
    read_again_us_ = stage_.now_us() + stage_.between(1, 50'000);
    stage_.at(read_again_us_, [this] { step(); });
}

void Talk::decode() {
    for (SessionEvent event; (event = session_.next()).kind != SessionEvent::Kind::none;) {
        switch (event.kind) {
            case SessionEvent::Kind::none:
            case SessionEvent::Kind::ping: break;
            case SessionEvent::Kind::message: {
                const Inbox::Message packet = session_.take();
                receive(
                    {.is_text = packet.is_text, .payload = std::string(text_of(packet.payload))});
                break;
            }
            case SessionEvent::Kind::pong: receive_pong(event.payload); break;
            case SessionEvent::Kind::close:
                stage_.log("s#%zu receives a close frame %d", connection_.number, event.close_code);
                break;
            case SessionEvent::Kind::failed:
                stage_.fail("compliant_peers_are_not_accused",
                            "the client broke the protocol: " + std::string(text(event.cause)));
                return;
        }
    }
}

void Talk::receive(const Message& message) {
    const std::vector<Message>& accepted = connection_.attempt->accepted;
    const std::size_t index = received_count_++;
    stage_.log("s#%zu receives message %zu of %zu bytes", connection_.number, index,
               message.payload.size());
    const bool is_next = index < accepted.size() && accepted[index].is_text == message.is_text &&
                         accepted[index].payload == message.payload;
    if (!stage_.require(is_next, prefix_to_server, "lost, changed, repeated or out of order")) {
        return;
    }
    if (home_.plan_.kind == ServerPlan::Kind::room) return relay(message);
    if (home_.plan_.kind == ServerPlan::Kind::echo) say(message);
}

void Talk::receive_pong(Bytes payload) {
    const auto found = std::find(pings_.begin(), pings_.end(), std::string(text_of(payload)));
    if (!stage_.require(found != pings_.end() || mischief_ == Mischief::ping_flood,
                        "a_pong_answers_a_ping", "no ping was sent")) {
        return;
    }
    // One pong may answer several pings, but each is sent only once.
    if (found != pings_.end()) pings_.erase(pings_.begin(), found + 1);
}

// ---- sending ---------------------------------------------------------------------------------

void Talk::talk() {
    if (gone_ || spoiled_ || left_to_say_ == 0 || session_.close_is_queued()) return;
    const ServerPlan& plan = home_.plan_;
    const bool is_full = unsent(out_, out_begin_) >= out_size_max;
    const std::size_t count =
        is_full ? 0 : 1 + stage_.below(std::min<std::size_t>(left_to_say_, 8));
    for (std::size_t i = 0; i < count && !session_.close_is_queued(); ++i) {
        --left_to_say_;
        Message message{.is_text = stage_.one_in(2)};
        const std::string name =
            "s" + std::to_string(connection_.number) + "." + std::to_string(sent_messages_.size());
        message.payload =
            content_of(stage_, message.is_text, name, drawn_size(stage_, plan.message_size_max));
        if (plan.kind == ServerPlan::Kind::room) {
            const auto header =
                multiplayer_header(MultiplayerPacket::Type::payload, server_peer, 0);
            message.payload.insert(0, text_of(header));
            message.is_text = false;
            message.source = server_peer;
            message.is_for_reader = true;
        }
        say(message);
        if (stage_.one_in(6)) ping();
    }
    flush();
    if (left_to_say_ == 0) return;
    stage_.after(stage_.between(is_full ? 1000 : 0, plan.pause_max_us + 1000), [this] { talk(); });
}

// A message counts as sent once all of it is queued.
bool Talk::say(const Message& message) {
    if (gone_ || spoiled_ || session_.close_is_queued()) return false;
    take_session_output();
    std::string_view rest = message.payload;
    Opcode opcode = message.is_text ? Opcode::text : Opcode::binary;
    while (stage_.percent(home_.plan_.fragment_percent)) {
        const std::size_t size = stage_.below(rest.size() + 1);
        put_frame(opcode, rest.substr(0, size), false);
        rest.remove_prefix(size);
        opcode = Opcode::continuation;
        if (stage_.one_in(8)) ping();
    }
    put_frame(opcode, rest);
    sent_messages_.push_back(message);
    stage_.log("s#%zu sends message %zu of %zu bytes", connection_.number,
               sent_messages_.size() - 1, message.payload.size());
    return true;
}

void Talk::put_frame(Opcode opcode, std::string_view payload, bool fin) {
    out_ += server_frame(opcode, payload, fin);
}

void Talk::ping() {
    pings_.push_back("p" + std::to_string(connection_.to_client.written.size() + out_.size()));
    put_frame(Opcode::ping, pings_.back());
}

void Talk::close() {
    if (gone_ || spoiled_) return;
    take_session_output();
    const auto code = stage_.pick<std::uint16_t>({0, 1000, 1001, 1011, 3000, 4999});
    const Error error = session_.close(code, code == 0 || stage_.one_in(2) ? "" : "that is all");
    if (error == Error::ok) stage_.log("s#%zu closes with %d", connection_.number, code);
    flush();
}

void Talk::take_session_output() {
    Outbox::Pieces pieces;
    for (std::size_t count; (count = session_.unsent(pieces)) > 0;) {
        std::size_t size = 0;
        for (const Bytes piece : std::span(pieces).first(count)) {
            if (!spoiled_) out_ += text_of(piece);
            size += piece.size();
        }
        session_.sent(size);
    }
}

void Talk::flush() {
    if (upgraded_) take_session_output();
    while (out_begin_ < out_.size()) {
        const std::size_t size =
            internet_.server_write(connection_, std::string_view(out_).substr(out_begin_));
        if (size == 0) return;
        out_begin_ += size;
    }
    out_.clear();
    out_begin_ = 0;
    if (session_.close_is_sent()) finish();
}

// Both close frames were exchanged, or ours was not answered.
void Talk::finish() {
    if (finishing_ || mischief_ == Mischief::no_end) return;
    if (mischief_ == Mischief::talk_without_end) {
        finishing_ = true;
        return flood();
    }
    if (!session_.close_is_received()) return;
    finishing_ = true;
    leave();
    const std::uint64_t delay_us = stage_.one_in(2) ? 0 : stage_.between(0, 500'000);
    stage_.after(delay_us, [this] { internet_.server_fin(connection_); });
}

// ---- mischief --------------------------------------------------------------------------------

void Talk::misbehave() {
    if (gone_ || session_.close_is_queued()) return;
    stage_.log("s#%zu does mischief %d", connection_.number, static_cast<int>(mischief_));
    take_session_output();
    switch (mischief_) {
        case Mischief::end_without_close: return internet_.server_fin(connection_);
        case Mischief::reset: return internet_.server_reset(connection_);
        case Mischief::deafness: deaf_ = true; return;
        case Mischief::ping_flood: return flood();
        default: break;
    }
    spoiled_ = true;
    out_ += mischievous_bytes();
    flush();
}

std::string Talk::mischievous_bytes() {
    using namespace std::string_literals;
    switch (mischief_) {
        case Mischief::garbage: return content_of(stage_, false, "", 1 + stage_.below(300));
        case Mischief::oversize: return "\x82\x7F\x00\x00\x00\xFF\xFF\xFF\xFF\xFFxyz"s;
        case Mischief::masked_frame: return "\x82\x81\x01\x02\x03\x04x"s;
        case Mischief::bad_utf8: return server_frame(Opcode::text, "abc\xC0\xAF");
        case Mischief::reserved_bits: return "\xC2\x01x"s;
        case Mischief::lone_continuation: return server_frame(Opcode::continuation, "x");
        case Mischief::long_control: return "\x89\x7E\x00\x7E"s + std::string(126, 'x');
        default: return server_close(stage_.pick({1004, 1005, 1006, 1015, 999, 5000}));
    }
}

void Talk::flood() {
    if (gone_ || connection_.to_client.fin_written) return;
    if (unsent(out_, out_begin_) < out_size_max) {
        for (int i = 0; i < 10; ++i) {
            if (mischief_ == Mischief::endless_headers) out_ += "X-Endless: and on\r\n";
            if (mischief_ == Mischief::ping_flood && !session_.close_is_queued()) {
                put_frame(Opcode::ping, "flood");
            }
            if (mischief_ == Mischief::talk_without_end) {
                put_frame(Opcode::binary, std::string(50, 'z'));
            }
        }
    }
    flush();
    stage_.after(stage_.between(1'000, 100'000), [this] { flood(); });
}

// ---- the room --------------------------------------------------------------------------------

void Talk::announce(MultiplayerPacket::Type type, PeerId subject) {
    say({.payload = std::string(text_of(system_packet(type, subject)))});
    flush();
}

void Talk::join() {
    if (stage_.one_in(20)) return;  // never sends an id
    home_.last_id_ += static_cast<PeerId>(1 + stage_.below(1000));
    id_ = home_.last_id_;
    announce(MultiplayerPacket::Type::id, id_);
    announce(MultiplayerPacket::Type::add, server_peer);
    const std::vector<Talk*> others = home_.members_;
    for (Talk* const member : others) {
        member->announce(MultiplayerPacket::Type::add, id_);
        announce(MultiplayerPacket::Type::add, member->id_);
    }
    home_.members_.push_back(this);
}

void Talk::leave() {
    if (std::erase(home_.members_, this) == 0) return;
    // Peers that learn of it may leave too.
    const std::vector<Talk*> left = home_.members_;
    for (Talk* const member : left) member->announce(MultiplayerPacket::Type::del, id_);
}

void Talk::relay(const Message& message) {
    MultiplayerPacket packet;
    if (!decode_multiplayer_packet(bytes_of(message.payload), packet)) return;
    if (id_ == no_peer || packet.source != id_) return;
    const std::vector<Talk*> members = home_.members_;
    for (Talk* const member : members) {
        const bool is_for = packet.target == 0 || packet.target == member->id_ ||
                            (packet.target < 0 && -packet.target != member->id_);
        if (member == this || !is_for) continue;
        Message passed = message;
        passed.source = id_;
        passed.is_for_reader = true;
        member->say(passed);
        member->flush();
    }
}

}  // namespace linnet::test
