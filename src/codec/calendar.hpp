// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Converts between Unix time and the proleptic Gregorian calendar in UTC.
#pragma once

#include <cstdint>

#include "base/text_writer.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

struct CalendarTime {
    int year = 1970;
    unsigned month = 1;  ///< 1 to 12
    unsigned day = 1;    ///< 1 to 31
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;  ///< 0 to 59; Unix time has no leap seconds
};

/// Returns false if the date or time does not exist. `time.year` is 0 to 9999.
bool to_unix_s(const CalendarTime& time, std::int64_t& unix_s);

/// Times outside the years 0 to 9999 are clamped to the first or last second of that range.
CalendarTime calendar_time(std::int64_t unix_s);

/// Writes a Unix time as "2026-11-22 18:00:00 UTC".
void put_time(TextWriter& out, std::int64_t unix_s);

/// A Unix time split into days since 1970-01-01 (negative before) and seconds within the day.
struct DayAndSecond {
    std::int64_t day = 0;
    std::uint32_t second = 0;
};
constexpr DayAndSecond day_and_second(std::int64_t unix_s) {
    constexpr std::int64_t day_s = 86'400;
    const std::int64_t day = unix_s / day_s;
    const std::int64_t second = unix_s % day_s;
    if (second < 0) return {day - 1, static_cast<std::uint32_t>(second + day_s)};
    return {day, static_cast<std::uint32_t>(second)};
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
