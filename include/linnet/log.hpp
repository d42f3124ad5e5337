// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What a client does, line by line, for whoever supports your program (`Options::log`).
#pragma once

#include <cstdint>
#include <string_view>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

enum class LogLevel : std::uint8_t {
    error,    ///< an attempt failed or a connection was lost: what `Failure::explain` says
    warning,  ///< something stands still: a full queue stops reading
    info,     ///< a connection begins, opens, ends well
    debug,    ///< every step: addresses, headers, pings, close frames; nothing per message
};

/// "error", "warning", "info", "debug".
constexpr std::string_view text(LogLevel level) {
    switch (level) {
        case LogLevel::error: return "error";
        case LogLevel::warning: return "warning";
        case LogLevel::info: return "info";
        case LogLevel::debug: return "debug";
    }
    return "unknown level";
}

class Log {
 public:
    /// One line, without an end of line, printable, at most 1 KiB, valid during the call. It must
    /// not call the client. There are no secrets in it: neither user information nor query of a
    /// URL; of Authorization, Proxy-Authorization, Cookie(2) and Set-Cookie(2) only the names; no
    /// payload but close reasons, and the beginning of what a server says that refuses. Other
    /// headers are shown.
    virtual void write(LogLevel level, std::string_view line) = 0;

 protected:
    ~Log() = default;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
