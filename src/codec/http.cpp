// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/protocol/http.hpp"

#include "codec/text.hpp"

namespace linnet::inline v0 {
namespace {

constexpr std::string_view version = "HTTP/1.1";

// What the first bytes of a status line prove, however few they are, RFC 9112 2.3.
Cause judge_status_line_start(std::string_view start) {
    constexpr std::string_view name = "HTTP/";
    const std::string_view seen = start.substr(0, version.size());
    if (seen.substr(0, name.size()) != name.substr(0, seen.size())) return Cause::answer_not_http;
    if (seen != version.substr(0, seen.size())) return Cause::answer_http_version;
    return Cause::none;
}

// Of a line that begins with the version. status-line = HTTP-version SP 3DIGIT [ SP reason-phrase
// ], RFC 9112 4. The space before an empty reason is often left out, and nothing is gained by
// refusing that.
Cause judge_status_line(std::string_view line) {
    std::string_view rest = line.substr(version.size());
    if (rest.size() < 4 || rest[0] != ' ') return Cause::answer_status_line;
    for (const char c : rest.substr(1, 3)) {
        if (!is_digit(c)) return Cause::answer_status_line;
    }
    rest.remove_prefix(4);
    if (!rest.empty() && rest[0] != ' ') return Cause::answer_status_line;
    return is_field_value(rest) ? Cause::none : Cause::answer_status_line;
}

// field-line = field-name ":" OWS field-value OWS, RFC 9112 5.
Cause judge_field_line(std::string_view line) {
    if (is_one_of(line.front(), " \t")) return Cause::answer_field_folded;  // RFC 9112 5.2
    const std::size_t colon = line.find(':');
    if (colon == line.npos || !is_token(line.substr(0, colon)))
        return Cause::answer_field_malformed;
    return is_field_value(line.substr(colon + 1)) ? Cause::none : Cause::answer_field_malformed;
}

}  // namespace

Cause ResponseHeadReader::judge_line(std::string_view line) {
    if (status_line_size_ == 0) {
        status_line_size_ = line.size();
        return judge_status_line(line);
    }
    if (++field_count_ > field_count_max_) return Cause::answer_too_many_fields;
    return judge_field_line(line);
}

Step<ResponseHead> ResponseHeadReader::read(std::string_view in) {
    // First of all, so that the verdict on something else than HTTP/1.1 is the same however it is
    // cut.
    if (const Cause cause = judge_status_line_start(in.substr(0, size_max_)); cause != Cause::none)
        return cause;
    for (;;) {
        const std::size_t feed = in.find('\n', scanned_);
        if (feed == in.npos) break;
        if (feed >= size_max_) return Cause::answer_too_large;
        // A line ends in CR LF and has neither of them elsewhere, RFC 9112 2.2.
        const std::string_view line = in.substr(line_begin_, feed - line_begin_);
        if (line.empty() || line.find('\r') != line.size() - 1) return Cause::answer_line_ending;
        if (line.size() == 1 && status_line_size_ != 0) return {feed + 1, head(in)};

        const Cause cause = judge_line(line.substr(0, line.size() - 1));
        if (cause != Cause::none) return cause;
        line_begin_ = scanned_ = feed + 1;
    }
    scanned_ = in.size();
    if (in.size() >= size_max_) return Cause::answer_too_large;
    return need_more;
}

// The parts of `in`, whose lines have all been judged.
ResponseHead ResponseHeadReader::head(std::string_view in) const {
    const std::string_view status_line = in.substr(0, status_line_size_);
    const std::string_view digits = status_line.substr(version.size() + 1, 3);
    int status = 0;
    for (const char c : digits) status = status * 10 + (c - '0');
    const std::size_t fields_begin = status_line_size_ + 2;
    return {status, trimmed(status_line.substr(version.size() + 4)),
            in.substr(fields_begin, line_begin_ - fields_begin)};
}

bool take_field(std::string_view& fields, HttpField& field) {
    const std::size_t end = fields.find("\r\n");
    if (end == fields.npos) return false;
    const std::string_view line = fields.substr(0, end);
    const std::size_t colon = line.find(':');
    field = {line.substr(0, colon), trimmed(line.substr(colon + 1))};
    fields.remove_prefix(end + 2);
    return true;
}

}  // namespace linnet::inline v0
