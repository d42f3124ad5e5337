// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "frames.hpp"

#include <random>

namespace linnet::bench {

std::string stream_of(Opcode opcode, const std::string& payload, std::size_t count, bool masked) {
    std::mt19937 random;
    std::string stream;
    for (std::size_t i = 0; i < count; ++i) {
        FrameHeader header{.opcode = opcode, .masked = masked, .payload_size = payload.size()};
        for (std::uint8_t& byte : header.key)
            byte = static_cast<std::uint8_t>(masked ? random() : 0);
        const std::size_t begin = stream.size();
        const std::size_t header_size = frame_header_size(header);
        stream.resize(begin + header_size + payload.size());
        const MutableBytes frame{reinterpret_cast<std::uint8_t*>(stream.data() + begin),
                                 stream.size() - begin};
        encode_frame_header(header, frame);
        copy_masked(frame.subspan(header_size), bytes_of(payload), header.key, 0);
    }
    return stream;
}

std::size_t walk_by_length(const std::uint8_t* stream, std::size_t size, bool masked) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < size; ++count) {
        std::size_t length = stream[at + 1] & 0x7F;
        const std::size_t more = length < 126 ? 0 : length == 126 ? 2 : 8;
        if (more > 0) length = 0;
        for (std::size_t i = 0; i < more; ++i) length = length << 8 | stream[at + 2 + i];
        at += 2 + more + (masked ? 4 : 0) + length;
    }
    return count;
}

}  // namespace linnet::bench
