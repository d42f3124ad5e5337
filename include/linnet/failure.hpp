// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Why a connection ended. `Error` tells what a call did; this tells what happened.
#pragma once

#include "linnet/cause.hpp"
#include "linnet/phase.hpp"
#include "linnet/platform.hpp"
#include "linnet/tls.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// One address that was tried.
struct AddressTried {
    SocketAddress address;
    int os_error = 0;  ///< why it did not connect, or 0 if it did or was given up
};

/// The end of an attempt, also the good one. Views and the span live until the next
/// `connect_to_url` or until the client is destroyed.
struct Failure {
    Cause cause = Cause::none;  ///< none: no attempt has ended since the last `connect_to_url`
    Phase phase = Phase::request;
    int os_error = 0;  ///< errno, or `Resolver::Result::os_error`; 0 if it was not the OS

    std::span<const AddressTried> addresses_tried;

    /// What TLS has to tell, if it was TLS.
    TlsFailure tls;

    /// The server's answer, if it was no upgrade: status (0 if none was read), reason phrase,
    /// header lines (`take_header` cuts them), and what had already come of the body.
    int http_status = 0;
    std::string_view http_reason;
    std::string_view http_headers;
    std::string_view http_body;

    /// The close frame of the server, if one came: its code (0 if it had none) and reason.
    std::uint16_t close_code = 0;
    std::string_view close_reason;

    /// Milliseconds spent in each phase, by `Phase`.
    std::array<std::uint32_t, phase_count> phase_ms{};

    /// All of it as one readable paragraph, without secrets: no user information, query or headers.
    /// A NUL stands behind it: `explain().data()` is a C string.
    std::string_view explain() const { return explanation.empty() ? text(cause) : explanation; }

    /// What `explain` gives, if there was memory for it.
    std::string_view explanation;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
