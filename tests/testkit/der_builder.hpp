// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Builds DER and certificates from their parts, so that each part can be invalid on its own.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace linnet::test {

/// One item of X.690 with the length in its shortest form.
inline std::string item(unsigned tag, std::string_view content) {
    std::string length;
    std::size_t rest = content.size();
    if (rest < 0x80) {
        length = static_cast<char>(rest);
    } else {
        for (; rest > 0; rest /= 256) length.insert(0, 1, static_cast<char>(rest % 256));
        length.insert(0, 1, static_cast<char>(0x80 + length.size()));
    }
    std::string all(1, static_cast<char>(tag));
    return all.append(length).append(content);
}

/// An item that contains all of `parts` in order.
inline std::string item_of(unsigned tag, const std::vector<std::string>& parts) {
    std::string content;
    for (const std::string& part : parts) content += part;
    return item(tag, content);
}
inline std::string sequence(const std::vector<std::string>& parts) {
    return item_of(0x30, parts);
}
inline std::string set_of(const std::vector<std::string>& parts) {
    return item_of(0x31, parts);
}

/// An OBJECT IDENTIFIER with these numbers.
inline std::string oid(const std::vector<unsigned long long>& arcs) {
    std::string content;
    for (std::size_t i = 1; i < arcs.size(); ++i) {
        unsigned long long rest = i == 1 ? arcs[0] * 40 + arcs[1] : arcs[i];
        std::string digits(1, static_cast<char>(rest % 128));
        while ((rest /= 128) > 0) digits.insert(0, 1, static_cast<char>(0x80 | rest % 128));
        content += digits;
    }
    return item(0x06, content);
}

/// AttributeTypeAndValue with a type below 2.5.4 (3 is CN, 10 is O).
inline std::string attribute(unsigned type, std::string_view text, unsigned tag = 0x0C) {
    return sequence({oid({2, 5, 4, type}), item(tag, text)});
}
/// A Name with one part.
inline std::string name_of(std::string_view common_name) {
    return sequence({set_of({attribute(3, common_name)})});
}

/// A BIT STRING of whole bytes.
inline std::string bit_string(std::string_view bytes) {
    return item(0x03, std::string(1, '\0').append(bytes));
}
inline std::string algorithm(const std::vector<unsigned long long>& id,
                             const std::string& parameters = "") {
    return sequence({oid(id), parameters});
}
inline std::string null() {
    return item(0x05, "");
}

/// Extension, RFC 5280 4.1.
inline std::string extension(const std::vector<unsigned long long>& id, std::string_view value,
                             bool is_critical = false) {
    return sequence({oid(id), is_critical ? item(0x01, "\xFF") : "", item(0x04, value)});
}
inline std::string alt_names(const std::vector<std::string>& names) {
    return extension({2, 5, 29, 17}, sequence(names));
}
inline std::string dns(std::string_view name) {
    return item(0x82, name);
}

inline std::string rsa_key(std::string_view modulus, std::string_view exponent = "\x01\x01",
                           const std::vector<unsigned long long>& id = {1, 2, 840, 113549, 1, 1,
                                                                        1}) {
    const std::string numbers = sequence({item(0x02, modulus), item(0x02, exponent)});
    return sequence({algorithm(id, null()), bit_string(numbers)});
}
/// A key on a curve with coordinates of the size of P-384 (1.3.132.0.34), P-521 (1.3.132.0.35) or
/// else P-256. They are not on it.
inline std::string ec_key(const std::vector<unsigned long long>& curve) {
    const std::size_t size = curve.back() == 34 ? 48 : curve.back() == 35 ? 66 : 32;
    const std::string point = "\x04" + std::string(2 * size, 'p');
    return sequence({algorithm({1, 2, 840, 10045, 2, 1}, oid(curve)), bit_string(point)});
}

/// A well-formed certificate until a part is changed. Its signature is not a real one.
struct CertificateParts {
    std::string version = item(0xA0, item(0x02, "\x02"));
    std::string serial_number = item(0x02, "\x01");
    std::string signature_algorithm = algorithm({1, 2, 840, 10045, 4, 3, 2});
    std::string outer_algorithm;  // empty: the same as the inner one
    std::string issuer = name_of("issuer");
    std::string not_before = item(0x17, "200101000000Z");
    std::string not_after = item(0x18, "21200101000000Z");
    std::string validity;  // empty: from the two dates
    std::string subject = name_of("subject");
    std::string public_key = ec_key({1, 2, 840, 10045, 3, 1, 7});
    std::string unique_ids;
    std::vector<std::string> extensions;
    std::string extensions_item;  // empty: from `extensions`, or absent
    std::string signature = bit_string("signature");
    std::string behind_tbs, behind_signature, behind_certificate;

    std::string tbs() const {
        std::string all_extensions = extensions_item;
        if (all_extensions.empty() && !extensions.empty()) {
            all_extensions = item(0xA3, sequence(extensions));
        }
        const std::string dates = validity.empty() ? sequence({not_before, not_after}) : validity;
        return sequence({version, serial_number, signature_algorithm, issuer, dates, subject,
                         public_key, unique_ids, all_extensions, behind_tbs});
    }
    std::string der() const {
        const std::string& outside =
            outer_algorithm.empty() ? signature_algorithm : outer_algorithm;
        return sequence({tbs(), outside, signature, behind_signature}) + behind_certificate;
    }
};

}  // namespace linnet::test
