// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The targets. The file of a target (`mask_bench.cpp`, …) has its cases, its inputs and the timed
// loop; a contender (linnet, a yardstick, a peer) provides the work of the loop and registers
// before `main`:
//
//     const Entered entered([] { enter_utf8("peer", [](auto* text, auto size) { … }); });
//
// A benchmark is then called "target/contender/case". This header uses only C++17 and nothing of
// linnet, since not every peer compiles as C++20.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace linnet::bench {

/// Runs a function before `main`.
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

/// The masking key for all masking with a given key, in wire order.
inline constexpr std::uint8_t mask_key[4] = {0x37, 0xFA, 0x21, 0x3D};

/// Masks `data` with `mask_key`.
using MaskInPlace = void (*)(std::uint8_t* data, std::size_t size);
/// Masks `from` into `to`, which does not overlap it.
using MaskCopy = void (*)(std::uint8_t* to, const std::uint8_t* from, std::size_t size);
void enter_mask_in_place(const char* contender, MaskInPlace mask);
void enter_mask_copy(const char* contender, MaskCopy mask);

using IsUtf8 = bool (*)(const std::uint8_t* text, std::size_t size);
void enter_utf8(const char* contender, IsUtf8 is_utf8);

/// Goes from header to header through a stream of whole frames; returns their number.
using WalkFrames = std::size_t (*)(const std::uint8_t* stream, std::size_t size, bool masked);
void enter_frame_decode(const char* contender, WalkFrames walk);

/// The key of the request for the tested response, and the expected accept value.
inline constexpr std::string_view handshake_key_text = "dGhlIHNhbXBsZSBub25jZQ==";
inline constexpr std::string_view handshake_accept_text = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// Parses and checks the response to the upgrade. False if it is refused.
using CheckResponse = bool (*)(std::string_view response);
void enter_handshake(const char* contender, CheckResponse check);

// ---- frames ----------------------------------------------------------------------------------

/// Encodes a client's masked frame for each message. Keys are new and unpredictable.
class Encoder {
 public:
    virtual ~Encoder() = default;
    /// The frame is in memory, ready to be sent, when this returns; it is then discarded.
    virtual void encode(const std::uint8_t* payload, std::size_t size) = 0;
};
using MakeEncoder = std::unique_ptr<Encoder> (*)();
void enter_frame_encode(const char* contender, MakeEncoder make);

/// Fills `size` bytes for a contender whose user provides the masking keys: fetches 256 keys from
/// the operating system at once, like linnet.
void fill_mask_key(std::uint8_t* key, std::size_t size);

/// A stream that has already been received, returned as by a socket: copied, at most 64 KiB at
/// once.
class Source {
 public:
    static constexpr std::size_t read_size_max = 64 * 1024;

    Source(const std::string& stream, std::size_t message_count)
        : stream_(stream), message_count_(message_count) {}
    /// The number of messages in it, for contenders that cannot report whether there are more.
    std::size_t message_count() const { return message_count_; }
    /// Copies to the front of `out` and returns the size; 0 at the end.
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

/// The result of a reader: accesses the first byte of each message and counts.
struct Tally {
    std::size_t message_count = 0;
    std::size_t payload_size = 0;
    unsigned first_bytes = 0;
    bool is_kept = true;  ///< false: a yardstick, which finds no messages

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
    /// Reads the source to its end, which is the end of a frame.
    virtual void read(Source& source, Tally& tally) = 0;
};
using MakeReader = std::unique_ptr<Reader> (*)(bool is_server);
/// The streams that a contender reads.
enum class Streams { all, masked, unmasked };
void enter_session(const char* contender, MakeReader make, Streams streams = Streams::all);

// ---- echo ------------------------------------------------------------------------------------

/// A WebSocket connection to an echo server on loopback.
class EchoClient {
 public:
    virtual ~EchoClient() = default;
    /// Queues one binary message.
    virtual void put(const std::string& message) = 0;
    /// Sends the queued data, as far as the OS accepts it.
    virtual void flush() = 0;
    /// Waits until messages have come back; returns their number.
    virtual std::size_t receive() = 0;
};
/// `message_size` is the size of all messages.
using MakeEchoClient = std::unique_ptr<EchoClient> (*)(std::uint16_t port,
                                                       std::size_t message_size);
void enter_echo(const char* contender, MakeEchoClient make);

}  // namespace linnet::bench
