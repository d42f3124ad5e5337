// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Who decides about a row: linnet with the signatures of one engine, or OpenSSL alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "linnet/tls_chain.hpp"
#include "path_matrix/rows.hpp"

namespace linnet::test {

/// Counts what it verifies, and verifies the same only once.
class CountingVerifier final : public SignatureVerifier {
 public:
    explicit CountingVerifier(SignatureVerifier& engine) : engine_(engine) {}

    bool supports(SignatureScheme scheme) const override { return engine_.supports(scheme); }
    bool is_signed(const PublicKey& key, SignatureScheme scheme, Bytes message,
                   Bytes signature) override;

    std::size_t checked = 0, wrong = 0;

 private:
    SignatureVerifier& engine_;
    std::map<std::string, bool> known_;
};

struct Judgement {
    Cause cause = Cause::none;
    std::string detail;
    std::vector<std::string> path;
    std::size_t checked = 0, wrong = 0;  ///< signatures
};

/// A row whose certificates are signed and encoded.
struct EncodedRow {
    explicit EncodedRow(const Row& row);

    const Row& row;
    std::vector<std::string> shown, trusted;
};

Judgement judge(const EncodedRow& row, CountingVerifier& verifier);

#ifdef LINNET_TEST_OPENSSL
/// X509_verify_cert for a server, at the row's time and for its host. Empty: it is trusted;
/// otherwise the reason.
std::string refusal_of_openssl(const EncodedRow& row);
#endif

}  // namespace linnet::test
