// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#pragma once

#include "linnet/tls_chain.hpp"

namespace linnet::bench {

/// Adds the checks of certificate chains, with the signatures of one TLS library.
void enter_chains(const char* contender, SignatureVerifier& verifier);

}  // namespace linnet::bench
