// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Loads certificates from files and saves them.
#include <algorithm>

#include "base/kept_errno.hpp"
#include "linnet/x509_certificate.hpp"
#include "platform/file.hpp"
#include "platform/roots.hpp"
#include "x509/pem.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t first_read_size = 64 * 1024;
constexpr std::size_t file_size_max = 64 * 1024 * 1024;  // a device file may be endless

// Doubles the size of `content`, which is full.
bool grow(Block& content) {
    const std::size_t size = content.size();
    if (size >= file_size_max) return false;
    return content.reallocate(std::max(size * 2, first_read_size), content.bytes());
}

}  // namespace

Error X509Certificate::load(const char* path) {
    const KeptErrno kept;
    File file(path, File::Mode::read);
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

Error X509Certificate::load_system_roots() {
    class Loader final : public RootVisitor {
     public:
        explicit Loader(X509Certificate& into) : into_(into) {}
        void root(Bytes der) override {
            if (result == Error::out_of_memory) return;
            const Error error = into_.load_from_memory(der);
            if (error != Error::failed) result = error;
        }
        Error result = Error::failed;

     private:
        X509Certificate& into_;
    };
    const KeptErrno kept;
    Block piece(ders_.memory());
    if (!piece.allocate(root_size_max)) return Error::out_of_memory;
    Loader loader(*this);
    visit_system_roots(piece.bytes(), loader);
    return loader.result;
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

    File file(path, File::Mode::write);
    if (!file.is_open()) return Error::invalid_parameter;
    for (std::size_t i = 0; i < count_; ++i) {
        const MutableBytes text = pem.bytes().first(pem_size(entry(i).size));
        write_pem(der(i), text);
        if (!file.write(text)) return Error::invalid_parameter;
    }
    return file.close() ? Error::ok : Error::invalid_parameter;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
