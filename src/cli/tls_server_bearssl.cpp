// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "base/wipe.hpp"
#include "cli/server_identity.hpp"
#include "cli/tls_server.hpp"
#include "linnet/system_clock.hpp"
#include "linnet/system_entropy.hpp"
#include "tls/bearssl/cause.hpp"
#include "tls/bearssl/stream.hpp"

namespace linnet::cli {
namespace {

class ServerEngine final : public BearSslStream {
 public:
    explicit ServerEngine(const ServerIdentity& identity);
    bool begin(Entropy& entropy);
    void destroy() override { delete this; }

 private:
    ~ServerEngine() {
        wipe({reinterpret_cast<std::uint8_t*>(&server_), sizeof server_});
        wipe(input_);
        wipe(output_);
    }

    void opened() override {}
    void failed(unsigned error) override { fail(cause_of_bearssl(error)); }

    br_x509_certificate certificate_;
    br_ssl_server_context server_;
    std::array<std::uint8_t, BR_SSL_BUFSIZE_INPUT> input_;
    std::array<std::uint8_t, BR_SSL_BUFSIZE_OUTPUT> output_;
};

ServerEngine::ServerEngine(const ServerIdentity& identity) : BearSslStream(server_.eng) {
    const std::string& der = identity.certificate();
    // BearSSL's types are not const, but it only reads.
    certificate_.data =
        const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(der.data()));
    certificate_.data_len = der.size();
    br_ssl_server_init_full_ec(&server_, &certificate_, 1, BR_KEYTYPE_EC, &identity.key());
    br_ssl_engine_set_versions(&engine_, BR_TLS12, BR_TLS12);
    br_ssl_engine_add_flags(&engine_, BR_OPT_NO_RENEGOTIATION);
    br_ssl_engine_set_buffers_bidi(&engine_, input_.data(), input_.size(), output_.data(),
                                   output_.size());
}

bool ServerEngine::begin(Entropy& entropy) {
    std::array<std::uint8_t, 48> seed;
    if (!entropy.fill(seed)) return false;
    br_ssl_engine_inject_entropy(&engine_, seed.data(), seed.size());
    wipe(seed);
    return br_ssl_server_reset(&server_) != 0;
}

class BearSslServer final : public TlsServer {
 public:
    bool make(Entropy& entropy, std::int64_t unix_s) { return identity_.make(entropy, unix_s); }
    const std::string& certificate() const override { return identity_.certificate(); }
    TlsEngine* engine(const TlsRequest& request, TlsFailure& why) const override {
        auto* const engine = new ServerEngine(identity_);
        if (engine->begin(*request.entropy)) return engine;
        why.cause = Cause::no_entropy;
        engine->destroy();
        return nullptr;
    }

 private:
    ServerIdentity identity_;
};

}  // namespace

std::unique_ptr<TlsServer> make_tls_server() {
    SystemEntropy entropy;
    SystemClock clock;
    return make_tls_server(entropy, clock.unix_s());
}

std::unique_ptr<TlsServer> make_tls_server(Entropy& entropy, std::int64_t unix_s) {
    auto server = std::make_unique<BearSslServer>();
    if (!server->make(entropy, unix_s)) return nullptr;
    return server;
}

}  // namespace linnet::cli
