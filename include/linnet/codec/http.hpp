// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The head of an HTTP/1.x response, RFC 9112 2-5. Syntax only: handshake.hpp checks what it means.
// No body, no chunking, no allocation; pure.
#pragma once

#include "linnet/bytes.hpp"
#include "linnet/step.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// One header line.
struct HttpHeader {
    std::string_view name;
    std::string_view value;  ///< without the white space around it, possibly empty
};

/// Views point into the bytes that were read.
struct ResponseHead {
    int minor_version = 1;     ///< of HTTP/1.x
    int status = 0;            ///< three digits; of the 1xx only 101
    std::string_view reason;   ///< "Not Found", possibly empty
    std::string_view headers;  ///< the header lines, each with its CR LF
};

/// Reads the head of the final response as it arrives; however it is cut, each byte is scanned
/// once. Interim responses before it (1xx other than 101, RFC 9110 15.2) are skipped.
class ResponseHeadReader {
 public:
    /// At most `size_max` bytes with the empty line, and `header_count_max` header lines, those of
    /// interim responses included.
    ResponseHeadReader(std::size_t size_max, std::size_t header_count_max)
        : size_max_(size_max), header_count_max_(header_count_max) {}

    /// `in` is all that has arrived since the first response began: the bytes of the call before,
    /// possibly elsewhere in memory, and more after them. Done when the head is complete: it and
    /// the interim responses are consumed, what follows is not looked at. Fails with `answer_*` at
    /// the line that proves a head wrong (the version: at the byte).
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

/// Cuts the first line off `fields`, which a reader has accepted. False when it is empty.
bool take_header(std::string_view& headers, HttpHeader& header);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
