// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/command_line.hpp"

#include <algorithm>

#include "codec/text.hpp"
#include "linnet/codec/utf8.hpp"
#include "protocol/closing.hpp"

namespace linnet::cli {
namespace {

constexpr std::string_view help =
    R"(linnet [OPTION...] ws[s]://HOST[:PORT][/PATH]   talk to a WebSocket server
linnet join [OPTION...] [--target ID] ws[s]://...  Godot 3 peer; default ID: 1
linnet certificate wss://HOST[:PORT]            print its certificates and pins
linnet serve [PORT] [--once] [--tls] [--multiplayer]  run an echo or room server
Sends each line of standard input as text, prints what arrives; Ctrl-D closes.
  -p, --protocol NAME    offer a sub-protocol; may be repeated
  -H, --header LINE      send the header 'Name: value'; may be repeated
  -b, --binary           send input as one binary message; raw output if piped
      --raw              print messages unchanged: no hex dump, no \x1b
  -w, --wait SECONDS     after the end of input, close after SECONDS of silence
  -1, --one-message      print the first message that arrives, then close
      --close CODE[:REASON]  close with this code instead of 1000
      --ping SECONDS     ping every SECONDS and print the round-trip time
      --cacert FILE      trust the roots in FILE instead of the system's
      --pin FILE|SHA256  accept only this certificate, or this public key
      --insecure         do not verify the server; --pin still applies
      --timeout SECONDS  exit if the whole run takes longer
      --trace            print every frame in both directions, with its time
      --stats            print counts and times at the end
  -q, --quiet            print errors only
  -h, --help, --version
Exit status: 0 success, 1 usage; failed phase: 2 request, 3 resolve, 4 connect,
5 tls, 6 upgrade, 7 join, 8 open, 9 closing; 10 --timeout, 128+N signal N.
)";

constexpr std::uint64_t second_us = 1'000'000;
constexpr std::uint64_t seconds_max = 100 * 365 * 86'400ull;

// ---- values ----------------------------------------------------------------------------------

std::string in_quotes(std::string_view text) {
    return std::string(1, '\'').append(text).append(1, '\'');
}

// Parses decimal digits up to `max`. Returns false for anything else.
bool parse_number(std::string_view digits, std::uint64_t max, std::uint64_t& value) {
    value = 0;
    for (const char c : digits) {
        if (!is_digit(c)) return false;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
        if (value > max) return false;
    }
    return !digits.empty();
}

// Parses "2", "0.5" or ".5"; fractions of a microsecond are dropped.
std::string parse_seconds(std::string_view text, std::uint64_t& us) {
    std::string_view rest = text;
    const std::string_view whole = take_until(rest, ".");
    std::uint64_t seconds = 0;
    bool is_number = parse_number(whole, seconds_max, seconds) || whole.empty();
    us = seconds * second_us;
    if (!rest.empty()) {
        rest.remove_prefix(1);
        is_number = is_number && !rest.empty() && std::all_of(rest.begin(), rest.end(), is_digit);
        std::uint64_t unit_us = second_us;
        for (const char c : rest) us += (unit_us /= 10) * static_cast<std::uint64_t>(c - '0');
    }
    if (is_number && us > 0) return {};
    return in_quotes(text).append(" is not a number of seconds above 0, such as 2 or 0.5");
}

std::string parse_close(std::string_view text, TalkOptions& talk) {
    std::string_view reason = text;
    const std::string_view digits = take_until(reason, ":");
    if (!reason.empty()) reason.remove_prefix(1);
    std::uint64_t code = 0;
    if (!parse_number(digits, 0xFFFF, code) ||
        (code != no_close_code && !is_close_code(static_cast<std::uint32_t>(code)))) {
        return in_quotes(digits).append(
            " is not a code that may be sent: 1000 to 1003, 1007 to 1014, 3000 to 4999, or 0 for "
            "none (RFC 6455 7.4)");
    }
    if (code == no_close_code && !reason.empty()) return "a reason needs a code other than 0";
    if (reason.size() > control_payload_size_max - 2) {
        return "the reason is longer than 123 bytes";
    }
    if (!is_utf8(bytes_of(reason))) return "the reason is not UTF-8";
    talk.close_code = static_cast<int>(code);
    talk.close_reason = reason;
    return {};
}

// ---- options ---------------------------------------------------------------------------------

struct Option {
    char letter;  // 0: none
    std::string_view name;
    bool takes_value;
    // Returns an empty string, or what is wrong with the value.
    std::string (*apply)(CommandLine& line, std::string_view value);
};

using Flag = bool TalkOptions::*;
template <Flag flag>
std::string set_flag(CommandLine& line, std::string_view) {
    line.talk.*flag = true;
    return {};
}

using Duration = std::uint64_t TalkOptions::*;
template <Duration duration>
std::string set_duration(CommandLine& line, std::string_view value) {
    return parse_seconds(value, line.talk.*duration);
}

using List = std::vector<std::string_view> TalkOptions::*;
template <List list>
std::string add_to_list(CommandLine& line, std::string_view value) {
    (line.talk.*list).push_back(value);
    return {};
}

template <CommandLine::Action action>
std::string set_action(CommandLine& line, std::string_view) {
    line.action = action;
    return {};
}

std::string set_close(CommandLine& line, std::string_view value) {
    return parse_close(value, line.talk);
}

using ServeFlag = bool ServeOptions::*;
template <ServeFlag flag>
std::string set_serve_flag(CommandLine& line, std::string_view) {
    line.serve.*flag = true;
    return {};
}

// The trust options of a conversation and of `certificate` are the same.
std::string add_ca_file(CommandLine& line, std::string_view value) {
    line.talk.trust.ca_files.push_back(value);
    return {};
}
std::string add_pin(CommandLine& line, std::string_view value) {
    line.talk.trust.pins.push_back(value);
    return {};
}
std::string set_insecure(CommandLine& line, std::string_view) {
    line.talk.trust.insecure = true;
    return {};
}

std::string set_target(CommandLine& line, std::string_view value) {
    const bool is_negative = value.starts_with('-');
    std::uint64_t number = 0;
    if (!parse_number(value.substr(is_negative ? 1 : 0), INT32_MAX, number)) {
        return in_quotes(value).append(
            " is not a peer id: 0 is all, 1 the server, N peer N, -N all but peer N");
    }
    line.talk.target = static_cast<int>(number) * (is_negative ? -1 : 1);
    return {};
}

constexpr Option help_option{'h', "help", false, set_action<CommandLine::Action::help>};

constexpr Option cacert_option{0, "cacert", true, add_ca_file};
constexpr Option pin_option{0, "pin", true, add_pin};

constexpr Option talk_options[] = {
    {'p', "protocol", true, add_to_list<&TalkOptions::protocols>},
    {'H', "header", true, add_to_list<&TalkOptions::headers>},
    {'b', "binary", false, set_flag<&TalkOptions::binary>},
    {0, "raw", false, set_flag<&TalkOptions::raw>},
    {'w', "wait", true, set_duration<&TalkOptions::wait_us>},
    {'1', "one-message", false, set_flag<&TalkOptions::one_message>},
    {0, "close", true, set_close},
    cacert_option,
    pin_option,
    {0, "insecure", false, set_insecure},
    {0, "ping", true, set_duration<&TalkOptions::ping_us>},
    {0, "timeout", true, set_duration<&TalkOptions::timeout_us>},
    {0, "trace", false, set_flag<&TalkOptions::trace>},
    {0, "stats", false, set_flag<&TalkOptions::stats>},
    {'q', "quiet", false, set_flag<&TalkOptions::quiet>},
    help_option,
    {0, "version", false, set_action<CommandLine::Action::version>},
};

constexpr Option join_options[] = {
    {'p', "protocol", true, add_to_list<&TalkOptions::protocols>},
    {'H', "header", true, add_to_list<&TalkOptions::headers>},
    {'w', "wait", true, set_duration<&TalkOptions::wait_us>},
    {0, "target", true, set_target},
    {0, "close", true, set_close},
    cacert_option,
    pin_option,
    {0, "insecure", false, set_insecure},
    {0, "ping", true, set_duration<&TalkOptions::ping_us>},
    {0, "timeout", true, set_duration<&TalkOptions::timeout_us>},
    {0, "trace", false, set_flag<&TalkOptions::trace>},
    {0, "stats", false, set_flag<&TalkOptions::stats>},
    {'q', "quiet", false, set_flag<&TalkOptions::quiet>},
    help_option,
};

constexpr Option serve_options[] = {
    {0, "once", false, set_serve_flag<&ServeOptions::once>},
    {0, "tls", false, set_serve_flag<&ServeOptions::tls>},
    {0, "multiplayer", false, set_serve_flag<&ServeOptions::multiplayer>},
    help_option,
};

constexpr Option certificate_options[] = {cacert_option, pin_option, help_option};

// ---- the parser ------------------------------------------------------------------------------

// Stops at the first error, which it stores in `line.error`.
class Parser {
 public:
    Parser(std::span<const std::string_view> arguments, std::span<const Option> options,
           CommandLine& line)
        : rest_(arguments), options_(options), line_(line) {}

    // Returns the operands in order.
    std::vector<std::string_view> run();

 private:
    void take_long(std::string_view argument);
    void take_short(std::string_view argument);
    bool take_next(const std::string& option, std::string_view& value);
    void apply(const Option& option, const std::string& as_written, std::string_view value);
    void fail(std::string why) { line_.error = std::move(why); }

    std::span<const std::string_view> rest_;
    std::span<const Option> options_;
    CommandLine& line_;
};

std::vector<std::string_view> Parser::run() {
    std::vector<std::string_view> operands;
    bool options_are_over = false;
    while (!rest_.empty() && line_.error.empty()) {
        const std::string_view argument = rest_.front();
        rest_ = rest_.subspan(1);
        if (options_are_over || argument.size() < 2 || argument[0] != '-') {
            operands.push_back(argument);
        } else if (argument == "--") {
            options_are_over = true;
        } else if (argument[1] == '-') {
            take_long(argument);
        } else {
            take_short(argument);
        }
    }
    return operands;
}

void Parser::apply(const Option& option, const std::string& as_written, std::string_view value) {
    const std::string wrong = option.apply(line_, value);
    if (!wrong.empty()) fail(std::string(as_written).append(": ").append(wrong));
}

bool Parser::take_next(const std::string& option, std::string_view& value) {
    if (rest_.empty()) {
        fail(std::string(option).append(" needs a value"));
        return false;
    }
    value = rest_.front();
    rest_ = rest_.subspan(1);
    return true;
}

void Parser::take_long(std::string_view argument) {
    const std::size_t equals = std::min(argument.find('='), argument.size());
    const std::string as_written(argument.substr(0, equals));
    const auto option = std::find_if(options_.begin(), options_.end(), [&](const Option& each) {
        return each.name == std::string_view(as_written).substr(2);
    });
    if (option == options_.end()) {
        return fail(std::string("unknown option ").append(as_written));
    }
    const bool has_value = equals < argument.size();
    std::string_view value = has_value ? argument.substr(equals + 1) : std::string_view();
    if (has_value && !option->takes_value) {
        return fail(std::string(as_written).append(" takes no value"));
    }
    if (option->takes_value && !has_value && !take_next(as_written, value)) return;
    apply(*option, as_written, value);
}

// -b, -bq, -p NAME, -pNAME.
void Parser::take_short(std::string_view argument) {
    for (std::size_t i = 1; i < argument.size() && line_.error.empty(); ++i) {
        const char letter = argument[i];
        const std::string as_written{'-', letter};
        const auto option = std::find_if(options_.begin(), options_.end(), [&](const Option& each) {
            return each.letter == letter && letter != 0;
        });
        if (option == options_.end()) {
            return fail(std::string("unknown option ").append(as_written));
        }
        if (!option->takes_value) {
            apply(*option, as_written, {});
            continue;
        }
        std::string_view value = argument.substr(i + 1);
        if (!value.empty() || take_next(as_written, value)) apply(*option, as_written, value);
        return;
    }
}

void take_url(std::span<const std::string_view> operands, CommandLine& line) {
    if (operands.empty()) {
        line.error = "no URL given";
    } else if (operands.size() > 1) {
        // Not quoted: a URL may contain a password.
        line.error = "expected one URL but got " + std::to_string(operands.size());
    } else {
        line.talk.url = operands[0];
    }
}

void take_port(std::span<const std::string_view> operands, CommandLine& line) {
    std::uint64_t port = line.serve.port;
    if (operands.size() > 1) {
        line.error =
            std::string("unexpected argument after the port: ").append(in_quotes(operands[1]));
    } else if (!operands.empty() && !parse_number(operands[0], 0xFFFF, port)) {
        line.error = in_quotes(operands[0]).append(" is not a port from 0 to 65535");
    }
    line.serve.port = static_cast<std::uint16_t>(port);
}

}  // namespace

CommandLine parse_command_line(std::span<const std::string_view> arguments) {
    CommandLine line;
    const std::string_view first = arguments.empty() ? std::string_view() : arguments[0];
    std::span<const Option> options = talk_options;
    if (first == "serve") {
        line.action = CommandLine::Action::serve;
        options = serve_options;
    } else if (first == "certificate") {
        line.action = CommandLine::Action::certificate;
        options = certificate_options;
    }
    if (first == "join") {
        line.talk.joins = true;
        options = join_options;
    }
    const bool is_named = line.talk.joins || line.action != CommandLine::Action::talk;
    Parser parser(is_named ? arguments.subspan(1) : arguments, options, line);
    const std::vector<std::string_view> operands = parser.run();
    if (!line.error.empty()) {
        line.action = CommandLine::Action::wrong;
        return line;
    }
    if (line.action == CommandLine::Action::serve) take_port(operands, line);
    if (line.action == CommandLine::Action::talk) take_url(operands, line);
    if (line.action == CommandLine::Action::certificate) {
        take_url(operands, line);
        line.certificate = {line.talk.url, line.talk.trust};
    }
    if (!line.error.empty()) line.action = CommandLine::Action::wrong;
    return line;
}

std::string_view help_text() {
    return help;
}

}  // namespace linnet::cli
