// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The head of a response, RFC 9112: what is parsed, what is refused and at which byte, for every
// cut.
#include "linnet/codec/http.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "testkit/exact.hpp"

namespace linnet {
namespace {

using namespace std::string_view_literals;
using test::ExactBytes;
using test::lies_within;
using test::shown;
using Outcome = Step<ResponseHead>::Outcome;

struct Bounds {
    std::size_t size_max = 4096;
    std::size_t header_count_max = 64;
};

ResponseHeadReader reader_with(const Bounds& bounds) {
    return {bounds.size_max, bounds.header_count_max};
}

// All prefixes of a text, each in its own block: like a receive buffer that moves.
class Beginnings {
 public:
    explicit Beginnings(std::string_view text) {
        for (std::size_t size = 0; size <= text.size(); ++size) {
            blocks_.emplace_back(text.substr(0, size));
        }
    }
    std::size_t text_size() const { return blocks_.size() - 1; }
    std::string_view operator[](std::size_t size) const { return blocks_[size].text(); }

 private:
    std::vector<ExactBytes> blocks_;
};

// The result of the parser in one line. The bytes parsed last are `in`.
std::string described(const Step<ResponseHead>& step, std::string_view in) {
    if (step.failed()) return "failed: " + std::string(text(step.cause));
    if (!step.done()) return step.consumed == 0 ? "needs more" : "needs more, but consumed";
    const ResponseHead& head = step.value;
    const std::string version =
        head.minor_version == 1 ? "" : "1." + std::to_string(head.minor_version) + " ";
    std::string line = "done with " + std::to_string(step.consumed) + ": " + version +
                       std::to_string(head.status) + " '" + std::string(head.reason) + "'";
    std::string_view rest = head.headers;
    for (HttpHeader header; take_header(rest, header);) {
        line += " " + std::string(header.name) + "='" + std::string(header.value) + "'";
    }
    const std::string_view read = in.substr(0, step.consumed);
    if (!lies_within(head.reason, read) || !lies_within(head.headers, read)) line += " outside";
    return line;
}

// Parses up to each of `sizes` in turn, until there is a result.
template <class... Sizes>
std::string read_in_pieces(const Beginnings& beginnings, const Bounds& bounds, Sizes... sizes) {
    ResponseHeadReader reader = reader_with(bounds);
    std::string line = "needs more";
    for (const std::size_t size : {std::size_t{sizes}...}) {
        const auto step = reader.read(beginnings[size]);
        if (step.status == Outcome::partial && step.consumed == 0) continue;
        return described(step, beginnings[size]);
    }
    return line;
}

// The first `decided_at` bytes of `text` give `expected`, fewer do not, and more change nothing:
// whole, byte by byte, and in three pieces cut at every pair of offsets.
void check_at_every_cut(std::string_view text, const Bounds& bounds, std::size_t decided_at,
                        const std::string& expected) {
    const Beginnings beginnings(text);
    ResponseHeadReader bytewise = reader_with(bounds);
    for (std::size_t size = 0; size <= decided_at; ++size) {
        const auto step = bytewise.read(beginnings[size]);
        ASSERT_EQ(described(step, beginnings[size]), size < decided_at ? "needs more" : expected)
            << "byte by byte, at " << size << " of " << shown(text);
    }
    const std::size_t end = text.size();
    ASSERT_EQ(read_in_pieces(beginnings, bounds, end), expected) << "whole: " << shown(text);
    for (std::size_t a = 0; a <= end; ++a) {
        for (std::size_t b = a; b <= end; ++b) {
            ASSERT_EQ(read_in_pieces(beginnings, bounds, a, b, end), expected)
                << "cut at " << a << " and " << b << " of " << shown(text);
        }
    }
}

// ---- good heads ------------------------------------------------------------------------------

struct GoodRow {
    std::string_view head;
    std::string_view described;  // after "done with <size>: "
};

constexpr GoodRow good_rows[] = {
    {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
     "101 'Switching Protocols' Upgrade='websocket' Connection='Upgrade' "
     "Sec-WebSocket-Accept='s3pPLMBiTxaQ9kYGzzhZRbK+xOo='"},
    {"HTTP/1.1 101\r\n\r\n", "101 ''"},
    {"HTTP/1.1 101 \r\n\r\n", "101 ''"},
    {"HTTP/1.1 404 Not Found\r\n\r\n", "404 'Not Found'"},
    {"HTTP/1.1 200 \tO\tK \r\n\r\n", "200 'O\tK'"},
    {"HTTP/1.1 999 \xC3\xA9\r\n\r\n", "999 '\xC3\xA9'"},
    {"HTTP/1.0 404 Not Found\r\nA: b\r\n\r\n", "1.0 404 'Not Found' A='b'"},
    {"HTTP/1.0 101 x\r\n\r\n", "1.0 101 'x'"},
    {"HTTP/1.2 200\r\n\r\n", "1.2 200 ''"},
    {"HTTP/1.9 099 x\r\n\r\n", "1.9 99 'x'"},
    {"HTTP/1.1 101 x\r\nA:\r\n\r\n", "101 'x' A=''"},
    {"HTTP/1.1 101 x\r\nA: \t \r\nB:b\r\n\r\n", "101 'x' A='' B='b'"},
    {"HTTP/1.1 101 x\r\nA: \t b  c\t \r\n\r\n", "101 'x' A='b  c'"},
    {"HTTP/1.1 101 x\r\nA:b:c: d\r\n\r\n", "101 'x' A='b:c: d'"},
    {"HTTP/1.1 101 x\r\nA: \xFF\x80\r\n\r\n", "101 'x' A='\xFF\x80'"},
    {"HTTP/1.1 101 x\r\nA: 1\r\na: 2\r\nA: 1\r\n\r\n", "101 'x' A='1' a='2' A='1'"},
    {"HTTP/1.1 101 x\r\n!#$%&'*+-.^_`|~09azAZ: v\r\n\r\n", "101 'x' !#$%&'*+-.^_`|~09azAZ='v'"},
};

std::string done_with(std::size_t size, std::string_view described) {
    return "done with " + std::to_string(size) + ": " + std::string(described);
}

TEST(Http, reads_valid_heads_at_every_cut) {
    for (const GoodRow& row : good_rows) {
        check_at_every_cut(row.head, {}, row.head.size(),
                           done_with(row.head.size(), row.described));
    }
}

TEST(Http, does_not_read_past_the_head) {
    constexpr std::string_view tails[] = {
        "\x81\x05Hello",          "\r\n", "\n", "\r", "\0\0\n\r\n"sv, " folded\r\n\r\n",
        "HTTP/1.0 400 No\r\n\r\n"};
    for (const GoodRow& row : {good_rows[1], good_rows[3], good_rows[9]}) {
        for (const std::string_view tail : tails) {
            // So small that the tail does not fit either.
            const Bounds bounds = {.size_max = row.head.size(), .header_count_max = 1};
            check_at_every_cut(std::string(row.head) + std::string(tail), bounds, row.head.size(),
                               done_with(row.head.size(), row.described));
        }
    }
}

TEST(Http, returns_views_into_the_bytes_of_the_last_call) {
    const Beginnings beginnings("HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n");
    const std::size_t end = beginnings.text_size();
    ResponseHeadReader reader = reader_with({});
    EXPECT_FALSE(reader.read(beginnings[30]).done());
    const auto step = reader.read(beginnings[end]);
    ASSERT_TRUE(step.done());
    EXPECT_EQ(step.value.reason.data(), beginnings[end].data() + 13);
    EXPECT_EQ(step.value.headers.data(), beginnings[end].data() + 24);
    EXPECT_EQ(step.value.headers, "A: b\r\n");
}

std::string failed_with(Cause cause) {
    return "failed: " + std::string(text(cause));
}

// ---- interim responses -----------------------------------------------------------------------

constexpr std::string_view interim[] = {
    "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 102\r\nA: b\r\n\r\n",
    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>\r\n\r\n", "HTTP/1.0 199 x\r\n\r\n"};

// Case 49: 1xx before a 101 and before a refusal
TEST(Http, skips_interim_responses_at_every_cut) {
    for (const GoodRow& row : {good_rows[0], good_rows[3]}) {
        std::string before;
        for (const std::string_view each : interim) {
            for (const std::string& front : {std::string(each), before += each}) {
                const std::string text = front + std::string(row.head);
                check_at_every_cut(text, {}, text.size(), done_with(text.size(), row.described));
            }
            if (HasFailure()) return;
        }
    }
}

// Case 49: 1xx without end
TEST(Http, counts_interim_responses_against_both_limits) {
    const std::string front = std::string(interim[1]) + std::string(interim[2]);
    const std::string text = front + "HTTP/1.1 101 x\r\nC: d\r\n\r\n";
    check_at_every_cut(text, {.size_max = text.size(), .header_count_max = 4}, text.size(),
                       done_with(text.size(), "101 'x' C='d'"));
    check_at_every_cut(text, {.size_max = text.size() - 1}, text.size() - 1,
                       failed_with(Cause::response_too_large));
    check_at_every_cut(text, {.header_count_max = 3}, text.size() - 2,
                       failed_with(Cause::response_too_many_headers));
    std::string endless;
    while (endless.size() < 300) endless += interim[0];
    for (const std::size_t size_max : {200u, 250u, 275u}) {
        check_at_every_cut(endless, {.size_max = size_max}, size_max,
                           failed_with(Cause::response_too_large));
    }
}

// Case 49: errors after a 1xx
TEST(Http, refuses_invalid_heads_after_an_interim_response) {
    struct Row {
        std::string_view proof;
        Cause cause;
    };
    for (const Row& row :
         {Row{"\x81", Cause::response_not_http}, Row{"\r", Cause::response_not_http},
          Row{"HTTP/2", Cause::response_http_version},
          Row{"HTTP/1.1 10\r\n", Cause::response_status_line},
          Row{"HTTP/1.1 101 x\r\nA\r\n", Cause::response_header_malformed}}) {
        for (const std::string_view each : interim) {
            const std::string text = std::string(each) + std::string(row.proof);
            check_at_every_cut(text, {}, text.size(), failed_with(row.cause));
        }
    }
}

// ---- invalid heads ----------------------------------------------------------------------------

struct BadRow {
    std::string_view proof;  // its last byte proves the error
    Cause cause;
};

constexpr BadRow bad_rows[] = {
    {"<", Cause::response_not_http},
    {"\x81", Cause::response_not_http},
    {"\0"sv, Cause::response_not_http},
    {" ", Cause::response_not_http},
    {"\r", Cause::response_not_http},
    {"h", Cause::response_not_http},
    {"S", Cause::response_not_http},
    {"Ht", Cause::response_not_http},
    {"HTP", Cause::response_not_http},
    {"HTTp", Cause::response_not_http},
    {"HTTP ", Cause::response_not_http},
    {"HTTPS", Cause::response_not_http},
    {"HTTP\r", Cause::response_not_http},
    {"HTTP/ ", Cause::response_http_version},
    {"HTTP/0", Cause::response_http_version},
    {"HTTP/2", Cause::response_http_version},
    {"HTTP/\r", Cause::response_http_version},
    {"HTTP/1 ", Cause::response_http_version},
    {"HTTP/1\r", Cause::response_http_version},
    {"HTTP/1,", Cause::response_http_version},
    {"HTTP/1.x", Cause::response_http_version},
    {"HTTP/1.:", Cause::response_http_version},
    {"HTTP/1.\r", Cause::response_http_version},
    {"HTTP/1.1\r\n", Cause::response_status_line},
    {"HTTP/1.1 \r\n", Cause::response_status_line},
    {"HTTP/1.1 1\r\n", Cause::response_status_line},
    {"HTTP/1.1 10\r\n", Cause::response_status_line},
    {"HTTP/1.1 10 OK\r\n", Cause::response_status_line},
    {"HTTP/1.1 1010 OK\r\n", Cause::response_status_line},
    {"HTTP/1.1 1010\r\n", Cause::response_status_line},
    {"HTTP/1.1 101OK\r\n", Cause::response_status_line},
    {"HTTP/1.1 101\tOK\r\n", Cause::response_status_line},
    {"HTTP/1.1 10x OK\r\n", Cause::response_status_line},
    {"HTTP/1.1 x01 OK\r\n", Cause::response_status_line},
    {"HTTP/1.1 -10 OK\r\n", Cause::response_status_line},
    {"HTTP/1.1 +10 OK\r\n", Cause::response_status_line},
    {"HTTP/1.1  101 OK\r\n", Cause::response_status_line},
    {"HTTP/1.1\t101 OK\r\n", Cause::response_status_line},
    {"HTTP/1.1101 OK\r\n", Cause::response_status_line},
    {"HTTP/1.10 101 OK\r\n", Cause::response_status_line},
    {"HTTP/1.0\r\n", Cause::response_status_line},
    {"HTTP/1.0 40 No\r\n", Cause::response_status_line},
    {"HTTP/1.1 101 O\0K\r\n"sv, Cause::response_status_line},
    {"HTTP/1.1 101 O\x1BK\r\n", Cause::response_status_line},
    {"HTTP/1.1 101 O\x7FK\r\n", Cause::response_status_line},
    {"HTTP/1.1\n", Cause::response_line_ending},
    {"HTTP/1.1 101 OK\n", Cause::response_line_ending},
    {"HTTP/1.1 101 OK\r\r\n", Cause::response_line_ending},
    {"HTTP/1.1 101 O\rK\r\n", Cause::response_line_ending},
    {"HTTP/1.1 101 OK\rA: b\r\n", Cause::response_line_ending},
    {"HTTP/1.1 101 x\r\n\n", Cause::response_line_ending},
    {"HTTP/1.1 101 x\r\n\r\r\n", Cause::response_line_ending},
    {"HTTP/1.1 101 x\r\nA: b\n", Cause::response_line_ending},
    {"HTTP/1.1 101 x\r\nA: b\r\r\n", Cause::response_line_ending},
    {"HTTP/1.1 101 x\r\nA: b\rC: d\r\n", Cause::response_line_ending},
    {"HTTP/1.1 101 x\r\n\rA: b\r\n", Cause::response_line_ending},
    {"HTTP/1.1 101 x\r\nA: b\r\n\n", Cause::response_line_ending},
    {"HTTP/1.1 101 x\r\n A: b\r\n", Cause::response_header_folded},
    {"HTTP/1.1 101 x\r\n\tA: b\r\n", Cause::response_header_folded},
    {"HTTP/1.1 101 x\r\n \r\n", Cause::response_header_folded},
    {"HTTP/1.1 101 x\r\nA: b\r\n c\r\n", Cause::response_header_folded},
    {"HTTP/1.1 101 x\r\nA: b\r\n\tC: d\r\n", Cause::response_header_folded},
    {"HTTP/1.1 101 x\r\nA: b\r\n\t\r\n", Cause::response_header_folded},
    {"HTTP/1.1 101 x\r\nA\r\n", Cause::response_header_malformed},
    {"HTTP/1.1 101 x\r\nA b\r\n", Cause::response_header_malformed},
    {"HTTP/1.1 101 x\r\nA : b\r\n", Cause::response_header_malformed},
    {"HTTP/1.1 101 x\r\nA\t: b\r\n", Cause::response_header_malformed},
    {"HTTP/1.1 101 x\r\nA B: c\r\n", Cause::response_header_malformed},
    {"HTTP/1.1 101 x\r\n: b\r\n", Cause::response_header_malformed},
    {"HTTP/1.1 101 x\r\n:\r\n", Cause::response_header_malformed},
    {"HTTP/1.1 101 x\r\nA\0: b\r\n"sv, Cause::response_header_malformed},
    {"HTTP/1.1 101 x\r\nA: \0\r\n"sv, Cause::response_header_malformed},
    {"HTTP/1.1 101 x\r\nA: b\x01\r\n", Cause::response_header_malformed},
    {"HTTP/1.1 101 x\r\nA: b\x7F\r\n", Cause::response_header_malformed},
    {"HTTP/1.1 101 x\r\n\xC3\xA9: b\r\n", Cause::response_header_malformed},
    {"HTTP/1.1 101 x\r\nA: b\r\nHTTP/1.1 101 x\r\n", Cause::response_header_malformed},
};

// Case 22: invalid heads
TEST(Http, refuses_invalid_heads_at_the_byte_that_proves_it_at_every_cut) {
    for (const BadRow& row : bad_rows) {
        check_at_every_cut(row.proof, {}, row.proof.size(), failed_with(row.cause));
    }
}

// The result must not depend on further bytes in the same segment.
TEST(Http, refuses_invalid_heads_regardless_of_what_follows) {
    constexpr std::string_view tails[] = {
        " 200 OK\r\nA: b\r\n\r\n", " 200 OK\nA: b\n\n", "\r\n", "\n", "\r\r\n", "<html>"};
    for (const BadRow& row : bad_rows) {
        for (const std::string_view tail : tails) {
            check_at_every_cut(std::string(row.proof) + std::string(tail), {}, row.proof.size(),
                               failed_with(row.cause));
            if (HasFailure()) return;
        }
    }
}

TEST(Http, refuses_invalid_heads_alike_if_too_much_follows) {
    for (const BadRow& row : bad_rows) {
        const Bounds bounds = {.size_max = row.proof.size() + 1};
        check_at_every_cut(std::string(row.proof) + "yz", bounds, row.proof.size(),
                           failed_with(row.cause));
        if (HasFailure()) return;
    }
}

// ---- bytes -----------------------------------------------------------------------------------

bool is_token_byte(int c) {  // RFC 9110 5.6.2
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           "!#$%&'*+-.^_`|~"sv.find(static_cast<char>(c)) != std::string_view::npos;
}

bool is_value_byte(int c) {
    return c == '\t' || (c >= 0x20 && c != 0x7F);
}  // RFC 9110 5.5

// `front`, the byte, `back`: accepted, or refused with `cause`.
void check_byte(std::string_view front, int byte, std::string_view back, Cause cause) {
    const std::string head = std::string(front) + static_cast<char>(byte) + std::string(back);
    if (byte == '\r' || byte == '\n') cause = Cause::response_line_ending;
    ResponseHeadReader reader = reader_with({});
    const auto step = reader.read(ExactBytes(head).text());
    EXPECT_EQ(step.done(), cause == Cause::none) << shown(head);
    EXPECT_EQ(step.cause, cause) << shown(head);
}

TEST(Http, validates_every_byte_of_a_reason) {
    for (int c = 0; c < 256; ++c) {
        const Cause cause = is_value_byte(c) ? Cause::none : Cause::response_status_line;
        check_byte("HTTP/1.1 101 ", c, "x\r\n\r\n", cause);
        check_byte("HTTP/1.1 101 x", c, "x\r\n\r\n", cause);
    }
}

TEST(Http, validates_every_byte_of_a_header_name) {
    for (int c = 0; c < 256; ++c) {
        const Cause cause =
            is_token_byte(c) || c == ':' ? Cause::none : Cause::response_header_malformed;
        check_byte("HTTP/1.1 101 x\r\nA", c, "B: c\r\n\r\n", cause);
        check_byte("HTTP/1.1 101 x\r\nA", c, ": c\r\n\r\n", cause);
    }
}

TEST(Http, validates_every_byte_of_a_header_value) {
    for (int c = 0; c < 256; ++c) {
        const Cause cause = is_value_byte(c) ? Cause::none : Cause::response_header_malformed;
        check_byte("HTTP/1.1 101 x\r\nA:", c, "b\r\n\r\n", cause);
        check_byte("HTTP/1.1 101 x\r\nA: b", c, "b\r\n\r\n", cause);
        check_byte("HTTP/1.1 101 x\r\nA: b", c, " \r\n\r\n", cause);
    }
}

// ---- time ------------------------------------------------------------------------------------

// A head arrives byte by byte. Each time, everything seen before is overwritten with line feeds,
// except for the version and for a line at its end: a byte searched twice for the end of its line,
// or a line validated twice, would be detected. So the time is linear.
// Case 22: time that grows faster than the head
TEST(Http, searches_each_byte_once_and_validates_each_line_once) {
    std::string head = "HTTP/1.1 101 Switching Protocols\r\n";
    for (int i = 0; i < 50; ++i) head += "Name-" + std::to_string(i) + ": value\r\n";
    head += "Long: " + std::string(500, 'x') + "\r\n\r\n";
    ResponseHeadReader reader(head.size(), 51);
    std::size_t line_begin = 0;
    for (std::size_t size = 1; size <= head.size(); ++size) {
        const bool ends_line = head[size - 1] == '\n';
        const std::size_t kept = ends_line ? line_begin : size - 1;
        std::string seen(size, '\n');
        const std::size_t version_size = std::min<std::size_t>(size, 8);
        seen.replace(0, version_size, head, 0, version_size);
        seen.replace(kept, size - kept, head, kept, size - kept);
        const auto step = reader.read(ExactBytes(seen).text());
        ASSERT_EQ(step.status, size < head.size() ? Outcome::partial : Outcome::done) << size;
        if (ends_line) line_begin = size;
    }
}

// ---- limits ----------------------------------------------------------------------------------

// Case 22: heads larger than the limit
TEST(Http, accepts_a_head_of_the_maximum_size_and_not_one_byte_more) {
    for (const GoodRow& row : good_rows) {
        const std::size_t size = row.head.size();
        check_at_every_cut(row.head, {.size_max = size}, size, done_with(size, row.described));
        check_at_every_cut(row.head, {.size_max = size - 1}, size - 1,
                           failed_with(Cause::response_too_large));
    }
}

// Case 22: endless heads
TEST(Http, refuses_an_endless_head_at_the_size_limit) {
    constexpr std::string_view endless[] = {
        "HTTP/1.1 101 ", "HTTP/1.1 101 x\r\nA: ", "HTTP/1.1 101 x\r\nA", "HTTP/1.1 101 x\r\n\r",
        "HTTP/1.1 101 x\r\nA: b\r\nC: d\r\n"};
    for (const std::string_view start : endless) {
        for (const std::size_t follow : {0u, 1u, 40u}) {
            check_at_every_cut(std::string(start) + std::string(40 + follow, 'z'),
                               {.size_max = start.size() + 40}, start.size() + 40,
                               failed_with(Cause::response_too_large));
        }
    }
    check_at_every_cut("HTTP/1.1 ", {.size_max = 5}, 5, failed_with(Cause::response_too_large));
}

// Case 22: too many headers
TEST(Http, accepts_the_maximum_number_of_headers_and_no_more) {
    for (std::size_t count = 0; count <= 5; ++count) {
        std::string head = "HTTP/1.1 101 x\r\n";
        std::string headers;
        for (std::size_t i = 0; i < count; ++i) {
            head += "A:\r\n";
            headers += " A=''";
        }
        const std::size_t over_at = head.size() + 4;
        const Bounds bounds = {.header_count_max = count};
        check_at_every_cut(head + "\r\n", bounds, head.size() + 2,
                           done_with(head.size() + 2, "101 'x'" + headers));
        check_at_every_cut(head + "A:\r\n\r\n", bounds, over_at,
                           failed_with(Cause::response_too_many_headers));
    }
}

// ---- take_header ------------------------------------------------------------------------------

TEST(Http, takes_headers_one_by_one_until_none_is_left) {
    const ExactBytes headers("A: b\r\nC:\r\nD: \t e:f \r\n"sv);
    struct Row {
        std::string_view name, value;
        std::size_t rest_size;
    };
    std::string_view rest = headers.text();
    HttpHeader header;
    for (const Row& row : {Row{"A", "b", 15}, Row{"C", "", 11}, Row{"D", "e:f", 0}}) {
        ASSERT_TRUE(take_header(rest, header)) << row.name;
        EXPECT_EQ(header.name, row.name);
        EXPECT_EQ(header.value, row.value);
        EXPECT_EQ(rest.size(), row.rest_size) << row.name;
        EXPECT_TRUE(lies_within(header.name, headers.text()));
        EXPECT_TRUE(lies_within(header.value, headers.text()));
    }
    EXPECT_FALSE(take_header(rest, header));
    EXPECT_FALSE(take_header(rest, header));
    std::string_view none;
    EXPECT_FALSE(take_header(none, header));
}

}  // namespace
}  // namespace linnet
