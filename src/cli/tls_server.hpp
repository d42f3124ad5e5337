// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The server side of TLS for the embedded servers, with the same interface as a client's engine.
#pragma once

#include <memory>
#include <string>

#include "linnet/tls.hpp"

namespace linnet::cli {

class TlsServer : public TlsContext {
 public:
    virtual ~TlsServer() = default;
    /// The certificate in DER, for clients to pin.
    virtual const std::string& certificate() const = 0;
};

/// Makes a server with a new key and certificate; null without entropy or in a build without TLS.
std::unique_ptr<TlsServer> make_tls_server();
/// Does the same with this entropy and time, so that every run can be the same.
std::unique_ptr<TlsServer> make_tls_server(Entropy& entropy, std::int64_t unix_s);

}  // namespace linnet::cli
