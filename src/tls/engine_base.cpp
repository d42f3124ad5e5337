// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "tls/engine_base.hpp"

#include <algorithm>

#include "codec/ip_text.hpp"
#include "tls/failure_text.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

EngineHost::EngineHost(std::string_view host) : size_(std::min(host.size(), size_max)) {
    std::copy_n(host.begin(), size_, text_.begin());
    SocketAddress literal;
    if (parse_ip_literal(host, literal)) return;
    name_ = text_;
    if (text().ends_with('.')) name_[size_ - 1] = '\0';
}

TlsState EngineBase::state() const {
    if (failure_.cause != Cause::none) return TlsState::failed;
    if (is_closed_) return TlsState::closed;
    if (is_closing_) return TlsState::closing;
    return is_open_ ? TlsState::open : TlsState::handshaking;
}

// The side that closes first need not wait for the other's close_notify (RFC 5246 7.2.1).
void EngineBase::end_of_stream() {
    if (is_over()) return;
    if (is_closing_) {
        is_closed_ = true;
        return;
    }
    fail(is_open_ ? Cause::tls_truncated : Cause::tls_closed);
}

namespace {

constexpr std::uint8_t handshake_failure = 40;
constexpr std::uint8_t protocol_version = 70;
constexpr std::uint8_t insufficient_security = 71;
constexpr std::uint8_t unrecognized_name = 112;
constexpr std::uint8_t certificate_required = 116;
constexpr std::uint8_t no_application_protocol = 120;

}  // namespace

void EngineBase::fail_by_alert(std::uint8_t alert, const AlertContext& context) {
    failure_.alert = alert;
    Cause cause = Cause::tls_alert;
    // With TLS 1.3 the request for a client certificate fails after the client's handshake is
    // complete.
    if (context.client_certificate_requested && (!is_open_ || alert == certificate_required)) {
        cause = Cause::tls_client_certificate;
    } else if (!is_open_ && alert == protocol_version) {
        cause = context.version_cause;
    } else if (!is_open_ && (alert == handshake_failure || alert == insufficient_security)) {
        cause = Cause::tls_nothing_in_common;
    }
    fail(cause);
    DetailWriter detail(failure_);
    detail.put("alert ").put_number(alert).put(" ").put(alert_name(alert));
    if (cause == Cause::tls_nothing_in_common) detail.put(context.hint);
    if (cause != Cause::tls_alert) return;
    if (is_renegotiation_requested_) {
        detail.put("; the server asked for renegotiation, which is not supported");
    } else if (alert == no_application_protocol) {
        detail.put("; it does not speak HTTP/1.1, which WebSocket needs (ALPN)");
    } else if (alert == unrecognized_name) {
        detail.put(context.has_server_name
                       ? "; it has no certificate for the host of the URL (SNI)"
                       : "; it needs the name of a host (SNI), but the URL has an IP address");
    }
}

bool EngineBase::has_received_tls() const {
    constexpr std::uint8_t change_cipher_spec = 20;
    constexpr std::uint8_t application_data = 23;
    return first_byte_ >= change_cipher_spec && first_byte_ <= application_data;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
