// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "codec/calendar.hpp"

#include <algorithm>
#include <chrono>

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t seconds_of(year_month_day date) {
    return std::int64_t{sys_days(date).time_since_epoch().count()} * 86'400;
}

constexpr std::int64_t first_s = seconds_of(std::chrono::year(0) / 1 / 1);
constexpr std::int64_t last_s = seconds_of(std::chrono::year(10000) / 1 / 1) - 1;

void put_padded(TextWriter& out, std::uint64_t number, std::uint64_t limit) {
    for (; limit > 1 && number < limit; limit /= 10) out.put("0");
    out.put_number(number);
}

}  // namespace

bool to_unix_s(const CalendarTime& time, std::int64_t& unix_s) {
    const auto date =
        std::chrono::year(time.year) / static_cast<int>(time.month) / static_cast<int>(time.day);
    if (!date.ok() || time.hour > 23 || time.minute > 59 || time.second > 59) return false;
    unix_s = seconds_of(date) + (time.hour * 60 + time.minute) * 60 + time.second;
    return true;
}

CalendarTime calendar_time(std::int64_t unix_s) {
    const auto [day, second] = day_and_second(std::clamp(unix_s, first_s, last_s));
    const year_month_day date{sys_days{days{day}}};
    return {.year = static_cast<int>(date.year()),
            .month = static_cast<unsigned>(date.month()),
            .day = static_cast<unsigned>(date.day()),
            .hour = second / 3600,
            .minute = second / 60 % 60,
            .second = second % 60};
}

void put_time(TextWriter& out, std::int64_t unix_s) {
    const CalendarTime time = calendar_time(unix_s);
    put_padded(out, static_cast<unsigned>(time.year), 1000);
    put_padded(out.put("-"), time.month, 10);
    put_padded(out.put("-"), time.day, 10);
    put_padded(out.put(" "), time.hour, 10);
    put_padded(out.put(":"), time.minute, 10);
    put_padded(out.put(":"), time.second, 10);
    out.put(" UTC");
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
