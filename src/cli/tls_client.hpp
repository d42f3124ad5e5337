// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The trust options of the command (--cacert, --pin, --insecure), and `linnet certificate`, which
// prints a server's certificates and pins.
#pragma once

#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "linnet/websocket_client.hpp"

namespace linnet::cli {

/// Loads the files and digests named in the options.
class Trust {
 public:
    /// On false, `error` is a message without a full stop.
    bool load(const TrustOptions& what, std::string& error);

    /// Applies the trust to a client's options and to the client. This object must outlive the
    /// client.
    void apply_to(Options& options) const;
    void apply_to(WebSocketClient& client) const;

 private:
    X509Certificate bundle_;
    X509Certificate pinned_;
    std::vector<Sha256Digest> key_pins_;
    bool verifies_ = true;
};

/// Connects to the server and prints its certificates, the values for --pin, and whether it is
/// trusted. Returns the exit status: 0 even if the server is not trusted.
int show_certificates(const CertificateOptions& what);

}  // namespace linnet::cli
