// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Who a TLS server of the command is: a key pair made when it starts, and a certificate that it
// signs itself, for loopback. Nothing is kept: a client pins what is printed.
#pragma once

#include <string>

#include "linnet/platform.hpp"
#include "tls/bearssl/bearssl.hpp"

namespace linnet::cli {

class ServerIdentity {
 public:
    /// Makes a key on P-256 and its certificate, valid from `unix_s` on for a month, for localhost,
    /// 127.0.0.1 and ::1. False without entropy.
    bool make(Entropy& entropy, std::int64_t unix_s);

    const br_ec_private_key& key() const { return key_; }
    /// DER.
    const std::string& certificate() const { return certificate_; }

 private:
    std::string sign(const std::string& tbs) const;

    unsigned char key_bytes_[BR_EC_KBUF_PRIV_MAX_SIZE];
    br_ec_private_key key_{};
    std::string certificate_;
};

}  // namespace linnet::cli
