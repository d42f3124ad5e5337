// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Certificates made from a fuzz input and really signed, by keys that are the same in every run.
// What the input changes in a certificate is changed before it is signed, unless it says otherwise.
#pragma once

#include <bearssl.h>
#include <openssl/evp.h>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "der_mending.hpp"
#include "linnet/public_key.hpp"
#include "x509/certificate.hpp"

namespace linnet::fuzz {

using namespace std::string_view_literals;

inline std::string der_item(unsigned tag, std::string_view content) {
    std::string head(1, static_cast<char>(tag));
    if (content.size() > 255) {
        head += {'\x82', static_cast<char>(content.size() >> 8)};
    } else if (content.size() > 127) {
        head += '\x81';
    }
    return head.append(1, static_cast<char>(content.size())).append(content);
}
inline std::string der_sequence(std::initializer_list<std::string> parts) {
    std::string content;
    for (const std::string& part : parts) content += part;
    return der_item(der::sequence, content);
}

// ---- keys ------------------------------------------------------------------------------------

/// A key pair, selected by a number: four on P-256, then RSA, P-384, Ed25519 and P-521.
class FuzzKey {
 public:
    static constexpr std::size_t count = 8;

    static const FuzzKey& get(std::size_t number) {
        static std::array<std::unique_ptr<FuzzKey>, count> keys;
        std::unique_ptr<FuzzKey>& key = keys[number % count];
        if (key == nullptr) key.reset(new FuzzKey(number % count));
        return *key;
    }

    const std::string& info() const { return info_; }
    bool is_rsa() const { return number_ == 4; }
    bool is_ed25519() const { return number_ == 6; }

    /// With SHA-256, 384 or 512 for 0, 1 and 2.
    SignatureScheme scheme(unsigned hash) const {
        using enum SignatureScheme;
        constexpr SignatureScheme rsa[] = {rsa_pkcs1_sha256, rsa_pkcs1_sha384, rsa_pkcs1_sha512};
        constexpr SignatureScheme ec[] = {ecdsa_sha256, ecdsa_sha384, ecdsa_sha512};
        return is_ed25519() ? ed25519 : is_rsa() ? rsa[hash] : ec[hash];
    }
    std::string algorithm(unsigned hash) const {
        const auto last = [&](char sha256) { return static_cast<char>(sha256 + char(hash)); };
        if (is_ed25519()) return der_sequence({"\x06\x03\x2B\x65\x70"});
        if (is_rsa()) {
            return der_sequence({std::string("\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01") + last(11),
                                 std::string("\x05\x00"sv)});
        }
        return der_sequence({std::string("\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03") + last(2)});
    }
    /// The signature is the same each time.
    std::string sign(unsigned hash, std::string_view message) const {
        static std::map<std::tuple<std::size_t, unsigned, std::string>, std::string> known;
        if (known.size() > 20'000) known.clear();
        std::string& signature = known[{number_, hash, std::string(message)}];
        if (signature.empty()) signature = sign_now(hash, message);
        return signature;
    }

 private:
    std::string sign_now(unsigned hash, std::string_view message) const;

    explicit FuzzKey(std::size_t number) : number_(number) {
        is_rsa() ? make_rsa() : is_ed25519() ? make_ed25519() : make_ec();
    }

    static unsigned char* data(std::string& text) {
        return reinterpret_cast<unsigned char*>(text.data());
    }
    static std::string bit_string(const std::string& bytes) {
        return der_item(der::bit_string, std::string(1, '\0') + bytes);
    }

    br_ec_private_key ec_key() const {
        const int curves[] = {BR_EC_secp256r1, BR_EC_secp384r1, BR_EC_secp521r1};
        const std::size_t curve = number_ == 5 ? 1 : number_ == 7 ? 2 : 0;
        return {curves[curve], data(secret_), secret_.size()};
    }
    void make_ec() {
        const std::string ids[] = {"\x06\x08\x2A\x86\x48\xCE\x3D\x03\x01\x07",
                                   std::string("\x06\x05\x2B\x81\x04\x00\x22"sv),
                                   std::string("\x06\x05\x2B\x81\x04\x00\x23"sv)};
        const std::size_t size = number_ == 5 ? 48 : number_ == 7 ? 66 : 32;
        secret_.assign(size, static_cast<char>(number_ + 1));
        secret_[0] = '\0';
        std::string point(BR_EC_KBUF_PUB_MAX_SIZE, '\0');
        const br_ec_private_key key = ec_key();
        point.resize(br_ec_compute_pub(br_ec_get_default(), nullptr, point.data(), &key));
        const std::string& id = ids[size == 32 ? 0 : size == 48 ? 1 : 2];
        info_ = der_sequence(
            {der_sequence({"\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01", id}), bit_string(point)});
    }

    void make_rsa() {
        constexpr unsigned bits = 2048;
        rsa_bytes_.resize(BR_RSA_KBUF_PRIV_SIZE(bits));
        std::string public_bytes(BR_RSA_KBUF_PUB_SIZE(bits), '\0');
        br_hmac_drbg_context random;
        br_hmac_drbg_init(&random, &br_sha256_vtable, "fuzz", 4);
        br_rsa_public_key public_key;
        const auto is_done = br_rsa_keygen_get_default()(
            &random.vtable, &rsa_, data(rsa_bytes_), &public_key, data(public_bytes), bits, 65537);
        require(is_done == 1, "a key can be made");
        const std::string modulus(text_of(Bytes(public_key.n, public_key.nlen)));
        const std::string exponent(text_of(Bytes(public_key.e, public_key.elen)));
        const std::string numbers =
            der_sequence({der_item(der::integer, std::string(1, '\0') + modulus),
                          der_item(der::integer, exponent)});
        const std::string id = "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01";
        info_ = der_sequence({der_sequence({id, std::string("\x05\x00"sv)}), bit_string(numbers)});
    }

    using Ed25519Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

    Ed25519Key ed25519_key() const {
        return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, data(secret_), 32),
                &EVP_PKEY_free};
    }
    void make_ed25519() {
        secret_.assign(32, 'e');
        std::string point(32, '\0');
        std::size_t size = point.size();
        require(EVP_PKEY_get_raw_public_key(ed25519_key().get(), data(point), &size) == 1,
                "it has a point");
        info_ = der_sequence({der_sequence({"\x06\x03\x2B\x65\x70"}), bit_string(point)});
    }

    std::size_t number_;
    std::string info_;
    mutable std::string secret_;
    std::string rsa_bytes_;
    br_rsa_private_key rsa_{};
};

inline std::string FuzzKey::sign_now(unsigned hash, std::string_view message) const {
    const br_hash_class* const hashes[] = {&br_sha256_vtable, &br_sha384_vtable, &br_sha512_vtable};
    const unsigned char* const ids[] = {BR_HASH_OID_SHA256, BR_HASH_OID_SHA384, BR_HASH_OID_SHA512};
    const Bytes bytes = bytes_of(message);
    std::string signature(256, '\0');
    std::size_t size = signature.size();
    if (is_ed25519()) {
        const Ed25519Key key = ed25519_key();
        EVP_MD_CTX* const context = EVP_MD_CTX_new();
        EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key.get());
        require(EVP_DigestSign(context, data(signature), &size, bytes.data(), bytes.size()) == 1,
                "Ed25519 can sign");
        EVP_MD_CTX_free(context);
        return signature.substr(0, size);
    }
    std::array<unsigned char, 64> digest;
    br_hash_compat_context context;
    hashes[hash]->init(&context.vtable);
    hashes[hash]->update(&context.vtable, bytes.data(), bytes.size());
    hashes[hash]->out(&context.vtable, digest.data());
    if (is_rsa()) {
        const auto is_done = br_rsa_pkcs1_sign_get_default()(
            ids[hash], digest.data(), 32u + 16 * hash, &rsa_, data(signature));
        require(is_done == 1, "RSA can sign");
        return signature;
    }
    const br_ec_private_key key = ec_key();
    size = br_ecdsa_i31_sign_asn1(br_ec_get_default(), hashes[hash], digest.data(), &key,
                                  signature.data());
    return signature.substr(0, size);
}

// ---- certificates ----------------------------------------------------------------------------

/// A certificate, and what its issuer signed.
struct MadeCertificate {
    std::string der;
    std::string signed_part, signature;  // right, even if those in `der` are not
    SignatureScheme scheme = SignatureScheme::unknown;
    std::string signer_info;
};

/// Makes one certificate of a few bytes. Zeros make it the `index`-th of a good chain.
class CertificateMaker {
 public:
    CertificateMaker(std::size_t index, FuzzInput& input) : index_(index) {
        for (std::uint8_t& byte : recipe_) byte = input.byte();
        extensions_ = mended(input.take_part().rest());
        changes_ = input.take_part();
    }

    MadeCertificate make() {
        MadeCertificate made;
        const FuzzKey& signer = FuzzKey::get(index_ + 1 + bits(1, 3, 3));
        const unsigned hash = bits(1, 6, 2) % 3;
        made.signed_part = changed(tbs(signer.algorithm(hash)));
        made.signature = signer.sign(hash, made.signed_part);
        made.scheme = signer.scheme(hash);
        made.signer_info = signer.info();
        std::string shown = made.signed_part, signature = made.signature;
        const std::uint8_t place = recipe_[5];
        const auto damage = [&](std::string& text) {
            char& byte = text[place * text.size() / 256];
            byte = static_cast<char>(byte ^ (place | 1));
        };
        switch (recipe_[4] % 4) {
            case 1: damage(signature); break;
            case 2: damage(shown); break;
            case 3: signature += static_cast<char>(place); break;
            default: break;
        }
        made.der = der_sequence({shown, algorithm_in(shown, signer.algorithm(hash)),
                                 der_item(der::bit_string, std::string(1, '\0') + signature)});
        return made;
    }

 private:
    unsigned bits(std::size_t byte, unsigned from, unsigned count) const {
        return recipe_[byte] >> from & ((1u << count) - 1);
    }

    std::string name(std::size_t number, unsigned form) const {
        std::string text = "Name  " + std::string(1, static_cast<char>('a' + number % 8));
        if (form == 1) text = " nAME " + text.substr(6);
        if (form == 3) return der_sequence({});
        std::string wide;
        for (const char c : text) wide += {'\0', c};
        const std::string value =
            form == 2 ? der_item(der::bmp_string, wide) : der_item(der::utf8_string, text);
        return der_sequence({der_item(der::set, der_sequence({"\x06\x03\x55\x04\x0A", value}))});
    }

    std::string dates() const {
        constexpr std::string_view all[][2] = {
            {"200101000000Z", "491231235959Z"}, {"200101000000Z", "261122235959Z"},
            {"261123000001Z", "491231235959Z"}, {"261123000000Z", "261123000000Z"},
            {"210101000000Z", "481231235959Z"}, {"491231235959Z", "200101000000Z"},
            {"220101000000Z", "491231235959Z"}, {"200101000000Z", "200101000000Z"}};
        const auto& [begin, end] = all[bits(3, 3, 3)];
        return der_sequence({der_item(der::utc_time, begin), der_item(der::utc_time, end)});
    }

    static std::string extension(std::string_view type, std::string_view value, bool is_critical) {
        return der_sequence({der_item(der::object_identifier, std::string("\x55\x1D").append(type)),
                             is_critical ? "\x01\x01\xFF" : "",
                             der_item(der::octet_string, value)});
    }

    std::string basic_constraints(bool is_ca) const {
        const unsigned limit = bits(3, 0, 3);
        std::string content = is_ca ? "\x01\x01\xFF" : "";
        if (is_ca && limit > 0) content += {'\x02', '\x01', static_cast<char>(limit - 1)};
        return extension("\x13", der_item(der::sequence, content), true);
    }

    std::string alt_names() const {
        const std::string good = der_item(0x82, "good.test"),
                          wildcard = der_item(0x82, "*.good.test"),
                          ip = der_item(0x87, std::string_view("\x0A\x00\x00\x01", 4)),
                          other = der_item(0x82, "xgood.test") + der_item(0x81, "a@good.test");
        const std::string all[] = {good, wildcard + ip, other, ""};
        const std::string& names = all[bits(3, 6, 2)];
        return names.empty() ? "" : extension("\x11", der_item(der::sequence, names), false);
    }

    std::string usages() const {
        constexpr std::string_view purposes[] = {""sv, "\x06\x08\x2B\x06\x01\x05\x05\x07\x03\x01"sv,
                                                 "\x06\x08\x2B\x06\x01\x05\x05\x07\x03\x04"sv,
                                                 "\x06\x04\x55\x1D\x25\x00"sv};
        std::string all;
        if (bits(2, 2, 1) != 0) {
            all += extension("\x0F", bits(2, 3, 1) != 0 ? "\x03\x02\x05\x20" : "\x03\x02\x02\x84",
                             true);
        }
        const std::string_view purpose = purposes[bits(2, 4, 2)];
        if (!purpose.empty()) all += extension("\x25", der_item(der::sequence, purpose), false);
        return all;
    }

    std::string key_ids(const std::string& own) const {
        if (bits(2, 7, 1) == 0) return {};
        const std::string signer = FuzzKey::get(index_ + 1 + bits(1, 3, 3)).info();
        const auto id = [](const std::string& info) { return info.substr(info.size() - 8); };
        return extension("\x0E", der_item(der::octet_string, id(own)), false) +
               extension("\x23", der_item(der::sequence, der_item(0x80, id(signer))), false);
    }

    std::string tbs(const std::string& algorithm) const {
        const bool is_ca = (index_ > 0) != (bits(2, 0, 1) != 0);
        const std::string& info = FuzzKey::get(index_ + bits(1, 0, 3)).info();
        std::string extensions = bits(2, 1, 1) != 0 ? "" : basic_constraints(is_ca);
        if (index_ == 0 || bits(3, 6, 2) != 0) extensions += alt_names();
        extensions += usages() + key_ids(info) + extensions_;
        const bool is_old = bits(2, 6, 1) != 0;
        const unsigned form = bits(0, 6, 2);
        const std::string serial = {'\x02', '\x01', static_cast<char>(index_ + 1)};
        return der_sequence({is_old ? "" : std::string("\xA0\x03\x02\x01\x02"), serial, algorithm,
                             name(index_ + 1 + bits(0, 3, 3), form), dates(),
                             name(index_ + bits(0, 0, 3), form == 1 ? 2 : 0), info,
                             is_old ? "" : der_item(0xA3, der_item(der::sequence, extensions))});
    }

    // Each change has an offset, a kind and a value.
    std::string changed(std::string text) {
        if (changes_.is_empty()) return text;
        for (int left = 8; left > 0 && !changes_.is_empty() && !text.empty(); --left) {
            const std::size_t at = changes_.number16() % text.size();
            const std::uint8_t kind = changes_.byte(), value = changes_.byte();
            switch (kind % 4) {
                case 0: text[at] = static_cast<char>(value); break;
                case 1: text.insert(at, 1, static_cast<char>(value)); break;
                case 2: text.erase(at, value); break;
                default: text.insert(at, text.substr(at, value)); break;
            }
        }
        return mended(bytes_of(text));
    }

    // The algorithm behind the signed part must be the same as the one in it.
    static std::string algorithm_in(std::string_view tbs, const std::string& otherwise) {
        Bytes rest = bytes_of(tbs), content;
        DerItem item;
        if (!take_content(rest, der::sequence, content)) return otherwise;
        while (take_item(content, item)) {
            if (item.tag == der::sequence) return std::string(text_of(item.whole));
        }
        return otherwise;
    }

    std::size_t index_;
    std::array<std::uint8_t, 6> recipe_;
    std::string extensions_;
    FuzzInput changes_{Bytes()};
};

}  // namespace linnet::fuzz
