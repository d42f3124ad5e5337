// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// `linnet`: a conversation with a WebSocket server from the command line. `linnet --help` is its
// manual.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "cli/conversation.hpp"
#include "cli/serve.hpp"
#include "cli/tls_client.hpp"

namespace linnet::cli {
namespace {

// A descriptor below 3 that is closed would become a socket of ours.
void open_standard_streams() {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
        if (::fcntl(fd, F_GETFD) == -1 && ::open("/dev/null", O_RDWR) < 0) return;
    }
}

int print(std::string_view text) {
    const std::size_t written = std::fwrite(text.data(), 1, text.size(), stdout);
    const bool is_written = written == text.size() && std::fflush(stdout) == 0;
    return static_cast<int>(is_written ? ExitStatus::clean : ExitStatus::usage);
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
    tell(line.error);
    tell("linnet --help tells how to use it");
    return static_cast<int>(ExitStatus::usage);
}

}  // namespace
}  // namespace linnet::cli

int main(int argc, char** argv) {
    linnet::cli::open_standard_streams();
    const std::vector<std::string_view> arguments(argv + std::min(argc, 1), argv + argc);
    return linnet::cli::run(linnet::cli::parse_command_line(arguments));
}
