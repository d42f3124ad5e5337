// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The response is received into the inbox, so that frames after it are already where frames belong.
#include "client/opening.hpp"

#include <algorithm>
#include <utility>

namespace linnet::inline v0 {
namespace {

constexpr std::uint64_t now_or_earlier = 0;
constexpr std::uint64_t resolver_interval_us = 10'000;  // how often a pending resolver is asked

}  // namespace

Opening::Opening(Ports& ports, const Settings& settings, const Journal& journal, Texts& texts,
                 Link& link, Session& session, Failure& failure)
    : ports_(ports),
      settings_(settings),
      journal_(journal),
      texts_(texts),
      link_(link),
      session_(session),
      failure_(failure),
      dialer_(ports.network),
      unsent_(texts.request()),
      reader_(settings.options.limits.answer_size_max,
              settings.options.limits.answer_field_count_max),
      response_(settings.options.memory) {}

void Opening::cancel() {
    if (resolving_ != 0) ports_.resolver.cancel(std::exchange(resolving_, 0));
    dialer_.cancel();
}

// ---- resolve, dial, secure -------------------------------------------------------------------

Leg Opening::begin(std::uint64_t now_us) {
    journal_.begins(texts_.url());
    SocketAddress literal;
    if (parse_ip_literal(texts_.url().host, literal)) {
        dialer_.start({&literal, 1}, texts_.url().port, now_us);
        return Leg::done();
    }
    resolving_ = ports_.resolver.start(texts_.url().host);
    return {};
}

Leg Opening::resolve(std::uint64_t now_us) {
    if (resolving_ == 0) return Leg::failed(Cause::resolve_not_begun);
    std::array<SocketAddress, address_count_max> addresses;
    const Resolver::Result result = ports_.resolver.take(resolving_, addresses);
    if (result.status == Resolver::Outcome::pending) return {};
    resolving_ = 0;
    if (result.status == Resolver::Outcome::failed) {
        return Leg::failed(Cause::resolve_failed, result.os_error);
    }
    if (result.count == 0) return Leg::failed(Cause::resolve_no_address);
    const std::size_t count = std::min(result.count, addresses.size());
    journal_.resolved(result.count);
    dialer_.start(std::span(addresses).first(count), texts_.url().port, now_us);
    return Leg::done();
}

Leg Opening::dial(std::uint64_t now_us) {
    const Network::Connecting status = dialer_.step(now_us);
    if (status == Network::Connecting::failed) {
        return Leg::failed(Cause::connect_failed, dialer_.os_error());
    }
    if (status == Network::Connecting::pending) return {};
    link_.transport().open(dialer_.take_socket());
    TextWriter host(host_);
    put_ip(host, connected_address());
    host_size_ = host.text().size();
    journal_.connected(connected_address());
    if (!is_secure()) journal_.requests(text_of(texts_.request()));
    return Leg::done();
}

std::string_view Opening::connected_host() const {
    return text_of(Bytes(host_).first(host_size_));
}

Leg Opening::begin_tls() {
    const Options& options = settings_.options;
    const TlsRequest request{
        .host = texts_.url().host,
        .trust = {.verify = settings_.verify_ssl,
                  .certificate = settings_.trusted_certificate,
                  .key_pins = options.key_pins,
                  .ca_bundle = options.ca_bundle},
        .unix_s = ports_.clock.unix_s(),
        .entropy = &ports_.entropy,
        .memory = options.memory,
        .listener = options.certificate_listener,
    };
    if (link_.transport().begin_tls(*ports_.tls, request)) return Leg::done();
    return Leg::failed(failure_.tls.cause);
}

Leg Opening::secure() {
    const IoResult result = link_.transport().secure();
    if (result.status == IoResult::Outcome::would_block) return {};
    if (result.status != IoResult::Outcome::moved) {
        return Leg::failed(link_.lost(Cause::tls_closed), result.os_error);
    }
    journal_.secured();
    journal_.requests(text_of(texts_.request()));
    return Leg::done();
}

// ---- upgrade ---------------------------------------------------------------------------------

// What cannot be sent may still have been answered, so that a failure counts only when there is
// nothing to read.
void Opening::send_request(std::uint64_t now_us) {
    while (!unsent_.empty() && link_.can_send()) {
        const std::size_t size = link_.send({&unsent_, 1}, now_us);
        if (size == 0) return;
        unsent_ = unsent_.subspan(size);
    }
}

Leg Opening::upgrade(std::uint64_t now_us) {
    send_request(now_us);
    std::size_t left = settings_.options.limits.poll_size_max;
    for (bool more = true; more && left > 0;) {
        buffer_ = session_.room();
        if (buffer_.empty() && session_.is_starved()) return Leg::failed(Cause::out_of_memory);
        if (buffer_.empty()) return {};  // accepted early, and a flood of frames after it
        const auto received = link_.receive(buffer_.first(std::min(buffer_.size(), left)), now_us);
        session_.fill(received.size);
        left -= received.size;
        more = received.may_have_more;
        const auto head = reader_.read(text_of(session_.unparsed()));
        if (head.failed()) return Leg::failed(head.cause);
        if (!head.done()) continue;
        const Leg leg = check_response(head.value, head.consumed);
        if (leg.outcome != Leg::Outcome::waits) return leg;
    }
    const bool was_accepted = reader_.read(text_of(session_.unparsed())).done();
    if (link_.has_ended() && link_.os_error() == 0) {
        return Leg::failed(was_accepted ? Cause::end_of_stream : Cause::answer_incomplete);
    }
    if (link_.can_receive() && link_.can_send()) return {};
    return Leg::failed(link_.lost(Cause::connection_lost), link_.os_error());
}

// A server may accept before it has received the whole request; frames go out only after that.
Leg Opening::check_response(const ResponseHead& head, std::size_t head_size) {
    const HandshakeVerdict verdict = judge_answer(head, texts_.offer());
    if (verdict.cause == Cause::none && !unsent_.empty()) return {};
    journal_.answered(head);
    if (verdict.cause == Cause::none) return accept(head, head_size, verdict.protocol);
    // The inbox is left as it is: these are views into it.
    failure_.http_status = head.status;
    failure_.http_reason = head.reason;
    failure_.http_fields = head.fields;
    failure_.http_body = text_of(session_.unparsed().subspan(head_size));
    return Leg::failed(verdict.cause);
}

// A 101 has headers.
Leg Opening::accept(const ResponseHead& head, std::size_t head_size, std::string_view protocol) {
    if (!response_.allocate(head.fields.size())) return Leg::failed(Cause::out_of_memory);
    std::copy(head.fields.begin(), head.fields.end(), response_.data());
    if (!protocol.empty()) {
        const auto offset = static_cast<std::size_t>(protocol.data() - head.fields.data());
        protocol_ = response_headers().substr(offset, protocol.size());
    }
    session_.skip(head_size);
    journal_.opened(protocol_);
    return Leg::done();
}

// ---- waiting ---------------------------------------------------------------------------------

std::uint64_t Opening::next_deadline(State state, std::uint64_t now_us) const {
    if (state == State::connecting) return dialer_.next_deadline();
    if (state == State::upgrading && link_.transport().has_staged() && !is_full()) {
        return now_or_earlier;
    }
    if (state != State::resolving) return UINT64_MAX;
    return resolving_ == 0 ? now_or_earlier : now_us + resolver_interval_us;
}

// Accepted early, and a flood of frames after that.
bool Opening::is_full() const {
    return session_.unparsed().size() > 0 && buffer_.empty();
}

std::size_t Opening::wait_set(State state, std::span<WaitItem> items) const {
    if (state == State::connecting) return dialer_.wait_set(items);
    const Transport& transport = link_.transport();
    if (!transport.is_open() || items.empty()) return 0;
    const bool has_unsent = state == State::upgrading && !unsent_.empty() && link_.can_send();
    items[0] = {.socket = transport.socket(),
                .readable = link_.can_receive() && !is_full(),
                .writable = has_unsent || transport.is_blocked()};
    return items[0].readable || items[0].writable ? 1 : 0;
}

}  // namespace linnet::inline v0
