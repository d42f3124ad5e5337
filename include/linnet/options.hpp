// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#pragma once

#include "linnet/limits.hpp"
#include "linnet/log.hpp"
#include "linnet/memory.hpp"
#include "linnet/platform.hpp"
#include "linnet/protocol/handshake.hpp"
#include "linnet/tls.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// What a client is made with.
struct Options {
    Limits limits;
    Timeouts timeouts;
    ProtocolChoice protocol_choice = ProtocolChoice::required;

    /// `put_packet` outside `poll` only queues; the next `poll` or `flush` sends all in one call.
    bool coalesce = false;
    /// For programs that only send: received messages are counted and dropped, without a signal.
    bool discard_input = false;

    /// Roots to trust instead of the system's; not looked at when a certificate is pinned
    /// (`WebSocketClient::set_trusted_ssl_certificate`). Their own dates and limits count
    /// (`TlsTrust::ca_bundle`).
    const X509Certificate* ca_bundle = nullptr;
    /// Public keys, one of which the server must show, besides everything else: SHA-256 of the
    /// SubjectPublicKeyInfo (RFC 7469 2.4). Several, so that keys can be changed.
    std::span<const Sha256Digest> key_pins;
    /// Hears which certificates a server shows.
    CertificateListener* certificate_listener = nullptr;
    /// The TLS library for wss://; null means the one in this build (BearSSL, TLS 1.2).
    const TlsContext* tls = nullptr;

    /// Hears lines up to the level of `log_level`, and must outlive the client; null for none.
    /// Nothing is composed for nobody.
    Log* log = nullptr;
    LogLevel log_level = LogLevel::info;

    /// The outside world; null means the OS. What is given must outlive the client.
    Clock* clock = nullptr;
    Entropy* entropy = nullptr;
    Resolver* resolver = nullptr;
    Network* network = nullptr;
    Memory* memory = nullptr;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
