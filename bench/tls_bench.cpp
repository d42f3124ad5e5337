// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// TLS: the engine of a client with a server in memory. Only the client is timed, in CPU time; the
// server encrypts and decrypts between the measurements.
#include "tls_bench.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

#include "bench.hpp"
#include "cli/tls_server.hpp"
#include "linnet/system_clock.hpp"
#include "linnet/system_entropy.hpp"
#include "tls/bearssl/bearssl.hpp"
#include "tls/default_context.hpp"

namespace linnet::bench {
namespace {

constexpr std::size_t record_sizes[] = {128, 16 * 1024};
constexpr std::size_t batch_size = 256 * 1024;

class Stopwatch {
 public:
    void go() { begin_ = now(); }
    void stop() { seconds_ += now() - begin_; }
    /// Returns the time and restarts it.
    double seconds() { return std::exchange(seconds_, 0); }

 private:
    static double now() {
        timespec time;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
    }
    double begin_ = 0;
    double seconds_ = 0;
};

// ---- both ends -------------------------------------------------------------------------------

const cli::TlsServer& server() {
    static const std::unique_ptr<cli::TlsServer> made = cli::make_tls_server();
    return *made;
}

const X509Certificate& pinned() {
    static X509Certificate certificate;
    static const Error error = certificate.load_from_memory(bytes_of(server().certificate()));
    benchmark::DoNotOptimize(error);
    return certificate;
}

class Connection {
 public:
    /// Performs the handshake, timed by `watch`.
    Connection(const TlsContext& context, Stopwatch& watch) {
        TlsRequest request{.host = "localhost", .trust = {}, .entropy = &entropy_};
        request.trust.certificate = &pinned();
        request.unix_s = clock_.unix_s();
        server_ = server().engine(request, failure_);
        watch.go();
        client_ = context.engine(request, failure_);
        watch.stop();
        while (client_ != nullptr && client_->state() == TlsState::handshaking && step(watch)) {
        }
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() {
        if (client_ != nullptr) client_->destroy();
        if (server_ != nullptr) server_->destroy();
    }

    bool is_open() const { return client_ != nullptr && client_->state() == TlsState::open; }

    /// The server's output: `count` records.
    std::string server_sends(std::size_t record_size, std::size_t count) {
        std::string stream;
        for (std::size_t i = 0; i < count; ++i) {
            const MutableBytes buffer = server_->send_buffer();
            if (buffer.size() < record_size) break;
            std::fill_n(buffer.begin(), record_size, std::uint8_t{'x'});
            server_->encrypt(record_size);
            drain(*server_, stream);
        }
        return stream;
    }
    /// Decrypts it into `out`; returns the size.
    std::size_t client_receives(Bytes stream, std::uint8_t* out) {
        std::size_t size = 0;
        while (!stream.empty()) {
            const std::size_t fed = client_->feed(stream.first(std::min(stream.size(), read_max)));
            stream = stream.subspan(fed);
            const std::size_t before = size;
            for (MutableBytes got; !(got = client_->plaintext()).empty();) {
                std::memcpy(out + size, got.data(), got.size());
                size += got.size();
                client_->plaintext_taken(got.size());
            }
            if (fed == 0 && size == before) break;
        }
        return size;
    }
    /// Encrypts records of `text` into `out`; returns the size.
    std::size_t client_sends(Bytes text, std::size_t record_size, std::uint8_t* out) {
        std::size_t size = 0;
        while (!text.empty()) {
            const MutableBytes buffer = client_->send_buffer();
            if (buffer.size() < record_size) break;
            std::memcpy(buffer.data(), text.data(), record_size);
            client_->encrypt(record_size);
            text = text.subspan(record_size);
            for (Bytes sent; !(sent = client_->outgoing()).empty();) {
                std::memcpy(out + size, sent.data(), sent.size());
                size += sent.size();
                client_->outgoing_sent(sent.size());
            }
        }
        return size;
    }
    std::size_t server_receives(Bytes stream) {
        std::size_t size = 0;
        while (!stream.empty()) {
            const std::size_t fed = server_->feed(stream);
            if (fed == 0) break;
            stream = stream.subspan(fed);
            for (MutableBytes got; !(got = server_->plaintext()).empty();) {
                size += got.size();
                server_->plaintext_taken(got.size());
            }
        }
        return size;
    }

 private:
    static constexpr std::size_t read_max = Source::read_size_max;

    static void drain(TlsEngine& engine, std::string& stream) {
        for (Bytes out; !(out = engine.outgoing()).empty();) {
            stream += text_of(out);
            engine.outgoing_sent(out.size());
        }
    }
    static void feed_all(TlsEngine& engine, std::string_view stream) {
        for (std::size_t fed = 1; fed > 0 && !stream.empty(); stream.remove_prefix(fed)) {
            fed = engine.feed(bytes_of(stream));
        }
    }
    // False when nothing moves any more.
    bool step(Stopwatch& watch) {
        std::string out, in;
        watch.go();
        drain(*client_, out);
        watch.stop();
        feed_all(*server_, out);
        drain(*server_, in);
        watch.go();
        feed_all(*client_, in);
        watch.stop();
        return !out.empty() || !in.empty();
    }

    SystemEntropy entropy_;
    SystemClock clock_;
    TlsFailure failure_;
    TlsEngine* server_ = nullptr;
    TlsEngine* client_ = nullptr;
};

// ---- the loops -------------------------------------------------------------------------------

void count(benchmark::State& state, std::size_t items, std::size_t bytes) {
    const auto turns = static_cast<std::size_t>(state.iterations());
    state.SetItemsProcessed(static_cast<std::int64_t>(turns * items));
    if (bytes > 0) state.SetBytesProcessed(static_cast<std::int64_t>(turns * bytes));
}

void run_stream(benchmark::State& state, const TlsContext& context, std::size_t record_size,
                bool receives) {
    const std::size_t records = batch_size / record_size;
    Stopwatch watch;
    Connection connection(context, watch);
    watch.seconds();
    bool whole = connection.is_open();
    const std::string text(batch_size, 'x');
    std::vector<std::uint8_t> out(2 * batch_size);
    for ([[maybe_unused]] auto turn : state) {
        if (receives) {
            const std::string stream = connection.server_sends(record_size, records);
            watch.go();
            const std::size_t got = connection.client_receives(bytes_of(stream), out.data());
            watch.stop();
            whole = whole && got == text.size() && std::memcmp(out.data(), text.data(), got) == 0;
        } else {
            watch.go();
            const std::size_t size =
                connection.client_sends(bytes_of(text), record_size, out.data());
            watch.stop();
            whole = whole && connection.server_receives(Bytes(out).first(size)) == text.size();
        }
        state.SetIterationTime(watch.seconds());
    }
    count(state, records, batch_size);
    if (!whole) state.SkipWithError("not all of it has come through");
}

void run_copying(benchmark::State& state, std::size_t record_size) {
    Buffers buffers(batch_size);
    Stopwatch watch;
    for ([[maybe_unused]] auto turn : state) {
        watch.go();
        for (std::size_t at = 0; at < batch_size; at += record_size) {
            std::memcpy(buffers.to() + at, buffers.from() + at, record_size);
            benchmark::ClobberMemory();
        }
        watch.stop();
        state.SetIterationTime(watch.seconds());
    }
    count(state, batch_size / record_size, batch_size);
}

void run_handshake(benchmark::State& state, const TlsContext& context) {
    Stopwatch watch;
    bool opened = true;
    for ([[maybe_unused]] auto turn : state) {
        const Connection connection(context, watch);
        opened = opened && connection.is_open();
        state.SetIterationTime(watch.seconds());
    }
    count(state, 1, 0);
    if (!opened) state.SkipWithError("a handshake has failed");
}

// ---- the least of a handshake ----------------------------------------------------------------

// A key pair, the shared secret, the server's signature: by BearSSL, like linnet.
class Arithmetic {
 public:
    Arithmetic() {
        SystemEntropy entropy;
        std::array<std::uint8_t, 32> seed{};
        if (!entropy.fill(seed)) return;
        br_hmac_drbg_init(&random_, &br_sha256_vtable, seed.data(), seed.size());
        br_ec_keygen(&random_.vtable, curves_, &signer_, signer_bytes_, BR_EC_secp256r1);
        br_ec_compute_pub(curves_, &verifier_, verifier_bytes_, &signer_);
        signature_size_ = br_ecdsa_sign_asn1_get_default()(
            curves_, &br_sha256_vtable, digest_.data(), &signer_, signature_.data());
    }
    bool run() {
        br_ec_private_key key;
        br_ec_keygen(&random_.vtable, curves_, &key, key_bytes_, BR_EC_curve25519);
        br_ec_public_key shown;
        br_ec_compute_pub(curves_, &shown, shown_bytes_, &key);
        curves_->mul(shown.q, shown.qlen, key.x, key.xlen, BR_EC_curve25519);
        return br_ecdsa_vrfy_asn1_get_default()(curves_, digest_.data(), digest_.size(), &verifier_,
                                                signature_.data(), signature_size_) == 1;
    }

 private:
    const br_ec_impl* const curves_ = br_ec_get_default();
    br_hmac_drbg_context random_;
    br_ec_private_key signer_{};
    br_ec_public_key verifier_{};
    std::array<unsigned char, 32> digest_{0x5A};
    std::array<unsigned char, 80> signature_{};
    std::size_t signature_size_ = 0;
    unsigned char signer_bytes_[BR_EC_KBUF_PRIV_MAX_SIZE];
    unsigned char verifier_bytes_[BR_EC_KBUF_PUB_MAX_SIZE];
    unsigned char key_bytes_[BR_EC_KBUF_PRIV_MAX_SIZE];
    unsigned char shown_bytes_[BR_EC_KBUF_PUB_MAX_SIZE];
};

void run_arithmetic(benchmark::State& state) {
    Arithmetic arithmetic;
    Stopwatch watch;
    bool verified = true;
    for ([[maybe_unused]] auto turn : state) {
        watch.go();
        verified &= arithmetic.run();
        watch.stop();
        state.SetIterationTime(watch.seconds());
    }
    count(state, 1, 0);
    if (!verified) state.SkipWithError("a good signature was refused");
}

constexpr const char* handshake_case = "P-256, pinned";

const Entered entered([] {
    enter_tls("linnet", default_tls_context());
    enter_tls("memcpy", nullptr);
    add("TLS handshake", "arithmetic", handshake_case, run_arithmetic)->UseManualTime();
});

}  // namespace

void enter_tls(const char* contender, const TlsContext* context) {
    for (const bool receives : {true, false}) {
        for (const std::size_t size : record_sizes) {
            add(receives ? "TLS receive" : "TLS send", contender, size_name(size),
                [=](benchmark::State& state) {
                    context == nullptr ? run_copying(state, size)
                                       : run_stream(state, *context, size, receives);
                })
                ->UseManualTime();
        }
    }
    if (context == nullptr) return;
    add("TLS handshake", contender, handshake_case, [=](benchmark::State& state) {
        run_handshake(state, *context);
    })->UseManualTime();
}

}  // namespace linnet::bench
