// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// How the detail of a TLS failure is written.
#pragma once

#include "base/text_writer.hpp"
#include "linnet/tls_chain.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Writes the detail of `why` until it goes out of scope.
class DetailWriter {
 public:
    explicit DetailWriter(TlsFailure& why)
        : why_(why),
          writer_(
              {reinterpret_cast<std::uint8_t*>(why.detail_text.data()), why.detail_text.size()}) {}
    DetailWriter(const DetailWriter&) = delete;
    DetailWriter& operator=(const DetailWriter&) = delete;
    ~DetailWriter() { why_.detail_size = static_cast<std::uint16_t>(writer_.text().size()); }

    DetailWriter& put(std::string_view text) {
        writer_.put(text);
        return *this;
    }
    DetailWriter& put_number(std::uint64_t number) {
        writer_.put_number(number);
        return *this;
    }
    /// A Name in DER, between quotation marks.
    DetailWriter& put_name(Bytes name);
    DetailWriter& put_hex(Bytes bytes);
    /// 4 or 16 bytes in network order.
    DetailWriter& put_ip(Bytes ip);
    /// Text of the server: each character that is not printable becomes a question mark.
    DetailWriter& put_harmless(std::string_view words);
    /// "2026-11-22 18:00:00 UTC"
    DetailWriter& put_time(std::int64_t unix_s);

    std::size_t space() const { return why_.detail_text.size() - writer_.text().size(); }

 private:
    TlsFailure& why_;
    TextWriter writer_;
};

/// None of the roots in `verdict` has signed the path: sets cause and detail of `why`.
void put_not_signed(const ChainResult& result, TlsFailure& why);

/// The field's name for an alert, RFC 8446 6 and RFC 5246 7.2; empty if it has none.
std::string_view alert_name(std::uint8_t alert);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
