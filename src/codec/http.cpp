// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/codec/http.hpp"

#include "codec/text.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::string_view major_version = "HTTP/1.";
constexpr std::size_t version_size = major_version.size() + 1;

// Checks as much of a status line as has arrived, RFC 9112 2.3. HTTP/1.0 is accepted here because a
// refusing server may use it (RFC 9112 2.5).
Cause check_status_line_start(std::string_view start) {
    constexpr std::string_view name = "HTTP/";
    const std::string_view seen = start.substr(0, version_size);
    if (seen.substr(0, name.size()) != name.substr(0, seen.size())) return Cause::response_not_http;
    const std::string_view major = seen.substr(0, major_version.size());
    if (major != major_version.substr(0, major.size())) return Cause::response_http_version;
    const bool has_minor = seen.size() == version_size;
    return !has_minor || is_digit(seen.back()) ? Cause::none : Cause::response_http_version;
}

bool is_interim(int status) {
    return status >= 100 && status <= 199 && status != 101;
}

// Checks a line that begins with the version. status-line = HTTP-version SP 3DIGIT [ SP
// reason-phrase ], RFC 9112 4. The space before an empty reason is often missing, so it is
// optional.
Cause check_status_line(std::string_view line) {
    std::string_view rest = line.substr(version_size);
    if (rest.size() < 4 || rest[0] != ' ') return Cause::response_status_line;
    for (const char c : rest.substr(1, 3)) {
        if (!is_digit(c)) return Cause::response_status_line;
    }
    rest.remove_prefix(4);
    if (!rest.empty() && rest[0] != ' ') return Cause::response_status_line;
    return is_header_value(rest) ? Cause::none : Cause::response_status_line;
}

// field-line = field-name ":" OWS field-value OWS, RFC 9112 5.
Cause check_header_line(std::string_view line) {
    if (is_one_of(line.front(), " \t")) return Cause::response_header_folded;  // RFC 9112 5.2
    const std::size_t colon = line.find(':');
    if (colon == line.npos || !is_token(line.substr(0, colon)))
        return Cause::response_header_malformed;
    return is_header_value(line.substr(colon + 1)) ? Cause::none : Cause::response_header_malformed;
}

}  // namespace

Cause ResponseHeadReader::check_line(std::string_view line) {
    if (status_line_size_ == 0) {
        status_line_size_ = line.size();
        return check_status_line(line);
    }
    if (++header_count_ > header_count_max_) return Cause::response_too_many_headers;
    return check_header_line(line);
}

Step<ResponseHead> ResponseHeadReader::read(std::string_view in) {
    for (;;) {
        // Checked first, so that the result for anything but HTTP/1.x does not depend on how the
        // stream is cut.
        const std::string_view start = in.substr(0, size_max_).substr(head_begin_);
        if (const Cause cause = check_status_line_start(start); cause != Cause::none) return cause;
        const std::size_t feed = in.find('\n', scanned_);
        if (feed == in.npos) break;
        if (feed >= size_max_) return Cause::response_too_large;
        // A line ends in CR LF and contains no other CR or LF, RFC 9112 2.2.
        const std::string_view line = in.substr(line_begin_, feed - line_begin_);
        if (line.empty() || line.find('\r') != line.size() - 1) return Cause::response_line_ending;
        const bool ends_head = line.size() == 1 && status_line_size_ != 0;
        if (ends_head) {
            // The state does not change at the end, so that another call returns the same result.
            if (const ResponseHead done = head(in); !is_interim(done.status)) {
                return {feed + 1, done};
            }
            head_begin_ = feed + 1;
            status_line_size_ = 0;
        } else {
            const Cause cause = check_line(line.substr(0, line.size() - 1));
            if (cause != Cause::none) return cause;
        }
        line_begin_ = scanned_ = feed + 1;
    }
    scanned_ = in.size();
    if (in.size() >= size_max_) return Cause::response_too_large;
    return need_more;
}

// Returns the parts of the head in `in`, whose lines are well-formed and end with an empty line.
ResponseHead ResponseHeadReader::head(std::string_view in) const {
    const std::string_view status_line = in.substr(head_begin_, status_line_size_);
    const std::string_view digits = status_line.substr(version_size + 1, 3);
    int status = 0;
    for (const char c : digits) status = status * 10 + (c - '0');
    const std::size_t headers_begin = head_begin_ + status_line_size_ + 2;
    return {.minor_version = status_line[version_size - 1] - '0',
            .status = status,
            .reason = trimmed(status_line.substr(version_size + 4)),
            .headers = in.substr(headers_begin, line_begin_ - headers_begin)};
}

bool take_header(std::string_view& headers, HttpHeader& header) {
    const std::size_t end = headers.find("\r\n");
    if (end == headers.npos) return false;
    const std::string_view line = headers.substr(0, end);
    const std::size_t colon = line.find(':');
    header = {line.substr(0, colon), trimmed(line.substr(colon + 1))};
    headers.remove_prefix(end + 2);
    return true;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
