// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The parts of a fuzz target of linnet, and all that another project needs to fuzz its own use of
// the protocol code: decisions derived from the input, copies without spare bytes, ways to cut a
// stream, memory that counts and can be exhausted, entropy that is the same in every run. It
// includes only public headers of linnet. README.md in this folder has an example.
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "linnet/bytes.hpp"
#include "linnet/memory.hpp"
#include "linnet/platform.hpp"

namespace linnet::fuzz {

/// A checked property. If it is false, prints its location and aborts.
inline void require(bool holds, const char* what, const char* file = __builtin_FILE(),
                    unsigned line = static_cast<unsigned>(__builtin_LINE())) {
    if (holds) return;
    std::fprintf(stderr, "%s:%u: does not hold: %s\n", file, line, what);
    std::abort();
}

/// The bytes of one input, read from the front. Reading never fails: after the end everything is
/// zero, so zero should select success.
class FuzzInput {
 public:
    explicit FuzzInput(Bytes bytes) : rest_(bytes) {}
    FuzzInput(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

    bool is_empty() const { return rest_.empty(); }
    Bytes rest() const { return rest_; }

    std::uint8_t byte() {
        const Bytes one = take(1);
        return one.empty() ? std::uint8_t{0} : one[0];
    }
    bool flag() { return (byte() & 1) != 0; }
    std::uint16_t number16() {
        const unsigned high = byte();
        return static_cast<std::uint16_t>(high << 8 | byte());
    }
    /// At most 256 distinct values.
    std::size_t between(std::size_t low, std::size_t high) {
        return low + byte() % (high - low + 1);
    }
    /// One of `values`.
    template <class T, std::size_t count>
    T pick(const T (&values)[count]) {
        return values[byte() % count];
    }
    /// The next `size` bytes, or all remaining ones if there are fewer.
    Bytes take(std::size_t size) {
        const Bytes front = rest_.first(std::min(size, rest_.size()));
        rest_ = rest_.subspan(front.size());
        return front;
    }
    /// A part with its own end: its size in one byte, followed by its bytes.
    FuzzInput take_part() {
        const std::size_t size = byte();
        return FuzzInput(take(size));
    }

 private:
    Bytes rest_;
};

/// A heap copy without spare bytes at its end, so that AddressSanitizer detects a read or write one
/// byte past it.
class ExactCopy {
 public:
    explicit ExactCopy(Bytes content) : ExactCopy(content.size()) {
        std::copy(content.begin(), content.end(), buffer().begin());
    }
    explicit ExactCopy(std::string_view content) : ExactCopy(bytes_of(content)) {}
    /// `size` zeros.
    explicit ExactCopy(std::size_t size)
        : size_(size), front_size_(size == 0 ? 16 : 0), block_(front_size_ + size) {}

    Bytes bytes() const { return Bytes(block_).last(size_); }
    MutableBytes buffer() { return MutableBytes(block_).last(size_); }
    std::string_view text() const { return text_of(bytes()); }

 private:
    std::size_t size_;
    // AddressSanitizer treats an empty block as one byte, so this points to the end of another
    // block.
    std::size_t front_size_;
    std::vector<std::uint8_t> block_;
};

/// `once`, repeated: few bytes of input become many.
inline std::string repeated(std::string_view once, std::size_t count) {
    std::string text;
    text.reserve(once.size() * count);
    for (std::size_t i = 0; i < count; ++i) text += once;
    return text;
}

/// Pseudo-random numbers from a seed: SplitMix64.
class Numbers {
 public:
    explicit Numbers(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

 private:
    std::uint64_t state_;
};

/// How a stream is cut: one byte of the input selects it, so that the stream itself stays
/// contiguous in the input and mutates well. 0 is whole, 1 to 127 are pieces of that size, larger
/// values are pieces of varying sizes.
class Cuts {
 public:
    explicit Cuts(std::uint8_t kind) : kind_(kind), numbers_(kind) {}
    explicit Cuts(FuzzInput& input) : Cuts(input.byte()) {}

    /// The size of the next piece: at least 1, at most `left`, which is not 0.
    std::size_t next(std::size_t left) {
        if (kind_ == 0) return left;
        const std::size_t size_max = std::size_t{1} << (kind_ % 8);
        const std::size_t size = kind_ < 128 ? kind_ : 1 + numbers_.next() % size_max;
        return std::min(size, left);
    }
    /// Calls `use(piece)` with an exact copy of each piece in order.
    template <class Use>
    void for_each_piece(Bytes stream, Use use) {
        while (!stream.empty()) {
            const ExactCopy piece(stream.first(next(stream.size())));
            stream = stream.subspan(piece.bytes().size());
            use(piece.bytes());
        }
    }

 private:
    std::uint8_t kind_;
    Numbers numbers_;
};

/// Memory that counts, checks the sizes returned to it, and can be exhausted.
class FuzzMemory final : public Memory {
 public:
    FuzzMemory() = default;
    FuzzMemory(const FuzzMemory&) = delete;
    FuzzMemory& operator=(const FuzzMemory&) = delete;
    ~FuzzMemory() { require(used == 0, "all memory was freed"); }

    void* allocate(std::size_t size) override {
        require(size > 0, "no empty block is requested");
        if (allocations_left == 0 || size > limit - used) return nullptr;
        --allocations_left;
        used += size;
        peak = std::max(peak, used);
        void* const block = std::malloc(size);
        if (block != nullptr) blocks_.push_back({block, size});
        return block;
    }
    void deallocate(void* block, std::size_t size) override {
        const auto found = std::find_if(blocks_.begin(), blocks_.end(),
                                        [&](const Taken& taken) { return taken.block == block; });
        require(found != blocks_.end(), "a freed block was allocated and not freed before");
        require(found->size == size, "a block is freed with its own size");
        blocks_.erase(found);
        used -= size;
        std::free(block);
    }

    std::size_t used = 0;
    std::size_t peak = 0;
    std::size_t limit = SIZE_MAX;             ///< allocations beyond it are refused
    std::size_t allocations_left = SIZE_MAX;  ///< afterwards, all are refused

 private:
    struct Taken {
        void* block;
        std::size_t size;
    };

    // Not a std::map: the memory sanitizer does not track writes by its precompiled parts in
    // libstdc++.
    std::vector<Taken> blocks_;
};

/// The same bytes in every run, until they are exhausted.
class FuzzEntropy final : public Entropy {
 public:
    bool fill(MutableBytes out) override {
        if (fills_left == 0) return false;
        --fills_left;
        for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(numbers_.next());
        return true;
    }

    std::size_t fills_left = SIZE_MAX;  ///< afterwards, all are refused

 private:
    Numbers numbers_{1};
};

}  // namespace linnet::fuzz
