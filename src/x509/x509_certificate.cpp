// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// All but `load` and `save`, which use files: tls/certificate_file.cpp.
#include "linnet/x509_certificate.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "codec/sha256.hpp"
#include "x509/certificate.hpp"
#include "x509/der.hpp"
#include "x509/name.hpp"
#include "x509/name_match.hpp"
#include "x509/pem.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t size_max = 0xFFFF'FFFF;  // of all certificates: offsets have 32 bits

// Makes space for `more` bytes after the `used` ones. The old block moves to `outgrown`, where it
// can still be read (`Block::reallocate` would release it).
bool make_space(Block& block, std::size_t used, std::size_t more, Block& outgrown) {
    if (more <= block.size() - used) return true;
    if (more > size_max - used) return false;
    Block larger(block.memory());
    if (!larger.allocate(std::max(used + more, block.size() * 2))) return false;
    if (used > 0) std::memcpy(larger.data(), block.data(), used);
    block.swap(larger);
    outgrown.swap(larger);
    return true;
}

}  // namespace

Error X509Certificate::load_from_memory(Bytes pem_or_der) {
    const bool may_be_der = !pem_or_der.empty() && pem_or_der[0] == der::sequence;
    // PEM text may also begin with this character ("0").
    if (may_be_der && parse_certificate(pem_or_der)) return load_der(pem_or_der);
    return load_pem(pem_or_der);
}

Error X509Certificate::load_der(Bytes der) {
    Block outgrown(ders_.memory());  // may contain `der`
    if (!make_space(ders_, ders_size_, der.size(), outgrown)) return Error::out_of_memory;
    std::memcpy(ders_.data() + ders_size_, der.data(), der.size());
    return keep(der.size());
}

Error X509Certificate::load_pem(Bytes pem) {
    // Four characters encode three bytes: this space is enough wherever the blocks begin.
    Block outgrown(ders_.memory());
    const std::size_t buffer = pem.size() / 4 * 3 + 3;
    if (!make_space(ders_, ders_size_, buffer, outgrown)) return Error::out_of_memory;

    bool all_good = true;
    const std::size_t count_before = count_;
    PemReader reader(ders_.bytes().subspan(ders_size_));
    for (bool at_end = false; !at_end;) {
        PemReader::Event event = reader.feed(pem);
        at_end = event == PemReader::Event::none;
        if (at_end) event = reader.end();
        if (event == PemReader::Event::malformed) all_good = false;
        if (event != PemReader::Event::certificate) continue;
        const Error error = keep(reader.der().size());
        if (error == Error::out_of_memory) return error;
        if (error != Error::ok) all_good = false;
        reader.set_buffer(ders_.bytes().subspan(ders_size_));
    }
    return all_good && count_ > count_before ? Error::ok : Error::failed;
}

// Adds the `size` bytes after the last certificate as another one.
Error X509Certificate::keep(std::size_t size) {
    const Bytes der = ders_.bytes().subspan(ders_size_, size);
    const auto certificate = parse_certificate(der);
    if (!certificate) return Error::failed;
    Block outgrown(entries_.memory());
    const std::size_t entries_size = count_ * sizeof(Entry);
    if (!make_space(entries_, entries_size, sizeof(Entry), outgrown)) return Error::out_of_memory;
    const Bytes subject = certificate->subject;
    const Entry entry = {
        .offset = static_cast<std::uint32_t>(ders_size_),
        .size = static_cast<std::uint32_t>(size),
        .subject_offset = static_cast<std::uint32_t>(subject.data() - der.data()),
        .subject_size = static_cast<std::uint32_t>(subject.size()),
    };
    std::memcpy(entries_.data() + entries_size, &entry, sizeof entry);
    ders_size_ += size;
    ++count_;
    return Error::ok;
}

void X509Certificate::clear() {
    ders_.release();
    entries_.release();
    ders_size_ = 0;
    count_ = 0;
}

X509Certificate::Entry X509Certificate::entry(std::size_t index) const {
    LINNET_ASSERT(index < count_);
    Entry entry;
    std::memcpy(&entry, entries_.data() + index * sizeof entry, sizeof entry);
    return entry;
}

Bytes X509Certificate::der(std::size_t index) const {
    const Entry at = entry(index);
    return ders_.bytes().subspan(at.offset, at.size);
}

CertificateFacts X509Certificate::facts(std::size_t index) const {
    const auto certificate = parse_certificate(der(index));
    LINNET_ASSERT(certificate);  // `keep` accepts nothing else
    return {
        .der = certificate->der,
        .subject = certificate->subject,
        .issuer = certificate->issuer,
        .alt_names = certificate->alt_names,
        .public_key = certificate->key.info,
        .not_before_s = certificate->not_before_s,
        .not_after_s = certificate->not_after_s,
        .is_ca = certificate->is_ca,
        .sha256 = sha256(certificate->der),
        .key_sha256 = sha256(certificate->key.info),
    };
}

std::size_t X509Certificate::find_subject(Bytes subject, std::size_t index) const {
    if (!is_name(subject)) return count_;
    for (; index < count_; ++index) {
        const Entry at = entry(index);
        const Bytes here = ders_.bytes().subspan(at.offset + at.subject_offset, at.subject_size);
        if (same_name(here, subject)) break;
    }
    return std::min(index, count_);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
