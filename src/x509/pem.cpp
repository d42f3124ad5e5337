// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "x509/pem.hpp"

#include <algorithm>
#include <utility>

#include "base/text_writer.hpp"
#include "x509/der.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

// The encapsulation boundaries of RFC 7468 2 are "-----BEGIN label-----" and "-----END label-----".
constexpr std::string_view dashes = "-----";
constexpr std::string_view begin_mark = "-----BEGIN ";
constexpr std::string_view end_mark = "-----END ";
constexpr std::string_view first_line = "-----BEGIN CERTIFICATE-----\n";
constexpr std::string_view last_line = "-----END CERTIFICATE-----\n";
constexpr std::size_t line_size = 64;  // characters of base64

bool may_become(std::string_view text, std::string_view mark) {
    return text.substr(0, mark.size()) == mark.substr(0, text.size());
}

// Returns the label of a boundary that begins with `mark`.
std::string_view label_of(std::string_view boundary, std::string_view mark) {
    return boundary.substr(mark.size(), boundary.size() - mark.size() - dashes.size());
}

bool is_complete(std::string_view boundary, std::string_view mark) {
    return boundary.starts_with(mark) && boundary.size() >= mark.size() + dashes.size() &&
           boundary.ends_with(dashes);
}

// ---- the trust settings of OpenSSL (X509_CERT_AUX) that follow a TRUSTED CERTIFICATE

bool has_purpose_for_servers(Bytes purposes) {
    using namespace std::string_view_literals;
    constexpr std::string_view server_auth = "\x2B\x06\x01\x05\x05\x07\x03\x01"sv;
    constexpr std::string_view any = "\x55\x1D\x25\x00"sv;
    for (Bytes id; take_content(purposes, der::object_identifier, id);) {
        if (text_of(id) == server_auth || text_of(id) == any) return true;
    }
    return false;
}

bool is_trusted_for_servers(Bytes settings) {
    Bytes content, trusted, rejected;
    if (!take_content(settings, der::sequence, content)) return true;
    const bool is_limited = take_content(content, der::sequence, trusted);
    take_content(content, der::context(0, true), rejected);
    if (has_purpose_for_servers(rejected)) return false;
    return !is_limited || has_purpose_for_servers(trusted);
}

}  // namespace

PemReader::Inside PemReader::inside_of(std::string_view label) {
    if (label == "CERTIFICATE") return Inside::certificate;
    if (label == "X509 CERTIFICATE") return Inside::x509;
    if (label == "TRUSTED CERTIFICATE") return Inside::trusted;
    return Inside::other;
}

PemReader::Event PemReader::feed(Bytes& input) {
    while (!input.empty()) {
        if (boundary_size_ == 0) {
            const std::string_view text = text_of(input);
            const Bytes body = input.first(std::min(text.find('-'), text.size()));
            take_body(body);
            input = input.subspan(body.size());
            if (input.empty()) break;
        }
        const Event event = take_boundary_char(static_cast<char>(input[0]));
        input = input.subspan(1);
        if (event != Event::none) return event;
    }
    return Event::none;
}

// Handles the text inside a block, or between blocks.
void PemReader::take_body(Bytes body) {
    if (!holds_certificate() || is_malformed_) return;
    if (const auto size = base64_.decode(body, buffer_.subspan(size_))) {
        size_ += *size;
    } else {
        is_malformed_ = true;
    }
}

PemReader::Event PemReader::take_boundary_char(char c) {
    // A row of dashes may be longer than five: the last five begin the boundary.
    if (c == '-' && boundary_size_ == dashes.size()) return Event::none;
    const bool has_space = boundary_size_ < sizeof boundary_;
    if (has_space) boundary_[boundary_size_++] = c;
    const std::string_view text(boundary_, boundary_size_);
    const bool is_possible = may_become(text, begin_mark) || may_become(text, end_mark);
    if (!has_space || !is_possible || c == '\r' || c == '\n') {
        // Dashes are not base64, so the block is malformed; another boundary may begin here.
        is_malformed_ = true;
        boundary_size_ = c == '-' ? 1 : 0;
        return Event::none;
    }
    if (is_complete(text, begin_mark)) return begin_block(label_of(text, begin_mark));
    if (is_complete(text, end_mark)) return end_block(label_of(text, end_mark));
    return Event::none;
}

PemReader::Event PemReader::begin_block(std::string_view label) {
    const bool has_ended = inside_ == Inside::text;
    inside_ = inside_of(label);
    boundary_size_ = 0;
    is_malformed_ = false;
    base64_ = {};
    size_ = 0;
    return has_ended ? Event::none : Event::malformed;
}

PemReader::Event PemReader::end_block(std::string_view label) {
    const bool is_certificate = holds_certificate();
    const Inside inside = std::exchange(inside_, Inside::text);
    boundary_size_ = 0;
    if (inside == Inside::text) return Event::none;  // the end of a block that never began is text
    if (inside != inside_of(label)) return Event::malformed;
    if (!is_certificate) return Event::skipped;
    if (is_malformed_ || !base64_.is_complete()) return Event::malformed;
    return inside == Inside::trusted ? end_trusted() : Event::certificate;
}

// Separates the certificate from the settings behind it.
PemReader::Event PemReader::end_trusted() {
    Bytes rest = der();
    DerItem certificate;
    if (!take_item(rest, der::sequence, certificate)) return Event::malformed;
    size_ = certificate.whole.size();
    return is_trusted_for_servers(rest) ? Event::certificate : Event::skipped;
}

PemReader::Event PemReader::end() {
    boundary_size_ = 0;
    return std::exchange(inside_, Inside::text) == Inside::text ? Event::none : Event::malformed;
}

std::size_t pem_size(std::size_t der_size) {
    const std::size_t text_size = base64_size(der_size);
    const std::size_t line_count = (text_size + line_size - 1) / line_size;
    return first_line.size() + text_size + line_count + last_line.size();
}

void write_pem(Bytes der, MutableBytes out) {
    TextWriter writer(out);
    writer.put(first_line);
    while (!der.empty()) {
        const Bytes part = der.first(std::min(der.size(), line_size / 4 * 3));
        char line[line_size];
        base64_encode(part, line);
        writer.put({line, base64_size(part.size())}).put("\n");
        der = der.subspan(part.size());
    }
    writer.put(last_line);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
