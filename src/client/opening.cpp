// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The response is received into the inbox, so that frames after it are already in the right buffer.
#include "client/opening.hpp"

#include <algorithm>
#include <utility>

#include "client/deadline.hpp"
#include "codec/ip_text.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::uint64_t resolver_interval_us = 10'000;  // between polls of a lookup

}  // namespace

Opening::Opening(Parts& parts)
    : parts_(parts),
      dialer_(parts.ports.network),
      unsent_(parts.texts.request()),
      reader_(parts.settings.options.limits.response_size_max,
              parts.settings.options.limits.response_header_count_max),
      response_(parts.settings.options.memory) {}

void Opening::cancel() {
    if (resolving_ != 0) parts_.ports.resolver.cancel(std::exchange(resolving_, 0));
    dialer_.cancel();
}

// ---- resolve, dial, secure -------------------------------------------------------------------

Leg Opening::begin(std::uint64_t now_us) {
    parts_.journal.begins(parts_.texts.url());
    SocketAddress literal;
    if (parse_ip_literal(parts_.texts.url().host, literal)) {
        dialer_.start({&literal, 1}, parts_.texts.url().port, now_us);
        return Leg::done();
    }
    resolving_ = parts_.ports.resolver.start(parts_.texts.url().host);
    return {};
}

Leg Opening::resolve(std::uint64_t now_us) {
    if (resolving_ == 0) return Leg::failed(Cause::resolve_not_begun);
    std::array<SocketAddress, address_count_max> addresses;
    const Resolver::Result result = parts_.ports.resolver.take(resolving_, addresses);
    if (result.status == Resolver::Outcome::pending) return {};
    resolving_ = 0;
    if (result.status == Resolver::Outcome::failed) {
        return Leg::failed(Cause::resolve_failed, result.os_error);
    }
    if (result.count == 0) return Leg::failed(Cause::resolve_no_address);
    const std::size_t count = std::min(result.count, addresses.size());
    parts_.journal.resolved(result.count);
    dialer_.start(std::span(addresses).first(count), parts_.texts.url().port, now_us);
    return Leg::done();
}

Leg Opening::dial(std::uint64_t now_us) {
    const Network::Connecting status = dialer_.step(now_us);
    if (status == Network::Connecting::failed) {
        return Leg::failed(Cause::connect_failed, dialer_.os_error());
    }
    if (status == Network::Connecting::pending) return {};
    parts_.link.transport().open(dialer_.take_socket());
    TextWriter host(host_);
    put_ip(host, connected_address());
    host_size_ = host.text().size();
    parts_.journal.connected(connected_address());
    if (!is_secure()) parts_.journal.requests(text_of(parts_.texts.request()));
    return Leg::done();
}

std::string_view Opening::connected_host() const {
    return text_of(Bytes(host_).first(host_size_));
}

Leg Opening::begin_tls() {
    const Options& options = parts_.settings.options;
    if (!parts_.settings.verify_ssl) parts_.journal.is_unverified();
    const TlsRequest request{
        .host = parts_.texts.url().host,
        .trust = {.verify = parts_.settings.verify_ssl,
                  .certificate = parts_.settings.trusted_certificate,
                  .key_pins = options.key_pins,
                  .ca_bundle = options.ca_bundle},
        .unix_s = parts_.ports.clock.unix_s(),
        .entropy = &parts_.ports.entropy,
        .memory = options.memory,
        .listener = options.certificate_listener,
    };
    if (parts_.link.transport().begin_tls(*parts_.ports.tls, request)) return Leg::done();
    return Leg::failed(parts_.failure.tls.cause);
}

Leg Opening::secure() {
    const IoResult result = parts_.link.transport().secure();
    if (result.status == IoResult::Outcome::would_block) return {};
    if (result.status != IoResult::Outcome::moved) {
        return Leg::failed(parts_.link.lost(Cause::tls_closed), result.os_error);
    }
    parts_.journal.secured();
    parts_.journal.requests(text_of(parts_.texts.request()));
    return Leg::done();
}

// ---- upgrade ---------------------------------------------------------------------------------

// Even if the request cannot be sent, the server may have responded: a failure counts only if there
// is nothing to read.
void Opening::send_request(std::uint64_t now_us) {
    while (!unsent_.empty() && parts_.link.can_send()) {
        const std::size_t size = parts_.link.send({&unsent_, 1}, now_us);
        if (size == 0) return;
        unsent_ = unsent_.subspan(size);
    }
}

Leg Opening::upgrade(std::uint64_t now_us) {
    send_request(now_us);
    Leg leg = read_response();
    std::size_t left = parts_.settings.options.limits.poll_size_max;
    for (bool more = true; more && left > 0 && leg.outcome == Leg::Outcome::waits;) {
        buffer_ = parts_.session.receive_buffer();
        if (buffer_.empty() && parts_.session.is_starved()) {
            return Leg::failed(Cause::out_of_memory);
        }
        if (buffer_.empty()) break;  // accepted early, followed by a flood of frames
        const MutableBytes space = buffer_.first(std::min(buffer_.size(), left));
        const auto received = parts_.link.receive(space, now_us);
        parts_.session.fill(received.size);
        left -= received.size;
        more = received.may_have_more;
        leg = read_response();
    }
    return leg.outcome == Leg::Outcome::waits ? check_link() : leg;
}

Leg Opening::read_response() {
    const auto head = reader_.read(text_of(parts_.session.unparsed()));
    if (head.failed()) return Leg::failed(head.cause);
    return head.done() ? check_response(head.value, head.consumed) : Leg{};
}

Leg Opening::check_link() {
    const Link& link = parts_.link;
    if (link.has_ended() && link.os_error() == 0) {
        const bool was_accepted = reader_.read(text_of(parts_.session.unparsed())).done();
        return Leg::failed(was_accepted ? Cause::end_of_stream : Cause::response_incomplete);
    }
    if (link.can_receive() && link.can_send()) return {};
    return Leg::failed(link.lost(Cause::connection_lost), link.os_error());
}

// A server may accept before it has received the whole request; frames are sent only after the
// request.
Leg Opening::check_response(const ResponseHead& head, std::size_t head_size) {
    const HandshakeResult result = linnet::check_response(head, parts_.texts.offer());
    if (result.cause == Cause::none && !unsent_.empty()) return {};
    parts_.journal.responded(head);
    if (result.cause == Cause::none) return accept(head, head_size, result.protocol);
    // The inbox is left unchanged: these are views into it.
    parts_.failure.http_status = head.status;
    parts_.failure.http_reason = head.reason;
    parts_.failure.http_headers = head.headers;
    parts_.failure.http_body = text_of(parts_.session.unparsed().subspan(head_size));
    return Leg::failed(result.cause);
}

// A 101 response always has headers.
Leg Opening::accept(const ResponseHead& head, std::size_t head_size, std::string_view protocol) {
    if (!response_.allocate(head.headers.size())) return Leg::failed(Cause::out_of_memory);
    std::copy(head.headers.begin(), head.headers.end(), response_.data());
    if (!protocol.empty()) {
        const auto offset = static_cast<std::size_t>(protocol.data() - head.headers.data());
        protocol_ = response_headers().substr(offset, protocol.size());
    }
    parts_.session.skip(head_size);
    parts_.journal.opened(protocol_);
    return Leg::done();
}

// ---- waiting ---------------------------------------------------------------------------------

std::uint64_t Opening::next_deadline(State state, std::uint64_t now_us) const {
    if (state == State::connecting) return dialer_.next_deadline();
    if (state == State::upgrading && parts_.link.transport().has_staged() && !is_full()) {
        return now_or_earlier;
    }
    if (state != State::resolving) return UINT64_MAX;
    return resolving_ == 0 ? now_or_earlier : now_us + resolver_interval_us;
}

// True if the server accepted early and then sent a flood of frames.
bool Opening::is_full() const {
    return parts_.session.unparsed().size() > 0 && buffer_.empty();
}

std::size_t Opening::wait_set(State state, std::span<WaitItem> items) const {
    if (state == State::connecting) return dialer_.wait_set(items);
    const bool is_upgrading = state == State::upgrading;
    return parts_.link.wait_set(items, !is_upgrading || !is_full(),
                                is_upgrading && !unsent_.empty());
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
