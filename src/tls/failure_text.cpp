// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "tls/failure_text.hpp"

#include <algorithm>

#include "codec/calendar.hpp"
#include "codec/ip_text.hpp"
#include "codec/printable.hpp"
#include "linnet/codec/utf8.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t name_size_max = 160;

}  // namespace

DetailWriter& DetailWriter::put_name(Bytes name) {
    std::array<std::uint8_t, name_size_max> text;
    const std::size_t size = write_name(name, text);
    const std::size_t shown =
        utf8_prefix_size(Bytes(text).first(std::min(size, text.size())), name_size_max - 3);
    put("\"").put(text_of(Bytes(text).first(shown)));
    return put(size > shown ? "...\"" : "\"");
}

DetailWriter& DetailWriter::put_hex(Bytes bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (const std::uint8_t byte : bytes) {
        put(digits.substr(byte >> 4, 1)).put(digits.substr(byte & 15, 1));
    }
    return *this;
}

DetailWriter& DetailWriter::put_ip(Bytes ip) {
    SocketAddress address;
    address.ipv6 = ip.size() == address.bytes.size();
    std::copy_n(ip.begin(), std::min(ip.size(), address.bytes.size()), address.bytes.begin());
    linnet::put_ip(writer_, address);
    return *this;
}

DetailWriter& DetailWriter::put_harmless(std::string_view words) {
    while (!words.empty()) {
        const Character character = take_character(words);
        put(character.is_printable ? character.bytes : "?");
    }
    return *this;
}

DetailWriter& DetailWriter::put_time(std::int64_t unix_s) {
    linnet::put_time(writer_, unix_s);
    return *this;
}

std::string_view alert_name(std::uint8_t alert) {
    switch (alert) {
        case 0: return "close_notify";
        case 10: return "unexpected_message";
        case 20: return "bad_record_mac";
        case 21: return "decryption_failed";
        case 22: return "record_overflow";
        case 30: return "decompression_failure";
        case 40: return "handshake_failure";
        case 41: return "no_certificate";
        case 42: return "bad_certificate";
        case 43: return "unsupported_certificate";
        case 44: return "certificate_revoked";
        case 45: return "certificate_expired";
        case 46: return "certificate_unknown";
        case 47: return "illegal_parameter";
        case 48: return "unknown_ca";
        case 49: return "access_denied";
        case 50: return "decode_error";
        case 51: return "decrypt_error";
        case 60: return "export_restriction";
        case 70: return "protocol_version";
        case 71: return "insufficient_security";
        case 80: return "internal_error";
        case 86: return "inappropriate_fallback";
        case 90: return "user_canceled";
        case 100: return "no_renegotiation";
        case 109: return "missing_extension";
        case 110: return "unsupported_extension";
        case 112: return "unrecognized_name";
        case 113: return "bad_certificate_status_response";
        case 115: return "unknown_psk_identity";
        case 116: return "certificate_required";
        case 120: return "no_application_protocol";
        default: return {};
    }
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
