// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The server's side of TLS, for the embedded servers: the same seam as a client's engine.
#pragma once

#include <memory>
#include <string>

#include "linnet/tls.hpp"

namespace linnet::cli {

class TlsServer : public TlsContext {
 public:
    virtual ~TlsServer() = default;
    /// What a client pins: the certificate in DER.
    virtual const std::string& certificate() const = 0;
};

/// With a key and a certificate of its own, made now; null without entropy, or in a build without
/// TLS.
std::unique_ptr<TlsServer> make_tls_server();
/// The same of this entropy and at this time, so that it can be the same in every run.
std::unique_ptr<TlsServer> make_tls_server(Entropy& entropy, std::int64_t unix_s);

}  // namespace linnet::cli
