// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The log of a client (`Options::log`): one line per step, for the people who support a program.
#pragma once

#include <cstdint>
#include <string_view>

#include "linnet/version.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Levels from the rarest to the most frequent lines. `Options::log_level` selects the most
/// detailed level to be logged.
enum class LogLevel : std::uint8_t {
    error,    ///< an attempt failed or a connection was lost; the text of `Failure::explain`
    warning,  ///< a full queue pauses reading; a server is not verified
    info,     ///< a connection begins, opens, or closes cleanly
    debug,    ///< every step: addresses, headers, pings, close frames; never single messages
};

/// Returns the name of the level, such as "error". Static storage.
constexpr std::string_view text(LogLevel level) {
    switch (level) {
        case LogLevel::error: return "error";
        case LogLevel::warning: return "warning";
        case LogLevel::info: return "info";
        case LogLevel::debug: return "debug";
    }
    return "unknown level";
}

/// Receives log lines. Implement it and pass it as `Options::log`. Called only from the thread that
/// calls the client; one log may serve several clients if it is thread-safe.
///
/// Example:
///
///     class StderrLog final : public linnet::Log {
///         void write(linnet::LogLevel level, std::string_view line) override {
///             std::fprintf(stderr, "%s: %.*s\n", linnet::text(level).data(),
///                          static_cast<int>(line.size()), line.data());
///         }
///     } log;
///     linnet::Options options;
///     options.log = &log;
class Log {
 public:
    /// `line` is printable, at most 1 KiB, without an end of line, and valid during the call. The
    /// function must not call the client.
    ///
    /// Lines contain no secrets: no user information and no query of a URL; of Authorization,
    /// Proxy-Authorization, Cookie(2) and Set-Cookie(2) only the names. Payloads are never logged,
    /// except close reasons and the start of a refusal's body. Other headers are logged.
    virtual void write(LogLevel level, std::string_view line) = 0;

 protected:
    ~Log() = default;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
