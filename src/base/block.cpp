// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/block.hpp"

#include <cstdlib>
#include <utility>

#include "base/kept_errno.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

bool Block::allocate(std::size_t size) {
    const KeptErrno kept;
    void* fresh = memory_ != nullptr ? memory_->allocate(size) : std::malloc(size);
    if (fresh == nullptr) return false;
    release();
    bytes_ = {static_cast<std::uint8_t*>(fresh), size};
    return true;
}

void Block::release() {
    const KeptErrno kept;
    const MutableBytes old = std::exchange(bytes_, {});
    if (old.data() == nullptr) return;
    if (memory_ != nullptr) {
        memory_->deallocate(old.data(), old.size());
    } else {
        std::free(old.data());
    }
}

void Block::swap(Block& other) {
    std::swap(memory_, other.memory_);
    std::swap(bytes_, other.bytes_);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
