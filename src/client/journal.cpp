// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "client/journal.hpp"

#include <algorithm>
#include <array>

#include "codec/ip_text.hpp"
#include "codec/text.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

void put_close(TextWriter& out, int code, std::string_view reason) {
    if (code == 0) {
        out.put("no code");
    } else {
        out.put_number(static_cast<std::uint64_t>(code));
    }
    if (!reason.empty()) put_quoted(out.put(" "), reason);
}

}  // namespace

template <class Compose>
void Journal::write(LogLevel level, Compose compose) const {
    if (log_ == nullptr || level > level_max_) return;
    std::array<std::uint8_t, line_size_max> buffer;
    TextWriter out(buffer);
    compose(out);
    log_->write(level, out.text());
}

// ---- from connect_to_url to open -------------------------------------------------------------

void Journal::refused(Cause cause) const {
    write(LogLevel::error, [&](TextWriter& out) { out.put("cannot connect: ").put(text(cause)); });
}

void Journal::begins(const Url& url) const {
    write(LogLevel::info, [&](TextWriter& out) { put_url(out.put("connecting to "), url); });
}

void Journal::is_unverified() const {
    write(LogLevel::warning, [](TextWriter& out) {
        out.put("the server's certificate is not verified (set_verify_ssl_enabled is false)");
    });
}

void Journal::cancelled() const {
    write(LogLevel::info, [](TextWriter& out) { out.put("cancelled by the program"); });
}

void Journal::resolved(std::size_t address_count) const {
    write(LogLevel::debug, [&](TextWriter& out) {
        out.put("the host name has ").put_number(address_count);
        out.put(address_count == 1 ? " address" : " addresses");
    });
}

void Journal::connected(const SocketAddress& address) const {
    write(LogLevel::debug, [&](TextWriter& out) {
        put_ip(out.put("connected to "), address);
        out.put(" port ").put_number(address.port);
    });
}

void Journal::secured() const {
    write(LogLevel::debug, [](TextWriter& out) { out.put("TLS established"); });
}

void Journal::requests(std::string_view request) const {
    std::string_view line = take_until(request, "\r");
    write(LogLevel::debug, [&](TextWriter& out) {
        put_harmless(out.put("> "), take_until(line, "?"));
        if (!line.empty()) out.put("?... HTTP/1.1");
    });
    request.remove_prefix(std::min<std::size_t>(2, request.size()));
    for (HttpHeader header; take_header(request, header) && !header.name.empty();) {
        write(LogLevel::debug, [&](TextWriter& out) { put_header(out.put("> "), header); });
    }
}

void Journal::responded(const ResponseHead& head) const {
    write(LogLevel::debug, [&](TextWriter& out) {
        out.put("< HTTP ").put_number(static_cast<std::uint64_t>(head.status)).put(" ");
        put_harmless(out, head.reason);
    });
    std::string_view headers = head.headers;
    for (HttpHeader header; take_header(headers, header);) {
        write(LogLevel::debug, [&](TextWriter& out) { put_header(out.put("< "), header); });
    }
}

void Journal::opened(std::string_view protocol) const {
    write(LogLevel::info, [&](TextWriter& out) {
        out.put("open");
        if (!protocol.empty()) put_quoted(out.put(", sub-protocol "), protocol);
    });
}

void Journal::joined(PeerId id) const {
    write(LogLevel::info, [&](TextWriter& out) {
        out.put("joined the room as peer ").put_number(static_cast<std::uint64_t>(id));
    });
}

// ---- open ------------------------------------------------------------------------------------

void Journal::stalled(std::size_t message_count, std::size_t size) const {
    write(LogLevel::warning, [&](TextWriter& out) {
        out.put("the input queue is full (").put_number(message_count).put(" messages, ");
        out.put_number(size).put(" bytes): reading is paused until messages are taken (see ");
        out.put("Limits::input_payload_max and Limits::input_message_count_max)");
    });
}

void Journal::continued() const {
    write(LogLevel::debug, [](TextWriter& out) { out.put("the input queue has space again"); });
}

void Journal::send_stalled() const {
    write(LogLevel::debug, [](TextWriter& out) { out.put("the OS send buffer is full"); });
}

void Journal::pinged() const {
    write(LogLevel::debug, [](TextWriter& out) { out.put("sending a ping"); });
}

void Journal::ponged(std::uint64_t round_trip_us) const {
    write(LogLevel::debug, [&](TextWriter& out) {
        out.put("received a pong after ").put_number(round_trip_us).put(" us");
    });
}

void Journal::resumed() const {
    write(LogLevel::debug, [](TextWriter& out) { out.put("resumed: sending a ping"); });
}

// ---- the end ---------------------------------------------------------------------------------

void Journal::closes(int code, std::string_view reason) const {
    write(LogLevel::debug,
          [&](TextWriter& out) { put_close(out.put("sending a close frame: "), code, reason); });
}

void Journal::close_received(int code, std::string_view reason) const {
    write(LogLevel::debug,
          [&](TextWriter& out) { put_close(out.put("received a close frame: "), code, reason); });
}

void Journal::protocol_error(Cause cause) const {
    write(LogLevel::debug, [&](TextWriter& out) {
        out.put("closing because of a protocol error: ").put(text(cause));
    });
}

void Journal::ended_well(const Failure& failure) const {
    write(LogLevel::info, [&](TextWriter& out) { out.put(failure.explain()); });
}

void Journal::failed(const Failure& failure) const {
    write(LogLevel::error, [&](TextWriter& out) { out.put(failure.explain()); });
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
