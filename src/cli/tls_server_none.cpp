// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Used in a build without TLS (-Dtls=none).
#include "cli/tls_server.hpp"

namespace linnet::cli {

std::unique_ptr<TlsServer> make_tls_server() {
    return nullptr;
}

std::unique_ptr<TlsServer> make_tls_server(Entropy&, std::int64_t) {
    return nullptr;
}

}  // namespace linnet::cli
