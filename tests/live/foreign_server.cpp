// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "live/foreign_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <utility>

namespace linnet::test {
namespace {

constexpr int start_ms = 10'000;
constexpr int line_ms = 10'000;
constexpr int start_count_max = 3;  // a port that was free a moment ago may be in use
constexpr std::string_view folder = LINNET_LIVE_DIR;
constexpr std::string_view certificate = LINNET_CERTIFICATES_DIR "/good";

struct Recipe {
    std::string_view name;
    std::string_view package;
    std::string_view executable;
    std::string_view script;  // in `folder`
    std::string_view protocols;
    bool is_godot;  // cannot choose a port itself
};

// The packages are for the system's own Python, not for another one in PATH.
constexpr Recipe recipes[program_count] = {
    {"python_websockets", "python3-websockets", "/usr/bin/python3", "python_server.py", "", false},
    {"node_ws", "node-ws", "node", "node_server.js", "", false},
    {"godot_3", "godot3-server", "godot3-server", "server.gd", "", true},
    {"godot_3_with_protocols", "godot3-server", "godot3-server", "server.gd",
     "linnet.one,linnet.two", true},
    {"raw", "python3", "/usr/bin/python3", "raw_server.py", "", false},
    {"nginx", "nginx-light", "/usr/bin/python3", "nginx_server.py", "", false},
};

const Recipe& recipe_of(Program program) {
    return recipes[static_cast<std::size_t>(program)];
}

std::vector<std::string> command_of(const Recipe& recipe) {
    const std::string executable(recipe.executable);
    const std::string script(recipe.script);
    const std::string base(folder);
    if (!recipe.is_godot) return {executable, base + "/" + script};
    return {executable, "--path", base + "/godot_server", "-s", script};
}

Launch launch_of(Program program, Scheme scheme) {
    const Recipe& recipe = recipe_of(program);
    Launch launch{.command = command_of(recipe), .gets_its_port = recipe.is_godot};
    launch.settings.push_back("LINNET_LIVE_PROTOCOLS=" + std::string(recipe.protocols));
    if (scheme == Scheme::wss) {
        launch.settings.push_back("LINNET_LIVE_CERTIFICATE=" + std::string(certificate) + ".pem");
        launch.settings.push_back("LINNET_LIVE_KEY=" + std::string(certificate) + ".key");
    }
    return launch;
}

std::int64_t now_ms() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    for (std::string& string : strings) pointers.push_back(string.data());
    pointers.push_back(nullptr);
    return pointers;
}

std::string new_home() {
    std::string path = (std::filesystem::temp_directory_path() / "linnet_live_XXXXXX").string();
    return ::mkdtemp(path.data()) == nullptr ? std::string() : path;
}

// In the child: only async-signal-safe calls between fork and exec.
[[noreturn]] void become(char* const* command, char* const* settings, int output, pid_t parent) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execvpe(command[0], command, settings);
    constexpr std::string_view absent = "ABSENT\n";
    const ssize_t written = ::write(STDOUT_FILENO, absent.data(), absent.size());
    ::_exit(written < 0 ? 126 : 127);
}

}  // namespace

std::string_view name_of(Program program) {
    return recipe_of(program).name;
}

std::string_view package_of(Program program) {
    return recipe_of(program).package;
}

// ---- ports -----------------------------------------------------------------------------------

// Bound, but not listening: connections are refused, and the port is given to no other process.
ReservedPort::ReservedPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (::bind(socket_, generic, size) != 0) return;
    if (::getsockname(socket_, generic, &size) == 0) number_ = ntohs(address.sin_port);
}

ReservedPort::~ReservedPort() {
    if (socket_ >= 0) ::close(socket_);
}

// ---- the process -----------------------------------------------------------------------------

ForeignServer::ForeignServer(Program program, Scheme scheme)
    : ForeignServer(launch_of(program, scheme)) {}

ForeignServer::ForeignServer(Launch launch) : launch_(std::move(launch)), home_(new_home()) {
    const int count = launch_.gets_its_port ? start_count_max : 1;
    for (int i = 0; i < count && !is_ready() && !is_absent_; ++i) {
        kill();
        start();
    }
}

ForeignServer::~ForeignServer() {
    kill();
    std::error_code ignored;
    if (!home_.empty()) std::filesystem::remove_all(home_, ignored);
}

void ForeignServer::start() {
    std::vector<std::string> settings = launch_.settings;
    settings.insert(settings.end(), {"HOME=" + home_, "NODE_PATH=/usr/share/nodejs",
                                     "PYTHONIOENCODING=utf-8", "PYTHONDONTWRITEBYTECODE=1"});
    if (const char* const path = std::getenv("PATH"))
        settings.push_back("PATH=" + std::string(path));
    if (launch_.gets_its_port) {
        settings.push_back("LINNET_LIVE_PORT=" + std::to_string(ReservedPort().number()));
    }
    spawn(std::move(settings));
    const std::int64_t deadline_ms = now_ms() + start_ms;
    for (std::string line; !is_ready() && read_line(line, deadline_ms) == Reading::line;) {
        is_absent_ = is_absent_ || line == "ABSENT";
        if (!line.starts_with(launch_.ready)) continue;
        const std::size_t number = line.find_last_not_of("0123456789") + 1;
        port_ = static_cast<std::uint16_t>(std::atoi(line.c_str() + number));
        next_line_ = lines_.size();
    }
}

void ForeignServer::spawn(std::vector<std::string> environment) {
    std::vector<std::string> command = launch_.command;
    const std::vector<char*> command_pointers = pointers_to(command);
    const std::vector<char*> environment_pointers = pointers_to(environment);
    std::array<int, 2> pipe{-1, -1};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return;
    const pid_t parent = ::getpid();
    process_ = ::fork();
    if (process_ == 0) {
        become(command_pointers.data(), environment_pointers.data(), pipe[1], parent);
    }
    // Both sides do it, so the group exists in either order.
    if (process_ > 0) ::setpgid(process_, process_);
    ::close(pipe[1]);
    output_ = pipe[0];
}

bool ForeignServer::is_running() {
    if (process_ <= 0) return false;
    siginfo_t state{};
    const auto id = static_cast<id_t>(process_);
    // Only checks: `kill` reaps the process.
    if (::waitid(P_PID, id, &state, WEXITED | WNOHANG | WNOWAIT) != 0) return false;
    return state.si_pid == 0;
}

void ForeignServer::freeze() {
    if (process_ > 0) ::kill(-process_, SIGSTOP);
}

void ForeignServer::kill() {
    if (process_ > 0) {
        ::kill(-process_, SIGKILL);
        while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) continue;
    }
    if (output_ >= 0) ::close(output_);
    process_ = -1;
    output_ = -1;
}

// ---- what it prints --------------------------------------------------------------------------

ForeignServer::Reading ForeignServer::read_line(std::string& line, std::int64_t deadline_ms) {
    for (;;) {
        const std::size_t end = unread_.find('\n');
        if (end != unread_.npos) {
            line = unread_.substr(0, end);
            unread_.erase(0, end + 1);
            lines_.push_back(line);
            return Reading::line;
        }
        const std::int64_t left_ms = deadline_ms - now_ms();
        pollfd item{output_, POLLIN, 0};
        if (output_ < 0 || left_ms <= 0) return Reading::silence;
        if (::poll(&item, 1, static_cast<int>(left_ms)) <= 0) continue;
        std::array<char, 4096> bytes;
        const ssize_t size = ::read(output_, bytes.data(), bytes.size());
        if (size <= 0) return Reading::end;
        unread_.append(bytes.data(), static_cast<std::size_t>(size));
    }
}

bool ForeignServer::has_printed(std::string_view line) {
    const std::int64_t deadline_ms = now_ms() + line_ms;
    for (std::string read;;) {
        while (next_line_ < lines_.size()) {
            if (lines_[next_line_++] == line) return true;
        }
        if (read_line(read, deadline_ms) != Reading::line) return false;
    }
}

std::string ForeignServer::printed() const {
    std::string all;
    for (const std::string& line : lines_) all += line + "\n";
    return all + unread_;
}

ForeignServer& shared_server(Program program, Scheme scheme) {
    static std::array<std::unique_ptr<ForeignServer>, program_count * scheme_count> servers;
    const std::size_t index =
        static_cast<std::size_t>(program) * scheme_count + static_cast<std::size_t>(scheme);
    std::unique_ptr<ForeignServer>& server = servers[index];
    const bool lives = server && (server->is_absent() || server->is_running());
    if (!lives) server = std::make_unique<ForeignServer>(program, scheme);
    return *server;
}

}  // namespace linnet::test
