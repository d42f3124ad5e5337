// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A heap block without spare bytes at its end, so that AddressSanitizer detects a read or write one
// byte past it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "linnet/bytes.hpp"
#include "linnet/cause.hpp"

namespace linnet {

/// Makes GoogleTest print the text of a cause instead of its number. GoogleTest requires this name.
inline void PrintTo(Cause cause, std::ostream* out) {
    *out << '"' << text(cause) << '"';
}

}  // namespace linnet

namespace linnet::test {

/// Offset of the first byte from a multiple of 16.
struct Misalignment {
    std::size_t size = 0;
};

/// Owns a copy of exactly these bytes. It is not copyable, since each one has a different address.
class ExactBytes {
 public:
    static constexpr std::uint8_t fill = 0xA5;

    /// `size` bytes of `fill`, to be written to.
    explicit ExactBytes(std::size_t size, Misalignment misalignment = {})
        : front_size_(misalignment.size + (size == 0 ? 16 : 0)),
          size_(size),
          block_(new std::uint8_t[front_size_ + size]) {
        std::fill_n(block_.get(), front_size_ + size, fill);
    }
    explicit ExactBytes(Bytes content, Misalignment misalignment = {})
        : ExactBytes(content.size(), misalignment) {
        std::copy(content.begin(), content.end(), begin());
    }
    explicit ExactBytes(std::string_view content) : ExactBytes(bytes_of(content)) {}

    Bytes bytes() const { return {begin(), size_}; }
    MutableBytes buffer() { return {begin(), size_}; }
    std::string_view text() const { return text_of(bytes()); }
    std::span<char> chars() { return {reinterpret_cast<char*>(begin()), size_}; }

    /// True if the bytes before the data, which only cause the misalignment, are unchanged.
    bool front_untouched() const {
        return std::all_of(block_.get(), begin(), [](std::uint8_t byte) { return byte == fill; });
    }

 private:
    std::uint8_t* begin() const { return block_.get() + front_size_; }

    // AddressSanitizer treats an empty block as one byte, so this points to the end of another
    // block.
    std::size_t front_size_;
    std::size_t size_;
    std::unique_ptr<std::uint8_t[]> block_;
};

/// True if `part` is inside `whole`, or empty.
inline bool lies_within(std::string_view part, std::string_view whole) {
    if (part.empty()) return true;
    const std::less_equal<const char*> not_behind;
    return not_behind(whole.data(), part.data()) &&
           not_behind(part.data() + part.size(), whole.data() + whole.size());
}

/// In quotes, with escapes for unprintable bytes.
inline std::string shown(std::string_view text) {
    return testing::PrintToString(std::string(text));
}
inline std::string shown(Bytes bytes) {
    return shown(text_of(bytes));
}

}  // namespace linnet::test
