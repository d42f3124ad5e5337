// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Why an attempt ended or a call failed: one enumerator per reason that a program can distinguish.
// The table below describes each in one sentence, which names the limit or option to change, if
// there is one. Values may change between versions: store names, not numbers.
//
// Example:
//
//     const linnet::Cause cause = client.failure().cause;
//     if (cause == linnet::Cause::closed_by_server) return print("the server is restarting");
//     print(linnet::text(cause));
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The reason why an attempt ended (`Failure::cause`) or a decoder failed (`Step::cause`).
enum class Cause : std::uint16_t {
    none,

    // Clean endings: both close frames were exchanged (RFC 6455 7.1.4). The name states whose close
    // frame came first.
    closed_by_client,
    closed_by_server,

    // Invalid arguments of `connect_to_url`, which returns `Error::invalid_parameter` or, for
    // `tls_not_built`, `Error::unavailable`. Nothing was sent.
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

    // The program has run out of a resource, in any phase.
    out_of_memory,
    no_entropy,

    // Name lookup and TCP. `Failure::os_error` and `Failure::addresses_tried` have the details.
    resolve_not_begun,
    resolve_failed,
    resolve_no_address,
    resolve_timed_out,
    connect_failed,
    connect_timed_out,
    attempt_timed_out,

    // TLS (RFC 5246, RFC 8446) and the server's certificate (RFC 5280, RFC 9525). `Failure::tls`
    // has the details. `tls_root_*` are about the trusted root, `tls_issuer_*` about a CA between
    // it and the server's own certificate.
    tls_trust_empty,
    tls_roots_missing,
    tls_no_time,
    tls_timed_out,
    tls_closed,
    tls_not_tls,
    tls_only_13,
    tls_only_old,
    tls_nothing_in_common,
    tls_client_certificate,
    tls_alert,
    tls_bad_record,
    tls_protocol_error,
    tls_truncated,
    tls_internal,
    tls_certificate_missing,
    tls_certificate_malformed,
    tls_chain_too_large,
    tls_pin_mismatch,
    tls_issuer_unknown,
    tls_path_too_long,
    tls_chain_too_complex,
    tls_root_not_ca,
    tls_root_key_usage,
    tls_root_critical_extension,
    tls_root_name_constraints,
    tls_root_path_length,
    tls_root_key_weak,
    tls_root_key_exponent,
    tls_root_key_unsupported,
    tls_root_purpose,
    tls_root_expired,
    tls_root_not_yet_valid,
    tls_issuer_not_ca,
    tls_certificate_expired,
    tls_certificate_not_yet_valid,
    tls_host_mismatch,
    tls_purpose,
    tls_issuer_purpose,
    tls_name_constraints,
    tls_policy,
    tls_critical_extension,
    tls_key_weak,
    tls_key_exponent,
    tls_key_unsupported,
    tls_signature_weak,
    tls_signature_unsupported,
    tls_signature_wrong,

    // The response to the upgrade request (RFC 6455 4.1, RFC 9112). `Failure::http_*` has the
    // part that was read. `upgrade_refused`: a valid response with a status other than 101.
    response_timed_out,
    response_incomplete,
    response_not_http,
    response_http_version,
    response_status_line,
    response_line_ending,
    response_header_malformed,
    response_header_folded,
    response_too_large,
    response_too_many_headers,
    upgrade_refused,
    response_upgrade_missing,
    response_upgrade_other,
    response_connection_missing,
    response_accept_missing,
    response_accept_wrong,
    response_header_repeated,
    response_extension_not_offered,
    response_protocol_not_offered,
    response_protocol_missing,

    // Rooms of Godot 3's high-level multiplayer (gd_mp_api; protocol/multiplayer_room.hpp).
    join_timed_out,
    join_godot4,
    join_id_out_of_range,
    too_many_peers,

    // Protocol errors by the peer (RFC 6455 5, 7.4, 8.1), and messages that exceed a limit. A close
    // frame with the matching code is sent.
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

    // The connection was lost, or a deadline of an open or closing connection expired.
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

// One row per enumerator, in the same order.
inline constexpr Row rows[] = {
    {Cause::none, "no attempt has ended yet"},
    {Cause::closed_by_client, "this side closed the connection and the server agreed"},
    {Cause::closed_by_server, "the server closed the connection and this side agreed"},
    {Cause::url_too_long, "the URL is longer than Limits::url_size_max"},
    {Cause::url_scheme, "the URL does not begin with ws:// or wss://"},
    {Cause::url_host, "the URL's host is empty, or is neither a host name nor an IP address"},
    {Cause::url_port, "the URL's port is not a number from 1 to 65535"},
    {Cause::url_userinfo,
     "the URL's user information is too long, or contains a byte that must be percent-encoded, a "
     "control character, or a colon in the user name"},
    {Cause::url_fragment, "the URL has a fragment (#), which is not allowed in WebSocket URLs"},
    {Cause::url_character,
     "the URL contains a space, a control character, a byte above 126 or another character that "
     "must be percent-encoded"},
    {Cause::protocol_not_token, "an offered sub-protocol is not an HTTP token"},
    {Cause::protocol_repeated, "a sub-protocol is offered twice"},
    {Cause::header_malformed, "a custom header is not 'Name: value' in printable ASCII"},
    {Cause::header_reserved, "a custom header is reserved for the handshake"},
    {Cause::header_repeated, "a custom Host or Authorization header occurs twice"},
    {Cause::request_too_large, "the request is larger than Limits::request_size_max"},
    {Cause::tls_not_built, "wss:// needs TLS, which is not included in this build"},
    {Cause::out_of_memory, "memory has run out"},
    {Cause::no_entropy, "the entropy source returned no random bytes, so nothing can be sent"},
    {Cause::resolve_not_begun,
     "the host name lookup could not be started: no thread or memory is available, or this build "
     "has no resolver (set Options::resolver)"},
    {Cause::resolve_failed, "the host name does not resolve"},
    {Cause::resolve_no_address, "the host name has no address"},
    {Cause::resolve_timed_out, "the host name did not resolve within Timeouts::resolve_ms"},
    {Cause::connect_failed, "no address of the host accepts a connection"},
    {Cause::connect_timed_out,
     "no address of the host accepted a connection within Timeouts::connect_ms"},
    {Cause::attempt_timed_out, "the connection did not open within Timeouts::attempt_ms"},
    {Cause::tls_trust_empty, "the certificate set with set_trusted_ssl_certificate is empty"},
    {Cause::tls_roots_missing, "no CA bundle was found on this system (set Options::ca_bundle)"},
    {Cause::tls_no_time,
     "Options::clock provides no time of day, which is needed to check certificates"},
    {Cause::tls_timed_out, "the TLS handshake did not finish within Timeouts::tls_ms"},
    {Cause::tls_closed, "the server closed the connection during the TLS handshake"},
    {Cause::tls_not_tls, "the server does not use TLS on this port: use ws:// or another port"},
    {Cause::tls_only_13,
     "the server requires TLS 1.3, which this TLS engine does not support (linnet-openssl does)"},
    {Cause::tls_only_old, "the server supports only TLS 1.1 or older, which is not secure"},
    {Cause::tls_nothing_in_common,
     "the server accepts none of the TLS versions, cipher suites, curves and signatures offered"},
    {Cause::tls_client_certificate,
     "the server requires a client certificate, which linnet does not support"},
    {Cause::tls_alert, "the server ended TLS with an alert"},
    {Cause::tls_bad_record, "a TLS record from the server is damaged"},
    {Cause::tls_protocol_error, "the server violated the TLS protocol"},
    {Cause::tls_truncated, "the TLS stream was cut off: it ended without close_notify"},
    {Cause::tls_internal, "the TLS engine failed with an internal error"},
    {Cause::tls_certificate_missing, "the server sent no certificate"},
    {Cause::tls_certificate_malformed, "a certificate of the server is malformed"},
    {Cause::tls_chain_too_large,
     "the server sent more than 16 certificates, or more than 64 KiB of them"},
    {Cause::tls_pin_mismatch, "the server's certificate does not match the pinned one"},
    {Cause::tls_issuer_unknown, "the server's certificate does not lead to a trusted root"},
    {Cause::tls_path_too_long,
     "the path from the server's certificate to a trusted root is longer than 8 certificates"},
    {Cause::tls_chain_too_complex,
     "the server's certificates need more signature checks or name comparisons than allowed"},
    {Cause::tls_root_not_ca,
     "the trusted root is not a CA: it lacks basicConstraints with CA:TRUE"},
    {Cause::tls_root_key_usage, "the trusted root may not sign certificates"},
    {Cause::tls_root_critical_extension,
     "the trusted root has a critical extension that is not supported"},
    {Cause::tls_root_name_constraints,
     "the name constraints of the trusted root do not permit a name in the server's chain"},
    {Cause::tls_root_path_length,
     "the trusted root allows fewer CAs below it than the server's chain has"},
    {Cause::tls_root_key_weak,
     "the key of the trusted root is too weak: RSA needs at least 2048 bits"},
    {Cause::tls_root_key_exponent,
     "the public exponent of the trusted root's RSA key is even, 1, or not below 2^32"},
    {Cause::tls_root_key_unsupported,
     "the key of the trusted root has a type or size that this TLS engine does not support"},
    {Cause::tls_root_purpose, "the trusted root may not issue certificates for servers"},
    {Cause::tls_root_expired,
     "the trusted root has expired: update the CA bundle or the trusted certificate"},
    {Cause::tls_root_not_yet_valid,
     "the trusted root is not valid yet: check this machine's clock"},
    {Cause::tls_issuer_not_ca,
     "a certificate in the server's chain is signed by one that may not sign certificates"},
    {Cause::tls_certificate_expired, "a certificate of the server has expired"},
    {Cause::tls_certificate_not_yet_valid,
     "a certificate of the server is not valid yet: check this machine's clock"},
    {Cause::tls_host_mismatch, "the server's certificate is for another host"},
    {Cause::tls_purpose, "the server's certificate may not be used by servers"},
    {Cause::tls_issuer_purpose,
     "a CA in the server's chain may not issue certificates for servers"},
    {Cause::tls_name_constraints,
     "the name constraints of a CA do not permit a name in the server's chain"},
    {Cause::tls_policy,
     "the server's chain lacks a certificate policy, which one of its CAs requires"},
    {Cause::tls_critical_extension,
     "a certificate of the server has a critical extension that is not supported"},
    {Cause::tls_key_weak, "a key in the server's chain is too weak: RSA needs at least 2048 bits"},
    {Cause::tls_key_exponent,
     "the public exponent of an RSA key in the server's chain is even, 1, or not below 2^32"},
    {Cause::tls_key_unsupported,
     "a key in the server's chain has a type or size that this TLS engine does not support"},
    {Cause::tls_signature_weak,
     "a signature in the server's chain uses MD5 or SHA-1, which are not secure"},
    {Cause::tls_signature_unsupported,
     "a signature in the server's chain has a type that this TLS engine does not support"},
    {Cause::tls_signature_wrong, "the server's signature, or one in its chain, is wrong"},
    {Cause::response_timed_out,
     "the server did not respond to the upgrade request within Timeouts::upgrade_ms"},
    {Cause::response_incomplete,
     "the server ended the connection before its response was complete"},
    {Cause::response_not_http, "the server's response is not HTTP"},
    {Cause::response_http_version,
     "the server's response is not HTTP/1.x, or accepts the upgrade in HTTP/1.0"},
    {Cause::response_status_line, "the status line of the server's response is malformed"},
    {Cause::response_line_ending, "a line of the server's response does not end in CR LF"},
    {Cause::response_header_malformed, "a header of the server's response is malformed"},
    {Cause::response_header_folded, "a header of the server's response is folded into two lines"},
    {Cause::response_too_large, "the server's response is larger than Limits::response_size_max"},
    {Cause::response_too_many_headers,
     "the server's response has more headers than Limits::response_header_count_max"},
    {Cause::upgrade_refused, "the server refused the upgrade"},
    {Cause::response_upgrade_missing, "the server's response lacks 'Upgrade: websocket'"},
    {Cause::response_upgrade_other,
     "the Upgrade header of the server's response is not 'websocket'"},
    {Cause::response_connection_missing, "the server's response lacks 'Connection: Upgrade'"},
    {Cause::response_accept_missing, "the server's response lacks Sec-WebSocket-Accept"},
    {Cause::response_accept_wrong,
     "Sec-WebSocket-Accept in the server's response does not match this request"},
    {Cause::response_header_repeated,
     "the server's response repeats a header that may occur only once"},
    {Cause::response_extension_not_offered, "the server chose an extension that was not offered"},
    {Cause::response_protocol_not_offered, "the server chose a sub-protocol that was not offered"},
    {Cause::response_protocol_missing,
     "the server chose none of the offered sub-protocols (to allow that, set "
     "Options::protocol_choice)"},
    {Cause::join_timed_out,
     "the server sent no peer id within Timeouts::join_ms: it may not be a Godot 3 "
     "multiplayer server"},
    {Cause::join_godot4,
     "the server uses Godot 4's multiplayer, which is not compatible with Godot 3's"},
    {Cause::join_id_out_of_range, "the server sent a peer id that is not from 2 to 2147483647"},
    {Cause::too_many_peers, "the server announced more peers than Limits::peer_count_max"},
    {Cause::frame_reserved_bits, "a frame has a reserved bit set"},
    {Cause::frame_reserved_opcode, "a frame has a reserved opcode"},
    {Cause::frame_masked, "the server sent a masked frame"},
    {Cause::frame_not_masked, "the client sent an unmasked frame"},
    {Cause::frame_control_fragmented, "a control frame is fragmented"},
    {Cause::frame_control_too_long, "a control frame is longer than 125 bytes"},
    {Cause::frame_length_not_minimal, "a frame's length is not in its shortest form"},
    {Cause::frame_length_top_bit, "a frame's length has its highest bit set"},
    {Cause::continuation_without_start, "a continuation frame does not continue a message"},
    {Cause::message_inside_message, "a new message begins before the previous one is complete"},
    {Cause::message_too_large,
     "a message is larger than Limits::input_payload_max (see set_buffers)"},
    {Cause::message_too_many_fragments,
     "a message has more fragments than Limits::fragment_count_max"},
    {Cause::text_not_utf8, "a text message is not UTF-8"},
    {Cause::close_payload_too_short, "a close frame has a payload of one byte"},
    {Cause::close_code_not_allowed, "a close frame has a code that must not be sent"},
    {Cause::close_reason_not_utf8, "the reason of a close frame is not UTF-8"},
    {Cause::connection_lost, "the connection was lost"},
    {Cause::end_of_stream, "the stream ended before both close frames were exchanged"},
    {Cause::pong_timed_out,
     "nothing was received within Timeouts::pong_ms after a ping: the connection is dead"},
    {Cause::message_timed_out,
     "an incomplete message made no progress for longer than Timeouts::message_ms"},
    {Cause::close_not_sent,
     "the close frame could not be sent: there was no progress for Timeouts::closing_ms"},
    {Cause::close_not_answered,
     "the server did not answer the close frame within Timeouts::closing_ms"},
};

constexpr bool are_in_order() {
    std::uint16_t next = 0;
    for (const Row& row : rows) {
        if (row.cause != static_cast<Cause>(next++)) return false;
    }
    return static_cast<Cause>(next - 1) == Cause::close_not_answered;
}
static_assert(are_in_order(), "each cause needs a sentence, in the order of the enumerators");

// The sentences are stored as one text, each followed by a NUL, with a table of their ends. A table
// of views would need a relocation per sentence.
constexpr std::size_t total_size() {
    std::size_t size = 0;
    for (const Row& row : rows) size += row.text.size() + 1;
    return size;
}
constexpr std::array<char, total_size()> joined() {
    std::array<char, total_size()> all{};
    std::size_t at = 0;
    for (const Row& row : rows) {
        for (const char c : row.text) all[at++] = c;
        ++at;
    }
    return all;
}
constexpr std::array<std::uint16_t, std::size(rows)> ends() {
    std::array<std::uint16_t, std::size(rows)> all{};
    std::size_t at = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        at += rows[i].text.size() + 1;
        all[i] = static_cast<std::uint16_t>(at);
    }
    return all;
}
static_assert(total_size() <= UINT16_MAX);
inline constexpr auto all_sentences = joined();
inline constexpr auto all_ends = ends();

}  // namespace cause_texts

/// Returns one sentence that describes the cause, without a full stop. A NUL follows it, so
/// `text(cause).data()` is a C string. Static storage.
constexpr std::string_view text(Cause cause) {
    const auto index = static_cast<std::uint16_t>(cause);
    const std::size_t begin = index == 0 ? 0 : cause_texts::all_ends[index - 1u];
    return {cause_texts::all_sentences.data() + begin, cause_texts::all_ends[index] - begin - 1};
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
