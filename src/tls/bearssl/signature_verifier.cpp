// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "tls/bearssl/signature_verifier.hpp"

#include <algorithm>
#include <cstring>

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t rsa_size_max = 4096 / 8;

struct Hash {
    SignatureScheme rsa, ecdsa;
    const br_hash_class* hash;
    // DigestInfo, RFC 8017 9.2, up to the digest.
    std::string_view digest_info;
};

constexpr Hash hashes[] = {
    {SignatureScheme::rsa_pkcs1_sha256, SignatureScheme::ecdsa_sha256, &br_sha256_vtable,
     "\x30\x31\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"sv},
    {SignatureScheme::rsa_pkcs1_sha384, SignatureScheme::ecdsa_sha384, &br_sha384_vtable,
     "\x30\x41\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"sv},
    {SignatureScheme::rsa_pkcs1_sha512, SignatureScheme::ecdsa_sha512, &br_sha512_vtable,
     "\x30\x51\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"sv},
};

const Hash* hash_of(SignatureScheme scheme) {
    for (const Hash& each : hashes) {
        if (each.rsa == scheme || each.ecdsa == scheme) return &each;
    }
    return nullptr;
}

struct Digest {
    Digest(const br_hash_class* hash, Bytes message) {
        br_hash_compat_context context;
        hash->init(&context.vtable);
        hash->update(&context.vtable, message.data(), message.size());
        hash->out(&context.vtable, bytes.data());
        size = (hash->desc >> BR_HASHDESC_OUT_OFF) & BR_HASHDESC_OUT_MASK;
    }
    Bytes all() const { return Bytes(bytes).first(size); }

    std::array<std::uint8_t, 64> bytes;
    std::size_t size;
};

// BearSSL only reads, but its types are not const.
unsigned char* borrow(Bytes bytes) {
    return const_cast<unsigned char*>(bytes.data());
}

br_rsa_public_key rsa_key(const PublicKey& key) {
    return {borrow(key.modulus), key.modulus.size(), borrow(key.exponent), key.exponent.size()};
}

br_ec_public_key ec_key(const PublicKey& key) {
    const int curve = key.bits == 256   ? BR_EC_secp256r1
                      : key.bits == 384 ? BR_EC_secp384r1
                                        : BR_EC_secp521r1;
    return {curve, borrow(key.point), key.point.size()};
}

// EMSA-PKCS1-v1_5, RFC 8017 9.2. BearSSL's own verification also accepts a DigestInfo without NULL.
bool is_padded(Bytes encoded, std::string_view digest_info, Bytes digest) {
    constexpr std::size_t ones_min = 8;
    const std::size_t tail = digest_info.size() + digest.size();
    if (encoded.size() < 3 + ones_min + tail) return false;
    const std::size_t ones = encoded.size() - 3 - tail;
    const Bytes padding = encoded.subspan(2, ones);
    return encoded[0] == 0 && encoded[1] == 1 &&
           std::all_of(padding.begin(), padding.end(), [](std::uint8_t b) { return b == 0xFF; }) &&
           encoded[2 + ones] == 0 &&
           text_of(encoded.subspan(3 + ones, digest_info.size())) == digest_info &&
           text_of(encoded.last(digest.size())) == text_of(digest);
}

bool is_signed_by_rsa(const PublicKey& key, const Hash& hash, Bytes digest, Bytes signature) {
    std::array<std::uint8_t, rsa_size_max> encoded;
    if (signature.size() != key.modulus.size() || signature.size() > encoded.size()) return false;
    std::copy(signature.begin(), signature.end(), encoded.begin());
    const br_rsa_public_key public_key = rsa_key(key);
    return br_rsa_public_get_default()(encoded.data(), signature.size(), &public_key) != 0 &&
           is_padded(Bytes(encoded).first(signature.size()), hash.digest_info, digest);
}

}  // namespace

bool BearSslSignatureVerifier::supports(SignatureScheme scheme) const {
    return hash_of(scheme) != nullptr;
}

bool BearSslSignatureVerifier::is_signed(const PublicKey& key, SignatureScheme scheme,
                                         Bytes message, Bytes signature) {
    const Hash* const hash = hash_of(scheme);
    if (hash == nullptr) return false;
    const Digest digest(hash->hash, message);
    if (scheme == hash->rsa) return is_signed_by_rsa(key, *hash, digest.all(), signature);
    const br_ec_public_key public_key = ec_key(key);
    return br_ecdsa_vrfy_asn1_get_default()(br_ec_get_default(), digest.bytes.data(), digest.size,
                                            &public_key, signature.data(), signature.size()) != 0;
}

br_x509_pkey bearssl_key(const PublicKey& key) {
    br_x509_pkey result{};
    if (key.kind == PublicKey::Kind::rsa) {
        result.key_type = BR_KEYTYPE_RSA;
        result.key.rsa = rsa_key(key);
    } else {
        result.key_type = BR_KEYTYPE_EC;
        result.key.ec = ec_key(key);
    }
    return result;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
