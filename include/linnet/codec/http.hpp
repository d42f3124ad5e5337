// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Reads the head of an HTTP/1.x response (RFC 9112 2-5). Only the syntax is checked here;
// protocol/handshake.hpp checks the meaning. No bodies, no allocation.
#pragma once

#include "linnet/bytes.hpp"
#include "linnet/step.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// One header line (RFC 9112 5: "field line"). Views into the response.
struct HttpHeader {
    std::string_view name;
    std::string_view value;  ///< without surrounding white space, possibly empty
};

/// The status line and header lines of a response. Views into the bytes that were read.
struct ResponseHead {
    int minor_version = 1;     ///< the x of HTTP/1.x
    int status = 0;            ///< three digits; not an interim status
    std::string_view reason;   ///< such as "Not Found", possibly empty
    std::string_view headers;  ///< the header lines, each with its CR LF; `take_header` splits them
};

/// Reads the head of the final response while it arrives. Each byte is scanned once, however the
/// stream is fragmented. Interim responses before it (1xx other than 101, RFC 9110 15.2) are
/// skipped.
///
/// Example:
///
///     linnet::ResponseHeadReader reader(16 * 1024, 100);
///     std::string received = "HTTP/1.1 404 Not Found\r\nServer: x\r\n\r\n";
///     const auto step = reader.read(received);  // again, with more bytes, while partial
///     if (!step.done()) return;
///     std::string_view headers = step.value.headers;
///     for (linnet::HttpHeader header; linnet::take_header(headers, header);) print(header.name);
class ResponseHeadReader {
 public:
    /// Limits all responses together to `size_max` bytes, final empty line included, and to
    /// `header_count_max` header lines.
    ResponseHeadReader(std::size_t size_max, std::size_t header_count_max)
        : size_max_(size_max), header_count_max_(header_count_max) {}

    /// `in` is everything received since the first response began: the bytes of the previous call,
    /// which may have moved in memory, followed by new ones. Done when the head is complete; it and
    /// the interim responses are then consumed, and the bytes after them are ignored. Fails with
    /// `Cause::response_*` at the first invalid line, or at the first invalid byte of the version.
    Step<ResponseHead> read(std::string_view in);

 private:
    Cause check_line(std::string_view line);
    ResponseHead head(std::string_view in) const;

    std::size_t size_max_;
    std::size_t header_count_max_;
    std::size_t head_begin_ = 0;
    std::size_t line_begin_ = 0;
    std::size_t scanned_ = 0;  // no line feed before here, from line_begin_ on
    std::size_t status_line_size_ = 0;
    std::size_t header_count_ = 0;
};

/// Removes the first line from `headers`, which come from `ResponseHead::headers`. Returns false if
/// `headers` is empty.
bool take_header(std::string_view& headers, HttpHeader& header);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
