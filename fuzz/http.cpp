// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The server's response to the upgrade request. Input: limits, how to cut, the offer; then the
// response. The key of the request is that of the example in RFC 6455 1.3.
//
// Checks: cuts do not change the result; an accepted response obeys the limits and the grammar, all
// views point into it, and nothing shorter is accepted; a slow second parser agrees that an
// accepted 101 is the requested one.
#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "fuzz_input.hpp"
#include "linnet/protocol/handshake.hpp"

namespace linnet::fuzz {
namespace {

constexpr std::string_view accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

struct Config {
    std::size_t size_max = 0;
    std::size_t header_count_max = 0;
};

struct Result {
    Step<ResponseHead>::Outcome status = Step<ResponseHead>::Outcome::partial;
    Cause cause = Cause::none;
    std::size_t consumed = 0;
    int code = 0;
    std::string reason;
    std::string headers;

    friend bool operator==(const Result&, const Result&) = default;
};

Result result_of(const Step<ResponseHead>& step) {
    require(step.failed() == (step.cause != Cause::none), "a failure has a cause");
    require(step.done() || step.consumed == 0, "only done consumes");
    return {step.status,
            step.cause,
            step.consumed,
            step.value.status,
            std::string(step.value.reason),
            std::string(step.value.headers)};
}

// Each call passes all bytes that have arrived, each time in another block.
Result read_cut(std::string_view response, const Config& config, Cuts cuts) {
    ResponseHeadReader reader(config.size_max, config.header_count_max);
    Result result;
    std::size_t size = 0;
    while (result.status == Step<ResponseHead>::Outcome::partial && size < response.size()) {
        size += cuts.next(response.size() - size);
        const ExactCopy arrived(response.substr(0, size));
        result = result_of(reader.read(arrived.text()));
    }
    return result;
}

Result read_whole(std::string_view response, const Config& config) {
    return read_cut(response, config, Cuts(0));
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

std::vector<HttpHeader> headers_of(std::string_view rest) {
    std::vector<HttpHeader> headers;
    for (HttpHeader header; take_header(rest, header);) headers.push_back(header);
    require(rest.empty(), "the headers are exactly the lines");
    return headers;
}

void check_head(const Result& head, std::string_view response, const Config& config) {
    require(head.consumed <= config.size_max, "the size is within the limit");
    require(response.substr(0, head.consumed).substr(head.consumed - 4) == "\r\n\r\n",
            "it ends with an empty line");
    require(response.substr(0, 7) == "HTTP/1.", "it is HTTP/1.x");
    require(head.code >= 0 && head.code <= 999, "a status has three digits");
    require(head.code / 100 != 1 || head.code == 101, "no interim response is the final one");
    const std::vector<HttpHeader> headers = headers_of(head.headers);
    require(headers.size() <= config.header_count_max, "the number is within the limit");
    for (const HttpHeader& header : headers) {
        require(!header.name.empty(), "a header has a name");
        require(header.name.find_first_of(" \t\r\n:") == header.name.npos,
                "a header name is a token");
        require(header.value.find_first_of(std::string_view("\r\n\0", 3)) == header.value.npos,
                "no value ends a line");
        const std::string_view edge = " \t";
        require(header.value.empty() || (edge.find(header.value.front()) == edge.npos &&
                                         edge.find(header.value.back()) == edge.npos),
                "values are without the space around them");
    }
    const std::string_view shorter = response.substr(0, head.consumed - 1);
    require(read_whole(shorter, config).status == Step<ResponseHead>::Outcome::partial,
            "one byte less is not enough");
    require(read_whole(response.substr(0, head.consumed), config) == head, "the rest is ignored");
}

std::size_t count_of(const std::vector<HttpHeader>& headers, std::string_view name) {
    return static_cast<std::size_t>(std::count_if(
        headers.begin(), headers.end(),
        [&](const HttpHeader& header) { return equal_ignoring_case(header.name, name); }));
}

std::string_view value_of(const std::vector<HttpHeader>& headers, std::string_view name) {
    for (const HttpHeader& header : headers) {
        if (equal_ignoring_case(header.name, name)) return header.value;
    }
    return {};
}

// A second implementation of RFC 6455 4.1 for an accepted response.
void check_acceptance(const ResponseHead& head, const HandshakeResult& result,
                      const HandshakeOffer& offer) {
    const std::vector<HttpHeader> headers = headers_of(head.headers);
    require(head.status == 101 && head.minor_version > 0, "an upgrade is a 101 in HTTP/1.1");
    require(count_of(headers, "Upgrade") == 1 &&
                equal_ignoring_case(value_of(headers, "Upgrade"), "websocket"),
            "one Upgrade, to websocket");
    require(count_of(headers, "Connection") > 0, "Connection lists the upgrade");
    require(count_of(headers, "Sec-WebSocket-Accept") == 1 &&
                value_of(headers, "Sec-WebSocket-Accept") == accept,
            "one accept value, and the right one");
    require(value_of(headers, "Sec-WebSocket-Extensions").empty(), "no extension was offered");
    const std::string_view chosen = value_of(headers, "Sec-WebSocket-Protocol");
    require(chosen == result.protocol, "the chosen protocol is reported");
    require(chosen.empty() || offer.protocols.find(chosen) != chosen.npos,
            "the protocol was offered");
    const bool must = !offer.protocols.empty() && offer.protocol_choice == ProtocolChoice::required;
    require(!must || !chosen.empty(), "one had to be chosen");
}

void check_result(std::string_view response, const Config& config, const HandshakeOffer& offer) {
    const ExactCopy copy(response);
    ResponseHeadReader reader(config.size_max, config.header_count_max);
    const auto head = reader.read(copy.text());
    const HandshakeResult result = check_response(head.value, offer);
    if (result.cause == Cause::none) {
        check_acceptance(head.value, result, offer);
    } else {
        require(result.protocol.empty(), "a refused response chooses nothing");
        require((result.cause == Cause::upgrade_refused) == (head.value.status != 101),
                "refused is what is no 101");
    }
}

}  // namespace
}  // namespace linnet::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace linnet::fuzz;
    FuzzInput input(data, size);
    constexpr std::size_t sizes[] = {16384, 4, 17, 64, 150, 500};
    constexpr std::string_view protocol_lists[] = {"", "chat", "chat, superchat"};
    Config config{.size_max = input.pick(sizes), .header_count_max = 0};
    const std::uint8_t header_count_max = input.byte();
    config.header_count_max = header_count_max == 0 ? 100 : header_count_max % 16u;
    const Cuts cuts(input);
    linnet::HandshakeOffer offer{.protocols = input.pick(protocol_lists)};
    std::copy(accept.begin(), accept.end(), offer.accept.begin());
    if (input.flag()) offer.protocol_choice = linnet::ProtocolChoice::optional;

    const std::string_view response = linnet::text_of(input.rest());
    const Result whole = read_whole(response, config);
    require(read_cut(response, config, cuts) == whole, "cuts do not change the result");
    require(response.size() > 400 || read_cut(response, config, Cuts(1)) == whole,
            "not even between all bytes");
    if (whole.status != linnet::Step<linnet::ResponseHead>::Outcome::done) return 0;
    check_head(whole, response, config);
    check_result(response, config, offer);
    return 0;
}
