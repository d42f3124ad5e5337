// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Parses the arguments of `linnet` into values or one error message. The library alone validates
// URLs, headers and sub-protocols. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linnet::cli {

/// The exit status. From `request` on: the phase that failed, in the order of `Phase`.
enum class ExitStatus : int {
    clean = 0,
    usage = 1,  ///< invalid arguments, or standard input or output failed
    request = 2,
    resolve = 3,
    connect = 4,
    tls = 5,
    upgrade = 6,
    join = 7,
    open = 8,
    closing = 9,
    timeout = 10,
    signal = 128,  ///< plus its number
};

/// Maximum size of a message sent or received. Memory is allocated only as needed.
inline constexpr std::size_t message_size_max = 16 << 20;
inline constexpr std::string_view message_size_max_text = "16 MiB";

/// Which servers to trust over wss://.
struct TrustOptions {
    std::vector<std::string_view> ca_files;
    std::vector<std::string_view> pins;  ///< files, or SHA-256 of a public key in hex
    bool insecure = false;
};

/// The options of linnet ws://host/path and linnet join. A duration of 0 means not set.
struct TalkOptions {
    std::string_view url;
    std::vector<std::string_view> protocols;
    std::vector<std::string_view> headers;
    TrustOptions trust;
    bool joins = false;  ///< linnet join: act as a peer in a Godot 3 multiplayer room
    int target = 1;      ///< of packets: 0 all, 1 the server, n that peer, -n all but that peer
    int close_code = 1000;
    std::string_view close_reason;
    std::uint64_t wait_us = 0;
    std::uint64_t ping_us = 0;
    std::uint64_t timeout_us = 0;
    bool binary = false;
    bool raw = false;
    bool one_message = false;
    bool trace = false;
    bool stats = false;
    bool quiet = false;
};

/// The options of linnet serve.
struct ServeOptions {
    std::uint16_t port = 8080;  ///< 0: the OS chooses
    bool once = false;
    bool tls = false;
    bool multiplayer = false;
};

/// The options of linnet certificate wss://host.
struct CertificateOptions {
    std::string_view url;
    TrustOptions trust;
};

struct CommandLine {
    enum class Action : std::uint8_t { talk, certificate, serve, help, version, wrong };
    Action action = Action::talk;
    std::string error;  ///< the error message without a full stop, if wrong
    TalkOptions talk;
    ServeOptions serve;
    CertificateOptions certificate;
};

/// `arguments` exclude the program's name; the views in the result point into them.
CommandLine parse_command_line(std::span<const std::string_view> arguments);

/// One screen of 24 lines and 80 columns, including the prompt.
std::string_view help_text();

}  // namespace linnet::cli
