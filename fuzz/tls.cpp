// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The TLS engine of a client. Input: the peer (a server, whose stream is modified in transit; or
// the input itself), what is trusted, what is exhausted; how the streams are cut; what both sides
// send and which one closes; how and at which offsets the server's stream is modified; then the
// bytes inserted into it.
//
// Checks: the engine opens with the parameters the server intended or not at all, and ends with
// exactly one cause; the received data is a prefix of the data sent by the server, and the server
// receives what the client sent; without modification all of it arrives; states never go backwards,
// the windows match tls.hpp; everything ends; an open connection uses less than 40 KiB, and at the
// end all memory is freed.
#include <algorithm>

#include "chain_opinion.hpp"
#include "cli/tls_server.hpp"
#include "tls/bearssl/bearssl.hpp"
#include "tls/default_context.hpp"

// BearSSL also takes randomness from the system, which would make each run different.
extern "C" br_prng_seeder br_prng_seeder_system(const char** name) {
    if (name != nullptr) *name = "none";
    return [](const br_prng_class**) { return 1; };
}

namespace linnet::fuzz {
namespace {

constexpr std::int64_t now_s = 1'795'392'000;  // 2026-11-23
constexpr std::size_t step_count_max = 300'000;
constexpr std::size_t sent_max = 20'000;  // per side
constexpr std::size_t piece_count_max = 200;
constexpr std::size_t open_size_max = 40 * 1024;

// ---- the way from the server -----------------------------------------------------------------

enum class Change : std::uint8_t { flip, remove, repeat, insert, cut_off };

struct Mutation {
    Change change;
    std::size_t size;
    std::uint8_t value;
};

/// The modified stream that the client receives.
class Wire {
 public:
    Wire(FuzzInput mutations, Bytes strange) : strange_(strange) {
        while (!mutations.is_empty()) {
            const std::size_t offset = mutations.number16();
            const auto change = static_cast<Change>(mutations.between(0, 4));
            const std::size_t size = 1u + mutations.byte();
            mutations_.emplace_back(offset, Mutation{change, size, mutations.byte()});
        }
    }

    void send(Bytes sent) {
        for (const std::uint8_t byte : sent) send(byte);
    }
    void send_as_it_is(Bytes sent) { add(sent); }
    void end() { has_ended_ = true; }
    bool has_ended() const { return has_ended_; }
    /// True if nothing has been changed so far.
    bool is_true() const { return is_true_; }

    Bytes arrived() const { return bytes_of(content_).subspan(taken_); }
    void take(std::size_t size) { taken_ += size; }

 private:
    void send(std::uint8_t byte) {
        sent_ += static_cast<char>(byte);
        bool is_kept = true;
        for (const auto& [offset, mutation] : mutations_) {
            if (offset != offset_) continue;
            if (mutation.change == Change::remove) removed_ = mutation.size;
            if (mutation.change == Change::flip) byte ^= mutation.value;
            if (mutation.change == Change::insert) add(strange_.first(stranger(mutation)));
            if (mutation.change == Change::cut_off) has_ended_ = true;
            if (mutation.change == Change::repeat) repeat(mutation.size);
            is_true_ = false;
        }
        if (removed_ > 0) {
            --removed_;
            is_kept = false;
        }
        if (is_kept) add({&byte, 1});
        ++offset_;
    }
    std::size_t stranger(const Mutation& mutation) const {
        return std::min(mutation.size, strange_.size());
    }
    // Repeats the bytes sent last.
    void repeat(std::size_t size) {
        const std::string again = sent_.substr(sent_.size() - std::min(size, sent_.size()));
        add(bytes_of(again));
    }
    void add(Bytes bytes) {
        if (!has_ended_) content_ += text_of(bytes);
    }

    std::vector<std::pair<std::size_t, Mutation>> mutations_;
    Bytes strange_;
    std::size_t offset_ = 0;
    std::size_t removed_ = 0;
    std::string sent_;
    std::string content_;
    std::size_t taken_ = 0;
    bool has_ended_ = false;
    bool is_true_ = true;
};

// ---- scenario ---------------------------------------------------------------------------------

/// The server is the same in every run.
const cli::TlsServer& server() {
    static FuzzEntropy entropy;
    static const std::unique_ptr<cli::TlsServer> made = cli::make_tls_server(entropy, now_s);
    require(made != nullptr, "there is a server");
    return *made;
}

const X509Certificate& server_certificate() {
    static X509Certificate certificate;
    static const Error error = certificate.load_from_memory(bytes_of(server().certificate()));
    require(error == Error::ok, "the loaded file has a certificate");
    return certificate;
}

class Listener final : public CertificateListener {
 public:
    void server_certificates(std::span<const Bytes> certificates) override {
        ++call_count;
        is_servers = certificates.size() == 1 &&
                     text_of(certificates[0]) == std::string_view(server().certificate());
    }

    std::size_t call_count = 0;
    bool is_servers = false;
};

/// The trusted certificates: the first four are valid, the others cause this end.
constexpr Cause endings[] = {Cause::none,
                             Cause::none,
                             Cause::none,
                             Cause::none,
                             Cause::tls_pin_mismatch,
                             Cause::tls_trust_empty,
                             Cause::tls_issuer_unknown,
                             Cause::tls_host_mismatch};

class Asked {
 public:
    Asked(FuzzInput& input, Listener& listener) {
        const std::size_t kind = input.between(0, 7);
        ending_ = endings[kind];
        switch (kind) {
            case 0: trust_.certificate = &server_certificate(); break;
            case 1: trust_.ca_bundle = &server_certificate(); break;
            case 3: pins_[0] = server_certificate().facts(0).key_sha256; [[fallthrough]];
            case 4: trust_.key_pins = pins_; [[fallthrough]];
            case 2:
                trust_.verify = false;
                trust_.ca_bundle = &unrelated_;
                break;
            case 5: trust_.certificate = &unrelated_; break;
            case 6: trust_.ca_bundle = &unrelated_; break;
            default: trust_.certificate = &server_certificate(); host_ = "other.test";
        }
        allocations_ = input.byte();
        memory.allocations_left = allocations_ == 0 ? SIZE_MAX : allocations_ - 1u;
        fills_ = input.byte();
        entropy_.fills_left = fills_ == 0 ? SIZE_MAX : fills_ - 1u;
        request = {.host = host_,
                   .trust = trust_,
                   .unix_s = now_s,
                   .entropy = &entropy_,
                   .memory = &memory,
                   .listener = &listener};
    }
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;

    bool is_good() const { return ending_ == Cause::none; }
    bool is_memory_limited() const { return allocations_ > 0; }
    /// The expected cause if a server is refused without modification.
    Cause ending() const { return ending_; }
    void check_refusal(Cause cause) const {
        require((cause == Cause::out_of_memory && allocations_ > 0) ||
                    (cause == Cause::no_entropy && fills_ > 0),
                "without an engine memory or entropy were short");
    }

    FuzzMemory memory;
    TlsRequest request;

 private:
    FuzzEntropy entropy_;
    X509Certificate unrelated_;
    TlsTrust trust_;
    std::array<Sha256Digest, 1> pins_{};
    std::string_view host_ = "localhost";
    Cause ending_ = Cause::none;
    std::uint8_t allocations_ = 0;
    std::uint8_t fills_ = 0;
};

// ---- the checked engine -----------------------------------------------------------------------

/// Checks each call against the contract in tls.hpp.
class Watched {
 public:
    Watched(TlsEngine& engine, const FuzzMemory& memory) : engine_(engine), memory_(memory) {
        check();
    }

    TlsState state() const { return engine_.state(); }
    bool is_over() const { return state() == TlsState::closed || state() == TlsState::failed; }
    bool has_opened() const { return has_opened_; }
    Cause cause() const { return cause_; }

    std::size_t feed(Bytes piece) {
        const std::size_t fed = engine_.feed(piece);
        require(fed <= piece.size(), "no more bytes are fed than available");
        const bool waits = !engine_.outgoing().empty() || !engine_.plaintext().empty();
        require(fed == piece.size() || waits || is_over(), "unfed input is blocked by something");
        check();
        return fed;
    }
    Bytes outgoing() { return engine_.outgoing(); }
    void outgoing_sent(std::size_t size) {
        engine_.outgoing_sent(size);
        check();
    }
    Bytes plaintext() { return engine_.plaintext(); }
    void plaintext_taken(std::size_t size) {
        engine_.plaintext_taken(size);
        check();
    }
    std::size_t encrypt(Bytes bytes_to_send) {
        const MutableBytes buffer = engine_.send_buffer();
        require(buffer.empty() || state() == TlsState::open,
                "there is buffer space while it is open");
        const std::size_t size = std::min(buffer.size(), bytes_to_send.size());
        std::copy_n(bytes_to_send.begin(), size, buffer.begin());
        engine_.encrypt(size);
        check();
        return size;
    }
    void close() {
        engine_.close();
        require(state() >= TlsState::closing, "a client that closes is closing");
        require(state() != TlsState::closing || engine_.plaintext().empty(),
                "nothing is received after the end");
        check();
    }
    void end_of_stream() {
        engine_.end_of_stream();
        require(is_over(), "the end of the stream is final");
        check();
    }

    void check_end() {
        require(is_over(), "it has ended");
        require(engine_.feed(Bytes(some_byte)) == 0, "nothing more is accepted");
        require(engine_.send_buffer().empty(), "an ended engine has no window");
        const Cause cause = engine_.failure().cause;
        engine_.end_of_stream();
        require(engine_.failure().cause == cause, "an end is final");
    }

 private:
    static constexpr std::uint8_t some_byte[] = {22};

    void check() {
        const TlsState now = state();
        require(now >= last_, "a state never goes backwards");
        require(last_ != TlsState::closed || now == last_, "the end is final");
        last_ = now;
        has_opened_ = has_opened_ || now == TlsState::open;
        require(now != TlsState::open || memory_.used <= open_size_max, "it uses little memory");

        const TlsFailure& why = engine_.failure();
        require((now == TlsState::failed) == (why.cause != Cause::none), "a failure has a cause");
        require(cause_ == Cause::none || why.cause == cause_, "the cause does not change");
        cause_ = why.cause;
        if (cause_ == Cause::none) return;
        const bool is_of_tls =
            cause_ >= Cause::tls_trust_empty && cause_ <= Cause::tls_signature_wrong;
        require(is_of_tls || cause_ == Cause::out_of_memory, "a cause of TLS");
        require(cause_ != Cause::tls_internal && cause_ != Cause::tls_timed_out,
                "the peer is known");
        require(is_harmless(why.detail()), "the detail is printable");
    }

    TlsEngine& engine_;
    const FuzzMemory& memory_;
    TlsState last_ = TlsState::handshaking;
    Cause cause_ = Cause::none;
    bool has_opened_ = false;
};

// ---- the conversation ------------------------------------------------------------------------

enum class Closing : std::uint8_t { by_server, by_client, by_both, cut };

/// The texts sent by both sides.
struct Plan {
    Cuts to_client, to_server;
    std::size_t client_text_size, server_text_size, piece;
    Closing closing;
    std::size_t abandoned_after;  // steps

    explicit Plan(FuzzInput& input)
        : to_client(input),
          to_server(input),
          client_text_size(size_of(input.byte())),
          server_text_size(size_of(input.byte())),
          piece(size_of(input.byte()) + 1),
          closing(static_cast<Closing>(input.between(0, 3))),
          abandoned_after(0) {
        client_text_size = std::min(client_text_size, piece * piece_count_max);
        server_text_size = std::min(server_text_size, piece * piece_count_max);
        const std::size_t steps = input.byte();
        abandoned_after = steps == 0 ? SIZE_MAX : steps - 1;
    }

 private:
    static std::size_t size_of(std::size_t byte) {
        return std::min(byte < 128 ? byte : byte * byte, sent_max);
    }
};

// The same two texts in every run.
std::string text_by(std::uint64_t who, std::size_t size) {
    Numbers numbers(who);
    std::string text(size, '\0');
    for (char& c : text) c = static_cast<char>(numbers.next());
    return text;
}

class Conversation {
 public:
    Conversation(TlsEngine& client, TlsEngine* server, const FuzzMemory& memory, Plan plan,
                 Wire& wire)
        : client_(client, memory),
          server_(server),
          plan_(plan),
          wire_(wire),
          client_text_(text_by(1, plan.client_text_size)),
          server_text_(text_by(2, plan.server_text_size)) {}

    /// False: abandoned midway.
    bool run() {
        for (std::size_t step = 0; step != plan_.abandoned_after; ++step) {
            require(step < step_count_max, "the conversation ends");
            // All of them, in turn.
            const int moved = client_sends() + server_acts() + client_receives() + client_reads() +
                              client_writes() + client_closes();
            if (moved > 0) continue;
            if (client_.is_over()) return true;
            wire_.end();
            if (wire_.arrived().empty()) client_.end_of_stream();
        }
        return false;
    }

    Watched& client() { return client_; }
    bool is_all_received() const { return client_received_ == server_text_.size(); }
    bool is_all_sent() const { return client_sent_ == client_text_.size(); }

 private:
    bool client_sends() {
        const Bytes out = client_.outgoing();
        if (out.empty()) return false;
        const ExactCopy piece(out.first(plan_.to_server.next(out.size())));
        std::size_t taken = piece.bytes().size();
        // A server that has failed does not read any more.
        if (server_ != nullptr && server_->state() < TlsState::closed) {
            taken = server_->feed(piece.bytes());
        }
        client_.outgoing_sent(taken);
        return taken > 0;
    }

    bool server_acts() {
        if (server_ == nullptr) return false;
        const bool received = server_receives();
        if (const MutableBytes buffer = server_->send_buffer(); !buffer.empty()) {
            const Bytes text = bytes_of(server_text_).subspan(server_sent_);
            const std::size_t size = std::min({buffer.size(), text.size(), plan_.piece});
            std::copy_n(text.begin(), size, buffer.begin());
            server_->encrypt(size);
            server_sent_ += size;
            const bool closes =
                plan_.closing == Closing::by_server || plan_.closing == Closing::by_both;
            if (closes && size == 0 && server_->outgoing().empty() &&
                server_received_ == client_text_.size()) {
                server_->close();
            }
        }
        const Bytes out = server_->outgoing();
        if (out.empty()) return received;
        wire_.send(out);
        server_->outgoing_sent(out.size());
        return true;
    }

    bool server_receives() {
        const Bytes received = server_->plaintext();
        if (received.empty()) return false;
        require(text_of(received) ==
                    std::string_view(client_text_).substr(server_received_, received.size()),
                "the server receives what the client sent");
        server_received_ += received.size();
        server_->plaintext_taken(received.size());
        return true;
    }

    bool client_receives() {
        const Bytes arrived = wire_.arrived();
        if (arrived.empty() || client_.is_over()) return false;
        const ExactCopy piece(arrived.first(plan_.to_client.next(arrived.size())));
        const std::size_t fed = client_.feed(piece.bytes());
        wire_.take(fed);
        return fed > 0;
    }

    bool client_reads() {
        const Bytes received = client_.plaintext();
        if (received.empty()) return false;
        require(client_.has_opened(), "nothing is received before it is open");
        require(text_of(received) ==
                    std::string_view(server_text_).substr(client_received_, received.size()),
                "the client receives what the server sent");
        const std::size_t size = std::min(received.size(), plan_.piece);
        client_received_ += size;
        client_.plaintext_taken(size);
        return true;
    }

    bool client_writes() {
        const Bytes text = bytes_of(client_text_).subspan(client_sent_);
        const std::size_t size = client_.encrypt(text.first(std::min(text.size(), plan_.piece)));
        client_sent_ += size;
        return size > 0;
    }

    bool client_closes() {
        if (plan_.closing != Closing::by_client && plan_.closing != Closing::by_both) return false;
        if (client_.state() != TlsState::open || !is_all_sent() || !is_all_received()) return false;
        client_.close();
        return true;
    }

    Watched client_;
    TlsEngine* server_;
    Plan plan_;
    Wire& wire_;
    std::string client_text_, server_text_;
    std::size_t client_sent_ = 0, client_received_ = 0;
    std::size_t server_sent_ = 0, server_received_ = 0;
};

void check_outcome(Conversation& conversation, const Asked& asked, const Wire& wire, bool is_server,
                   const Plan& plan, const Listener& listener) {
    Watched& client = conversation.client();
    client.check_end();
    require(listener.call_count <= 1, "the verifier sees the certificates once");
    require(is_server || !client.has_opened(), "only a server opens it");
    require(!client.has_opened() || listener.call_count == 1, "a pin needs a certificate");
    require(!client.has_opened() || asked.is_good(), "the root is trusted");
    require(!client.has_opened() || listener.is_servers, "the leaf is the server's");
    if (!is_server || !wire.is_true()) return;
    if (client.cause() == Cause::out_of_memory) {
        return require(asked.is_memory_limited(), "memory was exhausted");
    }
    require(client.has_opened() == asked.is_good(),
            "without modification it opens if the certificates are valid");
    if (!asked.is_good()) {
        require(client.cause() == asked.ending(), "or it ends with the expected cause");
        return;
    }
    require(conversation.is_all_sent() && conversation.is_all_received(), "everything is sent");
    require((client.state() == TlsState::closed) == (plan.closing != Closing::cut),
            "the end is a good one, unless it is cut off");
}

void run_target(FuzzInput input) {
    const bool is_server = !input.flag();
    Listener listener;
    Asked asked(input, listener);
    const Plan plan(input);
    Wire wire(input.take_part(), input.rest());
    if (!is_server) wire.send_as_it_is(input.rest());

    TlsFailure why;
    TlsEngine* const client = default_tls_context()->engine(asked.request, why);
    if (client == nullptr) return asked.check_refusal(why.cause);
    FuzzEntropy entropy;
    std::array<std::uint8_t, 1> byte;
    require(entropy.fill(byte), "the keys of server and client differ");
    TlsEngine* const other =
        is_server ? server().engine({.host = {}, .trust = {}, .entropy = &entropy}, why) : nullptr;
    {
        Conversation conversation(*client, other, asked.memory, plan, wire);
        if (conversation.run()) {
            check_outcome(conversation, asked, wire, is_server, plan, listener);
        }
    }
    client->destroy();
    if (other != nullptr) other->destroy();
}

}  // namespace
}  // namespace linnet::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    linnet::fuzz::run_target(linnet::fuzz::FuzzInput(data, size));
    return 0;
}
