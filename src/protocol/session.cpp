// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// How received bytes are processed. `next` repeats `advance`, which does one of two things: between
// frames it decodes a header (`begin_frame`); within a data frame it takes the part of the payload
// that has arrived (`continue_data_frame`). Payload joins the message in progress as it arrives, so
// that invalid text is detected at its first bad byte, and only an incomplete header or control
// frame waits unparsed. A control frame is processed as a whole. Most messages arrive complete and
// take a shortcut (`take_whole_message`).
//
// A data frame whose message does not fit into the queue stays unparsed and blocks everything after
// it (`paused_`). The limit on a single message is checked at the header by comparing the announced
// size with the space left: nothing is ever reserved because of an announcement.
//
// After our close frame, data is skipped and counted; the framing is still validated to find the
// peer's close frame.
#include "linnet/protocol/session.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "base/endian.hpp"
#include "protocol/closing.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

// The first bytes of frames that are whole messages, RFC 6455 5.2.
constexpr std::uint8_t final_text = 0x81;
constexpr std::uint8_t final_binary = 0x82;

// The key is the end of the header before the payload.
void unmask_in_place(MutableBytes payload) {
    MaskKey key;
    std::memcpy(key.data(), payload.data() - key.size(), key.size());
    apply_mask(payload, key, 0);
}

}  // namespace

// A frame that is a complete message.
struct Session::WholeMessage {
    bool is_text = false;
    std::size_t header_size = 0;
    MutableBytes payload;
};

// Recognises only such frames, with a length of at most 16 bits: for longer ones the general path
// costs nothing in comparison.
bool Session::read_whole_message(MutableBytes in, WholeMessage& message) const {
    if (in.size() < 2) return false;
    message.is_text = in[0] == final_text;
    if (!message.is_text && in[0] != final_binary) return false;
    const bool masked = role_ == Role::server;
    message.header_size = masked ? 2 + sizeof(MaskKey) : 2;
    std::size_t size = in[1] ^ (masked ? 0x80u : 0u);  // above 127 if the mask bit is wrong
    if (size > 125) {
        if (size != 126 || in.size() < 4) return false;
        message.header_size += 2;
        size = static_cast<std::size_t>(load_be(in.subspan(2, 2)));
        if (size < 126) return false;
    }
    if (in.size() < message.header_size + size) return false;
    message.payload = in.subspan(message.header_size, size);
    return true;
}

Session::Session(Role role, const Limits& limits, Entropy& entropy, Memory* memory)
    : role_(role),
      limits_(bounded(limits)),
      inbox_(memory, inbox_size_max(limits_), limits_.input_message_count_max),
      outbox_(role, limits_.output_payload_max, limits_.output_message_count_max, entropy, memory) {
}

// ---- in --------------------------------------------------------------------------------------

SessionEvent Session::next() {
    paused_ = needs_space_ = false;
    if (inbox_.unparsed().empty() && !frame_active_) return {};
    return next_message() ? SessionEvent{.kind = SessionEvent::Kind::message} : next_the_long_way();
}

bool Session::next_message() {
    WholeMessage message;
    return finds_whole_message(message) && take_whole_message(message);
}

SessionEvent Session::next_the_long_way() {
    SessionEvent event;
    while (!ended_ && !work_is_spent() && advance(event) == Progress::more) {
    }
    return event;
}

// Returns true if a message of one frame, or the next frame of the message in progress, fits.
bool Session::fits(std::uint64_t payload_size) const {
    const std::size_t used = inbox_.message_size() + inbox_.queued_payload();
    LINNET_ASSERT(used <= limits_.input_payload_max);
    return payload_size <= limits_.input_payload_max - used &&
           inbox_.message_count() < limits_.input_message_count_max;
}

// The shortcut for most messages: one complete frame that fits. Anything else, or anything invalid,
// is left untouched for `next_the_long_way`.
bool Session::finds_whole_message(WholeMessage& message) {
    if (ended_ || message_active_ || discards() || limits_.fragment_count_max == 0) return false;
    return read_whole_message(inbox_.unparsed(), message) && fits(message.payload.size()) &&
           message.payload.size() + frame_work <= work_left_ && inbox_.has_space();
}

bool Session::take_whole_message(const WholeMessage& message) {
    const bool masked = role_ == Role::server;
    if (masked) unmask_in_place(message.payload);
    if (message.is_text && !is_utf8(message.payload)) {
        if (masked) unmask_in_place(message.payload);  // masking twice restores the bytes
        return false;
    }
    work_left_ -= frame_work + message.payload.size();
    inbox_.add_message(message.header_size, message.payload.size(), message.is_text);
    ++stats_.frames_received;
    ++stats_.messages_received;
    return true;
}

Session::Progress Session::advance(SessionEvent& event) {
    return frame_active_ ? continue_data_frame(event) : begin_frame(event);
}

Session::Progress Session::begin_frame(SessionEvent& event) {
    const auto header = decode_frame_header(inbox_.unparsed(), role_);
    if (header.failed()) return fail(header.cause, event);
    if (!header.done()) return Progress::stop;
    return is_control(header.value.opcode)
               ? take_control_frame(header.value, header.consumed, event)
               : begin_data_frame(header.value, header.consumed, event);
}

Cause Session::check_data_frame(const FrameHeader& header) const {
    const bool starts = header.opcode != Opcode::continuation;
    if (!starts && !message_active_) return Cause::continuation_without_start;  // RFC 6455 5.4
    if (starts && message_active_) return Cause::message_inside_message;        // RFC 6455 5.4
    if (discards()) return Cause::none;
    const std::size_t fragment_count = starts ? 0 : fragment_count_;
    if (fragment_count >= limits_.fragment_count_max) return Cause::message_too_many_fragments;
    const std::size_t size = starts ? 0 : inbox_.message_size();
    if (header.payload_size > limits_.input_payload_max - size) return Cause::message_too_large;
    return Cause::none;
}

Session::Progress Session::begin_data_frame(const FrameHeader& header, std::size_t header_size,
                                            SessionEvent& event) {
    const Cause cause = check_data_frame(header);
    if (cause != Cause::none) return fail(cause, event);

    if (!discards() && !fits(header.payload_size)) {
        paused_ = true;
        return Progress::stop;
    }
    inbox_.skip(header_size);
    spend(frame_work);
    ++stats_.frames_received;
    if (!message_active_) {
        message_active_ = true;
        message_is_text_ = header.opcode == Opcode::text;
        fragment_count_ = 0;
        utf8_ = {};
        if (!discards()) inbox_.begin_message();
    }
    ++fragment_count_;
    frame_ = header;
    frame_offset_ = 0;
    frame_active_ = true;
    return Progress::more;
}

Session::Progress Session::continue_data_frame(SessionEvent& event) {
    const MutableBytes unparsed = inbox_.unparsed();
    const std::uint64_t left = frame_.payload_size - frame_offset_;
    const std::size_t size_max = std::min(unparsed.size(), work_left_);
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, size_max));
    spend(size);
    const MutableBytes payload = unparsed.first(size);
    if (discards()) {
        inbox_.skip(size);
        stats_.discarded_size += size;
    } else {
        if (frame_.masked) apply_mask(payload, frame_.key, frame_offset_);
        if (message_is_text_ && !utf8_.feed(payload)) return fail(Cause::text_not_utf8, event);
        inbox_.append(payload);
    }
    frame_offset_ += size;
    if (frame_offset_ < frame_.payload_size) return Progress::stop;
    if (frame_.fin) return end_message(event);
    frame_active_ = false;
    return Progress::more;
}

Session::Progress Session::end_message(SessionEvent& event) {
    if (!discards()) {
        if (message_is_text_ && !utf8_.complete()) return fail(Cause::text_not_utf8, event);
        // The entry does not fit before the next `receive_buffer`: the frame stays active with no
        // payload left.
        if (!inbox_.end_message(message_is_text_)) {
            paused_ = needs_space_ = true;
            return Progress::stop;
        }
    }
    frame_active_ = false;
    message_active_ = false;
    if (discards()) return Progress::more;
    ++stats_.messages_received;
    event.kind = SessionEvent::Kind::message;
    return Progress::event;
}

Session::Progress Session::take_control_frame(const FrameHeader& header, std::size_t header_size,
                                              SessionEvent& event) {
    const MutableBytes unparsed = inbox_.unparsed();
    const auto size = static_cast<std::size_t>(header.payload_size);
    if (unparsed.size() - header_size < size) return Progress::stop;
    const MutableBytes payload = unparsed.subspan(header_size, size);
    inbox_.skip(header_size + size);
    spend(frame_work + size);
    ++stats_.frames_received;
    if (header.masked) apply_mask(payload, header.key, 0);

    if (header.opcode == Opcode::close) return answer_close(payload, event);
    if (discards()) return Progress::more;
    if (header.opcode == Opcode::ping) return answer_ping(payload, event);
    event.kind = SessionEvent::Kind::pong;
    event.payload = payload;
    return Progress::event;
}

// RFC 6455 5.5.3: the pong carries the payload of the ping, the latest if there were several.
Session::Progress Session::answer_ping(Bytes payload, SessionEvent& event) {
    if (!outbox_.put_pong(payload)) return fail(Cause::no_entropy, event);
    event.kind = SessionEvent::Kind::ping;
    event.payload = payload;
    return Progress::event;
}

// RFC 6455 5.5.1: an unexpected close frame is answered with its own code and reason.
Session::Progress Session::answer_close(Bytes payload, SessionEvent& event) {
    ClosePayload close;
    if (const Cause cause = decode_close(payload, close); cause != Cause::none) {
        return fail(cause, event);
    }
    if (!close_queued_ && !queue_close(close.code, close.reason)) {
        return fail(Cause::no_entropy, event);
    }
    close_received_ = true;
    ended_ = true;
    event = {
        .kind = SessionEvent::Kind::close, .close_code = close.code, .close_reason = close.reason};
    return Progress::event;
}

// The only function that fails the session, RFC 6455 7.1.7.
Session::Progress Session::fail(Cause cause, SessionEvent& event) {
    ended_ = true;
    if (!close_queued_) queue_close(close_code_for(cause), close_reason_for(cause));
    event = {.kind = SessionEvent::Kind::failed, .cause = cause};
    return Progress::event;
}

bool Session::queue_close(std::uint16_t code, std::string_view reason) {
    std::array<std::uint8_t, control_payload_size_max> payload;
    const std::size_t size = encode_close({code, reason}, payload);
    close_queued_ = outbox_.put_close(Bytes(payload).first(size));
    return close_queued_;
}

// ---- out -------------------------------------------------------------------------------------

Error Session::put(Opcode opcode, Bytes front, Bytes payload) {
    if (close_queued_ || ended_) return Error::failed;
    if (opcode == Opcode::text && !is_utf8(payload)) return Error::invalid_data;
    const Error error = outbox_.put(opcode, front, payload);
    if (error == Error::ok) ++stats_.messages_sent;
    return error;
}

Error Session::ping(Bytes payload) {
    if (close_queued_ || ended_) return Error::failed;
    if (payload.size() > control_payload_size_max) return Error::invalid_parameter;
    return outbox_.put_ping(payload) ? Error::ok : Error::failed;
}

Error Session::close(std::uint16_t code, std::string_view reason) {
    if (close_queued_ || ended_) return Error::failed;
    const bool is_empty_close = code == no_close_code && reason.empty();
    if (!is_close_code(code) && !is_empty_close) return Error::invalid_parameter;
    if (!is_utf8(bytes_of(reason))) return Error::invalid_data;
    if (!queue_close(code, reason)) return Error::failed;
    paused_ = false;
    return Error::ok;
}

void Session::shrink() {
    inbox_.shrink_if_empty();
    outbox_.release_if_empty();
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
