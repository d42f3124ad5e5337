// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/tls_client.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "cli/cause_text.hpp"
#include "cli/output.hpp"
#include "cli/rendering.hpp"
#include "codec/calendar.hpp"
#include "codec/ip_text.hpp"
#include "codec/text.hpp"

namespace linnet::cli {
namespace {

unsigned digit_of(char c) {
    if (is_digit(c)) return static_cast<unsigned>(c - '0');
    return static_cast<unsigned>(to_lower(c) - 'a') + 10;
}

// 64 hex digits, in either case, with or without colons between the bytes.
bool parse_sha256(std::string_view text, Sha256Digest& digest) {
    std::string digits;
    for (const char c : text) {
        if (c == ':' && digits.size() % 2 == 0) continue;
        if (!is_hex_digit(c)) return false;
        digits.push_back(c);
    }
    if (digits.size() != 2 * digest.size()) return false;
    for (std::size_t i = 0; i < digest.size(); ++i) {
        const unsigned byte = digit_of(digits[2 * i]) << 4 | digit_of(digits[2 * i + 1]);
        digest[i] = static_cast<std::uint8_t>(byte);
    }
    return true;
}

std::string why_not_loaded(std::string_view path, Error error) {
    const std::string_view why = error == Error::invalid_parameter ? " cannot be read"
                                 : error == Error::out_of_memory
                                     ? " is too large for memory"
                                     : " contains a malformed certificate, or none";
    return std::string(path).append(why);
}

}  // namespace

bool Trust::load(const TrustOptions& what, std::string& error) {
    verifies_ = !what.insecure;
    for (const std::string_view path : what.ca_files) {
        const Error loaded = bundle_.load(std::string(path).c_str());
        if (loaded == Error::ok) continue;
        error = std::string("--cacert: ").append(why_not_loaded(path, loaded));
        return false;
    }
    for (const std::string_view pin : what.pins) {
        Sha256Digest digest;
        if (parse_sha256(pin, digest)) {
            key_pins_.push_back(digest);
            continue;
        }
        const Error loaded = pinned_.load(std::string(pin).c_str());
        if (loaded == Error::ok) continue;
        error = std::string("--pin: ").append(why_not_loaded(pin, loaded));
        error.append(", and it is not a SHA-256 of 64 hex digits");
        return false;
    }
    return true;
}

void Trust::apply_to(Options& options) const {
    if (bundle_.size() > 0) options.ca_bundle = &bundle_;
    options.key_pins = key_pins_;
}

void Trust::apply_to(WebSocketClient& client) const {
    client.set_verify_ssl_enabled(verifies_);
    if (pinned_.size() > 0) static_cast<void>(client.set_trusted_ssl_certificate(&pinned_));
}

// ---- linnet certificate ----------------------------------------------------------------------

namespace {

class Collector final : public CertificateListener {
 public:
    void server_certificates(std::span<const Bytes> certificates) override {
        for (const Bytes der : certificates) ders.emplace_back(text_of(der));
    }
    std::vector<std::string> ders;
};

std::string name_text(Bytes name) {
    std::array<std::uint8_t, 1024> text;
    const std::size_t size = std::min(write_name(name, text), text.size());
    return std::string(text_of(Bytes(text).first(size)));
}

std::string date_text(std::int64_t unix_s) {
    std::array<std::uint8_t, 40> text;
    TextWriter writer(text);
    put_time(writer, unix_s);
    return std::string(writer.text());
}

std::string ip_text(Bytes ip) {
    SocketAddress address;
    address.ipv6 = ip.size() == address.bytes.size();
    std::copy_n(ip.begin(), std::min(ip.size(), address.bytes.size()), address.bytes.begin());
    std::array<std::uint8_t, ip_text_size_max> text;
    TextWriter writer(text);
    put_ip(writer, address);
    return std::string(writer.text());
}

std::string names_text(Bytes alt_names) {
    std::string names;
    for (AltName name; take_alt_name(alt_names, name);) {
        if (name.kind == AltName::Kind::other) continue;
        names.append(names.empty() ? "" : ", ");
        if (name.kind == AltName::Kind::ip) {
            names.append(ip_text(name.value));
        } else {
            append_harmless(names, text_of(name.value));
        }
    }
    return names;
}

void print_line(std::string_view title, std::string_view text) {
    std::printf("    %-12.*s%.*s\n", static_cast<int>(title.size()), title.data(),
                static_cast<int>(text.size()), text.data());
}

void print_hex_line(std::string_view title, Bytes bytes) {
    std::string hex;
    append_hex(hex, bytes);
    print_line(title, hex);
}

void print_certificate(std::size_t number, Bytes der) {
    X509Certificate certificate;
    std::printf("certificate %zu\n", number);
    if (certificate.load_from_memory(der) != Error::ok) {
        return print_line("malformed", std::to_string(der.size()).append(" bytes"));
    }
    const CertificateFacts facts = certificate.facts(0);
    print_line("subject", name_text(facts.subject));
    print_line("issuer", name_text(facts.issuer));
    print_line("valid from", date_text(facts.not_before_s));
    print_line("valid to", date_text(facts.not_after_s));
    const std::string names = names_text(facts.alt_names);
    if (!names.empty()) print_line("names", names);
    if (facts.is_ca) print_line("is a CA", "yes");
    print_hex_line("sha256", facts.sha256);
    print_hex_line("--pin", facts.key_sha256);
}

}  // namespace

int show_certificates(const CertificateOptions& what) {
    Trust trust;
    std::string error;
    if (!trust.load(what.trust, error)) {
        report(error);
        return static_cast<int>(ExitStatus::usage);
    }
    Collector collector;
    Options options;
    options.certificate_listener = &collector;
    trust.apply_to(options);
    WebSocketClient client(options);
    trust.apply_to(client);
    const bool is_begun = client.connect_to_url(what.url) == Error::ok;
    while (client.get_connection_status() == client.CONNECTION_CONNECTING) client.wait(1000);

    for (std::size_t i = 0; i < collector.ders.size(); ++i) {
        print_certificate(i + 1, bytes_of(collector.ders[i]));
    }
    const Failure& failure = client.failure();
    if (!is_begun || collector.ders.empty()) {
        report(explain(failure));
        return static_cast<int>(ExitStatus::request) + static_cast<int>(failure.phase);
    }
    if (failure.phase == Phase::tls) {
        std::printf("not trusted: %s\n", explain(failure).c_str());
    } else {
        std::printf("trusted\n");
    }
    return static_cast<int>(flush_standard_output() ? ExitStatus::clean : ExitStatus::usage);
}

}  // namespace linnet::cli
