// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The certificates' way from files and into them.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/kept_errno.hpp"
#include "linnet/x509_certificate.hpp"
#include "x509/pem.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t first_read_size = 64 * 1024;
constexpr std::size_t file_size_max = 64 * 1024 * 1024;  // a device may have no end

// "e": no child process inherits the file, whichever thread starts one meanwhile (POSIX 2024).
// Windows refuses the letter.
#ifdef _WIN32
constexpr char to_read[] = "rb";
constexpr char to_write[] = "wb";
#else
constexpr char to_read[] = "rbe";
constexpr char to_write[] = "wbe";
#endif

class File {
 public:
    File(const char* path, const char* mode)
        : file_(path == nullptr ? nullptr : std::fopen(path, mode)) {
        // All that is read and written is in one piece already.
        if (file_ != nullptr) std::setvbuf(file_, nullptr, _IONBF, 0);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { close(); }

    bool is_open() const { return file_ != nullptr; }
    std::size_t read(MutableBytes room) { return std::fread(room.data(), 1, room.size(), file_); }
    bool has_failed() const { return std::ferror(file_) != 0; }
    bool write(Bytes bytes) {
        return std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size();
    }
    /// False if something that was written did not reach the file.
    bool close() {
        std::FILE* const file = std::exchange(file_, nullptr);
        return file == nullptr || std::fclose(file) == 0;
    }

 private:
    std::FILE* file_;
};

// Doubles the `content`, which is full.
bool grow(Block& content) {
    const std::size_t size = content.size();
    if (size >= file_size_max) return false;
    Block larger(content.memory());
    if (!larger.allocate(std::max(size * 2, first_read_size))) return false;
    if (size > 0) std::memcpy(larger.data(), content.data(), size);
    content.swap(larger);
    return true;
}

}  // namespace

Error X509Certificate::load(const char* path) {
    const KeptErrno kept;
    File file(path, to_read);
    if (!file.is_open()) return Error::invalid_parameter;
    Block content(ders_.memory());
    std::size_t size = 0;
    do {
        if (!grow(content)) return Error::out_of_memory;
        size += file.read(content.bytes().subspan(size));
    } while (size == content.size());
    if (file.has_failed()) return Error::invalid_parameter;
    return load_from_memory(content.bytes().first(size));
}

Error X509Certificate::save(const char* path) const {
    if (count_ == 0) return Error::failed;
    const KeptErrno kept;
    std::size_t pem_size_max = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        pem_size_max = std::max(pem_size_max, pem_size(entry(i).size));
    }
    Block pem(ders_.memory());
    if (!pem.allocate(pem_size_max)) return Error::out_of_memory;

    File file(path, to_write);
    if (!file.is_open()) return Error::invalid_parameter;
    for (std::size_t i = 0; i < count_; ++i) {
        const MutableBytes text = pem.bytes().first(pem_size(entry(i).size));
        write_pem(der(i), text);
        if (!file.write(text)) return Error::invalid_parameter;
    }
    return file.close() ? Error::ok : Error::invalid_parameter;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
