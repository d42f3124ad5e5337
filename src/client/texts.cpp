// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "client/texts.hpp"
#include "codec/ip_text.hpp"

#include <algorithm>

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

Texts::Refusal check_url(const Step<Url>& url, const Settings& settings, const Ports& ports) {
    if (!url.done()) return {url.cause, Error::invalid_parameter};
    if (url.value.secure && ports.tls == nullptr) {
        return {Cause::tls_not_built, Error::unavailable};
    }
    const X509Certificate* const trusted = settings.trusted_certificate;
    if (url.value.secure && trusted != nullptr && trusted->size() == 0) {
        return {Cause::tls_trust_empty, Error::invalid_parameter};
    }
    SocketAddress literal;
    if (url.value.ipv6_literal && !parse_ip_literal(url.value.host, literal)) {
        return {Cause::url_host, Error::invalid_parameter};
    }
    return {};
}

}  // namespace

Texts::Refusal Texts::write(const Source& source, const Settings& settings, const Ports& ports) {
    const Limits& limits = settings.options.limits;
    if (source.url.size() > limits.url_size_max) {
        return {Cause::url_too_long, Error::invalid_parameter};
    }
    const Step<Url> url = parse_url(source.url);
    const Refusal refusal = check_url(url, settings, ports);
    if (refusal.cause != Cause::none) return refusal;

    std::array<std::uint8_t, 16> nonce;
    if (!ports.entropy.fill(nonce)) return {Cause::no_entropy, Error::failed};
    const HandshakeRequest request{url.value, source.protocols, source.headers,
                                   handshake_key(nonce)};
    const WrittenRequest measured = write_request(request, {});
    if (measured.cause != Cause::none) return {measured.cause, Error::invalid_parameter};
    if (measured.size > limits.request_size_max) {
        return {Cause::request_too_large, Error::invalid_parameter};
    }
    offer_.protocol_choice = settings.options.protocol_choice;
    return copy(source, request, measured.size);
}

Texts::Refusal Texts::copy(const Source& source, const HandshakeRequest& request,
                           std::size_t request_size) {
    if (!block_.allocate(own_size + source.url.size() + request_size)) {
        return {Cause::out_of_memory, Error::out_of_memory};
    }
    const MutableBytes url = block_.bytes().subspan(own_size, source.url.size());
    std::copy(source.url.begin(), source.url.end(), url.begin());
    const MutableBytes rest = block_.bytes().subspan(own_size + source.url.size());
    const WrittenRequest written = write_request(request, rest);
    request_ = rest.first(written.size);
    offer_.accept = handshake_accept(request.key);
    offer_.protocols = written.protocols;
    url_ = parse_url(text_of(url)).value;
    return {};
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
