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

/// What is the case, as one sentence without a full stop; static.
constexpr std::string_view text(Cause cause) {
    switch (cause) {
        case Cause::none: return "nothing has ended yet";
        case Cause::closed_by_client:
            return "this side closed the connection and the server agreed";
        case Cause::closed_by_server:
            return "the server closed the connection and this side agreed";
        case Cause::url_too_long: return "the URL is longer than Limits::url_size_max";
        case Cause::url_scheme: return "the URL does not begin with ws:// or wss://";
        case Cause::url_host: return "the URL's host is empty or is no host name and no IP address";
        case Cause::url_port: return "the URL's port is not a number from 1 to 65535";
        case Cause::url_userinfo:
            return "the URL's user information is too long or holds a byte that must be "
                   "percent-encoded";
        case Cause::url_fragment: return "the URL has a fragment (#), which WebSocket URLs may not";
        case Cause::url_character:
            return "the URL holds a space, a control character, a byte above 126 or another "
                   "character that must be percent-encoded";
        case Cause::protocol_not_token: return "an offered sub-protocol is not an HTTP token";
        case Cause::protocol_repeated: return "a sub-protocol is offered twice";
        case Cause::header_malformed:
            return "a custom header is not 'Name: value' in printable characters";
        case Cause::header_reserved: return "a custom header belongs to the handshake itself";
        case Cause::header_repeated: return "a custom Host or Authorization header is given twice";
        case Cause::request_too_large: return "the request is larger than Limits::request_size_max";
        case Cause::tls_not_built: return "wss:// needs TLS, which this build of linnet has not";
        case Cause::multiplayer_not_built:
            return "gd_mp_api needs the multiplayer protocol, which this build of linnet has not";
        case Cause::out_of_memory: return "the memory is exhausted";
        case Cause::no_entropy:
            return "the entropy source gave no random bytes, so nothing is sent";
        case Cause::resolve_failed: return "the host name does not resolve";
        case Cause::resolve_no_address: return "the host name has no address";
        case Cause::resolve_timed_out:
            return "the host name did not resolve within Timeouts::resolve_ms";
        case Cause::connect_failed: return "no address of the host accepts a connection";
        case Cause::connect_timed_out:
            return "no address of the host accepted a connection within Timeouts::connect_ms";
        case Cause::attempt_timed_out:
            return "the connection was not open within Timeouts::attempt_ms";
        case Cause::answer_timed_out:
            return "the server did not answer the upgrade request within Timeouts::upgrade_ms";
        case Cause::answer_incomplete:
            return "the server ended the connection before its answer was complete";
        case Cause::answer_not_http: return "the server's answer is not HTTP";
        case Cause::answer_http_version: return "the server's answer is not HTTP/1.1";
        case Cause::answer_status_line:
            return "the status line of the server's answer is malformed";
        case Cause::answer_line_ending:
            return "a line of the server's answer does not end in CR LF";
        case Cause::answer_field_malformed: return "a header of the server's answer is malformed";
        case Cause::answer_field_folded:
            return "a header of the server's answer is folded over two lines";
        case Cause::answer_too_large:
            return "the server's answer is larger than Limits::answer_size_max";
        case Cause::answer_too_many_fields:
            return "the server's answer has more headers than Limits::answer_field_count_max";
        case Cause::answer_refused: return "the server refused the upgrade";
        case Cause::answer_upgrade_missing: return "the server's answer lacks 'Upgrade: websocket'";
        case Cause::answer_connection_missing:
            return "the server's answer lacks 'Connection: Upgrade'";
        case Cause::answer_accept_missing: return "the server's answer lacks Sec-WebSocket-Accept";
        case Cause::answer_accept_wrong:
            return "Sec-WebSocket-Accept in the server's answer does not belong to this request";
        case Cause::answer_field_repeated:
            return "the server's answer repeats a header that may stand once";
        case Cause::answer_extension_not_offered:
            return "the server chose an extension that was not offered";
        case Cause::answer_protocol_not_offered:
            return "the server chose a sub-protocol that was not offered";
        case Cause::answer_protocol_missing:
            return "the server chose none of the offered sub-protocols (Options::protocol_choice "
                   "decides whether it must)";
        case Cause::frame_reserved_bits: return "a frame has a reserved bit set";
        case Cause::frame_reserved_opcode: return "a frame has a reserved opcode";
        case Cause::frame_masked: return "the server sent a masked frame";
        case Cause::frame_not_masked: return "the client sent a frame without a mask";
        case Cause::frame_control_fragmented: return "a control frame is fragmented";
        case Cause::frame_control_too_long: return "a control frame is longer than 125 bytes";
        case Cause::frame_length_not_minimal: return "a frame's length is not in its shortest form";
        case Cause::frame_length_top_bit: return "a frame's length has its highest bit set";
        case Cause::continuation_without_start: return "a continuation frame continues no message";
        case Cause::message_inside_message:
            return "a new message begins before the last fragment of another";
        case Cause::message_too_large:
            return "a message is larger than Limits::input_payload_max (set_buffers)";
        case Cause::message_too_many_fragments:
            return "a message has more fragments than Limits::fragment_count_max";
        case Cause::text_not_utf8: return "a text message is not UTF-8";
        case Cause::close_payload_too_short: return "a close frame has a payload of one byte";
        case Cause::close_code_not_allowed: return "a close frame has a code that may not be sent";
        case Cause::close_reason_not_utf8: return "the reason of a close frame is not UTF-8";
        case Cause::connection_lost: return "the connection was lost";
        case Cause::end_of_stream: return "the stream ended without a close frame";
        case Cause::pong_timed_out:
            return "no byte and no pong came within Timeouts::pong_ms of a ping: the link is dead";
        case Cause::message_timed_out:
            return "a message stopped half-way for longer than Timeouts::message_ms";
        case Cause::close_not_sent:
            return "the close frame could not be sent: no progress for Timeouts::closing_ms";
        case Cause::close_not_answered:
            return "the close frame was not answered within Timeouts::closing_ms";
    }
    return "unknown cause";
}

}  // namespace linnet::inline v0
