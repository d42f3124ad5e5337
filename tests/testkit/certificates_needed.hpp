// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// For programs in which every test reads certificates.
#pragma once

#include "testkit/certificates.hpp"

namespace linnet::test {

class CertificatesNeeded final : public testing::Environment {
 public:
    void SetUp() override {
        const std::string reason = why_no_certificates();
        if (!reason.empty()) GTEST_SKIP() << reason;
    }
};

inline testing::Environment* const certificates_needed =
    testing::AddGlobalTestEnvironment(new CertificatesNeeded);

}  // namespace linnet::test
