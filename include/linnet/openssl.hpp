// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// TLS by OpenSSL 3 instead of BearSSL: for servers that speak only TLS 1.3, for keys that BearSSL
// does not support (Ed25519, RSA-PSS), and for programs that link OpenSSL anyway. It is a separate
// library, linnet-openssl (Meson: -Dopenssl=true); linnet itself does not depend on OpenSSL.
#pragma once

#include "linnet/tls.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// TLS 1.2 and 1.3 with ECDHE over X25519, P-256, P-384 or P-521, and AES-GCM or
/// ChaCha20-Poly1305; OpenSSL's configuration files cannot add to these. Trust is checked as
/// with the built-in engine and fails with the same causes. Clients on several threads may share a
/// context, which must outlive them. OpenSSL has its own allocator and does not
/// use `Options::memory`.
///
/// Example:
///
///     const linnet::OpenSslContext tls;
///     linnet::Options options;
///     options.tls = &tls;
///     linnet::WebSocketClient secure(options);
class OpenSslContext final : public TlsContext {
 public:
    /// Never fails: if memory is exhausted, `engine` reports it.
    OpenSslContext();
    OpenSslContext(const OpenSslContext&) = delete;
    OpenSslContext& operator=(const OpenSslContext&) = delete;
    ~OpenSslContext();

    /// As `TlsContext::engine`. Returns null with `Cause::url_host` (the host is empty or longer
    /// than 255 bytes) or `Cause::out_of_memory`.
    TlsEngine* engine(const TlsRequest& request, TlsFailure& why) const override;

 private:
    void* context_;  // SSL_CTX; null if memory was exhausted
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
