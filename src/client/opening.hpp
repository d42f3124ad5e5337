// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// From a URL to an accepted handshake, leg by leg: resolve, dial, secure, upgrade. Each leg does
// what it can without waiting and says how it stands. What it finds outlives it: the addresses that
// were tried and the server's response are read after the end too.
#pragma once

#include <optional>

#include "client/parts.hpp"
#include "codec/ip_text.hpp"
#include "linnet/codec/http.hpp"
#include "net/dialer.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// How a leg stands.
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

    /// Begins with the first leg. Done: the host is an IP literal, which needs no resolving.
    Leg begin(std::uint64_t now_us);
    Leg resolve(std::uint64_t now_us);
    Leg dial(std::uint64_t now_us);
    Leg begin_tls();
    Leg secure();
    Leg upgrade(std::uint64_t now_us);
    /// Stops what is under way.
    void cancel();
    /// From now on `cancel` says nothing to the resolver, whose threads may not be there.
    void leave_resolver() { resolving_ = 0; }

    bool is_secure() const { return parts_.texts.url().secure; }
    std::span<const AddressTried> addresses_tried() const { return dialer_.tried(); }
    const SocketAddress& connected_address() const { return dialer_.connected_address(); }
    std::string_view connected_host() const;
    std::string_view response_headers() const { return text_of(response_.bytes()); }
    std::string_view protocol() const { return protocol_; }
    /// Its bytes are what `protocol` and `response_headers` view.
    Block& response() { return response_; }

    /// When the leg of `state` has something to do although no socket is ready.
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
    Bytes unsent_;  // of the request
    ResponseHeadReader reader_;
    Block response_;  // the header lines of the accepted upgrade, as the inbox goes on
    std::string_view protocol_;
    std::array<std::uint8_t, ip_text_size_max> host_{};
    std::size_t host_size_ = 0;
    MutableBytes buffer_;  // where the last receive of the response went; empty: the inbox is full
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
