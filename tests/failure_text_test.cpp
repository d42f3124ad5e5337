// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The details of TLS failures as text: dates, names, digests, addresses and alerts.
#include "tls/failure_text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

#include "linnet/codec/utf8.hpp"
#include "testkit/der_builder.hpp"
#include "testkit/exact.hpp"

namespace linnet::test {
namespace {

using namespace std::string_literals;

// The text that `write` adds to the detail of a failure.
template <class Write>
std::string detail_of(Write write) {
    TlsFailure why;
    write(DetailWriter(why));
    return std::string(why.detail());
}

std::string time_text(std::int64_t unix_s) {
    return detail_of([=](DetailWriter&& out) { out.put_time(unix_s); });
}

std::string name_text(std::string_view common_name) {
    const ExactBytes name(name_of(common_name));
    return detail_of([&](DetailWriter&& out) { out.put_name(name.bytes()); });
}

// ---- dates -----------------------------------------------------------------------------------

struct Moment {
    std::int64_t unix_s;
    std::string_view text;
};

constexpr Moment moments[] = {
    {0, "1970-01-01 00:00:00 UTC"},
    {1, "1970-01-01 00:00:01 UTC"},
    {59, "1970-01-01 00:00:59 UTC"},
    {60, "1970-01-01 00:01:00 UTC"},
    {3'599, "1970-01-01 00:59:59 UTC"},
    {86'399, "1970-01-01 23:59:59 UTC"},
    {86'400, "1970-01-02 00:00:00 UTC"},
    {-1, "1969-12-31 23:59:59 UTC"},
    {-86'400, "1969-12-31 00:00:00 UTC"},
    {-86'401, "1969-12-30 23:59:59 UTC"},
    {68'169'599, "1972-02-28 23:59:59 UTC"},
    {68'169'600, "1972-02-29 00:00:00 UTC"},
    {68'256'000, "1972-03-01 00:00:00 UTC"},
    {951'782'399, "2000-02-28 23:59:59 UTC"},
    {951'782'400, "2000-02-29 00:00:00 UTC"},
    {951'868'800, "2000-03-01 00:00:00 UTC"},
    {1'709'164'800, "2024-02-29 00:00:00 UTC"},
    {1'795'392'000, "2026-11-23 00:00:00 UTC"},
    {2'147'483'648, "2038-01-19 03:14:08 UTC"},
    {4'107'542'399, "2100-02-28 23:59:59 UTC"},
    {4'107'542'400, "2100-03-01 00:00:00 UTC"},
    {-631'152'000, "1950-01-01 00:00:00 UTC"},
    {-62'167'219'200, "0000-01-01 00:00:00 UTC"},
    {253'402'300'799, "9999-12-31 23:59:59 UTC"},
    {253'402'300'800, "9999-12-31 23:59:59 UTC"},
};

TEST(FailureText, writes_times) {
    for (const Moment& row : moments) EXPECT_EQ(time_text(row.unix_s), row.text) << row.unix_s;
}

// Day by day through four centuries, compared with a counting calendar.
TEST(FailureText, counts_every_day_as_the_calendar_does) {
    constexpr std::array<int, 12> month_days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    std::int64_t day = 0;
    for (int year = 1970; year < 2370; ++year) {
        const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int month = 1; month <= 12; ++month) {
            const int days =
                month_days[static_cast<std::size_t>(month - 1)] + (is_leap && month == 2 ? 1 : 0);
            for (int i = 1; i <= days; ++i) {
                std::array<char, 64> expected;
                std::snprintf(expected.data(), expected.size(), "%04d-%02d-%02d 12:34:56 UTC", year,
                              month, i);
                ASSERT_EQ(time_text(day++ * 86'400 + 45'296), expected.data());
            }
        }
    }
}

TEST(FailureText, survives_times_outside_the_calendar) {
    for (const std::int64_t unix_s :
         {INT64_MIN / 4, INT64_MAX / 4, std::int64_t{-62'167'219'201}}) {
        EXPECT_TRUE(time_text(unix_s).ends_with(" UTC")) << unix_s;
    }
}

// ---- names -----------------------------------------------------------------------------------

TEST(FailureText, quotes_names) {
    EXPECT_EQ(name_text("good.test"), "\"CN=good.test\"");
    EXPECT_EQ(name_text(""), "\"CN=\"");
}

TEST(FailureText, cuts_long_names_at_a_character) {
    constexpr std::string_view letters[] = {"x", "\u00ef", "\u20ac", "\U0001F426"};
    for (const std::string_view letter : letters) {
        for (std::size_t count = 30; count < 170; ++count) {
            std::string name;
            for (std::size_t i = 0; i < count; ++i) name += letter;
            const std::string text = name_text(name);
            const std::string whole = "\"CN=" + name + "\"";
            ASSERT_TRUE(is_utf8(bytes_of(text))) << text;
            ASSERT_LE(text.size(), 165u);
            if (text == whole) continue;
            ASSERT_TRUE(text.ends_with("...\"")) << text;
            ASSERT_GT(whole.size(), 155u) << "cut unnecessarily";
            ASSERT_TRUE(whole.starts_with(text.substr(0, text.size() - 4)));
        }
    }
}

TEST(FailureText, ends_where_its_buffer_ends) {
    const std::string part(100, 'x');
    const std::string text = detail_of([&](DetailWriter&& out) {
        for (int i = 0; i < 10; ++i) out.put(part);
        EXPECT_EQ(out.space(), 0u);
    });
    EXPECT_EQ(text, std::string(TlsFailure{}.detail_text.size(), 'x'));
}

// ---- the rest --------------------------------------------------------------------------------

TEST(FailureText, writes_digests_addresses_and_numbers) {
    const std::string text = detail_of([](DetailWriter&& out) {
        out.put_hex(bytes_of("\x00\x9F\xF0\xAb"s)).put(" ").put_ip(bytes_of("\x7F\x00\x00\x01"s));
        out.put(" ").put_ip(bytes_of(std::string(15, '\0') + "\x01")).put(" ").put_number(1024);
    });
    EXPECT_EQ(text, "009ff0ab 127.0.0.1 ::1 1024");
}

// An address has four or sixteen bytes; any other size is harmless.
TEST(FailureText, survives_addresses_of_invalid_size) {
    for (std::size_t size = 0; size < 40; ++size) {
        const ExactBytes ip(std::string(size, '\x11'));
        const std::string text = detail_of([&](DetailWriter&& out) { out.put_ip(ip.bytes()); });
        EXPECT_FALSE(text.empty()) << size;
    }
}

TEST(FailureText, escapes_the_text_of_a_server) {
    const std::string text =
        detail_of([](DetailWriter&& out) { out.put_harmless("a b\n\x1B[1m\x7F\x80\xFF\0z~"s); });
    EXPECT_EQ(text, "a b??[1m????z~");
    EXPECT_EQ(
        detail_of([](DetailWriter&& out) { out.put_harmless("\xC2\x9B\xE2\x80\xAE\xC3\xBC"); }),
        "??\xC3\xBC");
}

TEST(FailureText, continues_a_text_that_is_kept) {
    TlsFailure why;
    DetailWriter(why).put("one");
    DetailWriter(why, why.detail_size).put(" two");
    EXPECT_EQ(why.detail(), "one two");
    DetailWriter(why, why.detail_size).put(std::string(600, 'x'));
    EXPECT_EQ(why.detail().size(), why.detail_text.size());
}

TEST(FailureText, names_the_alerts_of_both_rfcs) {
    EXPECT_EQ(alert_name(0), "close_notify");
    EXPECT_EQ(alert_name(40), "handshake_failure");
    EXPECT_EQ(alert_name(42), "bad_certificate");
    EXPECT_EQ(alert_name(70), "protocol_version");
    EXPECT_EQ(alert_name(112), "unrecognized_name");
    EXPECT_EQ(alert_name(116), "certificate_required");
    EXPECT_EQ(alert_name(120), "no_application_protocol");
    int known = 0;
    for (int alert = 0; alert < 256; ++alert) {
        const std::string_view name = alert_name(static_cast<std::uint8_t>(alert));
        known += name.empty() ? 0 : 1;
        EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), name.npos) << name;
    }
    EXPECT_EQ(known, 32);
    EXPECT_EQ(alert_name(255), "");
}

}  // namespace
}  // namespace linnet::test
