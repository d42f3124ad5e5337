// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "tls/bearssl/verifier.hpp"

#include <algorithm>
#include <cstring>

#include "codec/calendar.hpp"
#include "tls/bearssl/cause.hpp"
#include "tls/failure_text.hpp"
#include "x509/certificate.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr int rsa_size_min = 2048 / 8;
// BearSSL counts days from the year 0, Unix from 1970.
constexpr std::int64_t days_before_1970 = 719'528;

// Pushes a certificate as a whole: a decoder forgets that it has failed, and a second push would
// write past its memory (0.6 and later).
const br_x509_pkey* decode(br_x509_decoder_context& decoder, Bytes der) {
    br_x509_decoder_init(&decoder, nullptr, nullptr);
    br_x509_decoder_push(&decoder, der.data(), der.size());
    return br_x509_decoder_get_pkey(&decoder);
}

void set_time(br_x509_minimal_context& minimal, std::int64_t unix_s) {
    const auto [day, second] = day_and_second(unix_s);
    br_x509_minimal_set_time(&minimal, static_cast<std::uint32_t>(day + days_before_1970), second);
}

}  // namespace

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
    [](const br_x509_class* const* context, unsigned* usages) { return of(context).key(usages); },
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

unsigned BearSslVerifier::end_chain() {
    const unsigned error = check();
    if (error == 0) return 0;
    failure_.native = static_cast<int>(error);
    if (failure_.cause != Cause::none) return error;
    failure_.cause = cause_of_bearssl(error);
    return error;
}

unsigned BearSslVerifier::check() {
    if (is_too_large_) {
        failure_.cause = Cause::tls_chain_too_large;
        return BR_ERR_X509_LIMIT_EXCEEDED;
    }
    std::array<Bytes, chain_count_max> shown;
    for (std::size_t i = 0, begin = 0; i < count_; begin = ends_[i++]) {
        shown[i] = Bytes(chain_).subspan(begin, ends_[i] - begin);
    }
    const std::span<const Bytes> chain = std::span(shown).first(count_);
    if (request_.listener != nullptr) request_.listener->server_certificates(chain);
    ChainResult result;
    if (!check_chain(request_, chain, root_buffer_, result, failure_)) {
        return BR_ERR_X509_NOT_TRUSTED;
    }
    return result.root_count == 0 ? take_key(result.path[0]) : verify_path(result);
}

unsigned BearSslVerifier::take_key(Bytes leaf) {
    if (decode(leaf_, leaf) == nullptr) {
        return static_cast<unsigned>(br_x509_decoder_last_error(&leaf_));
    }
    key_from_ = KeyFrom::leaf;
    return 0;
}

void BearSslVerifier::make_anchors(const ChainResult& result) {
    anchor_count_ = 0;
    for (const Bytes der : std::span(result.roots).first(result.root_count)) {
        br_x509_decoder_context& decoder = root_decoders_[anchor_count_];
        const br_x509_pkey* const key = decode(decoder, der);
        const auto root = parse_certificate(der);
        // BearSSL could not verify a signature by a root of a kind that it does not support.
        if (key == nullptr || !root) continue;
        br_x509_trust_anchor& anchor = anchors_[anchor_count_++];
        // BearSSL's type is not const, but it only reads.
        anchor.dn.data = const_cast<unsigned char*>(root->subject.data());
        anchor.dn.len = root->subject.size();
        anchor.flags = br_x509_decoder_isCA(&decoder) != 0 ? BR_X509_TA_CA : 0;
        anchor.pkey = *key;
    }
}

unsigned BearSslVerifier::verify_path(const ChainResult& result) {
    make_anchors(result);
    br_x509_minimal_init(&minimal_, &br_sha256_vtable, anchors_.data(), anchor_count_);
    br_x509_minimal_set_rsa(&minimal_, br_rsa_pkcs1_vrfy_get_default());
    br_x509_minimal_set_ecdsa(&minimal_, br_ec_get_default(), br_ecdsa_vrfy_asn1_get_default());
    br_x509_minimal_set_hash(&minimal_, br_sha256_ID, &br_sha256_vtable);
    br_x509_minimal_set_hash(&minimal_, br_sha384_ID, &br_sha384_vtable);
    br_x509_minimal_set_hash(&minimal_, br_sha512_ID, &br_sha512_vtable);
    br_x509_minimal_set_minrsa(&minimal_, rsa_size_min);
    set_time(minimal_, result.unix_s);
    const br_x509_class** const context = &minimal_.vtable;
    // No name is passed: `check_chain` has checked it, by stricter rules.
    minimal_.vtable->start_chain(context, nullptr);
    for (const Bytes der : std::span(result.path).first(result.path_count)) {
        minimal_.vtable->start_cert(context, static_cast<std::uint32_t>(der.size()));
        minimal_.vtable->append(context, der.data(), der.size());
        minimal_.vtable->end_cert(context);
    }
    const unsigned error = minimal_.vtable->end_chain(context);
    if (error == 0) key_from_ = KeyFrom::path;
    // The names match but the signatures do not.
    if (error == BR_ERR_X509_NOT_TRUSTED) put_not_signed(result, failure_);
    return error;
}

const br_x509_pkey* BearSslVerifier::key(unsigned* usages) const {
    const br_x509_class* const* const context = &minimal_.vtable;
    switch (key_from_) {
        case KeyFrom::nowhere: return nullptr;
        case KeyFrom::path: return minimal_.vtable->get_pkey(context, usages);
        case KeyFrom::leaf:
            if (usages != nullptr) *usages = BR_KEYTYPE_KEYX | BR_KEYTYPE_SIGN;
            return &leaf_.pkey;
    }
    return nullptr;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
