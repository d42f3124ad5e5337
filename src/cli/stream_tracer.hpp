// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// One direction of a WebSocket connection as lines for a person: the head of the HTTP message, then
// each frame. Bytes in, lines out, in bounded memory; the lines are the same however the bytes are
// cut. Pure.
//
// Values of Authorization, Proxy-Authorization, Cookie(2) and Set-Cookie(2) are not shown, nor the
// query of the request, nor user information, queries and fragments of URLs in other headers.
#pragma once

#include <array>
#include <string>

#include "linnet/codec/frame.hpp"

namespace linnet::cli {

/// Where the lines go.
class TraceLines {
 public:
    /// `text` describes what begins `offset` bytes behind the begin of the stream.
    virtual void line(std::uint64_t offset, std::string_view text) = 0;

 protected:
    ~TraceLines() = default;
};

class StreamTracer {
 public:
    /// Of what `receiver` receives.
    explicit StreamTracer(Role receiver) : receiver_(receiver) {}

    void feed(Bytes bytes, TraceLines& lines);
    /// The stream is over: says what of it was cut off.
    void end(TraceLines& lines);
    std::uint64_t offset() const { return offset_; }

 private:
    enum class Stage : std::uint8_t {
        head,     // lines up to the empty one
        header,   // of a frame
        payload,  // of a frame
        other,    // no frames: the body of a refusal, or what breaks the framing
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
    std::uint64_t offset_ = 0;  // of the next byte
    std::uint64_t begin_ = 0;   // of the line, frame or rest that is under way
    std::string line_;          // what is kept of the line
    bool is_first_line_ = true;
    bool refused_ = false;  // an answer other than 101: no frames follow
    std::array<std::uint8_t, frame_header_size_max> header_bytes_{};
    std::size_t header_size_ = 0;  // of them
    FrameHeader header_;
    std::uint64_t payload_size_ = 0;  // what has come of it
    std::string preview_;             // its front, unmasked
};

}  // namespace linnet::cli
