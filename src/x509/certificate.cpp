// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "x509/certificate.hpp"

#include <algorithm>
#include <array>

#include "base/endian.hpp"
#include "codec/calendar.hpp"
#include "codec/text.hpp"
#include "x509/der.hpp"
#include "x509/name.hpp"
#include "x509/name_match.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

using namespace std::string_view_literals;
using KeyKind = PublicKey::Kind;

// ---- parts that several structures share -----------------------------------------------------

// BOOLEAN DEFAULT FALSE. An explicit FALSE is wrong but common.
bool take_optional_boolean(Bytes& rest, bool& value) {
    value = false;
    if (rest.empty() || rest[0] != der::boolean) return true;
    Bytes content;
    if (!take_content(rest, der::boolean, content) || content.size() != 1) return false;
    value = content[0] == 0xFF;
    return value || content[0] == 0x00;
}

// BIT STRING of whole bytes, X.690 8.6: the first byte counts the unused bits.
bool take_bytes(Bytes& rest, Bytes& bytes) {
    if (!take_content(rest, der::bit_string, bytes) || bytes.empty() || bytes[0] != 0) return false;
    bytes = bytes.subspan(1);
    return true;
}

struct Algorithm {
    std::string_view id;  // the content of an OBJECT IDENTIFIER
    Bytes parameters;     // one item or nothing
};

constexpr std::string_view null = "\x05\x00"sv;

// Returns true if both are the same; the parameter NULL may be absent from one of the two.
bool same(const Algorithm& a, const Algorithm& b) {
    const auto shortest = [](Bytes parameters) {
        return text_of(parameters) == null ? std::string_view() : text_of(parameters);
    };
    return a.id == b.id && shortest(a.parameters) == shortest(b.parameters);
}

// AlgorithmIdentifier, RFC 5280 4.1.1.2.
bool take_algorithm(Bytes& rest, Algorithm& algorithm) {
    Bytes content, id;
    DerItem parameters;
    if (!take_content(rest, der::sequence, content)) return false;
    if (!take_content(content, der::object_identifier, id)) return false;
    algorithm = {text_of(id), content};
    return content.empty() || (take_item(content, parameters) && content.empty());
}

// ---- validity --------------------------------------------------------------------------------

// Removes `count` digits from `text`, which begins with at least that many digits.
unsigned take_number(std::string_view& text, std::size_t count) {
    unsigned number = 0;
    for (const char c : text.substr(0, count)) number = number * 10 + hex_value(c);
    text.remove_prefix(count);
    return number;
}

// UTCTime and GeneralizedTime in the form of RFC 5280 4.1.2.5: with seconds, in UTC.
bool take_time(Bytes& rest, std::int64_t& unix_time) {
    DerItem item;
    if (!take_item(rest, item)) return false;
    const bool has_century = item.tag == der::generalized_time;
    if (!has_century && item.tag != der::utc_time) return false;
    std::string_view text = text_of(item.content);
    if (text.size() != (has_century ? "YYYYMMDDhhmmssZ"sv : "YYMMDDhhmmssZ"sv).size()) return false;
    if (text.back() != 'Z') return false;
    text.remove_suffix(1);
    if (!std::all_of(text.begin(), text.end(), is_digit)) return false;

    CalendarTime time;
    time.year = static_cast<int>(take_number(text, has_century ? 4 : 2));
    if (!has_century) time.year += time.year < 50 ? 2000 : 1900;
    time.month = take_number(text, 2);
    time.day = take_number(text, 2);
    time.hour = take_number(text, 2);
    time.minute = take_number(text, 2);
    time.second = take_number(text, 2);
    return to_unix_s(time, unix_time);
}

bool take_validity(Bytes& rest, Certificate& certificate) {
    Bytes validity;
    if (!take_content(rest, der::sequence, validity)) return false;
    if (!take_time(validity, certificate.not_before_s)) return false;
    return take_time(validity, certificate.not_after_s) && validity.empty();
}

// ---- key and signature -----------------------------------------------------------------------

constexpr std::string_view rsa_encryption =
    "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01"sv;                                      // RFC 8017 A.1
constexpr std::string_view rsassa_pss = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0A"sv;  // A.2.3
constexpr std::string_view ed25519_id = "\x2B\x65\x70"sv;                          // RFC 8410 3
constexpr std::string_view ec_public_key = "\x2A\x86\x48\xCE\x3D\x02\x01"sv;       // RFC 5480 2.1.1

struct Curve {
    std::string_view parameters;
    std::size_t bits;
};

// The named curves of RFC 5480 2.1.1.1 as whole items.
constexpr Curve curves[] = {
    {"\x06\x08\x2A\x86\x48\xCE\x3D\x03\x01\x07"sv, 256},  // secp256r1
    {"\x06\x05\x2B\x81\x04\x00\x22"sv, 384},              // secp384r1
    {"\x06\x05\x2B\x81\x04\x00\x23"sv, 521},              // secp521r1
};

struct SignatureAlgorithm {
    std::string_view id;
    SignatureScheme scheme;
};

// RFC 8017 A.2.4, RFC 5758 3.2, RFC 3279 2.2, RFC 8410 3.
constexpr SignatureAlgorithm signature_algorithms[] = {
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B"sv, SignatureScheme::rsa_pkcs1_sha256},
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0C"sv, SignatureScheme::rsa_pkcs1_sha384},
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0D"sv, SignatureScheme::rsa_pkcs1_sha512},
    {"\x2A\x86\x48\xCE\x3D\x04\x03\x02"sv, SignatureScheme::ecdsa_sha256},
    {"\x2A\x86\x48\xCE\x3D\x04\x03\x03"sv, SignatureScheme::ecdsa_sha384},
    {"\x2A\x86\x48\xCE\x3D\x04\x03\x04"sv, SignatureScheme::ecdsa_sha512},
    {ed25519_id, SignatureScheme::ed25519},
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x02"sv, SignatureScheme::weak},  // md2WithRSAEncryption
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x03"sv, SignatureScheme::weak},  // md4WithRSAEncryption
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x04"sv, SignatureScheme::weak},  // md5WithRSAEncryption
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x05"sv, SignatureScheme::weak},  // sha1WithRSAEncryption
    {"\x2A\x86\x48\xCE\x3D\x04\x01"sv, SignatureScheme::weak},          // ecdsa-with-SHA1
};

SignatureScheme find_scheme(std::span<const SignatureAlgorithm> known, std::string_view id) {
    for (const SignatureAlgorithm& each : known) {
        if (each.id == id) return each.scheme;
    }
    return SignatureScheme::unknown;
}

struct PssHash {
    std::string_view id;
    std::size_t size;
    SignatureScheme scheme;
};

constexpr PssHash pss_hashes[] = {
    {"\x60\x86\x48\x01\x65\x03\x04\x02\x01"sv, 32, SignatureScheme::rsa_pss_sha256},
    {"\x60\x86\x48\x01\x65\x03\x04\x02\x02"sv, 48, SignatureScheme::rsa_pss_sha384},
    {"\x60\x86\x48\x01\x65\x03\x04\x02\x03"sv, 64, SignatureScheme::rsa_pss_sha512},
};

bool has_no_parameters(const Algorithm& algorithm) {
    return algorithm.parameters.empty() || text_of(algorithm.parameters) == null;
}

// Reads RSASSA-PSS-params, RFC 4055 3.1: a hash, MGF1 with the same hash, a salt as long as the
// hash, and perhaps the only trailer field that exists.
SignatureScheme read_pss(Bytes parameters) {
    constexpr std::string_view mgf1 = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x08"sv;
    Bytes content, hash_item, mask_item, salt_item, salt, trailer;
    Algorithm hash, mask, mask_hash;
    if (!take_content(parameters, der::sequence, content)) return SignatureScheme::unknown;
    const bool is_read = take_content(content, der::context(0, true), hash_item) &&
                         take_algorithm(hash_item, hash) &&
                         take_content(content, der::context(1, true), mask_item) &&
                         take_algorithm(mask_item, mask) && mask.id == mgf1 &&
                         take_algorithm(mask.parameters, mask_hash) &&
                         take_content(content, der::context(2, true), salt_item) &&
                         take_content(salt_item, der::integer, salt) && salt.size() == 1;
    if (!is_read || hash.id != mask_hash.id) return SignatureScheme::unknown;
    if (!has_no_parameters(hash) || !has_no_parameters(mask_hash)) return SignatureScheme::unknown;
    take_content(content, der::context(3, true), trailer);
    if (!content.empty()) return SignatureScheme::unknown;
    if (!trailer.empty() && text_of(trailer) != "\x02\x01\x01"sv) return SignatureScheme::unknown;
    for (const PssHash& known : pss_hashes) {
        if (known.id == hash.id && known.size == salt[0]) return known.scheme;
    }
    return SignatureScheme::unknown;
}

SignatureScheme scheme_of(const Algorithm& algorithm) {
    if (algorithm.id == rsassa_pss) return read_pss(algorithm.parameters);
    const bool is_ed25519 = algorithm.id == ed25519_id;  // RFC 8410 3: without NULL
    const bool is_plain = is_ed25519 ? algorithm.parameters.empty() : has_no_parameters(algorithm);
    return is_plain ? find_scheme(signature_algorithms, algorithm.id) : SignatureScheme::unknown;
}

// RSAPublicKey, RFC 8017 A.1.1.
bool read_rsa_key(Bytes bytes, KeyKind kind, PublicKey& key) {
    Bytes numbers;
    if (!take_content(bytes, der::sequence, numbers) || !bytes.empty()) return false;
    if (!take_positive(numbers, key.modulus) || !take_positive(numbers, key.exponent)) return false;
    const bool is_odd = (key.modulus.back() & 1) != 0;
    if (is_odd) key.kind = kind;
    key.bits = bits_of(key.modulus);
    return numbers.empty();
}

// ECPoint, RFC 5480 2.2, in its uncompressed form.
void read_ec_key(Bytes point, std::string_view parameters, PublicKey& key) {
    constexpr std::uint8_t uncompressed = 4;
    for (const Curve& curve : curves) {
        const bool is_whole = point.size() == 1 + 2 * ((curve.bits + 7) / 8);
        if (parameters != curve.parameters || !is_whole || point[0] != uncompressed) continue;
        key.kind = KeyKind::ec;
        key.bits = curve.bits;
        key.point = point;
    }
}

// SubjectPublicKeyInfo, RFC 5280 4.1.2.7.
bool take_public_key(Bytes& rest, PublicKey& key) {
    constexpr std::size_t ed25519_size = 32;
    DerItem item;
    Algorithm algorithm;
    Bytes bytes;
    if (!take_item(rest, der::sequence, item)) return false;
    Bytes content = item.content;
    if (!take_algorithm(content, algorithm)) return false;
    if (!take_bytes(content, bytes) || !content.empty()) return false;
    key.info = item.whole;
    if (algorithm.id == rsa_encryption) return read_rsa_key(bytes, KeyKind::rsa, key);
    if (algorithm.id == rsassa_pss) return read_rsa_key(bytes, KeyKind::rsa_pss, key);
    const bool is_ed25519 = algorithm.id == ed25519_id && algorithm.parameters.empty();
    if (is_ed25519 && bytes.size() == ed25519_size) key.kind = KeyKind::ed25519;
    if (algorithm.id == ec_public_key) read_ec_key(bytes, text_of(algorithm.parameters), key);
    return true;
}

// ---- extensions, RFC 5280 4.2 ----------------------------------------------------------------

constexpr std::size_t extensions_max = 64;  // each is compared with all before it

struct Extension {
    std::string_view id;
    bool is_critical = false;
    Bytes value;
};

bool take_extension(Bytes& rest, Extension& extension) {
    Bytes content, id;
    if (!take_content(rest, der::sequence, content)) return false;
    if (!take_content(content, der::object_identifier, id)) return false;
    extension.id = text_of(id);
    return take_optional_boolean(content, extension.is_critical) &&
           take_content(content, der::octet_string, extension.value) && content.empty();
}

// Reads a non-negative INTEGER under any tag; a value larger than any chain means no limit.
bool take_count(Bytes& rest, std::uint8_t tag, std::size_t& count) {
    Bytes number;
    if (!take_content(rest, tag, number) || number.empty() || number[0] >= 0x80) return false;
    if (number.size() > 1 && number[0] == 0 && number[1] < 0x80) return false;
    count = number.size() <= 2 ? static_cast<std::size_t>(load_be(number)) : SIZE_MAX;
    return true;
}

bool read_basic_constraints(Bytes value, Certificate& certificate) {
    Bytes content;
    if (!take_content(value, der::sequence, content) || !value.empty()) return false;
    if (!take_optional_boolean(content, certificate.is_ca)) return false;
    return content.empty() ||
           (take_count(content, der::integer, certificate.path_length) && content.empty());
}

// BIT STRING, X.690 8.6: the first byte counts the unused bits, and the first bit is the highest.
bool read_key_usage(Bytes value, Certificate& certificate) {
    constexpr std::uint8_t digital_signature = 0x80;
    constexpr std::uint8_t key_cert_sign = 0x80 >> 5;
    Bytes bits;
    if (!take_content(value, der::bit_string, bits) || !value.empty()) return false;
    if (bits.size() < 2 || bits[0] > 7 || (bits.back() & ((1 << bits[0]) - 1)) != 0) return false;
    certificate.allows_signing = (bits[1] & key_cert_sign) != 0;
    certificate.allows_handshakes = (bits[1] & digital_signature) != 0;
    return true;
}

bool read_alt_names(Bytes value, Certificate& certificate) {
    certificate.has_alt_names = true;
    if (!take_content(value, der::sequence, certificate.alt_names) || !value.empty()) return false;
    DerItem name;
    for (Bytes rest = certificate.alt_names; !rest.empty();) {
        if (!take_item(rest, name)) return false;
    }
    return true;
}

bool read_extended_key_usage(Bytes value, Certificate& certificate) {
    constexpr std::string_view server_auth = "\x2B\x06\x01\x05\x05\x07\x03\x01"sv;
    constexpr std::string_view any = "\x55\x1D\x25\x00"sv;
    Bytes purposes, purpose;
    if (!take_content(value, der::sequence, purposes) || !value.empty()) return false;
    if (purposes.empty()) return false;
    certificate.allows_server = false;
    while (!purposes.empty()) {
        if (!take_content(purposes, der::object_identifier, purpose)) return false;
        const std::string_view id = text_of(purpose);
        if (id == server_auth || id == any) certificate.allows_server = true;
    }
    return true;
}

bool read_name_constraints(Bytes value, Certificate& certificate) {
    certificate.has_name_constraints = true;
    certificate.name_constraints = value;
    return true;
}

// ---- policies, RFC 5280 4.2.1.4, 4.2.1.5, 4.2.1.11, 4.2.1.14

bool read_policies(Bytes value, Certificate& certificate) {
    if (!take_content(value, der::sequence, certificate.policies) || !value.empty()) return false;
    Bytes policy, id, qualifiers;
    for (Bytes rest = certificate.policies; !rest.empty();) {
        if (!take_content(rest, der::sequence, policy)) return false;
        if (!take_content(policy, der::object_identifier, id)) return false;
        if (!policy.empty() && !take_content(policy, der::sequence, qualifiers)) return false;
        if (!policy.empty()) return false;
    }
    return !certificate.policies.empty();
}

bool read_policy_mappings(Bytes value, Certificate& certificate) {
    Bytes mappings;
    certificate.has_policy_mappings = true;
    return take_content(value, der::sequence, mappings) && value.empty() && !mappings.empty();
}

bool read_policy_constraints(Bytes value, Certificate& certificate) {
    Bytes content;
    if (!take_content(value, der::sequence, content) || !value.empty()) return false;
    const bool is_empty = content.empty();
    std::size_t inhibit_mapping = SIZE_MAX;
    const auto take = [&](unsigned number, std::size_t& count) {
        const std::uint8_t tag = der::context(number, false);
        return content.empty() || content[0] != tag || take_count(content, tag, count);
    };
    return !is_empty && take(0, certificate.require_explicit_policy) && take(1, inhibit_mapping) &&
           content.empty();
}

bool read_inhibit_any_policy(Bytes value, Certificate& certificate) {
    return take_count(value, der::integer, certificate.inhibit_any_policy) && value.empty();
}

struct KnownExtension {
    std::string_view id;
    bool (*read)(Bytes value, Certificate& certificate);
};

constexpr KnownExtension known_extensions[] = {
    {"\x55\x1D\x0F"sv, read_key_usage},          {"\x55\x1D\x11"sv, read_alt_names},
    {"\x55\x1D\x13"sv, read_basic_constraints},  {"\x55\x1D\x1E"sv, read_name_constraints},
    {"\x55\x1D\x20"sv, read_policies},           {"\x55\x1D\x21"sv, read_policy_mappings},
    {"\x55\x1D\x24"sv, read_policy_constraints}, {"\x55\x1D\x25"sv, read_extended_key_usage},
    {"\x55\x1D\x36"sv, read_inhibit_any_policy},
};

// RFC 5280 4.2.1.1 and 4.2.1.2: neither is ever critical.
void read_key_id(const Extension& extension, Certificate& certificate) {
    constexpr std::string_view subject_key = "\x55\x1D\x0E"sv;
    constexpr std::string_view authority_key = "\x55\x1D\x23"sv;
    Bytes value = extension.value, content;
    if (extension.id == subject_key) {
        take_content(value, der::octet_string, certificate.subject_key_id);
    } else if (extension.id == authority_key && take_content(value, der::sequence, content)) {
        take_content(content, der::context(0, false), certificate.authority_key_id);
    }
}

bool read_extension(const Extension& extension, Certificate& certificate) {
    for (const KnownExtension& known : known_extensions) {
        if (known.id == extension.id) return known.read(extension.value, certificate);
    }
    read_key_id(extension, certificate);
    if (extension.is_critical) certificate.has_unknown_critical = true;
    return true;
}

bool read_extensions(Bytes rest, Certificate& certificate) {
    Bytes list;
    if (!take_content(rest, der::sequence, list) || !rest.empty()) return false;
    std::array<std::string_view, extensions_max> ids;
    for (std::size_t count = 0; !list.empty(); ++count) {
        Extension extension;
        if (count == ids.size() || !take_extension(list, extension)) return false;
        const auto end = ids.begin() + static_cast<std::ptrdiff_t>(count);
        if (std::find(ids.begin(), end, extension.id) != end) return false;
        ids[count] = extension.id;
        if (!read_extension(extension, certificate)) return false;
    }
    return true;
}

// ---- the certificate, RFC 5280 4.1 -----------------------------------------------------------

// [0] EXPLICIT INTEGER { v1(0), v2(1), v3(2) } DEFAULT v1.
bool take_version(Bytes& rest, int& version) {
    version = 1;
    Bytes wrapped, number;
    if (!take_content(rest, der::context(0, true), wrapped)) return true;
    if (!take_content(wrapped, der::integer, number) || !wrapped.empty()) return false;
    if (number.size() != 1 || number[0] > 2) return false;
    version = number[0] + 1;
    return true;
}

bool take_name(Bytes& rest, Bytes& name) {
    DerItem item;
    if (!take_item(rest, der::sequence, item) || !is_name(item.whole)) return false;
    name = item.whole;
    return has_whole_texts(name);
}

// Parses the rest after the key: two obsolete identifiers and the extensions.
bool read_optional_parts(Bytes rest, Certificate& certificate) {
    Bytes unique_id, extensions;
    if (certificate.version >= 2) {
        take_content(rest, der::context(1, false), unique_id);
        take_content(rest, der::context(2, false), unique_id);
    }
    if (certificate.version >= 3 && take_content(rest, der::context(3, true), extensions)) {
        if (!read_extensions(extensions, certificate)) return false;
    }
    return rest.empty();
}

// CertificateSerialNumber, RFC 5280 4.1.2.2. Negative and longer ones exist. X.690 8.3.2: the first
// nine bits are not all the same.
bool take_serial_number(Bytes& rest) {
    constexpr std::size_t size_max = 64;
    Bytes number;
    if (!take_content(rest, der::integer, number)) return false;
    if (number.empty() || number.size() > size_max) return false;
    const bool is_padded = number.size() > 1 && ((number[0] == 0x00 && number[1] < 0x80) ||
                                                 (number[0] == 0xFF && number[1] >= 0x80));
    return !is_padded;
}

// TBSCertificate. `signature_algorithm` is the AlgorithmIdentifier outside of it.
bool read_tbs(Bytes rest, const Algorithm& signature_algorithm, Certificate& certificate) {
    Algorithm inner;
    if (!take_version(rest, certificate.version) || !take_serial_number(rest)) return false;
    if (!take_algorithm(rest, inner) || !same(inner, signature_algorithm)) return false;
    certificate.scheme = scheme_of(signature_algorithm);
    if (!take_name(rest, certificate.issuer) || !take_validity(rest, certificate)) return false;
    if (!take_name(rest, certificate.subject)) return false;
    if (!take_public_key(rest, certificate.key)) return false;
    certificate.common_name = common_name_of(certificate.subject);
    return read_optional_parts(rest, certificate);
}

}  // namespace

std::optional<Certificate> parse_certificate(Bytes der) {
    Certificate certificate;
    Bytes content;
    DerItem tbs;
    Algorithm algorithm;
    certificate.der = der;
    if (!take_content(der, der::sequence, content) || !der.empty()) return std::nullopt;
    if (!take_item(content, der::sequence, tbs)) return std::nullopt;
    if (!take_algorithm(content, algorithm)) return std::nullopt;
    if (!take_bytes(content, certificate.signature) || !content.empty()) return std::nullopt;
    certificate.signed_part = tbs.whole;
    if (!read_tbs(tbs.content, algorithm, certificate)) return std::nullopt;
    return certificate;
}

bool is_self_issued(const Certificate& certificate) {
    return same_name(certificate.subject, certificate.issuer);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
