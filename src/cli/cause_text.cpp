// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/cause_text.hpp"

#include <algorithm>

#include "cli/command_line.hpp"
#include "linnet/limits.hpp"

namespace linnet::cli {
namespace {

// The limits that the sentences below mention.
constexpr Limits defaults;
static_assert(defaults.url_size_max == 8 * 1024 && defaults.request_size_max == 16 * 1024);
static_assert(defaults.response_size_max == 16 * 1024 && defaults.response_header_count_max == 100);
static_assert(defaults.peer_count_max == 4096 && defaults.fragment_count_max == 16384);
static_assert(message_size_max_text == "16 MiB");
constexpr Timeouts timeouts;
static_assert(timeouts.resolve_ms == 10'000 && timeouts.connect_ms == 10'000);
static_assert(timeouts.tls_ms == 10'000 && timeouts.upgrade_ms == 10'000);
static_assert(timeouts.join_ms == 10'000 && timeouts.attempt_ms == 30'000);
static_assert(timeouts.pong_ms == 20'000 && timeouts.message_ms == 30'000);
static_assert(timeouts.closing_ms == 5'000);

constexpr cause_texts::Row rows[] = {
    {Cause::url_too_long, "the URL is longer than 8 KiB"},
    {Cause::protocol_not_token, "a sub-protocol given with --protocol is not an HTTP token"},
    {Cause::protocol_repeated, "a sub-protocol is given twice with --protocol"},
    {Cause::header_malformed,
     "a header given with --header is not 'Name: value' in printable ASCII"},
    {Cause::header_reserved, "a header given with --header is reserved for the handshake"},
    {Cause::header_repeated, "a Host or Authorization header is given twice with --header"},
    {Cause::request_too_large,
     "the request is larger than 16 KiB: shorten the URL, --header or --protocol"},
    {Cause::resolve_not_begun,
     "the host name lookup could not be started: no thread or memory is available, or this build "
     "has no resolver"},
    {Cause::resolve_timed_out, "the host name did not resolve within 10 seconds"},
    {Cause::connect_timed_out, "no address of the host accepted a connection within 10 seconds"},
    {Cause::attempt_timed_out, "the connection did not open within 30 seconds"},
    {Cause::tls_trust_empty, "the certificate given with --pin is empty"},
    {Cause::tls_roots_missing, "no CA bundle was found on this system (--cacert sets one)"},
    {Cause::tls_no_time,
     "the system clock provides no time of day, which is needed to check certificates"},
    {Cause::tls_timed_out, "the TLS handshake did not finish within 10 seconds"},
    {Cause::tls_only_13, "the server requires TLS 1.3, which this command does not support"},
    {Cause::tls_pin_mismatch, "the server's certificate does not match --pin"},
    {Cause::tls_root_expired, "the trusted root has expired: update the CA bundle or --cacert"},
    {Cause::response_timed_out,
     "the server did not respond to the upgrade request within 10 seconds"},
    {Cause::response_too_large, "the server's response is larger than 16 KiB"},
    {Cause::response_too_many_headers, "the server's response has more than 100 headers"},
    {Cause::response_protocol_missing,
     "the server chose none of the sub-protocols given with --protocol"},
    {Cause::join_timed_out,
     "the server sent no peer id within 10 seconds: it may not be a Godot 3 multiplayer server"},
    {Cause::too_many_peers, "the server announced more than 4096 peers"},
    {Cause::message_too_large, "a message is larger than 16 MiB"},
    {Cause::message_too_many_fragments, "a message has more than 16384 fragments"},
    {Cause::pong_timed_out,
     "nothing was received within 20 seconds after a ping: the connection is dead"},
    {Cause::message_timed_out, "an incomplete message made no progress for longer than 30 seconds"},
    {Cause::close_not_sent,
     "the close frame could not be sent: there was no progress for 5 seconds"},
    {Cause::close_not_answered, "the server did not answer the close frame within 5 seconds"},
};

}  // namespace

std::string_view cause_text(Cause cause) {
    const auto* const row = std::find_if(std::begin(rows), std::end(rows),
                                         [&](const auto& each) { return each.cause == cause; });
    return row == std::end(rows) ? text(cause) : row->text;
}

std::string explain(const Failure& failure) {
    std::string explanation(failure.explain());
    const std::string_view sentence = text(failure.cause);
    const std::size_t begin = explanation.find(sentence);
    if (begin == explanation.npos) return explanation;
    return explanation.replace(begin, sentence.size(), cause_text(failure.cause));
}

}  // namespace linnet::cli
