// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The settings of a client.
#pragma once

#include "linnet/limits.hpp"
#include "linnet/log.hpp"
#include "linnet/memory.hpp"
#include "linnet/platform.hpp"
#include "linnet/protocol/handshake.hpp"
#include "linnet/tls.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Settings that a client copies when it is constructed. Every default suits a game or a tool. The
/// objects behind pointers and spans are borrowed: they must outlive the client.
///
/// Example:
///
///     linnet::Options options;
///     options.timeouts.attempt_ms = 5'000;       // connected within 5 seconds
///     options.limits.input_payload_max = 64 * 1024;
///     options.coalesce = true;                   // one send per frame
///     linnet::WebSocketClient configured(options);
struct Options {
    /// Bounds on memory and on the work of one `poll` (limits.hpp).
    Limits limits;
    /// Deadlines and keep-alive (limits.hpp).
    Timeouts timeouts;
    /// Whether the server must choose one of the offered sub-protocols (RFC 6455 4.1).
    ProtocolChoice protocol_choice = ProtocolChoice::required;

    /// If true, `put_packet` outside `poll` only queues; the next `poll` or `flush` sends all
    /// messages in one system call. If false, it also sends at once as much as the OS accepts.
    /// Within `poll`, messages are always sent together at its end.
    bool coalesce = false;
    /// If true, received messages are counted and dropped without a signal: for programs that only
    /// send.
    bool discard_input = false;

    // ---- wss://

    /// Trusted roots instead of the system's; ignored while a certificate is pinned
    /// (`WebSocketClient::set_trusted_ssl_certificate`). `TlsTrust::ca_bundle` describes what is
    /// checked of a root. Null: the roots of the system.
    const X509Certificate* ca_bundle = nullptr;
    /// Pinned public keys: SHA-256 of the SubjectPublicKeyInfo (RFC 7469 2.4). In addition to all
    /// other checks, the server's chain must contain one of these keys. Empty: no pins. Listing a
    /// spare key allows the server to change its key.
    std::span<const Sha256Digest> key_pins;
    /// Receives the certificates that a server presents. Null: none.
    CertificateListener* certificate_listener = nullptr;
    /// The TLS library. Null: the one in this build (BearSSL, TLS 1.2).
    const TlsContext* tls = nullptr;

    // ---- log

    /// Receives log lines. Null: none, and no line is formatted.
    Log* log = nullptr;
    /// The most detailed level to be logged: `info` includes `error` and `warning`.
    LogLevel log_level = LogLevel::info;

    // ---- platform: null selects the OS (platform.hpp, memory.hpp)

    Clock* clock = nullptr;
    Entropy* entropy = nullptr;
    Resolver* resolver = nullptr;
    Network* network = nullptr;
    Memory* memory = nullptr;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
