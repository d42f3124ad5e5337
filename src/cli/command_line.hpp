// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What the arguments of `linnet` ask for. Pure: argument strings in, values or one clear sentence
// out. Whether a URL, a header or a sub-protocol can work is judged by the library alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linnet::cli {

/// How the program ends. From `request` on: the phase that failed, in the order of `Phase`.
enum class ExitStatus : int {
    clean = 0,
    usage = 1,  ///< arguments, or standard input or output, that do not work
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

/// Of one message, both ways. Memory is taken only as it is used.
inline constexpr std::size_t message_size_max = 16 << 20;
inline constexpr std::string_view message_size_max_text = "16 MiB";

/// Whom to believe, for wss://.
struct TrustOptions {
    std::vector<std::string_view> ca_files;
    std::vector<std::string_view> pins;  ///< files, or SHA-256 of a public key in hex
    bool insecure = false;
};

/// linnet ws://host/path, and linnet join. Durations are 0 when not given.
struct TalkOptions {
    std::string_view url;
    std::vector<std::string_view> protocols;
    std::vector<std::string_view> headers;
    TrustOptions trust;
    bool joins = false;  ///< linnet join: a peer in a room of Godot 3's multiplayer
    int target = 1;      ///< of its packets: 0 all, 1 the server, n that peer, -n all but that
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

/// linnet serve
struct ServeOptions {
    std::uint16_t port = 8080;  ///< 0: the OS chooses
    bool once = false;
    bool tls = false;
    bool multiplayer = false;
};

/// linnet certificate wss://host
struct CertificateOptions {
    std::string_view url;
    TrustOptions trust;
};

struct CommandLine {
    enum class Action : std::uint8_t { talk, certificate, serve, help, version, wrong };
    Action action = Action::talk;
    std::string error;  ///< a sentence without a full stop, when wrong
    TalkOptions talk;
    ServeOptions serve;
    CertificateOptions certificate;
};

/// `arguments` are those behind the program's name; the views in the result point into them.
CommandLine parse_command_line(std::span<const std::string_view> arguments);

/// One screen of 24 lines and 80 columns, with room for the prompt.
std::string_view help_text();

}  // namespace linnet::cli
