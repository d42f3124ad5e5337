// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The client side of TLS 1.2 with BearSSL. Renegotiation is refused, entropy comes from the OS, and
// both directions have full-size record buffers, because smaller ones require a server extension
// that few servers support.
//
// Two blocks: the engine with its buffers, and the verifier, which is released after the handshake.
// The longest step is the server's key exchange: one call of `feed` verifies the chain and computes
// the ECDHE. That takes 2 to 4 ms with P-256 or RSA-2048; `ChainBudget` bounds it for other chains.
#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "base/wipe.hpp"
#include "tls/bearssl/cause.hpp"
#include "tls/bearssl/no_client_certificate.hpp"
#include "tls/bearssl/stream.hpp"
#include "tls/bearssl/verifier.hpp"
#include "tls/default_context.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t seed_size = 48;
constexpr const char* alpn_names[] = {"http/1.1"};

// Cipher suites (RFC 8446 4.1.2), all with forward secrecy and authenticated encryption.
constexpr std::uint16_t suites_aes_first[] = {
    BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
};
constexpr std::uint16_t suites_chacha_first[] = {
    BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
};

// Without CPU instructions for AES and GHASH, ChaCha20 is much faster.
std::span<const std::uint16_t> suites_for_this_cpu() {
    const bool has_aes =
        br_aes_x86ni_ctr_get_vtable() != nullptr && br_ghash_pclmul_get() != nullptr;
    const bool has_power8 =
        br_aes_pwr8_ctr_get_vtable() != nullptr && br_ghash_pwr8_get() != nullptr;
    if (has_aes || has_power8) return suites_aes_first;
    return suites_chacha_first;
}

class BearSslEngine final : public BearSslStream {
 public:
    /// Creates the engine in its own block; null if memory runs out.
    static BearSslEngine* create(const TlsRequest& request, TlsFailure& why);
    void destroy() override;

 private:
    BearSslEngine(Block& own, Block& verifier, const TlsRequest& request);
    ~BearSslEngine() = default;

    void opened() override {
        release_verifier();
        wipe_stack();  // BearSSL leaves the premaster secret there
    }
    void failed(unsigned error) override;
    void configure();
    bool begin(const TlsRequest& request);
    void release_verifier();

    Block own_;
    Block verifier_block_;
    BearSslVerifier* verifier_ = nullptr;
    NoClientCertificate client_certificate_{&no_client_certificate, false};
    EngineHost host_;
    br_ssl_client_context client_;
    std::array<std::uint8_t, BR_SSL_BUFSIZE_INPUT> input_;
    std::array<std::uint8_t, BR_SSL_BUFSIZE_OUTPUT> output_;
};

// ---- begin and end ---------------------------------------------------------------------------

// Includes the receive buffer of `Transport`.
static_assert(sizeof(BearSslEngine) + sizeof(BearSslVerifier) + chain_memory_max + 16 * 1024 <=
              tls_memory_max);

BearSslEngine* BearSslEngine::create(const TlsRequest& request, TlsFailure& why) {
    if (!EngineHost::is_valid(request.host)) {
        why.cause = Cause::url_host;
        return nullptr;
    }
    Block own(request.memory);
    Block verifier(request.memory);
    if (!own.allocate(sizeof(BearSslEngine)) || !verifier.allocate(sizeof(BearSslVerifier))) {
        why.cause = Cause::out_of_memory;
        return nullptr;
    }
    auto* const engine = new (own.data()) BearSslEngine(own, verifier, request);
    if (engine->begin(request)) return engine;
    why = engine->failure_;
    engine->destroy();
    return nullptr;
}

BearSslEngine::BearSslEngine(Block& own, Block& verifier, const TlsRequest& request)
    : BearSslStream(client_.eng),
      own_(request.memory),
      verifier_block_(request.memory),
      host_(request.host) {
    own_.swap(own);
    verifier_block_.swap(verifier);
    verifier_ = new (verifier_block_.data()) BearSslVerifier(request, host_.text(), failure_);
}

// BearSSL erases nothing itself: its engine holds the master secret, keys and the state of its
// random generator, and the buffers hold plaintext.
void BearSslEngine::destroy() {
    release_verifier();
    Block own(own_.memory());
    own.swap(own_);
    this->~BearSslEngine();
    wipe(own.bytes());
}

void BearSslEngine::release_verifier() {
    if (verifier_ == nullptr) return;
    br_ssl_engine_set_x509(&engine_, nullptr);
    std::exchange(verifier_, nullptr)->~BearSslVerifier();
    verifier_block_.release();
}

void BearSslEngine::configure() {
    br_ssl_client_zero(&client_);
    br_ssl_engine_context* const engine = &client_.eng;
    br_ssl_engine_set_versions(engine, BR_TLS12, BR_TLS12);
    const std::span<const std::uint16_t> suites = suites_for_this_cpu();
    br_ssl_engine_set_suites(engine, suites.data(), suites.size());
    br_ssl_engine_set_hash(engine, br_sha256_ID, &br_sha256_vtable);
    br_ssl_engine_set_hash(engine, br_sha384_ID, &br_sha384_vtable);
    br_ssl_engine_set_hash(engine, br_sha512_ID, &br_sha512_vtable);
    br_ssl_engine_set_prf_sha256(engine, &br_tls12_sha256_prf);
    br_ssl_engine_set_prf_sha384(engine, &br_tls12_sha384_prf);
    br_ssl_engine_set_default_aes_gcm(engine);
    br_ssl_engine_set_default_chapol(engine);
    br_ssl_engine_set_default_rsavrfy(engine);
    br_ssl_engine_set_default_ecdsa(engine);
    br_ssl_engine_set_default_ec(engine);
    br_ssl_engine_add_flags(engine, BR_OPT_NO_RENEGOTIATION);
    // BearSSL's type is not const, but it only reads.
    br_ssl_engine_set_protocol_names(engine, const_cast<const char**>(alpn_names),
                                     std::size(alpn_names));
    br_ssl_engine_set_x509(engine, verifier_->x509());
    br_ssl_client_set_client_certificate(&client_, &client_certificate_.vtable);
    br_ssl_engine_set_buffers_bidi(engine, input_.data(), input_.size(), output_.data(),
                                   output_.size());
}

bool BearSslEngine::begin(const TlsRequest& request) {
    configure();
    std::array<std::uint8_t, seed_size> seed;
    if (!request.entropy->fill(seed)) {
        fail(Cause::no_entropy);
        return false;
    }
    br_ssl_engine_inject_entropy(&engine_, seed.data(), seed.size());
    wipe(seed);
    if (br_ssl_client_reset(&client_, host_.server_name(), 0) != 0) return true;
    failure_.native = br_ssl_engine_last_error(&engine_);
    fail(Cause::tls_internal);
    return false;
}

// ---- state -----------------------------------------------------------------------------------

void BearSslEngine::failed(unsigned error) {
    if (failure_.cause != Cause::none) return;  // already reported by the verifier
    if (error >= BR_ERR_RECV_FATAL_ALERT && error < BR_ERR_SEND_FATAL_ALERT) {
        return fail_by_alert(
            static_cast<std::uint8_t>(error - BR_ERR_RECV_FATAL_ALERT),
            {.client_certificate_requested = client_certificate_.is_asked_for,
             .version_cause = Cause::tls_only_13,
             .has_server_name = host_.server_name() != nullptr,
             .hint = "; linnet-openssl also offers TLS 1.3, Ed25519 and RSASSA-PSS"});
    }
    fail(has_received_tls() ? cause_of_bearssl(error) : Cause::tls_not_tls);
}

// ---- the context -----------------------------------------------------------------------------

class BearSslContext final : public TlsContext {
 public:
    TlsEngine* engine(const TlsRequest& request, TlsFailure& why) const override {
        return BearSslEngine::create(request, why);
    }
};

constexpr BearSslContext bearssl_context;

}  // namespace

const TlsContext* default_tls_context() {
    return &bearssl_context;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
