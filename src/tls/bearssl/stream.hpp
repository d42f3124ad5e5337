// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The buffers of a BearSSL engine on either side, with two additions that release 0.6 needs: unread
// plaintext is dropped before closing, and the end of the stream is passed on.
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

    /// Called after the handshake.
    virtual void opened() = 0;
    /// Called when the engine has failed; sets the cause in `failure_`.
    virtual void failed(unsigned error) = 0;

    br_ssl_engine_context& engine_;

 private:
    void settle();
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
