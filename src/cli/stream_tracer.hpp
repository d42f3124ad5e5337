// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Formats one direction of a WebSocket connection as lines: the head of the HTTP message, then each
// frame. Memory is bounded; the lines do not depend on how the bytes are cut. Pure.
//
// The output omits the values of Authorization, Proxy-Authorization, Cookie(2) and Set-Cookie(2),
// the query of the request, and user information, queries and fragments of URLs in other headers.
#pragma once

#include <array>
#include <string>

#include "linnet/codec/frame.hpp"

namespace linnet::cli {

/// Receives the lines.
class TraceLines {
 public:
    /// `text` describes what begins at `offset` in the stream.
    virtual void line(std::uint64_t offset, std::string_view text) = 0;

 protected:
    ~TraceLines() = default;
};

class StreamTracer {
 public:
    /// Traces the bytes received by `receiver`.
    explicit StreamTracer(Role receiver) : receiver_(receiver) {}

    void feed(Bytes bytes, TraceLines& lines);
    /// Ends the stream and reports anything incomplete.
    void end(TraceLines& lines);
    std::uint64_t offset() const { return offset_; }

 private:
    enum class Stage : std::uint8_t {
        head,     // lines up to the empty one
        header,   // header of a frame
        payload,  // payload of a frame
        other,    // not frames: the body of a refusal, or bytes after invalid framing
    };

    Bytes feed_head(Bytes bytes, TraceLines& lines);
    Bytes feed_header(Bytes bytes, TraceLines& lines);
    Bytes feed_payload(Bytes bytes, TraceLines& lines);
    void end_head_line(TraceLines& lines);
    void begin_payload(TraceLines& lines);
    void describe_frame(TraceLines& lines);
    void enter(Stage stage);

    Role receiver_;
    Stage stage_ = Stage::head;
    std::uint64_t offset_ = 0;  // offset of the next byte
    std::uint64_t begin_ = 0;   // begin of the current line, frame or rest
    std::string line_;          // the part of the line that is kept
    bool is_first_line_ = true;
    bool refused_ = false;  // the response is not 101: no frames follow
    std::array<std::uint8_t, frame_header_size_max> header_bytes_{};
    std::size_t header_size_ = 0;  // size used in `header_bytes_`
    FrameHeader header_;
    std::uint64_t payload_size_ = 0;  // size of the payload so far
    std::string preview_;             // its front, unmasked
};

}  // namespace linnet::cli
