// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The seam between sockets and WebSocket: implement `TlsContext` and `TlsEngine` to bring a TLS
// library of your own (`Options::tls`). Without one linnet uses BearSSL, and linnet-openssl is
// another. An engine knows no socket and no clock: bytes in, bytes out. What decides whether a
// server is trusted is linnet's own and the same with every engine: give the chain that the server
// showed to `judge_chain`, and verify the signatures along the path that it answers.
#pragma once

#include "linnet/cause.hpp"
#include "linnet/platform.hpp"
#include "linnet/x509_certificate.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Why TLS failed. Of fixed size, so that it can be told when there is no memory.
struct TlsFailure {
    Cause cause = Cause::none;
    int native = 0;          ///< the TLS library's own number, 0 if it was not the library
    std::uint8_t alert = 0;  ///< the alert that the server sent (RFC 8446 6), if it was that

    /// What makes the cause concrete (names, dates, digests), as text; may be empty.
    std::string_view detail() const {
        return {detail_text.data(), static_cast<std::size_t>(detail_size)};
    }
    std::array<char, 510> detail_text{};
    std::uint16_t detail_size = 0;
};

/// Hears which certificates a server shows, before they are judged: for programs that remember a
/// certificate at first use, or show it to a person.
class CertificateListener {
 public:
    /// DER, the server's own first, as sent; valid during the call, which must not call the client.
    virtual void server_certificates(std::span<const Bytes> certificates) = 0;

 protected:
    ~CertificateListener() = default;
};

/// What a server must prove.
struct TlsTrust {
    /// Chain, dates and host name are judged. When false only the pins are.
    bool verify = true;
    /// The only certificate (or certificates) to accept, by `set_trusted_ssl_certificate`. One that
    /// is not a CA: exactly that certificate. One that is a CA: itself, or what it has signed, as
    /// `ca_bundle`.
    const X509Certificate* certificate = nullptr;
    /// The server's chain must have one of these keys (SHA-256 of its SubjectPublicKeyInfo); when
    /// `verify` is false, the server's own certificate must.
    std::span<const Sha256Digest> key_pins;
    /// The roots, if no certificate is pinned; null means the system's. What a root says about
    /// itself counts: its dates (but of the system's), keyUsage, extendedKeyUsage and path length;
    /// one with name constraints or an unknown critical extension is not used, nor one with a weak
    /// key.
    const X509Certificate* ca_bundle = nullptr;
};

/// What an engine is made for. Everything but `host` must outlive the engine.
struct TlsRequest {
    std::string_view host;  ///< a name, or an IP literal without brackets; lent for the call
    TlsTrust trust;
    std::int64_t unix_s = 0;  ///< now, for the dates
    Entropy* entropy = nullptr;
    Memory* memory = nullptr;                 ///< null: malloc
    CertificateListener* listener = nullptr;  ///< may be null
};

enum class TlsState : std::uint8_t {
    handshaking,
    open,
    closing,  ///< our close_notify is queued
    closed,   ///< both close_notify, or theirs and ours could not follow
    failed,   ///< `failure` tells why
};

/// One TLS connection without its socket: one push and three windows, each "give me the window" and
/// "I used so many bytes of it". An empty window: not possible now. A window lives until the next
/// call that is not const. No call blocks or calls back (but for the certificate listener).
class TlsEngine {
 public:
    virtual TlsState state() const = 0;
    virtual const TlsFailure& failure() const = 0;

    /// Takes the front of what was received and returns how much: less than all only while
    /// plaintext waits, or something must be sent first, or TLS has ended.
    virtual std::size_t feed(Bytes ciphertext) = 0;
    /// What must be sent.
    virtual Bytes outgoing() = 0;
    virtual void outgoing_sent(std::size_t size) = 0;
    /// What was decrypted.
    virtual MutableBytes plaintext() = 0;
    virtual void plaintext_taken(std::size_t size) = 0;
    /// Where plaintext is composed; `compose` encrypts the first `size` bytes of it.
    virtual MutableBytes send_buffer() = 0;
    virtual void encrypt(std::size_t size) = 0;

    /// Queues close_notify behind what is composed. Plaintext that waits is dropped.
    virtual void close() = 0;
    /// The stream has ended, and everything before it was fed.
    virtual void end_of_stream() = 0;

    /// Ends the engine and gives back what it took.
    virtual void destroy() = 0;

 protected:
    ~TlsEngine() = default;
};

class TlsContext {
 public:
    /// An engine about to send its ClientHello, or null: `why` tells whether memory was short or
    /// the request can never work. May be called from several threads at once.
    virtual TlsEngine* engine(const TlsRequest& request, TlsFailure& why) const = 0;

 protected:
    ~TlsContext() = default;
};

/// What wss:// with BearSSL adds: 16 KiB to receive, the engine, and during its handshake the
/// server's certificates. All of it is taken when TLS begins, and most given back when it is
/// established.
inline constexpr std::size_t tls_memory_max = std::size_t{168} * 1024;

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
