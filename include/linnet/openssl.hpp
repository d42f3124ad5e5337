// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// OpenSSL 3 instead of BearSSL: for servers that speak only TLS 1.3, keys that BearSSL does not
// know (Ed25519, RSA-PSS, RSA above 4096 bits), and programs that have OpenSSL anyway. It is a
// library of its own, linnet-openssl (Meson: -Dopenssl=true); linnet itself never needs it.
//
//     linnet::OpenSslContext tls;
//     linnet::Options options;
//     options.tls = &tls;
//
// OpenSSL takes its memory from its own allocator, not from `Options::memory`.
#pragma once

#include "linnet/tls.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// TLS 1.2 and 1.3, with ECDHE over X25519, P-256, P-384 or P-521 and AES-GCM or ChaCha20-Poly1305
/// alone, whatever the configuration of OpenSSL adds. Trust is judged as with the built-in engine,
/// to the same causes. Clients on several threads may share one; it must outlive them.
class OpenSslContext final : public TlsContext {
 public:
    OpenSslContext();
    OpenSslContext(const OpenSslContext&) = delete;
    OpenSslContext& operator=(const OpenSslContext&) = delete;
    ~OpenSslContext();

    TlsEngine* engine(const TlsRequest& request, TlsFailure& why) const override;

 private:
    void* context_;  // SSL_CTX; null: there was no memory, and `engine` says so
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
