// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// linnet-openssl, the alternative engine.
#include "linnet/openssl.hpp"

#include "targets.hpp"
#include "tls_bench.hpp"

namespace linnet::bench {
namespace {

const Entered entered([] {
    static const OpenSslContext context;
    enter_tls("OpenSSL", &context);
});

}  // namespace
}  // namespace linnet::bench
