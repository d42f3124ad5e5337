// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The outside world in memory: a clock that only the test moves, predictable entropy, a resolver
// and a network that follow a script. Each call to any of them can be made to fail, and misuse (a
// closed socket, an empty buffer) fails the test.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "linnet/codec/frame.hpp"
#include "linnet/linnet.hpp"

namespace linnet::test {

/// Counts every external call and makes one of them fail.
struct Faults {
    int calls = 0;
    int fail_at = -1;
    bool fails() { return calls++ == fail_at; }
};

class FakeClock final : public Clock {
 public:
    std::uint64_t now_us() override { return now; }
    std::int64_t unix_s() override { return unix_time; }
    std::int64_t unix_time = 1'800'000'000;
    void advance_ms(std::uint64_t ms) { now += ms * 1000; }

    std::uint64_t now = 1'000'000;
};

/// Predictable, and no two consecutive masking keys are equal.
class FakeEntropy final : public Entropy {
 public:
    explicit FakeEntropy(Faults& faults) : faults_(faults) {}
    bool fill(MutableBytes out) override {
        if (faults_.fails() || exhausted) return false;
        for (std::uint8_t& byte : out)
            byte = static_cast<std::uint8_t>(next_++ * 2654435761u >> 24);
        return true;
    }
    bool exhausted = false;

 private:
    Faults& faults_;
    std::uint32_t next_ = 0;
};

/// Maps names to addresses, with a delay.
class FakeResolver final : public Resolver {
 public:
    explicit FakeResolver(Faults& faults) : faults_(faults) {}

    Request start(std::string_view host) override {
        asked.emplace_back(host);
        if (faults_.fails()) return 0;
        open_.push_back(++last_);
        return last_;
    }
    Result take(Request request, std::span<SocketAddress> out) override {
        EXPECT_TRUE(is_open(request)) << "a request is polled after its end";
        if (faults_.fails()) {
            cancel(request);
            return {Outcome::failed, 0, -1};
        }
        if (pending) return {};
        cancel(request);
        if (error != 0) return {Outcome::failed, 0, error};
        const std::size_t count = std::min(out.size(), addresses.size());
        std::copy_n(addresses.begin(), count, out.begin());
        return {Outcome::done, count, 0};
    }
    void cancel(Request request) override {
        EXPECT_TRUE(is_open(request)) << "a request is cancelled after its end";
        std::erase(open_, request);
    }
    std::size_t open_count() const { return open_.size(); }

    std::vector<SocketAddress> addresses{SocketAddress{{10, 0, 0, 1}}};
    bool pending = false;
    int error = 0;
    std::vector<std::string> asked;

 private:
    bool is_open(Request request) const {
        return std::find(open_.begin(), open_.end(), request) != open_.end();
    }
    Faults& faults_;
    Request last_ = 0;
    std::vector<Request> open_;
};

/// The actions of a scripted server, in order.
struct AwaitRequest {};  ///< until the empty line
struct Accept {
    std::string headers = {};
};  ///< the correct 101, and further header lines
struct Send {
    std::string bytes;
};
struct AwaitClose {};  ///< until the client's close frame
struct AwaitMessages {
    std::size_t count;
};                ///< until this number of data frames has arrived in total
struct Fin {};    ///< end of stream
struct Reset {};  ///< the connection is reset, errno ECONNRESET
struct Pause {
    std::uint64_t ms;
};
using ServerStep =
    std::variant<AwaitRequest, Accept, Send, AwaitClose, AwaitMessages, Fin, Reset, Pause>;

/// A frame that the server received.
struct ReceivedFrame {
    FrameHeader header;
    std::string payload;  ///< unmasked
};

/// How a connection is established and what happens on it.
struct ServerScript {
    std::vector<ServerStep> steps;
    int connect_error = 0;               ///< errno of connect
    bool connect_pending = false;        ///< never completes
    std::vector<std::size_t> cuts = {};  ///< offsets of the server's stream that no receive crosses
    std::size_t receive_max = SIZE_MAX;  ///< bytes per receive
    std::size_t send_max = SIZE_MAX;     ///< bytes per send
    std::size_t send_window = SIZE_MAX;  ///< bytes the server receives in total; it reads no more
};

/// The server's end of one connection.
class ScriptedConnection {
 public:
    explicit ScriptedConnection(ServerScript what, SocketAddress where)
        : script(std::move(what)), address(where) {}

    /// Performs the actions that are due.
    void advance(std::uint64_t now_us);

    ServerScript script;
    SocketAddress address;
    std::string request;
    std::vector<ReceivedFrame> frames;
    std::string to_client;  // everything sent so far
    std::size_t given = 0;  // the part of it that the client has received
    std::size_t taken = 0;  // bytes the server has received in total
    bool client_closed = false;
    bool client_shut_down = false;
    bool ended = false;  // Fin
    bool reset = false;  // Reset
    bool no_delay = true;
    bool blocked = false;  // the last receive stopped at a cut

    void take(Bytes bytes);

 private:
    bool perform(const ServerStep& step, std::uint64_t now_us);
    void parse_frames();
    bool request_is_complete() const { return request.find("\r\n\r\n") != request.npos; }

    std::size_t step_ = 0;
    std::uint64_t pause_until_us_ = 0;
    std::string raw_;
};

/// Connections in the order in which the client opened them; the n-th follows the n-th script,
/// further ones follow the last.
class FakeNetwork final : public Network {
 public:
    FakeNetwork(Faults& faults, FakeClock& clock) : faults_(faults), clock_(clock) {}

    Opened connect(const SocketAddress& address) override;
    ConnectResult connect_status(SocketHandle socket) override;
    IoResult receive(SocketHandle socket, MutableBytes buffer) override;
    IoResult send(SocketHandle socket, std::span<const Bytes> pieces) override;
    void shutdown_send(SocketHandle socket) override;
    void close(SocketHandle socket) override;
    bool set_no_delay(SocketHandle socket, bool enabled) override;
    /// Moves the clock by the whole timeout.
    void wait(std::span<const WaitItem> items, std::uint64_t timeout_us) override;

    std::size_t open_count() const;

    std::vector<ServerScript> scripts;
    std::vector<std::unique_ptr<ScriptedConnection>> connections;
    int receive_count = 0;
    int send_count = 0;

 private:
    ScriptedConnection& at(SocketHandle socket);

    Faults& faults_;
    FakeClock& clock_;
};

/// malloc that counts, and can be exhausted.
class CountingMemory final : public Memory {
 public:
    explicit CountingMemory(Faults& faults) : faults_(faults) {}
    ~CountingMemory() { EXPECT_EQ(used, 0u) << "memory was not freed"; }

    void* allocate(std::size_t size) override {
        EXPECT_GT(size, 0u);
        if (faults_.fails() || used + size > limit) return nullptr;
        used += size;
        peak = std::max(peak, used);
        ++allocation_count;
        void* const block = std::malloc(size);
        sizes_[block] = size;
        return block;
    }
    void deallocate(void* block, std::size_t size) override {
        EXPECT_EQ(sizes_[block], size) << "a block is returned with another size";
        sizes_.erase(block);
        used -= size;
        std::memset(block, 0xDD, size);  // makes stale views visible without sanitizers
        std::free(block);
    }

    std::size_t used = 0;
    std::size_t peak = 0;
    std::size_t limit = SIZE_MAX;
    int allocation_count = 0;

 private:
    Faults& faults_;
    std::map<void*, std::size_t> sizes_;
};

/// The complete world. Faults of the memory are counted separately: `memory_faults`.
struct World {
    Faults faults;
    Faults memory_faults;
    FakeClock clock;
    FakeEntropy entropy{faults};
    FakeResolver resolver{faults};
    FakeNetwork network{faults, clock};
    CountingMemory memory{memory_faults};

    Options options() {
        Options result;
        result.clock = &clock;
        result.entropy = &entropy;
        result.resolver = &resolver;
        result.network = &network;
        result.memory = &memory;
        return result;
    }
    ScriptedConnection& connection(std::size_t index = 0) { return *network.connections.at(index); }
};

/// An unmasked frame, as sent by a server.
std::string server_frame(Opcode opcode, std::string_view payload, bool fin = true);
/// A close frame of a server.
std::string server_close(int code, std::string_view reason = "");

}  // namespace linnet::test
