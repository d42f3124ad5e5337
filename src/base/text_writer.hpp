// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Composes text in a buffer of the caller. Text that does not fit is counted but not written; a
// UTF-8 character is never cut.
#pragma once

#include <algorithm>
#include <cstring>

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class TextWriter {
 public:
    explicit TextWriter(MutableBytes out) : out_(out) {}

    TextWriter& put(std::string_view text) {
        const std::size_t buffer = out_.size() - std::min(size_, out_.size());
        const std::size_t written = std::min(buffer, text.size());
        if (written > 0) std::memcpy(out_.data() + size_, text.data(), written);
        size_ += text.size();
        return *this;
    }
    TextWriter& put_number(std::uint64_t value) {
        char digits[20];
        std::size_t at = sizeof digits;
        do {
            digits[--at] = static_cast<char>('0' + value % 10);
            value /= 10;
        } while (value != 0);
        return put({digits + at, sizeof digits - at});
    }

    /// Returns the size of all text passed to the writer, including what did not fit.
    std::size_t size() const { return size_; }
    /// Returns the text written from offset `begin` on.
    std::string_view text(std::size_t begin = 0) const {
        std::string_view all = text_of(out_.first(std::min(size_, out_.size())));
        if (size_ > out_.size()) all.remove_suffix(unfinished_size(all));
        return all.substr(std::min(begin, all.size()));
    }

 private:
    // Returns the size of an incomplete UTF-8 character at the end of `text`.
    static std::size_t unfinished_size(std::string_view text) {
        for (std::size_t size = 1; size <= 3 && size <= text.size(); ++size) {
            const auto byte = static_cast<std::uint8_t>(text[text.size() - size]);
            if (byte < 0x80) return 0;
            if (byte < 0xC0) continue;
            const std::size_t whole = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
            return whole > size ? size : 0;
        }
        return 0;
    }

    MutableBytes out_;
    std::size_t size_ = 0;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
