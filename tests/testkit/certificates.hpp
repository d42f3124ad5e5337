// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The output of make_certificates.sh, which needs the openssl command. A test that reads it is
// skipped if that command is missing, and fails if the command is installed but the output is
// missing.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <system_error>

namespace linnet::test {

inline bool has_openssl_command() {
    const char* const path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    std::error_code ignored;
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (std::filesystem::exists(folder + "/openssl", ignored)) return true;
    }
    return false;
}

/// The reason to skip a test that needs the certificates; empty if they are available. With CI set,
/// they are required.
inline std::string why_no_certificates() {
    if (std::filesystem::exists(LINNET_CERTIFICATES_DIR "/root.crt")) return "";
    if (!has_openssl_command() && std::getenv("CI") == nullptr) {
        return "there is no openssl command";
    }
    ADD_FAILURE() << "the build has not generated " LINNET_CERTIFICATES_DIR
                     "; if openssl was installed later: meson setup --reconfigure";
    return "there are no certificates";
}

}  // namespace linnet::test
