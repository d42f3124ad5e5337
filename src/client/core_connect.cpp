// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// From `connect_to_url` to open. Everything the caller gives is judged before anything is touched,
// and copied: into the request, which is written whole, and the URL, which the explanation of a
// failure needs. The server's answer is received into the inbox, so that frames behind it are
// already where frames belong.
#include <algorithm>

#include "client/core.hpp"

namespace linnet::inline v0 {

Error ClientCore::connect_to_url(std::string_view url, Strings protocols, bool gd_mp_api,
                                 Strings headers) {
    if (is_connecting(state_) || is_established(state_)) return Error::already_in_use;
    const Error error = prepare(url, protocols, headers);
    if (error != Error::ok) return error;
    is_multiplayer_ = gd_mp_api;
    begin_attempt();
    return Error::ok;
}

// The explanation is the cause's own sentence, as there may be no memory for another. What is known
// of a connection that is still closing stays for its end.
Error ClientCore::refuse(Cause cause, Error error) {
    if (!is_alive(state_)) failure_ = {};
    failure_.cause = cause;
    failure_.phase = Phase::request;
    journal_.refused(cause);
    return error;
}

Error ClientCore::prepare(std::string_view url, Strings protocols, Strings headers) {
    const Limits& limits = options_.limits;
    if (url.size() > limits.url_size_max) {
        return refuse(Cause::url_too_long, Error::invalid_parameter);
    }
    const Step<Url> parsed = parse_url(url);
    if (!parsed.done()) return refuse(parsed.cause, Error::invalid_parameter);
    if (parsed.value.secure && tls_ == nullptr) {
        return refuse(Cause::tls_not_built, Error::unavailable);
    }
    if (parsed.value.secure && trusted_certificate_ != nullptr &&
        trusted_certificate_->size() == 0) {
        return refuse(Cause::tls_trust_empty, Error::invalid_parameter);
    }
    SocketAddress literal;
    if (parsed.value.ipv6_literal && !parse_ip_literal(parsed.value.host, literal)) {
        return refuse(Cause::url_host, Error::invalid_parameter);
    }

    std::array<std::uint8_t, 16> nonce;
    if (!entropy_.fill(nonce)) return refuse(Cause::no_entropy, Error::failed);
    const HandshakeRequest request{parsed.value, protocols, headers, handshake_key(nonce)};
    const WrittenRequest measured = write_request(request, {});
    if (measured.cause != Cause::none) return refuse(measured.cause, Error::invalid_parameter);
    if (measured.size > limits.request_size_max) {
        return refuse(Cause::request_too_large, Error::invalid_parameter);
    }
    if (!keep_texts(url, request, measured.size)) {
        return refuse(Cause::out_of_memory, Error::out_of_memory);
    }
    return Error::ok;
}

bool ClientCore::keep_texts(std::string_view url, const HandshakeRequest& request,
                            std::size_t request_size) {
    Block texts(options_.memory);
    if (!texts.allocate(explanation_size_max + url.size() + request_size)) return false;
    const MutableBytes url_copy = texts.bytes().subspan(explanation_size_max, url.size());
    std::copy(url.begin(), url.end(), url_copy.begin());
    const MutableBytes room = texts.bytes().subspan(explanation_size_max + url.size());
    const WrittenRequest written = write_request(request, room);
    request_ = room.first(written.size);
    offer_ = {.accept = handshake_accept(request.key),
              .protocols = written.protocols,
              .protocol_choice = options_.protocol_choice};
    url_ = parse_url(text_of(url_copy)).value;
    texts.swap(texts_);
    return true;
}

void ClientCore::begin_attempt() {
    now_us_ = attempt_since_us_ = clock_.now_us();
    abandon();
    ++attempt_count_;
    failure_ = {};
    stats_ = {};
    heartbeat_ = Heartbeat(0, 0);
    room_.clear();
    response_headers_ = protocol_ = {};
    release_answer();
    write_mode_ = WebSocketPeer::WRITE_MODE_BINARY;
    was_string_packet_ = false;
    can_receive_ = can_send_ = true;
    stream_ended_ = quiet_ = input_is_full_ = work_is_left_ = false;
    send_is_blocked_ = closed_by_server_ = false;
    is_stalled_ = false;
    link_error_ = 0;
    overdue_since_us_ = 0;
    journal_.begins(url_);
    session_.emplace(Role::client, options_.limits, entropy_, options_.memory);
    answer_reader_.emplace(options_.limits.answer_size_max, options_.limits.answer_field_count_max);

    enter(Event::begun);
    SocketAddress literal;
    if (parse_ip_literal(url_.host, literal)) {
        dialer_.start({&literal, 1}, url_.port, now_us_);
        enter(Event::resolved);
    } else {
        resolving_ = resolver_.start(url_.host);
    }
}

// A listener may replace the attempt while the next one still reads the text of its signal.
void ClientCore::release_answer() {
    if (polling_ && answer_.size() > 0) replaced_answer_.swap(answer_);
    answer_.release();
}

void ClientCore::resolve() {
    if (resolving_ == 0) return end(Cause::resolve_not_begun);
    std::array<SocketAddress, address_count_max> addresses;
    const Resolver::Result result = resolver_.take(resolving_, addresses);
    if (result.status == Resolver::Outcome::pending) return;
    resolving_ = 0;
    if (result.status == Resolver::Outcome::failed) {
        return end(Cause::resolve_failed, result.os_error);
    }
    if (result.count == 0) return end(Cause::resolve_no_address);
    const std::size_t count = std::min(result.count, addresses.size());
    journal_.resolved(result.count);
    dialer_.start(std::span(addresses).first(count), url_.port, now_us_);
    enter(Event::resolved);
}

void ClientCore::dial() {
    const Network::Connecting status = dialer_.step(now_us_);
    if (status == Network::Connecting::failed) {
        return end(Cause::connect_failed, dialer_.os_error());
    }
    if (status == Network::Connecting::pending) return;
    transport_.open(dialer_.take_socket());
    TextWriter host(host_text_);
    put_ip(host, dialer_.connected_address());
    host_text_size_ = host.text().size();
    journal_.connected(dialer_.connected_address());
    if (url_.secure) return begin_tls();
    begin_upgrade();
}

void ClientCore::begin_tls() {
    enter(Event::connected_to_secure);
    const TlsRequest request{
        .host = url_.host,
        .trust = {.verify = verify_ssl_,
                  .certificate = trusted_certificate_,
                  .key_pins = options_.key_pins,
                  .ca_bundle = options_.ca_bundle},
        .unix_s = clock_.unix_s(),
        .entropy = &entropy_,
        .memory = options_.memory,
        .listener = options_.certificate_listener,
    };
    if (!transport_.begin_tls(*tls_, request)) end(failure_.tls.cause);
}

void ClientCore::secure() {
    const IoResult result = transport_.secure();
    if (result.status == IoResult::Outcome::would_block) return;
    if (result.status != IoResult::Outcome::moved) {
        return end(lost(Cause::tls_closed), result.os_error);
    }
    journal_.secured();
    begin_upgrade();
}

// TLS knows better than TCP why a stream has ended.
Cause ClientCore::lost(Cause otherwise) const {
    return failure_.tls.cause == Cause::none ? otherwise : failure_.tls.cause;
}

void ClientCore::begin_upgrade() {
    enter(Event::connected);
    journal_.requests(text_of(request_));
}

void ClientCore::upgrade() {
    send_request();
    read_answer();
}

// What cannot be sent may still have been answered, so that a failure is remembered and told when
// there is nothing to read.
void ClientCore::send_request() {
    while (!request_.empty() && can_send_) {
        const IoResult result = transport_.send({&request_, 1});
        if (result.status == IoResult::Outcome::failed) lose_sending(result.os_error);
        if (result.status != IoResult::Outcome::moved) return;
        stats_.bytes_sent += result.size;
        request_ = request_.subspan(result.size);
    }
}

void ClientCore::read_answer() {
    for (bool more = true; more;) {
        const MutableBytes room = session_->room();
        if (room.empty()) return end(Cause::out_of_memory);
        more = receive_once(room);
        const auto head = answer_reader_->read(text_of(session_->unparsed()));
        if (head.failed()) return end(head.cause);
        if (head.done()) return judge(head.value, head.consumed);
    }
    if (stream_ended_ && link_error_ == 0) return end(Cause::answer_incomplete);
    if (!can_receive_ || !can_send_) end(lost(Cause::connection_lost), link_error_);
}

void ClientCore::judge(const ResponseHead& head, std::size_t head_size) {
    // A server may accept before it has read all; frames go out only behind the whole request.
    const HandshakeVerdict verdict = judge_answer(head, offer_);
    if (verdict.cause == Cause::none && !request_.empty()) return;
    journal_.answered(head);
    if (verdict.cause == Cause::none) return accept(head, head_size, verdict.protocol);
    // The inbox is left as it is: these are views into it.
    failure_.http_status = head.status;
    failure_.http_reason = head.reason;
    failure_.http_fields = head.fields;
    failure_.http_body = text_of(session_->unparsed().subspan(head_size));
    end(verdict.cause);
}

// The headers are kept in a block of their own, as the inbox goes on. A 101 has some.
void ClientCore::accept(const ResponseHead& head, std::size_t head_size,
                        std::string_view protocol) {
    if (!answer_.allocate(head.fields.size())) return end(Cause::out_of_memory);
    std::copy(head.fields.begin(), head.fields.end(), answer_.data());
    response_headers_ = text_of(answer_.bytes());
    if (!protocol.empty()) {
        const auto place = static_cast<std::size_t>(protocol.data() - head.fields.data());
        protocol_ = response_headers_.substr(place, protocol.size());
    }
    session_->skip(head_size);
    const Timeouts& timeouts = options_.timeouts;
    heartbeat_ =
        Heartbeat(std::uint64_t{timeouts.ping_ms} * 1000, std::uint64_t{timeouts.pong_ms} * 1000);
    heartbeat_.alive(now_us_);
    journal_.opened(protocol_);
    enter(is_multiplayer_ ? Event::upgraded_to_join : Event::upgraded);
}

}  // namespace linnet::inline v0
