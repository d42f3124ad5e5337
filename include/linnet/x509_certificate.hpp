// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// `X509Certificate` as Godot 3 documents it, and what linnet adds: certificates from memory, and
// what they say. RFC 5280.
#pragma once

#include <array>

#include "linnet/block.hpp"
#include "linnet/error.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// What one certificate says. Views live until the `X509Certificate` it came from changes or ends.
struct CertificateFacts {
    Bytes der;         ///< the whole certificate
    Bytes subject;     ///< a Name in DER: `write_name` makes it readable
    Bytes issuer;      ///< likewise
    Bytes alt_names;   ///< the subject alternative names: `take_alt_name` cuts them; may be empty
    Bytes public_key;  ///< SubjectPublicKeyInfo in DER
    std::int64_t not_before_s = 0;  ///< Unix time, seconds: valid from then on
    std::int64_t not_after_s = 0;   ///< and up to then, inclusive
    bool is_ca = false;             ///< may sign other certificates (basicConstraints)
    Sha256Digest sha256{};          ///< of `der`: the fingerprint that browsers show
    Sha256Digest key_sha256{};      ///< of `public_key`: what a key pin is compared with
};

/// One subject alternative name, RFC 5280 4.2.1.6.
struct AltName {
    enum class Kind : std::uint8_t { dns, ip, other };
    Kind kind = Kind::other;
    Bytes value;  ///< dns: the name in ASCII; ip: 4 or 16 bytes in network order
};

/// Cuts the first name off `alt_names`; false when there is none, or none that is well-formed.
bool take_alt_name(Bytes& alt_names, AltName& name);

/// Writes a Name as RFC 4514 does ("CN=example.com,O=Example"), from its last part to its first,
/// with everything that could break a line or a terminal escaped, to the front of `out`, which may
/// be too small. Returns the size that all of it has.
std::size_t write_name(Bytes name, MutableBytes out);

/// One or more certificates. Keeps two blocks from `memory` (null: malloc), which must outlive it;
/// nothing before the first load. `load` and `save` need a third while they work.
class X509Certificate {
 public:
    explicit X509Certificate(Memory* memory = nullptr) : ders_(memory), entries_(memory) {}
    X509Certificate(const X509Certificate&) = delete;
    X509Certificate& operator=(const X509Certificate&) = delete;

    // ---- the documented methods

    /// Adds the certificates of a file: PEM (one block or many, RFC 7468, with any line ending,
    /// byte order mark and text between) or DER. invalid_parameter if it cannot be opened or read,
    /// out_of_memory (or larger than 64 MiB); failed if it has no certificate or one that cannot be
    /// parsed: those that can are kept.
    Error load(const char* path);
    /// Writes all of them to a file, as PEM. invalid_parameter if that is impossible, failed if
    /// there are none, out_of_memory.
    Error save(const char* path) const;

    // ---- what linnet adds

    /// As `load`, from bytes in memory, which are copied.
    Error load_from_memory(Bytes pem_or_der);
    void clear();

    std::size_t size() const { return count_; }
    /// The certificate at `index`, which must be less than `size`: DER as it was loaded.
    Bytes der(std::size_t index) const;
    /// What it says. Computes the digests each time.
    CertificateFacts facts(std::size_t index) const;
    /// The next certificate from `index` on whose subject is `subject` (a Name in DER, compared
    /// byte for byte), or `size()`.
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

    Block ders_;     // one behind the other
    Block entries_;  // of Entry
    std::size_t ders_size_ = 0;
    std::size_t count_ = 0;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
