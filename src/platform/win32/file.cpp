// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "platform/file.hpp"

#include <cstdio>
#include <utility>

#include "platform/win32/windows_os.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr int path_size_max = 1024;  // UTF-16 code units, including the NUL

// "N": child processes do not inherit the file.
std::FILE* open_file(const char* path, const wchar_t* mode) {
    wchar_t wide[path_size_max];
    if (path == nullptr) return nullptr;
    const int size =
        MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, path_size_max);
    return size == 0 ? nullptr : _wfopen(wide, mode);
}

}  // namespace

File::File(const char* path, Mode mode)
    : file_(open_file(path, mode == Mode::read ? L"rbN" : L"wbN")) {
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
