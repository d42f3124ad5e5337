// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The files under tests/vectors, and certificates out of PEM by a reader that knows nothing of
// ours.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace linnet::test {

inline std::string file_text(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    EXPECT_TRUE(in) << path;
    return {std::istreambuf_iterator<char>(in), {}};
}
inline std::string vector_text(const std::string& name) {
    return file_text(std::string(LINNET_VECTORS_DIR "/").append(name));
}

/// The base64 of each block in a text as openssl writes it, decoded bit by bit.
inline std::vector<std::string> ders_of_pem(std::string_view pem) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::vector<std::string> ders;
    unsigned bits = 0, bit_count = 0;
    while (!pem.empty()) {
        const std::string_view line = pem.substr(0, pem.find('\n'));
        pem.remove_prefix(std::min(line.size() + 1, pem.size()));
        if (line.starts_with("-----BEGIN")) ders.emplace_back();
        if (line.starts_with("-----")) bit_count = 0;
        if (line.starts_with("-----")) continue;
        for (const char c : line.substr(0, line.find('='))) {
            bits = bits << 6 | static_cast<unsigned>(alphabet.find(c));
            bit_count += 6;
            if (bit_count < 8) continue;
            bit_count -= 8;
            ders.back() += static_cast<char>(static_cast<unsigned char>(bits >> bit_count & 0xFF));
        }
    }
    return ders;
}
inline std::string der_of_pem(std::string_view pem) {
    return ders_of_pem(pem).at(0);
}

/// The certificate of that name in tests/vectors/certificates.
inline std::string certificate_der(const std::string& name) {
    return der_of_pem(vector_text("certificates/" + name + ".pem"));
}

}  // namespace linnet::test
