// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The life of a connection as one table. Nothing else says which state follows which.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace linnet::inline v0 {

enum class State : std::uint8_t {
    idle,  // before the first attempt, or after one was abandoned
    resolving,
    connecting,
    securing,  // the TLS handshake
    upgrading,
    joining,  // gd_mp_api: the handshake is accepted, the server has not named us yet
    open,
    closing,    // our close frame is queued or sent, theirs has not come
    answering,  // theirs has come, ours has not left
    failing,    // the peer broke the protocol: our close frame says so
    draining,   // our end of stream is sent: waiting for theirs
    closed,     // ended; only a new attempt leads out
};
inline constexpr std::size_t state_count = 12;

enum class Event : std::uint8_t {
    begun,  // connect_to_url
    resolved,
    connected_to_secure,
    connected,  // and secured, if it is to be
    upgraded,
    upgraded_to_join,
    joined,
    we_closed,
    they_closed,
    broken,        // by the peer
    goodbye_sent,  // our close frame is with the OS and nothing more is expected but the end
    ended,         // of the stream, by either side or by a deadline; in draining also the good end
    abandoned,     // by the caller
};
inline constexpr std::size_t event_count = 13;

struct Edge {
    State from;
    Event on;
    State to;
};

inline constexpr Edge edges[] = {
    Edge{State::idle, Event::begun, State::resolving},
    Edge{State::closed, Event::begun, State::resolving},
    Edge{State::resolving, Event::resolved, State::connecting},
    Edge{State::connecting, Event::connected, State::upgrading},
    Edge{State::connecting, Event::connected_to_secure, State::securing},
    Edge{State::securing, Event::connected, State::upgrading},
    Edge{State::upgrading, Event::upgraded, State::open},
    Edge{State::upgrading, Event::upgraded_to_join, State::joining},
    Edge{State::joining, Event::joined, State::open},
    Edge{State::joining, Event::we_closed, State::closing},
    Edge{State::joining, Event::they_closed, State::answering},
    Edge{State::joining, Event::broken, State::failing},
    Edge{State::open, Event::we_closed, State::closing},
    Edge{State::open, Event::they_closed, State::answering},
    Edge{State::open, Event::broken, State::failing},
    Edge{State::closing, Event::they_closed, State::answering},
    Edge{State::answering, Event::goodbye_sent, State::draining},
    Edge{State::failing, Event::goodbye_sent, State::draining},
};

/// An attempt is under way or open: it can end, and it can be abandoned.
constexpr bool is_alive(State state) {
    return state != State::idle && state != State::closed;
}
/// Before the accepted handshake.
constexpr bool is_connecting(State state) {
    return state >= State::resolving && state <= State::upgrading;
}
/// From the accepted handshake to the end.
constexpr bool is_conversing(State state) {
    return state >= State::joining && state <= State::draining;
}

/// No close frame has been sent or received.
constexpr bool is_established(State state) {
    return state == State::joining || state == State::open;
}

/// The one transition function. Nothing: a mistake of ours, no peer can bring it about.
constexpr std::optional<State> after(State from, Event on) {
    if (on == Event::ended && is_alive(from)) return State::closed;
    if (on == Event::abandoned && is_alive(from)) return State::idle;
    for (const Edge& edge : edges) {
        if (edge.from == from && edge.on == on) return edge.to;
    }
    return std::nullopt;
}

constexpr std::string_view text(State state) {
    switch (state) {
        case State::idle: return "idle";
        case State::resolving: return "resolving";
        case State::connecting: return "connecting";
        case State::securing: return "securing";
        case State::upgrading: return "upgrading";
        case State::joining: return "joining";
        case State::open: return "open";
        case State::closing: return "closing";
        case State::answering: return "answering";
        case State::failing: return "failing";
        case State::draining: return "draining";
        case State::closed: return "closed";
    }
    return "unknown state";
}

}  // namespace linnet::inline v0
