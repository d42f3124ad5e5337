// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "testkit/certificate_maker.hpp"

#include <bearssl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <tuple>

#ifdef LINNET_TEST_OPENSSL
#include <openssl/evp.h>
#endif

namespace linnet::test {
namespace {

using Arcs = std::vector<unsigned long long>;

struct HashFacts {
    const br_hash_class* bearssl;
    std::size_t size;
    Arcs id, rsa, ecdsa;
};

const HashFacts& facts(Hash hash) {
    static const std::array<HashFacts, 6> all = {{
        {&br_md5_vtable, 16, {1, 2, 840, 113549, 2, 5}, {1, 2, 840, 113549, 1, 1, 4}, {}},
        {&br_sha1_vtable,
         20,
         {1, 3, 14, 3, 2, 26},
         {1, 2, 840, 113549, 1, 1, 5},
         {1, 2, 840, 10045, 4, 1}},
        {&br_sha224_vtable,
         28,
         {2, 16, 840, 1, 101, 3, 4, 2, 4},
         {1, 2, 840, 113549, 1, 1, 14},
         {1, 2, 840, 10045, 4, 3, 1}},
        {&br_sha256_vtable,
         32,
         {2, 16, 840, 1, 101, 3, 4, 2, 1},
         {1, 2, 840, 113549, 1, 1, 11},
         {1, 2, 840, 10045, 4, 3, 2}},
        {&br_sha384_vtable,
         48,
         {2, 16, 840, 1, 101, 3, 4, 2, 2},
         {1, 2, 840, 113549, 1, 1, 12},
         {1, 2, 840, 10045, 4, 3, 3}},
        {&br_sha512_vtable,
         64,
         {2, 16, 840, 1, 101, 3, 4, 2, 3},
         {1, 2, 840, 113549, 1, 1, 13},
         {1, 2, 840, 10045, 4, 3, 4}},
    }};
    return all[static_cast<std::size_t>(hash)];
}

std::string digest(Hash hash, std::string_view message) {
    br_hash_compat_context context;
    const br_hash_class* const type = facts(hash).bearssl;
    type->init(&context.vtable);
    type->update(&context.vtable, message.data(), message.size());
    std::string out(facts(hash).size, '\0');
    type->out(&context.vtable, out.data());
    return out;
}

unsigned char* bytes(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

// A positive INTEGER of big-endian bytes.
std::string positive(std::string_view number) {
    number.remove_prefix(std::min(number.find_first_not_of('\0'), number.size()));
    const bool needs_zero = number.empty() || (number[0] & 0x80) != 0;
    return item(0x02, std::string(needs_zero ? 1 : 0, '\0').append(number));
}

// ---- RSA -------------------------------------------------------------------------------------

struct RsaKey {
    std::string private_bytes, public_bytes;
    br_rsa_private_key private_key;
    br_rsa_public_key public_key;
};

const RsaKey& rsa_key_of(const KeyName& name) {
    using Id = std::tuple<unsigned, std::uint32_t, char>;
    static std::map<Id, std::unique_ptr<RsaKey>> keys;
    const Id id = {name.bits, name.exponent, name.name.empty() ? ' ' : name.name[0]};
    std::unique_ptr<RsaKey>& key = keys[id];
    if (key != nullptr) return *key;
    key = std::make_unique<RsaKey>();
    key->private_bytes.resize(BR_RSA_KBUF_PRIV_SIZE(name.bits));
    key->public_bytes.resize(BR_RSA_KBUF_PUB_SIZE(name.bits));
    const std::string seed = std::to_string(name.bits) + std::get<2>(id);
    br_hmac_drbg_context random;
    br_hmac_drbg_init(&random, &br_sha256_vtable, seed.data(), seed.size());
    const std::uint32_t is_done = br_rsa_keygen_get_default()(
        &random.vtable, &key->private_key, key->private_bytes.data(), &key->public_key,
        key->public_bytes.data(), name.bits, name.exponent);
    EXPECT_EQ(is_done, 1u) << name.bits;
    return *key;
}

std::string view_of(const unsigned char* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

// EMSA-PKCS1-v1_5, RFC 8017 9.2.
std::string encode_pkcs1(const SignatureForm& form, std::string_view message, std::size_t size) {
    const Hash hash = form.hash.value_or(Hash::sha256);
    const std::string info =
        sequence({algorithm(facts(hash).id, null()), item(0x04, digest(hash, message))});
    std::string encoded("\x00\x01", 2);
    encoded.append(size - 3 - info.size(), '\xFF').append(1, '\0').append(info);
    return encoded;
}

std::string mask_of(Hash hash, const std::string& seed, std::size_t size) {
    std::string mask;
    for (char counter = 0; mask.size() < size; ++counter) {
        mask += digest(hash, seed + std::string(3, '\0') + counter);
    }
    mask.resize(size);
    return mask;
}

// EMSA-PSS, RFC 8017 9.1, with a salt of zeros. The modulus has a multiple of 8 bits.
std::string encode_pss(const SignatureForm& form, std::string_view message, std::size_t size) {
    const Hash hash = form.hash.value_or(Hash::sha256);
    const std::string salt(form.salt_size.value_or(unsigned(facts(hash).size)), '\0');
    const std::string hashed = digest(hash, std::string(8, '\0') + digest(hash, message) + salt);
    std::string block(size - hashed.size() - 1, '\0');
    block[block.size() - salt.size() - 1] = 1;
    const std::string mask = mask_of(form.mask_hash.value_or(hash), hashed, block.size());
    for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<char>(block[i] ^ mask[i]);
    block[0] = static_cast<char>(block[0] & 0x7F);
    return block + hashed + '\xBC';
}

std::string sign_rsa(const KeyName& name, const SignatureForm& form, std::string_view message) {
    const RsaKey& key = rsa_key_of(name);
    const std::size_t size = (name.bits + 7) / 8;
    std::string encoded =
        form.is_pss ? encode_pss(form, message, size) : encode_pkcs1(form, message, size);
    if (form.change_encoded) encoded = form.change_encoded(encoded);
    EXPECT_EQ(br_rsa_private_get_default()(bytes(encoded), &key.private_key), 1u);
    return encoded;
}

std::string pss_parameters(const SignatureForm& form) {
    const Hash hash = form.hash.value_or(Hash::sha256);
    const std::string hash_id = algorithm(facts(hash).id, null());
    const std::string mask_id = algorithm(facts(form.mask_hash.value_or(hash)).id, null());
    const auto salt_size = static_cast<char>(form.salt_size.value_or(unsigned(facts(hash).size)));
    return sequence({item(0xA0, hash_id),
                     item(0xA1, algorithm({1, 2, 840, 113549, 1, 1, 8}, mask_id)),
                     item(0xA2, item(0x02, std::string(1, salt_size)))});
}

// ---- elliptic curves -------------------------------------------------------------------------

struct EcFacts {
    int curve;
    std::size_t size;
    Hash hash;
    Arcs id;
};

EcFacts ec_facts(unsigned bits) {
    if (bits == 521) return {BR_EC_secp521r1, 66, Hash::sha512, {1, 3, 132, 0, 35}};
    if (bits == 384) return {BR_EC_secp384r1, 48, Hash::sha384, {1, 3, 132, 0, 34}};
    return {BR_EC_secp256r1, 32, Hash::sha256, {1, 2, 840, 10045, 3, 1, 7}};
}

// A number below the order of the curve.
std::string ec_secret(const KeyName& name) {
    std::string secret = digest(Hash::sha512, name.name) + digest(Hash::sha512, name.name + "more");
    secret.resize(ec_facts(name.bits).size);
    secret[0] = name.bits == 521 ? '\0' : static_cast<char>(secret[0] & 0x7F);
    return secret;
}

std::string ec_point(const KeyName& name) {
    std::string secret = ec_secret(name);
    const br_ec_private_key key = {ec_facts(name.bits).curve, bytes(secret), secret.size()};
    std::string point(BR_EC_KBUF_PUB_MAX_SIZE, '\0');
    point.resize(br_ec_compute_pub(br_ec_get_default(), nullptr, point.data(), &key));
    return point;
}

std::string sign_ec(const KeyName& name, const SignatureForm& form, std::string_view message) {
    std::string secret = ec_secret(name);
    const br_ec_private_key key = {ec_facts(name.bits).curve, bytes(secret), secret.size()};
    const Hash hash = form.hash.value_or(ec_facts(name.bits).hash);
    const std::string hashed = digest(hash, message);
    std::string signature(160, '\0');
    signature.resize(br_ecdsa_i31_sign_asn1(br_ec_get_default(), facts(hash).bearssl, hashed.data(),
                                            &key, signature.data()));
    return signature;
}

// ---- Ed25519 ---------------------------------------------------------------------------------

const Arcs ed25519_id = {1, 3, 101, 112};

#ifdef LINNET_TEST_OPENSSL
using Ed25519Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Ed25519Key ed25519_key(const KeyName& name) {
    const std::string seed = digest(Hash::sha256, name.name);
    const auto* const data = reinterpret_cast<const unsigned char*>(seed.data());
    return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, data, seed.size()),
            &EVP_PKEY_free};
}

std::string ed25519_point(const KeyName& name) {
    std::string point(32, '\0');
    std::size_t size = point.size();
    EXPECT_EQ(EVP_PKEY_get_raw_public_key(ed25519_key(name).get(), bytes(point), &size), 1);
    return point;
}

std::string sign_ed25519(const KeyName& name, std::string_view message) {
    const Ed25519Key key = ed25519_key(name);
    std::string signature(64, '\0');
    std::size_t size = signature.size();
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    EXPECT_EQ(EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key.get()), 1);
    EXPECT_EQ(
        EVP_DigestSign(context, bytes(signature), &size,
                       reinterpret_cast<const unsigned char*>(message.data()), message.size()),
        1);
    EVP_MD_CTX_free(context);
    return signature;
}
#else
// Well-formed, which is enough for an engine that does not support them.
std::string ed25519_point(const KeyName& name) {
    return digest(Hash::sha256, name.name);
}
std::string sign_ed25519(const KeyName&, std::string_view message) {
    return digest(Hash::sha512, message);
}
#endif

std::string make_public_key(const KeyName& name) {
    if (name.kind == KeyName::Kind::ed25519) {
        return sequence({algorithm(ed25519_id), bit_string(ed25519_point(name))});
    }
    if (name.kind == KeyName::Kind::ec) {
        return sequence({algorithm({1, 2, 840, 10045, 2, 1}, oid(ec_facts(name.bits).id)),
                         bit_string(ec_point(name))});
    }
    const br_rsa_public_key& key = rsa_key_of(name).public_key;
    const std::string numbers =
        sequence({positive(view_of(key.n, key.nlen)), positive(view_of(key.e, key.elen))});
    return sequence({algorithm({1, 2, 840, 113549, 1, 1, 1}, null()), bit_string(numbers)});
}

std::string subtrees(unsigned tag, const std::vector<std::string>& bases) {
    if (bases.empty()) return "";
    std::string all;
    for (const std::string& base : bases) all += sequence({base});
    return item(tag, all);
}

}  // namespace

const std::string& public_key_of(const KeyName& key) {
    static std::map<KeyName, std::string> made;
    std::string& known = made[key];
    if (known.empty()) known = make_public_key(key);
    return known;
}

std::string signature_of(const KeyName& key, const SignatureForm& form, std::string_view message) {
    // A change is a function, which cannot be compared: such signatures are made each time.
    using Id = std::tuple<KeyName, std::optional<Hash>, bool, std::optional<unsigned>,
                          std::optional<Hash>, std::string>;
    static std::map<Id, std::string> made;
    std::string changed;
    std::string& signature = form.change_encoded
                                 ? changed
                                 : made[{key, form.hash, form.is_pss, form.salt_size,
                                         form.mask_hash, digest(Hash::sha256, message)}];
    if (signature.empty()) {
        switch (key.kind) {
            case KeyName::Kind::ec: signature = sign_ec(key, form, message); break;
            case KeyName::Kind::rsa: signature = sign_rsa(key, form, message); break;
            case KeyName::Kind::ed25519: signature = sign_ed25519(key, message); break;
        }
    }
    return form.change_signature ? form.change_signature(signature) : signature;
}

std::string algorithm_of(const KeyName& key, const SignatureForm& form) {
    if (!form.algorithm.empty()) return form.algorithm;
    if (key.kind == KeyName::Kind::ed25519) return algorithm(ed25519_id);
    if (key.kind == KeyName::Kind::ec) {
        return algorithm(facts(form.hash.value_or(ec_facts(key.bits).hash)).ecdsa);
    }
    if (form.is_pss) return algorithm({1, 2, 840, 113549, 1, 1, 10}, pss_parameters(form));
    return algorithm(facts(form.hash.value_or(Hash::sha256)).rsa, null());
}

std::string first_item(std::string_view text) {
    std::size_t header = 2;
    auto size = static_cast<std::size_t>(static_cast<unsigned char>(text[1]));
    if (size >= 0x80) {
        header += size - 0x80;
        size = 0;
        for (std::size_t i = 2; i < header; ++i) {
            size = size * 256 + static_cast<unsigned char>(text[i]);
        }
    }
    return std::string(text.substr(0, header + size));
}

std::string extension_type(std::string_view extension) {
    const std::size_t length_size = (extension[1] & 0x80) == 0 ? 1 : 1 + (extension[1] & 0x7F);
    return first_item(extension.substr(1 + length_size));
}

// ---- certificates ----------------------------------------------------------------------------

Made& Made::put(const std::string& extension) {
    const std::string type = extension_type(extension);
    for (std::string& own : parts.extensions) {
        if (extension_type(own) != type) continue;
        own = extension;
        return *this;
    }
    return add(extension);
}

Made& Made::add(const std::string& extension) {
    parts.extensions.push_back(extension);
    return *this;
}

Made& Made::remove(const std::vector<unsigned long long>& id) {
    std::erase_if(parts.extensions,
                  [&](const std::string& own) { return extension_type(own) == oid(id); });
    return *this;
}

std::string Made::der() const {
    CertificateParts all = parts;
    all.public_key = public_key.empty() ? public_key_of(key) : public_key;
    const std::string signed_with = algorithm_of(signer, form);
    all.signature_algorithm = inner_algorithm.empty() ? signed_with : inner_algorithm;
    if (all.outer_algorithm.empty()) all.outer_algorithm = signed_with;
    all.signature = bit_string(signature_of(signer, form, all.tbs()));
    return change_der ? change_der(all.der()) : all.der();
}

// ---- extensions ------------------------------------------------------------------------------

std::string basic_constraints(bool is_ca, std::optional<int> path_length, bool is_critical) {
    const std::string flag = is_ca ? item(0x01, "\xFF") : "";
    const std::string limit =
        path_length ? item(0x02, std::string(1, static_cast<char>(*path_length))) : "";
    return extension({2, 5, 29, 19}, sequence({flag, limit}), is_critical);
}

std::string key_usage(const std::vector<unsigned>& bits, bool is_critical) {
    unsigned all = 0;
    for (const unsigned bit : bits) all |= 0x80u >> bit;
    unsigned unused = 0;
    while (unused < 7 && (all >> unused & 1) == 0) ++unused;
    const std::string value = {static_cast<char>(unused), static_cast<char>(all)};
    return extension({2, 5, 29, 15}, item(0x03, value), is_critical);
}

std::string extended_key_usage(const std::vector<unsigned>& purposes, bool is_critical) {
    std::vector<std::string> ids;
    for (const unsigned purpose : purposes) {
        ids.push_back(purpose == 0 ? oid({2, 5, 29, 37, 0})
                                   : oid({1, 3, 6, 1, 5, 5, 7, 3, purpose}));
    }
    return extension({2, 5, 29, 37}, sequence(ids), is_critical);
}

std::string subject_alt_names(const std::vector<std::string>& names, bool is_critical) {
    return extension({2, 5, 29, 17}, sequence(names), is_critical);
}

std::string policies(const std::vector<std::string>& information, bool is_critical) {
    return extension({2, 5, 29, 32}, sequence(information), is_critical);
}

std::string name_constraints(const std::vector<std::string>& permitted,
                             const std::vector<std::string>& excluded, bool is_critical) {
    return extension({2, 5, 29, 30},
                     sequence({subtrees(0xA0, permitted), subtrees(0xA1, excluded)}), is_critical);
}

std::string subject_key_id(std::string_view id, bool is_critical) {
    return extension({2, 5, 29, 14}, item(0x04, id), is_critical);
}

std::string authority_key_id(std::string_view id, bool is_critical) {
    return extension({2, 5, 29, 35}, sequence({item(0x80, id)}), is_critical);
}

std::string ip_name(const std::vector<unsigned>& bytes) {
    std::string address;
    for (const unsigned byte : bytes) address += static_cast<char>(byte);
    return item(0x87, address);
}

std::string mail_name(std::string_view mail) {
    return item(0x81, mail);
}

std::string uri_name(std::string_view uri) {
    return item(0x86, uri);
}

std::string directory_name(const std::string& name) {
    return item(0xA4, name);
}

std::string other_name() {
    return item(0xA0, oid({1, 3, 6, 1, 4, 1, 311, 20, 2, 3}) + item(0xA0, item(0x0C, "x")));
}

std::string registered_id() {
    return item(0x88, oid({1, 2, 3}).substr(2));
}

std::string name_with(const std::vector<std::pair<unsigned, std::string>>& attributes,
                      unsigned tag) {
    std::vector<std::string> all;
    for (const auto& [type, text] : attributes) {
        all.push_back(set_of({attribute(type, text, tag)}));
    }
    return sequence(all);
}

}  // namespace linnet::test
