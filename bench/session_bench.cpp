// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Receiving: from a stream of frames to messages. Each contender copies the stream from a `Source`
// to its own buffer, as `recv` would, so that it may unmask in place without restoring anything;
// the copy alone is the yardstick.
#include "linnet/protocol/session.hpp"

#include <algorithm>

#include "bench.hpp"
#include "frames.hpp"
#include "linnet/system_entropy.hpp"

namespace linnet::bench {
namespace {

constexpr std::size_t stream_size_min = 64 * 1024;
constexpr std::size_t stream_size_max = 2 << 20;
constexpr std::size_t sizes[] = {0, 16, 125, 126, 1024, 64 * 1024, 1 << 20};

struct Kind {
    const char* name;
    Opcode opcode;
    std::string (*text)(std::size_t size);
};
constexpr Kind kinds[] = {
    {"binary", Opcode::binary, mixed_text},
    {"ASCII", Opcode::text, ascii_text},
    {"mixed", Opcode::text, mixed_text},
};

class LinnetReader final : public Reader {
 public:
    explicit LinnetReader(bool is_server)
        : session_(is_server ? Role::server : Role::client, Limits{}, entropy_, nullptr) {}

    void read(Source& source, Tally& tally) override {
        for (;;) {
            const MutableBytes buffer = session_.receive_buffer();
            const std::size_t size = source.read(buffer.data(), buffer.size());
            if (size == 0) return;
            session_.fill(size);
            while (session_.next().kind == SessionEvent::Kind::message) {
                const Bytes payload = session_.take().payload;
                tally.add(payload.data(), payload.size());
            }
        }
    }

 private:
    SystemEntropy entropy_;
    Session session_;
};

// ---- yardsticks ------------------------------------------------------------------------------

// They find no messages.
class CopyingReader : public Reader {
 public:
    explicit CopyingReader(bool) {}
    void read(Source& source, Tally& tally) override {
        tally.is_kept = false;
        while (const std::size_t size = source.read(buffer_.to(), Source::read_size_max)) {
            treat(buffer_.to(), size);
        }
    }

 private:
    virtual void treat(std::uint8_t* data, std::size_t) { benchmark::DoNotOptimize(data); }

    Buffers buffer_{Source::read_size_max};
};

class ByteLoopReader final : public CopyingReader {
 public:
    using CopyingReader::CopyingReader;

 private:
    void treat(std::uint8_t* data, std::size_t size) override {
        for (std::size_t i = 0; i < size; ++i) {
            data[i] = static_cast<std::uint8_t>(data[i] ^ mask_key[i % 4]);
        }
    }
};

class WalkingReader final : public Reader {
 public:
    explicit WalkingReader(bool is_server) : is_server_(is_server) {}
    void read(Source& source, Tally& tally) override {
        tally.is_kept = false;
        std::size_t filled = 0;
        while (const std::size_t size =
                   source.read(buffer_.to() + filled, stream_size_max - filled)) {
            filled += size;
        }
        benchmark::DoNotOptimize(walk_by_length(buffer_.to(), filled, is_server_));
    }

 private:
    bool is_server_;
    Buffers buffer_{stream_size_max};
};

const Entered entered([] {
    enter_session("linnet", make<Reader, LinnetReader>);
    enter_session("memcpy", make<Reader, CopyingReader>);
    enter_session("byte loop", make<Reader, ByteLoopReader>, Streams::masked);
    enter_session("length walk", make<Reader, WalkingReader>, Streams::unmasked);
});

void run(benchmark::State& state, MakeReader make, const Kind& kind, std::size_t size,
         bool masked) {
    const std::size_t count = std::max<std::size_t>(1, stream_size_min / (size + 2));
    const std::string stream = stream_of(kind.opcode, kind.text(size), count, masked);
    const auto reader = make(masked);
    Tally tally;
    measure(state, {count, count * size}, [&] {
        Source source(stream, count);
        reader->read(source, tally);
    });
    benchmark::DoNotOptimize(tally);
    const std::size_t expected = static_cast<std::size_t>(state.iterations()) * count;
    const bool all = tally.message_count == expected && tally.payload_size == expected * size;
    if (tally.is_kept && !all) state.SkipWithError("messages were missed");
}

// For text only the cases that differ from binary.
bool is_measured(const Kind& kind, std::size_t size) {
    return kind.opcode == Opcode::binary || (size != 0 && size != 126);
}

}  // namespace

void enter_session(const char* contender, MakeReader make, Streams streams) {
    for (const bool masked : {false, true}) {
        if (streams == (masked ? Streams::unmasked : Streams::masked)) continue;
        const std::string target = masked ? "receive as server" : "receive as client";
        for (const Kind& kind : kinds) {
            for (const std::size_t size : sizes) {
                if (!is_measured(kind, size)) continue;
                add(target, contender, std::string(kind.name) + ' ' + size_name(size),
                    [=](benchmark::State& state) { run(state, make, kind, size, masked); });
            }
        }
    }
}

}  // namespace linnet::bench
