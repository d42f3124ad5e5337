// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/server_identity.hpp"

#include <array>
#include <cstdio>

#include "codec/calendar.hpp"

namespace linnet::cli {
namespace {

constexpr std::int64_t lifetime_s = 30 * 86'400;
constexpr std::int64_t clock_skew_s = 86'400;

// DER, X.690: an item with its tag and length.
std::string item(unsigned char tag, std::string_view content) {
    std::string result(1, static_cast<char>(tag));
    const std::size_t size = content.size();
    if (size >= 0x100) {
        result.append({static_cast<char>(0x82), static_cast<char>(size >> 8)});
    } else if (size >= 0x80) {
        result.append(1, static_cast<char>(0x81));
    }
    return result.append(1, static_cast<char>(size & 0xFF)).append(content);
}

std::string sequence(std::initializer_list<std::string> items) {
    std::string content;
    for (const std::string& each : items) content.append(each);
    return item(0x30, content);
}

std::string bit_string(std::string_view bits) {
    return item(0x03, std::string(1, '\0').append(bits));
}

std::string object_identifier(std::string_view encoded) {
    return item(0x06, encoded);
}

std::string ecdsa_with_sha256() {
    return sequence({object_identifier("\x2A\x86\x48\xCE\x3D\x04\x03\x02")});
}

std::string name() {
    const std::string common_name =
        sequence({object_identifier("\x55\x04\x03"), item(0x0C, "linnet serve")});
    return sequence({item(0x31, common_name)});
}

std::string generalized_time(std::int64_t unix_s) {
    const CalendarTime time = calendar_time(unix_s);
    std::array<char, 80> text;
    const int size = std::snprintf(text.data(), text.size(), "%04d%02u%02u%02u%02u%02uZ", time.year,
                                   time.month, time.day, time.hour, time.minute, time.second);
    return item(0x18, std::string_view(text.data(), static_cast<std::size_t>(size)));
}

std::string public_key(const br_ec_public_key& key) {
    const std::string kind = sequence({object_identifier("\x2A\x86\x48\xCE\x3D\x02\x01"),
                                       object_identifier("\x2A\x86\x48\xCE\x3D\x03\x01\x07")});
    return sequence({kind, bit_string({reinterpret_cast<const char*>(key.q), key.qlen})});
}

// subjectAltName only, RFC 5280 4.2.1.6: dNSName is [2], iPAddress is [7].
std::string extensions() {
    const std::string ipv4("\x7F\x00\x00\x01", 4);
    std::string ipv6(16, '\0');
    ipv6.back() = 1;
    const std::string names =
        sequence({item(0x82, "localhost"), item(0x87, ipv4), item(0x87, ipv6)});
    return item(0xA3, sequence({sequence({object_identifier("\x55\x1D\x11"), item(0x04, names)})}));
}

}  // namespace

std::string ServerIdentity::sign(const std::string& tbs) const {
    br_sha256_context hash;
    br_sha256_init(&hash);
    br_sha256_update(&hash, tbs.data(), tbs.size());
    std::array<unsigned char, br_sha256_SIZE> digest;
    br_sha256_out(&hash, digest.data());
    std::array<unsigned char, 80> signature;
    const std::size_t size = br_ecdsa_sign_asn1_get_default()(
        br_ec_get_default(), &br_sha256_vtable, digest.data(), &key_, signature.data());
    return {reinterpret_cast<const char*>(signature.data()), size};
}

bool ServerIdentity::make(Entropy& entropy, std::int64_t unix_s) {
    std::array<std::uint8_t, 32> seed;
    if (!entropy.fill(seed)) return false;
    br_hmac_drbg_context random;
    br_hmac_drbg_init(&random, &br_sha256_vtable, seed.data(), seed.size());
    wipe(seed);
    const br_ec_impl* const curves = br_ec_get_default();
    if (br_ec_keygen(&random.vtable, curves, &key_, key_bytes_, BR_EC_secp256r1) == 0) return false;
    std::array<unsigned char, BR_EC_KBUF_PUB_MAX_SIZE> public_bytes;
    br_ec_public_key shown;
    if (br_ec_compute_pub(curves, &shown, public_bytes.data(), &key_) == 0) return false;

    // A random serial number: 16 bytes, positive, RFC 5280 4.1.2.2.
    std::string serial(16, '\0');
    br_hmac_drbg_generate(&random, serial.data(), serial.size());
    wipe({reinterpret_cast<std::uint8_t*>(&random), sizeof random});
    serial[0] = static_cast<char>((serial[0] & 0x3F) | 0x40);
    const std::string version = item(0xA0, item(0x02, std::string(1, '\2')));
    const std::string validity =
        sequence({generalized_time(unix_s - clock_skew_s), generalized_time(unix_s + lifetime_s)});
    const std::string tbs = sequence({version, item(0x02, serial), ecdsa_with_sha256(), name(),
                                      validity, name(), public_key(shown), extensions()});
    certificate_ = sequence({tbs, ecdsa_with_sha256(), bit_string(sign(tbs))});
    return true;
}

}  // namespace linnet::cli
