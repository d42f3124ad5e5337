// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// `X509Certificate` as Godot 3 documents it. linnet adds loading from memory and access to the
// contents of a certificate (RFC 5280).
#pragma once

#include <array>

#include "linnet/block.hpp"
#include "linnet/error.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// A SHA-256 digest: the fingerprint of a certificate or of a public key.
using Sha256Digest = std::array<std::uint8_t, 32>;

/// The contents of one certificate. Views are valid until the `X509Certificate` that they come
/// from is changed or destroyed.
struct CertificateFacts {
    Bytes der;         ///< the whole certificate
    Bytes subject;     ///< a Name in DER; `write_name` formats it
    Bytes issuer;      ///< a Name in DER
    Bytes alt_names;   ///< the subject alternative names; `take_alt_name` splits them; may be empty
    Bytes public_key;  ///< SubjectPublicKeyInfo in DER
    std::int64_t not_before_s = 0;  ///< start of validity: Unix time in seconds
    std::int64_t not_after_s = 0;   ///< end of validity, inclusive
    bool is_ca = false;             ///< may sign other certificates (basicConstraints)
    Sha256Digest sha256{};          ///< of `der`: the fingerprint that browsers show
    Sha256Digest key_sha256{};      ///< of `public_key`: the value of a key pin
};

/// One subject alternative name (RFC 5280 4.2.1.6).
struct AltName {
    enum class Kind : std::uint8_t { dns, ip, other };
    Kind kind = Kind::other;
    Bytes value;  ///< dns: the name in ASCII; ip: 4 or 16 bytes in network order
};

/// Removes the first name from the front of `alt_names`. Returns false at the end, and at a
/// malformed name. `name.value` is a view into the certificate.
///
/// Example:
///
///     linnet::X509Certificate certificate;
///     if (certificate.load("server.pem") != linnet::Error::ok) return;
///     linnet::Bytes names = certificate.facts(0).alt_names;
///     for (linnet::AltName name; linnet::take_alt_name(names, name);) {
///         if (name.kind == linnet::AltName::Kind::dns) print(linnet::text_of(name.value));
///     }
bool take_alt_name(Bytes& alt_names, AltName& name);

/// Writes a Name in the format of RFC 4514 ("CN=example.com,O=Example") to the front of `out`, from
/// its last part to its first. Characters that could break a line or a terminal are escaped.
/// Returns the full length, even if `out` was too small.
std::size_t write_name(Bytes name, MutableBytes out);

/// One or more certificates: roots to trust, or certificates to pin. No allocation before the first
/// load; then two blocks from `memory`, and a third during `load` and `save`.
///
/// Example:
///
///     linnet::X509Certificate certificate;  // must outlive the client
///     if (certificate.load("server.pem") != linnet::Error::ok) print("not a certificate");
///     linnet::WebSocketClient pinned;
///     if (pinned.set_trusted_ssl_certificate(&certificate) != linnet::Error::ok) return;
class X509Certificate {
 public:
    /// `memory` must outlive this object; null means `malloc`.
    explicit X509Certificate(Memory* memory = nullptr) : ders_(memory), entries_(memory) {}
    X509Certificate(const X509Certificate&) = delete;
    X509Certificate& operator=(const X509Certificate&) = delete;

    // ---- the documented methods

    /// Adds the certificates in the file at `path`: either DER, or PEM (RFC 7468) with any number
    /// of blocks, any line endings, a byte order mark, and other text between blocks. Of OpenSSL's
    /// TRUSTED CERTIFICATE, those that are not trusted for servers are left out. The call blocks.
    /// Returns
    /// - `invalid_parameter` if the file cannot be opened or read;
    /// - `out_of_memory` if memory is exhausted, or if the file is larger than 64 MiB;
    /// - `failed` if there is no certificate, or one that cannot be parsed; the others are added.
    Error load(const char* path);
    /// Writes all certificates as PEM to the file at `path`. The call blocks. Returns
    /// - `invalid_parameter` if the file cannot be written;
    /// - `failed` if there are no certificates;
    /// - `out_of_memory` if memory is exhausted.
    Error save(const char* path) const;

    // ---- additions

    /// As `load`, from bytes in memory, which are copied.
    Error load_from_memory(Bytes pem_or_der);
    /// Adds the roots that the operating system trusts, about 150 with 200 KiB: a program with many
    /// clients can read them once and share them as `Options::ca_bundle`. Without one, each
    /// `wss://` attempt reads them in one pass and keeps only those it needs. The call blocks.
    /// Returns
    /// - `failed` if the system has none;
    /// - `out_of_memory` if memory is exhausted.
    Error load_system_roots();
    /// Removes all certificates.
    void clear();

    /// Returns the number of certificates.
    std::size_t size() const { return count_; }
    /// Returns the DER of the certificate at `index`, which must be less than `size()`. Valid until
    /// this object is changed or destroyed.
    Bytes der(std::size_t index) const;
    /// Returns the contents of the certificate at `index`. Each call computes both digests.
    CertificateFacts facts(std::size_t index) const;
    /// Returns the index of the first certificate from `index` on whose subject is `subject` (a
    /// Name in DER, compared as RFC 5280 7.1 says), or `size()` if there is none.
    std::size_t find_subject(Bytes subject, std::size_t index = 0) const;

 private:
    struct Entry {
        std::uint32_t offset;
        std::uint32_t size;
        std::uint32_t subject_offset;  // within the certificate
        std::uint32_t subject_size;
    };

    Error load_der(Bytes der);
    Error load_pem(Bytes pem);
    Error keep(std::size_t size);
    Entry entry(std::size_t index) const;

    Block ders_;     // the certificates, concatenated
    Block entries_;  // of Entry
    std::size_t ders_size_ = 0;
    std::size_t count_ = 0;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
