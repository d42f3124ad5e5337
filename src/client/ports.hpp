// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The outside world of a client: what its `Options` bring, and the system for the rest.
#pragma once

#include "linnet/options.hpp"
#include "linnet/protocol/multiplayer_packet.hpp"
#include "linnet/websocket_peer.hpp"
#include "net/system.hpp"
#include "tls/default_context.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class Ports {
    template <class Interface>
    static Interface& given_or(Interface* given, Interface& of_the_system) {
        return given != nullptr ? *given : of_the_system;
    }

    SystemClock system_clock_;
    SystemEntropy system_entropy_;
    SystemResolver system_resolver_;
    SystemNetwork system_network_;

 public:
    explicit Ports(const Options& options)
        : clock(given_or<Clock>(options.clock, system_clock_)),
          entropy(given_or<Entropy>(options.entropy, system_entropy_)),
          resolver(given_or<Resolver>(options.resolver, system_resolver_)),
          network(given_or<Network>(options.network, system_network_)),
          tls(options.tls != nullptr ? options.tls : default_tls_context()) {}
    Ports(const Ports&) = delete;
    Ports& operator=(const Ports&) = delete;

    Clock& clock;
    Entropy& entropy;
    Resolver& resolver;
    Network& network;
    const TlsContext* const tls;  // null: this build has none, and none was given
};

/// What a program has set, for every attempt from now on.
struct Settings {
    Options options;
    bool verify_ssl = true;
    const X509Certificate* trusted_certificate = nullptr;
    PeerId target = no_peer;  // gd_mp_api: where packets go
    WebSocketPeer::WriteMode write_mode = WebSocketPeer::WRITE_MODE_BINARY;  // of this attempt
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
