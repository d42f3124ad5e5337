// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A file, unbuffered: all that is read and written is in one piece already.
#pragma once

#include <cstdint>

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class File {
 public:
    enum class Mode : std::uint8_t { read, write };

    /// `path` is in UTF-8 and may be null. No child process inherits the file.
    File(const char* path, Mode mode);
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { close(); }

    bool is_open() const { return file_ != nullptr; }
    /// Returns how many bytes were read: fewer than `out` has only at the end or on failure.
    std::size_t read(MutableBytes out);
    bool has_failed() const;
    bool write(Bytes bytes);
    /// Returns false if something that was written did not reach the file.
    bool close();

 private:
    void* file_;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
