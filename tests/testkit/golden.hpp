// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Files of the project that a test generates. The test checks that each is up to date; UPDATE=1 in
// the environment rewrites it instead.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace linnet::test {

inline bool updates_golden_files() {
    const char* const update = std::getenv("UPDATE");
    return update != nullptr && std::string_view(update) == "1";
}

/// The number of the line of `text` at `offset`.
inline std::string line_at(const std::string& text, std::size_t offset) {
    const std::size_t begin = offset == 0 ? 0 : text.rfind('\n', offset - 1) + 1;
    return text.substr(begin, text.find('\n', offset) - begin);
}

/// `remade` returns the correct text of the file, given the current one.
template <class Remake>
void expect_golden(const std::string& path, const Remake& remade) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    ASSERT_FALSE(text.empty()) << path;
    const std::string made = remade(text);
    if (made == text) return;
    if (updates_golden_files()) {
        std::ofstream(path, std::ios::binary) << made;
        return;
    }
    const auto in_made = std::mismatch(made.begin(), made.end(), text.begin(), text.end()).first;
    const auto offset = static_cast<std::size_t>(in_made - made.begin());
    ADD_FAILURE() << path
                  << " is out of date, first in the line\n  generated: " << line_at(made, offset)
                  << "\n  file: " << line_at(text, offset)
                  << "\nUPDATE=1 in the environment of this test rewrites it";
}

/// Returns `text` with the part between the two marks replaced by `fresh`.
inline std::string with_part(const std::string& text, std::string_view begin, std::string_view end,
                             std::string_view fresh) {
    const std::size_t from = text.find(begin);
    const std::size_t to = text.find(end);
    if (from == text.npos || to == text.npos || to < from) {
        ADD_FAILURE() << "missing: " << begin << " before " << end;
        return text;
    }
    return text.substr(0, from + begin.size()).append(fresh) + text.substr(to);
}

}  // namespace linnet::test
