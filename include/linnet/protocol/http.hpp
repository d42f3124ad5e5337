// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The head of an HTTP/1.1 response, RFC 9112 2-5. Syntax only: what it means is judged in
// handshake.hpp. No body, no chunking, no allocation; pure.
#pragma once

#include "linnet/bytes.hpp"
#include "linnet/step.hpp"

namespace linnet::inline v0 {

/// One header line.
struct HttpField {
    std::string_view name;
    std::string_view value;  ///< without the white space around it, possibly empty
};

/// Views point into the bytes that were read.
struct ResponseHead {
    int status = 0;           ///< three digits
    std::string_view reason;  ///< "Not Found", possibly empty
    std::string_view fields;  ///< the header lines, each with its CR LF
};

/// Reads a response head as it arrives; however it is cut, each byte is scanned once.
class ResponseHeadReader {
 public:
    /// At most `size_max` bytes with the empty line, and `field_count_max` header lines.
    ResponseHeadReader(std::size_t size_max, std::size_t field_count_max)
        : size_max_(size_max), field_count_max_(field_count_max) {}

    /// `in` is all that has arrived since the head began: the bytes of the call before, possibly at
    /// another place in memory, and more behind them. Done when the head is complete; what stands
    /// behind it is not looked at. Fails with `answer_*` at the line that proves the head wrong
    /// (the version: at the byte).
    Step<ResponseHead> read(std::string_view in);

 private:
    Cause judge_line(std::string_view line);
    ResponseHead head(std::string_view in) const;

    std::size_t size_max_;
    std::size_t field_count_max_;
    std::size_t line_begin_ = 0;
    std::size_t scanned_ = 0;  // no line feed before here, from line_begin_ on
    std::size_t status_line_size_ = 0;
    std::size_t field_count_ = 0;
};

/// Cuts the first line off `fields`, which a reader has accepted. False when it is empty.
bool take_field(std::string_view& fields, HttpField& field);

}  // namespace linnet::inline v0
