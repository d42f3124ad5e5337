// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The windows of a BearSSL engine, whichever side it is on, and what release 0.6 needs of its user
// there: plaintext that waits is dropped before closing, and the end of the stream is told.
#pragma once

#include "linnet/tls.hpp"
#include "tls_bearssl/bearssl.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class BearSslStream : public TlsEngine {
 public:
    BearSslStream(const BearSslStream&) = delete;
    BearSslStream& operator=(const BearSslStream&) = delete;

    TlsState state() const override;
    const TlsFailure& failure() const override { return failure_; }
    std::size_t feed(Bytes ciphertext) override;
    Bytes outgoing() override;
    void outgoing_sent(std::size_t size) override;
    MutableBytes plaintext() override;
    void plaintext_taken(std::size_t size) override;
    MutableBytes room() override;
    void compose(std::size_t size) override;
    void close() override;
    void end_of_stream() override;

 protected:
    explicit BearSslStream(br_ssl_engine_context& engine) : engine_(engine) {}
    ~BearSslStream() = default;

    /// The handshake is over.
    virtual void opened() = 0;
    /// The engine has given up: says why in `failure_`.
    virtual void broken(unsigned error) = 0;

    /// The first failure is the one that tells why.
    void fail(Cause cause) {
        if (failure_.cause == Cause::none) failure_.cause = cause;
    }
    bool is_open() const { return is_open_; }
    /// That the other side has sent; 0 before.
    std::uint8_t first_byte() const { return first_byte_; }

    br_ssl_engine_context& engine_;
    TlsFailure failure_;

 private:
    void settle();

    bool is_open_ = false;     // has been: the handshake is over
    bool is_closing_ = false;  // by us
    bool is_closed_ = false;
    std::uint8_t first_byte_ = 0;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
