// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Lists of strings of every kind of element: the strings are the same, and nothing is copied.
#include "linnet/strings.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <deque>
#include <list>
#include <new>
#include <string>
#include <vector>

namespace {
int allocation_count = 0;
}

void* operator new(std::size_t size) {
    ++allocation_count;
    return std::malloc(size);
}
void operator delete(void* block) noexcept {
    std::free(block);
}
void operator delete(void* block, std::size_t) noexcept {
    std::free(block);
}

namespace linnet {
namespace {

// A string of an engine.
class Name {
 public:
    explicit Name(std::string text) : text_(std::move(text)) {}
    operator std::string_view() const { return text_; }

 private:
    std::string text_;
};

template <class T>
constexpr bool is_taken = std::is_convertible_v<const T&, Strings>;

static_assert(is_taken<std::vector<std::string>>);
static_assert(is_taken<std::vector<std::string_view>>);
static_assert(is_taken<std::vector<const char*>>);
static_assert(is_taken<std::vector<Name>>);
static_assert(is_taken<std::array<const char*, 3>>);
static_assert(is_taken<std::array<std::string, 0>>);
static_assert(is_taken<std::span<const std::string>>);
static_assert(is_taken<std::span<std::string>>);
static_assert(is_taken<std::span<const std::string_view>>);
static_assert(is_taken<std::span<std::string_view, 2>>);
static_assert(is_taken<std::initializer_list<std::string_view>>);
static_assert(is_taken<std::initializer_list<const char*>>);
static_assert(is_taken<const char* [2]>);
static_assert(is_taken<std::string[2]>);
static_assert(!is_taken<std::string>);
static_assert(!is_taken<std::string_view>);
static_assert(!is_taken<const char*>);
static_assert(!is_taken<char[4]>);
static_assert(!is_taken<std::vector<int>>);
static_assert(!is_taken<std::vector<std::vector<char>>>);
static_assert(!is_taken<std::vector<std::u16string>>);
static_assert(!is_taken<std::deque<std::string>>);
static_assert(!is_taken<std::list<std::string>>);
static_assert(std::is_trivially_copyable_v<Strings>);

// All strings, each followed by a bar.
std::string joined(Strings strings) {
    std::string text;
    for (const std::string_view string : strings) text += std::string(string) + "|";
    std::string by_index;
    for (std::size_t i = 0; i < strings.size(); ++i) by_index += std::string(strings[i]) + "|";
    EXPECT_EQ(by_index, text);
    EXPECT_EQ(strings.empty(), text.empty());
    return text;
}

TEST(Strings, are_the_same_in_every_kind_of_list) {
    const std::vector<std::string> strings = {"a", "", "ccc"};
    const std::vector<std::string_view> views(strings.begin(), strings.end());
    const std::vector<Name> names = {Name("a"), Name(""), Name("ccc")};
    const std::array<const char*, 3> pointers = {"a", "", "ccc"};
    const char* const array[] = {"a", "", "ccc"};
    const char rows[][4] = {"a", "", "ccc"};
    std::vector<std::string> changeable = strings;
    const std::string expected = "a||ccc|";
    EXPECT_EQ(joined({"a", "", "ccc"}), expected);
    EXPECT_EQ(joined(strings), expected);
    EXPECT_EQ(joined(views), expected);
    EXPECT_EQ(joined(names), expected);
    EXPECT_EQ(joined(pointers), expected);
    EXPECT_EQ(joined(array), expected);
    EXPECT_EQ(joined(rows), expected);
    EXPECT_EQ(joined(changeable), expected);
    EXPECT_EQ(joined({strings[0], "", strings[2]}), expected);
    EXPECT_EQ(joined(std::span<const std::string>(strings)), expected);
    EXPECT_EQ(joined(std::span(changeable)), expected);
    EXPECT_EQ(joined(std::span(views).first(3)), expected);
    EXPECT_EQ(joined(std::vector<std::string>{"a", "", "ccc"}), expected);
}

TEST(Strings, may_be_empty) {
    EXPECT_EQ(joined({}), "");
    EXPECT_EQ(joined(Strings()), "");
    EXPECT_EQ(joined(std::vector<std::string>()), "");
    EXPECT_EQ(joined(std::array<const char*, 0>()), "");
    EXPECT_EQ(joined(std::span<const std::string_view>()), "");
}

TEST(Strings, keep_every_byte_of_a_string_that_knows_its_size) {
    using namespace std::string_view_literals;
    const std::vector<std::string> strings = {std::string("a\0b", 3)};
    EXPECT_EQ(Strings(strings)[0], "a\0b"sv);
}

TEST(Strings, copy_nothing_and_allocate_nothing) {
    const std::vector<std::string> strings(100, std::string(1000, 'x'));
    const int before = allocation_count;
    const Strings view = strings;
    std::size_t size = 0;
    for (const std::string_view string : view) size += string.size();
    EXPECT_EQ(allocation_count, before);
    EXPECT_EQ(size, 100'000u);
    for (std::size_t i = 0; i < strings.size(); ++i) EXPECT_EQ(view[i].data(), strings[i].data());
}

}  // namespace
}  // namespace linnet
