// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "tls/openssl/verifier.hpp"

#include <new>

#include "tls/openssl/signature_verifier.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

// The chain as DER.
struct Chain {
    bool collect(const STACK_OF(X509) * shown);
    bool append(X509* certificate);

    std::array<Bytes, chain_count_max> certificates;
    std::size_t count = 0;
    std::size_t size = 0;
    std::array<std::uint8_t, chain_size_max> bytes;
};

bool Chain::append(X509* certificate) {
    const int der_size = i2d_X509(certificate, nullptr);
    if (der_size <= 0 || count == chain_count_max) return false;
    const auto needed = static_cast<std::size_t>(der_size);
    if (needed > bytes.size() - size) return false;
    unsigned char* out = bytes.data() + size;
    i2d_X509(certificate, &out);
    certificates[count++] = Bytes(bytes).subspan(size, needed);
    size += needed;
    return true;
}

bool Chain::collect(const STACK_OF(X509) * shown) {
    for (int i = 0; i < sk_X509_num(shown); ++i) {
        if (!append(sk_X509_value(shown, i))) return false;
    }
    return true;
}

bool check(const TlsRequest& request, const STACK_OF(X509) * shown, Chain& chain,
           TlsFailure& failure) {
    if (!chain.collect(shown)) {
        failure.cause = Cause::tls_chain_too_large;
        return false;
    }
    const std::span<const Bytes> certificates = std::span(chain.certificates).first(chain.count);
    if (request.listener != nullptr) request.listener->server_certificates(certificates);
    OpenSslSignatureVerifier signatures;
    ChainResult result;
    return check_chain(request, certificates, signatures, result, failure);
}

}  // namespace

bool verify_with_openssl(const TlsRequest& request, const STACK_OF(X509) * shown,
                         TlsFailure& failure) {
    Block block(request.memory);
    if (!block.allocate(sizeof(Chain))) {
        failure.cause = Cause::out_of_memory;
        return false;
    }
    return check(request, shown, *new (block.data()) Chain, failure);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
