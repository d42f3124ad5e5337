// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What a call did. The numbers are those of Godot 3's `Error` (@GlobalScope), so that a binding can
// pass them on as they are. Why a connection ended is told by `Failure` (failure.hpp).
#pragma once

#include <string_view>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

enum class [[nodiscard]] Error : int{
    ok = 0,
    failed = 1,           ///< the call cannot do its work now: not open, or the link is gone
    unavailable = 2,      ///< nothing there: no packet is queued, or the feature was not built
    unconfigured = 3,     ///< the object is not in the mode that this call needs
    out_of_memory = 6,    ///< a limit or the memory is exhausted; nothing was taken
    already_in_use = 22,  ///< an attempt is under way or open; nothing was changed
    invalid_data = 30,    ///< the bytes are not what they are said to be (text that is not UTF-8)
    invalid_parameter = 31,  ///< an argument can never work
};

/// A short sentence without a full stop, static.
constexpr std::string_view text(Error error) {
    switch (error) {
        case Error::ok: return "ok";
        case Error::failed: return "the call is not possible in this state";
        case Error::unavailable: return "nothing available";
        case Error::unconfigured: return "the object is not in the mode that this call requires";
        case Error::out_of_memory: return "a limit has been reached or memory has run out";
        case Error::already_in_use: return "an attempt is in progress or a connection is open";
        case Error::invalid_data: return "the bytes are not of the declared type";
        case Error::invalid_parameter: return "invalid argument";
    }
    return "unknown error";
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
