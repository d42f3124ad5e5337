// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Certificates with real signatures, made in memory by BearSSL (Ed25519 by OpenSSL): the same bytes
// in every run. Each part can be invalid on its own, and is signed nevertheless.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "testkit/der_builder.hpp"

namespace linnet::test {

/// A key pair. The same name and kind is the same key in every run. RSA keys are slow to generate:
/// names that begin with the same letter share one.
struct KeyName {
    enum class Kind : std::uint8_t { ec, rsa, ed25519 };
    Kind kind = Kind::ec;
    unsigned bits = 256;
    std::uint32_t exponent = 65537;
    std::string name;
    auto operator<=>(const KeyName&) const = default;
};

enum class Hash : std::uint8_t { md5, sha1, sha224, sha256, sha384, sha512 };

/// How a certificate is signed, unless its key decides: SHA-256 for RSA, the curve's own hash.
struct SignatureForm {
    std::optional<Hash> hash;
    bool is_pss = false;
    std::optional<unsigned> salt_size;  ///< of PSS, instead of the size of the hash
    std::optional<Hash> mask_hash;      ///< of PSS, instead of the same hash
    std::string algorithm;              ///< AlgorithmIdentifier instead of the right one
    /// Changes what RSA signs: padding, DigestInfo and hash (RFC 8017 9.2).
    std::function<std::string(std::string)> change_encoded;
    /// Changes the finished signature.
    std::function<std::string(std::string)> change_signature;
};

/// Returns the SubjectPublicKeyInfo of a key.
const std::string& public_key_of(const KeyName& key);
/// Returns a signature of `message`, kept for the next time.
std::string signature_of(const KeyName& key, const SignatureForm& form, std::string_view message);
/// Returns the AlgorithmIdentifier of such a signature.
std::string algorithm_of(const KeyName& key, const SignatureForm& form);

/// One certificate. `key` and `signer` replace the key, the algorithms and the signature in
/// `parts`, unless those are set as well.
struct Made {
    CertificateParts parts;
    KeyName key, signer;
    SignatureForm form;
    std::string public_key;                              ///< instead of the one of `key`
    std::string inner_algorithm;                         ///< instead of the one of `form`
    std::function<std::string(std::string)> change_der;  ///< of the whole certificate

    /// Adds an extension in the place of one of the same type, if there is one.
    Made& put(const std::string& extension);
    /// Adds an extension even if it is the second of its type.
    Made& add(const std::string& extension);
    Made& remove(const std::vector<unsigned long long>& id);
    /// Makes `change` and returns the result.
    template <class Change>
    Made but(Change change) const {
        Made copy = *this;
        change(copy);
        return copy;
    }

    std::string der() const;
};

/// The first item of `text`, with its header.
std::string first_item(std::string_view text);
/// The type of an extension: its OBJECT IDENTIFIER.
std::string extension_type(std::string_view extension);

// ---- extensions, RFC 5280 4.2 ----------------------------------------------------------------

std::string basic_constraints(bool is_ca, std::optional<int> path_length = {},
                              bool is_critical = true);
/// `bits` as in RFC 5280 4.2.1.3: 0 is digitalSignature, 2 keyEncipherment, 5 keyCertSign.
std::string key_usage(const std::vector<unsigned>& bits, bool is_critical = true);
/// Purposes are the last numbers of 1.3.6.1.5.5.7.3 (1 server, 2 client, 4 e-mail), 0 is any.
std::string extended_key_usage(const std::vector<unsigned>& purposes, bool is_critical = false);
std::string subject_alt_names(const std::vector<std::string>& names, bool is_critical = false);
std::string policies(const std::vector<std::string>& information, bool is_critical = false);
/// The names are GeneralNames, which become the bases of subtrees.
std::string name_constraints(const std::vector<std::string>& permitted,
                             const std::vector<std::string>& excluded, bool is_critical = true);
std::string subject_key_id(std::string_view id, bool is_critical = false);
std::string authority_key_id(std::string_view id, bool is_critical = false);

// GeneralName, RFC 5280 4.2.1.6.
std::string ip_name(const std::vector<unsigned>& bytes);
std::string mail_name(std::string_view mail);
std::string uri_name(std::string_view uri);
std::string directory_name(const std::string& name);
std::string other_name();
std::string registered_id();

/// A Name of attributes, each in a part of its own: {3, "a"} is CN=a, {10, "b"} is O=b.
std::string name_with(const std::vector<std::pair<unsigned, std::string>>& attributes,
                      unsigned tag = 0x0C);

}  // namespace linnet::test
