// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Text in a borrowed buffer: what does not fit is counted but not written.
#include "base/text_writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "testkit/exact.hpp"

namespace linnet {
namespace {

using test::ExactBytes;

TEST(TextWriter, appends_each_text) {
    ExactBytes buffer(100);
    TextWriter out(buffer.buffer());
    EXPECT_EQ(out.text(), "");
    EXPECT_EQ(out.size(), 0u);
    out.put("port ").put_number(8080).put("").put("!");
    EXPECT_EQ(out.text(), "port 8080!");
    EXPECT_EQ(out.size(), 10u);
    EXPECT_EQ(buffer.bytes()[10], ExactBytes::fill) << "nothing is written after it";
}

TEST(TextWriter, writes_every_number) {
    for (const std::uint64_t number :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{9}, std::uint64_t{10},
          std::uint64_t{99}, std::uint64_t{100}, std::uint64_t{65535}, std::uint64_t{4294967296},
          UINT64_MAX - 1, UINT64_MAX}) {
        ExactBytes buffer(20);
        TextWriter out(buffer.buffer());
        out.put_number(number);
        EXPECT_EQ(out.text(), std::to_string(number));
    }
}

TEST(TextWriter, fills_a_buffer_of_any_size_and_counts_the_rest) {
    const std::string whole = "one 2 three 45678";
    for (std::size_t size = 0; size <= whole.size() + 1; ++size) {
        SCOPED_TRACE(size);
        ExactBytes buffer(size);
        TextWriter out(buffer.buffer());
        out.put("one ").put_number(2).put(" three ").put_number(45678);
        EXPECT_EQ(out.size(), whole.size());
        EXPECT_EQ(out.text(), whole.substr(0, size));
    }
}

TEST(TextWriter, cuts_no_character_in_two) {
    const std::string characters[] = {"a", "\xC3\xBC", "\xE4\xB8\x96", "\xF0\x9F\x8E\x88", "z"};
    std::string whole;
    for (const std::string& character : characters) whole += character;
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        std::string expected;
        for (const std::string& character : characters) {
            if (expected.size() + character.size() > size) break;
            expected += character;
        }
        ExactBytes buffer(size);
        TextWriter in_one(buffer.buffer());
        in_one.put(whole);
        EXPECT_EQ(in_one.text(), expected) << size;
        EXPECT_EQ(in_one.size(), whole.size());
        TextWriter bytewise(buffer.buffer());
        for (const char byte : whole) bytewise.put({&byte, 1});
        EXPECT_EQ(bytewise.text(), expected) << size;
    }
}

TEST(TextWriter, drops_everything_after_the_first_character_that_does_not_fit) {
    ExactBytes buffer(4);
    TextWriter out(buffer.buffer());
    out.put("long").put("er").put("x");
    EXPECT_EQ(out.text(), "long");
    EXPECT_EQ(out.size(), 7u);
}

TEST(TextWriter, measures_without_a_buffer) {
    TextWriter out({});
    out.put("four").put_number(12345);
    EXPECT_EQ(out.size(), 9u);
    EXPECT_EQ(out.text(), "");
    EXPECT_EQ(out.text(5), "");
}

TEST(TextWriter, returns_the_text_from_any_offset_on) {
    const std::string whole = "abcdefgh";
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        ExactBytes buffer(size);
        TextWriter out(buffer.buffer());
        out.put(whole);
        for (std::size_t begin = 0; begin <= whole.size() + 2; ++begin) {
            const std::string written = whole.substr(0, size);
            EXPECT_EQ(out.text(begin), written.substr(std::min(begin, written.size())));
        }
    }
}

}  // namespace
}  // namespace linnet
