// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Foreign servers, each in a separate process on loopback. A WebSocket server prints "READY <port>"
// when it listens, and later a line for each closed connection. With TLS it sends good.pem of
// make_certificates.sh.
//
// No process outlives the test: it is killed by the destructor, and by the kernel if the test dies.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace linnet::test {

enum class Program : std::uint8_t {
    python,                ///< python3-websockets
    node,                  ///< node-ws
    godot,                 ///< Godot 3's WebSocketServer
    godot_with_protocols,  ///< the same, for clients that offer a sub-protocol it knows
    raw,                   ///< a plain socket, for responses that no library sends
    nginx,                 ///< a TLS proxy for the first of these
};
inline constexpr std::size_t program_count = 6;

enum class Scheme : std::uint8_t { ws, wss };
inline constexpr std::size_t scheme_count = 2;

std::string_view name_of(Program program);
/// The Debian package that `program` needs.
std::string_view package_of(Program program);

inline void PrintTo(Program program, std::ostream* out) {
    *out << name_of(program);
}

/// A TCP port of 127.0.0.1 without a listener while this object exists.
class ReservedPort {
 public:
    ReservedPort();
    ReservedPort(const ReservedPort&) = delete;
    ReservedPort& operator=(const ReservedPort&) = delete;
    ~ReservedPort();

    std::uint16_t number() const { return number_; }

 private:
    int socket_;
    std::uint16_t number_ = 0;
};

/// How a process is started.
struct Launch {
    std::vector<std::string> command;
    std::vector<std::string> settings = {};  ///< NAME=value, added to its environment
    std::string_view ready = "READY ";       ///< the line that starts with this ends in its port
    bool gets_its_port = false;              ///< by LINNET_LIVE_PORT; otherwise it chooses one
};

class ForeignServer {
 public:
    /// Starts the process and waits, for a bounded time, until it listens.
    explicit ForeignServer(Program program, Scheme scheme = Scheme::ws);
    explicit ForeignServer(Launch launch);
    ForeignServer(const ForeignServer&) = delete;
    ForeignServer& operator=(const ForeignServer&) = delete;
    ~ForeignServer();

    bool is_ready() const { return port_ != 0; }
    /// True if the program, or a library it needs, is not installed.
    bool is_absent() const { return is_absent_; }
    /// True while the process exists.
    bool is_running();
    std::uint16_t port() const { return port_; }

    /// Waits, for a bounded time, until the server has printed `line` after the last line waited
    /// for.
    bool has_printed(std::string_view line);
    /// Everything it has printed, including errors.
    std::string printed() const;

    /// Stops the process; its sockets stay open (SIGSTOP).
    void freeze();
    /// Kills the process, and returns when it has ended (SIGKILL).
    void kill();

 private:
    enum class Reading : std::uint8_t { line, silence, end };

    void start();
    void spawn(std::vector<std::string> settings);
    Reading read_line(std::string& line, std::int64_t deadline_ms);

    Launch launch_;
    pid_t process_ = -1;  // also the number of its process group
    int output_ = -1;
    std::uint16_t port_ = 0;
    bool is_absent_ = false;
    std::string home_;  // a temporary directory: Godot writes to its user's
    std::string unread_;
    std::vector<std::string> lines_;
    std::size_t next_line_ =
        0;  // index into `lines_` of the first line not yet checked by `has_printed`
};

/// One server of each kind, shared by all tests that do not stop it. A dead one is restarted.
ForeignServer& shared_server(Program program, Scheme scheme = Scheme::ws);

}  // namespace linnet::test
