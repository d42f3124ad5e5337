// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "tls/bearssl/verifier.hpp"

#include <cstring>

#include "tls/bearssl/signature_verifier.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
const br_x509_class BearSslVerifier::vtable = {
    sizeof(X509),
    [](const br_x509_class** context, const char*) {
        BearSslVerifier& verifier = of(context);
        verifier.size_ = verifier.count_ = 0;
        verifier.is_too_large_ = false;
    },
    [](const br_x509_class** context, std::uint32_t size) { of(context).begin_certificate(size); },
    [](const br_x509_class** context, const unsigned char* data, std::size_t size) {
        of(context).append({data, size});
    },
    [](const br_x509_class** context) {
        BearSslVerifier& verifier = of(context);
        if (!verifier.is_too_large_) verifier.ends_[verifier.count_++] = verifier.size_;
    },
    [](const br_x509_class** context) { return of(context).end_chain(); },
    // Called only after a chain that is trusted. All cipher suites need a signature by the server.
    [](const br_x509_class* const* context, unsigned* usages) -> const br_x509_pkey* {
        if (usages != nullptr) *usages = BR_KEYTYPE_SIGN;
        return &of(context).key_;
    },
};

BearSslVerifier& BearSslVerifier::of(const br_x509_class* const* context) {
    // The vtable is the first member, so its address is that of the whole object.
    return *reinterpret_cast<const X509*>(context)->verifier;
}

BearSslVerifier::BearSslVerifier(const TlsRequest& request, std::string_view host,
                                 TlsFailure& failure)
    : x509_{&vtable, this}, request_(request), failure_(failure) {
    request_.host = host;
}

// ---- collecting ------------------------------------------------------------------------------

void BearSslVerifier::begin_certificate(std::size_t size) {
    if (count_ == chain_count_max || size > chain_.size() - size_) is_too_large_ = true;
}

void BearSslVerifier::append(Bytes piece) {
    if (is_too_large_ || piece.size() > chain_.size() - size_) return;
    std::memcpy(chain_.data() + size_, piece.data(), piece.size());
    size_ += piece.size();
}

// ---- checking --------------------------------------------------------------------------------

// The cause is in `failure_`; BearSSL's error only ends the handshake.
unsigned BearSslVerifier::end_chain() {
    return check() ? 0 : BR_ERR_X509_NOT_TRUSTED;
}

bool BearSslVerifier::check() {
    if (is_too_large_) {
        failure_.cause = Cause::tls_chain_too_large;
        return false;
    }
    std::array<Bytes, chain_count_max> shown;
    for (std::size_t i = 0, begin = 0; i < count_; begin = ends_[i++]) {
        shown[i] = Bytes(chain_).subspan(begin, ends_[i] - begin);
    }
    const std::span<const Bytes> chain = std::span(shown).first(count_);
    if (request_.listener != nullptr) request_.listener->server_certificates(chain);
    BearSslSignatureVerifier signatures;
    ChainResult result;
    if (!check_chain(request_, chain, signatures, result, failure_)) return false;
    key_ = bearssl_key(result.key);
    return true;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
