// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "platform/file.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

File::File(const char*, Mode) : file_(nullptr) {}

std::size_t File::read(MutableBytes) {
    return 0;
}

bool File::has_failed() const {
    return true;
}

bool File::write(Bytes) {
    return false;
}

bool File::close() {
    return false;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
