// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The environment of a client: the objects in its `Options`, and the system's for the rest.
#pragma once

#include <optional>
#include "linnet/codec/multiplayer_packet.hpp"

#include "linnet/options.hpp"
#include "linnet/system_clock.hpp"
#include "linnet/system_entropy.hpp"
#include "linnet/system_network.hpp"
#include "linnet/system_resolver.hpp"
#include "linnet/websocket_peer.hpp"
#include "tls/default_context.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// One such object: `System` is constructed only if the program sets none.
template <class Interface, class System>
class Port {
 public:
    explicit Port(Interface* given)
        : interface_(given != nullptr ? *given : static_cast<Interface&>(system_.emplace())) {}
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;

    Interface& operator*() const { return interface_; }

 private:
    std::optional<System> system_;
    Interface& interface_;
};

class Ports {
    Port<Clock, SystemClock> clock_;
    Port<Entropy, SystemEntropy> entropy_;
    Port<Resolver, SystemResolver> resolver_;
    Port<Network, SystemNetwork> network_;

 public:
    explicit Ports(const Options& options)
        : clock_(options.clock),
          entropy_(options.entropy),
          resolver_(options.resolver),
          network_(options.network),
          tls(options.tls != nullptr ? options.tls : default_tls_context()) {}
    Ports(const Ports&) = delete;
    Ports& operator=(const Ports&) = delete;

    Clock& clock = *clock_;
    Entropy& entropy = *entropy_;
    Resolver& resolver = *resolver_;
    Network& network = *network_;
    const TlsContext* const tls;  // null: neither this build nor the program provides TLS
};

/// The program's settings, for every attempt from now on.
struct Settings {
    Options options;
    bool verify_ssl = true;
    const X509Certificate* trusted_certificate = nullptr;
    PeerId target = no_peer;  // gd_mp_api: where packets go
    WebSocketPeer::WriteMode write_mode = WebSocketPeer::WRITE_MODE_BINARY;  // for this attempt
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
