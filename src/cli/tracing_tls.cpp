// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/tracing_tls.hpp"

namespace linnet::cli {

class TracingTls::Engine final : public TlsEngine {
 public:
    Engine(TlsEngine& engine, PlaintextSink& sink) : engine_(engine), sink_(sink) {}

    TlsState state() const override { return engine_.state(); }
    const TlsFailure& failure() const override { return engine_.failure(); }
    std::size_t feed(Bytes ciphertext) override { return engine_.feed(ciphertext); }
    Bytes outgoing() override { return engine_.outgoing(); }
    void outgoing_sent(std::size_t size) override { engine_.outgoing_sent(size); }
    MutableBytes plaintext() override { return engine_.plaintext(); }
    void plaintext_taken(std::size_t size) override {
        sink_.received(engine_.plaintext().first(size));
        engine_.plaintext_taken(size);
    }
    MutableBytes send_buffer() override { return engine_.send_buffer(); }
    void encrypt(std::size_t size) override {
        sink_.sent(engine_.send_buffer().first(size));
        engine_.encrypt(size);
    }
    void close() override { engine_.close(); }
    void end_of_stream() override { engine_.end_of_stream(); }
    void destroy() override {
        engine_.destroy();
        delete this;
    }

 private:
    ~Engine() = default;

    TlsEngine& engine_;
    PlaintextSink& sink_;
};

TlsEngine* TracingTls::engine(const TlsRequest& request, TlsFailure& why) const {
    TlsEngine* const engine = context_.engine(request, why);
    if (engine == nullptr) return nullptr;
    sink_.tls_begins();
    return new Engine(*engine, sink_);
}

}  // namespace linnet::cli
