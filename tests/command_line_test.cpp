// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The meaning of command-line arguments, and the messages about invalid ones.
#include "cli/command_line.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace linnet::cli {
namespace {

using Action = CommandLine::Action;
using Arguments = std::vector<std::string_view>;

CommandLine parse(const Arguments& arguments) {
    return parse_command_line(arguments);
}

TalkOptions talk(const Arguments& arguments) {
    const CommandLine line = parse(arguments);
    EXPECT_EQ(line.error, "");
    EXPECT_EQ(line.action, Action::talk);
    return line.talk;
}

std::string error_of(const Arguments& arguments) {
    const CommandLine line = parse(arguments);
    EXPECT_EQ(line.action, Action::wrong);
    return line.error;
}

TEST(CommandLine, without_options_has_the_defaults) {
    const TalkOptions options = talk({"ws://host/"});
    EXPECT_EQ(options.url, "ws://host/");
    EXPECT_TRUE(options.protocols.empty() && options.headers.empty());
    EXPECT_EQ(options.close_code, 1000);
    EXPECT_EQ(options.close_reason, "");
    EXPECT_EQ(options.wait_us + options.ping_us + options.timeout_us, 0u);
    EXPECT_FALSE(options.binary || options.raw || options.one_message || options.trace);
    EXPECT_FALSE(options.stats || options.quiet);
}

TEST(CommandLine, accepts_every_flag_in_each_form) {
    struct Row {
        bool TalkOptions::*flag;
        std::string_view name;
        std::string_view letter;
    };
    const Row rows[] = {
        {&TalkOptions::binary, "--binary", "-b"},
        {&TalkOptions::raw, "--raw", ""},
        {&TalkOptions::one_message, "--one-message", "-1"},
        {&TalkOptions::trace, "--trace", ""},
        {&TalkOptions::stats, "--stats", ""},
        {&TalkOptions::quiet, "--quiet", "-q"},
    };
    for (const Row& row : rows) {
        EXPECT_TRUE(talk({row.name, "ws://host/"}).*row.flag) << row.name;
        EXPECT_TRUE(talk({"ws://host/", row.name}).*row.flag) << row.name;
        if (!row.letter.empty()) {
            EXPECT_TRUE(talk({row.letter, "ws://host/"}).*row.flag) << row.letter;
        }
    }
    const TalkOptions all = talk({"-bq1", "ws://host/"});
    EXPECT_TRUE(all.binary && all.quiet && all.one_message);
}

TEST(CommandLine, accepts_values_in_each_form) {
    const Arguments forms[] = {{"--protocol", "chat"}, {"--protocol=chat"},
                               {"-p", "chat"},         {"-pchat"},
                               {"-qp", "chat"},        {"-qpchat"}};
    for (Arguments arguments : forms) {
        arguments.push_back("ws://host/");
        EXPECT_EQ(talk(arguments).protocols, Arguments{"chat"}) << arguments[0];
    }
    const TalkOptions several =
        talk({"-p", "a", "-H", "X: 1", "ws://host/", "-pb", "--header=Y: a=b", "-H", "--trace"});
    EXPECT_EQ(several.protocols, (Arguments{"a", "b"}));
    EXPECT_EQ(several.headers, (Arguments{"X: 1", "Y: a=b", "--trace"}));
    EXPECT_FALSE(several.trace);
    EXPECT_EQ(talk({"--protocol=", "ws://host/"}).protocols, Arguments{""});
}

TEST(CommandLine, reads_seconds) {
    struct Row {
        std::string_view text;
        std::uint64_t us;
    };
    const Row rows[] = {
        {"1", 1'000'000}, {"0.5", 500'000},     {"2.25", 2'250'000},
        {"0.000001", 1},  {"10.0", 10'000'000}, {"007", 7'000'000},
        {"0.0000019", 1}, {".5", 500'000},      {"3153600000", 3'153'600'000'000'000}};
    for (const Row& row : rows) {
        EXPECT_EQ(talk({"--wait", row.text, "ws://host/"}).wait_us, row.us) << row.text;
        EXPECT_EQ(talk({"--ping", row.text, "ws://host/"}).ping_us, row.us) << row.text;
        EXPECT_EQ(talk({"--timeout", row.text, "ws://host/"}).timeout_us, row.us) << row.text;
        EXPECT_EQ(talk({"-w", row.text, "ws://host/"}).wait_us, row.us) << row.text;
    }
    for (const std::string_view text :
         {"", "0", "0.0", "0.0000001", ".", ".0", "5.", "-1", "+1", "1e3", "1,5", "1s", " 1",
          "1.2.3", "3153600001", "99999999999999999999"}) {
        for (const std::string_view option : {"--wait", "--ping", "--timeout"}) {
            const std::string error = error_of({option, text, "ws://host/"});
            EXPECT_NE(error.find("is not a number of seconds above 0"), error.npos) << text;
            EXPECT_EQ(error.rfind(option, 0), 0u) << error;
        }
    }
}

TEST(CommandLine, reads_the_close_code_and_reason) {
    EXPECT_EQ(talk({"--close=4000", "ws://host/"}).close_code, 4000);
    EXPECT_EQ(talk({"--close", "0", "ws://host/"}).close_code, 0);
    const TalkOptions options = talk({"--close=1001:see: you", "ws://host/"});
    EXPECT_EQ(options.close_code, 1001);
    EXPECT_EQ(options.close_reason, "see: you");
    EXPECT_EQ(talk({"--close=1000:", "ws://host/"}).close_reason, "");
    for (const std::string_view text : {"", ":why", "1", "999", "1004", "1005", "1006", "1015",
                                        "2999", "5000", "65536", "1000x", "-1000"}) {
        const std::string error = error_of({"--close", text, "ws://host/"});
        EXPECT_NE(error.find("is not a code that may be sent"), error.npos) << text;
    }
    EXPECT_EQ(error_of({"--close=0:why", "ws://host/"}),
              "--close: a reason needs a code other than 0");
    const std::string fits = std::string("1000:").append(123, 'x');
    EXPECT_EQ(talk({"--close", fits, "ws://host/"}).close_reason.size(), 123u);
    EXPECT_EQ(error_of({"--close", fits + "x", "ws://host/"}),
              "--close: the reason is longer than 123 bytes");
    EXPECT_EQ(error_of({"--close=1000:\xFF", "ws://host/"}), "--close: the reason is not UTF-8");
}

TEST(CommandLine, describes_each_mistake) {
    struct Row {
        Arguments arguments;
        std::string_view error;
    };
    const Row rows[] = {
        {{}, "no URL given"},
        {{"--trace"}, "no URL given"},
        {{"--"}, "no URL given"},
        {{"ws://a/", "ws://b/"}, "expected one URL but got 2"},
        {{"--nonsense", "ws://a/"}, "unknown option --nonsense"},
        {{"--nonsense=1", "ws://a/"}, "unknown option --nonsense"},
        {{"--=1", "ws://a/"}, "unknown option --"},
        {{"--trac", "ws://a/"}, "unknown option --trac"},
        {{"-x", "ws://a/"}, "unknown option -x"},
        {{"-qx", "ws://a/"}, "unknown option -x"},
        {{"--once", "ws://a/"}, "unknown option --once"},
        {{"--trace=yes", "ws://a/"}, "--trace takes no value"},
        {{"ws://a/", "--protocol"}, "--protocol needs a value"},
        {{"ws://a/", "-p"}, "-p needs a value"},
        {{"serve", "1", "2"}, "unexpected argument after the port: '2'"},
        {{"serve", "65536"}, "'65536' is not a port from 0 to 65535"},
        {{"serve", "http"}, "'http' is not a port from 0 to 65535"},
        {{"serve", "--trace"}, "unknown option --trace"},
        {{"serve", "-q"}, "unknown option -q"},
        {{"certificate"}, "no URL given"},
        {{"certificate", "--trace", "wss://h/"}, "unknown option --trace"},
        {{"--pin"}, "--pin needs a value"},
        {{"join", "--binary", "ws://h/"}, "unknown option --binary"},
        {{"--target", "1", "ws://h/"}, "unknown option --target"},
        {{"join", "--target", "all", "ws://h/"},
         "--target: 'all' is not a peer id: 0 is all, 1 the server, N peer N, -N all but peer "
         "N"},
    };
    for (const Row& row : rows) EXPECT_EQ(error_of(row.arguments), row.error);
    EXPECT_EQ(error_of({std::string_view("-\0", 2), "ws://a/"}).find("unknown option -"), 0u);
}

TEST(CommandLine, reports_the_first_mistake) {
    EXPECT_EQ(error_of({"--ping=x", "--nonsense"}).find("--ping"), 0u);
    EXPECT_EQ(error_of({"-H"}), "-H needs a value");
}

TEST(CommandLine, ends_options_at_two_dashes) {
    EXPECT_EQ(talk({"--", "--trace"}).url, "--trace");
    EXPECT_EQ(talk({"-q", "--", "ws://host/"}).url, "ws://host/");
    EXPECT_EQ(talk({"-"}).url, "-");
    EXPECT_EQ(talk({"--", "serve"}).url, "serve");
}

TEST(CommandLine, accepts_the_options_of_serve) {
    EXPECT_EQ(parse({"serve"}).action, Action::serve);
    EXPECT_EQ(parse({"serve"}).serve.port, 8080);
    EXPECT_FALSE(parse({"serve"}).serve.once);
    EXPECT_EQ(parse({"serve", "0"}).serve.port, 0);
    for (const Arguments& arguments :
         {Arguments{"serve", "9000", "--once"}, Arguments{"serve", "--once", "9000"}}) {
        const CommandLine line = parse(arguments);
        EXPECT_EQ(line.action, Action::serve);
        EXPECT_EQ(line.serve.port, 9000);
        EXPECT_TRUE(line.serve.once);
    }
}

TEST(CommandLine, reads_the_trusted_certificates_and_pins) {
    const TrustOptions trust =
        talk({"--cacert", "a", "--cacert=b", "--pin", "c", "--insecure", "wss://h/"}).trust;
    EXPECT_EQ(trust.ca_files, (std::vector<std::string_view>{"a", "b"}));
    EXPECT_EQ(trust.pins, (std::vector<std::string_view>{"c"}));
    EXPECT_TRUE(trust.insecure);
    EXPECT_FALSE(talk({"wss://h/"}).trust.insecure);
    EXPECT_TRUE(parse({"serve", "--tls"}).serve.tls);
    EXPECT_FALSE(parse({"serve"}).serve.tls);
}

TEST(CommandLine, accepts_the_options_of_join) {
    const Arguments arguments{"join", "--target", "-7", "ws://h/"};
    const CommandLine line = parse(arguments);
    EXPECT_EQ(line.action, Action::talk);
    EXPECT_TRUE(line.talk.joins);
    EXPECT_EQ(line.talk.target, -7);
    EXPECT_EQ(line.talk.url, "ws://h/");
    EXPECT_EQ(talk({"ws://h/"}).target, 1);
    EXPECT_FALSE(talk({"ws://h/"}).joins);
    EXPECT_TRUE(parse({"serve", "--multiplayer"}).serve.multiplayer);
    EXPECT_FALSE(parse({"serve"}).serve.multiplayer);
}

TEST(CommandLine, accepts_the_options_of_certificate) {
    const Arguments arguments{"certificate", "--cacert", "a", "wss://h/"};
    const CommandLine line = parse(arguments);
    EXPECT_EQ(line.action, Action::certificate);
    EXPECT_EQ(line.certificate.url, "wss://h/");
    EXPECT_EQ(line.certificate.trust.ca_files, (std::vector<std::string_view>{"a"}));
}

TEST(CommandLine, accepts_help_everywhere) {
    for (const Arguments& arguments :
         {Arguments{"--help"}, Arguments{"-h"}, Arguments{"-qh"}, Arguments{"serve", "-h"},
          Arguments{"ws://a/", "ws://b/", "--help"}}) {
        EXPECT_EQ(parse(arguments).action, Action::help);
    }
    EXPECT_EQ(parse({"--version"}).action, Action::version);
}

TEST(CommandLine, has_a_help_that_fits_one_screen) {
    std::string_view rest = help_text();
    EXPECT_TRUE(rest.ends_with('\n'));
    EXPECT_LE(std::count(rest.begin(), rest.end(), '\n'), 23);
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        EXPECT_LE(line.size(), 80u) << line;
        rest.remove_prefix(line.size() + 1);
    }
}

}  // namespace
}  // namespace linnet::cli
