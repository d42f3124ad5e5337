// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The lifecycle of a connection as Markdown: a diagram (Mermaid) and a table, generated from the
// tables in protocol/lifecycle.hpp.
#pragma once

#include <iterator>
#include <string>

#include "protocol/lifecycle.hpp"

namespace linnet::test {

inline std::string name_of(Event event) {
    constexpr const char* names[] = {
        "resolved", "connected, wss", "connected",   "upgraded",       "upgraded, gd_mp_api",
        "joined",   "we closed",      "they closed", "protocol error", "close done",
        "begun",    "ended",          "abandoned"};
    static_assert(std::size(names) == static_cast<std::size_t>(Event::abandoned) + 1);
    return names[static_cast<std::size_t>(event)];
}

inline std::string name_of(std::uint32_t Timeouts::*limit) {
    struct Row {
        std::uint32_t Timeouts::*limit;
        const char* name;
    };
    for (const Row& row :
         {Row{&Timeouts::resolve_ms, "resolve_ms"}, Row{&Timeouts::connect_ms, "connect_ms"},
          Row{&Timeouts::tls_ms, "tls_ms"}, Row{&Timeouts::upgrade_ms, "upgrade_ms"},
          Row{&Timeouts::join_ms, "join_ms"}, Row{&Timeouts::closing_ms, "closing_ms"},
          Row{&Timeouts::drain_ms, "drain_ms"}}) {
        if (row.limit == limit) return std::string("`Timeouts::") + row.name + "`";
    }
    return limit == nullptr ? "" : "a timeout without a name in state_graph.hpp";
}

inline std::string members_of(std::uint8_t groups) {
    std::string members;
    for (const StateRow& row : states) {
        if (is_in(row.state, groups)) members += "            " + std::string(row.name) + "\n";
    }
    return members;
}

inline std::string state_diagram() {
    std::string diagram =
        "```mermaid\n"
        "stateDiagram-v2\n"
        "    state alive {\n"
        "        state opening {\n" +
        members_of(group::connecting) +
        "        }\n"
        "        state conversation {\n" +
        members_of(group::conversing) +
        "        }\n"
        "    }\n";
    const auto edge = [&](std::string_view from, State to, Event on) {
        diagram += "    " + std::string(from) + " --> " + std::string(text(to)) + " : " +
                   name_of(on) + "\n";
    };
    for (const Edge& each : edges) edge(text(each.from), each.to, each.on);
    for (const GroupEdge& each : group_edges) {
        edge(each.from == group::alive ? "alive" : "opening", each.to, each.on);
    }
    return diagram + "```\n";
}

inline std::string state_table() {
    std::string table = "| state | phase | at most | then |\n|---|---|---|---|\n";
    for (const StateRow& row : states) {
        table += "| " + std::string(row.name) + " | " + std::string(text(row.phase)) + " | " +
                 name_of(row.limit) + " | " +
                 (row.late == Cause::none ? "" : std::string(text(row.late))) + " |\n";
    }
    return table;
}

}  // namespace linnet::test
