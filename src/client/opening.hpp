// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// From a URL to an accepted handshake in four legs: resolve, dial, secure, upgrade. Each leg does
// what it can without waiting and returns its state. Its results outlive it: the addresses tried
// and the server's response are read even after the end.
#pragma once

#include <optional>

#include "client/parts.hpp"
#include "codec/ip_text.hpp"
#include "linnet/codec/http.hpp"
#include "net/dialer.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The state of a leg.
struct Leg {
    enum class Outcome : std::uint8_t { waits, done, failed };
    Outcome outcome = Outcome::waits;
    Cause cause = Cause::none;
    int os_error = 0;

    static constexpr Leg done() { return {Outcome::done, Cause::none, 0}; }
    static constexpr Leg failed(Cause cause, int os_error = 0) {
        return {Outcome::failed, cause, os_error};
    }
};

class Opening {
 public:
    explicit Opening(Parts& parts);
    Opening(const Opening&) = delete;
    Opening& operator=(const Opening&) = delete;
    ~Opening() { cancel(); }

    /// Begins the first leg. Done: the host is an IP literal, which is not resolved.
    Leg begin(std::uint64_t now_us);
    Leg resolve(std::uint64_t now_us);
    Leg dial(std::uint64_t now_us);
    Leg begin_tls();
    Leg secure();
    Leg upgrade(std::uint64_t now_us);
    /// Stops what is in progress.
    void cancel();
    /// From now on `cancel` does not call the resolver, whose threads may not exist.
    void leave_resolver() { resolving_ = 0; }

    bool is_secure() const { return parts_.texts.url().secure; }
    std::span<const AddressTried> addresses_tried() const { return dialer_.tried(); }
    const SocketAddress& connected_address() const { return dialer_.connected_address(); }
    std::string_view connected_host() const;
    std::string_view response_headers() const { return text_of(response_.bytes()); }
    std::string_view protocol() const { return protocol_; }
    /// The memory that `protocol` and `response_headers` point into.
    Block& response() { return response_; }

    /// The time at which the leg of `state` has work even if no socket is ready.
    std::uint64_t next_deadline(State state, std::uint64_t now_us) const;
    std::size_t wait_set(State state, std::span<WaitItem> items) const;

 private:
    bool is_full() const;
    void send_request(std::uint64_t now_us);
    Leg read_response();
    Leg check_link();
    Leg check_response(const ResponseHead& head, std::size_t head_size);
    Leg accept(const ResponseHead& head, std::size_t head_size, std::string_view protocol);

    Parts& parts_;
    Resolver::Request resolving_ = 0;
    Dialer dialer_;
    Bytes unsent_;  // the rest of the request
    ResponseHeadReader reader_;
    Block response_;  // a copy of the header lines of the accepted upgrade
    std::string_view protocol_;
    std::array<std::uint8_t, ip_text_size_max> host_{};
    std::size_t host_size_ = 0;
    MutableBytes buffer_;  // the last receive buffer of the response; empty: the inbox is full
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
