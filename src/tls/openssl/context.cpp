// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// OpenSSL between two memory buffers (BIO_s_mem): it reads from one and writes to the other. When
// it "wants to read", the buffer is empty.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <iterator>
#include <new>

#include "base/wipe.hpp"
#include "linnet/openssl.hpp"
#include "tls/engine_base.hpp"
#include "tls/failure_text.hpp"
#include "tls/openssl/verifier.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t record_size_max = 16 * 1024;
// RFC 5288 3: a record under AES-GCM begins with a nonce of 8 bytes and ends with a tag of 16.
// Under the other ciphers it can be shorter.
constexpr std::size_t protected_record_size_min = 8 + 16;
constexpr std::uint8_t change_cipher_spec = 20;
// RFC 7301 3.1: each name follows its size.
constexpr unsigned char alpn_names[] = "\x08http/1.1";

// Every layer adds its own entry to OpenSSL's error queue; the numbers known here belong to the TLS
// layer.
unsigned long take_tls_error() {
    for (unsigned long error; (error = ERR_get_error()) != 0;) {
        const bool is_known =
            ERR_GET_LIB(error) == ERR_LIB_SSL || ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE;
        if (is_known) return error;
    }
    return 0;
}

class OpenSslEngine final : public EngineBase {
 public:
    static OpenSslEngine* create(SSL_CTX* context, const TlsRequest& request, TlsFailure& why);

    std::size_t feed(Bytes ciphertext) override;
    Bytes outgoing() override;
    void outgoing_sent(std::size_t size) override;
    MutableBytes plaintext() override;
    void plaintext_taken(std::size_t size) override;
    MutableBytes send_buffer() override;
    void encrypt(std::size_t size) override;
    void close() override;
    void destroy() override;

    bool verify();
    void client_certificate_asked_for() { client_certificate_is_requested_ = true; }
    void record_begun(Bytes header);
    void received_handshake(Bytes message);

 private:
    OpenSslEngine(Block& own, const TlsRequest& request);
    ~OpenSslEngine();

    bool begin(SSL_CTX* context);
    void step();
    void read();
    void check(int result);
    void check_error(unsigned long error);
    void check_internal_error();
    void check_malformed_certificate();

    Block own_;
    TlsRequest request_;
    EngineHost host_;
    SSL* ssl_ = nullptr;
    BIO* in_ = nullptr;  // owned by `ssl_`, like `out_`
    BIO* out_ = nullptr;
    Block certificates_;            // the message Certificate, until it is verified
    std::uint8_t record_type_ = 0;  // of the record that OpenSSL is reading
    std::size_t record_size_ = 0;   // the same, without the record header
    bool client_certificate_is_requested_ = false;
    std::size_t plaintext_begin_ = 0;
    std::size_t plaintext_end_ = 0;
    std::array<std::uint8_t, record_size_max> plaintext_;
    std::array<std::uint8_t, record_size_max> buffer_;
};

// ---- begin and end ---------------------------------------------------------------------------

OpenSslEngine* OpenSslEngine::create(SSL_CTX* context, const TlsRequest& request, TlsFailure& why) {
    if (!EngineHost::is_valid(request.host)) {
        why.cause = Cause::url_host;
        return nullptr;
    }
    Block own(request.memory);
    if (context == nullptr || !own.allocate(sizeof(OpenSslEngine))) {
        why.cause = Cause::out_of_memory;
        return nullptr;
    }
    auto* const engine = new (own.data()) OpenSslEngine(own, request);
    if (engine->begin(context)) return engine;
    why.cause = Cause::out_of_memory;
    engine->destroy();
    return nullptr;
}

OpenSslEngine::OpenSslEngine(Block& own, const TlsRequest& request)
    : own_(request.memory), request_(request), host_(request.host), certificates_(request.memory) {
    own_.swap(own);
    request_.host = host_.text();
}

OpenSslEngine::~OpenSslEngine() {
    SSL_free(ssl_);
}

void OpenSslEngine::destroy() {
    Block own(own_.memory());
    own.swap(own_);
    this->~OpenSslEngine();
    wipe(own.bytes());  // plaintext; OpenSSL erases its own secrets
}

bool OpenSslEngine::begin(SSL_CTX* context) {
    ssl_ = SSL_new(context);
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    if (ssl_ == nullptr || in_ == nullptr || out_ == nullptr) {
        BIO_free(in_);
        BIO_free(out_);
        return false;
    }
    BIO_set_mem_eof_return(in_, -1);
    SSL_set_bio(ssl_, in_, out_);
    SSL_set_app_data(ssl_, this);
    SSL_set_connect_state(ssl_);
    SSL_set_alpn_protos(ssl_, alpn_names, sizeof alpn_names - 1);
    // The macro for this contains an old-style cast, and its type is not const.
    if (const char* const name = host_.server_name()) {
        if (SSL_ctrl(ssl_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                     const_cast<char*>(name)) != 1) {
            return false;
        }
    }
    step();
    return true;
}

// ---- bytes -----------------------------------------------------------------------------------

std::size_t OpenSslEngine::feed(Bytes ciphertext) {
    if (is_over() || ciphertext.empty() || plaintext_begin_ < plaintext_end_) return 0;
    received(ciphertext);
    const std::size_t size = std::min(ciphertext.size(), record_size_max);
    const int taken = BIO_write(in_, ciphertext.data(), static_cast<int>(size));
    if (taken <= 0) {
        fail(Cause::out_of_memory);
        return 0;
    }
    step();
    return static_cast<std::size_t>(taken);
}

Bytes OpenSslEngine::outgoing() {
    const std::uint8_t* data = nullptr;
    const long size = BIO_get_mem_data(out_, &data);
    return size <= 0 ? Bytes{} : Bytes{data, static_cast<std::size_t>(size)};
}

// A BIO has no function to skip bytes.
void OpenSslEngine::outgoing_sent(std::size_t size) {
    std::array<std::uint8_t, 4096> sent;
    while (size > 0) {
        const std::size_t piece = std::min(size, sent.size());
        const int skipped = BIO_read(out_, sent.data(), static_cast<int>(piece));
        if (skipped <= 0) return;
        size -= static_cast<std::size_t>(skipped);
    }
}

MutableBytes OpenSslEngine::plaintext() {
    return MutableBytes(plaintext_).subspan(plaintext_begin_, plaintext_end_ - plaintext_begin_);
}

void OpenSslEngine::plaintext_taken(std::size_t size) {
    plaintext_begin_ += size;
    if (plaintext_begin_ == plaintext_end_) step();
}

// Encrypts one record at a time, so that the queue is bounded.
MutableBytes OpenSslEngine::send_buffer() {
    return state() == TlsState::open && outgoing().empty() ? MutableBytes(buffer_) : MutableBytes{};
}

void OpenSslEngine::encrypt(std::size_t size) {
    if (size == 0) return;
    ERR_clear_error();
    const int written = SSL_write(ssl_, buffer_.data(), static_cast<int>(size));
    if (written <= 0) check(written);
}

// ---- state -----------------------------------------------------------------------------------

void OpenSslEngine::step() {
    if (is_over()) return;
    if (!is_open_) {
        ERR_clear_error();
        const int result = SSL_do_handshake(ssl_);
        if (result != 1) return check(result);
        is_open_ = true;
    }
    read();
}

void OpenSslEngine::read() {
    plaintext_begin_ = plaintext_end_ = 0;
    for (;;) {
        ERR_clear_error();
        const int size = SSL_read(ssl_, plaintext_.data(), static_cast<int>(plaintext_.size()));
        if (size <= 0) return check(size);
        // After our close, data is dropped.
        if (is_closing_) continue;
        plaintext_end_ = static_cast<std::size_t>(size);
        return;
    }
}

void OpenSslEngine::close() {
    plaintext_begin_ = plaintext_end_ = 0;
    is_closing_ = true;
    ERR_clear_error();
    SSL_shutdown(ssl_);
    step();
}

void OpenSslEngine::check(int result) {
    switch (SSL_get_error(ssl_, result)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE: return;
        case SSL_ERROR_ZERO_RETURN:
            if (!is_open_) return fail(Cause::tls_closed);
            if (!is_closing_) SSL_shutdown(ssl_);
            is_closed_ = true;
            return;
        default: return check_error(take_tls_error());
    }
}

void OpenSslEngine::record_begun(Bytes header) {
    if (header.size() < SSL3_RT_HEADER_LENGTH) return;
    record_type_ = header[0];
    record_size_ = std::size_t{header[3]} << 8 | header[4];
}

// Called before OpenSSL reads the message. It has limited the size.
void OpenSslEngine::received_handshake(Bytes message) {
    if (message[0] == SSL3_MT_HELLO_REQUEST) is_renegotiation_requested_ = true;
    if (message[0] != SSL3_MT_CERTIFICATE || is_open_) return;
    if (!certificates_.allocate(message.size())) return fail(Cause::out_of_memory);
    std::copy(message.begin(), message.end(), certificates_.bytes().begin());
}

bool OpenSslEngine::verify() {
    if (failure_.cause != Cause::none) return false;
    const bool is_tls_1_3 = SSL_version(ssl_) == TLS1_3_VERSION;
    const bool is_trusted =
        verify_with_openssl(request_, certificates_.bytes(), is_tls_1_3, failure_);
    certificates_.release();
    return is_trusted;
}

// OpenSSL reads every certificate before any is verified.
void OpenSslEngine::check_malformed_certificate() {
    if (certificates_.size() == 0) return fail(Cause::tls_protocol_error);
    if (!verify()) return;
    failure_.cause = Cause::tls_certificate_malformed;
    DetailWriter(failure_).put("OpenSSL cannot read all that the server sent");
}

void OpenSslEngine::check_error(unsigned long error) {
    const int reason = ERR_GET_REASON(error);
    if (failure_.native == 0) failure_.native = reason;
    if (failure_.cause != Cause::none) return;  // already reported by the verifier
    if (reason > SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256) {
        return fail_by_alert(static_cast<std::uint8_t>(reason - SSL_AD_REASON_OFFSET),
                             {.client_certificate_requested = client_certificate_is_requested_,
                              .version_cause = Cause::tls_only_old,
                              .has_server_name = host_.server_name() != nullptr});
    }
    if (!has_received_tls()) return fail(Cause::tls_not_tls);
    switch (reason) {
        case ERR_R_MALLOC_FAILURE: return fail(Cause::out_of_memory);
        case ERR_R_INTERNAL_ERROR: return check_internal_error();
        case ERR_R_ASN1_LIB: return check_malformed_certificate();
        case SSL_R_UNSUPPORTED_PROTOCOL:
        case SSL_R_WRONG_SSL_VERSION:
        case SSL_R_VERSION_TOO_LOW: return fail(Cause::tls_only_old);
        case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC:
        case SSL_R_PACKET_LENGTH_TOO_LONG:
        case SSL_R_DATA_LENGTH_TOO_LONG:
        case SSL_R_ENCRYPTED_LENGTH_TOO_LONG:
        case SSL_R_BAD_RECORD_TYPE: return fail(Cause::tls_bad_record);
        case SSL_R_EXCESSIVE_MESSAGE_SIZE: return fail(Cause::tls_chain_too_large);
        case SSL_R_BAD_SIGNATURE: return fail(Cause::tls_signature_wrong);
        case SSL_R_EE_KEY_TOO_SMALL:
        case SSL_R_DH_KEY_TOO_SMALL: return fail(Cause::tls_key_weak);
        default: return fail(Cause::tls_protocol_error);
    }
}

// OpenSSL 3.0.19 reports a record that is too short for its cipher as an internal error.
void OpenSslEngine::check_internal_error() {
    const bool is_too_short =
        record_type_ != change_cipher_spec && record_size_ < protected_record_size_min;
    fail(is_too_short ? Cause::tls_bad_record : Cause::tls_internal);
}

// ---- callbacks of OpenSSL --------------------------------------------------------------------

OpenSslEngine& engine_of(const SSL* ssl) {
    return *static_cast<OpenSslEngine*>(SSL_get_app_data(ssl));
}

int verify_certificate(X509_STORE_CTX* store, void*) {
    const int index = SSL_get_ex_data_X509_STORE_CTX_idx();
    const auto* const ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, index));
    return engine_of(ssl).verify() ? 1 : 0;
}

int choose_client_certificate(SSL* ssl, X509**, EVP_PKEY**) {
    engine_of(ssl).client_certificate_asked_for();
    return 0;
}

void look_at_message(int is_written, int, int type, const void* data, std::size_t size, SSL* ssl,
                     void*) {
    if (is_written != 0 || size == 0) return;
    const Bytes bytes{static_cast<const std::uint8_t*>(data), size};
    if (type == SSL3_RT_HEADER) engine_of(ssl).record_begun(bytes);
    if (type == SSL3_RT_HANDSHAKE) engine_of(ssl).received_handshake(bytes);
}

}  // namespace

// ---- the context -----------------------------------------------------------------------------

namespace {

// The TLS 1.2 cipher suites of the default engine: forward secrecy and authenticated encryption.
// All TLS 1.3 suites have both.
constexpr char tls_1_2_suites[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

// Limits key exchange to these curves. OpenSSL would also offer finite fields, whose size the
// server chooses: one of 10 000 bits took 858 ms within one `feed`.
bool limit_key_exchange(SSL_CTX* context) {
    int groups[] = {NID_X25519, NID_X9_62_prime256v1, NID_secp384r1, NID_secp521r1};
    // The macro for this contains an old-style cast.
    return SSL_CTX_set_cipher_list(context, tls_1_2_suites) == 1 &&
           SSL_CTX_ctrl(context, SSL_CTRL_SET_GROUPS, std::ssize(groups), groups) == 1;
}

}  // namespace

OpenSslContext::OpenSslContext() : context_(SSL_CTX_new(TLS_client_method())) {
    auto* const context = static_cast<SSL_CTX*>(context_);
    if (context == nullptr) return;
    if (!limit_key_exchange(context)) {
        SSL_CTX_free(context);
        context_ = nullptr;
        return;
    }
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_max_cert_list(context, chain_size_max);
    // Set even without verification, for pins and certificate listeners.
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context, verify_certificate, nullptr);
    SSL_CTX_set_client_cert_cb(context, choose_client_certificate);
    SSL_CTX_set_msg_callback(context, look_at_message);
}

OpenSslContext::~OpenSslContext() {
    SSL_CTX_free(static_cast<SSL_CTX*>(context_));
}

TlsEngine* OpenSslContext::engine(const TlsRequest& request, TlsFailure& why) const {
    return OpenSslEngine::create(static_cast<SSL_CTX*>(context_), request, why);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
