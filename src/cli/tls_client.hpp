// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What the command trusts (--cacert, --pin, --insecure), and `linnet certificate`, which tells what
// could be.
#pragma once

#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "linnet/websocket_client.hpp"

namespace linnet::cli {

/// The files and digests that the options name, loaded.
class Trust {
 public:
    /// False: `error` is a sentence without a full stop.
    bool load(const TrustOptions& what, std::string& error);

    /// What a client is made with, and what it is told then. The trust must outlive it.
    void apply_to(Options& options) const;
    void apply_to(WebSocketClient& client) const;

 private:
    X509Certificate bundle_;
    X509Certificate pinned_;
    std::vector<Sha256Digest> key_pins_;
    bool verifies_ = true;
};

/// Connects to the server, prints the certificates that it shows and what to give to --pin, and
/// whether it is trusted. Returns the exit status: 0 also for one that is not.
int show_certificates(const CertificateOptions& what);

}  // namespace linnet::cli
