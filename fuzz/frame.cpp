// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Frame headers and masking. Input: the role, how to cut, how often to repeat the masked bytes;
// then the bytes.
//
// Checks: a second, slow implementation of RFC 6455 5.2 agrees; decoded headers are encoded to the
// same bytes; the result for a prefix is the result for everything longer; masking agrees with the
// XOR of single bytes, for every cut and alignment of the payload.
#include <algorithm>
#include <bit>
#include <optional>

#include "codec/kernels.hpp"
#include "fuzz_input.hpp"
#include "linnet/codec/frame.hpp"

namespace linnet::fuzz {
namespace {

using Decoded = Step<FrameHeader>;

bool same(const Decoded& a, const Decoded& b) {
    return a.status == b.status && a.cause == b.cause && a.consumed == b.consumed &&
           a.value == b.value;
}

// A second implementation of RFC 6455 5.2 for complete headers. Nothing if it violates a rule.
std::optional<FrameHeader> read_slowly(Bytes in, Role receiver) {
    const unsigned opcode = in[0] % 16u;
    const bool control = opcode >= 8;
    FrameHeader header{.opcode = static_cast<Opcode>(opcode), .fin = in[0] >= 128};
    header.masked = in[1] >= 128;
    if (in[0] / 16u % 8 != 0 || opcode % 8 > 2) return std::nullopt;
    if (header.masked != (receiver == Role::server)) return std::nullopt;

    const unsigned length7 = in[1] % 128u;
    if (control && (!header.fin || length7 > 125)) return std::nullopt;
    const std::size_t length_size = length7 < 126 ? 0 : length7 == 126 ? 2 : 8;
    header.payload_size = length_size == 0 ? length7 : 0;
    for (const std::uint8_t byte : in.subspan(2, length_size)) {
        header.payload_size = header.payload_size * 256 + byte;
    }
    if (header.payload_size >> 63 != 0) return std::nullopt;
    if (length_size == 2 && header.payload_size < 126) return std::nullopt;
    if (length_size == 8 && header.payload_size < 65536) return std::nullopt;
    for (std::size_t i = 0; header.masked && i < 4; ++i) header.key[i] = in[2 + length_size + i];
    return header;
}

void check_prefixes(Bytes in, Role receiver) {
    const Bytes front = in.first(std::min<std::size_t>(in.size(), frame_header_size_max + 2));
    Decoded before = need_more;
    for (std::size_t size = 0; size <= front.size(); ++size) {
        const ExactCopy prefix(front.first(size));
        const Decoded now = decode_frame_header(prefix.bytes(), receiver);
        const bool settled = before.done() || before.failed();
        require(!settled || same(before, now), "more bytes do not change the result");
        require(now.done() || now.consumed == 0, "need more and failure consume nothing");
        require(now.failed() == (now.cause != Cause::none), "a failure has a cause");
        require(size < frame_header_size_max || now.done() || now.failed(),
                "14 bytes are enough for a result");
        before = now;
    }
}

void check_round_trip(const Decoded& decoded, Bytes in, Role receiver) {
    require(decoded.consumed == frame_header_size(decoded.value), "the returned size is correct");
    ExactCopy encoded(decoded.consumed);
    require(encode_frame_header(decoded.value, encoded.buffer()) == decoded.consumed,
            "it is encoded to the same size");
    require(std::equal(encoded.bytes().begin(), encoded.bytes().end(), in.begin()),
            "it is encoded to the same bytes");
    require(same(decode_frame_header(encoded.bytes(), receiver), decoded),
            "and decoded to the same header");
}

void check_header(Bytes in, Role receiver) {
    check_prefixes(in, receiver);
    const Decoded decoded = decode_frame_header(in, receiver);
    if (decoded.done()) check_round_trip(decoded, in, receiver);
    if (in.size() < frame_header_size_max) return;
    const std::optional<FrameHeader> slow = read_slowly(in, receiver);
    require(slow.has_value() == decoded.done(), "a slow implementation has the same result");
    require(!slow || *slow == decoded.value, "a slow implementation decodes the same header");
}

// All kernels give the same result, for every alignment of the bytes.
void check_mask_kernel(Cpu cpu, Bytes plain, const MaskKey& key, std::size_t misalignment) {
    if (plain.size() < misalignment + kernel_size_min) return;
    const Bytes from = plain.subspan(misalignment);
    ExactCopy to(plain.size());
    std::array<std::uint8_t, 8> twice;
    for (std::size_t i = 0; i < twice.size(); ++i) twice[i] = key[i % 4];
    copy_masked_wide(cpu, to.buffer().data() + misalignment, from.data(), from.size(),
                     std::bit_cast<std::uint64_t>(twice));
    for (std::size_t i = 0; i < to.bytes().size(); ++i) {
        const std::uint8_t masked =
            static_cast<std::uint8_t>(plain[i] ^ key[(i - misalignment) % 4]);
        require(to.bytes()[i] == (i >= misalignment ? masked : 0),
                "a kernel does what the plain code does");
    }
}

// The first bytes are the key, the rest is masked.
void check_mask(FuzzInput input, Cuts cuts, std::size_t repetition) {
    MaskKey key;
    for (std::uint8_t& byte : key) byte = input.byte();
    const std::uint64_t offset = input.byte();
    const ExactCopy repetitive(repeated(text_of(input.rest()), repetition));
    const Bytes plain = repetitive.bytes();
    check_mask_kernel(Cpu::baseline, plain, key, offset % 70);
    check_mask_kernel(this_cpu(), plain, key, offset % 70);

    ExactCopy whole(plain);
    apply_mask(whole.buffer(), key, offset);
    for (std::size_t i = 0; i < plain.size(); ++i) {
        require(whole.bytes()[i] == (plain[i] ^ key[(offset + i) % 4]),
                "masking follows RFC 6455 5.3");
    }
    std::size_t at = 0;
    cuts.for_each_piece(plain, [&](Bytes piece) {
        ExactCopy masked(piece.size());
        copy_masked(masked.buffer(), piece, key, offset + at);
        require(std::equal(masked.bytes().begin(), masked.bytes().end(),
                           whole.bytes().begin() + static_cast<std::ptrdiff_t>(at)),
                "a cut of the payload does not show");
        at += piece.size();
    });
    apply_mask(whole.buffer(), key, offset);
    require(std::equal(plain.begin(), plain.end(), whole.bytes().begin()),
            "masking twice is the identity");
}

// Any header that we might send.
void check_encoding(FuzzInput input, Role sender) {
    constexpr Opcode opcodes[] = {Opcode::continuation, Opcode::text, Opcode::binary,
                                  Opcode::close,        Opcode::ping, Opcode::pong};
    FrameHeader header{.opcode = input.pick(opcodes), .fin = input.flag()};
    const unsigned bits = input.byte() % 64u;
    for (int i = 0; i < 8; ++i) header.payload_size = header.payload_size << 8 | input.byte();
    header.payload_size = header.payload_size << 1 >> 1 >> bits;
    if (is_control(header.opcode)) {
        header.fin = true;
        header.payload_size %= control_payload_size_max + 1;
    }
    header.masked = sender == Role::client;
    for (std::size_t i = 0; header.masked && i < 4; ++i) header.key[i] = input.byte();

    ExactCopy encoded(frame_header_size(header));
    require(encode_frame_header(header, encoded.buffer()) == encoded.bytes().size(),
            "exactly its size is written");
    const Role receiver = sender == Role::client ? Role::server : Role::client;
    const Decoded decoded = decode_frame_header(encoded.bytes(), receiver);
    require(decoded.done() && decoded.value == header, "the peer decodes what was sent");
}

}  // namespace
}  // namespace linnet::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace linnet::fuzz;
    FuzzInput input(data, size);
    const linnet::Role role = input.flag() ? linnet::Role::server : linnet::Role::client;
    const Cuts cuts(input);
    const std::size_t repetition = 1 + input.byte() % 128u;
    check_header(ExactCopy(input.rest()).bytes(), role);
    check_mask(input, cuts, repetition);
    check_encoding(input, role);
    return 0;
}
