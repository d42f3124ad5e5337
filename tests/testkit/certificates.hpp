// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// For programs whose every test reads what make_certificates.sh has made: without the openssl
// command there is nothing, and they are skipped; with CI set they fail instead.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace linnet::test {

class CertificatesNeeded final : public testing::Environment {
 public:
    void SetUp() override {
        const bool has_certificates = std::filesystem::exists(LINNET_CERTIFICATES_DIR "/root.crt");
        if (!has_certificates && std::getenv("CI") == nullptr)
            GTEST_SKIP() << "there is no openssl";
    }
};

inline testing::Environment* const certificates_needed =
    testing::AddGlobalTestEnvironment(new CertificatesNeeded);

}  // namespace linnet::test
