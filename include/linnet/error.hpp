// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The result of a call. The values equal those of Godot 3's `Error` (@GlobalScope), so a binding
// can pass them through. `Failure` (failure.hpp) describes why a connection ended.
#pragma once

#include <string_view>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Returned by calls that can fail. Each call documents which values it returns, and when.
///
/// Example:
///
///     const linnet::Error error = server.put_packet("hello");
///     if (error != linnet::Error::ok) print(linnet::text(error));
enum class [[nodiscard]] Error : int{
    ok = 0,
    failed = 1,              ///< not possible now: not open, connection lost, no entropy
    unavailable = 2,         ///< no packet is queued, or the feature is not in this build
    unconfigured = 3,        ///< wrong object for this mode (with or without gd_mp_api)
    out_of_memory = 6,       ///< a limit is reached or memory is exhausted
    already_in_use = 22,     ///< an attempt is in progress or a connection is open
    invalid_data = 30,       ///< malformed content, such as text that is not UTF-8
    invalid_parameter = 31,  ///< an argument that is invalid in any state
};

/// Returns a short description in English, without a full stop. Static storage.
constexpr std::string_view text(Error error) {
    switch (error) {
        case Error::ok: return "ok";
        case Error::failed: return "the call is not possible now";
        case Error::unavailable: return "no packet is queued, or the feature is not in this build";
        case Error::unconfigured: return "wrong object for this mode (with or without gd_mp_api)";
        case Error::out_of_memory: return "a limit has been reached or memory has run out";
        case Error::already_in_use: return "an attempt is in progress or a connection is open";
        case Error::invalid_data: return "the bytes are not valid for their type";
        case Error::invalid_parameter: return "invalid argument";
    }
    return "unknown error";
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
