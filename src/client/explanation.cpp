// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "client/explanation.hpp"

#include "client/redacted_text.hpp"
#include "codec/ip_text.hpp"
#include "codec/text.hpp"
#include "linnet/codec/http.hpp"
#include "platform/os_error.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

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

void put_response(TextWriter& out, const Failure& failure) {
    if (failure.http_status == 0) return;
    out.put(" The server responded with HTTP ")
        .put_number(static_cast<std::uint64_t>(failure.http_status));
    if (!failure.http_reason.empty()) put_quoted(out.put(" "), failure.http_reason);
    if (!failure.http_body.empty()) put_quoted(out.put(" and the body "), failure.http_body);
    std::string_view headers = failure.http_headers;
    for (HttpHeader header; take_header(headers, header);) {
        if (!same_ignoring_case(header.name, "Location")) continue;
        out.put(", redirecting to ");
        put_location(out, header.value);
    }
    out.put(".");
}

void put_close_frame(TextWriter& out, const Failure& failure) {
    if (failure.close_code == 0) return;
    out.put(" The server's close frame has code ").put_number(failure.close_code);
    if (!failure.close_reason.empty()) put_quoted(out.put(" and reason "), failure.close_reason);
    out.put(".");
}

void put_time(TextWriter& out, const Failure& failure) {
    if (failure.phase == Phase::request) return;
    std::uint64_t total_ms = 0;
    for (const std::uint32_t ms : failure.phase_ms) total_ms += ms;
    out.put(" This happened in phase ").put(text(failure.phase)).put(" after ");
    out.put_number(total_ms).put(" ms.");
}

}  // namespace

void explain_failure(TextWriter& out, const Failure& failure, const Url& url) {
    const bool was_open = failure.phase >= Phase::open;
    out.put(was_open ? "The connection to " : "Could not connect to ");
    put_url(out, url);
    out.put(was_open ? " ended: " : ": ");
    put_cause(out, failure);
    put_addresses(out, failure);
    put_response(out, failure);
    put_close_frame(out, failure);
    put_time(out, failure);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
