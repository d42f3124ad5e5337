// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The life of a connection as two tables: the properties of each state, and the transitions. A new
// state is a row of the first and edges in the second.
#pragma once

#include <array>
#include <optional>

#include "linnet/cause.hpp"
#include "linnet/limits.hpp"
#include "linnet/phase.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

enum class State : std::uint8_t {
    idle,
    resolving,
    connecting,
    securing,
    upgrading,
    joining,
    open,
    closing,
    answering,
    failing,
    draining,
    closed,
};

/// Properties that several states share; a state belongs to any number of groups.
namespace group {
inline constexpr std::uint8_t none = 0;
inline constexpr std::uint8_t connecting = 1;   ///< before the accepted handshake
inline constexpr std::uint8_t conversing = 2;   ///< from the accepted handshake to the end
inline constexpr std::uint8_t established = 4;  ///< no close frame has been sent or received
inline constexpr std::uint8_t decoding = 8;     ///< received bytes are frames to decode
inline constexpr std::uint8_t alive = connecting | conversing;
}  // namespace group

struct StateRow {
    State state;
    std::string_view name;
    Phase phase;                     ///< the phase that its time is added to
    std::uint8_t groups;             ///< bits of `group`
    std::uint32_t Timeouts::*limit;  ///< null: no limit of its own
    Cause late;                      ///< the cause once the limit has passed
};

inline constexpr StateRow states[] = {
    // Before the first attempt, or after one was abandoned.
    {State::idle, "idle", Phase::request, group::none, nullptr, Cause::none},
    {State::resolving, "resolving", Phase::resolve, group::connecting, &Timeouts::resolve_ms,
     Cause::resolve_timed_out},
    {State::connecting, "connecting", Phase::connect, group::connecting, &Timeouts::connect_ms,
     Cause::connect_timed_out},
    // The TLS handshake.
    {State::securing, "securing", Phase::tls, group::connecting, &Timeouts::tls_ms,
     Cause::tls_timed_out},
    {State::upgrading, "upgrading", Phase::upgrade, group::connecting, &Timeouts::upgrade_ms,
     Cause::response_timed_out},
    // gd_mp_api: the handshake is accepted, the server has not sent our id.
    {State::joining, "joining", Phase::join,
     group::conversing | group::established | group::decoding, &Timeouts::join_ms,
     Cause::join_timed_out},
    {State::open, "open", Phase::open, group::conversing | group::established | group::decoding,
     nullptr, Cause::none},
    // Our close frame is queued or sent; the server's has not arrived.
    {State::closing, "closing", Phase::closing, group::conversing | group::decoding,
     &Timeouts::closing_ms, Cause::close_not_answered},
    // The server's close frame has arrived; ours has not been sent.
    {State::answering, "answering", Phase::closing, group::conversing, &Timeouts::closing_ms,
     Cause::close_not_sent},
    // The server violated the protocol: our close frame with that code has not been sent.
    {State::failing, "failing", Phase::closing, group::conversing, &Timeouts::closing_ms,
     Cause::close_not_sent},
    // Our end of stream is sent; the server's has not arrived. If it never does, the end is still
    // clean.
    {State::draining, "draining", Phase::closing, group::conversing, &Timeouts::drain_ms,
     Cause::none},
    // Ended: only a new attempt leaves this state.
    {State::closed, "closed", Phase::request, group::none, nullptr, Cause::none},
};
inline constexpr std::size_t state_count = std::size(states);

/// A row without its name, so that programs do not contain the names.
struct StateFacts {
    std::uint32_t Timeouts::*limit;
    Cause late;
    Phase phase;
    std::uint8_t groups;
};
inline constexpr auto state_facts = [] {
    std::array<StateFacts, state_count> facts{};
    for (std::size_t i = 0; i < state_count; ++i) {
        facts[i] = {states[i].limit, states[i].late, states[i].phase, states[i].groups};
    }
    return facts;
}();

constexpr const StateFacts& facts_of(State state) {
    return state_facts[static_cast<std::size_t>(state)];
}
constexpr bool is_in(State state, std::uint8_t groups) {
    return (facts_of(state).groups & groups) != 0;
}

constexpr bool is_connecting(State state) {
    return is_in(state, group::connecting);
}
constexpr bool is_conversing(State state) {
    return is_in(state, group::conversing);
}
constexpr bool is_established(State state) {
    return is_in(state, group::established);
}
constexpr bool is_alive(State state) {
    return is_in(state, group::alive);
}

enum class Event : std::uint8_t {
    resolved,
    connected_to_secure,
    connected,  // including TLS, if used
    upgraded,
    upgraded_to_join,
    joined,
    we_closed,
    they_closed,
    protocol_error,  // the server violated the protocol
    close_done,      // our close frame is sent, and the server's has arrived or is not awaited
    begun,           // connect_to_url
    ended,           // by either side or a deadline; from draining also cleanly
    abandoned,       // by the program
};

struct Edge {
    State from;
    Event on;
    State to;
};
inline constexpr Edge edges[] = {
    {State::idle, Event::begun, State::resolving},
    {State::resolving, Event::resolved, State::connecting},
    {State::connecting, Event::connected, State::upgrading},
    {State::connecting, Event::connected_to_secure, State::securing},
    {State::securing, Event::connected, State::upgrading},
    {State::upgrading, Event::upgraded, State::open},
    {State::upgrading, Event::upgraded_to_join, State::joining},
    {State::joining, Event::joined, State::open},
    {State::joining, Event::we_closed, State::closing},
    {State::joining, Event::they_closed, State::answering},
    {State::joining, Event::protocol_error, State::failing},
    {State::open, Event::we_closed, State::closing},
    {State::open, Event::they_closed, State::answering},
    {State::open, Event::protocol_error, State::failing},
    {State::closing, Event::they_closed, State::answering},
    {State::answering, Event::close_done, State::draining},
    {State::failing, Event::close_done, State::draining},
};

/// Edges from each state of a group.
struct GroupEdge {
    std::uint8_t from;
    Event on;
    State to;
};
inline constexpr GroupEdge group_edges[] = {
    {group::alive, Event::ended, State::closed},
    {group::connecting, Event::abandoned, State::idle},
};

/// The only transition function. Returns nothing for an error in linnet; no server can cause that.
constexpr std::optional<State> after(State from, Event on) {
    for (const GroupEdge& edge : group_edges) {
        if (is_in(from, edge.from) && edge.on == on) return edge.to;
    }
    for (const Edge& edge : edges) {
        if (edge.from == from && edge.on == on) return edge.to;
    }
    return std::nullopt;
}

constexpr std::string_view text(State state) {
    return states[static_cast<std::size_t>(state)].name;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
