// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The behaviour that all TLS engines share, on both sides of a connection.
#pragma once

#include <array>

#include "linnet/tls.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// A copy of a request's host, because the request is borrowed for one call.
class EngineHost {
 public:
    static constexpr std::size_t size_max = 255;  // RFC 1035 2.3.4

    /// Returns true if `host` is neither empty nor longer than `size_max`.
    static bool is_valid(std::string_view host) { return !host.empty() && host.size() <= size_max; }

    explicit EngineHost(std::string_view host);

    std::string_view text() const { return {text_.data(), size_}; }
    /// Returns the name for the extension server_name, with a NUL and without a final dot; null for
    /// an IP literal (RFC 6066 3). Valid as long as this object.
    const char* server_name() const { return name_[0] == '\0' ? nullptr : name_.data(); }

 private:
    std::array<char, size_max + 1> text_{};
    std::array<char, size_max + 1> name_{};
    std::size_t size_;
};

class EngineBase : public TlsEngine {
 public:
    EngineBase(const EngineBase&) = delete;
    EngineBase& operator=(const EngineBase&) = delete;

    TlsState state() const final;
    const TlsFailure& failure() const final { return failure_; }
    void end_of_stream() final;

 protected:
    EngineBase() = default;
    ~EngineBase() = default;

    /// Keeps the first failure; later ones are ignored.
    void fail(Cause cause) {
        if (failure_.cause == Cause::none) failure_.cause = cause;
    }
    /// What an engine knows about the connection when an alert arrives.
    struct AlertContext {
        bool client_certificate_requested = false;
        Cause version_cause = Cause::tls_alert;  // if the two sides share no protocol version
        bool has_server_name = true;             // was sent
        std::string_view hint = {};              // if the two sides share no parameters
    };
    /// Handles an `alert` from the other side.
    void fail_by_alert(std::uint8_t alert, const AlertContext& context);

    bool is_over() const { return is_closed_ || failure_.cause != Cause::none; }
    /// Records the first byte received.
    void received(Bytes ciphertext) {
        if (first_byte_ == 0 && !ciphertext.empty()) first_byte_ = ciphertext[0];
    }
    /// Returns true if the bytes received begin with a TLS record (RFC 8446 5.1).
    bool has_received_tls() const;

    TlsFailure failure_;
    bool is_open_ = false;     // the handshake was completed
    bool is_closing_ = false;  // by this side
    bool is_closed_ = false;
    bool is_renegotiation_requested_ = false;  // RFC 5246 7.4.1.1

 private:
    std::uint8_t first_byte_ = 0;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
