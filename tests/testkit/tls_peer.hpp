// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The server's end of TLS in memory: bytes in, bytes out. One implementation uses BearSSL, the
// other OpenSSL, if the tests are built with it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "cli/tls_server.hpp"
#include "linnet/system_entropy.hpp"
#include "linnet/tls.hpp"
#ifdef LINNET_TEST_OPENSSL
#include <openssl/ssl.h>
#endif

namespace linnet::test {

class TlsPeer {
 public:
    virtual ~TlsPeer() = default;
    /// Accepts all of it.
    virtual void feed(std::string_view ciphertext) = 0;
    /// Returns everything it has to send now.
    virtual std::string take_outgoing() = 0;
    virtual void close() = 0;
    virtual bool is_open() const = 0;

    /// Sent as soon as possible.
    void send(std::string_view text) { unsent += text; }

    std::string received;
    bool was_closed = false;  ///< by the client, with close_notify

 protected:
    std::string unsent;
};

/// Configured like `linnet serve`.
class OwnTlsPeer final : public TlsPeer {
 public:
    static const cli::TlsServer& server() {
        static const std::unique_ptr<cli::TlsServer> made = cli::make_tls_server();
        return *made;
    }

    OwnTlsPeer() : engine_(server().engine({.entropy = &entropy_}, failure_)) {}
    OwnTlsPeer(const OwnTlsPeer&) = delete;
    OwnTlsPeer& operator=(const OwnTlsPeer&) = delete;
    ~OwnTlsPeer() override { engine_->destroy(); }

    void feed(std::string_view ciphertext) override {
        for (;;) {
            read();
            const std::size_t fed = ciphertext.empty() ? 0 : engine_->feed(bytes_of(ciphertext));
            ciphertext.remove_prefix(fed);
            if (fed == 0) break;
            collect();
        }
        was_closed = engine_->state() == TlsState::closed;
    }
    std::string take_outgoing() override {
        collect();
        for (MutableBytes buffer; !unsent.empty() && !(buffer = engine_->send_buffer()).empty();) {
            const std::size_t size = std::min(buffer.size(), unsent.size());
            std::copy_n(unsent.begin(), size, buffer.begin());
            engine_->encrypt(size);
            unsent.erase(0, size);
            collect();
        }
        return std::exchange(outgoing_, {});
    }
    void close() override {
        collect();
        engine_->close();
    }
    bool is_open() const override { return engine_->state() == TlsState::open; }

 private:
    void read() {
        for (MutableBytes got; !(got = engine_->plaintext()).empty();) {
            received += text_of(got);
            engine_->plaintext_taken(got.size());
        }
    }
    void collect() {
        for (Bytes out; !(out = engine_->outgoing()).empty();) {
            outgoing_ += text_of(out);
            engine_->outgoing_sent(out.size());
        }
    }

    SystemEntropy entropy_;
    TlsFailure failure_;
    TlsEngine* engine_;
    std::string outgoing_;
};

#ifdef LINNET_TEST_OPENSSL
/// Uses a chain and key of make_certificates.sh.
class OpenSslPeer final : public TlsPeer {
 public:
    explicit OpenSslPeer(std::string_view chain) {
        const std::string base = std::string(LINNET_CERTIFICATES_DIR "/").append(chain);
        EXPECT_EQ(SSL_CTX_use_certificate_chain_file(context_, (base + ".pem").c_str()), 1);
        EXPECT_EQ(SSL_CTX_use_PrivateKey_file(context_, (base + ".key").c_str(), SSL_FILETYPE_PEM),
                  1);
        ssl_ = SSL_new(context_);
        SSL_set_bio(ssl_, in_, out_);
        SSL_set_accept_state(ssl_);
    }
    OpenSslPeer(const OpenSslPeer&) = delete;
    OpenSslPeer& operator=(const OpenSslPeer&) = delete;
    ~OpenSslPeer() override {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
    }

    void feed(std::string_view ciphertext) override {
        if (!ciphertext.empty()) {
            BIO_write(in_, ciphertext.data(), static_cast<int>(ciphertext.size()));
        }
        if (SSL_is_init_finished(ssl_) == 0) SSL_do_handshake(ssl_);
        std::array<char, 4096> piece;
        for (int size; (size = SSL_read(ssl_, piece.data(), piece.size())) > 0;) {
            received.append(piece.data(), static_cast<std::size_t>(size));
        }
        was_closed = (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0;
        if (was_closed) SSL_shutdown(ssl_);
    }
    std::string take_outgoing() override {
        while (is_open() && !unsent.empty()) {
            const int size = static_cast<int>(std::min(unsent.size(), std::size_t{16384}));
            const int sent = SSL_write(ssl_, unsent.data(), size);
            if (sent <= 0) break;
            unsent.erase(0, static_cast<std::size_t>(sent));
        }
        std::string outgoing;
        std::array<char, 4096> piece;
        for (int size; (size = BIO_read(out_, piece.data(), piece.size())) > 0;) {
            outgoing.append(piece.data(), static_cast<std::size_t>(size));
        }
        return outgoing;
    }
    void close() override { SSL_shutdown(ssl_); }
    bool is_open() const override { return SSL_is_init_finished(ssl_) != 0; }
    std::string master_secret() const {
        std::array<unsigned char, SSL_MAX_MASTER_KEY_LENGTH> secret;
        const std::size_t size =
            SSL_SESSION_get_master_key(SSL_get_session(ssl_), secret.data(), secret.size());
        return {reinterpret_cast<const char*>(secret.data()), size};
    }
    /// Sends a HelloRequest.
    void renegotiate() {
        SSL_renegotiate(ssl_);
        SSL_do_handshake(ssl_);
    }

 private:
    SSL_CTX* context_ = SSL_CTX_new(TLS_server_method());
    BIO* in_ = BIO_new(BIO_s_mem());
    BIO* out_ = BIO_new(BIO_s_mem());
    SSL* ssl_ = nullptr;
};

inline std::unique_ptr<TlsPeer> make_openssl_peer(std::string_view chain) {
    return std::make_unique<OpenSslPeer>(chain);
}
#else
inline std::unique_ptr<TlsPeer> make_openssl_peer(std::string_view) {
    return nullptr;
}
#endif

}  // namespace linnet::test
