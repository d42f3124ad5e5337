// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#pragma once

#include <string>

#include "fuzz_input.hpp"
#include "linnet/x509_certificate.hpp"

namespace linnet::fuzz {

/// tests/vectors/certificates: a CA and certificates signed by it, valid and invalid.
struct Known {
    X509Certificate all, root, intermediate, good, unrelated;

    static const Known& get() {
        static const Known known;
        return known;
    }

 private:
    Known() {
        const std::string folder = LINNET_CERTIFICATES_DIR;
        for (const char* name :
             {"root", "intermediate", "good", "good_rsa", "cn_only", "wildcard", "ec_p384",
              "ec_p521", "ed25519_key", "eku_client", "intermediate_not_ca_ca",
              "constrained_critical_ca", "md5", "nul_in_san", "pss_signed", "rsa_1024", "sha1",
              "unknown_critical", "v1"}) {
            const Error error = all.load((folder + '/' + name + ".pem").c_str());
            require(error == Error::ok, "the known certificates are available");
        }
        require(root.load_from_memory(all.der(0)) == Error::ok &&
                    intermediate.load_from_memory(all.der(1)) == Error::ok &&
                    good.load_from_memory(all.der(2)) == Error::ok,
                "and can be parsed");
    }
};

}  // namespace linnet::fuzz
