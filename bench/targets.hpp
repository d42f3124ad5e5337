// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What is measured. The file of a target (`mask_bench.cpp`, …) has its cases, its inputs and the
// timed loop; a contender (linnet, a yardstick, a peer) brings what is done in the loop and enters
// before `main`:
//
//     const Entered entered([] { enter_utf8("peer", [](auto* text, auto size) { … }); });
//
// A benchmark is then called "target/contender/case". C++17 and nothing of linnet in here, as not
// every peer compiles as C++20.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace linnet::bench {

/// Does something before `main`.
struct Entered {
    template <class Act>
    explicit Entered(Act act) {
        act();
    }
};

template <class Interface, class Contender, class... Args>
std::unique_ptr<Interface> make(Args... args) {
    return std::make_unique<Contender>(args...);
}

// ---- codec -----------------------------------------------------------------------------------

/// The masking key of all that is masked with a key that is given, in the order of the wire.
inline constexpr std::uint8_t mask_key[4] = {0x37, 0xFA, 0x21, 0x3D};

/// Masks `data` with `mask_key`.
using MaskInPlace = void (*)(std::uint8_t* data, std::size_t size);
/// Masks `from` into `to`, which does not overlap it.
using MaskCopy = void (*)(std::uint8_t* to, const std::uint8_t* from, std::size_t size);
void enter_mask_in_place(const char* contender, MaskInPlace mask);
void enter_mask_copy(const char* contender, MaskCopy mask);

using IsUtf8 = bool (*)(const std::uint8_t* text, std::size_t size);
void enter_utf8(const char* contender, IsUtf8 is_utf8);

/// Goes from header to header through a stream of whole frames; returns how many there are.
using WalkFrames = std::size_t (*)(const std::uint8_t* stream, std::size_t size, bool masked);
void enter_frame_decode(const char* contender, WalkFrames walk);

/// The key of the request whose answer is judged, and what the server must make of it.
inline constexpr std::string_view handshake_key_text = "dGhlIHNhbXBsZSBub25jZQ==";
inline constexpr std::string_view handshake_accept_text = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// Reads the answer to the upgrade and judges it. False if it is refused.
using JudgeAnswer = bool (*)(std::string_view answer);
void enter_handshake(const char* contender, JudgeAnswer judge);

// ---- frames ----------------------------------------------------------------------------------

/// Makes a client's masked frame of each message. Keys are new and unpredictable.
class Encoder {
 public:
    virtual ~Encoder() = default;
    /// The frame is in memory, ready to be sent, when this returns; then it is forgotten.
    virtual void encode(const std::uint8_t* payload, std::size_t size) = 0;
};
using MakeEncoder = std::unique_ptr<Encoder> (*)();
void enter_frame_encode(const char* contender, MakeEncoder make);

/// Fills `size` bytes for a contender that leaves its masking keys to its user: 256 keys for each
/// question to the operating system, as linnet does it.
void fill_mask_key(std::uint8_t* key, std::size_t size);

/// A stream that has been received already, handed out as a socket would: copied, at most 64 KiB at
/// once.
class Source {
 public:
    static constexpr std::size_t read_size_max = 64 * 1024;

    Source(const std::string& stream, std::size_t message_count)
        : stream_(stream), message_count_(message_count) {}
    /// For those who cannot ask whether there is more: how many messages are in it.
    std::size_t message_count() const { return message_count_; }
    /// Copies to the front of `out`; 0 at the end.
    std::size_t read(void* out, std::size_t size_max) {
        const std::size_t left = stream_.size() - at_;
        const std::size_t size = std::min({left, size_max, read_size_max});
        std::memcpy(out, stream_.data() + at_, size);
        at_ += size;
        return size;
    }

 private:
    const std::string& stream_;
    std::size_t message_count_;
    std::size_t at_ = 0;
};

/// What a reader has found: looks at the first byte of each message and counts.
struct Tally {
    std::size_t message_count = 0;
    std::size_t payload_size = 0;
    unsigned first_bytes = 0;
    bool is_kept = true;  ///< false: a yardstick, which finds none

    void add(const void* message, std::size_t size) {
        ++message_count;
        payload_size += size;
        if (size > 0) first_bytes += *static_cast<const std::uint8_t*>(message);
    }
};

/// An open connection that receives.
class Reader {
 public:
    virtual ~Reader() = default;
    /// Reads the source to its end, which is that of a frame.
    virtual void read(Source& source, Tally& tally) = 0;
};
using MakeReader = std::unique_ptr<Reader> (*)(bool is_server);
/// Which streams a contender reads.
enum class Streams { all, masked, unmasked };
void enter_session(const char* contender, MakeReader make, Streams streams = Streams::all);

// ---- echo ------------------------------------------------------------------------------------

/// A WebSocket connection to a server on loopback that sends back what it gets.
class EchoClient {
 public:
    virtual ~EchoClient() = default;
    /// Takes one binary message for sending.
    virtual void put(const std::string& message) = 0;
    /// Sends what was put, as far as the OS takes it.
    virtual void flush() = 0;
    /// Waits until messages have come back; returns how many.
    virtual std::size_t receive() = 0;
};
/// `message_size` is that of all messages.
using MakeEchoClient = std::unique_ptr<EchoClient> (*)(std::uint16_t port,
                                                       std::size_t message_size);
void enter_echo(const char* contender, MakeEchoClient make);

}  // namespace linnet::bench
