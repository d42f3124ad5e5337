// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A whole conversation. Input: role and limits; how two sessions are fed and drained; what is
// exhausted in a third; up to seven actions of the program and their offsets in the stream; then
// the stream.
//
// Checks: two sessions that receive the same bytes in different pieces, one of which reads its
// messages at once and the other as late as possible, report the same events and send the same
// bytes. The limits hold, memory stays within its bound, moves are bounded, nothing is decoded
// after the end. The opposite role decodes everything sent: whole messages as they were put,
// nothing after a close frame; this holds even if memory or entropy is exhausted and sending is
// slow.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz_input.hpp"
#include "linnet/protocol/session.hpp"

namespace linnet::fuzz {
namespace {

constexpr std::size_t text_max = 70'000;

enum class Act : std::uint8_t { put_text, put_binary, ping, close, close_silently, shrink };

// An action of the program at an offset of the stream.
struct Action {
    Act act = Act::put_text;
    std::size_t at = 0;
    std::size_t size = 0;
    std::uint16_t code = 0;
};

struct Plan {
    Role role = Role::client;
    Limits limits;
    std::vector<Action> actions;
    Bytes stream;
};

// How one session is fed and drained.
struct Manner {
    Cuts in{0};
    Cuts out{0};
    bool reads_late = false;
    bool sends_late = false;  // one piece at a time, between receives
    std::size_t allocations = SIZE_MAX;
    std::size_t fills = SIZE_MAX;
};

// The observable result of a session.
struct Story {
    std::string events;
    std::vector<std::string> messages;
    std::string sent;
    std::uint64_t frames_received = 0;
    std::uint64_t discarded_size = 0;

    friend bool operator==(const Story&, const Story&) = default;
};

Role opposite(Role role) {
    return role == Role::client ? Role::server : Role::client;
}

// ---- decoding what was sent -------------------------------------------------------------------

// Decodes the output of a session as its peer does.
class Listener {
 public:
    Listener(Role role, Limits limits)
        : limits_(generous(limits)), session_(role, limits_, entropy_, &memory_) {}

    void receive(Bytes bytes) {
        while (!bytes.empty()) {
            require(!closed_, "nothing is sent after a close frame");
            const MutableBytes buffer = session_.receive_buffer();
            require(!buffer.empty(), "the peer has buffer space");
            const std::size_t size = std::min(buffer.size(), bytes.size());
            std::copy_n(bytes.begin(), size, buffer.begin());
            session_.fill(size);
            bytes = bytes.subspan(size);
            decode();
        }
    }
    bool received_close() const { return closed_; }
    /// True between two frames, if everything was decoded.
    bool is_between_frames() {
        return session_.unparsed().empty() && !session_.message_is_incomplete();
    }
    const std::vector<std::string>& messages() const { return messages_; }

 private:
    static Limits generous(Limits limits) {
        limits.input_payload_max = 1 << 20;
        limits.input_message_count_max = 4096;
        return limits;
    }
    void decode() {
        for (SessionEvent event; (event = session_.next()).kind != SessionEvent::Kind::none;) {
            require(event.kind != SessionEvent::Kind::failed, "the output is decodable");
            if (event.kind == SessionEvent::Kind::message) {
                const Inbox::Message packet = session_.take();
                messages_.push_back((packet.is_text ? "T" : "B") +
                                    std::string(text_of(packet.payload)));
            }
            closed_ |= event.kind == SessionEvent::Kind::close;
        }
        require(!closed_ || session_.unparsed().empty(), "the close frame is the last");
    }

    Limits limits_;
    FuzzEntropy entropy_;
    FuzzMemory memory_;
    Session session_;
    std::vector<std::string> messages_;
    bool closed_ = false;
};

// ---- one session -----------------------------------------------------------------------------

class Performance {
 public:
    Performance(const Plan& plan, const Manner& manner)
        : plan_(plan),
          manner_(manner),
          session_(plan.role, plan.limits, entropy_, &memory_),
          listener_(opposite(plan.role), plan.limits) {
        memory_.allocations_left = manner.allocations;
        entropy_.fills_left = manner.fills;
    }

    Story play() {
        std::size_t at = 0;
        for (const Action& action : plan_.actions) {
            const std::size_t end = std::max(at, std::min(action.at, plan_.stream.size()));
            feed(plan_.stream.subspan(at, end - at));
            at = end;
            perform(action);
        }
        feed(plan_.stream.subspan(at));
        manner_.sends_late = false;
        send();
        check_sent();
        story_.frames_received = session_.stats().frames_received;
        story_.discarded_size = session_.stats().discarded_size;
        return story_;
    }

 private:
    void feed(Bytes bytes) {
        while (!bytes.empty()) {
            const MutableBytes buffer = session_.receive_buffer();
            if (buffer.empty()) {
                if (!make_space()) break;
                continue;
            }
            const std::size_t size = std::min(buffer.size(), manner_.in.next(bytes.size()));
            std::copy_n(bytes.begin(), size, buffer.begin());
            session_.fill(size);
            fed_ += size;
            bytes = bytes.subspan(size);
            decode();
            if (manner_.sends_late) send();
        }
        while (take()) decode();
        // A message that only lacked space may fit now.
        if (session_.input_needs_space()) session_.receive_buffer();
        while (decode() || take()) {
        }
        send();
    }

    // False if there will never be any.
    bool make_space() {
        if (take()) {
            decode();
            return true;
        }
        const bool over = ended_ || session_.is_starved();
        require(over || manner_.allocations != SIZE_MAX,
                "there is buffer space, or a message to take");
        return false;
    }

    // True if there was any event.
    bool decode() {
        bool any = false;
        for (;;) {
            const bool closing = session_.close_is_queued();
            const SessionEvent event = session_.next();
            check_limits();
            if (event.kind == SessionEvent::Kind::none) break;
            any = true;
            const bool ends =
                event.kind == SessionEvent::Kind::close || event.kind == SessionEvent::Kind::failed;
            require(ends || !closing, "after our close frame only the end is reported");
            require(event.kind != SessionEvent::Kind::message || session_.message_count() > 0,
                    "a reported message is available");
            require(!ended_, "nothing is decoded after the end");
            note(event);
            if (event.kind == SessionEvent::Kind::message && !manner_.reads_late) take();
        }
        if (session_.input_is_paused() && !session_.input_needs_space()) {
            require(session_.message_count() > 0, "only a full queue blocks the input");
            take();
            decode();
        }
        return any;
    }

    bool take() {
        if (session_.message_count() == 0) return false;
        const std::size_t queued = session_.queued_payload();
        const Inbox::Message packet = session_.take();
        require(session_.queued_payload() == queued - packet.payload.size(),
                "what is taken is no longer queued");
        require(!packet.is_text || is_utf8(packet.payload), "a text is UTF-8");
        story_.messages.push_back((packet.is_text ? "T" : "B") +
                                  std::string(text_of(packet.payload)));
        return true;
    }

    void note(const SessionEvent& event) {
        switch (event.kind) {
            case SessionEvent::Kind::none: return;
            case SessionEvent::Kind::message: story_.events += "message "; return;
            case SessionEvent::Kind::ping:
                story_.events += "ping " + std::string(text_of(event.payload)) + " ";
                return;
            case SessionEvent::Kind::pong:
                story_.events += "pong " + std::string(text_of(event.payload)) + " ";
                return;
            case SessionEvent::Kind::close:
                require(session_.close_is_received() && session_.close_is_queued(),
                        "a close frame gets a reply");
                require(is_utf8(bytes_of(event.close_reason)), "a reason is UTF-8");
                story_.events += "close " + std::to_string(event.close_code) + " " +
                                 std::string(event.close_reason) + " ";
                break;
            case SessionEvent::Kind::failed:
                require(event.cause != Cause::none, "a failure has a cause");
                require(session_.close_is_queued() || manner_.fills != SIZE_MAX,
                        "the peer receives the code");
                story_.events += "failed " + std::string(text(event.cause)) + " ";
                break;
        }
        ended_ = true;
    }

    void perform(const Action& action) {
        const bool over = session_.close_is_queued() || ended_;
        std::string payload(action.size, 'x');
        const Bytes front = plan_.stream.first(std::min(plan_.stream.size(), action.size));
        std::copy(front.begin(), front.end(), payload.begin());
        Error error = Error::ok;
        switch (action.act) {
            case Act::put_text:
            case Act::put_binary: return put(action.act, payload, over);
            case Act::ping: error = session_.ping(bytes_of(payload)); break;
            case Act::close: error = session_.close(action.code, payload); break;
            case Act::close_silently: error = session_.close(0, {}); break;
            case Act::shrink: session_.shrink(); return;
        }
        require(!over || error == Error::failed, "after the end nothing can be sent");
        story_.events += std::string(text(error)) + " ";
    }

    void put(Act act, const std::string& payload, bool over) {
        const bool as_text = act == Act::put_text;
        const std::size_t before = session_.outbox().queued_payload();
        const std::size_t half = as_text ? 0 : payload.size() / 2;
        const ExactCopy front(payload.substr(0, half));
        const ExactCopy back(payload.substr(half));
        const Error error =
            session_.put(as_text ? Opcode::text : Opcode::binary, front.bytes(), back.bytes());
        const Bytes whole = bytes_of(payload);
        require(!over || error == Error::failed, "after the end nothing can be put");
        require(over || !as_text || (error == Error::invalid_data) == !is_utf8(whole),
                "a text that is none is refused");
        if (error == Error::ok) put_.push_back((as_text ? "T" : "B") + payload);
        require(session_.outbox().queued_payload() ==
                    before + (error == Error::ok ? payload.size() : 0),
                "all or nothing is queued");
        story_.events += std::string(text(error)) + " ";
        check_limits();
        if (manner_.sends_late) send();
    }

    void send() {
        for (;;) {
            Outbox::Pieces pieces;
            const std::size_t count = session_.unsent(pieces);
            require((count == 0) == session_.outbox().is_empty(), "an empty input has no result");
            if (count == 0) return;
            std::size_t total = 0;
            for (const Bytes piece : std::span(pieces).first(count)) {
                require(!piece.empty(), "no piece is empty");
                total += piece.size();
            }
            // Sends at least a part of it, so that a long message does not take for ever.
            const std::size_t size = std::max(manner_.out.next(total), total / 64);
            session_.sent(receive(std::span(pieces).first(count), size));
            if (manner_.sends_late) return;
        }
    }

    // Passes the first `size` bytes of the pieces to the peer.
    std::size_t receive(std::span<const Bytes> pieces, std::size_t size) {
        std::size_t left = size;
        for (const Bytes piece : pieces) {
            const Bytes front = piece.first(std::min(piece.size(), left));
            left -= front.size();
            story_.sent += text_of(front);
            listener_.receive(front);
        }
        return size;
    }

    void check_limits() {
        const Limits& limits = plan_.limits;
        require(session_.queued_payload() <= limits.input_payload_max,
                "the input size is within its limit");
        require(session_.message_count() <= limits.input_message_count_max,
                "the input count is within its limit");
        const Outbox& outbox = session_.outbox();
        require(outbox.queued_payload() <= limits.output_payload_max,
                "the output size is within its limit");
        require(outbox.message_count() <= limits.output_message_count_max,
                "the output count is within its limit");
        require(session_.inbox().moved_size() <= 16 * fed_ + 65'536,
                "the number of moved bytes is bounded");

        const std::size_t input =
            std::max(limits.input_payload_max, limits.response_size_max) +
            limits.input_message_count_max * (Inbox::entry_size + frame_header_size_max) + 4096;
        const std::size_t output =
            limits.output_payload_max + limits.output_message_count_max * frame_header_size_max;
        // A block and the one it is moved from; the ring's size is a power of two.
        require(memory_.peak <= 2 * input + 4 * std::max<std::size_t>(output, 1024),
                "memory within its bound");
    }

    void check_sent() {
        require(session_.outbox().is_empty(), "everything was sent");
        require(listener_.is_between_frames(), "the last frame is whole");
        require(listener_.messages() == put_, "the peer reads what was put");
        require(listener_.received_close() == session_.close_is_queued(), "a close frame is sent");
    }

    const Plan& plan_;
    Manner manner_;
    FuzzEntropy entropy_;
    FuzzMemory memory_;
    Session session_;
    Listener listener_;
    Story story_;
    std::vector<std::string> put_;
    std::size_t fed_ = 0;
    bool ended_ = false;
};

// ---- the input -------------------------------------------------------------------------------

Limits read_limits(FuzzInput& input) {
    constexpr std::size_t payloads[] = {1 << 20, 0, 1, 125, 126, 1000, 4096, 65'536};
    constexpr std::size_t counts[] = {1024, 1, 2, 3, 10, 300};
    Limits limits;
    limits.input_payload_max = input.pick(payloads);
    limits.input_message_count_max = input.pick(counts);
    limits.output_payload_max = input.pick(payloads);
    limits.output_message_count_max = input.pick(counts);
    limits.fragment_count_max = input.pick(counts);
    limits.response_size_max = input.flag() ? 64 : 16'384;
    return limits;
}

Action read_action(FuzzInput& input, std::size_t before) {
    constexpr std::size_t sizes[] = {0,   1,   2,    5,      123,    124,     125,
                                     126, 127, 1000, 65'535, 65'536, text_max};
    Action action;
    action.act = static_cast<Act>(input.byte() % 6);
    action.at = before + input.byte();
    action.size = input.pick(sizes);
    if (action.act == Act::close) action.code = input.number16();
    return action;
}

Manner read_manner(FuzzInput& input) {
    Manner manner;
    manner.in = Cuts(input);
    manner.out = Cuts(input);
    return manner;
}

}  // namespace
}  // namespace linnet::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace linnet::fuzz;
    FuzzInput input(data, size);
    Plan plan;
    plan.role = input.flag() ? linnet::Role::server : linnet::Role::client;
    plan.limits = read_limits(input);
    const Manner early = read_manner(input);
    Manner late = read_manner(input);
    late.reads_late = true;
    Manner poor = read_manner(input);
    poor.sends_late = true;
    poor.reads_late = input.flag();
    const std::size_t allocations = input.byte();
    const std::size_t fills = input.byte();
    if (allocations != 0) poor.allocations = allocations - 1;
    if (fills != 0) poor.fills = fills - 1;
    for (std::size_t count = input.byte() % 8; count > 0; --count) {
        plan.actions.push_back(
            read_action(input, plan.actions.empty() ? 0 : plan.actions.back().at));
    }
    plan.stream = input.rest();

    const Story first = Performance(plan, early).play();
    const Story second = Performance(plan, late).play();
    require(first.events == second.events, "cuts do not change the events");
    require(first == second, "cuts do not change the result");
    Performance(plan, poor).play();
    return 0;
}
