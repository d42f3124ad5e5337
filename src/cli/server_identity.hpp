// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The identity of the command's TLS server: a key pair made at start and a self-signed certificate
// for loopback. Nothing is stored: a client pins the printed key.
#pragma once

#include <string>

#include "base/wipe.hpp"
#include "linnet/platform.hpp"
#include "tls/bearssl/bearssl.hpp"

namespace linnet::cli {

class ServerIdentity {
 public:
    ServerIdentity() = default;
    ServerIdentity(const ServerIdentity&) = delete;
    ServerIdentity& operator=(const ServerIdentity&) = delete;
    ~ServerIdentity() { wipe(key_bytes_); }

    /// Makes a P-256 key and its certificate, valid for 30 days from `unix_s`, for localhost,
    /// 127.0.0.1 and ::1. Returns false without entropy.
    bool make(Entropy& entropy, std::int64_t unix_s);

    const br_ec_private_key& key() const { return key_; }
    /// The certificate in DER.
    const std::string& certificate() const { return certificate_; }

 private:
    std::string sign(const std::string& tbs) const;

    unsigned char key_bytes_[BR_EC_KBUF_PRIV_MAX_SIZE];
    br_ec_private_key key_{};
    std::string certificate_;
};

}  // namespace linnet::cli
