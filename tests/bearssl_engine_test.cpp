// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// BearSSL's engine against servers in memory: whole sessions, sessions cut and damaged at every
// offset, and their cost.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "linnet/system_clock.hpp"
#include "testkit/exact.hpp"
#include "testkit/random.hpp"
#include "testkit/tls_peer.hpp"
#include "testkit/tls_rows.hpp"
#include "testkit/world.hpp"
#include "tls/bearssl/no_client_certificate.hpp"
#include "tls/default_context.hpp"
#ifdef LINNET_TEST_OPENSSL
#include "tls/openssl/verifier.hpp"
#endif

namespace linnet::test {
namespace {

constexpr std::size_t whole = SIZE_MAX;
constexpr std::size_t staging_size = 16 * 1024;

// ---- a session -------------------------------------------------------------------------------

struct SessionKind {
    std::string_view name;
    std::string_view chain;  // empty: BearSSL as the server, pinned
};

constexpr SessionKind session_kinds[] = {
    {"own_server", ""},
#ifdef LINNET_TEST_OPENSSL
    {"ecdsa_p256", "good"},
    {"rsa_2048", "good_rsa"},
    {"ecdsa_p384", "ec_p384"},
#endif
};
constexpr SessionKind own_server = session_kinds[0];

void PrintTo(const SessionKind& kind, std::ostream* out) {
    *out << kind.name;
}

std::unique_ptr<TlsPeer> make_peer(const SessionKind& kind) {
    if (!kind.chain.empty()) return make_openssl_peer(kind.chain);
    return std::make_unique<OwnTlsPeer>();
}

// The client's end, and the link between both.
class TlsTalk {
 public:
    explicit TlsTalk(const SessionKind& kind = own_server)
        : server(make_peer(kind)), trust_({.roots = kind.chain.empty() ? "" : "root"}) {
        TlsTrust trust = trust_.trust();
        if (kind.chain.empty()) {
            EXPECT_EQ(pin_.load_from_memory(bytes_of(OwnTlsPeer::server().certificate())),
                      Error::ok);
            trust.certificate = &pin_;
        }
        begin(trust, kind.chain.empty() ? "localhost" : "good.test");
    }
    TlsTalk(const TlsTalk&) = delete;
    TlsTalk& operator=(const TlsTalk&) = delete;
    ~TlsTalk() { end(); }

    void end() {
        if (client != nullptr) std::exchange(client, nullptr)->destroy();
    }

    /// Runs until nothing moves any more.
    void run() {
        while (step()) expect_sound();
        expect_sound();
    }
    /// Sends `text` in pieces of the size the window offers.
    void send(std::string_view text) {
        while (!text.empty()) {
            const MutableBytes buffer = client->send_buffer();
            const std::size_t size = std::min(buffer.size(), text.size());
            std::copy_n(text.begin(), size, buffer.begin());
            client->encrypt(size);
            text.remove_prefix(size);
            if (size == 0 && !step()) {
                ADD_FAILURE() << " there is never space for " << text.size() << " bytes more";
                return;
            }
        }
    }
    bool is_open() const { return client->state() == TlsState::open; }
    Cause cause() const { return client->failure().cause; }

    Faults faults;
    CountingMemory memory{faults};
    RandomEntropy entropy;
    std::unique_ptr<TlsPeer> server;
    TlsEngine* client = nullptr;
    TlsFailure why;              // if there is no client
    std::string received;        // by the client
    std::string to_client;       // in transit
    std::size_t arrived = 0;     // bytes of the server's stream
    std::size_t cut = whole;     // no more of it arrives
    std::size_t piece = whole;   // at most this many bytes at a time
    std::size_t damage = whole;  // the byte of it that is changed
    std::size_t sent_size = 0;   // by the client
    bool reads = true;           // the client takes its plaintext

 private:
    void begin(const TlsTrust& trust, std::string_view host) {
        const std::string temporary(host);
        client = default_tls_context()->engine({.host = temporary,
                                                .trust = trust,
                                                .unix_s = SystemClock().unix_s(),
                                                .entropy = &entropy,
                                                .memory = &memory},
                                               why);
    }

    bool step() {
        bool moved = send_to_server();
        const std::string out = server->take_outgoing();
        moved |= !out.empty();
        to_client += out;
        moved |= read();
        return feed_client() || moved;
    }

    bool send_to_server() {
        bool moved = false;
        for (Bytes out; !(out = client->outgoing()).empty(); moved = true) {
            const std::size_t size = std::min(out.size(), piece);
            const std::string sent(text_of(out.first(size)));
            client->outgoing_sent(size);
            sent_size += size;
            server->feed(sent);
        }
        return moved;
    }

    bool feed_client() {
        const std::size_t left = arrived < cut ? cut - arrived : 0;
        const std::size_t size = std::min({to_client.size(), left, piece});
        if (size == 0) return false;
        std::string bytes = to_client.substr(0, size);
        if (damage - arrived < size) bytes[damage - arrived] ^= 0x41;
        const ExactBytes exact(bytes);
        const std::size_t fed = client->feed(exact.bytes());
        EXPECT_LE(fed, size);
        to_client.erase(0, fed);
        arrived += fed;
        return fed > 0;
    }

    bool read() {
        if (!reads) return false;
        const MutableBytes got = client->plaintext();
        if (got.empty()) return false;
        received += text_of(got);
        client->plaintext_taken(got.size());
        return true;
    }

    // Invariants: state and cause agree, no state goes backwards, an end is final.
    void expect_sound() {
        const TlsState state = client->state();
        EXPECT_EQ(state == TlsState::failed, cause() != Cause::none);
        EXPECT_GE(state, last_state_) << "a state went backwards";
        EXPECT_TRUE(last_cause_ == Cause::none || cause() == last_cause_) << "the cause changed";
        last_state_ = state;
        last_cause_ = cause();
    }

    LoadedTrust trust_;
    X509Certificate pin_;
    TlsState last_state_ = TlsState::handshaking;
    Cause last_cause_ = Cause::none;
};

// ---- whole sessions --------------------------------------------------------------------------

class BearSslSession : public testing::TestWithParam<SessionKind> {};

INSTANTIATE_TEST_SUITE_P(Servers, BearSslSession, testing::ValuesIn(session_kinds),
                         [](const auto& row) { return std::string(row.param.name); });

void expect_talk(TlsTalk& talk, std::size_t size) {
    Random random(size);
    const std::string ours = random.bytes(size), theirs = random.bytes(size);
    talk.received.clear();
    talk.server->received.clear();
    talk.send(ours);
    talk.server->send(theirs);
    talk.run();
    EXPECT_TRUE(talk.server->received == ours) << size;
    EXPECT_TRUE(talk.received == theirs) << size;
}

TEST_P(BearSslSession, carries_data_of_every_size_both_ways) {
    TlsTalk talk(GetParam());
    talk.run();
    ASSERT_TRUE(talk.is_open()) << text(talk.cause());
    for (std::size_t size = 0; size < 70; ++size) expect_talk(talk, size);
    for (const std::size_t size : {1000u, 4096u, 16383u, 16384u, 16385u, 32768u, 100'000u}) {
        expect_talk(talk, size);
    }
    talk.client->close();
    talk.run();
    EXPECT_TRUE(talk.server->was_closed);
    EXPECT_EQ(talk.client->state(), TlsState::closed);
}

TEST_P(BearSslSession, works_for_every_cut_of_the_bytes) {
    for (const std::size_t piece : {1u, 2u, 3u, 5u, 7u, 100u, 1460u}) {
        TlsTalk talk(GetParam());
        talk.piece = piece;
        talk.run();
        ASSERT_TRUE(talk.is_open()) << piece << text(talk.cause());
        expect_talk(talk, 1000);
        talk.server->close();
        talk.run();
        EXPECT_EQ(talk.client->state(), TlsState::closed) << piece;
        EXPECT_TRUE(talk.server->was_closed) << "close_notify gets a reply";
    }
}

// The server sends first, directly after its Finished.
TEST_P(BearSslSession, receives_data_that_arrives_with_the_end_of_the_handshake) {
    TlsTalk talk(GetParam());
    talk.server->send("hello");
    talk.run();
    EXPECT_TRUE(talk.is_open());
    EXPECT_EQ(talk.received, "hello");
}

TEST_P(BearSslSession, receives_data_that_arrives_with_close_notify) {
    TlsTalk talk(GetParam());
    talk.run();
    talk.server->send("hello");
    talk.to_client = talk.server->take_outgoing();
    talk.server->close();
    talk.to_client += talk.server->take_outgoing();
    talk.run();
    EXPECT_EQ(talk.client->state(), TlsState::closed);
    EXPECT_EQ(talk.received, "hello");
}

// ---- closing ---------------------------------------------------------------------------------

TEST_P(BearSslSession, closes_with_plaintext_unread) {
    TlsTalk talk(GetParam());
    talk.run();
    talk.reads = false;
    talk.server->send(std::string(40'000, 'x'));
    talk.run();
    ASSERT_FALSE(talk.client->plaintext().empty());
    talk.client->close();
    EXPECT_TRUE(talk.client->plaintext().empty()) << "pending data is dropped";
    talk.run();
    EXPECT_TRUE(talk.server->was_closed);
    EXPECT_EQ(talk.client->state(), TlsState::closed) << "later input is accepted";
}

TEST(BearSslEngine, sends_composed_data_before_close_notify) {
    TlsTalk talk;
    talk.run();
    talk.send("the last words");
    talk.client->close();
    EXPECT_EQ(talk.client->state(), TlsState::closing);
    EXPECT_TRUE(talk.client->send_buffer().empty());
    talk.run();
    EXPECT_EQ(talk.server->received, "the last words");
    EXPECT_TRUE(talk.server->was_closed);
    EXPECT_EQ(talk.client->state(), TlsState::closed);
}

// The side that closes first need not wait for the reply.
TEST(BearSslEngine, accepts_the_end_of_the_stream_as_a_reply_to_its_close_notify) {
    TlsTalk talk;
    talk.run();
    talk.cut = talk.arrived;
    talk.client->close();
    talk.run();
    EXPECT_EQ(talk.client->state(), TlsState::closing);
    talk.client->end_of_stream();
    EXPECT_EQ(talk.client->state(), TlsState::closed);
    EXPECT_EQ(talk.cause(), Cause::none);
}

TEST(BearSslEngine, does_nothing_after_it_has_ended) {
    TlsTalk talk;
    talk.run();
    talk.server->close();
    talk.run();
    ASSERT_EQ(talk.client->state(), TlsState::closed);
    EXPECT_EQ(talk.client->feed(bytes_of("anything")), 0u);
    EXPECT_TRUE(talk.client->send_buffer().empty());
    EXPECT_TRUE(talk.client->outgoing().empty());
    talk.client->end_of_stream();
    EXPECT_EQ(talk.client->state(), TlsState::closed) << "the end is reported as usual";
}

// ---- cut and damaged streams -----------------------------------------------------------------

// The session of the next two tests.
void run_short_session(TlsTalk& talk) {
    talk.server->send("hello");
    talk.run();
    if (!talk.server->is_open()) return;
    talk.server->close();
    talk.run();
}

// Case 32: an end without close_notify
TEST(BearSslEngine, reports_the_end_of_the_stream_at_every_offset) {
    bool is_whole = false;
    int handshake_count = 0, data_count = 0;
    for (std::size_t cut = 0; !is_whole; ++cut) {
        SCOPED_TRACE(cut);
        TlsTalk talk;
        talk.cut = cut;
        run_short_session(talk);
        const bool was_open = talk.is_open();
        is_whole = talk.client->state() == TlsState::closed;
        talk.client->end_of_stream();
        if (is_whole) break;
        ASSERT_EQ(talk.cause(), was_open ? Cause::tls_truncated : Cause::tls_closed);
        ASSERT_TRUE(talk.received.empty() || talk.received == "hello") << "not part of a record";
        ++(was_open ? data_count : handshake_count);
        // An end is reported once and is final.
        talk.client->end_of_stream();
        EXPECT_EQ(talk.client->feed(bytes_of(talk.to_client)), 0u);
        EXPECT_TRUE(talk.client->outgoing().empty());
        EXPECT_EQ(talk.client->state(), TlsState::failed);
    }
    EXPECT_GT(handshake_count, 500);
    EXPECT_GT(data_count, 50);
    std::cout << "cut at " << handshake_count << " offsets of the handshake and " << data_count
              << " after it\n";
}

// Every damaged byte of the server's handshake and of the data is detected.
// Case 33: damaged records
TEST(BearSslEngine, detects_every_damaged_byte) {
    std::size_t size = 0;
    for (std::size_t damage = 0; damage <= size; ++damage) {
        SCOPED_TRACE(damage);
        TlsTalk talk;
        talk.damage = damage == 0 ? whole : damage - 1;
        run_short_session(talk);
        if (damage == 0) {
            ASSERT_EQ(talk.client->state(), TlsState::closed);
            size = talk.arrived;
            continue;
        }
        // Signatures vary in size, so this stream may be shorter.
        if (damage > talk.arrived) continue;
        // After a damaged length, the engine may wait for ever for the rest.
        talk.client->end_of_stream();
        ASSERT_EQ(talk.client->state(), TlsState::failed);
        ASSERT_NE(talk.cause(), Cause::tls_internal);
    }
    EXPECT_GT(size, 600u);
}

// Case 33, 35: records too large, servers that support only TLS 1.3
TEST(BearSslEngine, distinguishes_other_protocols_from_invalid_tls) {
    struct Row {
        std::string_view bytes;
        Cause cause;
    };
    using namespace std::string_view_literals;
    constexpr Row rows[] = {
        {"HTTP/1.1 400 Bad Request\r\n"sv, Cause::tls_not_tls},
        {"SSH-2.0-OpenSSH\r\n"sv, Cause::tls_not_tls},
        {"\0\0\0\0\0\0"sv, Cause::tls_not_tls},
        {"\x80\x2E\x01\x03\x03"sv, Cause::tls_not_tls},
        {"\x15\x03\x03\0\x02\x02\x28"sv, Cause::tls_nothing_in_common},
        {"\x15\x03\x03\0\x02\x02\x2A"sv, Cause::tls_alert},
        {"\x15\x03\x03\0\x02\x02\x46"sv, Cause::tls_only_13},
        {"\x15\x03\x03\0\x02\x02\x47"sv, Cause::tls_nothing_in_common},
        {"\x15\x03\x03\0\x02\x02\x70"sv, Cause::tls_alert},
        {"\x15\x03\x03\0\x02\x01\0"sv, Cause::tls_closed},
        {"\x17\x03\x03\0\x05hello"sv, Cause::tls_protocol_error},
        {"\x16\x03\x03\x60\0x"sv, Cause::tls_bad_record},
        {"\x16\x03\x03\0\x05hello"sv, Cause::tls_protocol_error},
        {"\x16\x05\x00\0\x05hello"sv, Cause::tls_only_old},
    };
    for (const Row& row : rows) {
        TlsTalk talk;
        const ExactBytes exact(row.bytes);
        Bytes rest = exact.bytes();
        talk.client->outgoing_sent(talk.client->outgoing().size());
        for (std::size_t fed; (fed = talk.client->feed(rest)) > 0;) rest = rest.subspan(fed);
        for (Bytes out; !(out = talk.client->outgoing()).empty();) {
            talk.client->outgoing_sent(out.size());
        }
        EXPECT_EQ(talk.cause(), row.cause) << shown(row.bytes);
    }
}

// ---- client certificates ---------------------------------------------------------------------

// BearSSL passes uninitialised bytes of its stack there.
// Case 58: a server that requests a client certificate, and does not require it
TEST(BearSslEngine, chooses_no_client_certificate_for_any_content_of_the_memory_for_the_choice) {
    for (const int garbage : {0xFF, 0xAA, 0x01, 0x00}) {
        NoClientCertificate none{&no_client_certificate, false};
        none.vtable->start_name_list(&none.vtable);
        EXPECT_TRUE(none.is_asked_for);
        br_ssl_client_certificate choices;
        std::memset(&choices, garbage, sizeof choices);
        none.vtable->choose(&none.vtable, nullptr, 0, &choices);
        EXPECT_EQ(choices.auth_type, 0) << garbage;
        EXPECT_EQ(choices.hash_id, 0) << garbage << ": 0xFF is static ECDH, a call of null";
        EXPECT_EQ(choices.chain, nullptr) << garbage;
        EXPECT_EQ(choices.chain_len, 0u) << garbage;
    }
}

// ---- signatures ------------------------------------------------------------------------------

#ifdef LINNET_TEST_OPENSSL

// The certificates are consistent, but the trusted root has that name and another key.
TEST(BearSslEngine, refuses_a_chain_that_another_root_of_the_same_name_would_have_signed) {
    std::string root = authority_der("root");
    const CertificateFacts facts = [&] {
        X509Certificate loaded;
        EXPECT_EQ(loaded.load_from_memory(bytes_of(root)), Error::ok);
        return loaded.facts(0);
    }();
    EXPECT_TRUE(facts.is_ca);
    const std::string other = authority_der("other_root");
    X509Certificate loaded;
    ASSERT_EQ(loaded.load_from_memory(bytes_of(other)), Error::ok);
    const std::string other_key(text_of(loaded.facts(0).public_key));
    ASSERT_EQ(loaded.load_from_memory(bytes_of(root)), Error::ok);
    const std::string root_key(text_of(loaded.facts(1).public_key));
    ASSERT_EQ(root_key.size(), other_key.size());
    root.replace(root.find(root_key), root_key.size(), other_key);
    X509Certificate impostor;
    ASSERT_EQ(impostor.load_from_memory(bytes_of(root)), Error::ok);

    OpenSslPeer server("good");
    RandomEntropy entropy;
    TlsFailure why;
    TlsEngine* const client = default_tls_context()->engine({.host = "good.test",
                                                             .trust = {.ca_bundle = &impostor},
                                                             .unix_s = SystemClock().unix_s(),
                                                             .entropy = &entropy},
                                                            why);
    ASSERT_NE(client, nullptr);
    server.feed(text_of(client->outgoing()));
    client->outgoing_sent(client->outgoing().size());
    const std::string reply = server.take_outgoing();
    client->feed(bytes_of(reply));
    EXPECT_EQ(client->failure().cause, Cause::tls_issuer_unknown);
    EXPECT_EQ(client->failure().detail(),
              "the trusted root \"CN=root,O=linnet\" has not signed \"CN=intermediate,O=linnet\"");
    client->destroy();
}

// Case 33: renegotiation
TEST(BearSslEngine, refuses_renegotiation_and_reports_the_reaction_of_the_server) {
    TlsTalk talk(session_kinds[1]);
    talk.run();
    ASSERT_TRUE(talk.is_open());
    static_cast<OpenSslPeer&>(*talk.server).renegotiate();
    talk.to_client = talk.server->take_outgoing();
    const std::size_t sent_size = talk.sent_size;
    ASSERT_EQ(talk.client->feed(bytes_of(talk.to_client)), talk.to_client.size());
    talk.to_client.clear();
    EXPECT_TRUE(talk.is_open());
    // One alert, and no second ClientHello.
    EXPECT_LT(talk.client->outgoing().size(), 64u);
    talk.run();
    EXPECT_LT(talk.sent_size - sent_size, 64u);
    EXPECT_EQ(talk.cause(), Cause::tls_alert);
    EXPECT_EQ(talk.client->failure().alert, 40);
    EXPECT_EQ(
        talk.client->failure().detail(),
        "alert 40 handshake_failure; the server asked for renegotiation, which is not supported");
}

// ---- the certificates as OpenSSL received them -------------------------------------------------

std::string vector_of(std::size_t length_size, std::string_view content) {
    std::string length(length_size, '\0');
    for (std::size_t i = 0; i < length_size; ++i) {
        length[length_size - 1 - i] = static_cast<char>(content.size() >> (8 * i));
    }
    return length.append(content);
}

// The handshake message Certificate, RFC 5246 7.4.2 and RFC 8446 4.4.2.
std::string certificate_message(const std::vector<std::string>& ders, bool is_tls_1_3) {
    std::string list;
    for (const std::string& der : ders) {
        list += vector_of(3, der) + (is_tls_1_3 ? vector_of(2, "any extensions") : "");
    }
    const std::string context = is_tls_1_3 ? vector_of(1, "") : "";
    return "\x0B" + vector_of(3, context + vector_of(3, list));
}

class LastSeen final : public CertificateListener {
 public:
    void server_certificates(std::span<const Bytes> certificates) override {
        for (const Bytes der : certificates) ders.emplace_back(text_of(der));
    }
    std::vector<std::string> ders;
};

TEST(OpenSslVerifier, checks_the_bytes_that_the_server_sent) {
    const std::vector<std::string> good = chain_ders("good");
    // The same certificate with a length that is longer than necessary, which DER forbids.
    std::vector<std::string> padded = good;
    ASSERT_EQ(padded[0][1], '\x82');
    padded[0].replace(1, 1, std::string("\x83\0", 2));
    struct Row {
        std::vector<std::string> ders;
        Cause cause;
    };
    const Row rows[] = {{good, Cause::none},
                        {padded, Cause::tls_certificate_malformed},
                        {{}, Cause::tls_certificate_missing},
                        {std::vector(17, good[0]), Cause::tls_chain_too_large}};
    const LoadedTrust trust({});
    for (const Row& row : rows) {
        for (const bool is_tls_1_3 : {false, true}) {
            LastSeen seen;
            TlsFailure why;
            const TlsRequest request{.host = "good.test",
                                     .trust = trust.trust(),
                                     .unix_s = SystemClock().unix_s(),
                                     .listener = &seen};
            const ExactBytes message(certificate_message(row.ders, is_tls_1_3));
            verify_with_openssl(request, message.bytes(), is_tls_1_3, why);
            EXPECT_EQ(why.cause, row.cause) << text(why.cause);
            EXPECT_EQ(seen.ders, row.ders.size() < 17 ? row.ders : std::vector<std::string>{});
        }
    }
    for (std::size_t size = 0; size < 64; ++size) {
        const ExactBytes message(certificate_message(good, true).substr(0, size));
        TlsFailure why;
        EXPECT_FALSE(verify_with_openssl({.host = "good.test"}, message.bytes(), true, why));
    }
}

// ---- secrets ----------------------------------------------------------------------------------

// Looks for secrets in the blocks that are returned to it.
class SearchedMemory final : public Memory {
 public:
    void* allocate(std::size_t size) override { return std::malloc(size); }
    void deallocate(void* block, std::size_t size) override {
        const std::string_view content(static_cast<const char*>(block), size);
        for (const std::string& secret : secrets) {
            if (content.find(secret) != content.npos) ++found;
        }
        std::free(block);
    }
    std::vector<std::string> secrets;
    int found = 0;
};

class KnownEntropy final : public Entropy {
 public:
    bool fill(MutableBytes out) override {
        for (std::size_t i = 0; i < out.size(); ++i) {
            out[i] = static_cast<std::uint8_t>(31 * i + 7);
        }
        seed.assign(text_of(out));
        return true;
    }
    std::string seed;
};

TEST(BearSslEngine, returns_no_secret_with_its_memory) {
    SearchedMemory memory;
    KnownEntropy entropy;
    OpenSslPeer server("good");
    const LoadedTrust trust({});
    TlsFailure why;
    TlsEngine* const client = default_tls_context()->engine({.host = "good.test",
                                                             .trust = trust.trust(),
                                                             .unix_s = SystemClock().unix_s(),
                                                             .entropy = &entropy,
                                                             .memory = &memory},
                                                            why);
    ASSERT_NE(client, nullptr);
    while (client->state() == TlsState::handshaking) {
        server.feed(text_of(client->outgoing()));
        client->outgoing_sent(client->outgoing().size());
        const std::string reply = server.take_outgoing();
        ASSERT_EQ(client->feed(bytes_of(reply)), reply.size());
    }
    ASSERT_EQ(client->state(), TlsState::open) << text(client->failure().cause);
    ASSERT_EQ(server.master_secret().size(), 48u);
    memory.secrets = {entropy.seed, server.master_secret(), "a secret message"};
    server.send("a secret message");
    const std::string record = server.take_outgoing();
    ASSERT_EQ(client->feed(bytes_of(record)), record.size());
    ASSERT_EQ(text_of(client->plaintext()), "a secret message");
    client->destroy();
    EXPECT_EQ(memory.found, 0);
}

#endif

// ---- resources --------------------------------------------------------------------------------

TEST(BearSslEngine, frees_the_verifier_when_the_handshake_ends) {
    TlsTalk talk;
    EXPECT_EQ(talk.memory.allocation_count, 2);
    const std::size_t during = talk.memory.used;
    talk.run();
    ASSERT_TRUE(talk.is_open());
    const std::size_t idle = talk.memory.used;
    expect_talk(talk, 100'000);
    EXPECT_EQ(talk.memory.allocation_count, 3) << "one more to check the chain";
    EXPECT_EQ(talk.memory.used, idle);
    std::cout << "memory of an engine: " << during << " bytes during the handshake, " << idle
              << " when idle\n";
    constexpr std::size_t rest = 4 * 1024;
    EXPECT_LE(idle + staging_size + rest, 60u * 1024);
    talk.end();
    EXPECT_EQ(talk.memory.used, 0u);
}

TEST(BearSslEngine, frees_everything_wherever_it_is_ended) {
    for (std::size_t cut = 0; cut < 1200; cut += 100) {
        TlsTalk talk;
        talk.cut = cut;
        talk.run();
        talk.end();
        EXPECT_EQ(talk.memory.used, 0u) << cut;
    }
}

struct Poor {
    Faults faults;
    CountingMemory memory{faults};
    RandomEntropy entropy;
    TlsFailure why;

    TlsEngine* engine(std::string_view host = "good.test") {
        return default_tls_context()->engine(
            {.host = host, .unix_s = 1, .entropy = &entropy, .memory = &memory}, why);
    }
};

// Case 38: no memory for TLS
TEST(BearSslEngine, reports_exhausted_memory) {
    for (int n = 0; n < 2; ++n) {
        Poor poor;
        poor.faults.fail_at = n;
        EXPECT_EQ(poor.engine(), nullptr) << n;
        EXPECT_EQ(poor.why.cause, Cause::out_of_memory) << n;
        EXPECT_EQ(poor.memory.used, 0u) << n;
    }
}

TEST(BearSslEngine, sends_nothing_without_entropy) {
    Poor poor;
    poor.entropy.exhausted = true;
    EXPECT_EQ(poor.engine(), nullptr);
    EXPECT_EQ(poor.why.cause, Cause::no_entropy);
    EXPECT_EQ(poor.memory.used, 0u);
}

TEST(BearSslEngine, requires_a_host_with_a_name) {
    for (const std::size_t size : {0u, 256u, 5000u}) {
        Poor poor;
        EXPECT_EQ(poor.engine(std::string(size, 'x')), nullptr) << size;
        EXPECT_EQ(poor.why.cause, Cause::url_host) << size;
    }
    for (const std::size_t size : {1u, 254u, 255u}) {
        Poor poor;
        TlsEngine* const engine = poor.engine(std::string(size, 'x'));
        ASSERT_NE(engine, nullptr) << size;
        EXPECT_NE(text_of(engine->outgoing()).find(std::string(size, 'x')), std::string_view::npos);
        engine->destroy();
    }
}

// RFC 6066 3: SNI contains a name without its final dot, and never an address.
// Case 30: an IP address in SNI
TEST(BearSslEngine, sends_only_dns_names_as_sni) {
    struct Row {
        std::string_view host, sni, absent;
    };
    constexpr Row rows[] = {
        {"good.test", "good.test", "good.test."},
        {"good.test.", "good.test", "good.test."},
        {"127.0.0.1", "", "127.0.0.1"},
        {"::1", "", "::1"},
    };
    for (const Row& row : rows) {
        Poor poor;
        TlsEngine* const engine = poor.engine(row.host);
        ASSERT_NE(engine, nullptr);
        const std::string_view hello = text_of(engine->outgoing());
        EXPECT_NE(hello.find(row.sni), hello.npos) << row.host;
        EXPECT_EQ(hello.find(row.absent), hello.npos) << row.host;
        EXPECT_NE(hello.find("http/1.1"), hello.npos) << "ALPN";
        engine->destroy();
    }
}

}  // namespace
}  // namespace linnet::test
