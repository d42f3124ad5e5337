// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "x509/certificate.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/endian.hpp"
#include "codec/calendar.hpp"
#include "codec/text.hpp"
#include "x509/der.hpp"
#include "x509/name.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

using namespace std::string_view_literals;
using Key = Certificate::Key;
using Signature = Certificate::Signature;

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

// Returns the number of bits of a positive INTEGER in its shortest form, X.690 8.3.
bool take_positive(Bytes& rest, std::size_t& bits) {
    Bytes number;
    if (!take_content(rest, der::integer, number) || number.empty() || number[0] >= 0x80)
        return false;
    if (number[0] == 0) {
        number = number.subspan(1);
        if (number.empty() || number[0] < 0x80) return false;
    }
    bits = (number.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(number[0]));
    return true;
}

struct Algorithm {
    std::string_view id;  // the content of an OBJECT IDENTIFIER
    Bytes parameters;     // one item or nothing
};

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
    "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01"sv;  // RFC 8017 A.1
// RSA keys under other names, which OpenSSL recognises.
constexpr std::string_view rsassa_pss = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0A"sv;  // A.2.3
constexpr std::string_view x500_rsa = "\x55\x08\x01\x01"sv;                        // X.509 (1988)
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
    Signature signature;
};

// RFC 8017 A.2.4, RFC 5758 3.2, RFC 3279 2.2.
constexpr SignatureAlgorithm signature_algorithms[] = {
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B"sv, Signature::sha2},  // sha256WithRSAEncryption
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0C"sv, Signature::sha2},  // sha384WithRSAEncryption
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0D"sv, Signature::sha2},  // sha512WithRSAEncryption
    {"\x2A\x86\x48\xCE\x3D\x04\x03\x02"sv, Signature::sha2},      // ecdsa-with-SHA256
    {"\x2A\x86\x48\xCE\x3D\x04\x03\x03"sv, Signature::sha2},      // ecdsa-with-SHA384
    {"\x2A\x86\x48\xCE\x3D\x04\x03\x04"sv, Signature::sha2},      // ecdsa-with-SHA512
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x02"sv, Signature::weak},  // md2WithRSAEncryption
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x03"sv, Signature::weak},  // md4WithRSAEncryption
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x04"sv, Signature::weak},  // md5WithRSAEncryption
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x05"sv, Signature::weak},  // sha1WithRSAEncryption
    {"\x2A\x86\x48\xCE\x3D\x04\x01"sv, Signature::weak},          // ecdsa-with-SHA1
};

Signature signature_of(std::string_view algorithm_id) {
    for (const SignatureAlgorithm& known : signature_algorithms) {
        if (known.id == algorithm_id) return known.signature;
    }
    return Signature::other;
}

// RSAPublicKey, RFC 8017 A.1.1.
bool read_rsa_key(Bytes key, std::size_t& modulus_bits, std::size_t& exponent_bits) {
    Bytes numbers;
    return take_content(key, der::sequence, numbers) && key.empty() &&
           take_positive(numbers, modulus_bits) && take_positive(numbers, exponent_bits) &&
           numbers.empty();
}

// Returns more than any limit if the key cannot be read: a TLS library may be less strict.
std::size_t exponent_bits_of(Bytes key) {
    std::size_t modulus_bits = 0, exponent_bits = 0;
    return read_rsa_key(key, modulus_bits, exponent_bits) ? exponent_bits : SIZE_MAX;
}

// SubjectPublicKeyInfo, RFC 5280 4.1.2.7.
bool take_public_key(Bytes& rest, Certificate& certificate) {
    DerItem item;
    Algorithm algorithm;
    Bytes key;
    if (!take_item(rest, der::sequence, item)) return false;
    Bytes content = item.content;
    if (!take_algorithm(content, algorithm)) return false;
    if (!take_bytes(content, key) || !content.empty()) return false;
    certificate.public_key = item.whole;
    if (algorithm.id == rsa_encryption) {
        certificate.key = Key::rsa;
        return read_rsa_key(key, certificate.key_bits, certificate.exponent_bits);
    }
    if (algorithm.id == rsassa_pss || algorithm.id == x500_rsa) {
        certificate.exponent_bits = exponent_bits_of(key);
        return true;
    }
    for (const Curve& curve : curves) {
        if (algorithm.id == ec_public_key && text_of(algorithm.parameters) == curve.parameters) {
            certificate.key = Key::ec;
            certificate.key_bits = curve.bits;
        }
    }
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

// Reads a non-negative INTEGER; a value larger than any chain means no limit.
bool take_path_length(Bytes& rest, std::size_t& length) {
    Bytes number;
    if (!take_content(rest, der::integer, number) || number.empty() || number[0] >= 0x80)
        return false;
    if (number.size() > 1 && number[0] == 0 && number[1] < 0x80) return false;
    length = number.size() <= 2 ? static_cast<std::size_t>(load_be(number)) : SIZE_MAX;
    return true;
}

bool read_basic_constraints(Bytes value, Certificate& certificate) {
    Bytes content;
    if (!take_content(value, der::sequence, content) || !value.empty()) return false;
    if (!take_optional_boolean(content, certificate.is_ca)) return false;
    return content.empty() ||
           (take_path_length(content, certificate.path_length) && content.empty());
}

// BIT STRING, X.690 8.6: the first byte counts the unused bits, and the first bit is the highest.
bool read_key_usage(Bytes value, Certificate& certificate) {
    constexpr std::uint8_t key_cert_sign = 0x80 >> 5;
    Bytes bits;
    if (!take_content(value, der::bit_string, bits) || !value.empty()) return false;
    if (bits.empty() || bits[0] > 7 || (bits.size() == 1 && bits[0] != 0)) return false;
    certificate.allows_signing = bits.size() > 1 && (bits[1] & key_cert_sign) != 0;
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
    certificate.allows_server = false;
    while (!purposes.empty()) {
        if (!take_content(purposes, der::object_identifier, purpose)) return false;
        const std::string_view id = text_of(purpose);
        if (id == server_auth || id == any) certificate.allows_server = true;
    }
    return true;
}

bool read_name_constraints(Bytes, Certificate& certificate) {
    certificate.has_name_constraints = true;
    return true;
}

// For critical extensions without information used here; the TLS library reads them.
bool read_nothing(Bytes, Certificate&) {
    return true;
}

struct KnownExtension {
    std::string_view id;
    bool (*read)(Bytes value, Certificate& certificate);
};

constexpr KnownExtension known_extensions[] = {
    {"\x55\x1D\x0F"sv, read_key_usage},
    {"\x55\x1D\x11"sv, read_alt_names},
    {"\x55\x1D\x13"sv, read_basic_constraints},
    {"\x55\x1D\x1E"sv, read_name_constraints},
    {"\x55\x1D\x20"sv, read_nothing},  // certificatePolicies
    {"\x55\x1D\x25"sv, read_extended_key_usage},
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
    return true;
}

// Parses the rest after the key: two obsolete identifiers and the extensions.
bool read_optional_parts(Bytes rest, int version, Certificate& certificate) {
    Bytes unique_id, extensions;
    if (version >= 2) {
        take_content(rest, der::context(1, false), unique_id);
        take_content(rest, der::context(2, false), unique_id);
    }
    if (version >= 3 && take_content(rest, der::context(3, true), extensions)) {
        if (!read_extensions(extensions, certificate)) return false;
    }
    return rest.empty();
}

// TBSCertificate. `signature` is the AlgorithmIdentifier outside of it.
bool read_tbs(Bytes rest, Bytes signature_algorithm, Certificate& certificate) {
    int version = 0;
    Bytes serial_number;
    DerItem signature;
    if (!take_version(rest, version)) return false;
    if (!take_content(rest, der::integer, serial_number) || serial_number.empty()) return false;
    if (!take_item(rest, der::sequence, signature)) return false;
    if (text_of(signature.whole) != text_of(signature_algorithm)) return false;
    if (!take_name(rest, certificate.issuer) || !take_validity(rest, certificate)) return false;
    if (!take_name(rest, certificate.subject) || !take_public_key(rest, certificate)) return false;
    certificate.common_name = common_name_of(certificate.subject);
    return read_optional_parts(rest, version, certificate);
}

}  // namespace

std::optional<Certificate> parse_certificate(Bytes der) {
    Certificate certificate;
    Bytes content, tbs, signature;
    Algorithm algorithm;
    certificate.der = der;
    if (!take_content(der, der::sequence, content) || !der.empty()) return std::nullopt;
    if (!take_content(content, der::sequence, tbs)) return std::nullopt;
    Bytes following = content;
    if (!take_algorithm(following, algorithm)) return std::nullopt;
    const Bytes algorithm_item = content.first(content.size() - following.size());
    if (!take_bytes(following, signature) || !following.empty()) return std::nullopt;
    certificate.signature = signature_of(algorithm.id);
    if (!read_tbs(tbs, algorithm_item, certificate)) return std::nullopt;
    return certificate;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
