// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The phases of a connection attempt, in their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// How far an attempt had come.
enum class Phase : std::uint8_t {
    request,  ///< `connect_to_url` checks what it was given; nothing has been sent
    resolve,  ///< host name to addresses
    connect,  ///< TCP
    tls,      ///< the TLS handshake of wss://
    upgrade,  ///< request and answer of the opening handshake
    join,     ///< gd_mp_api: until the server has told our id
    open,     ///< the conversation
    closing,  ///< from the first close frame on
};
inline constexpr std::size_t phase_count = 8;

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
