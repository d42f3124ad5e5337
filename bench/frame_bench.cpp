// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Single frames: decoding their headers, and encoding a message as a client's frame.
#include "frames.hpp"

#include "bench.hpp"
#include "linnet/protocol/session.hpp"
#include "linnet/system_entropy.hpp"

namespace linnet::bench {
namespace {

// ---- decoding --------------------------------------------------------------------------------

// One for each encoding of the length.
constexpr std::size_t decoded_sizes[] = {16, 126, 64 * 1024};
constexpr std::size_t decoded_stream_size = 256 * 1024;

std::size_t walk_by_linnet(const std::uint8_t* stream, std::size_t size, bool masked) {
    const Role role = masked ? Role::server : Role::client;
    Bytes left(stream, size);
    std::size_t count = 0;
    for (; !left.empty(); ++count) {
        const auto header = decode_frame_header(left, role);
        if (!header.done()) return 0;
        left = left.subspan(header.consumed + static_cast<std::size_t>(header.value.payload_size));
    }
    return count;
}

// ---- encoding --------------------------------------------------------------------------------

constexpr std::size_t encoded_sizes[] = {16, 125, 1024, 16 * 1024, 64 * 1024};

class LinnetEncoder final : public Encoder {
 public:
    void encode(const std::uint8_t* payload, std::size_t size) override {
        Outbox::Pieces pieces;
        if (session_.put(Opcode::binary, {}, {payload, size}) != Error::ok) return;
        const std::size_t count = session_.unsent(pieces);
        std::size_t frame_size = 0;
        for (std::size_t i = 0; i < count; ++i) frame_size += pieces[i].size();
        session_.sent(frame_size);
    }

 private:
    SystemEntropy entropy_;
    Session session_{Role::client, Limits{}, entropy_, nullptr};
};

class MemcpyEncoder final : public Encoder {
 public:
    void encode(const std::uint8_t* payload, std::size_t size) override {
        std::memcpy(frame_.to(), payload, size);
    }

 private:
    Buffers frame_{encoded_sizes[4]};
};

const Entered entered([] {
    enter_frame_decode("linnet", walk_by_linnet);
    enter_frame_decode("length walk", walk_by_length);
    enter_frame_encode("linnet", make<Encoder, LinnetEncoder>);
    enter_frame_encode("memcpy", make<Encoder, MemcpyEncoder>);
});

}  // namespace

void enter_frame_decode(const char* contender, WalkFrames walk) {
    for (const bool masked : {false, true}) {
        for (const std::size_t size : decoded_sizes) {
            const std::string name = size_name(size) + (masked ? " masked" : "");
            add("frame header", contender, name, [=](benchmark::State& state) {
                const std::size_t count = decoded_stream_size / size;
                const std::string stream =
                    stream_of(Opcode::binary, std::string(size, 'x'), count, masked);
                const auto* const begin = reinterpret_cast<const std::uint8_t*>(stream.data());
                bool right = true;
                measure(state, {count, 0},
                        [&] { right &= walk(begin, stream.size(), masked) == count; });
                if (!right) state.SkipWithError("frames were missed");
            });
        }
    }
}

void enter_frame_encode(const char* contender, MakeEncoder make) {
    for (const std::size_t size : encoded_sizes) {
        add("frame encode", contender, size_name(size), [make, size](benchmark::State& state) {
            const auto encoder = make();
            Buffers buffers(size);
            measure(state, {1, size}, [&] { encoder->encode(buffers.from(), size); });
        });
    }
}

}  // namespace linnet::bench
