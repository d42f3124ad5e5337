// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "codec/calendar.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace linnet {
namespace {

struct Row {
    CalendarTime time;
    std::int64_t unix_s;
};

constexpr Row rows[] = {
    {{1970, 1, 1, 0, 0, 0}, 0},
    {{1969, 12, 31, 23, 59, 59}, -1},
    {{2000, 2, 29, 12, 0, 0}, 951'825'600},
    {{2038, 1, 19, 3, 14, 8}, 2'147'483'648},
    {{2049, 12, 31, 23, 59, 59}, 2'524'607'999},
    {{1900, 3, 1, 0, 0, 0}, -2'203'891'200},
    {{0, 1, 1, 0, 0, 0}, -62'167'219'200},
    {{9999, 12, 31, 23, 59, 59}, 253'402'300'799},
};

bool same(const CalendarTime& a, const CalendarTime& b) {
    return a.year == b.year && a.month == b.month && a.day == b.day && a.hour == b.hour &&
           a.minute == b.minute && a.second == b.second;
}

TEST(Calendar, converts_in_both_directions) {
    for (const Row& row : rows) {
        std::int64_t unix_s = 4;
        ASSERT_TRUE(to_unix_s(row.time, unix_s)) << row.unix_s;
        EXPECT_EQ(unix_s, row.unix_s);
        EXPECT_TRUE(same(calendar_time(row.unix_s), row.time)) << row.unix_s;
    }
}

TEST(Calendar, converts_every_day_of_400_years) {
    CalendarTime before = calendar_time(-86'400);
    for (std::int64_t day = 0; day < 146'097; ++day) {
        const CalendarTime time = calendar_time(day * 86'400);
        const bool is_next = time.day == before.day + 1 && time.month == before.month;
        const bool is_new_month = time.day == 1 && time.month == before.month % 12 + 1;
        ASSERT_TRUE(is_next || is_new_month) << day;
        std::int64_t unix_s = 0;
        ASSERT_TRUE(to_unix_s(time, unix_s));
        ASSERT_EQ(unix_s, day * 86'400);
        before = time;
    }
}

TEST(Calendar, refuses_days_and_times_that_do_not_exist) {
    const CalendarTime wrong[] = {
        {2023, 2, 29, 0, 0, 0}, {1900, 2, 29, 0, 0, 0}, {2024, 2, 30, 0, 0, 0},
        {2024, 4, 31, 0, 0, 0}, {2024, 0, 1, 0, 0, 0},  {2024, 13, 1, 0, 0, 0},
        {2024, 1, 0, 0, 0, 0},  {2024, 1, 1, 24, 0, 0}, {2024, 1, 1, 0, 60, 0},
        {2024, 1, 1, 0, 0, 60},
    };
    for (const CalendarTime& time : wrong) {
        std::int64_t unix_s = 4;
        EXPECT_FALSE(to_unix_s(time, unix_s)) << time.month << "-" << time.day;
        EXPECT_EQ(unix_s, 4);
    }
}

TEST(Calendar, ends_with_the_year_9999) {
    using Limits = std::numeric_limits<std::int64_t>;
    EXPECT_TRUE(same(calendar_time(Limits::max()), {9999, 12, 31, 23, 59, 59}));
    EXPECT_TRUE(same(calendar_time(Limits::min()), {0, 1, 1, 0, 0, 0}));
}

TEST(Calendar, counts_days_and_seconds_before_1970_too) {
    EXPECT_EQ(day_and_second(-1).day, -1);
    EXPECT_EQ(day_and_second(-1).second, 86'399U);
    EXPECT_EQ(day_and_second(-86'400).day, -1);
    EXPECT_EQ(day_and_second(-86'400).second, 0U);
    EXPECT_EQ(day_and_second(86'400).day, 1);
    EXPECT_EQ(day_and_second(std::numeric_limits<std::int64_t>::min()).second, 30'592U);
}

}  // namespace
}  // namespace linnet
