// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Compares linnet with wslay (https://tatsuhiro-t.github.io/wslay/) on the same stream of frames.
// Input: the role and how linnet's copy is cut; what we send; then the stream.
//
// Checks: both accept or both refuse, after the same messages and control frames, with the same
// close; and wslay accepts everything linnet sends. The intended differences are listed in
// README.md with their reasons, and marked in `check_reading`.
#include <wslay/wslay.h>

#include <algorithm>
#include <string>

#include "fuzz_input.hpp"
#include "linnet/protocol/session.hpp"

namespace linnet::fuzz {
namespace {

// Below the 4096 bytes that wslay reads in one piece: see README.md.
constexpr std::size_t stream_size_max = 4000;
constexpr std::size_t message_size_max = 2000;

/// The result of reading a stream.
struct Opinion {
    std::string story;  // messages, pings, pongs
    bool refused = false;
    bool closed = false;
    unsigned close_code = 0;
    std::string close_reason;
    Cause cause = Cause::none;  // linnet's
};

// ---- wslay -----------------------------------------------------------------------------------

void append(std::string& story, unsigned opcode, std::string_view payload) {
    story += std::to_string(opcode) + ":" + std::to_string(payload.size()) + ":";
    story += payload;
    story += ' ';
}

class SecondReader {
 public:
    explicit SecondReader(Role role) {
        wslay_event_callbacks callbacks{};
        callbacks.recv_callback = receive;
        callbacks.on_msg_recv_callback = on_message;
        const auto init = role == Role::client ? wslay_event_context_client_init
                                               : wslay_event_context_server_init;
        require(init(&context_, &callbacks, this) == 0, "wslay starts");
        wslay_event_config_set_max_recv_msg_length(context_, message_size_max);
    }
    SecondReader(const SecondReader&) = delete;
    SecondReader& operator=(const SecondReader&) = delete;
    ~SecondReader() { wslay_event_context_free(context_); }

    const Opinion& read(Bytes stream) {
        unread_ = stream;
        const int result = wslay_event_recv(context_);
        const bool stopped = wslay_event_get_read_enabled(context_) == 0;
        opinion_.closed = wslay_event_get_close_received(context_) != 0;
        opinion_.refused = result != 0 || (stopped && !opinion_.closed);
        return opinion_;
    }

 private:
    static SecondReader& self(void* user) { return *static_cast<SecondReader*>(user); }

    static ssize_t receive(wslay_event_context_ptr context, std::uint8_t* out, std::size_t size_max,
                           int, void* user) {
        Bytes& unread = self(user).unread_;
        const std::size_t size = std::min(size_max, unread.size());
        if (size == 0) {
            wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
            return -1;
        }
        std::copy_n(unread.begin(), size, out);
        unread = unread.subspan(size);
        return static_cast<ssize_t>(size);
    }
    static void on_message(wslay_event_context_ptr, const wslay_event_on_msg_recv_arg* message,
                           void* user) {
        Opinion& opinion = self(user).opinion_;
        const std::string_view payload = text_of({message->msg, message->msg_length});
        if (message->opcode == WSLAY_CONNECTION_CLOSE) {
            opinion.close_code = message->status_code;
            opinion.close_reason = payload.substr(std::min<std::size_t>(payload.size(), 2));
        } else {
            append(opinion.story, message->opcode, payload);
        }
    }

    wslay_event_context_ptr context_ = nullptr;
    Bytes unread_;
    Opinion opinion_;
};

// ---- linnet ----------------------------------------------------------------------------------

class FirstReader {
 public:
    FirstReader(Role role, Cuts cuts) : cuts_(cuts), session_(role, limits(), entropy_, &memory_) {}

    const Opinion& read(Bytes stream) {
        cuts_.for_each_piece(stream, [&](Bytes piece) {
            while (!piece.empty()) {
                const MutableBytes buffer = session_.receive_buffer();
                if (buffer.empty()) return;
                const std::size_t size = std::min(buffer.size(), piece.size());
                std::copy_n(piece.begin(), size, buffer.begin());
                session_.fill(size);
                piece = piece.subspan(size);
                decode();
            }
        });
        return opinion_;
    }
    Session& session() { return session_; }

    /// Everything pending to be sent.
    std::string sent() {
        std::string all;
        Outbox::Pieces pieces;
        while (const std::size_t count = session_.unsent(pieces)) {
            std::size_t size = 0;
            for (const Bytes piece : std::span(pieces).first(count)) {
                all += text_of(piece);
                size += piece.size();
            }
            session_.sent(size);
        }
        return all;
    }

 private:
    static Limits limits() {
        Limits limits;
        limits.input_payload_max = message_size_max;
        return limits;
    }
    void decode() {
        for (SessionEvent event; (event = session_.next()).kind != SessionEvent::Kind::none;) {
            switch (event.kind) {
                case SessionEvent::Kind::none: break;
                case SessionEvent::Kind::message: {
                    const Inbox::Message packet = session_.take();
                    append(opinion_.story, packet.is_text ? 1 : 2, text_of(packet.payload));
                    break;
                }
                case SessionEvent::Kind::ping:
                    append(opinion_.story, 9, text_of(event.payload));
                    break;
                case SessionEvent::Kind::pong:
                    append(opinion_.story, 10, text_of(event.payload));
                    break;
                case SessionEvent::Kind::close:
                    opinion_.closed = true;
                    opinion_.close_code = event.close_code;
                    opinion_.close_reason = event.close_reason;
                    break;
                case SessionEvent::Kind::failed:
                    opinion_.refused = true;
                    opinion_.cause = event.cause;
                    break;
            }
        }
    }

    Cuts cuts_;
    FuzzEntropy entropy_;
    FuzzMemory memory_;
    Session session_;
    Opinion opinion_;
};

// ---- both ------------------------------------------------------------------------------------

void check_reading(Bytes stream, Role role, Cuts cuts) {
    FirstReader first(role, cuts);
    SecondReader second(role);
    Opinion ours = first.read(stream);
    Opinion theirs = second.read(stream);

    // Each detects some errors earlier than the other. Later input cannot change a result, so both
    // are fed enough zeros to end any header and any control frame.
    const std::array<std::uint8_t, 256> zeros{};
    if (ours.refused && !theirs.refused && !theirs.closed) theirs = second.read(zeros);
    if (theirs.refused && !ours.refused && !ours.closed) ours = first.read(zeros);

    require(ours.story == theirs.story, "both read the same messages");
    // Difference 1: RFC 6455 5.5.1 requires two bytes of code, or none.
    if (ours.cause == Cause::close_payload_too_short && theirs.closed) return;
    // Difference 2: 1012 to 1014 were registered with IANA after wslay's list was written.
    if (theirs.refused && ours.closed && ours.close_code >= 1012 && ours.close_code <= 1014) return;

    require(ours.refused == theirs.refused, "both accept or both refuse");
    require(ours.closed == theirs.closed, "both read the close frame");
    require(ours.close_code == theirs.close_code, "both use the same code");
    require(ours.close_reason == theirs.close_reason, "both have the same reason");
}

// Sends something of each kind; invalid messages are not sent.
void check_sending(FuzzInput input, Role role, Cuts cuts) {
    FirstReader sender(role, cuts);
    Session& session = sender.session();
    std::string expected;
    const auto put = [&](Opcode opcode, Bytes payload) {
        if (session.put(opcode, {}, payload) != Error::ok) return;
        append(expected, static_cast<unsigned>(opcode), text_of(payload));
    };
    put(Opcode::text, input.take(input.byte()));
    put(Opcode::binary, input.take(input.byte()));
    std::string wire = sender.sent();
    const Bytes ping = input.take(std::min<std::size_t>(input.byte(), control_payload_size_max));
    if (session.ping(ping) == Error::ok) append(expected, 9, text_of(ping));
    wire += sender.sent();
    const std::uint16_t code = input.number16();
    const std::string reason(text_of(input.take(input.byte())));
    const Error closed = session.close(code, reason);
    wire += sender.sent();

    SecondReader reader(role == Role::client ? Role::server : Role::client);
    const Opinion& opinion = reader.read(bytes_of(wire));
    require(opinion.story == expected, "wslay decodes the output");
    if (code >= 1012 && code <= 1014) return;  // difference 2
    require(!opinion.refused, "wslay accepts the output");
    require(opinion.closed == (closed == Error::ok), "wslay reads the close frame");
    require(closed != Error::ok || opinion.close_code == code, "the close frame has its code");
}

}  // namespace
}  // namespace linnet::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace linnet::fuzz;
    FuzzInput input(data, size);
    const linnet::Role role = input.flag() ? linnet::Role::server : linnet::Role::client;
    const Cuts cuts(input);
    check_sending(input.take_part(), role, cuts);
    check_reading(input.take(stream_size_max), role, cuts);
    return 0;
}
