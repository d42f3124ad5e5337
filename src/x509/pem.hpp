// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// PEM (RFC 7468), as tolerant as real files require: any line ending or none at the end, a byte
// order mark, blanks, text between the blocks. Takes pieces of any size. The older labels
// X509 CERTIFICATE and TRUSTED CERTIFICATE (with OpenSSL's trust settings) are read as well.
#pragma once

#include "codec/base64.hpp"
#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class PemReader {
 public:
    enum class Event : std::uint8_t {
        none,         // all input is consumed
        certificate,  // `der()` is one; valid until the next `feed`
        skipped,      // a block that is not a certificate, or one that is not trusted for servers
        malformed,    // a block with invalid base64, or larger than the buffer
    };

    /// A certificate must fit into `buffer`, which must outlive the reader.
    explicit PemReader(MutableBytes buffer) : buffer_(buffer) {}

    /// Consumes `input` up to the end of a block, or all of it.
    Event feed(Bytes& input);
    /// Call after the last `feed`: an unfinished block is malformed.
    Event end();
    Bytes der() const { return buffer_.first(size_); }
    /// Sets the buffer for the next block. Call it only right after an event.
    void set_buffer(MutableBytes buffer) { buffer_ = buffer; }

 private:
    enum class Inside : std::uint8_t { text, other, certificate, x509, trusted };

    static Inside inside_of(std::string_view label);
    bool holds_certificate() const { return inside_ >= Inside::certificate; }
    void take_body(Bytes body);
    Event take_boundary_char(char c);
    Event begin_block(std::string_view label);
    Event end_block(std::string_view label);
    Event end_trusted();

    MutableBytes buffer_;
    std::size_t size_ = 0;
    Base64Decoder base64_;
    Inside inside_ = Inside::text;
    bool is_malformed_ = false;
    std::uint8_t boundary_size_ = 0;
    char boundary_[80] = {};  // a possible "-----BEGIN x-----" or "-----END x-----"
};

/// Returns the size of `write_pem` for a certificate of `der_size` bytes.
std::size_t pem_size(std::size_t der_size);
/// Writes one CERTIFICATE block with lines of 64 characters and "\n" to `out`, which has at least
/// `pem_size(der.size())` bytes.
void write_pem(Bytes der, MutableBytes out);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
