// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "client/explanation.hpp"

#include "codec/text.hpp"
#include "linnet/protocol/http.hpp"
#include "linnet/protocol/utf8.hpp"
#include "net/system.hpp"

namespace linnet::inline v0 {
namespace {

constexpr std::size_t quote_size_max = 160;

void put_url(TextWriter& out, const Url& url) {
    out.put(url.secure ? "wss://" : "ws://");
    if (url.ipv6_literal) out.put("[");
    out.put(url.host);
    if (url.ipv6_literal) out.put("]");
    if (url.port != url.default_port()) out.put(":").put_number(url.port);
    out.put(url.path);
    if (!url.query.empty()) out.put("?...");
}

// The server's words, cut at a character, without what would break the paragraph, a terminal or
// UTF-8.
void put_harmless(TextWriter& out, std::string_view words) {
    const std::size_t size = utf8_prefix_size(bytes_of(words), quote_size_max);
    const bool readable = is_utf8(bytes_of(words.substr(0, size)));
    for (const char c : words.substr(0, size)) {
        const auto byte = static_cast<unsigned char>(c);
        const bool harmful = byte < 0x20 || byte == 0x7F || c == '"' || (byte >= 0x80 && !readable);
        const char shown = harmful ? ' ' : c;
        out.put({&shown, 1});
    }
    if (words.size() > size) out.put("...");
}

void put_quoted(TextWriter& out, std::string_view words) {
    out.put("\"");
    put_harmless(out, words);
    out.put("\"");
}

void put_cause(TextWriter& out, const Failure& failure) {
    out.put(text(failure.cause));
    if (failure.os_error != 0) {
        out.put(": ");
        if (failure.phase == Phase::resolve) {
            put_resolve_error(out, failure.os_error);
        } else {
            put_os_error(out, failure.os_error);
        }
    }
    if (!failure.tls.detail().empty()) out.put(": ").put(failure.tls.detail());
    out.put(".");
}

void put_addresses(TextWriter& out, const Failure& failure) {
    if (failure.phase != Phase::connect || failure.addresses_tried.empty()) return;
    std::string_view lead = " Tried: ";
    for (const AddressTried& tried : failure.addresses_tried) {
        out.put(lead);
        lead = "; ";
        put_ip(out, tried.address);
        out.put(" port ").put_number(tried.address.port);
        if (tried.os_error == 0) continue;
        out.put(" (");
        put_os_error(out, tried.os_error);
        out.put(")");
    }
    out.put(".");
}

// Where a redirect points to, RFC 3986 3: without query and fragment, and without user information.
void put_location(TextWriter& out, std::string_view location) {
    const std::string_view shown = take_until(location, "?#");
    const std::size_t slashes = shown.find("//");
    const std::size_t begin = slashes == shown.npos ? shown.size() : slashes + 2;
    std::string_view rest = shown.substr(begin);
    const std::size_t at = rest.substr(0, rest.find('/')).rfind('@');
    if (at != rest.npos) rest.remove_prefix(at + 1);
    out.put("\"");
    put_harmless(out, shown.substr(0, begin));
    put_harmless(out, rest);
    out.put("\"");
}

void put_answer(TextWriter& out, const Failure& failure) {
    if (failure.http_status == 0) return;
    out.put(" It answered HTTP ").put_number(static_cast<std::uint64_t>(failure.http_status));
    if (!failure.http_reason.empty()) put_quoted(out.put(" "), failure.http_reason);
    std::string_view fields = failure.http_fields;
    for (HttpField field; take_field(fields, field);) {
        if (!same_ignoring_case(field.name, "Location")) continue;
        out.put(", pointed to ");
        put_location(out, field.value);
    }
    if (!failure.http_body.empty()) {
        out.put(" and said ");
        put_quoted(out, failure.http_body);
    }
    out.put(".");
}

void put_close_frame(TextWriter& out, const Failure& failure) {
    if (failure.close_code == 0) return;
    out.put(" The server's close frame said ").put_number(failure.close_code);
    if (!failure.close_reason.empty()) put_quoted(out.put(" "), failure.close_reason);
    out.put(".");
}

void put_time(TextWriter& out, const Failure& failure) {
    if (failure.phase == Phase::request) return;
    std::uint64_t total_ms = 0;
    for (const std::uint32_t ms : failure.phase_ms) total_ms += ms;
    out.put(" (In phase ").put(text(failure.phase)).put(", after ").put_number(total_ms);
    out.put(" ms.)");
}

}  // namespace

void explain_failure(TextWriter& out, const Failure& failure, const Url& url) {
    const bool was_open = failure.phase >= Phase::open;
    out.put(was_open ? "The connection to " : "Could not connect to ");
    put_url(out, url);
    out.put(was_open ? " ended: " : ": ");
    put_cause(out, failure);
    put_addresses(out, failure);
    put_answer(out, failure);
    put_close_frame(out, failure);
    put_time(out, failure);
}

}  // namespace linnet::inline v0
