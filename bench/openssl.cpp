// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// linnet-openssl, the alternative engine.
#include "linnet/openssl.hpp"

#include "chain_bench.hpp"
#include "targets.hpp"
#include "tls/openssl/signature_verifier.hpp"
#include "tls_bench.hpp"

namespace linnet::bench {
namespace {

const Entered entered([] {
    static const OpenSslContext context;
    enter_tls("OpenSSL", &context);
    static OpenSslSignatureVerifier verifier;
    enter_chains("OpenSSL", verifier);
});

}  // namespace
}  // namespace linnet::bench
