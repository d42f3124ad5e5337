// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/stream_tracer.hpp"

#include <algorithm>

#include "cli/cause_text.hpp"
#include "cli/rendering.hpp"
#include "client/redacted_text.hpp"
#include "codec/text.hpp"
#include "protocol/closing.hpp"

namespace linnet::cli {
namespace {

constexpr std::size_t line_size_max = 1024;  // longer lines are cut
constexpr std::size_t preview_size_max = 64;

std::string_view name_of(Opcode opcode) {
    switch (opcode) {
        case Opcode::continuation: return "continuation";
        case Opcode::text: return "text";
        case Opcode::binary: return "binary";
        case Opcode::close: return "close";
        case Opcode::ping: return "ping";
        case Opcode::pong: return "pong";
    }
    return "unknown";
}

// Returns how much of a payload to keep: all of a control frame's, the front of others.
std::size_t kept_size(const FrameHeader& header) {
    const std::size_t size_max =
        is_control(header.opcode) ? control_payload_size_max : preview_size_max;
    return static_cast<std::size_t>(std::min<std::uint64_t>(header.payload_size, size_max));
}

void append_first_line(std::string& out, std::string_view line, Role receiver) {
    const std::size_t query = receiver == Role::server ? line.find('?') : line.npos;
    append_harmless(out, line.substr(0, query));
    if (query == line.npos) return;
    const std::size_t end = line.find(' ', query);
    append_harmless(out.append("?..."), end == line.npos ? "" : line.substr(end));
}

// If a line is cut, the end of the user information in a URL is unknown.
void append_header(std::string& out, std::string_view line, bool is_cut) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos) return append_harmless(out, line);
    const HttpHeader header{trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1))};
    const bool has_url = may_contain_url(header);
    if (!has_url && !is_secret_header(header.name)) return append_harmless(out, line);
    append_harmless(out, line.substr(0, colon));
    out.append(": ");
    if (!has_url || is_cut || is_secret_header(header.name)) {
        out.append("(not shown)");
        return;
    }
    std::array<std::uint8_t, 2 * line_size_max> buffer;
    TextWriter writer(buffer);
    put_location(writer, header.value);
    out.append(writer.text());
}

void append_close(std::string& out, Bytes payload) {
    ClosePayload close;
    if (decode_close(payload, close) != Cause::none) {
        return append_preview(out.append(" "), payload, Preview::whole);
    }
    if (close.code == no_close_code) return;
    out.append(" ").append(std::to_string(close.code));
    if (close.reason.empty()) return;
    append_preview(out.append(" "), bytes_of(close.reason), Preview::whole);
}

// Returns true for plain text; the payload of a ping may be anything.
bool is_plain(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < 0x20; });
}

std::string bytes_text(std::uint64_t size) {
    return std::to_string(size).append(size == 1 ? " byte" : " bytes");
}

}  // namespace

void StreamTracer::feed(Bytes bytes, TraceLines& lines) {
    while (!bytes.empty()) {
        switch (stage_) {
            case Stage::head: bytes = feed_head(bytes, lines); break;
            case Stage::header: bytes = feed_header(bytes, lines); break;
            case Stage::payload: bytes = feed_payload(bytes, lines); break;
            case Stage::other: offset_ += bytes.size(); return;
        }
    }
}

void StreamTracer::enter(Stage stage) {
    stage_ = stage;
    begin_ = offset_;
    line_.clear();
    header_size_ = 0;
}

// ---- the head --------------------------------------------------------------------------------

Bytes StreamTracer::feed_head(Bytes bytes, TraceLines& lines) {
    const std::string_view text = text_of(bytes);
    const std::size_t line_feed = text.find('\n');
    const bool is_whole = line_feed != text.npos;
    const std::string_view piece = text.substr(0, line_feed);
    line_.append(piece.substr(0, line_size_max - std::min(line_.size(), line_size_max)));
    const std::size_t taken = piece.size() + (is_whole ? 1 : 0);
    offset_ += taken;
    if (is_whole) end_head_line(lines);
    return bytes.subspan(taken);
}

void StreamTracer::end_head_line(TraceLines& lines) {
    std::string_view line = line_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) return enter(refused_ ? Stage::other : Stage::header);
    std::string shown;
    const bool is_cut = line_.size() >= line_size_max;
    if (is_first_line_) {
        append_first_line(shown, line, receiver_);
        take_until(line, " ");
        refused_ = receiver_ == Role::client && !line.starts_with(" 101");
    } else {
        append_header(shown, line, is_cut);
    }
    if (is_cut) shown.append("...");
    lines.line(begin_, shown);
    is_first_line_ = false;
    enter(Stage::head);
}

// ---- frames ----------------------------------------------------------------------------------

Bytes StreamTracer::feed_header(Bytes bytes, TraceLines& lines) {
    header_bytes_[header_size_++] = bytes[0];
    ++offset_;
    const auto header = decode_frame_header(Bytes(header_bytes_).first(header_size_), receiver_);
    if (header.failed()) {
        std::string shown = "invalid frame: ";
        append_hex(shown.append(cause_text(header.cause)).append(": "),
                   Bytes(header_bytes_).first(header_size_));
        lines.line(begin_, shown.append("; decoding stops here"));
        enter(Stage::other);
    }
    if (header.done()) {
        header_ = header.value;
        begin_payload(lines);
    }
    return bytes.subspan(1);
}

void StreamTracer::begin_payload(TraceLines& lines) {
    stage_ = Stage::payload;
    payload_size_ = 0;
    preview_.clear();
    if (kept_size(header_) == 0) describe_frame(lines);
    if (header_.payload_size == 0) enter(Stage::header);
}

Bytes StreamTracer::feed_payload(Bytes bytes, TraceLines& lines) {
    const std::uint64_t left = header_.payload_size - payload_size_;
    const Bytes piece =
        bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes.size())));
    const std::size_t kept_max = kept_size(header_);
    const bool was_described = preview_.size() == kept_max;
    for (std::size_t i = 0; i < piece.size() && preview_.size() < kept_max; ++i) {
        const std::uint8_t mask =
            header_.masked ? header_.key[preview_.size() % 4] : std::uint8_t{};
        preview_.append(1, static_cast<char>(piece[i] ^ mask));
    }
    payload_size_ += piece.size();
    offset_ += piece.size();
    if (!was_described && preview_.size() == kept_max) describe_frame(lines);
    if (payload_size_ == header_.payload_size) enter(Stage::header);
    return bytes.subspan(piece.size());
}

void StreamTracer::describe_frame(TraceLines& lines) {
    std::string shown(name_of(header_.opcode));
    shown.append(header_.fin ? "" : ", more follows");
    shown.append(", ").append(bytes_text(header_.payload_size));
    if (header_.masked) append_hex(shown.append(", masked "), header_.key);
    if (header_.payload_size > 0) shown.append(":");
    const Bytes preview = bytes_of(preview_);
    const bool is_cut = preview.size() < header_.payload_size;
    const bool is_ping = header_.opcode == Opcode::ping || header_.opcode == Opcode::pong;
    const bool as_hex = header_.opcode == Opcode::binary || (is_ping && !is_plain(preview_));
    if (header_.opcode == Opcode::close) {
        append_close(shown, preview);
    } else if (as_hex && header_.payload_size > 0) {
        append_hex(shown.append(" "), preview);
        if (is_cut) shown.append("...");
    } else if (header_.payload_size > 0) {
        append_preview(shown.append(" "), preview, is_cut ? Preview::cut : Preview::whole);
    }
    lines.line(begin_, shown);
}

void StreamTracer::end(TraceLines& lines) {
    const std::uint64_t size = offset_ - begin_;
    if (stage_ == Stage::head && size > 0) {
        lines.line(begin_, std::string("cut off inside a line, after ").append(bytes_text(size)));
    }
    if (stage_ == Stage::header && size > 0) {
        lines.line(begin_,
                   std::string("cut off inside a frame header, after ").append(bytes_text(size)));
    }
    if (stage_ == Stage::payload) {
        std::string shown("cut off inside a frame (");
        shown.append(name_of(header_.opcode)).append("), ");
        const std::uint64_t missing = header_.payload_size - payload_size_;
        lines.line(begin_, shown.append(bytes_text(missing)).append(" missing"));
    }
    if (stage_ == Stage::other && size > 0) {
        lines.line(begin_, bytes_text(size).append(" that are not frames"));
    }
    enter(Stage::other);
}

}  // namespace linnet::cli
