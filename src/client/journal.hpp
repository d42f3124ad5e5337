// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The lines of the log (`Options::log`). They are formatted on the stack, and only if a log is set.
#pragma once

#include "client/redacted_text.hpp"
#include "linnet/codec/multiplayer_packet.hpp"
#include "linnet/failure.hpp"
#include "linnet/log.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class Journal {
 public:
    Journal(Log* log, LogLevel level_max) : log_(log), level_max_(level_max) {}

    // From `connect_to_url` to open.
    void refused(Cause cause) const;
    void begins(const Url& url) const;
    void is_unverified() const;
    void cancelled() const;
    void resolved(std::size_t address_count) const;
    void connected(const SocketAddress& address) const;
    void secured() const;
    /// The request as sent: its lines, each with its CR LF.
    void requests(std::string_view request) const;
    void responded(const ResponseHead& head) const;
    void opened(std::string_view protocol) const;
    void joined(PeerId id) const;

    // Open.
    void stalled(std::size_t message_count, std::size_t size) const;
    void continued() const;
    void send_stalled() const;
    void pinged() const;
    void ponged(std::uint64_t round_trip_us) const;
    void resumed() const;

    // The end.
    void closes(int code, std::string_view reason) const;
    void close_received(int code, std::string_view reason) const;
    void protocol_error(Cause cause) const;
    void ended_well(const Failure& failure) const;
    void failed(const Failure& failure) const;

 private:
    static constexpr std::size_t line_size_max = 1024;

    template <class Compose>
    void write(LogLevel level, Compose compose) const;

    Log* log_;
    LogLevel level_max_;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
