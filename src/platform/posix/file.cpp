// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "platform/file.hpp"

#include <cstdio>
#include <utility>

namespace linnet::inline LINNET_INLINE_NAMESPACE {

// "e": close on exec, set atomically (POSIX 2024).
File::File(const char* path, Mode mode)
    : file_(path == nullptr ? nullptr : std::fopen(path, mode == Mode::read ? "rbe" : "wbe")) {
    if (file_ != nullptr) std::setvbuf(static_cast<std::FILE*>(file_), nullptr, _IONBF, 0);
}

std::size_t File::read(MutableBytes out) {
    return std::fread(out.data(), 1, out.size(), static_cast<std::FILE*>(file_));
}

bool File::has_failed() const {
    return std::ferror(static_cast<std::FILE*>(file_)) != 0;
}

bool File::write(Bytes bytes) {
    return std::fwrite(bytes.data(), 1, bytes.size(), static_cast<std::FILE*>(file_)) ==
           bytes.size();
}

bool File::close() {
    auto* const file = static_cast<std::FILE*>(std::exchange(file_, nullptr));
    return file == nullptr || std::fclose(file) == 0;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
