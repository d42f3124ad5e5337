// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/block.hpp"

#include <cstdlib>
#include <cstring>
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

bool Block::reallocate(std::size_t size, Bytes kept, Bytes kept_too) {
    Block fresh(memory_);
    if (!fresh.allocate(size)) return false;
    if (!kept.empty()) std::memcpy(fresh.data(), kept.data(), kept.size());
    if (!kept_too.empty())
        std::memcpy(fresh.data() + kept.size(), kept_too.data(), kept_too.size());
    swap(fresh);
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
