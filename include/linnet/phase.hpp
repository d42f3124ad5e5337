// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The phases of a connection attempt, in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The phase that an attempt has reached (`Failure::phase`). Phases that do not apply, such as
/// `tls` for ws://, are skipped. The diagram in websocket_client.hpp lists their deadlines.
///
/// Example:
///
///     const linnet::Failure& failure = client.failure();
///     print(linnet::text(failure.phase));
///     const std::uint32_t tls_ms = failure.phase_ms[static_cast<int>(linnet::Phase::tls)];
enum class Phase : std::uint8_t {
    request,  ///< `connect_to_url` validates its arguments; nothing has been sent
    resolve,  ///< host name lookup
    connect,  ///< TCP
    tls,      ///< the TLS handshake of wss://
    upgrade,  ///< the opening handshake: request and response (RFC 6455 4.1)
    join,     ///< gd_mp_api: until the server has sent this peer's id
    open,     ///< messages in both directions
    closing,  ///< from the first close frame on (RFC 6455 7)
};
/// The number of phases: the size of `Failure::phase_ms`.
inline constexpr std::size_t phase_count = 8;

/// Returns the name of the phase, such as "resolve". Static storage.
constexpr std::string_view text(Phase phase) {
    switch (phase) {
        case Phase::request: return "request";
        case Phase::resolve: return "resolve";
        case Phase::connect: return "connect";
        case Phase::tls: return "tls";
        case Phase::upgrade: return "upgrade";
        case Phase::join: return "join";
        case Phase::open: return "open";
        case Phase::closing: return "closing";
    }
    return "unknown phase";
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
