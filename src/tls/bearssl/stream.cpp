// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "tls/bearssl/stream.hpp"

#include <algorithm>
#include <cstring>

namespace linnet::inline LINNET_INLINE_NAMESPACE {

// ---- bytes -----------------------------------------------------------------------------------

std::size_t BearSslStream::feed(Bytes ciphertext) {
    received(ciphertext);
    std::size_t fed = 0;
    while (fed < ciphertext.size() && !is_over()) {
        std::size_t buffer = 0;
        std::uint8_t* const into = br_ssl_engine_recvrec_buf(&engine_, &buffer);
        if (into == nullptr) break;
        // The only record of this type that is possible now is a HelloRequest, RFC 5246 7.4.1.1.
        constexpr std::uint8_t handshake = 22;
        const bool at_record = into == engine_.ibuf;
        if (is_open_ && at_record && ciphertext[fed] == handshake) {
            is_renegotiation_requested_ = true;
        }
        const std::size_t size = std::min(buffer, ciphertext.size() - fed);
        std::memcpy(into, ciphertext.data() + fed, size);
        br_ssl_engine_recvrec_ack(&engine_, size);
        fed += size;
        settle();
    }
    return fed;
}

Bytes BearSslStream::outgoing() {
    std::size_t size = 0;
    const std::uint8_t* const from = br_ssl_engine_sendrec_buf(&engine_, &size);
    return from == nullptr ? Bytes{} : Bytes{from, size};
}

void BearSslStream::outgoing_sent(std::size_t size) {
    br_ssl_engine_sendrec_ack(&engine_, size);
    settle();
}

MutableBytes BearSslStream::plaintext() {
    std::size_t size = 0;
    std::uint8_t* const from = br_ssl_engine_recvapp_buf(&engine_, &size);
    return from == nullptr ? MutableBytes{} : MutableBytes{from, size};
}

void BearSslStream::plaintext_taken(std::size_t size) {
    br_ssl_engine_recvapp_ack(&engine_, size);
    settle();
}

MutableBytes BearSslStream::send_buffer() {
    // BearSSL does not detect the end of the stream by itself.
    if (state() != TlsState::open) return {};
    std::size_t size = 0;
    std::uint8_t* const into = br_ssl_engine_sendapp_buf(&engine_, &size);
    return into == nullptr ? MutableBytes{} : MutableBytes{into, size};
}

void BearSslStream::encrypt(std::size_t size) {
    if (size == 0) return;
    br_ssl_engine_sendapp_ack(&engine_, size);
    br_ssl_engine_flush(&engine_, 0);
    settle();
}

// ---- state -----------------------------------------------------------------------------------

void BearSslStream::settle() {
    const unsigned now = br_ssl_engine_current_state(&engine_);
    if ((now & (BR_SSL_SENDAPP | BR_SSL_RECVAPP)) != 0 && !is_open_) {
        is_open_ = true;
        opened();
    }
    if (now != BR_SSL_CLOSED) return;
    const auto error = static_cast<unsigned>(br_ssl_engine_last_error(&engine_));
    if (error != BR_ERR_OK) {
        failure_.native = static_cast<int>(error);
        return failed(error);
    }
    is_closed_ = is_open_;
    if (!is_open_) fail(Cause::tls_closed);
}

void BearSslStream::close() {
    // With unread plaintext, BearSSL 0.6 would never leave the closing state.
    for (MutableBytes unread; !(unread = plaintext()).empty();) plaintext_taken(unread.size());
    is_closing_ = true;
    br_ssl_engine_close(&engine_);
    settle();
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
