// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "path_matrix/judges.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "codec/sha256.hpp"
#include "testkit/exact.hpp"

#ifdef LINNET_TEST_OPENSSL
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#endif

namespace linnet::test {

bool CountingVerifier::is_signed(const PublicKey& key, SignatureScheme scheme, Bytes message,
                                 Bytes signature) {
    std::string id(1, static_cast<char>(scheme));
    for (const Bytes part : {key.info, message, signature}) {
        id.append(std::to_string(part.size())).append(1, ' ').append(text_of(part));
    }
    const auto [known, is_new] = known_.emplace(std::move(id), false);
    if (is_new) known->second = engine_.is_signed(key, scheme, message, signature);
    ++checked;
    if (!known->second) ++wrong;
    return known->second;
}

EncodedRow::EncodedRow(const Row& the_row) : row(the_row) {
    for (const Made& made : row.shown) shown.push_back(made.der());
    for (const Made& made : row.trusted) trusted.push_back(made.der());
}

Judgement judge(const EncodedRow& encoded, CountingVerifier& verifier) {
    const Row& row = encoded.row;
    std::vector<std::unique_ptr<ExactBytes>> blocks;
    std::vector<Bytes> chain;
    for (const std::string& der : encoded.shown) {
        blocks.push_back(std::make_unique<ExactBytes>(der));
        chain.push_back(blocks.back()->bytes());
    }
    // A malformed root is not among the trusted ones.
    X509Certificate trusted;
    for (const std::string& der : encoded.trusted) {
        static_cast<void>(trusted.load_from_memory(bytes_of(der)));
    }
    std::vector<Sha256Digest> pins;
    for (const std::string& key : row.key_pins) pins.push_back(sha256(bytes_of(key)));
    TlsTrust trust;
    trust.key_pins = pins;
    (row.is_pinned ? trust.certificate : trust.ca_bundle) = &trusted;
    const TlsRequest request{.host = row.host, .trust = trust, .unix_s = row.unix_s};
    verifier.checked = verifier.wrong = 0;
    ChainResult result;
    TlsFailure why;
    const bool is_trusted = check_chain(request, chain, verifier, result, why);
    EXPECT_EQ(is_trusted, why.cause == Cause::none) << row.name;
    Judgement judgement;
    judgement.cause = why.cause;
    judgement.detail = why.detail();
    judgement.checked = verifier.checked;
    judgement.wrong = verifier.wrong;
    if (!is_trusted) return judgement;
    for (std::size_t i = 0; i < result.path_count; ++i) {
        judgement.path.emplace_back(text_of(result.path[i]));
    }
    return judgement;
}

#ifdef LINNET_TEST_OPENSSL
namespace {

struct Freed {
    void operator()(X509* x) const { X509_free(x); }
    void operator()(X509_STORE* x) const { X509_STORE_free(x); }
    void operator()(X509_STORE_CTX* x) const { X509_STORE_CTX_free(x); }
    void operator()(STACK_OF(X509) * x) const { sk_X509_pop_free(x, X509_free); }
};
template <class T>
using Owned = std::unique_ptr<T, Freed>;

// Returns null unless all of `der` is one certificate.
Owned<X509> decode(const std::string& der) {
    const auto* in = reinterpret_cast<const unsigned char*>(der.data());
    const auto* const end = in + der.size();
    Owned<X509> decoded(d2i_X509(nullptr, &in, static_cast<long>(der.size())));
    if (in != end) decoded.reset();
    return decoded;
}

void set_parameters(X509_VERIFY_PARAM* parameters, const Row& row) {
    X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set_time(parameters, row.unix_s);
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_auth_level(parameters, 2);
    if (X509_VERIFY_PARAM_set1_ip_asc(parameters, row.host.c_str()) == 1) return;
    EXPECT_EQ(X509_VERIFY_PARAM_set1_host(parameters, row.host.data(), row.host.size()), 1);
}

}  // namespace

std::string refusal_of_openssl(const EncodedRow& encoded) {
    const Owned<X509_STORE> store(X509_STORE_new());
    for (const std::string& der : encoded.trusted) {
        const Owned<X509> root = decode(der);
        if (root != nullptr) X509_STORE_add_cert(store.get(), root.get());
    }
    const Owned<STACK_OF(X509)> shown(sk_X509_new_null());
    for (const std::string& der : encoded.shown) {
        Owned<X509> certificate = decode(der);
        if (certificate == nullptr && &der == encoded.shown.data()) return "malformed";
        if (certificate != nullptr) sk_X509_push(shown.get(), certificate.release());
    }
    const Owned<X509_STORE_CTX> context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), sk_X509_value(shown.get(), 0), shown.get());
    set_parameters(X509_STORE_CTX_get0_param(context.get()), encoded.row);
    const int is_trusted = X509_verify_cert(context.get());
    ERR_clear_error();
    if (is_trusted == 1) return "";
    return X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}
#endif

}  // namespace linnet::test
