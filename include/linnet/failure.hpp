// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Why a connection ended. `Error` (error.hpp) is the result of a single call; `Failure` describes
// the end of an attempt.
#pragma once

#include "linnet/cause.hpp"
#include "linnet/phase.hpp"
#include "linnet/platform.hpp"
#include "linnet/tls.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// An address to which a TCP connection was attempted.
struct AddressTried {
    SocketAddress address;
    /// The errno of the failed connection; 0 if it connected or was abandoned for a faster one.
    int os_error = 0;
};

/// How an attempt ended, clean endings included. Views and spans are valid until the next
/// `connect_to_url` or until the client is destroyed.
///
/// Example:
///
///     const linnet::Failure& failure = client.failure();
///     if (failure.cause == linnet::Cause::upgrade_refused && failure.http_status == 401) {
///         print("wrong password");
///     } else {
///         print(failure.explain());
///     }
struct Failure {
    /// The reason. `none` if no attempt has ended since the last `connect_to_url`.
    Cause cause = Cause::none;
    /// The phase in which the attempt ended.
    Phase phase = Phase::request;
    /// The errno of the failure or, after a failed lookup, `Resolver::Result::os_error`; 0 if the
    /// OS reported no error.
    int os_error = 0;

    /// The addresses in the order in which they were tried, at most `address_count_max`.
    std::span<const AddressTried> addresses_tried;

    /// Details of a TLS error; its cause is `Cause::none` if TLS did not fail.
    TlsFailure tls;

    // The server's response, if it was not the expected 101 (RFC 9112).
    int http_status = 0;            ///< 0 if no response was read
    std::string_view http_reason;   ///< reason phrase, possibly empty
    std::string_view http_headers;  ///< header lines; `take_header` (codec/http.hpp) splits them
    std::string_view http_body;     ///< the part of the body that was received with the head

    // The server's close frame, if one was received (RFC 6455 5.5.1).
    std::uint16_t close_code = 0;   ///< 0 if the frame had no code, or none was received
    std::string_view close_reason;  ///< UTF-8, at most 123 bytes

    /// Milliseconds spent in each phase, indexed by `Phase`.
    std::array<std::uint32_t, phase_count> phase_ms{};

    /// Describes the end in one readable paragraph without secrets: no user information, query or
    /// headers. A NUL follows the text, so `explain().data()` is a C string. No allocation.
    std::string_view explain() const { return explanation.empty() ? text(cause) : explanation; }

    /// The text that `explain` returns; empty if memory was exhausted when it was written.
    std::string_view explanation;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
