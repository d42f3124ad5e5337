// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The interface to a TLS library: implement `TlsContext` and `TlsEngine` to use one of your own
// (`Options::tls`). linnet implements them for BearSSL (the default) and OpenSSL (openssl.hpp).
//
//     socket  -- ciphertext -->  feed              plaintext, plaintext_taken  -->  WebSocket
//     socket  <-- ciphertext --  outgoing,         send_buffer, encrypt        <--  WebSocket
//                                outgoing_sent
//
// An engine has neither a socket nor a clock. Whether a server is trusted does not depend on the
// engine: it passes the server's certificates to `check_chain` (tls_chain.hpp), which uses the
// library only to verify single signatures.
#pragma once

#include "linnet/cause.hpp"
#include "linnet/platform.hpp"
#include "linnet/x509_certificate.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Why TLS failed. It has a fixed size, so it can be reported even if memory is exhausted.
struct TlsFailure {
    Cause cause = Cause::none;  ///< `tls_*`, or another such as `out_of_memory`
    int native = 0;             ///< the error code of the TLS library, or 0
    std::uint8_t alert = 0;     ///< the alert sent by the server (RFC 8446 6), or 0

    /// Returns the names, dates or digests that `cause` is about, as text; possibly empty. Valid as
    /// long as this object.
    std::string_view detail() const {
        return {detail_text.data(), static_cast<std::size_t>(detail_size)};
    }
    /// The storage of `detail`.
    std::array<char, 510> detail_text{};
    std::uint16_t detail_size = 0;
};

/// Receives the certificates that a server presents, before they are checked: for programs that pin
/// a certificate on first use, or show it to the user.
///
/// Example:
///
///     class FirstUse final : public linnet::CertificateListener {
///      public:
///         linnet::X509Certificate seen;
///         void server_certificates(std::span<const linnet::Bytes> chain) override {
///             seen.clear();
///             if (seen.load_from_memory(chain.front()) != linnet::Error::ok) print("malformed");
///         }
///     } first_use;
///     linnet::Options options;
///     options.certificate_listener = &first_use;
class CertificateListener {
 public:
    /// `certificates` are in DER, in the order in which they were sent, the server's own first.
    /// Valid during the call, which must not call the client.
    virtual void server_certificates(std::span<const Bytes> certificates) = 0;

 protected:
    ~CertificateListener() = default;
};

/// The conditions under which a server is trusted.
struct TlsTrust {
    /// If true, chain, dates and host name are checked (RFC 5280, RFC 9525). If false, only the
    /// pins are.
    bool verify = true;
    /// The pinned certificate or certificates (`set_trusted_ssl_certificate`). If it is not a CA,
    /// the server must present exactly that one. If it is a CA, the server must present it or a
    /// certificate that it has signed, and it is checked like a root of `ca_bundle`.
    const X509Certificate* certificate = nullptr;
    /// If not empty, one of these keys (SHA-256 of the SubjectPublicKeyInfo) must be on the path
    /// from the server's certificate to the root, both included; if `verify` is false, it must be
    /// the server's own.
    std::span<const Sha256Digest> key_pins;
    /// The trusted roots, unless `certificate` is set; null means the system's. A root is checked
    /// like every other CA: its dates, key, usage, path length and name constraints count. A
    /// certificate that is not a CA is trusted if it is the server's own.
    const X509Certificate* ca_bundle = nullptr;
};

/// The parameters of an engine. Everything except `host` must outlive the engine.
struct TlsRequest {
    std::string_view host;  ///< a name, or an IP literal without brackets; borrowed for the call
    TlsTrust trust;
    std::int64_t unix_s = 0;                  ///< the current Unix time, for the dates; 0: unknown
    Entropy* entropy = nullptr;               ///< never null
    Memory* memory = nullptr;                 ///< null: `malloc`
    CertificateListener* listener = nullptr;  ///< null: none
};

/// The state of an engine.
enum class TlsState : std::uint8_t {
    handshaking,
    open,
    closing,  ///< our close_notify is queued
    closed,   ///< close_notify exchanged, or received and ours could not be sent
    failed,   ///< see `TlsEngine::failure`
};

/// One TLS connection without its socket. Each data path is a pair of calls: one returns a buffer,
/// the other consumes bytes from its front. An empty buffer means "not possible now". A buffer is
/// valid until the next call that is not const. No call blocks, and only the certificate listener
/// is called back.
///
/// Example:
///
///     linnet::SystemNetwork network;
///     const auto send_all = [&](linnet::TlsEngine& tls, linnet::SocketHandle socket) {
///         while (!tls.outgoing().empty()) {
///             const linnet::Bytes pieces[] = {tls.outgoing()};
///             const linnet::IoResult sent = network.send(socket, pieces);
///             if (sent.status != linnet::IoResult::Outcome::moved) return;
///             tls.outgoing_sent(sent.size);
///         }
///     };
class TlsEngine {
 public:
    /// Returns the state. Only calls that are not const change it.
    virtual TlsState state() const = 0;
    /// Returns why the engine failed; its cause is `Cause::none` in other states.
    virtual const TlsFailure& failure() const = 0;

    /// Consumes received bytes from the front of `ciphertext` and returns their number. It is less
    /// than the size of `ciphertext` only if plaintext must be taken first, output must be sent
    /// first, or TLS has ended.
    virtual std::size_t feed(Bytes ciphertext) = 0;
    /// Returns the bytes to send to the server.
    virtual Bytes outgoing() = 0;
    /// Consumes the first `size` bytes of `outgoing`: they were sent.
    virtual void outgoing_sent(std::size_t size) = 0;
    /// Returns decrypted bytes. They are writable, so that they can be unmasked in place.
    virtual MutableBytes plaintext() = 0;
    /// Consumes the first `size` bytes of `plaintext`.
    virtual void plaintext_taken(std::size_t size) = 0;
    /// Returns the buffer in which to write plaintext to be encrypted.
    virtual MutableBytes send_buffer() = 0;
    /// Encrypts the first `size` bytes of `send_buffer`.
    virtual void encrypt(std::size_t size) = 0;

    /// Queues close_notify (RFC 8446 6.1) after all encrypted data. Plaintext not yet taken is
    /// dropped.
    virtual void close() = 0;
    /// Reports that the stream has ended. Everything before its end must have been fed.
    virtual void end_of_stream() = 0;

    /// Destroys the engine and frees its memory.
    virtual void destroy() = 0;

 protected:
    ~TlsEngine() = default;
};

/// A TLS library: a factory of engines. One context may serve clients on several threads.
///
/// Example:
///
///     class NoTls final : public linnet::TlsContext {
///         linnet::TlsEngine* engine(const linnet::TlsRequest&,
///                                   linnet::TlsFailure& why) const override {
///             why.cause = linnet::Cause::tls_internal;  // wss:// is not allowed in this program
///             return nullptr;
///         }
///     } no_tls;
///     linnet::Options options;
///     options.tls = &no_tls;
class TlsContext {
 public:
    /// Returns an engine whose ClientHello is ready in `outgoing`, or null on failure, with the
    /// reason in `why`. The caller calls `TlsEngine::destroy`. Called from several threads at once
    /// if clients on several threads share the context.
    virtual TlsEngine* engine(const TlsRequest& request, TlsFailure& why) const = 0;

 protected:
    ~TlsContext() = default;
};

/// The memory that wss:// with BearSSL adds to `memory_max`, in bytes: a receive buffer of 16 KiB,
/// the engine and, during the handshake, the server's certificates. It is allocated when TLS
/// begins; most of it is freed when the handshake is complete.
inline constexpr std::size_t tls_memory_max = std::size_t{168} * 1024;

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
