// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Why something ended or was refused: one enumerator for each distinguishable reason. The sentence
// beside each says what is the case and, where one exists, which limit or option to change.
#pragma once

#include <cstdint>
#include <string_view>

namespace linnet::inline v0 {

enum class Cause : std::uint16_t {
    none,

    // Ordinary endings: both close frames were exchanged (RFC 6455 7.1.4).
    closed_by_client,
    closed_by_server,

    // What was asked for can never work: told by `connect_to_url` before a byte is sent.
    url_too_long,
    url_scheme,
    url_host,
    url_port,
    url_userinfo,
    url_fragment,
    url_character,
    protocol_not_token,
    protocol_repeated,
    header_malformed,
    header_reserved,
    header_repeated,
    request_too_large,
    tls_not_built,
    multiplayer_not_built,

    // The program's own resources.
    out_of_memory,
    no_entropy,

    // Resolving the name and connecting.
    resolve_failed,
    resolve_no_address,
    resolve_timed_out,
    connect_failed,
    connect_timed_out,
    attempt_timed_out,

    // The server's answer to the upgrade request (RFC 6455 4.1, RFC 9112).
    answer_timed_out,
    answer_incomplete,
    answer_not_http,
    answer_http_version,
    answer_status_line,
    answer_line_ending,
    answer_field_malformed,
    answer_field_folded,
    answer_too_large,
    answer_too_many_fields,
    answer_refused,
    answer_upgrade_missing,
    answer_connection_missing,
    answer_accept_missing,
    answer_accept_wrong,
    answer_field_repeated,
    answer_extension_not_offered,
    answer_protocol_not_offered,
    answer_protocol_missing,

    // The peer broke the framing (RFC 6455 5).
    frame_reserved_bits,
    frame_reserved_opcode,
    frame_masked,
    frame_not_masked,
    frame_control_fragmented,
    frame_control_too_long,
    frame_length_not_minimal,
    frame_length_top_bit,
    continuation_without_start,
    message_inside_message,
    message_too_large,
    message_too_many_fragments,
    text_not_utf8,
    close_payload_too_short,
    close_code_not_allowed,
    close_reason_not_utf8,

    // The link went away, or stayed silent too long.
    connection_lost,
    end_of_stream,
    pong_timed_out,
    message_timed_out,
    close_not_sent,
    close_not_answered,
};

namespace cause_texts {

struct Row {
    Cause cause;
    std::string_view text;
};

// In the order of the enumerators.
inline constexpr Row rows[] = {
    {Cause::none, "nothing has ended yet"},
    {Cause::closed_by_client, "this side closed the connection and the server agreed"},
    {Cause::closed_by_server, "the server closed the connection and this side agreed"},
    {Cause::url_too_long, "the URL is longer than Limits::url_size_max"},
    {Cause::url_scheme, "the URL does not begin with ws:// or wss://"},
    {Cause::url_host, "the URL's host is empty or is no host name and no IP address"},
    {Cause::url_port, "the URL's port is not a number from 1 to 65535"},
    {Cause::url_userinfo,
     "the URL's user information is too long or holds a byte that must be "
     "percent-encoded"},
    {Cause::url_fragment, "the URL has a fragment (#), which WebSocket URLs may not"},
    {Cause::url_character,
     "the URL holds a space, a control character, a byte above 126 or another "
     "character that must be percent-encoded"},
    {Cause::protocol_not_token, "an offered sub-protocol is not an HTTP token"},
    {Cause::protocol_repeated, "a sub-protocol is offered twice"},
    {Cause::header_malformed, "a custom header is not 'Name: value' in printable ASCII"},
    {Cause::header_reserved, "a custom header belongs to the handshake itself"},
    {Cause::header_repeated, "a custom Host or Authorization header is given twice"},
    {Cause::request_too_large, "the request is larger than Limits::request_size_max"},
    {Cause::tls_not_built, "wss:// needs TLS, which this build of linnet has not"},
    {Cause::multiplayer_not_built,
     "gd_mp_api needs the multiplayer protocol, which this build of linnet has not"},
    {Cause::out_of_memory, "the memory is exhausted"},
    {Cause::no_entropy, "the entropy source gave no random bytes, so nothing is sent"},
    {Cause::resolve_failed, "the host name does not resolve"},
    {Cause::resolve_no_address, "the host name has no address"},
    {Cause::resolve_timed_out, "the host name did not resolve within Timeouts::resolve_ms"},
    {Cause::connect_failed, "no address of the host accepts a connection"},
    {Cause::connect_timed_out,
     "no address of the host accepted a connection within Timeouts::connect_ms"},
    {Cause::attempt_timed_out, "the connection was not open within Timeouts::attempt_ms"},
    {Cause::answer_timed_out,
     "the server did not answer the upgrade request within Timeouts::upgrade_ms"},
    {Cause::answer_incomplete, "the server ended the connection before its answer was complete"},
    {Cause::answer_not_http, "the server's answer is not HTTP"},
    {Cause::answer_http_version, "the server's answer is not HTTP/1.1"},
    {Cause::answer_status_line, "the status line of the server's answer is malformed"},
    {Cause::answer_line_ending, "a line of the server's answer does not end in CR LF"},
    {Cause::answer_field_malformed, "a header of the server's answer is malformed"},
    {Cause::answer_field_folded, "a header of the server's answer is folded over two lines"},
    {Cause::answer_too_large, "the server's answer is larger than Limits::answer_size_max"},
    {Cause::answer_too_many_fields,
     "the server's answer has more headers than Limits::answer_field_count_max"},
    {Cause::answer_refused, "the server refused the upgrade"},
    {Cause::answer_upgrade_missing, "the server's answer lacks 'Upgrade: websocket'"},
    {Cause::answer_connection_missing, "the server's answer lacks 'Connection: Upgrade'"},
    {Cause::answer_accept_missing, "the server's answer lacks Sec-WebSocket-Accept"},
    {Cause::answer_accept_wrong,
     "Sec-WebSocket-Accept in the server's answer does not belong to this request"},
    {Cause::answer_field_repeated, "the server's answer repeats a header that may stand once"},
    {Cause::answer_extension_not_offered, "the server chose an extension that was not offered"},
    {Cause::answer_protocol_not_offered, "the server chose a sub-protocol that was not offered"},
    {Cause::answer_protocol_missing,
     "the server chose none of the offered sub-protocols (Options::protocol_choice "
     "decides whether it must)"},
    {Cause::frame_reserved_bits, "a frame has a reserved bit set"},
    {Cause::frame_reserved_opcode, "a frame has a reserved opcode"},
    {Cause::frame_masked, "the server sent a masked frame"},
    {Cause::frame_not_masked, "the client sent a frame without a mask"},
    {Cause::frame_control_fragmented, "a control frame is fragmented"},
    {Cause::frame_control_too_long, "a control frame is longer than 125 bytes"},
    {Cause::frame_length_not_minimal, "a frame's length is not in its shortest form"},
    {Cause::frame_length_top_bit, "a frame's length has its highest bit set"},
    {Cause::continuation_without_start, "a continuation frame continues no message"},
    {Cause::message_inside_message, "a new message begins before the last fragment of another"},
    {Cause::message_too_large, "a message is larger than Limits::input_payload_max (set_buffers)"},
    {Cause::message_too_many_fragments,
     "a message has more fragments than Limits::fragment_count_max"},
    {Cause::text_not_utf8, "a text message is not UTF-8"},
    {Cause::close_payload_too_short, "a close frame has a payload of one byte"},
    {Cause::close_code_not_allowed, "a close frame has a code that may not be sent"},
    {Cause::close_reason_not_utf8, "the reason of a close frame is not UTF-8"},
    {Cause::connection_lost, "the connection was lost"},
    {Cause::end_of_stream, "the stream ended without a close frame"},
    {Cause::pong_timed_out,
     "no byte and no pong came within Timeouts::pong_ms of a ping: the link is dead"},
    {Cause::message_timed_out, "a message stopped half-way for longer than Timeouts::message_ms"},
    {Cause::close_not_sent,
     "the close frame could not be sent: no progress for Timeouts::closing_ms"},
    {Cause::close_not_answered, "the close frame was not answered within Timeouts::closing_ms"},
};

constexpr bool are_in_order() {
    std::uint16_t next = 0;
    for (const Row& row : rows) {
        if (row.cause != static_cast<Cause>(next++)) return false;
    }
    return static_cast<Cause>(next - 1) == Cause::close_not_answered;
}
static_assert(are_in_order(), "each cause has its sentence");

}  // namespace cause_texts

/// What is the case, as one sentence without a full stop; static.
constexpr std::string_view text(Cause cause) {
    return cause_texts::rows[static_cast<std::uint16_t>(cause)].text;
}

}  // namespace linnet::inline v0
