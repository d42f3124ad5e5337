// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A server on loopback that sends every message back.
#pragma once

#include "cli/embedded_server.hpp"

namespace linnet::cli {

class EchoServer final : public EmbeddedServer {
 public:
    /// With `tls` (which must outlive it) it speaks wss://, else ws://.
    explicit EchoServer(const Limits& limits, const TlsServer* tls = nullptr)
        : EmbeddedServer(limits, tls) {}

 private:
    bool can_take(const Connection& connection) const override;
    void take(Connection& connection) override;
};

}  // namespace linnet::cli
