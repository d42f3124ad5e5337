// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// `linnet` talks to a WebSocket server from the command line. `linnet --help` is its manual.
#include <algorithm>
#include <cstdio>

#include "cli/conversation.hpp"
#include "cli/output.hpp"
#include "cli/serve.hpp"
#include "cli/tls_client.hpp"

namespace linnet::cli {
namespace {

int print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return static_cast<int>(flush_standard_output() ? ExitStatus::clean : ExitStatus::usage);
}

int run(const CommandLine& line) {
    switch (line.action) {
        case CommandLine::Action::talk: {
            const Interruption interruption;
            return Conversation(line.talk, interruption).run();
        }
        case CommandLine::Action::certificate: return show_certificates(line.certificate);
        case CommandLine::Action::serve: {
            const Interruption interruption;
            return serve(line.serve, interruption);
        }
        case CommandLine::Action::help: return print(help_text());
        case CommandLine::Action::version: return print("linnet " LINNET_VERSION_STRING "\n");
        case CommandLine::Action::wrong: break;
    }
    report(line.error);
    report("run linnet --help for usage");
    return static_cast<int>(ExitStatus::usage);
}

}  // namespace
}  // namespace linnet::cli

int main(int argc, char** argv) {
    using namespace linnet::cli;
    if (!open_standard_streams()) return static_cast<int>(ExitStatus::usage);
    const std::vector<std::string_view> arguments(argv + std::min(argc, 1), argv + argc);
    return run(parse_command_line(arguments));
}
