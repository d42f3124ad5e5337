// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The windows of a BearSSL engine, whichever side it is on, and what release 0.6 needs of its user
// there: plaintext that waits is dropped before closing, and the end of the stream is told.
#pragma once

#include "tls/bearssl/bearssl.hpp"
#include "tls/engine_base.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class BearSslStream : public EngineBase {
 public:
    std::size_t feed(Bytes ciphertext) override;
    Bytes outgoing() override;
    void outgoing_sent(std::size_t size) override;
    MutableBytes plaintext() override;
    void plaintext_taken(std::size_t size) override;
    MutableBytes send_buffer() override;
    void encrypt(std::size_t size) override;
    void close() override;

 protected:
    explicit BearSslStream(br_ssl_engine_context& engine) : engine_(engine) {}
    ~BearSslStream() = default;

    /// The handshake is over.
    virtual void opened() = 0;
    /// The engine has given up: says why in `failure_`.
    virtual void broken(unsigned error) = 0;

    br_ssl_engine_context& engine_;

 private:
    void settle();
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
