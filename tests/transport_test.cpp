// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A socket with and without an engine on top, call by call. Whole conversations over TLS are in
// conversation_over_tls_test.
#include "net/transport.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <string>

#include "testkit/exact.hpp"

namespace linnet::test {
namespace {

using Outcome = IoResult::Outcome;

// One socket: its scripted results, and the data it received.
class Socket final : public Network {
 public:
    static constexpr SocketHandle handle = 7;

    Opened connect(const SocketAddress&) override { return {}; }
    ConnectResult connect_status(SocketHandle) override { return {}; }
    IoResult receive(SocketHandle, MutableBytes buffer) override {
        EXPECT_FALSE(buffer.empty());
        EXPECT_TRUE(is_open);
        ++receive_count;
        if (incoming.empty()) return end;
        const std::size_t size = std::min(incoming.front().size(), buffer.size());
        std::copy_n(incoming.front().begin(), size, buffer.begin());
        incoming.front().erase(0, size);
        if (incoming.front().empty()) incoming.pop_front();
        return {Outcome::moved, size, 0};
    }
    IoResult send(SocketHandle, std::span<const Bytes> pieces) override {
        EXPECT_TRUE(is_open);
        EXPECT_FALSE(is_shut_down) << "data is sent after the end";
        if (send_error != 0) return {Outcome::failed, 0, send_error};
        std::size_t taken = 0;
        for (const Bytes piece : pieces) {
            const std::size_t size = std::min(piece.size(), window);
            sent += text_of(piece.first(size));
            window -= size;
            taken += size;
        }
        return taken == 0 ? IoResult{} : IoResult{Outcome::moved, taken, 0};
    }
    void shutdown_send(SocketHandle) override { is_shut_down = true; }
    void close(SocketHandle) override { is_open = false; }
    bool set_no_delay(SocketHandle, bool) override { return true; }
    void wait(std::span<const WaitItem>, std::uint64_t) override {}

    std::deque<std::string> incoming;  // each in one receive
    IoResult end;                      // after them: initially nothing more yet
    std::string sent;
    std::size_t window = SIZE_MAX;
    int send_error = 0;
    int receive_count = 0;
    bool is_open = true;
    bool is_shut_down = false;
};

// An engine whose records are letters: capitals are plaintext, "." ends the handshake, "!" is
// close_notify, "?" is invalid, everything else is a record without plaintext.
class Letters final : public TlsEngine {
 public:
    TlsState state() const override { return now; }
    const TlsFailure& failure() const override { return why; }
    std::size_t feed(Bytes ciphertext) override {
        if (!plain.empty() || now == TlsState::closed || now == TlsState::failed) return 0;
        const char letter = text_of(ciphertext)[0];
        if (letter >= 'A' && letter <= 'Z' && now != TlsState::closing) plain = letter;
        if (letter == '.') now = TlsState::open;
        if (letter == '!') now = TlsState::closed;
        if (letter == '?') break_down(Cause::tls_bad_record);
        return 1;
    }
    Bytes outgoing() override { return bytes_of(out); }
    void outgoing_sent(std::size_t size) override { out.erase(0, size); }
    MutableBytes plaintext() override {
        return {reinterpret_cast<std::uint8_t*>(plain.data()), plain.size()};
    }
    void plaintext_taken(std::size_t size) override { plain.erase(0, size); }
    MutableBytes send_buffer() override {
        return out.empty() && now == TlsState::open ? MutableBytes(composed) : MutableBytes{};
    }
    void encrypt(std::size_t size) override { out = text_of(Bytes(composed).first(size)); }
    void close() override {
        EXPECT_EQ(now, TlsState::open);
        now = TlsState::closing;
        out += "!";
    }
    void end_of_stream() override {
        EXPECT_TRUE(plain.empty());
        if (now == TlsState::closing) {
            now = TlsState::closed;
        } else {
            break_down(Cause::tls_truncated);
        }
    }
    void destroy() override { is_destroyed = true; }

    void break_down(Cause cause) {
        now = TlsState::failed;
        why.cause = cause;
    }

    TlsState now = TlsState::handshaking;
    TlsFailure why;
    std::string plain;
    std::string out = "hello ";
    std::array<std::uint8_t, 4> composed{};
    bool is_destroyed = false;
};

class GivenEngine final : public TlsContext {
 public:
    explicit GivenEngine(TlsEngine* engine) : engine_(engine) {}
    TlsEngine* engine(const TlsRequest&, TlsFailure& why) const override {
        if (engine_ == nullptr) why.cause = Cause::url_host;
        return engine_;
    }

 private:
    TlsEngine* engine_;
};

struct Fixture {
    Fixture() { transport.open(Socket::handle); }
    // With an engine on top that has finished its handshake.
    void secure() {
        begin();
        socket.incoming.push_front(".");
        EXPECT_EQ(transport.secure().status, Outcome::moved);
        socket.sent.clear();
    }
    void begin() { EXPECT_TRUE(transport.begin_tls(GivenEngine(&engine), {})); }
    IoResult receive(std::string& got, std::size_t size = 100) {
        ExactBytes buffer(size);
        const IoResult result = transport.receive(buffer.buffer());
        if (result.status == Outcome::moved) got += text_of(buffer.bytes().first(result.size));
        return result;
    }
    IoResult send(std::initializer_list<std::string_view> texts) {
        std::vector<Bytes> pieces;
        for (const std::string_view text : texts) pieces.push_back(bytes_of(text));
        return transport.send(pieces);
    }

    Socket socket;
    Letters engine;
    TlsFailure failure;
    Transport transport{socket, nullptr, failure};
};

TEST(Transport, without_tls_is_the_socket) {
    Fixture plain;
    plain.socket.incoming = {"abc"};
    std::string got;
    EXPECT_EQ(plain.receive(got).status, Outcome::moved);
    EXPECT_EQ(got, "abc");
    EXPECT_EQ(plain.send({"de", "f"}).size, 3u);
    EXPECT_EQ(plain.socket.sent, "def");
    EXPECT_FALSE(plain.transport.has_unsent());
    EXPECT_FALSE(plain.transport.has_staged());
    plain.transport.shutdown_send();
    EXPECT_TRUE(plain.socket.is_shut_down);
    plain.transport.close();
    EXPECT_FALSE(plain.socket.is_open);
}

TEST(Transport, reports_why_it_has_no_engine) {
    Fixture tls;
    EXPECT_FALSE(tls.transport.begin_tls(GivenEngine(nullptr), {}));
    EXPECT_EQ(tls.failure.cause, Cause::url_host);
}

TEST(Transport, sends_its_hello_before_it_receives) {
    Fixture tls;
    tls.begin();
    EXPECT_EQ(tls.transport.secure().status, Outcome::would_block);
    EXPECT_EQ(tls.socket.sent, "hello ");
    EXPECT_EQ(tls.transport.secure().status, Outcome::would_block) << "nothing was received";
    tls.socket.incoming = {"xy."};
    EXPECT_EQ(tls.transport.secure().status, Outcome::moved);
}

TEST(Transport, keeps_data_received_after_the_handshake) {
    Fixture tls;
    tls.begin();
    tls.socket.incoming = {"x.AB"};
    EXPECT_EQ(tls.transport.secure().status, Outcome::moved);
    EXPECT_TRUE(tls.transport.has_staged());
    std::string got;
    EXPECT_EQ(tls.receive(got).status, Outcome::moved);
    EXPECT_EQ(got, "AB");
    EXPECT_FALSE(tls.transport.has_staged());
}

TEST(Transport, fails_if_the_server_ends_the_handshake) {
    for (const bool breaks : {false, true}) {
        Fixture tls;
        tls.begin();
        if (breaks) tls.socket.incoming = {"?."};
        tls.socket.end = {Outcome::end, 0, 0};
        EXPECT_EQ(tls.transport.secure().status, Outcome::failed);
        EXPECT_EQ(tls.failure.cause, breaks ? Cause::tls_bad_record : Cause::tls_truncated);
    }
    Fixture reset;
    reset.begin();
    reset.socket.end = {Outcome::failed, 0, ECONNRESET};
    EXPECT_EQ(reset.transport.secure().os_error, ECONNRESET);
    EXPECT_EQ(reset.failure.cause, Cause::none);
}

TEST(Transport, gathers_many_records_of_one_receive) {
    Fixture tls;
    tls.secure();
    tls.socket.incoming = {"AxBxCD"};
    std::string got;
    EXPECT_EQ(tls.receive(got).size, 4u);
    EXPECT_EQ(got, "ABCD");
    EXPECT_EQ(tls.receive(got).status, Outcome::would_block);
}

TEST(Transport, reports_pending_data_if_the_buffer_was_too_small) {
    Fixture tls;
    tls.secure();
    tls.socket.incoming = {"ABC"};
    std::string got;
    for (const char* expected : {"A", "AB"}) {
        EXPECT_EQ(tls.receive(got, 1).status, Outcome::moved);
        EXPECT_EQ(got, expected);
        EXPECT_TRUE(tls.transport.has_staged());
    }
    const int receive_count = tls.socket.receive_count;
    EXPECT_EQ(tls.receive(got, 1).status, Outcome::moved);
    EXPECT_EQ(got, "ABC");
    EXPECT_FALSE(tls.transport.has_staged());
    EXPECT_EQ(tls.socket.receive_count, receive_count) << "no need to ask the socket";
}

// Case 32: an end without close_notify
TEST(Transport, delivers_received_data_before_the_end) {
    struct Row {
        std::deque<std::string> incoming;
        IoResult end;
        Outcome status;
        Cause cause;
    };
    const Row rows[] = {
        {{"A!"}, {}, Outcome::end, Cause::none},
        {{"A!BC"}, {}, Outcome::end, Cause::none},
        {{"A?B"}, {}, Outcome::failed, Cause::tls_bad_record},
        {{"A"}, {Outcome::end, 0, 0}, Outcome::failed, Cause::tls_truncated},
        {{"A", "x"}, {Outcome::failed, 0, ECONNRESET}, Outcome::failed, Cause::none},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.incoming[0]);
        Fixture tls;
        tls.secure();
        tls.socket.incoming = row.incoming;
        tls.socket.end = row.end;
        std::string got;
        EXPECT_EQ(tls.receive(got).status, Outcome::moved);
        EXPECT_EQ(got, "A");
        const IoResult result = tls.receive(got);
        EXPECT_EQ(result.status, row.status);
        EXPECT_EQ(result.os_error, row.end.os_error);
        EXPECT_EQ(tls.failure.cause, row.cause);
        EXPECT_EQ(tls.receive(got).status, row.status) << "and again";
        EXPECT_EQ(got, "A");
    }
}

// Case 44: records without plaintext, for ever
TEST(Transport, limits_the_records_without_data_per_poll) {
    Fixture tls;
    tls.secure();
    for (int i = 0; i < 1000; ++i) tls.socket.incoming.push_back("x");
    std::string got;
    EXPECT_EQ(tls.receive(got).status, Outcome::would_block);
    EXPECT_LT(tls.socket.receive_count, 100);
    tls.socket.incoming = {"A"};
    EXPECT_EQ(tls.receive(got).status, Outcome::moved);
}

// Case 34: TLS that accepts less than requested
TEST(Transport, accepts_one_record_at_a_time) {
    Fixture tls;
    tls.secure();
    EXPECT_EQ(tls.send({"ab", "cde"}).size, 4u) << "the space of the engine";
    EXPECT_EQ(tls.socket.sent, "abcd");
    EXPECT_EQ(tls.send({"e"}).size, 1u);
    EXPECT_EQ(tls.socket.sent, "abcde");
}

// Case 34, 45: a socket that accepts less than TLS has
TEST(Transport, remembers_what_the_socket_did_not_accept) {
    Fixture tls;
    tls.secure();
    tls.socket.window = 1;
    EXPECT_EQ(tls.send({"abc"}).size, 3u) << "data in the engine counts as sent";
    EXPECT_TRUE(tls.transport.has_unsent());
    EXPECT_EQ(tls.send({"d"}).status, Outcome::would_block);
    tls.socket.window = 1;
    EXPECT_TRUE(tls.transport.flush());
    EXPECT_TRUE(tls.transport.has_unsent());
    tls.socket.window = 10;
    std::string got;
    EXPECT_EQ(tls.receive(got).status, Outcome::would_block);
    EXPECT_EQ(tls.socket.sent, "abc") << "receiving sends first";
    EXPECT_FALSE(tls.transport.has_unsent());
}

TEST(Transport, still_receives_when_nothing_can_be_sent) {
    Fixture tls;
    tls.secure();
    tls.socket.send_error = EPIPE;
    EXPECT_EQ(tls.send({"a"}).status, Outcome::moved) << "the engine has it";
    EXPECT_FALSE(tls.transport.flush());
    const IoResult failed = tls.send({"b"});
    EXPECT_EQ(failed.status, Outcome::failed);
    EXPECT_EQ(failed.os_error, EPIPE);
    EXPECT_TRUE(tls.transport.has_unsent()) << "it was not sent";
    EXPECT_FALSE(tls.transport.is_blocked()) << "nothing to wait for";
    tls.socket.incoming = {"A!"};
    std::string got;
    EXPECT_EQ(tls.receive(got).status, Outcome::moved);
    EXPECT_EQ(tls.receive(got).status, Outcome::end);
    EXPECT_EQ(got, "A");
}

TEST(Transport, sends_close_notify_and_then_its_end) {
    Fixture tls;
    tls.secure();
    tls.socket.window = 0;
    EXPECT_EQ(tls.send({"a"}).size, 1u);
    tls.transport.shutdown_send();
    EXPECT_TRUE(tls.transport.has_unsent());
    EXPECT_FALSE(tls.socket.is_shut_down) << "not before everything is sent";
    tls.transport.shutdown_send();
    tls.socket.window = 10;
    std::string got;
    tls.socket.incoming = {"AB!"};
    EXPECT_EQ(tls.receive(got).status, Outcome::end) << "later input is dropped";
    EXPECT_EQ(tls.socket.sent, "a!");
    EXPECT_TRUE(tls.socket.is_shut_down);
    EXPECT_EQ(got, "");
}

TEST(Transport, accepts_the_end_of_the_stream_as_a_reply_to_close_notify) {
    Fixture tls;
    tls.secure();
    tls.transport.shutdown_send();
    tls.socket.end = {Outcome::end, 0, 0};
    std::string got;
    EXPECT_EQ(tls.receive(got).status, Outcome::end);
    EXPECT_EQ(tls.failure.cause, Cause::none);
}

TEST(Transport, can_still_send_when_the_stream_was_cut_off) {
    Fixture tls;
    tls.secure();
    tls.socket.end = {Outcome::end, 0, 0};
    std::string got;
    EXPECT_EQ(tls.receive(got).status, Outcome::failed);
    EXPECT_EQ(tls.failure.cause, Cause::tls_truncated);
    EXPECT_EQ(tls.send({"bye"}).size, 3u);
    tls.transport.shutdown_send();
    EXPECT_EQ(tls.socket.sent, "bye!");
    EXPECT_TRUE(tls.socket.is_shut_down);
}

TEST(Transport, shuts_down_if_tls_has_failed) {
    Fixture tls;
    tls.secure();
    tls.socket.incoming = {"?"};
    std::string got;
    EXPECT_EQ(tls.receive(got).status, Outcome::failed);
    EXPECT_EQ(tls.send({"a"}).status, Outcome::failed);
    tls.transport.shutdown_send();
    EXPECT_TRUE(tls.socket.is_shut_down);
}

TEST(Transport, frees_everything_at_the_end) {
    Fixture tls;
    tls.secure();
    tls.socket.incoming = {"ABC"};
    std::string got;
    EXPECT_EQ(tls.receive(got, 1).status, Outcome::moved);
    tls.transport.close();
    EXPECT_TRUE(tls.engine.is_destroyed);
    EXPECT_FALSE(tls.socket.is_open);
    EXPECT_FALSE(tls.transport.has_staged());
    EXPECT_FALSE(tls.transport.is_open());
}

}  // namespace
}  // namespace linnet::test
