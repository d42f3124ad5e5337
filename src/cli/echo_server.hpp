// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A server on loopback that sends every message back.
#pragma once

#include "cli/embedded_server.hpp"

namespace linnet::cli {

class EchoServer final : public EmbeddedServer {
 public:
    /// Uses wss:// if `tls` is set (it must outlive the server), else ws://.
    explicit EchoServer(const Limits& limits, const TlsServer* tls = nullptr)
        : EmbeddedServer(limits, tls) {}

 private:
    bool can_take(const Connection& connection) const override;
    void take(Connection& connection) override;
};

}  // namespace linnet::cli
