// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "codec/base64.hpp"

#include <algorithm>

namespace linnet::inline v0 {

void base64_encode(Bytes in, std::span<char> out) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t at = 0; !in.empty(); at += 4) {
        const std::size_t size = std::min<std::size_t>(in.size(), 3);
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) group = group << 8 | (i < size ? in[i] : 0u);
        for (std::size_t i = 0; i < 4; ++i) {
            out[at + i] = i <= size ? alphabet[group >> (18 - 6 * i) & 63] : '=';
        }
        in = in.subspan(size);
    }
}

}  // namespace linnet::inline v0
