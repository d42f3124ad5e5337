// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "tls/openssl/verifier.hpp"

#include "base/endian.hpp"
#include "tls/openssl/signature_verifier.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t header_size = 4;  // type and length

struct Chain {
    std::array<Bytes, chain_count_max> certificates;
    std::size_t count = 0;
};

// Removes a vector whose length has `length_size` bytes, RFC 8446 3.4.
bool take_vector(Bytes& rest, std::size_t length_size, Bytes& content) {
    if (rest.size() < length_size) return false;
    const std::uint64_t length = load_be(rest.first(length_size));
    rest = rest.subspan(length_size);
    if (length > rest.size()) return false;
    content = rest.first(static_cast<std::size_t>(length));
    rest = rest.subspan(content.size());
    return true;
}

// OpenSSL has checked the lengths; only the number of certificates can be too large.
bool read_chain(Bytes message, bool is_tls_1_3, Chain& chain) {
    constexpr std::size_t context_length_size = 1, list_length_size = 3, extensions_length_size = 2;
    Bytes rest = message.subspan(header_size);
    Bytes context, list, certificate, extensions;
    if (is_tls_1_3 && !take_vector(rest, context_length_size, context)) return false;
    if (!take_vector(rest, list_length_size, list)) return false;
    while (!list.empty()) {
        if (!take_vector(list, list_length_size, certificate)) return false;
        if (is_tls_1_3 && !take_vector(list, extensions_length_size, extensions)) return false;
        if (chain.count == chain.certificates.size()) return false;
        chain.certificates[chain.count++] = certificate;
    }
    return true;
}

}  // namespace

bool verify_with_openssl(const TlsRequest& request, Bytes message, bool is_tls_1_3,
                         TlsFailure& failure) {
    Chain chain;
    if (message.size() < header_size || !read_chain(message, is_tls_1_3, chain)) {
        failure.cause = Cause::tls_chain_too_large;
        return false;
    }
    const std::span<const Bytes> certificates = std::span(chain.certificates).first(chain.count);
    if (request.listener != nullptr) request.listener->server_certificates(certificates);
    OpenSslSignatureVerifier signatures;
    ChainResult result;
    return check_chain(request, certificates, signatures, result, failure);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
