// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// PEM, RFC 7468, as forgiving as files in the wild need: any line ending or none at the end, a byte
// order mark, blanks, text between the blocks. Bytes in, DER out, in pieces of any size.
#pragma once

#include "codec/base64.hpp"
#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class PemReader {
 public:
    enum class Event : std::uint8_t {
        none,         // all input is consumed
        certificate,  // `der()` is one; valid until the next `feed`
        skipped,      // a block that is no certificate (a key, say)
        malformed,    // a block whose base64 is broken or which is larger than the room
    };

    /// A certificate must fit into `room`, which is lent as long as the reader lives.
    explicit PemReader(MutableBytes buffer) : buffer_(buffer) {}

    /// Consumes the front of `input`, up to the end of a block or all of it.
    Event feed(Bytes& input);
    /// After the last `feed`: a block that was begun and never ended is malformed.
    Event end();
    Bytes der() const { return buffer_.first(size_); }
    /// Lends another room, which the next block will be written to: right after an event only.
    void lend(MutableBytes buffer) { buffer_ = buffer; }

 private:
    enum class Inside : std::uint8_t { text, certificate, other };

    void take_body(Bytes body);
    Event take_boundary_char(char c);
    Event begin_block(std::string_view label);
    Event end_block(std::string_view label);

    MutableBytes buffer_;
    std::size_t size_ = 0;
    Base64Decoder base64_;
    Inside inside_ = Inside::text;
    bool is_broken_ = false;
    std::uint8_t boundary_size_ = 0;
    char boundary_[80] = {};  // what may become a "-----BEGIN x-----" or "-----END x-----"
};

/// Size of `write_pem` for a certificate of `der_size` bytes.
std::size_t pem_size(std::size_t der_size);
/// Writes one CERTIFICATE block with lines of 64 characters and "\n" to the front of `out`, which
/// has room for `pem_size(der.size())`.
void write_pem(Bytes der, MutableBytes out);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
