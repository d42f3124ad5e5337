// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What make_certificates.sh has made, which needs the openssl command. A test that reads it is
// skipped without that command; it fails if the command is there and the certificates are not.
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

/// Why a test that needs the certificates is skipped; empty if they are there. With CI set, they
/// must be.
inline std::string why_no_certificates() {
    if (std::filesystem::exists(LINNET_CERTIFICATES_DIR "/root.crt")) return "";
    if (!has_openssl_command() && std::getenv("CI") == nullptr) {
        return "there is no openssl command";
    }
    ADD_FAILURE() << "the build has not made " LINNET_CERTIFICATES_DIR
                     "; if openssl was installed later: meson setup --reconfigure";
    return "there are no certificates";
}

}  // namespace linnet::test
