// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A file, unbuffered, because callers read and write large pieces.
#pragma once

#include <cstdint>

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class File {
 public:
    enum class Mode : std::uint8_t { read, write };

    /// `path` is UTF-8 and may be null. Child processes do not inherit the file.
    File(const char* path, Mode mode);
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { close(); }

    bool is_open() const { return file_ != nullptr; }
    /// Returns the number of bytes read; fewer than `out.size()` at the end of the file or on
    /// failure.
    std::size_t read(MutableBytes out);
    bool has_failed() const;
    bool write(Bytes bytes);
    /// Returns false if data written earlier did not reach the file.
    bool close();

 private:
    void* file_;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
