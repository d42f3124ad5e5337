// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// No call of the library changes the program's errno, although every external call, to the OS or to
// the program's replacements, sets errno.
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "cli/tls_server.hpp"
#include "testkit/play.hpp"

namespace linnet::test {
namespace {

constexpr int of_program = EILSEQ;

// ---- an outside world in which every call leaves an errno ------------------------------------

struct Noise {
    ~Noise() { errno = EAGAIN; }
};

class NoisyClock final : public Clock {
 public:
    explicit NoisyClock(Clock& clock) : clock_(clock) {}
    std::uint64_t now_us() override {
        const Noise noise;
        return clock_.now_us();
    }
    std::int64_t unix_s() override {
        const Noise noise;
        return clock_.unix_s();
    }

 private:
    Clock& clock_;
};

class NoisyEntropy final : public Entropy {
 public:
    explicit NoisyEntropy(Entropy& entropy) : entropy_(entropy) {}
    bool fill(MutableBytes out) override {
        const Noise noise;
        return entropy_.fill(out);
    }

 private:
    Entropy& entropy_;
};

class NoisyResolver final : public Resolver {
 public:
    explicit NoisyResolver(Resolver& resolver) : resolver_(resolver) {}
    Request start(std::string_view host) override {
        const Noise noise;
        return resolver_.start(host);
    }
    Result take(Request request, std::span<SocketAddress> out) override {
        const Noise noise;
        return resolver_.take(request, out);
    }
    void cancel(Request request) override {
        const Noise noise;
        resolver_.cancel(request);
    }

 private:
    Resolver& resolver_;
};

class NoisyNetwork final : public Network {
 public:
    explicit NoisyNetwork(Network& network) : network_(network) {}
    Opened connect(const SocketAddress& address) override {
        const Noise noise;
        return network_.connect(address);
    }
    ConnectResult connect_status(SocketHandle socket) override {
        const Noise noise;
        return network_.connect_status(socket);
    }
    IoResult receive(SocketHandle socket, MutableBytes buffer) override {
        const Noise noise;
        return network_.receive(socket, buffer);
    }
    IoResult send(SocketHandle socket, std::span<const Bytes> pieces) override {
        const Noise noise;
        return network_.send(socket, pieces);
    }
    void shutdown_send(SocketHandle socket) override {
        const Noise noise;
        network_.shutdown_send(socket);
    }
    void close(SocketHandle socket) override {
        const Noise noise;
        network_.close(socket);
    }
    bool set_no_delay(SocketHandle socket, bool enabled) override {
        const Noise noise;
        return network_.set_no_delay(socket, enabled);
    }
    void wait(std::span<const WaitItem> items, std::uint64_t timeout_us) override {
        const Noise noise;
        network_.wait(items, timeout_us);
    }

 private:
    Network& network_;
};

class NoisyMemory final : public Memory {
 public:
    explicit NoisyMemory(Memory& memory) : memory_(memory) {}
    void* allocate(std::size_t size) override {
        const Noise noise;
        return memory_.allocate(size);
    }
    void deallocate(void* block, std::size_t size) override {
        const Noise noise;
        memory_.deallocate(block, size);
    }

 private:
    Memory& memory_;
};

class NoisyLog final : public Log {
 public:
    void write(LogLevel, std::string_view) override { const Noise noise; }
};

struct NoisyPlay {
    explicit NoisyPlay(bool gd_mp_api = false) {
        world.network.scripts = {
            {.steps = {AwaitRequest{}, Accept{}, Send{server_frame(Opcode::binary, "hello")},
                       AwaitClose{}, Send{server_close(1000)}, Fin{}}}};
        Options options;
        options.clock = &clock;
        options.entropy = &entropy;
        options.resolver = &resolver;
        options.network = &network;
        options.memory = &memory;
        options.log = &log;
        options.log_level = LogLevel::debug;
        client = std::make_unique<WebSocketClient>(options);
        for (int i = 0; i < 5; ++i) client->data_received.connect([] { errno = ENOTTY; });
        EXPECT_EQ(client->connect_to_url("ws://host.example/", {}, gd_mp_api), Error::ok);
    }
    void open() {
        for (int i = 0; i < 5; ++i) client->poll();
        ASSERT_TRUE(client->get_peer(1)->is_connected_to_host());
    }

    World world;
    NoisyClock clock{world.clock};
    NoisyEntropy entropy{world.entropy};
    NoisyResolver resolver{world.resolver};
    NoisyNetwork network{world.network};
    NoisyMemory memory{world.memory};
    NoisyLog log;
    std::unique_ptr<WebSocketClient> client;
};

// ---- every call ------------------------------------------------------------------------------

struct Row {
    const char* name;
    std::function<void(WebSocketClient&)> call;
};

void ignore(Error) {}

const Row rows[] = {
    {"poll", [](auto& client) { client.poll(); }},
    {"wait", [](auto& client) { client.wait(10); }},
    {"flush", [](auto& client) { client.flush(); }},
    {"ping", [](auto& client) { ignore(client.ping()); }},
    {"notify_resume", [](auto& client) { client.notify_resume(); }},
    {"wait_set",
     [](auto& client) {
         std::array<WaitItem, address_count_max> items;
         static_cast<void>(client.wait_set(items));
     }},
    {"next_deadline", [](auto& client) { static_cast<void>(client.next_deadline()); }},
    {"stats", [](auto& client) { static_cast<void>(client.stats()); }},
    {"get_packet", [](auto& client) { static_cast<void>(client.get_peer(1)->get_packet()); }},
    {"put_packet", [](auto& client) { ignore(client.get_peer(1)->put_packet("x")); }},
    {"put_packet to the room", [](auto& client) { ignore(client.put_packet("x")); }},
    {"set_no_delay", [](auto& client) { ignore(client.get_peer(1)->set_no_delay(false)); }},
    {"set_buffers", [](auto& client) { ignore(client.set_buffers(1, 1, 1, 1)); }},
    {"connect_to_url, refused", [](auto& client) { ignore(client.connect_to_url("no")); }},
    {"connect a listener",
     [](auto& client) {
         for (int i = 0; i < 20; ++i) client.connection_closed.connect([](bool) {});
     }},
    {"disconnect_from_host", [](auto& client) { ignore(client.disconnect_from_host()); }},
    {"close", [](auto& client) { ignore(client.get_peer(1)->close()); }},
    {"connect_to_url after disconnect_from_host",
     [](auto& client) {
         ignore(client.disconnect_from_host());
         ignore(client.connect_to_url("ws://other.example/"));
     }},
    {"another client",
     [](auto&) {
         WebSocketClient other;
         ignore(other.connect_to_url("ws://127.0.0.1:1/"));
         other.poll();
     }},
};

TEST(Errno, is_unchanged_by_every_call_while_open) {
    for (const Row& row : rows) {
        NoisyPlay play;
        play.open();
        errno = of_program;
        row.call(*play.client);
        EXPECT_EQ(errno, of_program) << row.name;
    }
}

TEST(Errno, is_unchanged_by_every_call_while_connecting) {
    for (const Row& row : rows) {
        NoisyPlay play(true);
        errno = of_program;
        row.call(*play.client);
        EXPECT_EQ(errno, of_program) << row.name;
    }
}

TEST(Errno, is_unchanged_by_the_destructor) {
    for (const bool is_open : {false, true}) {
        NoisyPlay play;
        if (is_open) play.open();
        errno = of_program;
        play.client.reset();
        EXPECT_EQ(errno, of_program) << (is_open ? "open" : "connecting");
    }
}

TEST(Errno, is_unchanged_by_certificates_and_their_files) {
    const std::string directory = std::filesystem::temp_directory_path().string();
    X509Certificate certificate;
    errno = of_program;
    EXPECT_EQ(certificate.load("/no/such/file"), Error::invalid_parameter);
    EXPECT_EQ(errno, of_program) << "no file";
    EXPECT_NE(certificate.load(directory.c_str()), Error::ok);
    EXPECT_EQ(errno, of_program) << "a directory";
    EXPECT_EQ(certificate.save("/no/such/file"), Error::failed);
    EXPECT_EQ(errno, of_program) << "nothing to save";
    EXPECT_EQ(certificate.load_from_memory(bytes_of("nothing")), Error::failed);
    EXPECT_EQ(errno, of_program) << "from memory";
    const auto tls = cli::make_tls_server();
    if (tls == nullptr) GTEST_SKIP() << "this build cannot create certificates";
    ASSERT_EQ(certificate.load_from_memory(bytes_of(tls->certificate())), Error::ok);
    errno = of_program;
    EXPECT_EQ(certificate.save("/no/such/file"), Error::invalid_parameter);
    EXPECT_EQ(errno, of_program) << "a file that cannot be written";
}

}  // namespace
}  // namespace linnet::test
