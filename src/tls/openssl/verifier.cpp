// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "tls/openssl/verifier.hpp"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <new>

#include "tls/failure_text.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

// The chain as DER, and the buffer for the system's roots.
struct Chain {
    bool collect(const STACK_OF(X509) * shown);
    bool append(X509* certificate);

    std::array<Bytes, chain_count_max> certificates;
    std::size_t count = 0;
    std::size_t size = 0;
    std::array<std::uint8_t, root_buffer_size> root_buffer;
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

X509* decode(Bytes der) {
    const unsigned char* in = der.data();
    return d2i_X509(nullptr, &in, static_cast<long>(der.size()));
}

Cause cause_of(int error) {
    switch (error) {
        case X509_V_ERR_OUT_OF_MEM: return Cause::out_of_memory;
        case X509_V_ERR_CERT_SIGNATURE_FAILURE: return Cause::tls_signature_wrong;
        case X509_V_ERR_INVALID_CA:
        case X509_V_ERR_PATH_LENGTH_EXCEEDED:
        case X509_V_ERR_KEYUSAGE_NO_CERTSIGN: return Cause::tls_issuer_not_ca;
        case X509_V_ERR_CA_MD_TOO_WEAK: return Cause::tls_signature_weak;
        case X509_V_ERR_EE_KEY_TOO_SMALL:
        case X509_V_ERR_CA_KEY_TOO_SMALL: return Cause::tls_key_weak;
        case X509_V_ERR_CERT_HAS_EXPIRED: return Cause::tls_certificate_expired;
        case X509_V_ERR_CERT_NOT_YET_VALID: return Cause::tls_certificate_not_yet_valid;
        case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION: return Cause::tls_critical_extension;
        case X509_V_ERR_UNSUPPORTED_SIGNATURE_ALGORITHM: return Cause::tls_signature_unsupported;
        default: return Cause::tls_issuer_unknown;
    }
}

// OpenSSL's objects for one path, freed together.
class Path {
 public:
    explicit Path(const ChainResult& result);
    Path(const Path&) = delete;
    Path& operator=(const Path&) = delete;
    ~Path();

    /// Returns X509_V_OK or the error.
    int verify(std::int64_t unix_s);
    /// Returns true if one of the roots has signed the last certificate of the path.
    bool is_signed() const { return is_signed_; }

 private:
    bool add_root(Bytes der, bool must_have_signed);
    bool is_complete() const {
        return store_ != nullptr && context_ != nullptr && leaf_ != nullptr;
    }

    X509_STORE* store_ = X509_STORE_new();
    X509_STORE_CTX* context_ = X509_STORE_CTX_new();
    STACK_OF(X509) * others_ = sk_X509_new_null();
    X509* leaf_ = nullptr;
    bool is_signed_ = false;
};

// Ignores the dates of roots: `check_chain` has checked them where they count.
int ignore_dates_of_root(int is_good, X509_STORE_CTX* context) {
    const int error = X509_STORE_CTX_get_error(context);
    const bool is_date =
        error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID;
    const int last = sk_X509_num(X509_STORE_CTX_get0_chain(context)) - 1;
    return is_date && X509_STORE_CTX_get_error_depth(context) == last ? 1 : is_good;
}

Path::Path(const ChainResult& result) {
    leaf_ = decode(result.path[0]);
    for (const Bytes der : std::span(result.path).first(result.path_count).subspan(1)) {
        X509* const certificate = decode(der);
        if (certificate != nullptr && sk_X509_push(others_, certificate) == 0) {
            X509_free(certificate);
        }
    }
    // OpenSSL tries only one of several roots with the same name.
    const auto roots = std::span(result.roots).first(result.root_count);
    ERR_set_mark();
    for (const Bytes der : roots) is_signed_ |= add_root(der, true);
    ERR_pop_to_mark();  // otherwise SSL_get_error treats a root that has not signed it as a failure
    for (const Bytes der : is_signed_ ? roots.first(0) : roots) add_root(der, false);
}

bool Path::add_root(Bytes der, bool must_have_signed) {
    const int other_count = sk_X509_num(others_);
    X509* const last = other_count > 0 ? sk_X509_value(others_, other_count - 1) : leaf_;
    X509* const root = decode(der);
    bool is_added = root != nullptr && last != nullptr && store_ != nullptr;
    if (is_added && must_have_signed) is_added = X509_verify(last, X509_get0_pubkey(root)) == 1;
    if (is_added) X509_STORE_add_cert(store_, root);
    X509_free(root);
    return is_added;
}

Path::~Path() {
    X509_free(leaf_);
    sk_X509_pop_free(others_, X509_free);
    X509_STORE_CTX_free(context_);
    X509_STORE_free(store_);
}

int Path::verify(std::int64_t unix_s) {
    if (!is_complete()) return X509_V_ERR_OUT_OF_MEM;
    if (X509_STORE_CTX_init(context_, store_, leaf_, others_) != 1) return X509_V_ERR_OUT_OF_MEM;
    // A root is trusted whether or not it is self-signed.
    X509_VERIFY_PARAM* const how = X509_STORE_CTX_get0_param(context_);
    X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_time(how, static_cast<time_t>(unix_s));
    X509_VERIFY_PARAM_set_auth_level(how, 2);
    X509_STORE_CTX_set_verify_cb(context_, ignore_dates_of_root);
    return X509_verify_cert(context_) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context_);
}

bool check(const TlsRequest& request, const STACK_OF(X509) * shown, Chain& chain,
           TlsFailure& failure) {
    if (!chain.collect(shown)) {
        failure.cause = Cause::tls_chain_too_large;
        return false;
    }
    const std::span<const Bytes> certificates = std::span(chain.certificates).first(chain.count);
    if (request.listener != nullptr) request.listener->server_certificates(certificates);
    ChainResult result;
    if (!check_chain(request, certificates, chain.root_buffer, result, failure)) return false;
    if (result.root_count == 0) return true;
    Path path(result);
    const int error = path.verify(result.unix_s);
    if (error == X509_V_OK) return true;
    failure.cause = cause_of(error);
    failure.native = error;
    // The names match but the signatures do not.
    const bool is_about_signature =
        failure.cause == Cause::tls_signature_wrong || failure.cause == Cause::tls_issuer_unknown;
    if (is_about_signature && !path.is_signed()) put_not_signed(result, failure);
    return false;
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
