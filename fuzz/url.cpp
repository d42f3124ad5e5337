// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// URLs and the upgrade request derived from them. Input: one byte, then the URL; if the byte is odd
// the URL ends with its line, and further lines are sub-protocols ("chat") and headers ("Name:
// value").
//
// Checks: the parts of an accepted URL can be joined to the URL again, and each contains only
// characters of its grammar; the cause of a refusal is correct; a request has exactly the required
// lines, and no argument of the caller ends a line.
#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "fuzz_input.hpp"
#include "linnet/protocol/handshake.hpp"

namespace linnet::fuzz {
namespace {

constexpr std::string_view unreserved = "-._~";
constexpr std::string_view sub_delims = "!$&'()*+,;=";

bool is_alnum(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 && static_cast<unsigned char>(c) < 128;
}

bool is_hex(char c) {
    return is_alnum(c) && std::isxdigit(static_cast<unsigned char>(c)) != 0;
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return result;
}

// RFC 3986: unreserved, percent-encoded, sub-delims, and `more`.
bool is_of(std::string_view text, std::string_view more) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (is_alnum(c) || unreserved.find(c) != unreserved.npos) continue;
        if (sub_delims.find(c) != sub_delims.npos || more.find(c) != more.npos) continue;
        if (c != '%' || text.size() - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) {
            return false;
        }
        i += 2;
    }
    return true;
}

// RFC 7617 2: what Basic authentication cannot express.
bool has_no_basic_form(std::string_view userinfo) {
    const std::string text = lower(userinfo);
    for (std::size_t i = 0; (i = text.find('%', i)) != text.npos; ++i) {
        const std::string code = text.substr(i + 1, 2);
        if (code < "20" || code == "7f") return true;
        if (code == "3a" && i < text.find(':')) return true;
    }
    return false;
}

bool begins_as_websocket(std::string_view url) {
    const std::string scheme = lower(url.substr(0, url.find("://")));
    return url.find("://") != url.npos && (scheme == "ws" || scheme == "wss");
}

// Up to the path, without the scheme.
std::string_view authority_of(std::string_view url) {
    const std::string_view rest = url.substr(url.find("://") + 3);
    return rest.substr(0, rest.find_first_of("/?#"));
}

void check_grammar(const Url& url) {
    require(!url.host.empty() && url.port != 0, "there is a host and a port");
    require(is_of(url.userinfo, ":"), "the user information has only valid characters");
    require(!has_no_basic_form(url.userinfo), "the user information suits Basic authentication");
    require(check_url_parts(url) == Cause::none, "every part of an accepted URL is valid");
    for (const char c : url.host) {
        const bool in_name = is_alnum(c) || c == '-' || c == '_' || c == '.';
        const bool in_literal = is_hex(c) || c == ':' || c == '.';
        require(url.ipv6_literal ? in_literal : in_name, "the host has only valid characters");
    }
    require(url.path.empty() || url.path.front() == '/', "a path begins with /");
    require(url.query.empty() || url.query.front() == '?', "a query begins with ?");
    require(is_of(url.path, ":@/"), "the path has only valid characters");
    require(is_of(url.query, ":@/?"), "the query has only valid characters");
}

// The text without the information that no part keeps: the scheme's letter case and the port's
// zeros.
void check_parts(const Url& url, std::string_view in) {
    std::string joined = url.secure ? "wss://" : "ws://";
    const std::size_t at = authority_of(in).rfind('@');
    if (at != in.npos) joined += std::string(url.userinfo) + "@";
    joined += url.ipv6_literal ? "[" + std::string(url.host) + "]" : std::string(url.host);
    require(lower(in.substr(0, joined.find(':'))) == joined.substr(0, joined.find(':')),
            "the scheme is the scheme");
    require(in.substr(joined.find(':'), joined.size() - joined.find(':')) ==
                joined.substr(joined.find(':')),
            "the parts up to the host are the front");
    const std::string tail = std::string(url.path) + std::string(url.query);
    require(in.size() >= joined.size() + tail.size(), "no part is counted twice");
    require(in.substr(in.size() - tail.size()) == tail, "path and query end the URL");

    const std::string_view port = in.substr(joined.size(), in.size() - tail.size() - joined.size());
    if (port.size() < 2) {
        require(url.port == url.default_port() && port.empty(), "no port is the scheme's own");
        return;
    }
    require(port.front() == ':', "a port follows a colon");
    require(port.find_first_not_of("0123456789", 1) == port.npos, "a port has digits");
    const std::string_view digits =
        port.substr(std::min(port.find_first_not_of(":0"), port.size()));
    require(digits == std::to_string(url.port), "the port is the one of the URL");
}

void check_refusal(Cause cause, std::string_view in) {
    const bool websocket = begins_as_websocket(in);
    require((cause == Cause::url_scheme) == !websocket,
            "the scheme is invalid exactly if the cause says so");
    if (!websocket) return;
    const std::string_view authority = authority_of(in);
    const std::string_view after = authority.substr(authority.rfind('@') + 1);
    const std::string_view tail = in.substr(in.find("://") + 3 + authority.size());
    switch (cause) {
        case Cause::url_userinfo: {
            const std::string_view userinfo = authority.substr(0, authority.rfind('@'));
            require(!is_of(userinfo, ":") || has_no_basic_form(userinfo), "a character is invalid");
            return;
        }
        case Cause::url_port: require(after.find(':') != after.npos, "the port is invalid"); return;
        case Cause::url_host: {
            const std::string_view name = after.substr(0, after.find(':'));
            const bool good = !name.empty() && is_of(name, "") &&
                              name.find_first_of("~%!$&'()*+,;=") == name.npos;
            require(!good, "a valid host name is not refused");
            return;
        }
        case Cause::url_fragment:
            require(tail.find('#') != tail.npos, "there is a fragment");
            return;
        case Cause::url_character: require(!is_of(tail, ":@/?"), "a character is invalid"); return;
        default: require(false, "a refusal has a cause that concerns URLs");
    }
}

// Without the surrounding spaces, as a sub-protocol is interpreted.
std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

std::size_t lines_with(const std::vector<std::string>& lines, std::string_view name) {
    return static_cast<std::size_t>(
        std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
            return lower(line).substr(0, name.size() + 1) == lower(name) + ":";
        }));
}

void check_request(std::string_view request, const HandshakeRequest& from) {
    std::vector<std::string> lines;
    while (!request.empty()) {
        const std::size_t end = request.find("\r\n");
        require(end != request.npos, "each line is terminated");
        lines.emplace_back(request.substr(0, end));
        for (const char c : lines.back()) {
            require((c >= ' ' && c < 127) || c == '\t', "the part has only ASCII");
        }
        request.remove_prefix(end + 2);
    }
    require(lines.size() >= 6 && lines.back().empty(), "the last line is empty");
    lines.pop_back();
    require(std::none_of(lines.begin(), lines.end(),
                         [](const std::string& line) { return line.empty(); }),
            "and only the last");
    require(lines[0].substr(0, 5) == "GET /" && lines[0].size() > 13 &&
                lines[0].substr(lines[0].size() - 9) == " HTTP/1.1" &&
                std::count(lines[0].begin(), lines[0].end(), ' ') == 2,
            "the first asks for a path");
    for (const std::string_view name :
         {"Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"}) {
        require(lines_with(lines, name) == 1, "required lines appear once");
    }
    require(lines_with(lines, "Sec-WebSocket-Protocol") == (from.protocols.empty() ? 0u : 1u),
            "what is offered is offered in one line");
    require(lines_with(lines, "Sec-WebSocket-Extensions") == 0 &&
                lines_with(lines, "Content-Length") == 0 && lines_with(lines, "Authorization") <= 1,
            "what there must not be is not there");
}

void check_writing(const Url& url, std::span<const std::string_view> lines) {
    std::vector<std::string_view> protocols;
    std::vector<std::string_view> headers;
    for (const std::string_view line : lines) {
        (line.find(':') == line.npos ? protocols : headers).push_back(line);
    }
    const std::array<std::uint8_t, 16> nonce{1, 2, 3};
    const HandshakeRequest request{url, std::span<const std::string_view>(protocols),
                                   std::span<const std::string_view>(headers),
                                   handshake_key(nonce)};
    const WrittenRequest measured = write_request(request, {});
    if (measured.cause != Cause::none) {
        require(measured.size == 0 && (!lines.empty() || !url.userinfo.empty()),
                "what is refused was given");
        return;
    }
    ExactCopy buffer(measured.size);
    const WrittenRequest written = write_request(request, buffer.buffer());
    require(written.cause == Cause::none && written.size == measured.size,
            "what is written is what was measured");
    check_request(buffer.text(), request);
    std::string offered;
    for (const std::string_view protocol : protocols) {
        offered += (offered.empty() ? "" : ", ") + std::string(trimmed(protocol));
    }
    require(written.protocols == offered, "all protocols are offered, in their order");

    ExactCopy short_buffer(measured.size / 2);
    require(write_request(request, short_buffer.buffer()).size == measured.size,
            "too little room changes nothing but what is written");
}

}  // namespace
}  // namespace linnet::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace linnet::fuzz;
    FuzzInput input(data, size);
    const bool has_lines = input.flag();
    std::string_view rest = linnet::text_of(input.rest());
    std::vector<std::string_view> lines;
    for (std::size_t end = 0; has_lines && (end = rest.find('\n')) != rest.npos;) {
        lines.push_back(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    lines.push_back(rest);
    const ExactCopy copy(lines[0]);
    const auto parsed = linnet::parse_url(copy.text());
    if (parsed.failed()) {
        check_refusal(parsed.cause, copy.text());
        return 0;
    }
    require(parsed.done() && parsed.consumed == copy.text().size(), "never need more");
    check_grammar(parsed.value);
    check_parts(parsed.value, copy.text());
    check_writing(parsed.value, std::span(lines).subspan(1));
    return 0;
}
