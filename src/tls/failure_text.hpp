// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Writes the details of TLS failures.
#pragma once

#include "base/text_writer.hpp"
#include "linnet/tls_chain.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Writes the detail of `why`, which is complete when the writer is destroyed.
class DetailWriter {
 public:
    explicit DetailWriter(TlsFailure& why) : DetailWriter(why, 0) {}
    /// Keeps the first `kept` bytes of the detail.
    DetailWriter(TlsFailure& why, std::size_t kept)
        : why_(why),
          kept_(kept),
          writer_(MutableBytes{reinterpret_cast<std::uint8_t*>(why.detail_text.data()),
                               why.detail_text.size()}
                      .subspan(kept)) {}
    DetailWriter(const DetailWriter&) = delete;
    DetailWriter& operator=(const DetailWriter&) = delete;
    ~DetailWriter() { why_.detail_size = static_cast<std::uint16_t>(size()); }

    DetailWriter& put(std::string_view text) {
        writer_.put(text);
        return *this;
    }
    DetailWriter& put_number(std::uint64_t number) {
        writer_.put_number(number);
        return *this;
    }
    /// Writes a DER-encoded Name in quotation marks.
    DetailWriter& put_name(Bytes name);
    DetailWriter& put_hex(Bytes bytes);
    /// Writes 4 or 16 bytes in network order.
    DetailWriter& put_ip(Bytes ip);
    /// Writes text of the server; each character that is not printable becomes a question mark.
    DetailWriter& put_harmless(std::string_view words);
    /// Writes a time as "2026-11-22 18:00:00 UTC".
    DetailWriter& put_time(std::int64_t unix_s);

    std::size_t space() const { return why_.detail_text.size() - size(); }

 private:
    std::size_t size() const { return kept_ + writer_.text().size(); }

    TlsFailure& why_;
    std::size_t kept_;
    TextWriter writer_;
};

/// Returns the name of an alert in RFC 8446 6 and RFC 5246 7.2; empty if it has none.
std::string_view alert_name(std::uint8_t alert);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
